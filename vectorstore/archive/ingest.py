"""Taking articles in: each wholly or not at all, and no vector paid for twice."""

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from vectorstore.archive import rows
from vectorstore.archive.steps import STEP
from vectorstore.archive.values import Ingested, Unembedded
from vectorstore.article import Article, Span
from vectorstore.chunking import CHUNKING, passages
from vectorstore.database import Database
from vectorstore.embedding import BATCH, Embedder, Vectors, are_unit, portions, tokens_in
from vectorstore.errors import ArticleRejected, EmbeddingFailed

LONGEST_TEXT = 10_000_000
"""Code points in one article; the longest novel has some ten million."""

LONGEST_FIELD = 10_000
"""Code points in a title, outlet or address."""

LONGEST_ID = 1_000

_LONGEST_PRINTED = 200  # characters of an id in a message

_UNFIT = re.compile(r"[\x00\ud800-\udfff]")

log = logging.getLogger(__name__)


class Rejected(Protocol):
    """What could not be read as an article: where it was, and why."""

    @property
    def source(self) -> str: ...

    @property
    def reason(self) -> str: ...

    @property
    def expected(self) -> bool:
        """Whether it was passed over by design: nothing went wrong, and it is not reported."""


Progress = Callable[[int], None]
"""Called with how many of the given articles have been dealt with so far."""


@dataclass
class Tally:
    """What an ingest has done so far."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    displaced: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    unread: list[str] = field(default_factory=list)

    @property
    def done(self) -> int:
        return len(self.added) + len(self.changed) + len(self.unchanged) + len(self.skipped)

    def ingested(self) -> Ingested:
        return Ingested(
            tuple(self.added),
            tuple(self.changed),
            tuple(self.unchanged),
            tuple(self.removed),
            tuple(self.displaced),
            tuple(self.skipped),
        )


@dataclass(frozen=True, slots=True)
class _Cut:
    """An article to be stored: cut into passages, with a digest of what is embedded for each."""

    article: Article
    spans: Sequence[Span]
    texts: Sequence[str]
    digests: Sequence[bytes]

    @property
    def by_digest(self) -> dict[bytes, str]:
        """What is embedded, by digest: equal texts stand here once."""
        return dict(zip(self.digests, self.texts, strict=True))


class Intake:
    """Stores articles one by one, embedding many passages at a time. Its caller holds the archive's lock."""

    def __init__(self, database: Database, embedder: Embedder, embedder_key: int, origin: str, tally: Tally) -> None:
        self._database = database
        self._embedder = embedder
        self._embedder_key = embedder_key
        self._origin = origin
        self._tally = tally
        self._waiting: list[_Cut] = []

    def take(self, item: Article | Rejected) -> None:
        """Store an article, now or with the next ones; count what is unchanged or unfit."""
        if not isinstance(item, Article):
            if not item.expected:
                self._tally.skipped.append((item.source, item.reason))
                self._tally.unread.append(item.source)
            return
        try:
            check_article(item)
            if item.id in self._tally.seen:
                raise ArticleRejected(f"another article with the id {item.id} was given before it")
            self._tally.seen.add(item.id)
            if self._stands(item):
                self._tally.unchanged.append(item.id)
                return
            new = cut(item, self._embedder)
        except ArticleRejected as error:
            self._tally.seen.add(item.id)
            self._tally.skipped.append((printable(item.id), error.message))
            return
        if self._passages + len(new.spans) > BATCH:  # so that a request is full, and no small one comes after it
            self.finish()
        self._waiting.append(new)

    def finish(self) -> None:
        """Store what is waiting: first its vectors, so that they are kept whatever happens next, then each article by itself."""
        waiting, self._waiting = self._waiting, []
        texts = {digest: text for each in waiting for digest, text in each.by_digest.items()}
        embed_missing(self._database, self._embedder, self._embedder_key, texts)
        for each in waiting:
            self._store(each)

    @property
    def _passages(self) -> int:
        return sum(len(each.spans) for each in self._waiting)

    def _stands(self, article: Article) -> bool:
        """Whether the archive has this article already, cut as it would be cut today."""
        with self._database.reading() as connection:
            found = rows.known(connection, article.id)
            if found is None or found[1] != article.fingerprint or found[3] != CHUNKING:
                return False
            if rows.article_by_key(connection, found[0]) is None:  # damaged: it is written anew
                return False
        if (found[2], found[4]) != (self._origin, article.file):
            with self._database.writing() as connection:
                rows.set_origin(connection, found[0], self._origin, article.file)
        return True

    def _store(self, each: _Cut) -> None:
        article = each.article
        with self._database.writing() as connection:
            before = rows.known(connection, article.id)
            key = rows.put_article(connection, article, self._origin, CHUNKING)
            rows.replace_passages(connection, key, each.spans, each.digests)
        log.log(STEP, "an article is stored")
        if before is None:
            self._tally.added.append(article.id)
        elif before[1] == article.fingerprint:
            self._tally.unchanged.append(article.id)
        else:
            self._tally.changed.append(article.id)
            if before[2] != self._origin:
                self._tally.displaced.append(article.id)


