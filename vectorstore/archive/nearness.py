"""The passages nearest to a vector: candidates from the sealed generation, scored exactly; what came after it, exactly."""

import logging
import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vectorstore.archive import rows
from vectorstore.archive.generations import Generations
from vectorstore.database import Connection, Database
from vectorstore.embedding import Vectors
from vectorstore.errors import ArchiveUnusable, IndexBroken
from vectorstore.vectors import Generation, load_engine

Keys = NDArray[np.int64]

EXACT_UP_TO = 20_000
"""Up to so many passages a first question is answered by an exact scan instead of waiting for Chroma's import and opening."""

LONG_RUNNING = 500
"""Questions. Who has asked so many runs for long, and opens the vector index instead of keeping every vector in memory. Up to
`EXACT_UP_TO` passages that answers no faster: 472 questions to 3,300 passages took 6.1 and 8.0 s without it, 9.1 and 13.6 s with
it, of which one second is Chroma's import."""

_CANDIDATES = 4  # candidates asked of the sealed generation for each one wanted; its own ranking is approximate
_FEWEST_CANDIDATES = 160
_DECIMALS = 6  # of a cosine; the seventh depends on which vectors happened to be multiplied together

log = logging.getLogger(__name__)


class Nearness:
    """Exact cosines for the nearest passages, always over the articles as they are now. For any number of threads.

    The generation is opened in the background, from question `LONG_RUNNING` on, so that no question need wait for it; until it is
    open, and wherever it cannot be, every passage is compared. The thread is a plain one, that the interpreter waits for: a daemon
    would be ended among Chroma's native frames while these are torn down, which killed 25 of 40 programs (SIGSEGV).
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
        self._opening: threading.Thread | None = None
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
        last = opened[0].last_passage
        hits = self._scan.nearest(connection, embedder, last, vector, limit)
        directions, matrix = _candidates(opened, connection, embedder, vector, limit)
        best = dict(_best(directions, matrix @ vector, limit))
        found = rows.passages_along(connection, embedder, list(best), last, limit)
        hits += [(key, best[direction]) for key, direction in found]
        return sorted(hits, key=_best_first)[:limit]

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
        elif self._asked >= LONG_RUNNING:
            self._begin_opening(found)
        opened = self._opened
        return opened if opened is not None and opened[0] == found else None

    def _begin_opening(self, found: rows.Sealed, *, wait: bool = False, seconds: float | None = None) -> None:
        with self._lock:
            if self._closed or found == self._broken or (self._opened is not None and self._opened[0] == found):
                return
            if self._opening is None or not self._opening.is_alive():
                self._opening = threading.Thread(target=self._open, args=(found,), name="open-generation", daemon=False)
                self._opening.start()
            opening = self._opening
        if wait:
            opening.join(seconds)

    def _open(self, found: rows.Sealed) -> None:
        try:
            load_engine()
            if self._closed:  # meanwhile: nobody wants it any more, and the end of the program may be waiting
                return
            generation = self._generations.open(found.folder, self._fingerprint, found.count)
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
        return sorted(_best(keys, matrix @ vector, limit), key=_best_first)[:limit]

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


def _candidates(
    opened: tuple[rows.Sealed, Generation], connection: Connection, embedder: int, vector: Vectors, limit: int
) -> tuple[Keys, Vectors]:
    """The directions nearest to a vector, as the generation has it, with their vectors; some more than are wanted.

    Of those that it gives, some may be no passage's any more. So twice as many are asked for until half of what is wanted stands.
    """
    found, generation = opened
    wanted = asked = max(_FEWEST_CANDIDATES, _CANDIDATES * limit)
    while True:
        given = [direction for direction, _ in generation.search(vector, asked)]
        directions, matrix = rows.vectors_along(connection, embedder, given)
        if 2 * len(directions) >= wanted or asked >= found.count:
            return directions, matrix
        asked *= 2


def _best(keys: Keys, scores: Vectors, limit: int) -> list[tuple[int, float]]:
    """The best of them in no order, and all that are as good as the last of those."""
    scores = np.round(scores, _DECIMALS)
    if len(keys) > limit:
        least = np.partition(scores, len(keys) - limit)[len(keys) - limit]
        keys, scores = keys[scores >= least], scores[scores >= least]
    return [(int(key), float(score)) for key, score in zip(keys, scores, strict=True)]


def _best_first(hit: tuple[int, float]) -> tuple[float, int]:
    """The order of hits: by score, and equals in the order in which they came in."""
    return -hit[1], hit[0]
