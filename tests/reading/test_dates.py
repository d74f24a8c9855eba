"""Dates as newspapers write them."""

import pytest

from vectorstore.article import Provenance, Published
from vectorstore.reading.dates import leading_date, read_date


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2019", "2019"),
        ("2019-04", "2019-04"),
        ("2019-04-25", "2019-04-25"),
        ("2019-04-25T23:30:00Z", "2019-04-25"),
        ("2019-04-25 10:00:00.123+02:00", "2019-04-25"),
        ("20190425", "2019-04-25"),
        ("2019/04/25", "2019-04-25"),
        ("25.04.2019", "2019-04-25"),
        ("25.4.2019 kl. 14.05", "2019-04-25"),
        ("25. 4. 2019", "2019-04-25"),
        ("25.04.19", "2019-04-25"),
        ("25.04.98", "1998-04-25"),
        ("25/4-2019", "2019-04-25"),
        ("25. april 2019", "2019-04-25"),
        ("torsdag 25. april 2019 kl. 14:05", "2019-04-25"),
        ("laurdag 1. desember 2018", "2018-12-01"),
        ("den 3. juli 2020", "2020-07-03"),
        ("3. okt. 2020", "2020-10-03"),
        ("april 2019", "2019-04"),
        ("Sept. 12, 2023", "2023-09-12"),
        ("September 12th, 2023 at 2:05 p.m. ET", "2023-09-12"),
        ("12 September 2023", "2023-09-12"),
        ("Tue, 12 Sep 2023 14:05:00 +0200", "2023-09-12"),
        ("May 2020", "2020-05"),
        ("25/04/2019", "2019-04-25"),
        ("04/25/2019", "2019-04-25"),
        ("04/04/2019", "2019-04-04"),
    ],
)
def test_a_date_is_read_at_the_precision_it_is_written_with(written: str, iso: str) -> None:
    assert read_date(written) == Published.parse(iso)


def test_of_a_date_with_two_readings_only_the_year_is_known() -> None:
    assert read_date("03/04/2019").iso == "2019"


@pytest.mark.parametrize(
    "written",
    ["", "i går", "3 hours ago", "2019-13", "31.02.2019", "31. april 2019", "2019-02-30", "0000", "kl. 14:05", "4. mai", "12. september 2023 og mer", "2019-4-5-6", "13/13/2019", "nan", "1e9"],
)  # fmt: skip
def test_what_is_no_date_is_not_made_one(written: str) -> None:
    with pytest.raises(ValueError, match=r"date|year"):
        read_date(written)


def test_how_the_date_is_known_is_the_callers_to_say() -> None:
    assert read_date("2019-04", Provenance.INFERRED).provenance is Provenance.INFERRED


def test_a_date_is_found_where_a_text_begins_with_it() -> None:
    found = leading_date("2019-04 Foto: Kari Nordmann")

    assert found is not None
    assert (found.published.iso, found.end) == ("2019-04", 7)
    assert leading_date("I 2019-04 skjedde det") is None


def test_an_impossible_date_is_seen_and_unknown() -> None:
    found = leading_date("31. februar 2023 kl. 12:00")

    assert found is not None
    assert found.published == Published()
