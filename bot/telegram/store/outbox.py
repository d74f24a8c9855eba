"""What is to be sent for an update: on disk before it is sent, and noted when it was, so that a second try repeats nothing."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from bot.telegram.store.schema import IS_WAITING
from vectorstore.database import Connection, Database, Row

WITHDRAWN: dict[str, Any] = {"withdrawn": True}
"""The payload of a message that is not to be sent as it was; for what is asked there is to be another answer."""


class State(StrEnum):
    """What became of a part."""

    PREVIEW = "preview"  # it is being written, and shown as far as it is
    READY = "ready"
    SENDING = "sending"  # Telegram may have it
    SENT = "sent"
    DROPPED = "dropped"  # Telegram will not take it, whatever is done

    @property
    def is_over(self) -> bool:
        """Whether nothing is to be done any more."""
        return self in {State.SENT, State.DROPPED}


@dataclass(frozen=True, slots=True)
class Address:
    """Where something is sent; `thread` 0 is no topic."""

    chat: int
    thread: int = 0
    user: int | None = None


@dataclass(frozen=True)
class Part:
    """One message. `payload` is JSON: what Telegram's sendMessage takes, but for the address.

    `message` is Telegram's number of what was sent, or, before it is, of the message that it takes the place of.
    """

    update_id: int
    number: int
    address: Address
    payload: dict[str, Any] = field(default_factory=dict)
    state: State = State.READY
    message: int | None = None
    answer: int | None = None

    @property
    def is_withdrawn(self) -> bool:
        """Whether its text was erased before it was sent."""
        return self.payload == WITHDRAWN


class Outbox:
    """The parts that wait to be sent, and those that were. Each call is one transaction."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def put(self, parts: Sequence[Part]) -> None:
        """Put on disk what is to be sent for an update. What is there already stays: it is from a try before this one."""
        with self._database.writing() as connection:
            if not connection.execute(
                "SELECT 1 FROM outbox WHERE update_id = ? AND state <> 'preview'", (parts[0].update_id,)
            ).fetchone():
                write(connection, parts, self._clock())

    def parts(self, update_id: int) -> list[Part]:
        """What there is for an update, in order."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT * FROM outbox WHERE update_id = ? ORDER BY part", (update_id,))
            return [_part(row) for row in rows]

    def show(self, update_id: int, address: Address, message: int) -> bool:
        """A preview of the first part is shown as this message, which the part is to take the place of; False where the update is gone."""
        with self._database.writing() as connection:
            cursor = connection.execute(
                "INSERT OR IGNORE INTO outbox (update_id, part, state, chat, thread, user, message, written)"
                " SELECT :update_id, 0, 'preview', :chat, :thread, :user, :message, :written"
                f" WHERE {IS_WAITING.format(number=':update_id')}",
                {
                    "update_id": update_id,
                    "chat": address.chat,
                    "thread": address.thread,
                    "user": address.user,
                    "message": message,
                    "written": self._clock(),
                },
            )
            return cursor.rowcount > 0

    def sending(self, part: Part) -> None:
        """From now on, Telegram may have it."""
        self._set(part, "state = 'sending'")

    def ready(self, part: Part) -> None:
        """Telegram does not have it after all."""
        self._set(part, "state = 'ready'")

    def sent(self, part: Part, message: int | None) -> None:
        """Telegram has it, as this message; its text is let go of."""
        self._set(part, "state = 'sent', payload = NULL, message = coalesce(?, message)", message)

    def deleted(self, part: Part) -> None:
        """What was to be deleted is no message of ours any more."""
        self._set(part, "state = 'sent', payload = NULL, message = NULL")

    def drop(self, part: Part) -> None:
        """Telegram will not take it."""
        self._set(part, "state = 'dropped', payload = NULL")

    def rewrite(self, part: Part, payload: dict[str, Any], *, message: int | None = None) -> None:
        """Send something else in its place, to the part's address; in place of a message, if there is one."""
        text = json.dumps(payload, ensure_ascii=False)
        where = part.address.chat, part.address.thread
        self._set(part, "payload = ?, state = 'ready', message = ?, chat = ?, thread = ?", text, message, *where)

    def split(self, part: Part, payloads: Sequence[dict[str, Any]]) -> None:
        """Send several in its place, the first as the part was to be; what comes after it moves up."""
        pieces = [replace(part, number=part.number + at, payload=each) for at, each in enumerate(payloads)]
        pieces = [
            replace(each, state=State.READY, message=part.message if each is pieces[0] else None) for each in pieces
        ]
        with self._database.writing() as connection:
            later = "UPDATE outbox SET part = {} WHERE update_id = ? AND part {} ?"
            connection.execute(later.format(f"-(part + {len(pieces) - 1})", ">"), (part.update_id, part.number))
            connection.execute(later.format("-part", "<"), (part.update_id, 0))
            write(connection, pieces, self._clock())

    def migrate(self, old: int, new: int) -> None:
        """A group has become a supergroup, with a number of its own; the topics and conversations go with it.

        Its messages are counted anew there: what had a number is not found by it any more.
        """
        with self._database.writing() as connection:
            connection.execute("UPDATE outbox SET message = NULL WHERE chat = ?", (old,))
            connection.execute("UPDATE answers SET question_message = NULL WHERE chat = ?", (old,))
            for table in ("outbox", "answers", "conversations", "inbox"):
                connection.execute(f"UPDATE OR IGNORE {table} SET chat = ? WHERE chat = ?", (new, old))  # noqa: S608

    def messages_of(self, answer: int) -> list[int]:
        """Telegram's numbers of the messages that an answer was sent as, in order."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT message FROM outbox WHERE answer = ? AND message IS NOT NULL ORDER BY update_id, part",
                (answer,),
            )
            return [int(row[0]) for row in rows]

    def _set(self, part: Part, setting: str, *values: object) -> None:
        with self._database.writing() as connection:
            connection.execute(
                f"UPDATE outbox SET {setting} WHERE update_id = ? AND part = ?",  # noqa: S608 - constants
                (*values, part.update_id, part.number),
            )


def write(connection: Connection, parts: Sequence[Part], now: float) -> None:
    """Put parts there, within a transaction that does more. A preview that is shown becomes what the first part takes the place of."""
    for part in parts:
        shown = connection.execute(
            "SELECT message FROM outbox WHERE update_id = ? AND part = ? AND state = 'preview'",
            (part.update_id, part.number),
        ).fetchone()
        connection.execute(
            "INSERT OR REPLACE INTO outbox (update_id, part, state, chat, thread, user, answer, message, payload, written)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                part.update_id,
                part.number,
                part.state,
                part.address.chat,
                part.address.thread,
                part.address.user,
                part.answer,
                shown["message"] if shown else part.message,
                json.dumps(part.payload, ensure_ascii=False),
                now,
            ),
        )


def _part(row: Row) -> Part:
    return Part(
        update_id=row["update_id"],
        number=row["part"],
        address=Address(row["chat"], row["thread"], row["user"]),
        payload=json.loads(row["payload"]) if row["payload"] else {},
        state=State(row["state"]),
        message=row["message"],
        answer=row["answer"],
    )
