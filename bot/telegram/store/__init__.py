"""What the adapter keeps: one SQLite file beside the archive, on disk before anything depends on it."""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from bot.telegram.store.answers import Answers, Cited, Given, digest, stands
from bot.telegram.store.inbox import Inbox, Waiting, kind_of, number_in
from bot.telegram.store.outbox import Address, Outbox, Part, State
from bot.telegram.store.people import CHOICES, People, Spent
from bot.telegram.store.places import Place, Places
from bot.telegram.store.schema import TELEGRAM
from vectorstore.database import Database

__all__ = [
    "CHOICES",
    "FILE",
    "TELEGRAM",
    "Address",
    "Answers",
    "Cited",
    "Given",
    "Inbox",
    "Outbox",
    "Part",
    "People",
    "Place",
    "Places",
    "Spent",
    "State",
    "Store",
    "Waiting",
    "digest",
    "kind_of",
    "number_in",
    "open_store",
    "stands",
]

FILE = "telegram.sqlite3"

_SALT_BYTES = 16

Result = TypeVar("Result")


class Store:
    """The parts of what is kept. `keep` is for those who await; the parts themselves do not."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self.salt = _salt(database)
        self.inbox = Inbox(database, clock)
        self.outbox = Outbox(database, clock)
        self.answers = Answers(database, clock)
        self.people = People(database, self.salt, clock)
        self.places = Places(database)
        self._thread = ThreadPoolExecutor(1, "telegram-store")  # one, for SQLite writes one at a time

    async def keep(self, work: Callable[[], Result]) -> Result:
        """What some work with the store gives, done in its thread, in the order in which it is asked for."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def figures(self) -> dict[str, int]:
        """How much there is of what: answers, users, not_found, up, down."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT count(*) AS answers, count(DISTINCT user) AS users, coalesce(sum(status = 'not_found'), 0) AS not_found,"
                " coalesce(sum(feedback = 1), 0) AS up, coalesce(sum(feedback = -1), 0) AS down FROM answers"
            ).fetchone()
        return {name: int(row[name]) for name in ("answers", "users", "not_found", "up", "down")}

    def empty_log(self) -> bool:
        """Overwrite what was erased in SQLite's log too; False where a reader is in the way, and it is to be tried again."""
        return self._database.empty_log()

    def close(self) -> None:
        self._thread.shutdown()
        self._database.close()


@contextmanager
def open_store(home: Path, clock: Callable[[], float] = time.time) -> Iterator[Store]:
    """The store in a home. Raises `VectorstoreError`."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = Store(Database(home / FILE, TELEGRAM), clock)
    try:
        yield store
    finally:
        store.close()


def _salt(database: Database) -> bytes:
    """What hashes of users are keyed with; made once."""
    with database.writing() as connection:
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('salt', ?)", (secrets.token_bytes(_SALT_BYTES),))
        return bytes(connection.execute("SELECT value FROM meta WHERE name = 'salt'").fetchone()[0])
