"""What can go wrong in the archive, as people are told it.

VectorstoreError          the base that surfaces catch, once
├── ArticleRejected       one article could not be taken in; the rest of its batch was
├── ArchiveDamaged        the SQLite file cannot be trusted
├── ArchiveLocked         another process is writing
├── ArchiveUnusable       the folder cannot be read or written, the disk is full, a newer version wrote it
├── EmbeddingFailed       the embedding model did not give vectors
└── IndexBroken           an index cannot be used; it is rebuilt from the archive

Each carries a message that names the thing and a `hint` that says what to do.
"""


class VectorstoreError(Exception):
    """Base of everything this package raises on purpose."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ArticleRejected(VectorstoreError):
    """One article could not be taken in."""


class ArchiveDamaged(VectorstoreError):
    """The SQLite file cannot be trusted."""


class ArchiveLocked(VectorstoreError):
    """Another process is writing to the archive."""


class ArchiveUnusable(VectorstoreError):
    """The archive's folder cannot be used as it is."""


class EmbeddingFailed(VectorstoreError):
    """The embedding model did not give usable vectors."""


class IndexBroken(VectorstoreError):
    """An index cannot be used; the archive answers without it and rebuilds it."""
