"""What one may rely on about the texts: both languages have them all, and dates say no more than is known."""

import importlib
import inspect
import string
from pathlib import Path

import pytest

from bot import messages
from bot.messages import TEXTS, Language, count_in_words, date_in_words, headline, kind_in_words, say, span_in_words
from vectorstore.article import UNKNOWN_DATE, Article, Genre, Provenance, Published

TABLES = Path(messages.__file__).parent
SOURCES = "".join(path.read_text("utf-8") for path in TABLES.parent.rglob("*.py") if path.parent != TABLES)
SOURCES += inspect.getsource(messages)


def test_no_text_hides_another() -> None:
    tables = [importlib.import_module(f"bot.messages.{path.stem}") for path in TABLES.glob("[!_]*.py")]

    assert sorted(TEXTS) == sorted(key for table in tables for key in table.COLUMNS)


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_is_used(key: str) -> None:
    words = key.removesuffix("_hint").split("_")
    families = (("_".join(words[:at]), "_".join(words[at:])) for at in range(1, len(words)))

    assert f'"{"_".join(words)}"' in SOURCES or any(
        f'f"{family}_{{' in SOURCES and f'"{member}"' in SOURCES for family, member in families
    )


def placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_is_there_in_every_language_with_the_same_values(key: str) -> None:
    assert set(TEXTS[key]) == set(Language)
    assert all(text.strip() for text in TEXTS[key].values())
    assert len({frozenset(placeholders(text)) for text in TEXTS[key].values()}) == 1


@pytest.mark.parametrize(
    ("code", "language"),
    [("nb", "nb"), ("nn", "nb"), ("no", "nb"), ("", "nb"), ("de", "nb"), ("en", "en"), ("en-GB", "en"), ("EN", "en")],
)
def test_whoever_does_not_write_english_is_spoken_to_in_norwegian(code: str, language: str) -> None:
    assert Language.of(code) == language


@pytest.mark.parametrize(
    ("iso", "norwegian", "english"),
    [
        ("2019", "2019", "2019"),
        ("2019-04", "april 2019", "April 2019"),
        ("2023-09-12", "12. september 2023", "12 September 2023"),
    ],
)
def test_a_date_is_told_at_the_precision_known(iso: str, norwegian: str, english: str) -> None:
    published = Published.parse(iso)

    assert date_in_words(published, Language.NORWEGIAN) == norwegian
    assert date_in_words(published, Language.ENGLISH) == english


def test_a_date_that_was_inferred_is_only_probable() -> None:
    inferred = Published.parse("2019-04", Provenance.INFERRED)

    assert date_in_words(inferred, Language.NORWEGIAN) == "trolig april 2019"
    assert date_in_words(inferred, Language.ENGLISH) == "probably April 2019"


def test_an_unknown_date_is_said_to_be_unknown() -> None:
    assert [date_in_words(UNKNOWN_DATE, language) for language in Language] == ["udatert", "undated"]


@pytest.mark.parametrize("genre", Genre)
@pytest.mark.parametrize("language", Language)
def test_every_kind_of_article_has_a_name(genre: Genre, language: Language) -> None:
    assert kind_in_words(genre, language)
    assert kind_in_words(None, language) == ""


def test_a_span_of_dates_runs_from_the_earliest_to_the_latest_that_is_known() -> None:
    dates = [Published.parse("2021-09"), UNKNOWN_DATE, Published.parse("2019"), Published.parse("2021-09-02")]

    assert span_in_words(dates, Language.NORWEGIAN) == "2019 – september 2021"
    assert span_in_words([Published.parse("2019")], Language.NORWEGIAN) == "2019"
    assert span_in_words([UNKNOWN_DATE], Language.NORWEGIAN) == ""


def test_one_is_singular() -> None:
    assert [count_in_words(number, Language.NORWEGIAN) for number in (0, 1, 2)] == [
        "0 artikler",
        "1 artikkel",
        "2 artikler",
    ]


def test_an_untitled_article_goes_by_its_first_words() -> None:
    text = "Stortinget vedtok i går kveld at fergene skal være gratis fra nyttår, og kommunene jubler."

    assert headline(Article("a", "", text)) == "Stortinget vedtok i går kveld at fergene skal være gratis …"
    assert headline(Article("a", " ", "Kort tekst.")) == "Kort tekst."
    assert headline(Article("a", "Gratis  ferger", text)) == "Gratis ferger"


def test_a_text_without_its_values_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("no_such_source", Language.NORWEGIAN)
