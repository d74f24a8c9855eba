"""The one value that every surface renders, an answer, the citations it stands on, and what is seen of it while it is made."""

from dataclasses import dataclass
from enum import StrEnum

from bot.errors import Trouble
from vectorstore import Article, Span


class Status(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    NOT_FOUND = "not_found"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Usage:
    """What was asked of models for an answer. `dollars` is None where no price is known."""

    input_tokens: int = 0
    output_tokens: int = 0
    dollars: float | None = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        dollars = None if self.dollars is None or other.dollars is None else self.dollars + other.dollars
        return Usage(self.input_tokens + other.input_tokens, self.output_tokens + other.output_tokens, dollars)

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


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
class Claim:
    """One thing that an answer says, without its marks; the numbers of the citations that it names, and whether they carry it."""

    text: str
    numbers: tuple[int, ...]
    proven: bool


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
    """What is said to a question: text with `[n]` marks, and citation `n` for each of them.

    A claim that nothing cited carries is marked `[n?]`, or `[?]` where it cites nothing; the citations are proven but for those of
    such claims. `confidence` is the fitted probability (0 to 1) that the archive answers the question. `nearest` names the articles
    that came closest, for an answer that says there is none. `trouble` says why a chat model that was to write did not, or not to
    the end.
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
    claims: tuple[Claim, ...] = ()
    model: str = ""
    trouble: Trouble | None = None
    usage: Usage = Usage()


class Stage(StrEnum):
    """What is being done for an answer."""

    UNDERSTANDING = "understanding"  # a question that leans on the conversation is being made to stand alone
    SEARCHING = "searching"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class Written:
    """What there is of an answer while it is being written.

    `text`, with its marks, has been looked at claim by claim, and `citations` are those that it names; `pending` is the sentence that is
    being written, not looked at yet, without marks. It grows from one of these to the next, unless the model is asked anew and begins again.
    """

    text: str
    pending: str = ""
    citations: tuple[Citation, ...] = ()


Event = Stage | Written | Answer
"""What a question brings, in order; the last is the answer."""
