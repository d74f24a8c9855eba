"""The buttons under an answer, and those to choose by.

What the former carry names the answer by a token, which is looked up with the chat and the user that pressed. The latter carry the number
of whom they are for: who makes that up makes it up for themselves, for it must be the number of who pressed.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.answer import Answer
from bot.messages import Language, say
from bot.telegram.store import CHOICES

_MOST_SOURCES = 5  # that have a button; a row of more is too narrow on a phone
_SEPARATOR = "."
_NUMBER = re.compile(r"[0-9]{1,16}")  # users' numbers have 52 bits (Bot API, User)


class Press(StrEnum):
    """What a button does."""

    SOURCE = "s"
    MORE = "m"
    UP = "u"
    DOWN = "d"
    ARTICLES = "a"  # another page of the list
    LANGUAGE = "l"


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a button carried.

    press     token            number
    SOURCE    of the answer    of the source
    MORE      of the answer
    UP, DOWN  of the answer    1 to judge so, 0 to take it back: pressed twice in a hurry, it is still judged so
    ARTICLES  the reader's     of the page, from 0
    LANGUAGE  a choice         the reader's
    """

    press: Press
    token: str
    number: int = 0


def carried(press: Press, token: str, number: int = 0) -> str:
    """What a button carries, at most 64 bytes (Bot API, InlineKeyboardButton)."""
    return _SEPARATOR.join((press, token, str(number)))


def read(data: object) -> Pressed | None:
    """What a button carried; None for what is none of ours."""
    parts = data.split(_SEPARATOR) if isinstance(data, str) else []
    if len(parts) != 3 or parts[0] not in [*Press] or not _NUMBER.fullmatch(parts[2]):
        return None
    return Pressed(Press(parts[0]), parts[1], int(parts[2]))


def keyboard(answer: Answer, token: str, feedback: int | None = None) -> dict[str, Any] | None:
    """The buttons of an answer, as Telegram's InlineKeyboardMarkup: its sources in their context, more, and what one thinks of it."""
    numbers = sorted(each.number for each in answer.citations)
    return rows(numbers, token, Language.of(answer.language), feedback)


def rows(numbers: list[int], token: str, language: Language, feedback: int | None = None) -> dict[str, Any]:
    """The same from the numbers of the sources."""
    sources = [
        _button(say("button_source", language, number=each), carried(Press.SOURCE, token, each))
        for each in numbers[:_MOST_SOURCES]
    ]
    others = [
        _button(say("button_more", language), carried(Press.MORE, token)),
        _thumb("👍", Press.UP, token, chosen=feedback == 1),
        _thumb("👎", Press.DOWN, token, chosen=feedback == -1),
    ]
    return {"inline_keyboard": [row for row in (sources, others) if row]}


def pages(page: int, number_of_pages: int, reader: int | None) -> dict[str, Any] | None:
    """The buttons of a list of several pages."""
    turns = [
        _button(sign, carried(Press.ARTICLES, str(reader), to))
        for sign, to in (("‹", page - 1), ("›", page + 1))
        if 0 <= to < number_of_pages
    ]
    return {"inline_keyboard": [turns]} if turns else None


def languages(language: Language, reader: int | None) -> dict[str, Any]:
    """The buttons to choose a language by."""
    choices = [
        _button(say(f"language_{each}", language), carried(Press.LANGUAGE, each, reader or 0)) for each in CHOICES
    ]
    return {"inline_keyboard": [[each] for each in choices]}


def _thumb(sign: str, press: Press, token: str, *, chosen: bool) -> dict[str, str]:
    return _button(f"{sign} ✓" if chosen else sign, carried(press, token, 0 if chosen else 1))


def _button(text: str, data: str) -> dict[str, str]:
    return {"text": text, "callback_data": data}
