"""The archive: every article, and the indexes over their passages.

`archive.sqlite3` is the truth. The word index and the vector index beside it are made from it, can be deleted at any time, and are
made again by whoever finds them missing, behind or broken.

    home/archive.sqlite3       articles, passages, vectors, and a revision that grows with every change
    home/words/                the word index (tantivy)
    home/generations/NAME/     the sealed vector index (Chroma)
    home/archive.lock          held by the one who writes; archive.holder says who that is
"""

import contextlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from vectorstore.archive import checks, lock, rows
from vectorstore.archive.comparing import Comparing
from vectorstore.archive.generations import Generations
from vectorstore.archive.ingest import (
    Intake,
    Progress,
    Rejected,
    Tally,
    cut_anew,
    embed_anew,
    is_storable,
    may_be,
    unembedded,
)
from vectorstore.archive.nearness import Nearness
from vectorstore.archive.schema import ARCHIVE
from vectorstore.archive.steps import STEP
from vectorstore.archive.upkeep import TAIL_FLOOR, Upkeep
from vectorstore.archive.values import Dates, Finding, Grade, Ingested, StoredPassage, Unembedded
from vectorstore.archive.wording import Wording
from vectorstore.article import Article, Passage, Provenance, Published, Span
from vectorstore.database import Connection, Database, Row
from vectorstore.embedding import Embedder, SubwordEmbedder, Vectors, is_built_in
from vectorstore.errors import ArchiveUnusable
from vectorstore.words import WordIndex

__all__ = [
    "Archive",
    "Dates",
    "Finding",
    "Grade",
    "Ingested",
    "Progress",
    "Rejected",
    "StoredPassage",
    "Unembedded",
    "open_archive",
]

_KEPT_ARTICLES = 1_024  # articles kept in memory after they were read and found sound
_READ_TOGETHER = 100  # articles
_PATIENCE = 0.5  # seconds; a reader that brings the word index up to date holds the lock for less
_CATCH_UP_AFTER = 500  # articles stored before the word index is brought up to date in the middle of an ingest

log = logging.getLogger(__name__)


