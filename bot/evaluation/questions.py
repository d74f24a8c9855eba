"""Question sets, as people write them and as machines do.

    {"question": "Hvor lenge varte møtet?", "answer": "to timer"}                          any article that has this text
    {"question": "Hvor lenge varte møtet?", "answer": "to timer", "article": "Første møte mellom Kim og Putin"}
    {"question": "Hva koster en Tesla?", "answer": null}                                   no article answers it
    {"question": "Hvem var der?", "answer": "Sjojgu", "history": ["Hvor dro Kim i helgen?"]}
    {"question": "…", "doc": "004", "answer": "to timer", "start": 71}                     at this place (score.py, SQuAD)
    {"question": "…", "docs": ["004"], "needles": ["to tim"]}                              parts of words, any of them

JSON lines, or a table (.csv) with the columns question, answer, article and sort, as spreadsheets save it.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from bot.memory import Conversation, Turn
from vectorstore.reading.decoding import decode

SAMPLE_QUESTIONS = Path(__file__).with_name("samples.jsonl")
"""Questions about the sample articles."""

_NOTHING_SAID = Conversation()
_BETWEEN_COLUMNS = ";\t,"  # what spreadsheets put there, the rarer first


@dataclass(frozen=True, slots=True)
class Expected:
    """What answers a question: one of the texts, in one of the articles if any are named, at `start` where that is known.

    `articles` are ids, beginnings of ids, or titles. Without texts, any passage of the articles will do. Texts are whole words, unless
    they are `parts` of words.
    """

    texts: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    start: int | None = None
    parts: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a set, and what answers it: None where no article does. `number` is its line; `sort` groups it with others."""

    number: int
    text: str
    expected: Expected | None
    conversation: Conversation = _NOTHING_SAID
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Faulty:
    """A line that holds no question, and what is wrong with it."""

    number: int
    error: str


def read_questions(path: Path) -> Iterator[Question | Faulty]:
    """What each line of a file holds; blank lines are passed over. Raises `OSError`, and `ArticleRejected` for what is not text."""
    text = decode(path.read_bytes())
    yield from _rows(text) if path.suffix.lower() == ".csv" else _lines(text)


def _lines(text: str) -> Iterator[Question | Faulty]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                given = json.loads(line)
            except (ValueError, RecursionError):
                yield Faulty(number, 'it is no JSON object like {"question": "…", "answer": "…"}')
            else:
                yield _read(number, given)


def _rows(text: str) -> Iterator[Question | Faulty]:
    """The rows of a table; an empty answer says that no article answers, or, where an article is named, that any of its passages will do."""
    heading = text.partition("\n")[0]
    between = max(_BETWEEN_COLUMNS, key=heading.count)
    rows = csv.DictReader(StringIO(text, newline=""), delimiter=between)
    try:
        rows.fieldnames = [name.strip().lower() for name in rows.fieldnames or ()]
        for row in rows:
            given = {name: value.strip() for name, value in row.items() if isinstance(value, str) and value.strip()}
            if given:
                yield _read(rows.line_num, given if {"answer", "article"} & given.keys() else {**given, "answer": None})
    except csv.Error as error:
        yield Faulty(rows.line_num, f"the table cannot be read from here on: {error}")


def _read(number: int, given: object) -> Question | Faulty:
    try:
        return _question(number, given)
    except _Wrong as wrong:
        return Faulty(number, str(wrong))


class _Wrong(Exception):
    """A line is not like a question."""


def _question(number: int, given: object) -> Question:
    if not isinstance(given, dict):
        raise _Wrong('it is no JSON object like {"question": "…", "answer": "…"}')
    text = given.get("question")
    if not isinstance(text, str) or not text.strip():
        raise _Wrong("it has no question")
    sort = given.get("sort") or given.get("kind") or ""
    conversation = Conversation(tuple(_turn(each) for each in _listed(given, "history")))
    return Question(number, _tidy(text), _expected(given), conversation, _tidy(sort) if isinstance(sort, str) else "")


def _expected(given: Mapping[str, Any]) -> Expected | None:
    articles = tuple(
        _text(each, name) for name in ("article", "articles", "doc", "docs") for each in _listed(given, name)
    )
    answers = tuple(_text(each, "answer") for each in _listed(given, "answer"))
    needles = tuple(_text(each, "needles") for each in _listed(given, "needles"))
    if answers or needles:
        return Expected(answers or needles, articles, _start(given, articles), parts=not answers)
    if "answer" in given or given.get("docs") == []:
        return None
    if not articles:
        raise _Wrong('it has no answer; write "answer": null if no article answers it')
    return Expected(articles=articles)


def _start(given: Mapping[str, Any], articles: tuple[str, ...]) -> int | None:
    start = given.get("start")
    if start is None or len(articles) != 1:
        return None
    if not isinstance(start, int) or start < 0:
        raise _Wrong("its start is no number of characters")
    return start


def _listed(given: Mapping[str, Any], name: str) -> list[Any]:
    """What a key holds, be it one thing or a list; nothing for null."""
    value = given.get(name)
    return [] if value is None else value if isinstance(value, list) else [value]


def _turn(given: object) -> Turn:
    if isinstance(given, dict):
        return Turn(_text(given.get("question"), "history"), _tidy(str(given.get("answer") or "")))
    return Turn(_text(given, "history"))


def _text(value: object, name: str) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        raise _Wrong(f"its {name} is no text")
    return _tidy(value)


def _tidy(text: str) -> str:
    """The text with what cannot be encoded replaced."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text).strip()
