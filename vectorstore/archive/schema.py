"""The tables of `archive.sqlite3`, and how an older file becomes one of today.

They ask for SQLite 3.24, so that the systems that still come with an old one (RHEL 9: 3.34) are served too.
"""

import hashlib

from vectorstore.database import Schema

_MIGRATIONS: tuple[tuple[str, ...], ...] = (
    # From version 0, an empty file, to version 1. The next version's statements come after these; published ones never change.
    (
        # One value a name: `revision` grows with every change; `embedder` is the key of the embedder whose vectors answer;
        # `erasing` stands while bytes of removed articles may still be in an index or in the log.
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
        """CREATE TABLE articles (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            title TEXT NOT NULL,
            text TEXT NOT NULL,
            year INTEGER, month INTEGER, day INTEGER,
            provenance TEXT NOT NULL,
            outlet TEXT NOT NULL,
            genre TEXT NOT NULL,
            url TEXT NOT NULL,
            language TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            origin TEXT NOT NULL,       -- the folder or file that the article was last given from
            file TEXT NOT NULL,         -- the very file, where it had one of its own
            chunking TEXT NOT NULL,
            revision INTEGER NOT NULL   -- of the last change
        )""",
        "CREATE INDEX articles_by_revision ON articles (revision)",
        "CREATE INDEX articles_by_origin ON articles (origin)",
        # A key is never used twice: a sealed index may go on naming one that is gone.
        """CREATE TABLE passages (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
            number INTEGER NOT NULL,
            start INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            embedded BLOB NOT NULL,     -- SHA-256 of the text that is embedded for it
            UNIQUE (article, number)
        )""",
        "CREATE INDEX passages_by_embedded ON passages (embedded)",
        # Its dimensions are 0 until it has given the first vector.
        "CREATE TABLE embedders (key INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, dimensions INTEGER NOT NULL DEFAULT 0)",
        # Vectors outlive an interrupted ingest: one is looked up by what was embedded before it is paid for.
        """CREATE TABLE vectors (
            key INTEGER PRIMARY KEY,
            embedder INTEGER NOT NULL REFERENCES embedders,
            embedded BLOB NOT NULL,
            vector BLOB NOT NULL,       -- little-endian float32, unit length
            UNIQUE (embedder, embedded)
        )""",
        # Articles that are gone, for indexes that have yet to hear of it.
        "CREATE TABLE removed (article INTEGER PRIMARY KEY, revision INTEGER NOT NULL)",
        "CREATE INDEX removed_by_revision ON removed (revision)",
        # The sealed vector index in use, at most one row.
        """CREATE TABLE generations (
            key INTEGER PRIMARY KEY,
            folder TEXT NOT NULL UNIQUE,
            embedder INTEGER NOT NULL REFERENCES embedders,
            last_passage INTEGER NOT NULL,  -- passages with a greater key came after it
            count INTEGER NOT NULL
        )""",
        "INSERT INTO meta VALUES ('revision', 0), ('erasing', 0), ('embedder', 0)",
    ),
    # To version 2: dates are told without reading past every text.
    ("CREATE INDEX articles_by_date ON articles (year, month, day, provenance, id)",),
    # To version 3: a sealed index names directions, not passages, so that equal vectors stand in it once.
    (
        "ALTER TABLE vectors ADD COLUMN direction INTEGER NOT NULL DEFAULT 0",
        "UPDATE vectors SET direction = direction(vector)",
        "CREATE INDEX vectors_by_direction ON vectors (embedder, direction, embedded)",
        "DELETE FROM generations",
        "ALTER TABLE generations ADD COLUMN passages INTEGER NOT NULL DEFAULT 0",  # `count` is that of the directions
        # What the vector index could not be made of, at most one row, so that it is not tried again and again.
        "CREATE TABLE refused (last_passage INTEGER NOT NULL, passages INTEGER NOT NULL, reason TEXT NOT NULL)",
    ),
)


def direction(vector: bytes) -> int:
    """Names a vector by its content: the first 63 bits of its SHA-256. Migrations call it, as an SQL function of this name.

    An INTEGER of SQLite has 64 bits, one of which is the sign (https://sqlite.org/datatype3.html); so of 8 bytes, the last bit is dropped.
    """
    return int.from_bytes(hashlib.sha256(vector).digest()[:8], "big") >> 1


ARCHIVE = Schema(
    "an archive",
    0x6B696C64,  # "kild"
    _MIGRATIONS,
    "restore it from a backup, or ingest the articles anew in another folder",
    {"direction": direction},
)
