"""Articles, the passages cut from them, and the archive that finds them. Knows nothing of bots."""

from vectorstore.article import UNKNOWN_DATE, Article, Genre, Hit, Passage, Provenance, Published, Span
from vectorstore.errors import (
    ArchiveDamaged,
    ArchiveLocked,
    ArchiveUnusable,
    ArticleRejected,
    EmbeddingFailed,
    IndexBroken,
    VectorstoreError,
)

__all__ = [
    "UNKNOWN_DATE",
    "ArchiveDamaged",
    "ArchiveLocked",
    "ArchiveUnusable",
    "Article",
    "ArticleRejected",
    "EmbeddingFailed",
    "Genre",
    "Hit",
    "IndexBroken",
    "Passage",
    "Provenance",
    "Published",
    "Span",
    "VectorstoreError",
]