def open_archive(home: Path, embedder: Embedder | None = None) -> "Archive":
    """Open the archive in a folder, or make an empty one there. Use it as a context manager, or close it.

    Raises `ArchiveUnusable` or `ArchiveDamaged`.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveUnusable(
            f"{home} cannot be used: {error.strerror}", "choose another folder with --home"
        ) from error
    return Archive(home, embedder or SubwordEmbedder())


class Archive:
    """Articles and the indexes over their passages.

    May be used from any number of threads, and by other processes at the same time: readers never wait for a writer, and each
    method answers from the archive as it is when it is called. One writes at a time; a second writer gets `ArchiveLocked` at once.
    """

    def __init__(self, home: Path, embedder: Embedder, *, tail_floor: int = TAIL_FLOOR) -> None:
        self.home = home
        self.embedder: Embedder = Comparing(embedder, self.other_embedder)
        self._embedder = embedder
        self._database = Database(home / "archive.sqlite3", ARCHIVE)
        self._fingerprint = f"{embedder.name} under titles" if embedder.titled else embedder.name
        self._generations = Generations(home / "generations")
        self._wording = Wording(self._database, home / "words", lambda: self._locked(0))
        self._nearness = Nearness(self._database, self._generations, self._fingerprint)
        self._upkeep = Upkeep(self._database, self._generations, self._wording, self._fingerprint, tail_floor)
        self._articles: OrderedDict[int, rows.StoredArticle] = OrderedDict()
        self._articles_lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of every file, at once: an opening of the vector index that is under way lets go of it by itself, soon after.

        The end of the program waits for that: at most for the second that the first opening takes.
        """
        self._nearness.close()
        self._wording.close()
        self._database.close()

    # Reading

    def other_embedder(self) -> str:
        """Names what made the archive's vectors, where that is another embedder than this one; `reembed` switches to this one."""
        with self._database.reading() as connection:
            active = rows.value(connection, "embedder")
            if not active or active == rows.embedder_key(connection, self._fingerprint):
                return ""
            return rows.embedder_fingerprint(connection, active) if rows.has_articles(connection) else ""

    @property
    def revision(self) -> int:
        """Grows with every article that is added, changed or removed."""
        with self._database.reading() as connection:
            return rows.value(connection, "revision")

    @property
    def article_count(self) -> int:
        with self._database.reading() as connection:
            return rows.counts(connection)[0]

    @property
    def passage_count(self) -> int:
        with self._database.reading() as connection:
            return rows.counts(connection)[1]

    @property
    def dates(self) -> Dates:
        """From when to when the articles are, without reading them. A date that cannot be is left out."""
        known, undated = [], 0
        with self._database.reading() as connection:
            for year, month, day, provenance, count in rows.dates(connection):
                if year is None:
                    undated += count
                else:
                    with contextlib.suppress(ValueError, TypeError):
                        known.append(Published(year, month, day, Provenance(provenance)))
        if not known:
            return Dates(undated=undated)
        first = min(known, key=lambda each: (each.earliest, each.latest))
        return Dates(first, max(known, key=lambda each: (each.latest, each.earliest)), undated)

    @property
    def words(self) -> WordIndex:
        """The word index as the archive is now: take it once for each question."""
        return self._wording.view()

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """The passages nearest to a unit vector of the embedder's: keys and exact cosines (to six decimals), best first.

        Empty where the archive's vectors are another embedder's. Raises `ValueError` for a vector of the wrong shape.
        """
        return self._nearness.nearest(vector, limit)

    def cosines(self, vector: Vectors, keys: Sequence[int]) -> list[float]:
        """The exact cosine of each of these passages with a unit vector of the embedder's; 0 where the archive has none."""
        return self._nearness.cosines(vector, keys)

    def open_vectors(self, seconds: float | None = None) -> bool:
        """Open the vector index now rather than when it is needed; whether it is open. Without it every passage is compared."""
        return self._nearness.wait(seconds)

    def passages(self, keys: Sequence[int]) -> list[StoredPassage]:
        """The passages of these keys, in their order; those that are gone, or whose article is not as it was written, are left out."""
        with self._database.reading() as connection:
            found = {row["key"]: row for row in rows.passage_rows(connection, keys)}
            wanted = {row["article"]: row["revision"] for row in found.values()}
            articles = self._sound_articles(connection, wanted)
        stored = (self._passage(found[key], articles) for key in keys if key in found)
        return [each for each in stored if each is not None]

    def passages_of(self, article_key: int) -> list[StoredPassage]:
        """All passages of an article, in the order of the text; none where there is no such article, or it is not sound."""
        with self._database.reading() as connection:
            found = rows.passages_of(connection, article_key)
            stored = {
                each.key: each
                for row in rows.article_rows(connection, [article_key])
                if (each := rows.read_article(row))
            }
        every = (self._passage(row, stored) for row in found)
        return [each for each in every if each is not None]

    def article(self, article_id: str) -> Article | None:
        """The article of an id; None where there is none, or where it is not as it was written."""
        if not is_storable(article_id):
            return None
        with self._database.reading() as connection:
            row = rows.article_row(connection, article_id)
        stored = rows.read_article(row) if row is not None else None
        return stored.article if stored else None

    def articles(self) -> Iterator[Article]:
        """Every sound article, in the order in which they first came in."""
        with self._database.reading() as connection:
            keys = rows.article_keys(connection)
        return self._articles_of(keys)

    def newest(self) -> Iterator[Article]:
        """Every sound article, newest first and the undated last; they are read as they are asked for."""
        with self._database.reading() as connection:
            keys = rows.keys_newest_first(connection)
        return self._articles_of(keys)

    def unembedded(self, articles: Iterable[Article | Rejected]) -> Unembedded:
        """What an ingest of these articles would let the embedder embed, as far as it has not been yet. Nothing is changed."""
        with self._database.reading() as connection:
            embedder = rows.embedder_key(connection, self._fingerprint)
        return unembedded(self._database, self._embedder, embedder, articles)

    def check(self) -> list[Finding]:
        """How everything is, for people: each thing that was looked at, and what to do about it."""
        return checks.check(self._database, self._generations, self._wording, self._nearness, self._fingerprint)

    # Writing

    def ingest(
        self,
        articles: Iterable[Article | Rejected],
        *,
        origin: str = "",
        prune: bool = False,
        seal: bool = True,
        progress: Progress | None = None,
    ) -> Ingested:
        """Take articles in: new ones are added, changed ones replaced, unchanged ones left alone.

        What cannot be taken in is skipped with its reason, and the rest goes in. So is what reading has rejected.

        `origin` names the folder or file that they come from; with `prune` the articles that last came from there, and are not
        among those given, are removed. Interrupted at any moment, each article is wholly in or wholly out, and the next ingest goes
        on from there. Without `seal` the vector index is left as it is, for who has more to do and will then `mend`. Vectors by
        another version of the built-in embedder are made anew first; those by any other raise. Raises `ArchiveLocked`,
        `ArchiveUnusable`, `EmbeddingFailed`; after a pruning also what `remove` raises.
        """
        tally = Tally()
        with self._locked():
            self._upkeep.resume_erasing()
            embedder = self._claim_vectors()
            intake = Intake(self._database, self._embedder, embedder, origin, tally)
            try:
                stored = 0
                for item in articles:
                    intake.take(item)
                    if progress:
                        progress(tally.done)
                    if len(tally.added) + len(tally.changed) - stored >= _CATCH_UP_AFTER:
                        stored = len(tally.added) + len(tally.changed)
                        self._upkeep.catch_up()
                intake.finish()
                if progress:
                    progress(tally.done)
                if prune:
                    self._prune(origin, tally)
            finally:
                self._upkeep.catch_up()
            if seal:
                self._upkeep.seal_if_due()
        return tally.ingested()

    def remove(self, ids: Iterable[str]) -> list[str]:
        """Remove articles and erase every byte of them from the archive's files; gives the ids that there were.

        The vector index goes with them. Of a large archive the next ingest, or `mend`, makes it anew; until then every passage is
        compared. Interrupted, the next writer finishes the erasing. Raises `ArchiveLocked`, and `ArchiveUnusable` or `IndexBroken`
        where the articles are removed, but something of them could not be erased.
        """
        with self._locked():
            self._upkeep.resume_erasing()
            removed = self._remove(ids)
            self._upkeep.seal_if_quick()
        return removed

    def reembed(self, progress: Progress | None = None) -> None:
        """Make every vector anew with this embedder, of passages cut as they are cut today, and seal a new generation.

        The old vectors answer until the new ones are complete and their generation is sealed; interrupted, it goes on from where it
        was. Raises `ArchiveLocked`, `ArchiveUnusable`, `EmbeddingFailed`.
        """
        with self._locked():
            embedder = self._embed_anew(progress)
            self._upkeep.catch_up()
            self._upkeep.seal_if_due()
            with self._database.writing() as connection:
                rows.erase_other_embedders(connection, embedder)

    def mend(self) -> None:
        """Finish what an interrupted writer left undone, and make broken or outgrown indexes anew.

        What no vector index could be made of is not tried again before a share of it has come or gone; `reembed` always tries.
        """
        with self._locked():
            self._upkeep.resume_erasing()
            self._upkeep.catch_up()
            self._upkeep.seal_if_due()

    def _locked(self, patience: float = _PATIENCE) -> AbstractContextManager[None]:
        if self._database.read_only:
            raise ArchiveUnusable(f"{self.home} is read-only", "give yourself the right to write to the folder")
        return lock.writer(self.home, patience)

    def _claim_vectors(self) -> int:
        """The key of this embedder. Raises `ArchiveUnusable` where the archive's vectors are another's, and not to be had for nothing."""
        with self._database.writing() as connection:
            active = rows.value(connection, "embedder")
            embedder = rows.add_embedder(connection, self._fingerprint)
            if active == embedder:
                return embedder
            if not active or not rows.has_articles(connection):
                rows.set_value(connection, "embedder", embedder)
                return embedder
            before = rows.embedder_fingerprint(connection, active)
            if not (is_built_in(before) and is_built_in(self._fingerprint)):
                raise ArchiveUnusable(
                    f"the archive's vectors were made by {before}, not by {self._fingerprint}",
                    "give --reembed too to have all vectors made anew, or set KILDEBOT_EMBEDDING back",
                )
        log.info("the vectors by %s are made anew by %s", before, self._fingerprint)
        self._embed_anew()
        with self._database.writing() as connection:
            rows.erase_vectors_by(connection, active)
        return embedder

    def _embed_anew(self, progress: Progress | None = None) -> int:
        """Let this embedder's vectors answer, once all are there, of passages as they are cut today; gives its key."""
        with self._database.writing() as connection:
            embedder = rows.add_embedder(connection, self._fingerprint)
            rows.erase_vectors(connection, rows.spoilt_vectors(connection, embedder))
            keys = rows.article_keys(connection)
        embed_anew(self._database, self._embedder, embedder, keys, progress)
        self._upkeep.switch(embedder)
        for key in keys:
            cut_anew(self._database, self._embedder, key)
        return embedder

    def _prune(self, origin: str, tally: Tally) -> None:
        if not tally.seen:
            tally.skipped.append((origin, "no article was found there, so none was removed either"))
            return
        with self._database.reading() as connection:
            missing = [each for each in rows.ids_of_origin(connection, origin) if each not in tally.seen]
        gone = [each for each in missing if not any(may_be(source, each) for source in tally.unread)]
        if gone:
            tally.removed += self._remove(gone)

    def _remove(self, ids: Iterable[str]) -> list[str]:
        with self._database.writing() as connection:
            removed = [
                each for each in dict.fromkeys(ids) if is_storable(each) and rows.remove_article(connection, each)
            ]
            if removed:
                rows.erase_unused_vectors(connection)
                rows.set_value(connection, "erasing", 1)
        log.log(STEP, "%d articles are removed, and are to be erased", len(removed))
        with self._articles_lock:
            self._articles.clear()
        self._upkeep.erase()
        return removed

    # Within

    def _articles_of(self, keys: Sequence[int]) -> Iterator[Article]:
        for start in range(0, len(keys), _READ_TOGETHER):
            some = keys[start : start + _READ_TOGETHER]
            with self._database.reading() as connection:
                found = {row["key"]: rows.read_article(row) for row in rows.article_rows(connection, some)}
            yield from (stored.article for key in some if (stored := found.get(key)))

    def _sound_articles(self, connection: Connection, wanted: dict[int, int]) -> dict[int, rows.StoredArticle]:
        """The articles of these keys at these revisions, from memory or read and compared with their fingerprints."""
        with self._articles_lock:
            have = {
                key: self._articles[key]
                for key in wanted
                if key in self._articles and self._articles[key].revision == wanted[key]
            }
        for row in rows.article_rows(connection, [key for key in wanted if key not in have]):
            stored = rows.read_article(row)
            if stored is None:
                log.warning("article %s is not as it was written and is withheld", row["key"])
            else:
                have[stored.key] = stored
        with self._articles_lock:
            for key, stored in have.items():
                self._articles[key] = stored
                self._articles.move_to_end(key)
            while len(self._articles) > _KEPT_ARTICLES:
                self._articles.popitem(last=False)
        return have

    def _passage(self, row: Row, articles: dict[int, rows.StoredArticle]) -> StoredPassage | None:
        stored = articles.get(row["article"])
        if stored is None or not 0 <= row["start"] < row["end"] <= len(stored.article.text):
            return None
        return StoredPassage(
            row["key"], stored.key, row["number"], Passage(stored.article, Span(row["start"], row["end"]))
        )
