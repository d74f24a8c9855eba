"""Places in articles that a link to the bot leads to: for articles without a public address."""

import hashlib
from dataclasses import dataclass

from bot.telegram.store.answers import digest
from vectorstore.article import Article, Span
from vectorstore.database import Database

_TOKEN_BYTES = 12  # a payload of t.me/bot?start= may have 64 characters (Bot API, "Deep Linking")


@dataclass(frozen=True, slots=True)
class Place:
    """A span of an article; `quote` is the SHA-256 of what stood there."""

    article: str
    span: Span
    quote: str


class Places:
    """Each call is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def token(self, article: Article, span: Span) -> str:
        """What names the place in a link; the same each time."""
        quote = digest(span.of(article.text))
        named = f"{article.id}\0{span.start}\0{span.end}\0{quote}"
        token = "p" + hashlib.blake2b(named.encode(), digest_size=_TOKEN_BYTES).hexdigest()
        if self.find(token) is None:
            with self._database.writing() as connection:
                connection.execute(
                    "INSERT OR IGNORE INTO places VALUES (?, ?, ?, ?, ?)",
                    (token, article.id, span.start, span.end, quote),
                )
        return token

    def find(self, token: str) -> Place | None:
        with self._database.reading() as connection:
            row = connection.execute(
                'SELECT article, start, "end", quote FROM places WHERE token = ?', (token,)
            ).fetchone()
        return Place(row["article"], Span(row["start"], row["end"]), row["quote"]) if row else None
