"""What one may rely on while an answer is being written: what is seen of it, how soon, and that nothing of it is left behind."""

import io
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.answer import Answer, Citation, Event, Stage, Status, Written
from bot.messages import Language
from bot.render import Screen, Stopped, show_answer, show_stream
from tests.terminal.window import Window, until
from vectorstore.article import Article, Genre, Published, Span
from vectorstore.errors import EmbeddingFailed

FERRY = Article(
    "ferge",
    "Ny ferge til Leka",
    "Fergen begynte å gå i mars. Den tar 60 biler, sier reder Ola Nordmo.",
    Published.parse("2019-04"),
    "Namdalsposten",
    Genre.NEWS,
    "https://avis.example/ferge",
)
SCHOOL = Article("skole", "Skolen på Leka", "Skolen på Leka har 41 elever.", outlet="Nordlys")
CITED = (Citation(1, FERRY, Span(0, 27)), Citation(2, SCHOOL, Span(0, 29), proven=False))

FIRST = "Fergen begynte å gå i mars [1]."
SECOND = "Skolen har 42 elever [2?]."
WHOLE = Answer("Hva skjer?", Status.ANSWERED, f"{FIRST} {SECOND}", 0.9, "nb", "model", CITED, model="openai:x")
LONG = replace(WHOLE, text=" ".join([f"Nummer {n} av det som er skrevet om fergen til Leka [1]." for n in range(40)]))

Events = Iterator[Event]


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLORTERM", raising=False)


def stream(window: Window, events: Events, language: Language = Language.NORWEGIAN) -> Answer:
    return show_stream(window.screen, events, "Hva skjer?", language)


def typed(answer: Answer) -> Events:
    """The answer as it comes, some words at a time."""
    yield Stage.WRITING
    words = answer.text.split(" ")
    for at in range(0, len(words), 4):
        yield Written(" ".join(words[:at]), " ".join(words[at : at + 4]), answer.citations)
        time.sleep(0.002)
    yield answer


def as_shown(answer: Answer, window: Window) -> list[str]:
    """How the answer looks when it is shown at once in such a window."""
    fresh = Window(window.columns, window.height)
    show_answer(fresh.screen, answer)
    return fresh.seen()


def test_what_is_looked_at_is_seen_with_its_sources_before_the_rest_is_there() -> None:
    window = Window(60, 24)

    def events() -> Events:
        yield Written("", "Fergen begynte")
        window.waits_for("Fergen begynte")
        assert not window.shows("Ny ferge til Leka")
        yield Written(FIRST, "Skolen har", CITED[:1])
        window.waits_for("Fergen begynte å gå i mars [1]. Skolen har")
        window.waits_for("[1] Ny ferge til Leka — Namdalsposten, nyhet, april 2019")
        assert not window.shows("Skolen på Leka")
        yield WHOLE

    assert stream(window, events()) is WHOLE


def test_a_mark_leads_to_its_source_and_what_is_not_looked_at_yet_is_faint() -> None:
    window = Window(60, 24)

    def events() -> Events:
        yield Written(FIRST, "Skolen har", CITED[:1])
        window.waits_for("Skolen har")
        written = window.writes[-1][1]
        assert "https://avis.example/ferge#:~:text=Fergen%20begynte" in written.partition("[1]")[0]
        assert "\x1b[2mSkolen har\x1b[0m" in written
        yield WHOLE

    stream(window, events())


def test_the_first_text_is_seen_within_50_milliseconds() -> None:
    waits = []
    for _ in range(5):  # on a busy machine, some take longer
        window = Window(60, 24)

        def events(window: Window = window) -> Events:
            yield Stage.WRITING
            window.waits_for("Skriver …")
            began = time.monotonic()
            yield Written("", "Fergen")
            window.waits_for("Fergen")
            waits.append(next(at for at, written in window.writes if "Fergen" in written) - began)
            yield WHOLE

        stream(window, events())

    assert min(waits) < 0.05


