"""Every question that is put to the tables, and every change made to them. Each works within a transaction of `database`."""

# ruff: noqa: S608 - what is put into a statement is question marks and names of columns

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vectorstore.archive.schema import direction
from vectorstore.article import Article, Genre, Provenance, Published, Span
from vectorstore.database import Connection, Row
from vectorstore.embedding import Vectors, are_unit
from vectorstore.errors import ArchiveDamaged

T = TypeVar("T")

_ALIKE = 4  # passages with the same vector, on average, up to which they are all read at once
_FLOAT_BYTES = 4  # of float32, as vectors are stored
_MANY = 500  # keys in one statement; SQLite's oldest limit on parameters is 999


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as it was read back, its key, and the revision of its last change."""

    key: int
    revision: int
    article: Article


@dataclass(frozen=True, slots=True)
class Sealed:
    """The vector generation in use: its folder's name, whose vectors, the last passage and how many are in it.

    `count` is the number of its directions: passages that have the same vector share one.
    """

    folder: str
    embedder: int
    last_passage: int
    passages: int
    count: int


@dataclass(frozen=True, slots=True)
class Refused:
    """What no generation could be made of: the last passage, how many there were, and why."""

    last_passage: int
    passages: int
    reason: str


def value(connection: Connection, name: str) -> int:
    """The value of a name in the table `meta`. Raises `ArchiveDamaged` where it is gone."""
    found = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    if found is None:
        raise ArchiveDamaged(f"the archive has lost its record of `{name}`", "restore it from a backup")
    return int(found[0])


def set_value(connection: Connection, name: str, new: int) -> None:
    connection.execute("UPDATE meta SET value = ? WHERE name = ?", (new, name))


def next_revision(connection: Connection) -> int:
    set_value(connection, "revision", value(connection, "revision") + 1)
    return value(connection, "revision")


def counts(connection: Connection) -> tuple[int, int]:
    """How many articles and how many passages there are."""
    found = connection.execute("SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)").fetchone()
    return int(found[0]), int(found[1])


# Articles


def has_articles(connection: Connection) -> bool:
    return connection.execute("SELECT 1 FROM articles LIMIT 1").fetchone() is not None


def read_article(row: Row) -> StoredArticle | None:
    """The article of a row, or None where the row is not what was written: its fingerprint tells."""
    try:
        published = Published(row["year"], row["month"], row["day"], Provenance(row["provenance"]))
        genre = Genre(row["genre"]) if row["genre"] else None
        article = Article(
            row["id"],
            row["title"],
            row["text"],
            published,
            row["outlet"],
            genre,
            row["url"],
            row["language"],
            row["file"],
        )
        sound = article.fingerprint == row["fingerprint"]
    except (ValueError, TypeError):
        return None
    return StoredArticle(row["key"], row["revision"], article) if sound else None


def article_rows(connection: Connection, keys: Iterable[int]) -> Iterator[Row]:
    for some in _portions(keys):
        yield from connection.execute(f"SELECT * FROM articles WHERE key IN ({_marks(some)})", some)


def article_by_key(connection: Connection, key: int) -> StoredArticle | None:
    """The article of a key; None where there is none, or where it is not as it was written."""
    row = connection.execute("SELECT * FROM articles WHERE key = ?", (key,)).fetchone()
    return None if row is None else read_article(row)


def all_article_rows(connection: Connection) -> Iterator[Row]:
    yield from connection.execute("SELECT * FROM articles ORDER BY key")


def cut_otherwise(connection: Connection, chunking: str) -> int:
    """How many articles were cut into passages in another way."""
    return int(connection.execute("SELECT count(*) FROM articles WHERE chunking <> ?", (chunking,)).fetchone()[0])


def article_row(connection: Connection, article_id: str) -> Row | None:
    row: Row | None = connection.execute("SELECT * FROM articles WHERE id = ?", (article_id,)).fetchone()
    return row


def article_keys(connection: Connection) -> list[int]:
    """Every article's key, in the order in which they first came in."""
    return [row[0] for row in connection.execute("SELECT key FROM articles ORDER BY key")]


def keys_newest_first(connection: Connection) -> list[int]:
    """Every article's key: by the last day on which it may have been published, the undated last."""
    found = connection.execute(
        """SELECT key FROM articles
           ORDER BY year IS NULL, year DESC, coalesce(month, 12) DESC, coalesce(day, 31) DESC, id"""
    )
    return [row[0] for row in found]


def dates(connection: Connection) -> Iterator[tuple[int | None, int | None, int | None, str, int]]:
    """Each date there is: year, month, day, provenance, and how many articles have it."""
    yield from connection.execute(
        """SELECT year, month, day, provenance, count(*) FROM articles
           GROUP BY year, month, day, provenance"""
    )


