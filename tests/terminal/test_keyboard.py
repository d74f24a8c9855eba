"""What one may rely on when chatting on a terminal: a real one (a pseudo-terminal), with keys pressed."""

import os
import re
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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

    def __init__(self, arguments: list[str], size: tuple[int, int]) -> None:
        terminal = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PROMPT_TOOLKIT_NO_CPR": "1", "PYTHONPATH": str(ROOT)}
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

    def start(size: tuple[int, int] = (24, 60), arguments: list[str] | None = None) -> Terminal:
        started.append(Terminal(arguments or ["-m", "bot", "chat"], size))
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
