"""`.jsonl` and `.json`: articles that someone has prepared, with the id they have and their text exactly as it is.

One object a line (`.json`: one object, or a list of them): `id`, `text`, and optionally `title`, `url`, `outlet`, `published`,
`published_from`, `genre`, `language`. Other keys are ignored. Nothing in `text` is cleaned, composed or trimmed: offsets that others made must hold.
Where no title is given, a first line that looks like one is taken for it, and stays in the text.
"""

import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO, NamedTuple, NoReturn

from vectorstore.article import Article
from vectorstore.errors import ArticleRejected
from vectorstore.reading import fields
from vectorstore.reading.cleaning import headline
from vectorstore.reading.outcome import Reading

# A novel is 1 MB; memory for one line is bounded by this, whatever the file's size.
LONGEST_LINE = 5_000_000
HINT = "Write one JSON object a line, in UTF-8."


class Entry(NamedTuple):
    """What one line (one element, in a list) gave, or why it gave nothing."""

    number: int
    outcome: Reading | ArticleRejected


def in_lines(file: BinaryIO) -> Iterator[Entry]:
    """Each line's article, read one line at a time."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            _skip_line(file)
            yield Entry(number, ArticleRejected(f"longer than {LONGEST_LINE // 1_000_000} MB", "Split it."))
        elif text := line.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"").strip():
            yield Entry(number, _outcome(text))


def in_document(raw: bytes) -> Iterator[Entry]:
    """The articles of a whole `.json` file: one object or a list. JSON lines under this name are read as such.

    Raises `ArticleRejected` if the file as a whole is not JSON.
    """
    try:
        loaded = _loaded(raw.removeprefix(b"\xef\xbb\xbf"))
    except ArticleRejected:
        lines = [line for line in raw.splitlines() if line.strip()]
        if len(lines) < 2 or isinstance(_outcome(lines[0]), ArticleRejected):
            raise
        yield from (
            Entry(number, _outcome(line)) for number, line in enumerate(raw.splitlines(), start=1) if line.strip()
        )
        return
    for number, each in enumerate(loaded if isinstance(loaded, list) else [loaded], start=1):
        yield Entry(number, _outcome_of(each))


def _skip_line(file: BinaryIO) -> None:
    while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass


def _outcome(line: bytes) -> Reading | ArticleRejected:
    try:
        return _outcome_of(_loaded(line))
    except ArticleRejected as rejected:
        return rejected


def _outcome_of(loaded: object) -> Reading | ArticleRejected:
    if not isinstance(loaded, dict):
        return ArticleRejected("not a JSON object", HINT)
    try:
        return Reading(_article(loaded), fields.doubts_about(loaded))
    except ArticleRejected as rejected:
        return rejected


def _loaded(raw: bytes) -> object:
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise ArticleRejected("cannot decode: JSON is written in UTF-8", HINT) from error
    except json.JSONDecodeError as error:
        raise ArticleRejected(f"not JSON: {error.msg} (column {error.colno})", HINT) from error
    except RecursionError as error:
        raise ArticleRejected("not JSON that can be read: nested too deeply", HINT) from error
    except ValueError as error:
        raise ArticleRejected("not JSON that can be read: a number in it is none (NaN) or too long", HINT) from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _article(stated: Mapping[str, object]) -> Article:
    text = fields.text_in(stated)
    return Article(
        id=fields.id_in(stated),
        title=fields.title_in(stated) or headline(text),
        text=text,
        published=fields.published_in(stated),
        outlet=fields.outlet_in(stated),
        genre=fields.genre_in(stated),
        url=fields.url_in(stated),
        language=fields.language_in(stated),
    )
