"""What one may rely on when chatting on a terminal: a real one (a pseudo-terminal), with keys pressed."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.terminal.scripted import LOG, MODEL

pexpect = pytest.importorskip("pexpect")

ROOT = Path(__file__).parent.parent.parent
SIZES = [(24, 60), (40, 120)]
UP, TAB, CTRL_C, CTRL_D = "\x1b[A", "\t", "\x03", "\x04"
ESCAPES = re.compile(r"\x1b\][^\x1b]*\x1b\\|\x1b\[[0-9;?]*[a-zA-Z]|[\r\x08]")

# A chat whose answers take for ever, to be given up on.
SLOW_CHAT = """
import time
from concurrent.futures import Future
from bot.cli.signals import ended_from_outside
from bot.render import Screen
from bot.settings import load_settings
from bot.terminal import Chat, Editor, talk
from bot.wiring import open_articles

class Slow:
    model = ""

    def answer(self, question, conversation=None):
        time.sleep(3600)

settings, ready = load_settings(), Future()
ready.set_result(Slow())
with ended_from_outside(), open_articles(settings) as archive:
    chat = Chat(Screen(), archive, ready)
    talk(chat, Editor(settings.home / "history", chat.completions))
"""


class Terminal:
    """A program on a pseudo-terminal."""

    def __init__(self, arguments: list[str], size: tuple[int, int], term: str) -> None:
        terminal = {"TERM": term, "LANG": "C.UTF-8", "PROMPT_TOOLKIT_NO_CPR": "1", "PYTHONPATH": str(ROOT)}
        self.child = pexpect.spawn(
            sys.executable, arguments, env={**os.environ, **terminal}, dimensions=size, encoding="utf-8", timeout=20
        )

    def press(self, keys: str) -> None:
        self.child.send(keys)

    def sees(self, text: str) -> str:
        """Waits until the text is on the screen, wrapped or not; gives what came with it, without escapes."""
        self.child.expect(r"(?:[\s\x08]|\x1b\[[0-9;?]*[a-zA-Z])+".join(map(re.escape, text.split())))
        return ESCAPES.sub("", self.child.before + self.child.after)

    def prompted(self) -> str:
        """Waits for the prompt."""
        self.child.expect(r"(?s)\x1b\[\?2004h.*?>.*?\x1b\[\?25h")
        return ESCAPES.sub("", self.child.before)

    def ended(self) -> int:
        self.child.expect(pexpect.EOF)
        self.child.close()
        return int(self.child.exitstatus if self.child.exitstatus is not None else -self.child.signalstatus)


Started = Callable[..., Terminal]


@pytest.fixture
def start(archive: Path) -> Iterator[Started]:
    started: list[Terminal] = []

    def start(
        size: tuple[int, int] = (24, 60), arguments: list[str] | None = None, term: str = "xterm-256color"
    ) -> Terminal:
        started.append(Terminal(arguments or ["-m", "bot", "chat"], size, term))
        return started[-1]

    yield start
    for each in started:
        each.child.close(force=True)


@pytest.mark.parametrize("size", SIZES)
def test_one_is_greeted_asks_looks_at_a_source_and_leaves(size: tuple[int, int], start: Started) -> None:
    terminal = start(size)
    terminal.sees("3 artikler, 12. april 2019 – september 2021")
    terminal.prompted()

    terminal.press("Hvor mange biler tar fergen Heilhorn?\r")
    terminal.sees("Den tar 60 biler, sier reder Ola Nordmo.")
    answer = terminal.sees("Namdalsposten, nyhet, 12. april 2019")
    assert "Ny ferge til Leka" in answer
    terminal.prompted()

    terminal.press("/source 1\r")
    terminal.sees("Fergen Heilhorn begynte å gå til Leka i mars.")
    terminal.prompted()

    terminal.press(CTRL_D)
    assert terminal.ended() == 0


@pytest.mark.parametrize("size", SIZES)
def test_no_line_of_an_answer_is_wider_than_the_terminal(size: tuple[int, int], start: Started) -> None:
    terminal = start(size)
    terminal.prompted()
    terminal.press("Hvor mange biler tar fergen Heilhorn?\r")

    answer = terminal.prompted().rpartition("Heilhorn?")[2]

    assert "april 2019" in answer
    assert max(map(len, answer.splitlines())) <= size[1]


def test_a_source_on_a_terminal_is_a_link_to_its_sentence(start: Started) -> None:
    terminal = start()
    terminal.prompted()
    terminal.press("Hvor mange biler tar fergen Heilhorn?\r")

    terminal.child.expect(r"\x1b\]8;[^;]*;https://namdalsposten\.example/ferge#:~:text=[!-~]+\x1b\\")


def test_earlier_questions_are_remembered_across_runs_and_for_nobody_else_to_read(
    start: Started, archive: Path
) -> None:
    first = start()
    first.prompted()
    first.press("Hvem er rådmann på Leka?\r")
    first.sees("Kari Holm")
    first.prompted()
    first.press("/quit\r")
    assert first.ended() == 0
    assert stat.S_IMODE((archive / "history").stat().st_mode) == 0o600

    second = start()
    second.prompted()
    second.press(UP + UP)
    second.sees("Hvem er rådmann på Leka?")
    second.press("\r")
    second.sees("Kari Holm")


def test_commands_and_sources_are_completed_with_tab(start: Started) -> None:
    terminal = start()
    terminal.prompted()

    terminal.press("/ar" + TAB)
    terminal.sees("/articles")
    terminal.press("\r")
    terminal.sees("La skolen på Leka leve")
    terminal.prompted()

    terminal.press("Hvor mange elever har skolen?\r")
    terminal.sees("september 2021")
    terminal.prompted()
    terminal.press("/source " + TAB)
    terminal.sees("1")


def test_ctrl_c_gives_up_a_line_and_ctrl_d_leaves(start: Started) -> None:
    terminal = start()
    terminal.prompted()

    terminal.press("Hvem er" + CTRL_C)
    assert "Ctrl-D" not in terminal.prompted()
    terminal.press(CTRL_C)
    terminal.sees("Ctrl-D avslutter.")
    terminal.prompted()
    terminal.press(CTRL_D)

    assert terminal.ended() == 0


def test_ctrl_c_gives_up_an_answer_and_the_chat_goes_on(start: Started) -> None:
    terminal = start(arguments=["-c", SLOW_CHAT])
    terminal.prompted()

    terminal.press("Hvem er reder?\r")
    terminal.sees("Leter …")
    terminal.press(CTRL_C)
    terminal.sees("Avbrutt.")
    terminal.prompted()
    terminal.press("/articles\r")
    terminal.sees("Ny ferge til Leka")
    terminal.prompted()
    terminal.press(CTRL_D)

    assert terminal.ended() == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
@pytest.mark.parametrize("typed", ["", "Hvem er"])
def test_a_signal_to_end_leaves_the_terminal_as_it_was(typed: str, number: int, code: int, start: Started) -> None:
    terminal = start()
    terminal.prompted()
    terminal.press(typed)
    if typed:
        terminal.sees(typed)

    terminal.child.kill(number)

    terminal.child.expect_exact(
        "\x1b[?2004l"
    )  # the last that is said to the terminal: pastes are not bracketed any more
    assert terminal.ended() == code
    assert "Traceback" not in terminal.child.before


def test_a_signal_to_end_is_not_kept_waiting_by_an_answer(start: Started) -> None:
    terminal = start(arguments=["-c", SLOW_CHAT])
    terminal.prompted()
    terminal.press("Hvem er reder?\r")
    terminal.sees("Leter …")

    terminal.child.kill(signal.SIGTERM)

    assert terminal.ended() == 143


def test_a_terminal_that_is_gone_ends_the_chat(start: Started) -> None:
    terminal = start()
    terminal.prompted()

    os.close(os.dup(terminal.child.fileno()))
    terminal.child.ptyproc.fileobj.close()

    assert os.waitstatus_to_exitcode(os.waitpid(terminal.child.pid, 0)[1]) == 129
    terminal.child.terminated = terminal.child.closed = terminal.child.ptyproc.terminated = True


def test_what_is_said_aside_is_wrapped_between_words(
    start: Started, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KILDEBOT_HOME", str(home / "empty"))
    terminal = start(arguments=["-m", "bot", "articles"])

    assert terminal.ended() == 0
    assert terminal.child.before.splitlines() == [
        "the archive holds no articles (take some in: kildebot",
        "ingest PATH)",
    ]


def test_a_terminal_of_one_column_is_told_as_well(start: Started, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILDEBOT_HOME", str(home / "empty"))
    terminal = start(size=(24, 1), arguments=["-m", "bot", "articles"])

    assert terminal.ended() == 0
    assert " ".join(terminal.child.before.split()) == (
        "the archive holds no articles (take some in: kildebot ingest PATH)"
    )


def test_bytes_that_are_no_text_can_be_typed(start: Started) -> None:
    terminal = start()
    terminal.prompted()

    os.write(terminal.child.child_fd, b"Hvem er reder \xff\xc3 \xe2\x80\xae?\r")
    terminal.sees("Nordmo")
    terminal.prompted()
    terminal.press(CTRL_D)

    assert terminal.ended() == 0


def test_a_paste_of_several_lines_is_one_question(start: Started) -> None:
    terminal = start()
    terminal.prompted()

    terminal.press("\x1b[200~Hvor mange biler\ntar fergen Heilhorn?\x1b[201~\r")
    terminal.sees("60 biler")
    terminal.prompted()
    terminal.press(CTRL_D)

    assert terminal.ended() == 0


# With a chat model

WRITTEN = "Fergen Heilhorn begynte å gå til Leka i mars [1]. Den er malt blå [2?]. Overfarten er gratis [?]."


@pytest.fixture
def model(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chat model is set up, which nobody reaches: what it says is in a script."""
    monkeypatch.setenv("KILDEBOT_MODEL", MODEL)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://eva:hemmelig@llm.invalid:8080/v1")


