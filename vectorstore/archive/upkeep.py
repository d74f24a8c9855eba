"""What a writer does for the indexes: bring them up to date, seal a new generation when it is due, and erase what was removed."""

import logging
from collections.abc import Callable, Sequence

from vectorstore.archive import rows
from vectorstore.archive.generations import Generations
from vectorstore.archive.steps import STEP
from vectorstore.archive.wording import Wording
from vectorstore.database import Connection, Database
from vectorstore.embedding import Vectors
from vectorstore.errors import ArchiveUnusable, IndexBroken, VectorstoreError

TAIL_FLOOR = 2_000
"""So many passages may come after the sealed generation before it is made anew; they are compared in a millisecond."""

TAIL_SHARE = 0.2
"""Beyond the floor, so large a share of the sealed passages may be new, or gone."""

SEALED_AT_ONCE = 500
"""Up to so many passages a generation is made anew right after a removal, which takes a second; a larger one by the next ingest."""

log = logging.getLogger(__name__)


class Upkeep:
    """Only for who holds the archive's lock.

    Indexes only make answers faster, and the articles are safe without them: where one cannot be brought up to date, that is logged
    and nothing is raised. Erasing alone is a promise, and raises `ArchiveUnusable` or `IndexBroken` to who removes where it cannot be
    kept. It stays promised: every later writer tries again, and does its own work whether that succeeds or not.
    """

    def __init__(
        self, database: Database, generations: Generations, wording: Wording, fingerprint: str, tail_floor: int
    ) -> None:
        self._database = database
        self._generations = generations
        self._wording = wording
        self._fingerprint = fingerprint
        self._tail_floor = tail_floor

    def catch_up(self) -> None:
        """Bring the word index up to date."""
        self._attempt(self._wording.catch_up)
        log.log(STEP, "the word index is up to date")

    def seal_if_due(self) -> None:
        """Seal a generation where there is none, or a broken one, or too many passages have come or gone since it was sealed.

        Of what could not be sealed once, no more is tried until a share of it has come or gone.
        """
        self._attempt(self._seal_if_due)

    def seal_if_quick(self) -> None:
        """Seal a generation where it is due and takes no time to speak of."""
        with self._database.reading() as connection:
            passages = rows.counts(connection)[1]
        if passages <= SEALED_AT_ONCE:
            self.seal_if_due()

    def switch(self, embedder: int) -> None:
        """Let the vectors of an embedder answer, and a new generation of them, in one step; where none can be made, without.

        Until then whatever answered goes on answering.
        """
        new = None
        try:
            new = self._build(embedder)
        except (IndexBroken, ArchiveUnusable) as error:
            log.warning("an index could not be brought up to date: %s", _said(error))
        self._publish(new, embedder)
        self._attempt(lambda: self._clear(new))

    def resume_erasing(self) -> None:
        """Erase what a writer before this one could not, or did not live to."""
        self._attempt(self.erase)

    def erase(self) -> None:
        """If articles were removed: leave no byte of them in the indexes and in SQLite's log.

        The sealed generation is dropped; until a new one is due, every passage is compared. A reader in the midst of reading keeps
        the log; then the next writer tries again. Raises `ArchiveUnusable` where a generation cannot be removed, after all else is
        erased, and `IndexBroken` or `ArchiveUnusable` where the word index cannot be made anew.
        """
        with self._database.reading() as connection:
            if not rows.value(connection, "erasing"):
                return
        with self._database.writing() as connection:
            rows.publish(connection, None)
        log.log(STEP, "no generation is in use")
        left = None
        try:
            self._generations.clear(None)
        except ArchiveUnusable as error:
            left = error
        else:
            log.log(STEP, "every generation is erased")
        self._wording.rebuild()
        log.log(STEP, "the word index is made anew")
        emptied = self._database.empty_log()
        if emptied:
            log.log(STEP, "the log is emptied")
        if left is not None:
            raise left
        if emptied:
            with self._database.writing() as connection:
                rows.set_value(connection, "erasing", 0)
            log.log(STEP, "all is erased")

    def _seal_if_due(self) -> None:
        with self._database.reading() as connection:
            found, refused = rows.sealed(connection), rows.refused(connection)
            due = rows.counts(connection)[1] > 0 if found is None else _outgrown(connection, found, self._tail_floor)
            hopeless = refused is not None and not _outgrown(connection, refused, 0)
        if found is not None and not due:
            due = bool(self._generations.trouble(found.folder, self._fingerprint, found.count))
        if due and not hopeless:
            self._seal()
        else:
            self._generations.clear(found.folder if found else None)

    def _seal(self) -> None:
        """Build a generation of all vectors as they are, publish it, and clear away every other."""
        with self._database.reading() as connection:
            embedder = rows.value(connection, "embedder")
        new = self._build(embedder)
        self._publish(new)
        self._clear(new)

    def _build(self, embedder: int) -> rows.Sealed | None:
        """A generation of an embedder's vectors that nothing points to yet; None where there are none. Raises `IndexBroken`."""
        with self._database.writing() as connection:
            rows.set_refused(connection, None)
        with self._database.reading() as connection:
            keys = rows.passage_keys_with_vector(connection, embedder)
            directions = rows.directions(connection, embedder)
        if not keys:
            return None
        try:
            name = self._generations.build(directions, lambda some: self._vectors(embedder, some), self._fingerprint)
        except IndexBroken as error:
            with self._database.writing() as connection:
                rows.set_refused(connection, rows.Refused(keys[-1], len(keys), error.message))
            raise
        return rows.Sealed(name, embedder, keys[-1], len(keys), len(directions))

    def _publish(self, new: rows.Sealed | None, switched_to: int | None = None) -> None:
        with self._database.writing() as connection:
            rows.publish(connection, new)
            if switched_to is not None:
                rows.set_value(connection, "embedder", switched_to)
                rows.next_revision(connection)
        log.log(STEP, "a generation is in use")

    def _clear(self, new: rows.Sealed | None) -> None:
        self._generations.clear(new.folder if new else None)
        log.log(STEP, "the generations before it are erased")

    def _vectors(self, embedder: int, directions: Sequence[int]) -> Vectors:
        """A row for each direction, in this order. Only for who holds the archive's lock: meanwhile none goes away."""
        with self._database.reading() as connection:
            found, matrix = rows.vectors_along(connection, embedder, directions)
        place = {int(direction): at for at, direction in enumerate(found)}
        return matrix[[place[direction] for direction in directions]]

    def _attempt(self, upkeep: Callable[[], None]) -> None:
        """Do what only makes answers faster; the articles are safe without it, so its failure is a warning."""
        try:
            upkeep()
        except (IndexBroken, ArchiveUnusable) as error:
            log.warning("an index could not be brought up to date: %s", _said(error))


def _said(error: VectorstoreError) -> str:
    return f"{error.message}; {error.hint}" if error.hint else error.message


def _outgrown(connection: Connection, tried: rows.Sealed | rows.Refused, floor: int) -> bool:
    """Whether more passages than a floor, and than a share, have come or gone since those that were sealed or refused."""
    old = rows.passages_until(connection, tried.last_passage)
    new = rows.counts(connection)[1] - old
    return max(new, tried.passages - old) > max(floor, int(tried.passages * TAIL_SHARE))
