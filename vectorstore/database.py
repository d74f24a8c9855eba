"""One SQLite file: opening it, its schema, transactions, and SQLite's errors as ours."""

import contextlib
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vectorstore.errors import ArchiveDamaged, ArchiveLocked, ArchiveUnusable, VectorstoreError

Connection = sqlite3.Connection
Row = sqlite3.Row

_PATIENCE = 30.0  # seconds that one transaction waits for another; ours are short
_DAMAGES_TOLD = 20  # by an integrity check; one is shown
_LOG_PATIENCE = 1_000  # milliseconds that emptying the log waits for readers to finish; it can be done later


@dataclass(frozen=True)
class Schema:
    """What a file holds, and how an older one becomes one of today.

    `migrations` are the statements that lead from each version to the next, the first from an empty file; published ones never change.
    """

    holds: str
    """What the file is, as people are told it: "an archive"."""
    application_id: int
    """Marks a SQLite file as ours (PRAGMA application_id)."""
    migrations: tuple[tuple[str, ...], ...]
    if_damaged: str
    """What to do then."""
    functions: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    """What the migrations call, as SQL functions of one argument."""

    @property
    def version(self) -> int:
        return len(self.migrations)


class Database:
    """One SQLite file, for any number of threads: each transaction borrows a connection of its own.

    Raises `ArchiveUnusable`, `ArchiveDamaged` or `ArchiveLocked` wherever SQLite reports an error.
    """

    @property
    def if_damaged(self) -> str:
        """What to do where the file is damaged."""
        return self._schema.if_damaged

    def __init__(self, path: Path, schema: Schema) -> None:
        """Open the file, made and brought to today's schema where needed and possible."""
        self.path = path
        self._schema = schema
        self.read_only = not _writable(path.parent) or (path.exists() and not _writable(path))
        self._idle: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._writing = threading.RLock()
        self._closed = False
        try:
            with self._translated():
                self._prepare()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the idle connections; SQLite empties and removes its log with the last one."""
        self._closed = True
        self._close_idle()

    def _close_idle(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees the file as it is at its first statement, whatever is written meanwhile."""
        with self._translated(), self._borrowed() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is wholly committed and on the disk at its end, or, after an exception, never was."""
        if self.read_only:
            raise ArchiveUnusable(
                f"{self.path} is read-only", "give yourself the right to write to the folder and the file"
            )
        with self._writing, self._translated(), self._borrowed() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def empty_log(self) -> bool:
        """Move everything from the log into the file and cut the log to nothing; False where a reader is in the way."""
        with self._writing, self._translated(), self._borrowed() as connection:
            connection.execute(f"PRAGMA busy_timeout = {_LOG_PATIENCE}")
            try:
                busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                connection.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000:.0f}")
        return not busy

    def integrity(self) -> list[str]:
        """What SQLite's own integrity check finds wrong; nothing when all is well."""
        try:
            with self._translated(), self._borrowed() as connection:
                found = [row[0] for row in connection.execute(f"PRAGMA integrity_check({_DAMAGES_TOLD})")]
        except VectorstoreError as error:
            return [str(error.__cause__ or error)]
        return [] if found == ["ok"] else found

    @property
    def synchronous(self) -> int:
        """SQLite's own word for how a commit reaches the disk; 2 is FULL."""
        with self._translated(), self._borrowed() as connection:
            return int(connection.execute("PRAGMA synchronous").fetchone()[0])

    @contextmanager
    def _borrowed(self) -> Iterator[Connection]:
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = self._connect()
        try:
            yield connection
        finally:
            # A signal's exception may have come between BEGIN and what ends it; to close the connection rolls back.
            if connection.in_transaction:
                connection.close()
            else:
                self._idle.put(connection)
            if self._closed:  # after it was put there, so that it is closed here or there, whoever comes first
                self._close_idle()

    def _connect(self) -> Connection:
        if self._closed:
            raise ArchiveUnusable(f"{self.path} is closed")
        uri = self.path.absolute().as_uri()
        if self.read_only:
            log = self.path.with_name(self.path.name + "-wal")
            # Without a log the file is whole by itself, and SQLite need not make the files that it would share with a writer.
            uri += "?mode=ro" if log.exists() and log.stat().st_size else "?immutable=1"
        connection = sqlite3.connect(uri, uri=True, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            connection.row_factory = sqlite3.Row
            for pragma in ("foreign_keys = ON", "synchronous = FULL", "secure_delete = ON", "trusted_schema = OFF"):
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self) -> None:
        if not self.path.exists():
            if self.read_only:
                raise ArchiveUnusable(
                    f"there is not {self._schema.holds} in {self.path.parent}, and none can be made", "check the folder"
                )
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        with self._borrowed() as connection:
            if self._version(connection) == self._schema.version:
                return
            if self.read_only:
                raise ArchiveUnusable(
                    f"{self.path} is of an older version and cannot be written", "open it once with write access"
                )
            connection.execute("PRAGMA journal_mode = WAL")
            for name, function in self._schema.functions.items():
                connection.create_function(name, 1, function, deterministic=True)
            connection.execute("BEGIN IMMEDIATE")
            for statements in self._schema.migrations[self._version(connection) :]:
                for statement in statements:
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {self._schema.application_id}")
            connection.execute(f"PRAGMA user_version = {self._schema.version}")
            connection.execute("COMMIT")

    def _version(self, connection: Connection) -> int:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if application != self._schema.application_id and (application or tables):
            raise ArchiveUnusable(
                f"{self.path} is not {self._schema.holds} of kildebot's", "choose another folder with --home"
            )
        if version > self._schema.version:
            raise ArchiveUnusable(f"{self.path} was written by a newer version of kildebot", "upgrade kildebot")
        return version

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError):
            raise  # mistakes of ours
        except sqlite3.DatabaseError as error:
            raise self._ours(error) from error

    def _ours(self, error: sqlite3.DatabaseError) -> VectorstoreError:
        code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
        match code:
            case sqlite3.SQLITE_FULL:
                return ArchiveUnusable("the disk is full", f"make room on the disk that holds {self.path.parent}")
            case sqlite3.SQLITE_READONLY:
                return ArchiveUnusable(
                    f"{self.path} is read-only", "give yourself the right to write to the folder and the file"
                )
            case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
                return ArchiveUnusable(
                    f"{self.path} cannot be opened", "check the folder, its owner and how many files are open"
                )
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return ArchiveLocked(f"{self.path} is held by another process", "try again when it has finished")
            case sqlite3.SQLITE_IOERR:
                return ArchiveUnusable(
                    f"{self.path} cannot be read or written: {error}", "check the disk: is it full or failing?"
                )
            case sqlite3.SQLITE_NOMEM:
                return ArchiveUnusable("there is not enough memory", "close other programs")
        return ArchiveDamaged(f"{self.path} is damaged: {error}", self._schema.if_damaged)


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