@pytest.fixture
def written(start: Started, model: None) -> Started:
    """Starts kildebot with the chat model."""

    def written(*arguments: str, **how: object) -> Terminal:
        terminal: Terminal = start(arguments=["-m", "tests.terminal.scripted", *(arguments or ["chat"])], **how)
        return terminal

    return written


def logged(archive: Path) -> list[dict[str, object]]:
    """What the model was asked, and how that ended."""
    return [json.loads(line) for line in (archive / LOG).read_text("utf-8").splitlines()]


@pytest.mark.parametrize("size", SIZES)
def test_an_answer_is_seen_while_it_is_written_and_then_with_its_sources(
    size: tuple[int, int], written: Started
) -> None:
    terminal = written(size=size)
    terminal.sees("openai:scripted skriver svarene")
    terminal.sees("sendes til llm.invalid:8080.")
    terminal.prompted()

    terminal.press("Når begynte fergen Heilhorn å gå?\r")
    terminal.sees("Skriver …")
    terminal.sees("Fergen Heilhorn begynte å gå")
    final = "".join(terminal.prompted().rpartition("Ny ferge til Leka")[1:])

    assert "«Fergen Heilhorn begynte" in " ".join(final.split())
    assert "ikke bekreftet" in final
    assert "Ny ferge til Leka — Namdalsposten, nyhet" in " ".join(final.split())
    terminal.press(CTRL_D)
    assert terminal.ended() == 0
    assert "hemmelig" not in terminal.child.before