def changed_since(connection: Connection, revision: int) -> list[int]:
    return [
        row[0] for row in connection.execute("SELECT key FROM articles WHERE revision > ? ORDER BY key", (revision,))
    ]


def removed_since(connection: Connection, revision: int) -> list[int]:
    return [row[0] for row in connection.execute("SELECT article FROM removed WHERE revision > ?", (revision,))]


def known(connection: Connection, article_id: str) -> tuple[int, str, str, str, str] | None:
    """Key, fingerprint, origin, chunking and file of an article, if it is there."""
    found = connection.execute(
        "SELECT key, fingerprint, origin, chunking, file FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    return None if found is None else (found[0], found[1], found[2], found[3], found[4])


def ids_of_origin(connection: Connection, origin: str) -> list[str]:
    return [row[0] for row in connection.execute("SELECT id FROM articles WHERE origin = ? ORDER BY key", (origin,))]


def put_article(connection: Connection, article: Article, origin: str, chunking: str) -> int:
    """Insert or replace an article under a new revision; gives its key. Its passages are to be replaced too."""
    published = article.published
    fields = {
        "id": article.id,
        "title": article.title,
        "text": article.text,
        "year": published.year,
        "month": published.month,
        "day": published.day,
        "provenance": published.provenance.value,
        "outlet": article.outlet,
        "genre": article.genre.value if article.genre else "",
        "url": article.url,
        "language": article.language,
        "fingerprint": article.fingerprint,
        "origin": origin,
        "file": article.file,
        "chunking": chunking,
        "revision": next_revision(connection),
    }
    updates = ", ".join(f"{name} = excluded.{name}" for name in fields if name != "id")
    connection.execute(
        f"INSERT INTO articles ({', '.join(fields)}) VALUES ({_marks(fields)}) ON CONFLICT (id) DO UPDATE SET {updates}",
        tuple(fields.values()),
    )
    return int(connection.execute("SELECT key FROM articles WHERE id = ?", (article.id,)).fetchone()[0])


def set_origin(connection: Connection, key: int, origin: str, file: str) -> None:
    connection.execute("UPDATE articles SET origin = ?, file = ? WHERE key = ?", (origin, file, key))


def remove_article(connection: Connection, article_id: str) -> bool:
    """Take an article out with its passages and the vectors that only they used; False where there is none."""
    found = known(connection, article_id)
    if found is None:
        return False
    replace_passages(connection, found[0], (), ())
    connection.execute("DELETE FROM articles WHERE key = ?", (found[0],))
    connection.execute("INSERT INTO removed VALUES (?, ?)", (found[0], next_revision(connection)))
    return True


# Passages


def replace_passages(connection: Connection, article: int, spans: Sequence[Span], digests: Sequence[bytes]) -> None:
    """Give an article these passages instead of those it had, and drop the vectors that nothing needs any more."""
    before = {row[0] for row in connection.execute("SELECT embedded FROM passages WHERE article = ?", (article,))}
    connection.execute("DELETE FROM passages WHERE article = ?", (article,))
    connection.executemany(
        'INSERT INTO passages (article, number, start, "end", embedded) VALUES (?, ?, ?, ?, ?)',
        [
            (article, number, span.start, span.end, name)
            for number, (span, name) in enumerate(zip(spans, digests, strict=True))
        ],
    )
    for name in before - set(digests):
        connection.execute(
            "DELETE FROM vectors WHERE embedded = :name AND NOT EXISTS (SELECT 1 FROM passages WHERE embedded = :name)",
            {"name": name},
        )


def passage_rows(connection: Connection, keys: Iterable[int]) -> Iterator[Row]:
    for some in _portions(keys):
        yield from connection.execute(
            f"""SELECT passages.*, articles.revision FROM passages JOIN articles ON articles.key = passages.article
                WHERE passages.key IN ({_marks(some)})""",
            some,
        )


def passages_of(connection: Connection, article: int) -> list[Row]:
    return list(connection.execute("SELECT * FROM passages WHERE article = ? ORDER BY number", (article,)))


def passage_keys(connection: Connection, after: int = 0) -> NDArray[np.int64]:
    """The keys of the passages that came after one, ascending."""
    found = connection.execute("SELECT key FROM passages WHERE key > ? ORDER BY key", (after,))
    return np.fromiter((row[0] for row in found), np.int64)


def passage_keys_with_vector(connection: Connection, embedder: int) -> list[int]:
    """The keys of the passages that an embedder has given a vector for, ascending."""
    found = connection.execute(
        """SELECT passages.key FROM passages CROSS JOIN vectors ON vectors.embedder = ? AND vectors.embedded = passages.embedded
           ORDER BY passages.key""",
        (embedder,),
    )
    return [row[0] for row in found]


def passages_until(connection: Connection, last: int) -> int:
    return int(connection.execute("SELECT count(*) FROM passages WHERE key <= ?", (last,)).fetchone()[0])


# Vectors


def digest(title: str, text: str) -> bytes:
    """Names what is embedded for a passage, for finding its vector again.

    The title counts whether or not the embedder sees it, so that a passage's digest is the same for every embedder.
    """
    return hashlib.sha256(f"{title}\0{text}".encode()).digest()


def embedder_key(connection: Connection, fingerprint: str) -> int:
    """The key of an embedder, 0 where it has never given a vector."""
    found = connection.execute("SELECT key FROM embedders WHERE fingerprint = ?", (fingerprint,)).fetchone()
    return int(found[0]) if found else 0


def add_embedder(connection: Connection, fingerprint: str) -> int:
    connection.execute("INSERT INTO embedders (fingerprint) VALUES (?) ON CONFLICT DO NOTHING", (fingerprint,))
    return embedder_key(connection, fingerprint)


def dimensions(connection: Connection, embedder: int) -> int:
    """Of an embedder's vectors; 0 where it has given none yet."""
    found = connection.execute("SELECT dimensions FROM embedders WHERE key = ?", (embedder,)).fetchone()
    return int(found[0]) if found else 0


def embedder_fingerprint(connection: Connection, key: int) -> str:
    found = connection.execute("SELECT fingerprint FROM embedders WHERE key = ?", (key,)).fetchone()
    return str(found[0]) if found else ""


def without_vector(connection: Connection, embedder: int, digests: Iterable[bytes]) -> set[bytes]:
    """Those of the digests that the embedder has given no vector for."""
    wanted = set(digests)
    for some in _portions(list(wanted)):
        found = connection.execute(
            f"SELECT embedded FROM vectors WHERE embedder = ? AND embedded IN ({_marks(some)})", (embedder, *some)
        )
        wanted -= {row[0] for row in found}
    return wanted


def put_vectors(connection: Connection, embedder: int, vectors: Mapping[bytes, Vectors]) -> None:
    for vector in vectors.values():
        connection.execute(
            "UPDATE embedders SET dimensions = ? WHERE key = ? AND dimensions = 0", (len(vector), embedder)
        )
        break
    connection.executemany(
        "INSERT INTO vectors (embedder, embedded, vector, direction) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            (embedder, name, content, direction(content))
            for name, vector in vectors.items()
            for content in [vector.astype("<f4").tobytes()]
        ],
    )


