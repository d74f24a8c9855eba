"""What a chat model is told: the templates of prompt.md, filled in, and no longer than the model takes."""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.memory import Conversation
from bot.messages import Language, date_in_words, kind_in_words
from bot.proof.abstaining import NOTHING
from vectorstore.article import Article, Passage
from vectorstore.chunking import sentences

_MOST_ANSWER_TOKENS = 2_000
_BYTES_PER_TOKEN = 3.3  # an estimate on the safe side: Norwegian takes some 3.5 bytes a token, English some 4.5
_PER_MESSAGE = 8  # tokens that a message takes beside its text
_TURNS = 4  # of the conversation, to understand a question by
_LONGEST_ANSWER = 400  # characters of an earlier answer, to understand a question by
_LONGEST_LINE = 200  # characters of a title or an outlet
_PART = re.compile(r"^## (?P<name>.+)$", re.MULTILINE)
_VERSION = re.compile(r"version (\d+)")
_ANY_MARK = re.compile(r"\s*\[\d*\??\]")
_LANGUAGES = {Language.NORWEGIAN: "Norwegian (bokmål)", Language.ENGLISH: "English"}


@dataclass(frozen=True, slots=True)
class Filled:
    """What is sent: the values for the templates, and how many of the passages are among them."""

    values: dict[str, str]
    passages: tuple[Passage, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class Template:
    """The system message and the human message, as format strings."""

    system: str
    human: str

    def tokens(self, values: dict[str, str]) -> int:
        """Tokens of the messages filled in, by estimate."""
        return sum(estimated_tokens(each.format(**values)) + _PER_MESSAGE for each in (self.system, self.human))


@dataclass(frozen=True, slots=True)
class Prompt:
    """The templates of one version."""

    version: int
    answer: Template
    standalone: Template
    passage: str

    def to_answer(
        self,
        question: str,
        passages: Sequence[Passage],
        language: Language,
        most_tokens: int,
        fence: Callable[[], str] = lambda: f"passages-{secrets.token_hex(4)}",
    ) -> Filled:
        """What asks for an answer, its passages as many as fit into the tokens; of the first, as many whole sentences as fit.

        `fence` gives the name of the tags around the passages; it is another one each time, so that no article can close it.
        """
        values = {
            "fence": fence(),
            "passages": "",
            "question": question.strip(),
            "language": _LANGUAGES[language],
            "nothing": NOTHING,
        }
        room = most_tokens - self.answer.tokens(values)
        told: list[str] = []
        for number, passage in enumerate(passages, 1):
            text = self._told(number, passage, passage.text)
            needed = estimated_tokens(text) + 1
            if needed > room and number == 1:
                text = self._told(number, passage, self._shortened(number, passage, room))
                needed = room
            if needed > room:
                break
            told.append(text)
            room -= needed
        values["passages"] = "\n\n".join(told)
        return Filled(values, tuple(passages[: len(told)]), self.answer.tokens(values))

    def to_stand_alone(self, question: str, conversation: Conversation) -> dict[str, str]:
        """What asks for a question that can be understood without the conversation."""
        turns = [
            f"Reader: {turn.question}\nAnswer: {_ANY_MARK.sub('', turn.answer)[:_LONGEST_ANSWER]}"
            for turn in conversation.turns[-_TURNS:]
        ]
        return {"conversation": "\n".join(turns), "question": question.strip()}

    def _told(self, number: int, passage: Passage, text: str) -> str:
        return self.passage.format(number=number, heading=_heading(passage.article), text=text.strip())

    def _shortened(self, number: int, passage: Passage, room: int) -> str:
        """The first sentences of a passage, as many as fit."""
        kept = ""
        for span in sentences(passage.text):
            longer = passage.text[: span.end]
            if estimated_tokens(self._told(number, passage, longer)) + 1 > room:
                break
            kept = longer
        return kept


@cache
def prompt() -> Prompt:
    """The prompt that ships."""
    text = files("bot.writers").joinpath("prompt.md").read_text(encoding="utf-8")
    parts = {found["name"]: _body(text, found.end()) for found in _PART.finditer(text)}
    version = _VERSION.search(text)
    return Prompt(
        version=int(version[1]) if version else 0,
        answer=Template(parts["answer: system"], parts["answer: human"]),
        standalone=Template(parts["standalone: system"], parts["standalone: human"]),
        passage=parts["passage"],
    )


def answer_tokens(context_tokens: int) -> int:
    """Tokens that are left for an answer, of those that a model takes: with what it thinks before it, far more than five sentences take."""
    return min(_MOST_ANSWER_TOKENS, context_tokens // 4)


def estimated_tokens(text: str) -> int:
    """Tokens of a text, rather too many than too few; counting them would need each model's own table."""
    return int(len(text.encode("utf-8", "replace")) / _BYTES_PER_TOKEN) + 1


def _body(text: str, start: int) -> str:
    following = _PART.search(text, start)
    return text[start : following.start() if following else len(text)].strip()


def _heading(article: Article) -> str:
    """Title, outlet, date at its precision, and kind, in English, as the rest of the prompt is."""
    kind = kind_in_words(article.genre, Language.ENGLISH)
    parts = [f"“{_line(article.title)}”" if article.title.strip() else "", _line(article.outlet), kind]
    return ", ".join(filter(None, [*parts, date_in_words(article.published, Language.ENGLISH)]))


def _line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_LINE]
