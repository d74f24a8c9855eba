"""Questions as they come on standard input: one a line, as plain text or as a JSON object with the turns before it.

    Hvem møtte Putin?
    {"question": "Når var det?", "history": [{"question": "Hvem møtte Putin?", "answer": "Kim. [1]"}]}

Nothing is raised for what a line holds: it is answered with what is wrong with it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from bot.memory import Conversation, Turn
from bot.render.safe import well_formed

LONGEST_LINE = 4 * 2**20
"""Bytes; what is longer is no question, and is not read into memory."""

_LOOKS_LIKE_JSON = re.compile(r'\{\s*["}]')

_NOTHING_SAID = Conversation()


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of input: a question in its conversation, or what is wrong with the line."""

    question: str
    conversation: Conversation = _NOTHING_SAID
    error: str = ""


def from_words(words: tuple[str, ...]) -> Asked:
    """The question that the arguments of a command make."""
    return _plain(well_formed(" ".join(words)))


def from_lines(stream: IO[bytes]) -> Iterator[Asked]:
    """Every line of a stream, as soon as it is there. Nothing is raised for what a line holds."""
    while line := stream.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            _skip_rest(stream, line)
            yield Asked("", error=f"the line is longer than {LONGEST_LINE:,} bytes")
        else:
            yield parse(line)


def parse(line: bytes) -> Asked:
    """One line of input, with or without its end. What is not UTF-8 in it is replaced."""
    text = line.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").rstrip("\r\n")
    return _object(text) if _LOOKS_LIKE_JSON.match(text.lstrip()) else _plain(text)


def _plain(text: str) -> Asked:
    return Asked(text.strip(), error="" if text.strip() else "the question is empty")


def _object(text: str) -> Asked:
    try:
        given = json.loads(text)
        question, history = given["question"], given.get("history") or []
        turns = tuple(Turn(_text(turn["question"]), _text(turn.get("answer") or "")) for turn in history)
        asked = _plain(_text(question))
    except (ValueError, RecursionError):
        return Asked(text, error="the line begins like a JSON object but is not one")
    except (KeyError, TypeError, AttributeError):
        return Asked(
            text, error='the object is not like {"question": "…", "history": [{"question": "…", "answer": "…"}]}'
        )
    return Asked(asked.question, Conversation(turns), asked.error)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return well_formed(value)


def _skip_rest(stream: IO[bytes], line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(LONGEST_LINE)
