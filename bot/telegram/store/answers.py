"""What was answered: for follow-ups, buttons and feedback. Each answer belongs to a chat, a topic and a user."""

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.answer import Answer
from bot.memory import Conversation, Turn
from bot.telegram.store.outbox import WITHDRAWN, Address, Part, write
from vectorstore.article import Article, Span
from vectorstore.database import Connection, Database, Row

_TURNS = 6  # of a conversation that are looked back upon
_TOKEN_BYTES = 9  # 72 bits; 12 characters in a button


@dataclass(frozen=True, slots=True)
class Cited:
    """Where a citation stands. `quote` is the SHA-256 of what stood there, by which a change of the article is seen."""

    number: int
    article: str
    start: int
    end: int
    proven: bool
    quote: str


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given."""

    key: int
    token: str
    update_id: int | None
    address: Address
    question_message: int | None
    parent: int | None
    asked: float
    question: str
    language: str
    status: str
    text: str
    writer: str
    confidence: float
    citations: tuple[Cited, ...]
    feedback: int | None

    def as_read_by(self, user: int | None) -> "Given":
        """The answer as a user may go on from it: without what was said before it, where that was said to another."""
        return self if self.address.user == user else replace(self, parent=None)


class Answers:
    """The answers of one bot. Each call is one transaction; who asks for one names the chat and the user that it belongs to."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def new_token(self) -> str:
        return secrets.token_urlsafe(_TOKEN_BYTES)

    def put(
        self,
        update_id: int,
        token: str,
        address: Address,
        answer: Answer,
        parts: Sequence[Part],
        *,
        question_message: int | None,
        parent: int | None,
        replaces: Given | None = None,
    ) -> None:
        """Put an answer on disk with the parts that it is sent as; from here on it is the last of its conversation.

        It takes the place of an answer that it replaces, with all that was to be sent of that. Where the update has another, that one stays.
        """
        now = self._clock()
        with self._database.writing() as connection:
            if replaces is not None:
                connection.execute("UPDATE answers SET update_id = NULL WHERE key = ?", (replaces.key,))
            if connection.execute("SELECT 1 FROM answers WHERE update_id = ?", (update_id,)).fetchone():
                return
            row = (
                token,
                update_id,
                address.chat,
                address.thread,
                address.user,
                question_message,
                parent,
                now,
                answer.question,
                answer.language,
                answer.status,
                answer.text,
                answer.writer,
                answer.confidence,
                json.dumps(list(_cited(answer))),
            )
            cursor = connection.execute(
                "INSERT INTO answers (token, update_id, chat, thread, user, question_message, parent, asked, question,"
                " language, status, text, writer, confidence, citations) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            key = int(cursor.lastrowid or 0)
            write(connection, [replace(part, answer=key) for part in parts], now)
            if replaces is None or _is_last(connection, replaces):
                _go_on_from(connection, address, key)
            if replaces is not None:
                connection.execute("UPDATE answers SET parent = ? WHERE parent = ?", (key, replaces.key))
                connection.execute("DELETE FROM answers WHERE key = ?", (replaces.key,))

    def of_update(self, update_id: int) -> Given | None:
        """The answer that was made for an update, in a try before this one."""
        return self._one("update_id = ?", update_id)

    def by_key(self, key: int | None) -> Given | None:
        """The answer that another one goes on from; None where that is gone, or there is none."""
        return self._one("key = ?", key)

    def by_token(self, token: str, chat: int, user: int) -> Given | None:
        """The answer that a button names, if it is this user's in this chat."""
        return self._one("token = ? AND chat = ? AND user = ?", token, chat, user)

    def of_question(self, chat: int, user: int, message: int) -> Given | None:
        """The answer to the question in a message of this user's."""
        return self._one("chat = ? AND user = ? AND question_message = ?", chat, user, message)

    def sent_as(self, chat: int, thread: int, message: int) -> Given | None:
        """The answer that a message of ours in this chat, or a part of it, was sent as."""
        return self._one(
            "key = (SELECT answer FROM outbox WHERE chat = ? AND message = ? AND answer IS NOT NULL LIMIT 1) AND chat = ? AND thread = ?",
            chat,
            message,
            chat,
            thread,
        )

    def last(self, address: Address) -> Given | None:
        """The last answer of the conversation that a user has in a chat."""
        return self._one(
            "key = (SELECT answer FROM conversations WHERE chat = ? AND thread = ? AND user = ?)",
            address.chat,
            address.thread,
            address.user,
        )

    def conversation(self, last: Given | None) -> Conversation:
        """What was said up to an answer, oldest first."""
        turns: list[Turn] = []
        with self._database.reading() as connection:
            while last is not None and len(turns) < _TURNS:
                turns.append(Turn(last.question, last.text))
                last = _given(
                    connection.execute(
                        "SELECT * FROM answers WHERE key = ? AND chat = ? AND thread = ? AND user = ?",
                        (last.parent, last.address.chat, last.address.thread, last.address.user),
                    ).fetchone()
                )
        return Conversation(tuple(reversed(turns)))

    def begin_anew(self, address: Address) -> None:
        """The next question of this user in this chat goes on from nothing."""
        with self._database.writing() as connection:
            connection.execute(
                "DELETE FROM conversations WHERE chat = ? AND thread = ? AND user = ?",
                (address.chat, address.thread, address.user),
            )

    def articles(self) -> list[str]:
        """The ids of all articles that answers cite, or links lead to."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT json_extract(value, '$[1]') FROM answers, json_each(citations) UNION SELECT article FROM places"
            )
            return [str(row[0]) for row in rows]

    def withdraw(self, article: str) -> None:
        """An article is gone: what answers said from it is erased, also where it waits to be sent, and where links led.

        That they were given, and for what questions, is not.
        """
        cites = "EXISTS (SELECT 1 FROM json_each(citations) WHERE json_extract(value, '$[1]') = ?)"
        with self._database.writing() as connection:
            connection.execute("DELETE FROM places WHERE article = ?", (article,))
            rows = connection.execute(f"SELECT key FROM answers WHERE {cites}", (article,))  # noqa: S608 - a constant
            keys = [int(row[0]) for row in rows]
            connection.executemany("UPDATE answers SET text = '' WHERE key = ?", [(key,) for key in keys])
            connection.executemany(
                "UPDATE outbox SET payload = ? WHERE answer = ? AND payload <> '{}'",  # `{}` is to be deleted
                [(json.dumps(WITHDRAWN), key) for key in keys],
            )

    def judge(self, given: Given, feedback: int | None) -> None:
        """Whether the answer was good: 1, -1, or None where that was taken back."""
        with self._database.writing() as connection:
            connection.execute("UPDATE answers SET feedback = ? WHERE key = ?", (feedback, given.key))

    def judged(self) -> list[Given]:
        """The answers that somebody has judged, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT * FROM answers WHERE feedback IS NOT NULL ORDER BY key").fetchall()
        return [given for row in rows if (given := _given(row))]

    def _one(self, condition: str, *values: object) -> Given | None:
        with self._database.reading() as connection:
            return _given(
                connection.execute(
                    f"SELECT * FROM answers WHERE {condition} ORDER BY key DESC LIMIT 1",  # noqa: S608 - constants
                    values,
                ).fetchone()
            )


def digest(quote: str) -> str:
    """The SHA-256 of a quote, in hexadecimal."""
    return hashlib.sha256(quote.encode()).hexdigest()


def stands(article: Article | None, span: Span, quote: str) -> bool:
    """Whether a quote with this SHA-256 still stands there; it does not in an article that is gone."""
    return article is not None and span.end <= len(article.text) and digest(span.of(article.text)) == quote


def _cited(answer: Answer) -> Iterator[tuple[int, str, int, int, bool, str]]:
    for each in answer.citations:
        yield each.number, each.article.id, each.span.start, each.span.end, each.proven, digest(each.quote)


def _is_last(connection: Connection, given: Given) -> bool:
    return bool(connection.execute("SELECT 1 FROM conversations WHERE answer = ?", (given.key,)).fetchone())


def _go_on_from(connection: Connection, address: Address, key: int) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO conversations VALUES (?, ?, ?, ?)", (address.chat, address.thread, address.user, key)
    )


def _given(row: Row | None) -> Given | None:
    if row is None:
        return None
    return Given(
        key=row["key"],
        token=row["token"],
        update_id=row["update_id"],
        address=Address(row["chat"], row["thread"], row["user"]),
        question_message=row["question_message"],
        parent=row["parent"],
        asked=row["asked"],
        question=row["question"],
        language=row["language"],
        status=row["status"],
        text=row["text"],
        writer=row["writer"],
        confidence=row["confidence"],
        citations=tuple(Cited(*each) for each in json.loads(row["citations"])),
        feedback=row["feedback"],
    )
