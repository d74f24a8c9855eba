"""Keeps the word index in step with the archive: on the disk where that is possible, else by a tail in memory."""

import logging
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from shutil import copytree

from vectorstore import words
from vectorstore.archive import rows
from vectorstore.article import Span
from vectorstore.database import Connection, Database
from vectorstore.errors import ArchiveLocked, ArchiveUnusable, IndexBroken
from vectorstore.words import Entry, WordIndex, Words, WordsWithTail

_AT_ONCE = 200  # articles read into memory together

log = logging.getLogger(__name__)


class Wording:
    """Gives the word index as the archive is now. For any number of threads."""

    def __init__(self, database: Database, folder: Path, writer: Callable[[], AbstractContextManager[None]]) -> None:
        """`writer` holds the archive's lock, or raises `ArchiveLocked`."""
        self._database = database
        self._folder = folder
        self._writer = writer
        self._lock = threading.RLock()
        self._disk: Words | None = None
        self._tail: tuple[int, Words] | None = None
        self._counted = False
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        self._view: tuple[int, WordIndex] | None = None
        self.trouble = ""

    def view(self) -> WordIndex:
        """The words of all articles as they are now."""
        with self._lock:
            with self._database.reading() as connection:
                revision = rows.value(connection, "revision")
            if self._view is None or self._view[0] != revision:
                self._view = self._newest(revision)
            return self._view[1]

    def catch_up(self) -> None:
        """Bring the index on the disk up to date. Only for who holds the archive's lock."""
        with self._lock, self._database.reading() as connection:
            revision = rows.value(connection, "revision")
            index = self._on_disk()
            if index is None:
                self._rebuild(connection)
            elif index.revision != revision:
                try:
                    changed = self._entries(connection, rows.changed_since(connection, index.revision))
                    index.update(changed, rows.removed_since(connection, index.revision), revision)
                except IndexBroken as error:
                    self._broken(error)
                    self._rebuild(connection)
            if not self._counted and self._disk is not None and not self._complete(connection, self._disk):
                self._rebuild(connection)
            self._counted = True
            self._tail = None

    def rebuild(self) -> None:
        """Make the index on the disk anew, so that no byte of a removed article is left in it. Only under the archive's lock."""
        with self._lock, self._database.reading() as connection:
            self._rebuild(connection)

    def close(self) -> None:
        with self._lock:
            self._disk = self._tail = self._view = None
            if self._copy is not None:
                self._copy.cleanup()
                self._copy = None

    def _newest(self, revision: int) -> tuple[int, WordIndex]:
        index = self._on_disk()
        if index is not None and index.revision == revision and self._is_counted(index):
            return revision, index
        try:
            with self._writer():
                self.catch_up()
            if self._disk is not None:
                return self._disk.revision, self._disk
        except (ArchiveLocked, ArchiveUnusable, IndexBroken) as error:
            log.info("the word index is completed in memory: %s", error)
        return self._with_tail()

    def _with_tail(self) -> tuple[int, WordIndex]:
        with self._database.reading() as connection:
            revision = rows.value(connection, "revision")
            index = self._on_disk()
            base = index.revision if index is not None else 0
            if index is not None and base == revision and self._is_counted(index):
                return revision, index
            if not 0 < base <= revision:  # it would only count every article twice
                index, base = None, 0
            if self._tail is None or self._tail[0] != base or self._tail[1].revision > revision:
                self._tail = (base, Words())
            tail = self._tail[1]
            since = max(base, tail.revision)
            if tail.revision != revision:
                tail.update(
                    self._entries(connection, rows.changed_since(connection, since)),
                    rows.removed_since(connection, since),
                    revision,
                )
            if index is None:
                return revision, tail
            replaced = {*rows.changed_since(connection, base), *rows.removed_since(connection, base)}
            return revision, WordsWithTail(index, tail, frozenset(replaced))

    def _on_disk(self) -> Words | None:
        """The index on the disk at its newest commit, or None where it is broken."""
        try:
            if self._disk is None:
                self._disk = Words(self._readable())
            else:
                self._disk.reload()
        except (IndexBroken, ArchiveUnusable) as error:
            self._broken(error)
        return self._disk

    def _readable(self) -> Path:
        """The folder of the index; where it cannot be written, a copy of it, for tantivy must lock a file even to read."""
        if not self._database.read_only:
            return self._folder
        if self._copy is None:
            self._copy = tempfile.TemporaryDirectory(prefix="kildebot-")
            if self._folder.is_dir():
                copytree(
                    self._folder,
                    Path(self._copy.name) / "words",
                    ignore=lambda _, names: [n for n in names if n.endswith(".lock")],
                )
        return Path(self._copy.name) / "words"

    def _broken(self, error: Exception) -> None:
        self._disk = None
        self._counted = False
        self.trouble = str(error)
        log.warning("word index set aside, it will be rebuilt: %s", error)

    def _rebuild(self, connection: Connection) -> None:
        """As one commit where the index can be opened; else from an empty folder."""
        revision = rows.value(connection, "revision")
        if self._disk is not None:
            try:
                self._disk.rebuild(self._entries(connection, rows.article_keys(connection)), revision)
                self.trouble = ""
                return
            except IndexBroken as error:
                self._broken(error)
        words.erase(self._folder)
        index = Words(self._folder)
        index.rebuild(self._entries(connection, rows.article_keys(connection)), revision)
        self._disk, self._tail = index, None
        self.trouble = ""

    def _is_counted(self, index: Words) -> bool:
        """Whether the index was found complete, now or since it was opened."""
        if not self._counted:
            with self._database.reading() as connection:
                self._counted = self._complete(connection, index)
        return self._counted

    def _complete(self, connection: Connection, index: Words) -> bool:
        """Whether the index counts what the archive counts; a damaged list of segments may leave some out without a word."""
        return index.revision == rows.value(connection, "revision") and (
            index.article_count,
            index.passage_count,
        ) == rows.counts(connection)

    def _entries(self, connection: Connection, keys: Iterable[int]) -> Iterator[Entry]:
        every = list(keys)
        for start in range(0, len(every), _AT_ONCE):
            for row in rows.article_rows(connection, every[start : start + _AT_ONCE]):
                stored = rows.read_article(row)
                if stored is not None:
                    found = rows.passages_of(connection, stored.key)
                    yield Entry(
                        stored.key, stored.article, [(each["key"], Span(each["start"], each["end"])) for each in found]
                    )
