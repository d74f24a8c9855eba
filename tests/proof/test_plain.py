"""No link, image or markup of a model's own comes out, and ordinary text comes out as it is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.proof.plain import plain, visible

ADDRESSES = (
    "https://evil.example/?q=hemmelig", "http://evil.example", "HTTPS://EVIL.EXAMPLE/x", "http : // evil.example/x", "hxxps://evil.example/x",
    "www.evil.example/x", "evil.example/x?q=1", "evil.example", "sub.evil.example", "tg://resolve?domain=evil.example", "mailto:evil@evil.example",
    "javascript:alert(evil.example)", "data:text/html,evil.example", "ola@evil.example", "xn--evil-9ra.example", "evil[.]example/x", "evil(dot)example",
    "evil.example.lol/x", "evil.example.unheard/x?q=1", "T.Me/evil.example", "//evil.example/x", "ftp://evil.example", "evil.example:8080/x", "e\u200bvil.example", "evil．example", "evil。example",
)  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("form", ["{}", "({})", "<{}>", "[klikk her]({})", "![bilde]({})", "`{}`", "**{}**", "«{}»", '<a href="{}">her</a>', '<img src="{}">',
                                  "[klikk her][x]\n[x]: {}", "Se {}."])  # fmt: skip
def test_no_address_comes_out_in_whatever_form(address: str, form: str) -> None:
    come = plain(visible("Fergen går. " + form.format(address) + " Ola vinket."))
    assert "evil.example" not in come.lower()
    assert "fergen går." in come.lower()
    assert not re.search(r"://|href|src=|\]\(", come)


@pytest.mark.parametrize(
    "address",
    ["http://10.0.0.1/x", "10.0.0.1:8080", "http://[::1]/x", "http://0x7f000001/", "192.168.1.1/admin", "192.168.1.1"],
)
def test_no_bare_number_of_a_host_comes_out(address: str) -> None:
    assert not re.search(r"://|\d\.\d|::|0x7f", plain(visible(f"Se {address} for mer.")))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("**Fergen** tar *60* biler.", "Fergen tar 60 biler."),
        ("## Fergen\nDen tar `60` biler.", "Fergen\nDen tar 60 biler."),
        ("- Fergen\n* Skolen\n1. Kua", "• Fergen\n• Skolen\n• Kua"),
        ("> Fergen tar 60 biler.", "Fergen tar 60 biler."),
        ("[Fergen](https://nrk.no/x) går.", "Fergen går."),
        ("| Ferge | Biler |\n|---|---|\n| Heilhorn | 60 |", "Ferge · Biler\n\nHeilhorn · 60"),
        ("<b>Fergen</b> går.<br>", " Fergen går. "),
        ("<script>alert(1)</script>Fergen går.", " Fergen går."),
        ("Fergen <!-- skjult --> går.", "Fergen går."),
        ("Hei @ola og @kari", "Hei ola og kari"),
    ],
)
def test_markup_goes_and_its_text_stays(written: str, read: str) -> None:
    assert plain(visible(written)) == read


@pytest.mark.parametrize(
    "text",
    [
        "Fergen tar 60 biler, sier Ola Nordmo.", "Kl. 12.30 den 12.9.2023 kom U.S. Navy.", "Prisen er 1.500,50 kroner (5 %).", "3 * 4 = 12, og a < b.",
        "Han sa: «Vi kommer – kanskje.»", "Det gjelder f.eks. bl.a. Oslo.", "snake_case og filnavn.txt", "Krigen er slutt.Han dro hjem.", "C# og C++",
        "Kim Jong-un", "§ 3 (2)", "A/S Norge", "1/2 liter", "24/7", "og/eller",
    ],
)  # fmt: skip
def test_ordinary_text_comes_out_as_it_is(text: str) -> None:
    assert plain(visible(text)) == text


def test_the_name_of_an_outlet_may_be_said_although_it_looks_like_an_address() -> None:
    assert plain("Ifølge Nettavisen.no går fergen.", {"nettavisen.no"}) == "Ifølge Nettavisen.no går fergen."
    assert plain("Se nettavisen.no/x?q=1 her.", {"nettavisen.no"}) == "Se … her."


def test_characters_that_are_not_seen_or_that_reorder_others_are_left_out() -> None:
    assert visible("Fer\u200bgen\u202e går\x1b[31m.\u00ad") == "Fergen går[31m."


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_text_comes_out_without_an_address(text: str) -> None:
    assert "://" not in plain(visible(text))
