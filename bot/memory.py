"""What was said earlier in one chat."""

from dataclasses import dataclass


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
