"""Every text that a reader of answers sees, and what keeping the archive brings up, in Norwegian bokmål and in English.

One table; a test compares the two columns. `--help`, errors and what `doctor` finds are English and stand where they are made.
"""

import re
from enum import StrEnum

from bot.messages import answering, chatting, checking, evaluating, keeping, taking_in, telegram
from vectorstore.article import Article, Genre, Provenance, Published


class Language(StrEnum):
    """A language that the bot speaks."""

    NORWEGIAN = "nb"
    ENGLISH = "en"

    @classmethod
    def of(cls, code: str) -> "Language":
        """The language to speak to somebody who writes in `code` (ISO 639-1, BCP 47): English for English, else Norwegian."""
        return cls.ENGLISH if code.lower().partition("-")[0] == cls.ENGLISH else cls.NORWEGIAN

    @classmethod
    def of_locale(cls, name: str) -> "Language":
        """The language to speak to somebody whose programs are set to `name` (POSIX: `nb_NO.UTF-8`): Norwegian for Norwegian, else English."""
        return cls.NORWEGIAN if re.match(r"(?:nb|nn|no)(?![a-z])", name.lower()) else cls.ENGLISH


def say(key: str, language: Language, **values: object) -> str:
    """The text of a key in a language, with its values. Raises `KeyError` for a key or value that the text has not."""
    return TEXTS[key][language].format(**values)


def date_in_words(published: Published, language: Language) -> str:
    """The date at the precision known, and whether it was inferred: `april 2019`, `12. september 2023`, `trolig 2019`, `udatert`."""
    if published.year is None:
        return say("undated", language)
    words = str(published.year)
    if published.month is not None:
        words = f"{_MONTHS[language][published.month - 1]} {words}"
    if published.day is not None:
        words = f"{published.day}{'.' if language is Language.NORWEGIAN else ''} {words}"
    inferred = published.provenance is Provenance.INFERRED
    return say("inferred_date", language, date=words) if inferred else words


def kind_in_words(genre: Genre | None, language: Language) -> str:
    """What kind of text it is, in lower case; empty where that is not known."""
    return say(f"kind_{genre}", language) if genre else ""


def decimal(number: float, places: int, language: Language) -> str:
    """`0.25`; in Norwegian with a comma."""
    text = f"{number:.{places}f}"
    return text.replace(".", ",") if language is Language.NORWEGIAN else text


def count_in_words(number: int, language: Language) -> str:
    """`1 artikkel`, `5 artikler`."""
    return say("one_article" if number == 1 else "many_articles", language, number=number)


def span_in_words(dates: list[Published], language: Language) -> str:
    """From the earliest to the latest date: `april 2019 – 12. september 2023`; empty where none is known."""
    dated = sorted((each for each in dates if each.earliest), key=lambda each: (each.earliest, each.latest))
    if not dated:
        return ""
    ends = [
        date_in_words(each, language) for each in (dated[0], max(dated, key=lambda each: (each.latest, each.earliest)))
    ]
    return ends[0] if ends[0] == ends[1] else " – ".join(ends)


def undated_in_words(number: int, language: Language) -> str:
    """`1 udatert`, `2 udaterte`; empty where there is none."""
    return say("one_undated" if number == 1 else "many_undated", language, number=number) if number else ""


def contents_in_words(number: int, dates: list[Published], undated: int, language: Language) -> str:
    """How many articles, from when to when, and how many of them are undated: `5 artikler, april 2019 – september 2023, 2 udaterte`."""
    parts = [count_in_words(number, language), span_in_words(dates, language), undated_in_words(undated, language)]
    return ", ".join(part for part in parts if part)


def headline(article: Article) -> str:
    """The title; of an untitled article, its first words."""
    words = " ".join((article.title.strip() or article.text[: 4 * _FIRST_WORDS]).split())
    if article.title.strip() or len(words) <= _FIRST_WORDS:
        return words
    return words[:_FIRST_WORDS].rsplit(" ", 1)[0].rstrip(" ,.;:–-") + " …"


_FIRST_WORDS = 60  # characters of an untitled article that stand for its title

_MONTHS = {
    Language.NORWEGIAN: (
        *("januar", "februar", "mars", "april", "mai", "juni", "juli"),
        *("august", "september", "oktober", "november", "desember"),
    ),
    Language.ENGLISH: (
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    ),
}


_TABLES = (answering, chatting, checking, evaluating, keeping, taking_in, telegram)
_EVERY: dict[str, tuple[str, str]] = {key: texts for table in _TABLES for key, texts in table.COLUMNS.items()}

TEXTS: dict[str, dict[Language, str]] = {
    key: dict(zip((Language.NORWEGIAN, Language.ENGLISH), column, strict=True)) for key, column in _EVERY.items()
}
