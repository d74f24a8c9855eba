"""Bytes of every origin give the text that was written, or are said to be undecodable."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reading.samples import BODY, article_in, in_linear_time, outcomes_of, rejection_of
from vectorstore.article import Article
from vectorstore.reading import Rejected
from vectorstore.reading.characters import tidied
from vectorstore.reading.decoding import decode, repaired

NORWEGIAN = (
    "Blåbærsyltetøyet på Østlandet – «årets beste» – koster 1 000 kroner.\n\n"
    "Ærlig talt, sier Åse Ødegård, så er det dyrt. Caféen på Æsøya har det også."
)
WESTERN = ["cp1252", "mac_roman", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


@pytest.mark.parametrize("encoding", WESTERN)
def test_norwegian_comes_out_right_from(tmp_path: Path, encoding: str) -> None:
    assert article_in(tmp_path, "a.txt", NORWEGIAN.encode(encoding)).text == NORWEGIAN


@pytest.mark.parametrize("encoding", ["latin-1", "iso8859-15", "cp850", "cp865"])
def test_norwegian_without_curly_marks_comes_out_right_from(tmp_path: Path, encoding: str) -> None:
    text = NORWEGIAN.replace("–", "-").replace("«", '"').replace("»", '"')

    assert article_in(tmp_path, "a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
@pytest.mark.parametrize("text", ["Ja, så er det på an igjen her.", "Søndag.", "Ærlig talt er det nok nå."])
def test_a_single_norwegian_letter_is_enough(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Президент прибыл во Владивосток на встречу с лидером. " * 3),
        ("cp1250", "Prezydent przyjechał wczoraj do Władywostoku, gdzie spędził całą noc. Żółw też. " * 3),
        ("shift_jis", "大統領は昨日、首脳会談のためにウラジオストクに到着しました。" * 3),
    ],
)
def test_other_scripts_are_found_too(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_lines_of_another_encoding_in_a_utf8_file_are_decoded_on_their_own() -> None:
    assert decode("Første på linja: blåbær.\n".encode() + "Andre er på øya.\n".encode("cp1252")) == (
        "Første på linja: blåbær.\nAndre er på øya.\n"
    )


@pytest.mark.parametrize(
    "raw",
    [
        "blåbær\n".encode() + "på Østre ø".encode() + "æ".encode("cp1252"),
        b"\xff\xfea\x00\x00\xd8b\x00",
        b"\xef\xbb\xbfbl\xe5",
        b"tekst\x00med null",
        bytes(range(32)) * 10,
        "blåbær".encode()[:-2] + b"\xc3",
        ("blåbær på øya " * 9).encode() + b"\xc3",
    ],
)
def test_what_cannot_be_decoded_is_said(tmp_path: Path, raw: bytes) -> None:
    rejected = rejection_of(tmp_path, "a.txt", raw)

    assert "cannot decode" in rejected.reason or "not a text file" in rejected.reason
    assert "UTF-8" in rejected.hint


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "mac_roman"])
def test_text_that_was_decoded_wrongly_once_is_put_right(encoding: str) -> None:
    text = "Blåbær på Østlandet, sier Åse. Så går det."

    assert decode(text.encode().decode(encoding).encode()) == text


@pytest.mark.parametrize("text", ["Tegnene Ã¸ og ø er ikke like.", "SÃO PAULO", "ÃÃ", "Â§ 5 og ø", NORWEGIAN])
def test_text_that_only_looks_like_it_is_left(text: str) -> None:
    assert repaired(text) == text


def test_both_forms_of_norwegian_letters_become_one(tmp_path: Path) -> None:
    assert article_in(tmp_path, "a.txt", unicodedata.normalize("NFD", NORWEGIAN)).text == NORWEGIAN


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c"])
def test_every_kind_of_line_end_becomes_one(end: str) -> None:
    assert tidied(f"En.{end}{end}To.") == "En.\n\nTo."


def test_what_cannot_be_seen_is_not_kept() -> None:
    hidden = (
        "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\U000e0041\U000e007f"
    )

    assert tidied(f"a{hidden}b\x07\x1b[0m\x9bc") == "ab[0mc"
    assert tidied("x" + "\ufe00\ufe01\U000e0100" * 9) == "x"


def test_spaces_of_all_widths_become_plain_ones() -> None:
    assert tidied("10\u00a0000\u202fkroner\u2009og\u3000mer\t.") == "10 000 kroner og mer ."


def test_emoji_and_joining_scripts_are_left_whole() -> None:
    text = "👩‍👩‍👧 ❤️ 👍🏽 می‌خواهم"

    assert tidied(text) == text


def test_piles_of_marks_are_cut_down_in_linear_time() -> None:
    with in_linear_time():
        assert tidied("a" + "\u0316\u0301" * 500_000 + "b").endswith("b")
        assert len(tidied("a" + "\u0316\u0301" * 500_000)) < 5


@given(st.text(st.characters(codec="cp1252", categories=("L", "N", "P", "Zs")), min_size=1, max_size=300))
@settings(max_examples=150)
def test_any_text_survives_utf8_and_marked_utf16(text: str) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        assert decode(text.encode(encoding)) == repaired(text)


WORDS = st.sampled_from(
    ["på", "Åse", "øl", "ære", "blåbær", "hæ", "går", "Ærlig", "nå", "én", "så", "over", "kaia", "caféen"]
)


@given(
    st.lists(WORDS, min_size=8, max_size=60),
    st.sampled_from(["cp1252", "mac_roman", "utf-8", "utf-16-le", "utf-16-be"]),
)
@settings(max_examples=150)
def test_norwegian_words_survive_every_encoding(words: list[str], encoding: str) -> None:
    text = " ".join([*words, "blåbærøl."])

    assert decode(text.encode(encoding)) == text


NAMES = st.sampled_from(["a.txt", "a.md", "a.html", "a.json", "a.jsonl"])
SCRAPS = st.sampled_from(
    [b"---\n", b"title: ", b"published: 2019\n", b"<p>", b"<article hidden>", b"<!--", b"</", b'{"id":1,"text":"x"}\n', b'"\\ud83d"', b"[[[[",
     b"date 2019-13 ", b"\xff\xfe", b"\xef\xbb\xbf", "på\n".encode(), "på\n".encode("cp1252"), b"Foto: ", b"NTB", b"\n\n", b"# ", b"&#0;", b"&#1;", b"&#xffff;", b"&#xd800;", b"NaN", b"{", b"}", b"<style>.a{display:none",
     b"Publisert ", b"3 hours ago", b"\\", b"&", b"*", b"`", b"](", b"\x00", b"<?xml version='1.0' encoding='utf-16'?>", b"<meta charset=utf-7>"]
)  # fmt: skip


@given(NAMES, st.one_of(st.binary(max_size=400), st.lists(SCRAPS | st.binary(max_size=12), max_size=40).map(b"".join)))
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_give_articles_or_a_reason_and_nothing_else(tmp_path: Path, name: str, raw: bytes) -> None:
    for outcome in outcomes_of(tmp_path, name, raw):
        if isinstance(outcome, Rejected):
            assert outcome.reason.isprintable()
        else:
            assert isinstance(outcome, Article)
            assert outcome.text.strip()
            assert outcome.fingerprint
            assert "\0" not in outcome.text + outcome.title


def test_a_very_long_line_and_very_many_lines_are_read(tmp_path: Path) -> None:
    assert len(article_in(tmp_path, "lang.txt", "ord " * 1_000_000 + BODY).text) == 4_000_000 + len(BODY)
    assert article_in(tmp_path, "mange.txt", f"{BODY}\n" + "en linje\n" * 20_000).text.count("\n") == 20_000
