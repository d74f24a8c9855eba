"""What a file may say about its article, checked: title, date, outlet, kind, address, language.

A value of the wrong type, an impossible date and an address that is not http(s) reject the article, with the field's name in the reason;
what is missing, null or empty is unknown. Words for a kind that we do not know leave it unknown, and are remarked on.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from vectorstore.article import UNKNOWN_DATE, Genre, Provenance, Published
from vectorstore.errors import ArticleRejected
from vectorstore.reading.characters import folded, printable, tidied
from vectorstore.reading.dates import read_date
from vectorstore.reading.labels import genre_of

# Longer than any headline, name or address that is one; keeps a megabyte out of every index row and message.
LONGEST_TITLE = 1_000
LONGEST_NAME = 200
LONGEST_URL = 2_048
LONGEST_ID = 1_000
EMPTY = ("", "null", "~")
LANGUAGES = {
    "bokmål": "nb", "norsk bokmål": "nb", "nynorsk": "nn", "norsk nynorsk": "nn", "engelsk": "en", "english": "en",
    "norsk": "", "norwegian": "", "no": "",
}  # fmt: skip

Fields = Mapping[str, object]


def title_in(fields: Fields) -> str:
    return _line(fields, "title", LONGEST_TITLE)


def outlet_in(fields: Fields) -> str:
    return _line(fields, "outlet", LONGEST_NAME)


def genre_in(fields: Fields) -> Genre | None:
    return genre_of(_line(fields, "genre", LONGEST_NAME))


def doubts_about(fields: Fields) -> tuple[tuple[str, str], ...]:
    """What the fields say that was not understood: a line and a hint each."""
    words = _line(fields, "genre", LONGEST_NAME)
    if not words or genre_of(words):
        return ()
    kinds = ", ".join(Genre)
    return ((printable(f"genre: “{words}” is no kind that is known", 120), f"Write one of {kinds}, or leave it out."),)


def language_in(fields: Fields) -> str:
    """The language as a code like `nb`; empty for one that we cannot name, and for `no`, which is two: the archive detects it."""
    return language_code(_line(fields, "language", LONGEST_NAME))


def language_code(name: str) -> str:
    name = name.strip().lower()
    tag = re.match(r"[a-z]{2,3}(?=[-_]|$)", name)
    return LANGUAGES.get(name, LANGUAGES.get(tag.group(), tag.group()) if tag else "")


def published_in(fields: Fields) -> Published:
    name = "published" if "published" in fields else "date"
    value = fields.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = _text(value, name)
    if text.strip() in EMPTY:
        return UNKNOWN_DATE
    try:
        return read_date(text, _provenance(fields))
    except ValueError as error:
        raise ArticleRejected(
            printable(f"{name}: {error}"), "Write a date as 2019, 2019-04 or 2019-04-25, or leave it out."
        ) from error


def url_in(fields: Fields) -> str:
    text = _text(fields.get("url"), "url").strip()
    if text in EMPTY:
        return ""
    if not is_web_address(text):
        raise ArticleRejected(
            printable(f"url: not a web address: {text}", 80),
            "Give the address with http:// or https://, or leave it out.",
        )
    return text


def is_web_address(text: str) -> bool:
    """Whether this is an absolute http(s) address that is safe to show as a link."""
    if len(text) > LONGEST_URL or re.search(
        r"[\s\x00-\x1f\x7f-\x9f\"<>\\^`{|}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]", text
    ):
        return False
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and "@" not in parts.netloc
            and (parts.port or 80) > 0
        )
    except ValueError:
        return False


def id_in(fields: Fields) -> str:
    value = fields.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = _text(value, "id")
    if not text.strip():
        raise ArticleRejected("it has no id", 'Give every article a unique "id".')
    if len(text) > LONGEST_ID or not text.isprintable():
        raise ArticleRejected(
            f"id: longer than {LONGEST_ID} characters, or with control characters", "Give it a short, printable id."
        )
    return text


def text_in(fields: Fields) -> str:
    """The text, exactly as it is."""
    text = _text(fields.get("text"), "text")
    if not text.strip():
        raise ArticleRejected("it has no text", 'Give every article a "text".')
    return text


def _provenance(fields: Fields) -> Provenance:
    return Provenance.INFERRED if fields.get("published_from") == Provenance.INFERRED else Provenance.STATED


def _line(fields: Fields, name: str, limit: int) -> str:
    line = folded(tidied(_text(fields.get(name), name)))
    if len(line) > limit:
        raise ArticleRejected(f"{name}: longer than {limit:,} characters", "Shorten it.")
    return "" if line in EMPTY else line


def _text(value: object, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ArticleRejected(f"{name}: text expected, not {_kind(value)}", f'Write "{name}" as a string.')
    if "\0" in value:
        raise ArticleRejected(f"{name}: it holds a zero character", "Remove it.")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ArticleRejected(
            f"{name}: it holds half of a character (a lone surrogate)", "Write it as UTF-8."
        ) from error
    return value


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)
