"""The only home of filelock: one writer at a time, and a second one is told who the first is; marks that die with their process."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from vectorstore.errors import ArchiveLocked, ArchiveUnusable


def writer(home: Path, patience: float = 0) -> AbstractContextManager[None]:
    """Hold the archive's lock. Raises `ArchiveLocked` where another process, or another thread, has it for longer than `patience` seconds."""
    return alone(home, "archive", "the archive is being written to by", patience)


@contextmanager
def alone(home: Path, name: str, busy: str, patience: float = 0) -> Iterator[None]:
    """Hold a lock of this name in a folder. Raises `ArchiveLocked`, which says that it is `busy` and with whom, where another has it."""
    lock = FileLock(home / f"{name}.lock", timeout=patience, mode=0o600, thread_local=False)
    holder = home / f"{name}.holder"  # beside the lock, for on Windows nobody can read a file that is locked
    try:
        lock.acquire()
    except Timeout as error:
        raise ArchiveLocked(f"{busy} {_named(holder)}", "try again when it has finished") from error
    except OSError as error:
        raise ArchiveUnusable(
            f"{home} cannot be written to: {error.strerror}", "check the folder's owner and rights"
        ) from error
    try:
        with contextlib.suppress(OSError):
            holder.write_text(json.dumps({"pid": os.getpid(), "command": _command()}), "utf-8")
        yield
    finally:
        with contextlib.suppress(OSError):
            holder.unlink()
        lock.release()


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a file that nobody else wants, and remove it in the end; if the process dies meanwhile it stays, and is free. Raises `OSError`."""
    lock = FileLock(path, thread_local=False)
    lock.acquire()
    try:
        yield
    finally:
        lock.release()
        path.unlink(missing_ok=True)


def is_free(path: Path) -> bool:
    """Whether no living process holds the file."""
    try:
        with FileLock(path, timeout=0, thread_local=False):
            return True
    except Timeout:
        return False
    except OSError:
        return True


def _command() -> str:
    """The program and its first word, without arguments that may be private."""
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]]).strip() or "python"


def _named(holder: Path) -> str:
    try:
        known = json.loads(holder.read_text("utf-8"))
        return f"process {known['pid']} ({known['command']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
