"""The passages nearest to a vector: candidates from the sealed generation, scored exactly; what came after it, exactly."""

import logging
import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vectorstore.archive import rows
from vectorstore.archive.aside import Aside
from vectorstore.archive.database import Connection, Database
from vectorstore.archive.generations import Generations
from vectorstore.errors import ArchiveUnusable, IndexBroken
from vectorstore.vectors import Generation

Vectors = NDArray[np.float32]
Keys = NDArray[np.int64]

EXACT_UP_TO = 20_000
"""Up to so many passages a first question is answered by an exact scan instead of waiting for Chroma's import and opening."""

_CANDIDATES = 4  # candidates asked of the sealed generation for each one wanted; its own ranking is approximate
_FEWEST_CANDIDATES = 160

log = logging.getLogger(__name__)


class Nearness:
    """Exact cosines for the nearest passages, always over the articles as they are now. For any number of threads.

    The generation is opened in the background, from the second question on, so that a single question need not wait for it; until
    it is open, and wherever it cannot be, every passage is compared.
    """

    def __init__(self, database: Database, generations: Generations, fingerprint: str) -> None:
        self._database = database
        self._generations = generations
        self._fingerprint = fingerprint
        self._lock = threading.Lock()
        self._asked = 0
        self._opened: tuple[rows.Sealed, Generation] | None = None
        self._broken: rows.Sealed | None = None
        self._retired: list[tuple[rows.Sealed, Generation] | None] = [None]
        self._opening: Aside | None = None
        self._closed = False
        self._scan = _Scan()
        self.trouble = ""

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """Passage keys and their cosines with a unit vector, best first; nothing where another embedder's vectors stand."""
        if limit < 1 or not np.isfinite(vector).all():
            return []
        with self._database.reading() as connection:
            embedder = rows.embedder_key(connection, self._fingerprint)
            if not embedder or embedder != rows.value(connection, "embedder"):
                return []
            if vector.shape != (rows.dimensions(connection, embedder),):
                raise ValueError(
                    f"vectors of shape ({rows.dimensions(connection, embedder)},) are needed, not {vector.shape}"
                )
            generation = self._generation(connection, embedder)
            if generation is not None:
                try:
                    return self._through(generation, connection, embedder, vector, limit)
                except IndexBroken as error:
                    self._give_up(generation[0], error)
            return self._scan.nearest(connection, embedder, 0, vector, limit)

    def cosines(self, vector: Vectors, keys: Sequence[int]) -> list[float]:
        """The cosine of each passage with a unit vector; 0 where another embedder's vectors stand, or none."""
        with self._database.reading() as connection:
            embedder = rows.embedder_key(connection, self._fingerprint)
            if not embedder or embedder != rows.value(connection, "embedder"):
                return [0.0] * len(keys)
            found, matrix = rows.vectors_of(connection, embedder, keys)
        known = dict(zip(found.tolist(), (matrix @ vector).tolist(), strict=True))
        return [known.get(key, 0.0) for key in keys]

    def wait(self, seconds: float | None = None) -> bool:
        """Open the generation now, or wait until it is open; False where there is none that can be opened."""
        with self._database.reading() as connection:
            found = rows.sealed(connection)
        if found is not None:
            self._begin_opening(found, wait=True, seconds=seconds)
        return self._opened is not None and self._opened[0] == found

    def close(self) -> None:
        """Let go of what is open. An opening that is under way is not waited for: it lets go of what it has opened by itself."""
        with self._lock:
            self._closed = True
            leaving, self._opened, self._retired = [*self._retired, self._opened], None, []
        for each in leaving:
            if each is not None:
                each[1].close()

    def _through(
        self, opened: tuple[rows.Sealed, Generation], connection: Connection, embedder: int, vector: Vectors, limit: int
    ) -> list[tuple[int, float]]:
        found, generation = opened
        alive = max(1, rows.passages_until(connection, found.last_passage))
        wanted = max(_FEWEST_CANDIDATES, _CANDIDATES * limit) * found.count // alive
        candidates = [key for key, _ in generation.search(vector, wanted)]
        keys, matrix = rows.vectors_of(connection, embedder, candidates)
        scored = _best(keys, matrix @ vector, limit)
        tail = self._scan.nearest(connection, embedder, found.last_passage, vector, limit)
        return sorted(scored + tail, key=lambda hit: (-hit[1], hit[0]))[:limit]

    def _generation(self, connection: Connection, embedder: int) -> tuple[rows.Sealed, Generation] | None:
        found = rows.sealed(connection)
        if found is None or found.embedder != embedder:
            return None
        with self._lock:
            self._asked += 1
            opened = self._opened
        if opened is not None and opened[0] == found:
            return opened
        if (
            opened is not None and opened[0].embedder == embedder
        ):  # good until the newer one is open, with a longer tail
            self._begin_opening(found)
            return opened
        if rows.counts(connection)[1] > EXACT_UP_TO:
            self._begin_opening(found, wait=True)
        elif self._asked > 1:
            self._begin_opening(found)
        opened = self._opened
        return opened if opened is not None and opened[0] == found else None

    def _begin_opening(self, found: rows.Sealed, *, wait: bool = False, seconds: float | None = None) -> None:
        with self._lock:
            if self._closed or found == self._broken or (self._opened is not None and self._opened[0] == found):
                return
            if self._opening is None or not self._opening.is_alive():
                self._opening = Aside(lambda thread: self._open(found, thread), "open-generation")
                self._opening.start()
            opening = self._opening
        if wait:
            opening.join(seconds)

    def _open(self, found: rows.Sealed, thread: Aside) -> None:
        def begin() -> None:
            thread.finish()
            if self._closed:
                raise _ClosedMeanwhileError

        try:
            generation = self._generations.open(found.folder, self._fingerprint, found.count, begin)
        except _ClosedMeanwhileError:
            return
        except (IndexBroken, ArchiveUnusable, OSError) as error:
            self._give_up(found, error)
            return
        leaving: tuple[rows.Sealed, Generation] | None
        with self._lock:
            if self._closed:
                leaving = (found, generation)
            else:
                before, self._opened = self._opened, (found, generation)
                self._retired.append(before)
                self.trouble = ""
                # A search may still be in the one just replaced, none in the one before it.
                leaving = self._retired.pop(0)
        if leaving is not None:
            leaving[1].close()

    def _give_up(self, found: rows.Sealed, error: Exception) -> None:
        with self._lock:
            if self._closed:
                return
            self._opened, self._broken = None, found
            self.trouble = str(error)
        log.warning("vector index set aside, answering from the archive: %s", error)