def vectors_of(
    connection: Connection, embedder: int, keys: Iterable[int | np.int64]
) -> tuple[NDArray[np.int64], Vectors]:
    """The vectors of those passages that still are, as their keys and a row for each, in no order."""
    wanted = [int(key) for key in keys]
    length = dimensions(connection, embedder)
    matrix = np.empty((len(wanted), length), np.float32)
    found: list[int] = []
    for some in _portions(wanted):
        # CROSS JOIN keeps SQLite from walking all vectors first, which is what it chooses without statistics.
        for key, vector in connection.execute(
            f"""SELECT passages.key, vectors.vector FROM passages
                CROSS JOIN vectors ON vectors.embedder = ? AND vectors.embedded = passages.embedded
                WHERE passages.key IN ({_marks(some)})""",
            (embedder, *some),
        ):
            if len(vector) == _FLOAT_BYTES * length:
                matrix[len(found)] = np.frombuffer(vector, "<f4")
                found.append(key)
    return np.array(found, np.int64), matrix[: len(found)]


def directions(connection: Connection, embedder: int) -> list[int]:
    """The directions in which any passage's vector points, each once, in the order in which they came in."""
    found = connection.execute(
        """SELECT direction FROM vectors
           WHERE embedder = ? AND EXISTS (SELECT 1 FROM passages WHERE passages.embedded = vectors.embedded)
           GROUP BY direction ORDER BY min(key)""",
        (embedder,),
    )
    return [row[0] for row in found]


def vectors_along(
    connection: Connection, embedder: int, directions: Iterable[int]
) -> tuple[NDArray[np.int64], Vectors]:
    """The vector of each of these directions in which one still points, as the directions and a row for each, in no order."""
    wanted = list(directions)
    length = dimensions(connection, embedder)
    matrix = np.empty((len(wanted), length), np.float32)
    found: list[int] = []
    for some in _portions(wanted):
        for name, vector in connection.execute(
            f"""SELECT direction, vector FROM vectors WHERE key IN
                (SELECT min(key) FROM vectors WHERE embedder = ? AND direction IN ({_marks(some)}) GROUP BY direction)""",
            (embedder, *some),
        ):
            if len(vector) == _FLOAT_BYTES * length:
                matrix[len(found)] = np.frombuffer(vector, "<f4")
                found.append(name)
    return np.array(found, np.int64), matrix[: len(found)]


