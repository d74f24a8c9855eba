"""What the archive gives back: passages with their keys, what an ingest did, what a check found."""

from dataclasses import dataclass
from enum import StrEnum

from vectorstore.article import UNKNOWN_DATE, Passage, Published


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as the archive holds it: its key in the indexes, its article's key, and its place in the article, from 0."""

    key: int
    article_key: int
    number: int
    passage: Passage


@dataclass(frozen=True, slots=True)
class Dates:
    """From when to when the articles were published, and how many are undated. Both ends are unknown where all are."""

    earliest: Published = UNKNOWN_DATE
    latest: Published = UNKNOWN_DATE
    undated: int = 0


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an ingest did, by article ids; `skipped` holds what could not be taken in, and why.

    `displaced` are those among `changed` that took the place of an article of the same id from another origin.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    displaced: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unembedded:
    """What the archive's embedder has given no vector for yet: how many texts, and about how many tokens they are."""

    texts: int = 0
    tokens: int = 0


class Grade(StrEnum):
    """How well a thing is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, how it is, and what to do about it."""

    name: str
    grade: Grade
    text: str
    hint: str = ""