@pytest.mark.parametrize("size", SIZES)
def test_ctrl_c_stops_the_answer_keeps_what_there_is_and_the_chat_goes_on(
    size: tuple[int, int], written: Started, archive: Path
) -> None:
    terminal = written(size=size)
    terminal.prompted()

    terminal.press("Hvor lenge har fergen gått?\r")
    terminal.sees("Og så")
    terminal.press(CTRL_C)
    terminal.sees("Avbrutt: du stoppet svaret før det var ferdig.")
    stopped = terminal.prompted()
    assert "[1]" in stopped
    assert "Og så" not in stopped
    assert "^C" not in stopped

    terminal.press("/source 1\r")
    terminal.sees("Den tar 60 biler, sier reder Ola Nordmo.")
    terminal.prompted()
    terminal.press("Når begynte fergen Heilhorn å gå?\r")
    terminal.sees("Overfarten er gratis [?]")
    terminal.prompted()
    terminal.press(CTRL_D)

    assert terminal.ended() == 0
    first = "Fergen Heilhorn begynte å gå til Leka i mars [1]."
    assert logged(archive) == [
        {"question": "Hvor lenge har fergen gått?", "after": []},
        {"ended": "stopped"},
        {"question": "Når begynte fergen Heilhorn å gå?", "after": [first]},
        {"ended": "whole"},
        {"ended": "closed"},
    ]


