"""What became of a question: what was found, what was answered, and whether it was right. Plain values, so that they can be kept."""

from dataclasses import dataclass

from bot.answer import Claim, Status, Usage
from bot.errors import Trouble

_NOTHING_SPENT = Usage()


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that search found; `right` if it holds the answer."""

    article: str
    title: str
    start: int
    end: int
    text: str
    right: bool


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation. `exact` if its quote stands in the archive's article where it says; `right` if it holds the answer."""

    number: int
    article: str
    title: str
    start: int
    end: int
    quote: str
    proven: bool
    exact: bool
    right: bool
    right_article: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question of a set and what became of it; with an `error`, it could not be answered at all."""

    number: int
    question: str
    answerable: bool
    earlier: tuple[str, ...] = ()
    sort: str = ""
    expected: tuple[str, ...] = ()
    expected_in: tuple[str, ...] = ()
    passages: tuple[Found, ...] = ()
    status: Status = Status.NOT_FOUND
    text: str = ""
    confidence: float = 0.0
    writer: str = ""
    model: str = ""
    trouble: Trouble | None = None
    citations: tuple[Cited, ...] = ()
    claims: tuple[Claim, ...] = ()
    usage: Usage = _NOTHING_SPENT
    search_seconds: float = 0.0
    ask_seconds: float = 0.0
    error: str = ""

    @property
    def rank(self) -> int | None:
        """The place of the first passage that holds the answer, from 1; None where none does."""
        return next((at for at, each in enumerate(self.passages, start=1) if each.right), None)

    @property
    def refused(self) -> bool:
        """Whether it was said that the articles say nothing about it."""
        return not self.error and self.status is Status.NOT_FOUND

    @property
    def answered(self) -> bool:
        return not self.error and not self.refused

    @property
    def right_first(self) -> bool:
        return any(each.right for each in self.citations[:1])

    @property
    def right_any(self) -> bool:
        return any(each.right for each in self.citations)

    @property
    def is_well(self) -> bool:
        """Whether the first citation is right, or it was refused as it should be."""
        return not self.error and (self.right_first if self.answerable else self.refused)
