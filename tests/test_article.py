"""Articles, dates and spans."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore import UNKNOWN_DATE, Article, Provenance, Published, Span


@pytest.mark.parametrize("text", ["2019", "2019-04", "2024-02-29"])
def test_a_date_is_written_at_the_precision_that_is_known(text: str) -> None:
    assert Published.parse(text).iso == text


@pytest.mark.parametrize("text", ["", "2019-13", "2023-02-29", "19-04-01", "2019-4", "2019-04-31", "٢٠١٩"])
def test_a_date_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Published.parse(text)


def test_a_month_spans_all_its_days() -> None:
    april = Published.parse("2019-04")
    assert (april.earliest, april.latest) == (date(2019, 4, 1), date(2019, 4, 30))


def test_what_is_not_known_has_no_date() -> None:
    assert (UNKNOWN_DATE.iso, UNKNOWN_DATE.earliest, UNKNOWN_DATE.provenance) == ("", None, Provenance.UNKNOWN)


def test_a_day_without_its_month_is_refused() -> None:
    with pytest.raises(ValueError, match="month"):
        Published(2019, None, 3, Provenance.STATED)


def test_a_date_must_say_how_it_is_known() -> None:
    with pytest.raises(ValueError, match="provenance"):
        Published(2019)


@given(st.text(), st.integers(0, 50), st.integers(0, 50))
def test_a_span_cuts_what_it_says(text: str, start: int, length: int) -> None:
    span = Span(start, start + length)
    assert span.of(text) == text[start : start + length]


def test_a_span_never_runs_backwards() -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span(3, 2)


def test_the_same_article_has_the_same_fingerprint_wherever_it_was_read() -> None:
    here = Article("a", "Title", "Text", file="/here/a.md")
    assert here.fingerprint == Article("b", "Title", "Text", file="/there/b.md").fingerprint
    assert here.fingerprint != Article("a", "Title", "Text.").fingerprint
