"""Work beside the program that does not hold up its end, though it is native code that works.

Before 3.14, Python ends a daemon thread where it next asks for the interpreter, even among frames of Rust or C++, while the
libraries at work in it are torn down: of 40 programs that ended while Chroma was opening an index, 25 died of SIGSEGV. So at the
end of the program such a thread stands still for ever before its next import, of which Chroma's brings a thousand; once its work
says that it must not be left undone, it is waited for.
"""

import atexit
import contextlib
import sys
import threading
from collections.abc import Callable
from functools import cache
from importlib.abc import MetaPathFinder

_LONGEST_END = 10.0  # seconds that the end of the program waits for a thread; opening 1,600 passages takes 0.1

_ending = threading.Event()


class Aside(threading.Thread):
    """A thread that stands still at its next import once the program ends, unless its work has called `finish`."""

    def __init__(self, work: Callable[["Aside"], None], name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._still = threading.Event()
        self._finishing = False

    def start(self) -> None:
        _watch_for_the_end()
        super().start()

    def run(self) -> None:
        try:
            self._work(self)
        finally:
            self._still.set()

    def may_end(self) -> None:
        """If the program ends, and the work need not be finished, this never returns."""
        if _ending.is_set() and not self._finishing:
            self._still.set()
            threading.Event().wait()

    def finish(self) -> None:
        """For the work, to say that from here on it is not to be left undone."""
        self.may_end()
        self._finishing = True

    def wait_until_still(self) -> None:
        self._still.wait(_LONGEST_END)


class _AtEveryImport(MetaPathFinder):
    """Finds nothing; it is asked before each module that is not there yet."""

    def find_spec(self, *_: object) -> None:
        thread = threading.current_thread()
        if isinstance(thread, Aside):
            thread.may_end()


@cache
def _watch_for_the_end() -> None:
    sys.meta_path.insert(0, _AtEveryImport())
    atexit.register(_end)


def _end() -> None:
    _ending.set()
    with contextlib.suppress(KeyboardInterrupt):
        for thread in threading.enumerate():
            if isinstance(thread, Aside):
                thread.wait_until_still()