def test_ctrl_c_before_anything_was_written_leaves_no_turn(written: Started, archive: Path) -> None:
    terminal = written()
    terminal.prompted()

    terminal.press("Hvor lenge har fergen gått?\r")
    terminal.sees("Skriver …")
    terminal.press(CTRL_C)
    terminal.sees("Avbrutt.")
    terminal.prompted()
    terminal.press(CTRL_C)
    terminal.sees("Ctrl-D avslutter.")
    terminal.prompted()
    terminal.press("Når begynte fergen?\r")
    terminal.sees("Overfarten er gratis [?]")

    assert [each["after"] for each in logged(archive) if "after" in each] == [[], []]


def test_a_signal_to_end_ends_the_asking(written: Started, archive: Path) -> None:
    terminal = written()
    terminal.prompted()
    terminal.press("Hvor lenge har fergen gått?\r")
    terminal.sees("Og så")

    terminal.child.kill(signal.SIGTERM)

    assert terminal.ended() == 143
    assert terminal.child.before.rindex("\x1b[?25h") > terminal.child.before.rfind("\x1b[?25l")
    assert [each["ended"] for each in logged(archive) if "ended" in each] == ["stopped", "closed"]


def test_what_is_typed_meanwhile_is_not_shown_in_the_answer_but_at_the_prompt(written: Started) -> None:
    terminal = written()
    terminal.prompted()
    terminal.press("Hvor lenge har fergen gått?\r")
    terminal.sees("Og så")

    terminal.press("Hvem er reder")
    terminal.press(CTRL_C)

    assert "Hvem" not in terminal.prompted()
    terminal.press(" nå?\r")
    terminal.sees("nå?")
    terminal.sees("Overfarten er gratis [?]")


@pytest.mark.parametrize("size", SIZES)
def test_a_terminal_that_only_prints_gets_answers_whole(size: tuple[int, int], written: Started) -> None:
    terminal = written("ask", "Når", "begynte", "fergen?", size=size, term="dumb")

    assert terminal.ended() == 0
    assert "\x1b" not in terminal.child.before
    assert "Skriver" not in terminal.child.before
    lines = terminal.child.before.splitlines()
    assert max(map(len, lines)) < size[1]
    assert " ".join(" ".join(lines).split()).startswith(WRITTEN)


def test_ask_streams_too_on_a_terminal(written: Started) -> None:
    terminal = written("ask", "Når", "begynte", "fergen?")

    terminal.sees("Skriver …")
    terminal.sees("Fergen Heilhorn")
    assert terminal.ended() == 0
    assert "Overfarten er gratis [?]." in " ".join(ESCAPES.sub("", terminal.child.before).split())


def test_ctrl_c_ends_ask_with_what_there_is(written: Started, archive: Path) -> None:
    terminal = written("ask", "Hvor", "lenge?")
    terminal.sees("Og så")

    terminal.press(CTRL_C)

    terminal.sees("Avbrutt: du stoppet svaret før det var ferdig.")
    terminal.sees("error: interrupted")
    assert terminal.ended() == 130
    assert logged(archive)[1] == {"ended": "stopped"}


def test_piped_questions_get_whole_answers_of_the_model(model: None) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.terminal.scripted", "chat"],
        cwd=ROOT,
        input="Når begynte fergen?\n",
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.stdout.startswith(f"{WRITTEN}\n")
    assert ended.stdout.count(WRITTEN) == 1
    assert "\x1b" not in ended.stdout
    assert (ended.returncode, ended.stderr) == (0, "")
