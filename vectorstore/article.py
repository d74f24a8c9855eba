"""What the archive is about: articles, the passages cut from them, and the passages found for a question.

Every offset counts code points in `Article.text`, end exclusive.
"""

import calendar
import hashlib
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property


class Genre(StrEnum):
    """What kind of text an article is; readers must be able to tell opinion from news."""

    NEWS = "news"
    EDITORIAL = "editorial"
    COMMENTARY = "commentary"
    ANALYSIS = "analysis"
    OPINION = "opinion"


class Provenance(StrEnum):
    """How a date of publication is known."""

    STATED = "stated"
    INFERRED = "inferred"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Published:
    """When an article was published, at the precision that is known: year, month or day.

    Raises `ValueError` for a date that no calendar has, and for a day without its month.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    provenance: Provenance = Provenance.UNKNOWN

    def __post_init__(self) -> None:
        known = [part is not None for part in (self.year, self.month, self.day)]
        if known != sorted(known, reverse=True):
            raise ValueError("a month needs its year, a day needs its month")
        if known[0] is (self.provenance is Provenance.UNKNOWN):
            raise ValueError("a date has a provenance, and only a date has one")
        if self.year is not None:
            date(self.year, self.month or 1, self.day or 1)

    @classmethod
    def parse(cls, text: str, provenance: Provenance = Provenance.STATED) -> "Published":
        """Read `2019`, `2019-04` or `2019-04-25` (ISO 8601 calendar dates); raises `ValueError` for anything else."""
        found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", text.strip(), re.ASCII)
        if not found:
            raise ValueError(f"not a date like 2019, 2019-04 or 2019-04-25: {text!r}")
        year, month, day = (int(part) if part else None for part in found.groups())
        return cls(year, month, day, provenance)

    @property
    def iso(self) -> str:
        """`2019`, `2019-04` or `2019-04-25`, never padded with what is not known; empty when unknown."""
        parts = [f"{self.year:04d}"] if self.year is not None else []
        return "-".join(parts + [f"{part:02d}" for part in (self.month, self.day) if part is not None])

    @property
    def earliest(self) -> date | None:
        return None if self.year is None else date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date | None:
        if self.year is None:
            return None
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])


UNKNOWN_DATE = Published()


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points: `text[start:end]`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        return text[self.start : self.end]

    def contains(self, other: "Span") -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Article:
    """One article as published. What is not known is empty; nothing is guessed.

    `file` is where it was read from on this machine; it says nothing of the article and is no part of its fingerprint.
    """

    id: str
    title: str
    text: str
    published: Published = UNKNOWN_DATE
    outlet: str = ""
    genre: Genre | None = None
    url: str = ""
    language: str = ""
    file: str = ""

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over everything but the id and the file: the same article has the same fingerprint, wherever it came from."""
        parts = (
            self.title,
            self.text,
            self.published.iso,
            self.published.provenance,
            self.outlet,
            self.genre or "",
            self.url,
            self.language,
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of one article that is retrieved as one piece."""

    article: Article
    span: Span

    @property
    def text(self) -> str:
        return self.span.of(self.article.text)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. Scores order the hits of one search; they mean nothing between searches."""

    passage: Passage
    score: float
