"""The one value that every surface renders, an answer, and the citations it stands on."""

from dataclasses import dataclass
from enum import StrEnum

from vectorstore import Article, Span


class Status(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    NOT_FOUND = "not_found"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered claim of support, proven against the article's own text."""

    number: int
    article: Article
    span: Span
    proven: bool = True
    also_in: tuple[Article, ...] = ()

    @property
    def quote(self) -> str:
        return self.span.of(self.article.text)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer makes of findings: text with `[n]` marks and the citations they stand for.

    `confidence` is the probability (0 to 1) that the findings answer the question.
    """

    text: str
    citations: tuple[Citation, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a question: text with `[n]` marks, and citation `n` for each of them, best first.

    `confidence` is the fitted probability (0 to 1) that the archive answers the question. `nearest` names the
    articles that came closest, for an answer that says there is none.
    """

    question: str
    status: Status
    text: str
    confidence: float
    language: str
    writer: str
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Article, ...] = ()
    seconds: float = 0.0
