"""Signals that end the program become exceptions, so that on the way out everything is closed that is open."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

_FROM_OUTSIDE = ("SIGTERM", "SIGHUP")  # by name, for Windows has no SIGHUP
_AS_SIGNALLED = 128  # and the signal's number are the exit code, as shells count


@contextmanager
def ended_from_outside() -> Iterator[None]:
    """Within, SIGTERM (somebody ends the program) and SIGHUP (its terminal is gone) raise `SystemExit`, each once."""
    with ExitStack() as stack:
        for name in _FROM_OUTSIDE:
            if hasattr(signal, name):
                stack.enter_context(_raised_once(getattr(signal, name), signal.SIG_DFL))
        yield


@contextmanager
def interrupted_once() -> Iterator[None]:
    """Within, only the first Ctrl-C interrupts; from then on the program is ending, and puts away what it has in hand undisturbed."""
    with _raised_once(signal.SIGINT, signal.default_int_handler):
        yield


def ended_by_signal(work: Callable[[], None]) -> int | None:
    """Do it; gives the exit code of the signal that ended it, None where none did.

    The signal's exception is not let out: it holds on to what was being worked on, which is about to be closed.
    """
    try:
        work()
    except KeyboardInterrupt:
        return _AS_SIGNALLED + signal.SIGINT
    except SystemExit as signalled:
        if not isinstance(signalled.code, int):  # not that of a signal
            raise
        return signalled.code
    return None


@contextmanager
def _raised_once(number: int, usual: object) -> Iterator[None]:
    """The signal is raised the first time and ignored from then on; unless others have decided what becomes of it, such as `nohup`."""
    before = signal.getsignal(number)
    if before is not usual or threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)
        _end_with(KeyboardInterrupt() if number == signal.SIGINT else SystemExit(_AS_SIGNALLED + number))

    signal.signal(number, end)
    try:
        yield
    finally:
        if signal.getsignal(number) is end:
            signal.signal(number, before)


def _end_with(error: BaseException) -> None:
    """Raise it here; or where an event loop runs, as that of a prompt, between two of its steps, so that each is whole and the terminal is put right."""

    def end() -> None:
        raise error

    # Looked up, not imported: the signal may come while asyncio is being imported, and then no loop runs.
    running = getattr(sys.modules.get("asyncio.events"), "_get_running_loop", None)
    loop = running() if running else None
    if loop is None:
        end()
    else:
        loop.call_soon_threadsafe(end)