def test_no_more_is_drawn_than_some_15_times_a_second() -> None:
    window = Window(60, 24)

    def events() -> Events:
        for number in range(300):
            yield Written(FIRST, f"Skolen har {number}", CITED[:1])
            time.sleep(0.003)
        yield WHOLE

    began = time.monotonic()
    stream(window, events())

    assert len(window.writes) <= 15 * (time.monotonic() - began) + 3


def test_each_frame_is_one_write_that_the_terminal_may_show_at_once() -> None:
    window = Window(60, 24)

    stream(window, typed(WHOLE))

    assert all(each.startswith("\x1b[?2026h") and each.endswith("\x1b[?2026l") for _, each in window.writes)


@pytest.mark.parametrize("answer", [WHOLE, LONG], ids=["short", "long"])
@pytest.mark.parametrize("size", [(60, 24), (120, 40), (60, 8), (40, 3), (24, 24), (80, 1)])
def test_in_the_end_there_is_the_answer_and_nothing_else(size: tuple[int, int], answer: Answer) -> None:
    window = Window(*size)

    stream(window, typed(answer))

    assert window.seen() == as_shown(answer, window)
    assert window.cursor_is_seen


def test_an_answer_that_begins_anew_leaves_nothing_of_the_first() -> None:
    window = Window(60, 24)

    def events() -> Events:
        yield Written("Dette ble det ikke noe av. " * 10, "og mer", CITED)
        window.waits_for("og mer")
        yield Written("")
        yield Written("", "Fergen begynte")
        window.waits_for("Fergen begynte")
        assert not window.shows("ikke noe av")
        yield WHOLE

    stream(window, events())

    assert window.seen() == as_shown(WHOLE, window)


@pytest.mark.parametrize("size", [(60, 40), (45, 40), (120, 40), (100, 30), (60, 30)])
def test_a_window_that_is_resized_meanwhile_shows_nothing_twice(size: tuple[int, int]) -> None:
    window = Window(100, 40)
    text = " ".join([FIRST] * 12)

    def events() -> Events:
        yield Written(text, "Det neste", CITED)
        window.waits_for("Det neste")
        window.resize(*size)
        yield Written(text, "Det neste er", CITED)
        window.waits_for("Det neste er")
        assert sum("Det neste" in line for line in window.seen()) == 1
        assert " ".join(window.seen()).count("Fergen") == 12
        yield WHOLE

    stream(window, events())

    assert window.seen() == as_shown(WHOLE, window)


def test_of_what_is_taller_than_the_window_the_end_is_seen_with_sources() -> None:
    window = Window(60, 10)

    def events() -> Events:
        yield Written(LONG.text, "Til slutt", CITED)
        window.waits_for("Til slutt")
        assert window.shows("[1] Ny ferge til Leka")
        assert not window.shows("Nummer 3 av")
        yield LONG

    stream(window, events())


def test_what_was_written_before_stays() -> None:
    window = Window(60, 24)
    Screen(window).line("> Hva skjer?")

    stream(window, typed(LONG))

    assert window.seen()[0] == "> Hva skjer?"


@pytest.mark.parametrize(
    ("stage", "language", "told"),
    [
        (Stage.UNDERSTANDING, Language.NORWEGIAN, "Setter meg inn i spørsmålet …"),
        (Stage.SEARCHING, Language.NORWEGIAN, "Leter …"),
        (Stage.WRITING, Language.NORWEGIAN, "Skriver …"),
        (Stage.UNDERSTANDING, Language.ENGLISH, "Reading the question …"),
        (Stage.SEARCHING, Language.ENGLISH, "Searching …"),
        (Stage.WRITING, Language.ENGLISH, "Writing …"),
    ],
)
def test_while_there_is_no_text_one_sees_what_is_being_done(stage: Stage, language: Language, told: str) -> None:
    window = Window(60, 24)

    def events() -> Events:
        yield stage
        window.waits_for(told)
        first = window.seen()[0][0]
        until(lambda: window.seen()[0][0] != first, "the spinner to turn")
        yield WHOLE

    stream(window, events(), language)

    assert not window.shows(told)