def passages_along(
    connection: Connection, embedder: int, directions: Sequence[int], until: int, limit: int
) -> Iterator[tuple[int, int]]:
    """The passages whose vectors point in these directions, none after `until`, each as its key and the direction.

    Of many along one direction at least the first `limit` are among them.
    """
    query = """SELECT passages.key, vectors.direction
               FROM vectors CROSS JOIN passages ON passages.embedded = vectors.embedded
               WHERE vectors.embedder = ? AND vectors.direction IN ({}) AND passages.key <= ?"""
    for some in _portions(directions):
        most = _ALIKE * len(some)
        found = connection.execute(
            f"{query.format(_marks(some))} LIMIT ?", (embedder, *some, until, most + 1)
        ).fetchall()
        if len(found) <= most:
            yield from found
            continue
        for one in some:  # at a time, for along one of them there may be a million
            yield from connection.execute(
                f"{query.format('?')} ORDER BY passages.key LIMIT ?", (embedder, one, until, limit)
            )


def spoilt_vectors(connection: Connection, embedder: int) -> list[int]:
    """The keys of an embedder's vectors that are not of the right size and of unit length."""
    length = dimensions(connection, embedder)
    found = connection.execute("SELECT key, vector FROM vectors WHERE embedder = ?", (embedder,))
    return [
        key
        for key, vector in found
        if len(vector) != _FLOAT_BYTES * length or not are_unit(np.frombuffer(vector, "<f4")[None, :]).all()
    ]


def erase_vectors(connection: Connection, keys: Iterable[int]) -> None:
    connection.executemany("DELETE FROM vectors WHERE key = ?", [(key,) for key in keys])


def switches_begun(connection: Connection) -> list[tuple[str, int]]:
    """The embedders that have given vectors but do not answer, by fingerprint: each with how many passages have its vectors."""
    found = connection.execute(
        """SELECT embedders.fingerprint, count(*) FROM embedders
           JOIN vectors ON vectors.embedder = embedders.key
           JOIN passages ON passages.embedded = vectors.embedded
           WHERE embedders.key <> (SELECT value FROM meta WHERE name = 'embedder') GROUP BY embedders.key"""
    )
    return [(row[0], row[1]) for row in found]


def erase_unused_vectors(connection: Connection) -> None:
    """Forget the vectors of texts that no passage has, as an interrupted ingest may leave."""
    connection.execute(
        "DELETE FROM vectors WHERE NOT EXISTS (SELECT 1 FROM passages WHERE passages.embedded = vectors.embedded)"
    )


def erase_vectors_by(connection: Connection, embedder: int) -> None:
    connection.execute("DELETE FROM vectors WHERE embedder = ?", (embedder,))


def erase_other_embedders(connection: Connection, kept: int) -> None:
    connection.execute("DELETE FROM vectors WHERE embedder <> ?", (kept,))
    connection.execute(
        "DELETE FROM embedders WHERE key <> ? AND key NOT IN (SELECT embedder FROM generations)", (kept,)
    )


# The sealed generation


def sealed(connection: Connection) -> Sealed | None:
    found = connection.execute("SELECT folder, embedder, last_passage, passages, count FROM generations").fetchone()
    return Sealed(*found) if found else None


def publish(connection: Connection, generation: Sealed | None) -> None:
    """Make this the generation in use, or none."""
    connection.execute("DELETE FROM generations")
    if generation:
        connection.execute(
            "INSERT INTO generations (folder, embedder, last_passage, passages, count) VALUES (?, ?, ?, ?, ?)",
            (
                generation.folder,
                generation.embedder,
                generation.last_passage,
                generation.passages,
                generation.count,
            ),
        )


def refused(connection: Connection) -> Refused | None:
    """What no generation could be made of the last time it was tried; None where it was made, or never tried."""
    found = connection.execute("SELECT last_passage, passages, reason FROM refused").fetchone()
    return Refused(*found) if found else None


def set_refused(connection: Connection, new: Refused | None) -> None:
    """Remember what no generation could be made of, or forget it."""
    connection.execute("DELETE FROM refused")
    if new:
        connection.execute("INSERT INTO refused VALUES (?, ?, ?)", (new.last_passage, new.passages, new.reason))


def _portions(items: Iterable[T]) -> Iterator[list[T]]:
    every = list(items)
    for start in range(0, len(every), _MANY):
        yield every[start : start + _MANY]


def _marks(items: Iterable[object]) -> str:
    return ", ".join("?" for _ in items)
