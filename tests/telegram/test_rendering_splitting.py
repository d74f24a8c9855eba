"""What one may rely on when a text is cut into messages, whatever the text."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from bot.telegram.rendering import Message, Styled, harmless, split
from bot.telegram.rendering.harmless import says_something, units
from bot.telegram.rendering.splitting import latest
from bot.telegram.rendering.styled import joined
from tests.telegram.rendering_reader import check, found, links, styles

PAGE = "https://avis.example/"
FAMILY = "👨\u200d👩\u200d👧\u200d👦"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
EMOJI = (FAMILY, ENGLAND, "🇳🇴", "🇸🇪", "❤\ufe0f", "👍🏽", "#\ufe0f\u20e3", "🙂")
LETTERS = ("e\u0301", "å", "a\u030a", "q\u030a\u0323", "क्षि", "स्त्री", "한", "שלום", "مرحبا", "𝛙", "ord", "langtord" * 9)
ODD = ("\u200d", "\u200b", "\u0301", "\u200f", "\u2066", "\ud800", "\x00", "\r\n", "\u2028")
OTHERS = (" ", "  ", "\n", "\n\n", "\t", "\u00a0", ". ", ".", "! ", "[1]", " [2?]", "[?]", "/", "x/y", "。")
WORDS = st.lists(
    st.sampled_from([*EMOJI, *LETTERS, *ODD, *OTHERS]) | st.characters() | st.text("abæ .\n", max_size=30), max_size=25
).map("".join)
PARTS = st.tuples(WORDS, st.sampled_from(["", "bold", "italic", "quoted", "link", "whole"]))


def styled(parts: Sequence[tuple[str, str]]) -> Styled:
    whole = Styled()
    for at, (words, kind) in enumerate(parts):
        part = Styled(harmless(words))
        whole += part.linked(f"{PAGE}{at}") if kind == "link" else getattr(part, kind)() if kind else part
    return whole


def meaning(text: Styled) -> list[tuple[str, frozenset[tuple[str, str]]]]:
    """Every character but blanks, and what it is."""
    return [
        (
            character,
            frozenset(
                (each.kind.value, each.address) for each in text.entities() if each.span.start <= at < each.span.end
            ),
        )
        for at, character in enumerate(text.text)
        if not character.isspace()
    ]


def seams(text: str, messages: Sequence[Message]) -> list[int]:
    """Where in the text one message ends and the next begins, where nothing is between them."""
    result, at = [], 0
    for each in messages:
        start = text.index(each.text, at)
        if at and start == at:
            result.append(at)
        at = start + len(each.text)
    return result


@settings(max_examples=150)
@given(st.lists(PARTS, max_size=8), st.integers(16, 80), st.integers(3, 9))
def test_messages_say_what_was_meant_and_telegram_takes_them_as_they_are(
    parts: list[tuple[str, str]], limit: int, most: int
) -> None:
    text = styled(parts)

    messages = split(text, limit, most)

    for each in messages:
        check(each, limit, most)
    said = [each for message in messages for each in styles(message)]
    assert [each for each in said if says_something(each[0])] == [
        each for each in meaning(text) if says_something(each[0])
    ]


@settings(max_examples=100)
@given(st.lists(PARTS, max_size=8), st.integers(16, 80))
def test_no_cut_goes_through_a_grapheme_a_link_or_a_mark(parts: list[tuple[str, str]], limit: int) -> None:
    text = styled([(f"x{words}x", kind) for words, kind in parts])  # so that no message is left out for saying nothing
    ends, at = {}, 0
    for cluster in iter_graphemes(text.text):
        ends[at] = at + len(cluster)
        at += len(cluster)

    messages = split(text, limit)

    wholes = [each for each in text.wholes() if units(each.of(text.text)) <= limit]
    for seam in (each for each in seams(text.text, messages) if len(messages) > 1):
        assert seam in ends or units(text.text[max(s for s in ends if s < seam) :][: 2 * limit]) > limit
        assert not any(each.start < seam < each.end for each in wholes)


@settings(max_examples=50)
@given(st.lists(PARTS, max_size=8), st.integers(16, 80), st.integers(3, 9))
def test_the_latest_of_a_text_is_its_end_and_fits_one_message(
    parts: list[tuple[str, str]], limit: int, most: int
) -> None:
    text = styled(parts).stripped()

    last = latest(text, limit, most)

    if says_something(last.text):
        check(last.message(), limit, most)
    assert last == text or text.text.endswith(last.text.removeprefix("… ").removeprefix("…"))


def test_a_text_that_fits_is_one_message() -> None:
    assert split(Styled("x" * 4096)) == [Message("x" * 4096)]
    assert len(split(Styled("x" * 4097))) == 2


def test_length_is_counted_as_telegram_counts_it() -> None:
    assert [len(each.text) for each in split(Styled("🙂" * 4096))] == [2048, 2048]


def test_it_is_cut_between_paragraphs_where_that_leaves_no_message_half_empty() -> None:
    assert [each.text for each in split(Styled("En. To.\n\nTre. Fire.\n\nFem."), 20)] == [
        "En. To.\n\nTre. Fire.",
        "Fem.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kort.\n\nDen tar 60 biler. Overfarten tar 25.", ["Kort.\n\nDen tar 60 biler.", "Overfarten tar 25."]),
        ("Han sa det og: «ja.» Så gikk han igjen.", ["Han sa det og: «ja.»", "Så gikk han igjen."]),
        ("Den tar 60 biler [1]. Overfarten tar.", ["Den tar 60 biler [1].", "Overfarten tar."]),
        ("Et første avsnitt.\n\nTo\nlinjer og mer.", ["Et første avsnitt.", "To\nlinjer og mer."]),
        ("Den tar biler. [1] Den går nå nå.", ["Den tar biler. [1]", "Den går nå nå."]),
        ("Den tar seksti biler. [1] Den går nå.", ["Den tar seksti biler. [1]", "Den går nå."]),
        ("et ord og så ett ord til og flere [12]", ["et ord og så ett ord til og", "flere [12]"]),
        ("一二三四五六七八九十一二三四。二三四五六七八九十一二三四五六", ["一二三四五六七八九十一二三四。", "二三四五六七八九十一二三四五六"]),
    ],
)  # fmt: skip
def test_else_between_sentences_else_between_words_and_marks_stay_where_they_are(
    text: str, expected: list[str]
) -> None:
    assert [each.text for each in split(Styled(text), 27)] == expected


def test_a_word_that_is_longer_than_a_message_is_cut_between_graphemes() -> None:
    assert [each.text for each in split(Styled(FAMILY * 10), 50)] == [FAMILY * 4, FAMILY * 4, FAMILY * 2]


def test_a_grapheme_that_is_longer_than_a_message_is_cut_between_characters() -> None:
    assert [each.text for each in split(Styled("a" + "\u0301" * 24), 20)] == ["a" + "\u0301" * 19, "\u0301" * 5]


def test_a_link_goes_to_the_next_message_whole() -> None:
    messages = split(Styled("Et par ord og ") + Styled("en ganske lang lenke").linked(PAGE), 24)

    assert [each.text for each in messages] == ["Et par ord og", "en ganske lang lenke"]
    assert links(messages) == [("en ganske lang lenke", PAGE)]


def test_a_quote_goes_on_in_the_next_message() -> None:
    messages = split(Styled("Først. ") + Styled("Den tar 60 biler. Den går ofte.").quoted() + " Til slutt.", 25)

    assert [each.text for each in messages] == ["Først. Den tar 60 biler.", "Den går ofte. Til slutt."]
    assert [found(each, "expandable_blockquote") for each in messages] == [["Den tar 60 biler."], ["Den går ofte."]]


def test_no_message_has_more_entities_than_telegram_takes() -> None:
    text = joined([Styled("[1]").linked(PAGE)] * 250, " ")

    assert [len(each.entities) for each in split(text)] == [100, 100, 50]


def test_no_message_is_cut_so_that_its_rest_becomes_a_command() -> None:
    messages = split(Styled(harmless("x" * 19 + "/start")), 19)

    assert not any(re.match("/[a-z]", each.text) for each in messages)


def test_a_blank_that_carries_an_accent_is_no_place_to_cut() -> None:
    assert [each.text for each in split(Styled("aaaaaa bb \u0301cc"), 10)] == ["aaaaaa", "bb \u0301cc"]


@pytest.mark.parametrize("text", ["", " \n ", "\u200b\u2060", "\u2800\u00a0\u3000"])
def test_what_telegram_takes_for_nothing_is_not_sent(text: str) -> None:
    assert split(Styled(text)) == []


def test_the_latest_of_a_long_text_begins_at_a_sentence() -> None:
    text = Styled("Det første. Det andre er litt lengre. Det tredje er lengst av alle.")

    assert latest(text, 60).text == "… Det andre er litt lengre. Det tredje er lengst av alle."


def test_the_latest_of_a_long_text_is_no_less_than_half_a_message() -> None:
    text = Styled("Et langt avsnitt som ikke tar slutt uten videre.\n\nEt kort.")

    assert latest(text, 50).text == "… som ikke tar slutt uten videre.\n\nEt kort."


def test_the_latest_of_a_text_has_no_more_entities_than_telegram_takes() -> None:
    text = joined([Styled("[1]").linked(PAGE)] * 250, " ")

    assert len(latest(text).message().entities) == 100