def test_what_is_answered_in_a_moment_needs_no_spinner() -> None:
    window = Window(60, 24)

    def events() -> Events:
        yield Stage.SEARCHING
        time.sleep(0.1)
        yield WHOLE

    stream(window, events())

    assert len(window.writes) == 1
    assert "Leter" not in window.writes[0][1]


def test_ctrl_c_keeps_what_was_looked_at_and_ends_the_asking() -> None:
    window, ended = Window(60, 24), []

    def events() -> Events:
        try:
            yield Written(FIRST, "Skolen har", CITED[:1])
            window.waits_for("Skolen har")
            raise KeyboardInterrupt
        finally:
            ended.append(True)

    with pytest.raises(Stopped) as stopped:
        stream(window, events())

    assert ended
    assert window.seen() == [
        "Fergen begynte å gå i mars [1].",
        "Avbrutt: du stoppet svaret før det var ferdig.",
        "",
        "[1] Ny ferge til Leka — Namdalsposten, nyhet, april 2019",
        "    «Fergen begynte å gå i mars.»",
    ]
    answer = stopped.value.answer
    assert (answer.question, answer.status, answer.text) == ("Hva skjer?", Status.PARTIAL, FIRST)
    assert answer.citations == CITED[:1]


def test_ctrl_c_before_anything_was_looked_at_leaves_nothing() -> None:
    window = Window(60, 24)

    def events() -> Events:
        yield Written("", "Fergen")
        window.waits_for("Fergen")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as interrupt:
        stream(window, events())

    assert not isinstance(interrupt.value, Stopped)
    assert window.seen() == []
    assert window.cursor_is_seen


def test_what_fails_midway_leaves_nothing_behind() -> None:
    window = Window(60, 24)

    def events() -> Events:
        yield Written(FIRST, "Skolen", CITED[:1])
        window.waits_for("Skolen")
        raise EmbeddingFailed("the model is away")

    with pytest.raises(EmbeddingFailed):
        stream(window, events())

    assert window.seen() == []
    assert window.cursor_is_seen


def test_items_of_a_list_stand_on_lines_of_their_own_while_they_come() -> None:
    window = Window(40, 24)

    def events() -> Events:
        yield Written("To ting:", "• det første er at fergen til Leka går hver dag")
        window.waits_for("hver dag")
        assert window.seen()[0] == "To ting:"
        assert window.seen()[1].startswith("• det første")
        assert window.seen()[2].startswith("  ")
        yield WHOLE

    stream(window, events())


def test_what_a_model_writes_cannot_act_on_the_terminal() -> None:
    window = Window(60, 24)

    def events() -> Events:
        yield Written("Hei \x1b]0;eid\x07 der", "og \x1b[2Jher")
        window.waits_for("␛[2Jher")
        yield WHOLE

    stream(window, events())


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_a_file_gets_the_answer_alone(term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", term)
    streamed, at_once = io.StringIO(), io.StringIO()

    show_stream(Screen(streamed), typed(WHOLE), "Hva skjer?", Language.NORWEGIAN)
    show_answer(Screen(at_once), WHOLE)

    assert streamed.getvalue() == at_once.getvalue()


def test_a_file_that_is_given_styles_is_not_drawn_over() -> None:
    file = io.StringIO()

    show_stream(Screen(file, color="always"), typed(LONG), "Hva skjer?", Language.NORWEGIAN)

    assert "\x1b[1;35m[1]" in file.getvalue()
    assert "\x1b[?" not in file.getvalue()
    assert file.getvalue().count("Nummer 7 av") == 1


def test_a_terminal_that_only_prints_gets_the_answer_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    window = Window(60, 24)

    stream(window, typed(WHOLE))

    assert all("\x1b" not in written for _, written in window.writes)
    assert " ".join(window.seen()).count("Fergen begynte å gå i mars [1]") == 1