class _ClosedMeanwhileError(Exception):
    """The archive was closed before the generation was opened: nobody wants it any more."""


class _Scan:
    """The vectors of all passages after one, in memory, brought up to date when the archive has changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: tuple[int, int, int] = (-1, -1, 0)
        self._keys: Keys = np.zeros(0, np.int64)
        self._matrix: Vectors = np.zeros((0, 0), np.float32)

    def nearest(
        self, connection: Connection, embedder: int, after: int, vector: Vectors, limit: int
    ) -> list[tuple[int, float]]:
        keys, matrix = self._current(connection, embedder, after)
        return _best(keys, matrix @ vector, limit)

    def _current(self, connection: Connection, embedder: int, after: int) -> tuple[Keys, Vectors]:
        state = (rows.value(connection, "revision"), embedder, after)
        with self._lock:
            if state != self._state:
                if embedder != self._state[1]:
                    self._keys, self._matrix = (
                        self._keys[:0],
                        np.zeros((0, rows.dimensions(connection, embedder)), np.float32),
                    )
                self._refresh(connection, embedder, after)
                self._state = state
            return self._keys, self._matrix

    def _refresh(self, connection: Connection, embedder: int, after: int) -> None:
        alive = rows.passage_keys(connection, after)
        kept = np.isin(self._keys, alive)
        new = alive[~np.isin(alive, self._keys)]
        keys, matrix = rows.vectors_of(connection, embedder, new)
        self._keys = np.concatenate([self._keys[kept], keys])
        self._matrix = np.concatenate([self._matrix[kept], matrix])


def _best(keys: Keys, scores: Vectors, limit: int) -> list[tuple[int, float]]:
    """The best of them, scores to six decimals: the seventh depends on which vectors happened to be multiplied together."""
    scores = np.round(scores, 6)
    if len(keys) > limit:
        least = np.partition(scores, len(keys) - limit)[len(keys) - limit]
        keys, scores = keys[scores >= least], scores[scores >= least]
    return sorted(
        ((int(key), float(score)) for key, score in zip(keys, scores, strict=True)), key=lambda hit: (-hit[1], hit[0])
    )[:limit]
