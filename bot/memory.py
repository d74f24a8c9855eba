"""What was said earlier in one chat."""

import re
from dataclasses import dataclass

# Words that stand for what was said before, and openings that go on with it; Norwegian (bokmål, nynorsk) and English.
_POINTING = re.compile(
    r"\b(?:han|ham|hans|hun|ho|henne[s]?|hennar|dei?|dem|deres|deira|dette|denne|disse|desse|dit|begge|samme|same"
    r"|he|him|his|she|hers?|its|they|them|their|theirs|these|those|both)\b",
    re.IGNORECASE,
)
# They may, or may mean nothing: «Er det krig i Ukraina?» stands alone.
_MAYBE_POINTING = re.compile(r"\b(?:den|det|der|da|slik|it|this|that|there|then|one)\b", re.IGNORECASE)
_NAMING = re.compile(r"(?<!^)\b[A-ZÆØÅ]\w")
_GOING_ON = re.compile(
    r"\s*(?:og|men|eller|enn|hva (?:med|om)|kva med|and|but|or|so|what about|how about|why|hvorfor|kvifor)\b",
    re.IGNORECASE,
)
_FEWEST_WORDS = 4  # a shorter question seldom says what it is about


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what was answered to it."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns of one chat, oldest first."""

    turns: tuple[Turn, ...] = ()

    def after(self, turn: Turn) -> "Conversation":
        """The conversation with one more turn."""
        return Conversation((*self.turns, turn))

    @property
    def questions(self) -> tuple[str, ...]:
        return tuple(turn.question for turn in self.turns)

    def is_leaned_on_by(self, question: str) -> bool:
        """Whether a question may mean something that was said before it: it points there, or is too short to say what it is about."""
        is_short = len(question.split()) < _FEWEST_WORDS and not _names(question)
        return self.is_pointed_at_by(question) or (bool(self.turns) and is_short)

    def is_pointed_at_by(self, question: str) -> bool:
        """Whether words of a question stand for something that was said before it."""
        if not self.turns:
            return False
        if _POINTING.search(question) or _GOING_ON.match(question):
            return True
        return bool(_MAYBE_POINTING.search(question)) and not _names(question)


def _names(question: str) -> bool:
    return bool(_NAMING.search(question.strip()))
