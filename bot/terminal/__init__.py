"""The chat: questions and commands from a terminal, or piped in as lines, and answers to them.

`run` puts it together. `Editor` is how lines are typed, and the only home of prompt_toolkit; `chat` knows what to do with a line.
"""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from urllib.parse import urlsplit

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.shortcuts import CompleteStyle

from bot.messages import Language, headline, say
from bot.render import Screen, Stopped
from bot.settings import Settings
from bot.terminal.chat import Answers, Chat, in_background, wait_for_background
from bot.wiring import chain_over, needs_samples, open_articles, spoken_language, take_in_samples
from vectorstore.archive import Archive
from vectorstore.embedding import is_built_in

__all__ = ["Chat", "Editor", "place_of", "read_lines", "run", "talk", "warm_chain"]

_LONGEST_END = 2.0  # seconds that leaving may take while an answer is being made; a remote model may take for ever


def run(settings: Settings, screen: Screen) -> int:
    """Talk until the input ends; gives the exit code. Raises `VectorstoreError` if the archive cannot be opened."""
    try:
        with open_articles(settings) as archive:
            _converse(archive, settings, screen)
    finally:
        wait_for_background(_LONGEST_END)  # not long: the archive is closed
    return 0


def _converse(archive: Archive, settings: Settings, screen: Screen) -> None:
    language = spoken_language(settings)
    if needs_samples(archive):
        screen.note(say("samples_are_read", language or Language.NORWEGIAN))
        take_in_samples(archive)
    answers = in_background(lambda: warm_chain(archive, settings))
    chat = Chat(screen, archive, answers, language, model=settings.chat_model, place=place_of(settings))
    try:
        if sys.stdin.isatty() and screen.is_terminal:
            chat.greet()
            talk(chat, Editor(settings.home / "history", chat.completions))
        else:
            read_lines(chat)
    finally:
        _close(answers)


def place_of(settings: Settings) -> str:
    """Where a chat model is: the machine of its address, or else whoever provides it."""
    provider = settings.chat_model.partition(":")[0]
    if provider != "openai" or not settings.openai_base_url:
        return provider
    return urlsplit(settings.openai_base_url).netloc.rpartition("@")[2]


def _close(answers: "Future[Answers]") -> None:
    """Let go of what answers, if it is there; what is still on its way holds nothing open."""
    if answers.done() and not answers.exception():
        answers.result().close()


class Editor:
    """Where lines are typed: editing, history across runs, completion."""

    def __init__(self, history: Path, completions: Callable[[str], list[tuple[str, str]]]) -> None:
        self._session: PromptSession[str] = PromptSession(
            history=_history(history),
            completer=_Completer(completions),
            complete_style=CompleteStyle.READLINE_LIKE,
            complete_while_typing=False,
            enable_suspend=True,
        )

    def read(self) -> str:
        """The next line. Raises `KeyboardInterrupt` for Ctrl-C, with what stood there as its argument, and `EOFError` for Ctrl-D."""
        try:
            return self._session.prompt(FormattedText([("bold", "> ")]))
        except KeyboardInterrupt:
            raise KeyboardInterrupt(self._session.default_buffer.text) from None


class _Completer(Completer):
    def __init__(self, completions: Callable[[str], list[tuple[str, str]]]) -> None:
        self._completions = completions

    def get_completions(self, document: Document, _: CompleteEvent) -> Iterator[Completion]:
        text = document.text_before_cursor
        for line, display in self._completions(text):
            yield Completion(line, start_position=-len(text), display=display)


class _History(FileHistory):
    """A history that is no reason to fail: what cannot be written is passed over."""

    def store_string(self, string: str) -> None:
        with contextlib.suppress(OSError):
            super().store_string(string)


def _history(path: Path) -> History:
    """The history in a file that only its owner may read; in memory where there can be none."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
    except OSError:
        return InMemoryHistory()
    return _History(str(path))


def talk(chat: Chat, editor: Editor) -> None:
    """Lines from the keyboard until Ctrl-D or /quit."""
    while True:
        try:
            line = editor.read()
        except KeyboardInterrupt as interrupt:
            if not any(interrupt.args):
                chat.interrupted()
            continue
        except EOFError:
            return
        try:
            if not chat.handle(line):
                return
        except Stopped:
            continue  # what there was of the answer has been shown
        except KeyboardInterrupt:
            chat.cancelled()


def read_lines(chat: Chat) -> None:
    """Lines from a pipe or file until its end, or until Ctrl-C, which is raised."""
    for line in sys.stdin.buffer:
        if not chat.handle(line.decode("utf-8-sig", "replace")):
            return
        sys.stdout.flush()


def warm_chain(archive: Archive, settings: Settings) -> Answers:
    """What answers questions, after a first one that nobody asked, so that the next comes at once.

    Of a remote embedding model nothing is asked that nobody asked: it costs money, and tells others what the articles are about.
    """
    chain = chain_over(archive, settings)
    first = next(archive.articles(), None)
    if first is not None and is_built_in(archive.embedder.name):
        chain.quote(headline(first))
    chain.prepare()
    return chain