def check_article(article: Article) -> None:
    """Raises `ArticleRejected` for what cannot be stored and shown faithfully."""
    if not article.id.strip() or len(article.id) > LONGEST_ID:
        raise ArticleRejected(f"its id is empty or longer than {LONGEST_ID} characters")
    if len(article.text) > LONGEST_TEXT:
        raise ArticleRejected(f"its text is longer than {LONGEST_TEXT:,} characters", "split it")
    for name in ("title", "outlet", "url", "language"):
        if len(getattr(article, name)) > LONGEST_FIELD:
            raise ArticleRejected(f"its {name} is longer than {LONGEST_FIELD:,} characters")
    for name in ("id", "title", "text", "outlet", "url", "language"):
        if not is_storable(getattr(article, name)):
            raise ArticleRejected(f"its {name} holds a NUL or half of a surrogate pair, which is no text")
    if not article.text.strip():
        raise ArticleRejected("it has no text")


def is_storable(text: str) -> bool:
    """Whether a text can be written as UTF-8 and read back by everyone."""
    return not _UNFIT.search(text)


def may_be(source: str, article_id: str) -> bool:
    """Whether the article may have come from a file that could not be read this time: its id is the file's path without suffix.

    What stood in a file of JSON, or on a line of one, cannot be told, so it may have been any.
    """
    path = source.replace("\\", "/")
    if re.fullmatch(r".*(?::\d+|\.jsonl?)", path, re.IGNORECASE):
        return True
    stem = re.sub(r"\.[^./]*$", "", path)
    return any(each == article_id or each.endswith("/" + article_id) for each in (path, stem))


def cut(article: Article, embedder: Embedder) -> _Cut:
    """The passages of an article and what is embedded for each. Raises `ArticleRejected` where it has none."""
    spans = passages(article.text)
    if not spans:
        raise ArticleRejected("it has no text")
    texts = [embedded_text(article, span, embedder) for span in spans]
    return _Cut(article, spans, texts, [rows.digest(article.title, span.of(article.text)) for span in spans])


def embedded_text(article: Article, span: Span, embedder: Embedder) -> str:
    text = span.of(article.text)
    return f"{article.title}\n{text}" if embedder.titled and article.title else text


def unembedded(
    database: Database, embedder: Embedder, embedder_key: int, articles: Iterable[Article | Rejected]
) -> Unembedded:
    """What would be embedded if these articles were taken in; what cannot be taken in counts as nothing."""
    counted: set[bytes] = set()
    tokens = 0
    for article in articles:
        if not isinstance(article, Article):
            continue
        try:
            check_article(article)
            texts = cut(article, embedder).by_digest
        except ArticleRejected:
            continue
        with database.reading() as connection:
            missing = rows.without_vector(connection, embedder_key, texts) - counted
        tokens += sum(tokens_in(texts[digest]) for digest in missing)
        counted |= missing
    return Unembedded(len(counted), tokens)


def embed_missing(database: Database, embedder: Embedder, embedder_key: int, texts: dict[bytes, str]) -> None:
    """Embed those texts (by digest) that have no vector yet, and keep each portion as it comes."""
    with database.reading() as connection:
        missing = rows.without_vector(connection, embedder_key, texts)
    wanted = [digest for digest in texts if digest in missing]
    for portion in portions([texts[digest] for digest in wanted]):
        some = wanted[portion]
        vectors = embedder.embed_passages([texts[digest] for digest in some])
        with database.writing() as connection:
            check_vectors(vectors, len(some), rows.dimensions(connection, embedder_key), embedder.name)
            rows.put_vectors(connection, embedder_key, dict(zip(some, vectors, strict=True)))
        log.log(STEP, "%d vectors are stored", len(some))


def embed_anew(
    database: Database, embedder: Embedder, embedder_key: int, keys: Sequence[int], progress: Progress | None
) -> None:
    """Embed the passages of articles, as they would be cut today, for an embedder whose vectors do not answer yet."""
    waiting: dict[bytes, str] = {}
    for done, key in enumerate(keys):
        with database.reading() as connection:
            stored = rows.article_by_key(connection, key)
            texts = cut(stored.article, embedder).by_digest if stored is not None else {}
            missing = rows.without_vector(connection, embedder_key, texts)
        if len(waiting) + len(missing) > BATCH:  # so that a request is full, and no small one comes after it
            embed_missing(database, embedder, embedder_key, waiting)
            waiting = {}
            if progress:
                progress(done)
        waiting |= {digest: texts[digest] for digest in missing}
    embed_missing(database, embedder, embedder_key, waiting)
    if progress:
        progress(len(keys))


def cut_anew(database: Database, embedder: Embedder, key: int) -> None:
    """Bring an article that was cut in another way to today's passages; their vectors are there already."""
    with database.writing() as connection:
        stored = rows.article_by_key(connection, key)
        known = stored and rows.known(connection, stored.article.id)
        if stored is not None and known and known[3] != CHUNKING:
            new = cut(stored.article, embedder)
            rows.put_article(connection, stored.article, known[2], CHUNKING)
            rows.replace_passages(connection, key, new.spans, new.digests)


def check_vectors(vectors: Vectors, count: int, dimensions: int, name: str) -> None:
    """Raises `EmbeddingFailed` for vectors that would spoil an index: too few, of another length, or without direction.

    `dimensions` is 0 where there were none before.
    """
    if (
        vectors.ndim != 2
        or len(vectors) != count
        or vectors.shape[1] != (dimensions or vectors.shape[1])
        or not vectors.shape[1]
    ):
        wanted = f"({count}, {dimensions or 'n'})"
        raise EmbeddingFailed(
            f"{name} gave vectors of shape {vectors.shape} where {wanted} was due", "check the model's settings"
        )
    if not are_unit(vectors).all():
        raise EmbeddingFailed(f"{name} gave a vector that is not of unit length", "check the model's settings")


def printable(text: str) -> str:
    """A text for people, with what is no text in it escaped."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")[:_LONGEST_PRINTED]
