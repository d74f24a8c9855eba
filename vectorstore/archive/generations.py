"""The folder of sealed vector generations: building, publishing by one rename, opening with care, and clearing away."""

import contextlib
import json
import logging
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from vectorstore import vectors
from vectorstore.archive import lock
from vectorstore.archive.steps import STEP
from vectorstore.embedding import Vectors
from vectorstore.errors import ArchiveUnusable, IndexBroken

PROBE_SECONDS = 60.0
"""What a child process may take to open a generation after a crash; the slowest sound one seen took 3."""

log = logging.getLogger(__name__)

_BROKEN = ".broken"
_NAME_BYTES = 8  # of chance: no two generations of any archive are named alike
_MARK_BYTES = 4  # of chance: no two openings by one process
_OPENING = re.compile(r"opening\.(\d+)\.[0-9a-f]+")


class Generations:
    """The generations on the disk. Only the archive's writer builds, publishes and clears; anyone may open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def build(self, keys: Sequence[int], vectors_of: Callable[[Sequence[int]], Vectors], fingerprint: str) -> str:
        """Seal these vectors and put them in place under a new name, which nothing points to yet; gives the name."""
        name = secrets.token_hex(_NAME_BYTES)
        building = self.folder / f"{name}.building-{os.getpid()}"
        try:
            vectors.build(building, keys, vectors_of, fingerprint)
            log.log(STEP, "a generation of %d passages is built", len(keys))
            building.rename(self.folder / name)
            _sync_folder(self.folder)
            log.log(STEP, "it is in its place")
        except OSError as error:
            raise _unusable(building, "written", error) from error
        finally:
            with contextlib.suppress(ArchiveUnusable):  # the next writer clears it away
                vectors.erase(building)
        return name

    def clear(self, kept: str | None) -> None:
        """Remove every generation but one, and what builders that died left behind.

        Raises `ArchiveUnusable` for what cannot be removed, after everything else is.
        """
        left: list[ArchiveUnusable] = []
        for path in self._entries():
            try:
                if path.is_dir() and path.name != kept:
                    vectors.erase(path)
                elif (path.suffix == _BROKEN and path.stem != kept) or (
                    _OPENING.fullmatch(path.name) and lock.is_free(path)
                ):
                    path.unlink(missing_ok=True)
            except ArchiveUnusable as error:
                left.append(error)
            except OSError as error:
                left.append(_unusable(path, "removed", error))
        if left:
            raise left[0]

    def trouble(self, name: str, fingerprint: str, count: int) -> str:
        """What is wrong with a generation as far as can be seen without opening it; empty where nothing is."""
        try:
            self._verified(name, fingerprint, count)
        except IndexBroken as error:
            return error.message
        return ""

    def open(self, name: str, fingerprint: str, count: int) -> vectors.Generation:
        """Open a generation that can be trusted.

        Raises `IndexBroken` for any other, `ArchiveUnusable` where the folder is read-only. If an earlier opening ended in the death
        of its process, the generation is first tried out in a child.
        """
        manifest = self._verified(name, fingerprint, count)
        folder = self.folder / name
        try:
            died = self._died_opening()
            if died:
                probe(folder)
            with self._marked():
                generation = vectors.open_generation(folder, manifest)
        except IndexBroken as error:
            self._condemn(name, error)
            raise
        for path in died:
            path.unlink(missing_ok=True)
        return generation

    def _verified(self, name: str, fingerprint: str, count: int) -> vectors.Manifest:
        condemned = self.folder / f"{name}{_BROKEN}"
        if condemned.exists():
            reason = ""
            with contextlib.suppress(OSError):
                reason = condemned.read_text("utf-8", "replace")
            raise IndexBroken(reason or f"{name} could not be opened")
        manifest = vectors.verify(self.folder / name)
        if (manifest.fingerprint, manifest.count) != (fingerprint, count):
            raise IndexBroken(f"{self.folder / name} holds other vectors than the archive says")
        return manifest

    def _entries(self) -> list[Path]:
        try:
            return sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        except OSError as error:
            raise _unusable(self.folder, "read", error) from error

    def _condemn(self, name: str, error: IndexBroken) -> None:
        """Leave word that this generation cannot be opened, so that nobody tries again before it is made anew."""
        with contextlib.suppress(OSError):
            (self.folder / f"{name}{_BROKEN}").write_text(error.message, "utf-8")

    def _died_opening(self) -> list[Path]:
        """The marks of processes that ended while they were opening a generation: nobody holds their locks."""
        return [path for path in self._entries() if _OPENING.fullmatch(path.name) and lock.is_free(path)]

    @contextlib.contextmanager
    def _marked(self) -> Iterator[None]:
        """Leave a mark while a generation is being opened; it stays if the process dies meanwhile."""
        mark = self.folder / f"opening.{os.getpid()}.{secrets.token_hex(_MARK_BYTES)}"
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(lock.held(mark))
            except OSError as error:
                raise ArchiveUnusable(
                    f"{self.folder} is read-only, and its opening could not be marked there"
                ) from error
            yield


def probe(folder: Path, seconds: float = PROBE_SECONDS) -> None:
    """Open a generation in a child process that may die, hang or fill the disk in our stead. Raises `IndexBroken`."""
    program = "import json, sys; sys.path[:0] = json.loads(sys.argv[1]); from vectorstore.archive import probe; probe.main(sys.argv[2])"
    command = [sys.executable, "-c", program, json.dumps(sys.path), str(folder)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program and our own folder
            command, capture_output=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as error:
        raise IndexBroken(f"the vector index {folder} cannot be opened within {seconds:.0f} s") from error
    if done.returncode:
        raise IndexBroken(f"the vector index {folder} cannot be opened (a trial ended with {done.returncode})")


def _unusable(path: Path, done: str, error: OSError) -> ArchiveUnusable:
    return ArchiveUnusable(f"{path} cannot be {done}: {error.strerror}", "check the disk and the folder's rights")


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
