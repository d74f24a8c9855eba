"""What to do with each line of a chat: commands and questions. Knows nothing of keyboards."""

import difflib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol, TypeVar

from rich.text import Text

from bot.answer import Answer, Citation, Event, Stage
from bot.errors import BotError
from bot.memory import Conversation, Turn
from bot.messages import Language, contents_in_words, headline, say
from bot.render import Screen, Stopped, show_articles, show_source, show_sources, show_stream, shown, well_formed
from bot.render.safe import shown_on_a_line
from bot.render.screen import LABEL
from bot.small_talk import small_talk
from bot.wiring import has_samples
from vectorstore.archive import Archive
from vectorstore.errors import VectorstoreError
from vectorstore.query import language_of

_MOST_LISTED = 20  # articles in /articles; a screenful
_BACKGROUND = "chat-background"
_QUIT = "/quit"
_LEAVE = [["quit"], ["exit"]]

Result = TypeVar("Result")


class Answers(Protocol):
    """What answers questions, with a chat model or without."""

    @property
    def model(self) -> str:
        """The chat model that writes, as `provider:model`; empty where answers are quoted."""

    def answer(self, question: str, conversation: Conversation = ...) -> Answer: ...

    def stream(self, question: str, conversation: Conversation = ...) -> Iterator[Event]:
        """What there is of the answer, as it comes, and last the answer. Who closes it ends the asking."""

    def close(self) -> None: ...


def in_background(work: Callable[[], Result]) -> "Future[Result]":
    """Begin some work beside this thread. Whoever begins some waits for it at the end, with `wait_for_background`."""
    future: Future[Result] = Future()

    def do() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whoever asks for the result gets it
            future.set_exception(error)

    threading.Thread(target=do, name=_BACKGROUND, daemon=True).start()
    return future


def wait_for_background(longest: float) -> None:
    """Wait for the work that was begun in the background, some seconds at most: Python does not end a thread gently that is in native code."""
    until = time.monotonic() + longest
    for thread in threading.enumerate():
        if thread.name == _BACKGROUND:
            thread.join(max(0.0, until - time.monotonic()))


class Chat:
    """One conversation: what to do with each line, and what was answered last."""

    def __init__(
        self,
        screen: Screen,
        archive: Archive,
        answers: "Future[Answers]",
        language: Language | None = None,
        *,
        model: str = "",
        place: str = "",
    ) -> None:
        """`answers` may still be on its way. `language` is that of the chat; without one, it is the last question's.

        `model` is the chat model that writes, if any, and `place` is where questions are sent for that.
        """
        self._screen = screen
        self._archive = archive
        self._answers = answers
        self._chosen = language
        self._model = model
        self._place = place
        self._language = language or Language.NORWEGIAN
        self._conversation = Conversation()
        self._last: Answer | None = None

    def greet(self) -> None:
        """Say what is in the archive and how answers come about."""
        count = self._archive.article_count
        dates = self._archive.dates
        holds = contents_in_words(count, [dates.earliest, dates.latest], dates.undated, self._language)
        self._screen.wrapped(Text.assemble(("kildebot", LABEL), f" · {holds}"))
        if self._model:
            self._screen.wrapped(shown(self._say("greeting_written", model=self._model, place=self._place)))
        else:
            self._screen.wrapped(self._say("greeting_quotes"))
        if has_samples(self._archive):
            self._screen.wrapped(self._say("samples_in_use"))
        self._screen.wrapped(self._say("greeting_help"))
        self._screen.line()

    def handle(self, line: str) -> bool:
        """Do what a line asks for, and say so where that fails; False if it asks to leave. `KeyboardInterrupt` leaves it undone.

        Raises `Stopped` where it was an answer that Ctrl-C cut off; what there was of it is shown then, and remembered.
        """
        words = well_formed(line).split()
        if not words:
            return True
        if words[0] == _QUIT or words in _LEAVE:
            return False
        try:
            if words[0].startswith("/"):
                self._command(words[0], words[1:])
            elif meant := small_talk(" ".join(words)):
                self._reply(*meant)
            else:
                self._ask(" ".join(words))
        except Stopped:
            self._screen.line()
            raise
        except (VectorstoreError, BotError) as error:
            self._complain(self._say("failed", reason=error.message), error.hint)
        self._screen.line()
        return True

    def interrupted(self) -> None:
        """Somebody pressed Ctrl-C on an empty line."""
        self._screen.note(self._say("how_to_leave"))

    def cancelled(self) -> None:
        """Somebody pressed Ctrl-C while a line was being handled."""
        self._screen.note(self._say("cancelled"))
        self._screen.line()

    def completions(self, text: str) -> list[tuple[str, str]]:
        """What the line may become, each with how it is shown; only commands and source numbers are completed."""
        command, space, rest = text.partition(" ")
        if not space:
            return [(each.name, each.name) for each in COMMANDS if command and each.name.startswith(command)]
        if command != "/source":
            return []
        cited = self._last.citations if self._last else ()
        numbers = [(str(each.number), shown(headline(each.article))) for each in cited]
        return [
            (f"{command} {number}", f"{number} {title}") for number, title in numbers if number.startswith(rest.strip())
        ]

    # Questions

    def _ask(self, question: str) -> None:
        language = self._chosen or Language.of(language_of(question))
        if self._screen.is_terminal:
            self._screen.line()
        try:
            answer = show_stream(self._screen, self._events(question), question, language)
        except Stopped as stopped:
            self._remember(stopped.answer)
            raise
        self._remember(answer)

    def _events(self, question: str) -> Iterator[Event]:
        """What an answer brings. Without a model it is made beside this thread, so that Ctrl-C never finds the archive at work."""
        answers, conversation = self._answers.result(), self._conversation
        if answers.model:
            yield from answers.stream(question, conversation)
        else:
            yield Stage.SEARCHING
            yield in_background(lambda: answers.answer(question, conversation)).result()

    def _remember(self, answer: Answer) -> None:
        self._language = self._chosen or Language.of(answer.language)
        self._conversation = self._conversation.after(Turn(answer.question, answer.text))
        self._last = answer

    def _reply(self, meant: str, language: Language) -> None:
        """Small talk is answered in its language and is no part of the conversation."""
        self._language = self._chosen or language
        self._screen.wrapped(self._say(f"reply_{meant}"))

    # Commands

    def _command(self, name: str, arguments: Sequence[str]) -> None:
        command = next((each for each in COMMANDS if each.name == name), None)
        if command is not None and command.action is not None:
            command.action(self, arguments)
            return
        near = difflib.get_close_matches(name, [each.name for each in COMMANDS], n=1)
        advice = self._say("did_you_mean", command=near[0]) if near else self._say("see_help")
        self._complain(self._say("no_such_command", command=shown(name)), advice)

    def sources(self, _: Sequence[str]) -> None:
        if self._last is None or not self._last.citations:
            self._screen.wrapped(self._without_sources())
        else:
            show_sources(self._screen, self._last)

    def source(self, arguments: Sequence[str]) -> None:
        numbers = [str(each.number) for each in self._last.citations] if self._last else []
        wanted = arguments[0].strip("[?]") if arguments else ""
        choices = ", ".join(f"/source {each}" for each in numbers)
        if self._last is None or not numbers:
            self._screen.wrapped(self._without_sources())
        elif wanted in numbers or (len(numbers) == 1 and not wanted):
            self._show_source(self._last, self._last.citations[numbers.index(wanted or numbers[0])])
        elif wanted:
            self._screen.wrapped(self._say("no_such_source", number=shown(wanted), choices=choices))
        else:
            self._screen.wrapped(self._say("which_source", choices=choices))

    def _without_sources(self) -> str:
        return self._say("no_sources" if self._last is None else "no_sources_in_answer")

    def _show_source(self, answer: Answer, citation: Citation) -> None:
        """The quote where it stands in the article as the archive holds it now; others may have removed or changed it."""
        now = self._archive.article(citation.article.id)
        if now is None:
            self._screen.wrapped(self._say("source_is_gone", title=shown_on_a_line(headline(citation.article))))
        elif citation.span.of(now.text) != citation.quote:
            self._screen.wrapped(self._say("source_has_changed", title=shown_on_a_line(headline(now))))
        else:
            current = replace(answer, citations=(replace(citation, article=now),))
            show_source(self._screen, current, citation.number)

    def articles(self, _: Sequence[str]) -> None:
        count = self._archive.article_count
        show_articles(self._screen, list(islice(self._archive.newest(), _MOST_LISTED)), self._language)
        if count > _MOST_LISTED:
            self._screen.note(self._say("more_articles", number=count - _MOST_LISTED))

    def new(self, _: Sequence[str]) -> None:
        self._conversation = Conversation()
        self._last = None
        self._screen.note(self._say("new_conversation"))

    def help(self, _: Sequence[str]) -> None:
        rows = [(self._say("help_ask"), self._say("help_ask_does"))]
        rows += [(f"{each.name} {each.argument}".strip(), self._say(each.help)) for each in COMMANDS]
        width = max(len(name) for name, _ in rows) + 2
        for name, text in rows:
            self._screen.wrapped(text, indent=width + 2, first=Text.assemble("  ", (name.ljust(width), LABEL)))
        self._screen.note(self._say("help_keys"))

    def _complain(self, *lines: str) -> None:
        for line in filter(None, lines):
            self._screen.wrapped(shown(line))

    def _say(self, key: str, **values: object) -> str:
        return say(key, self._language, **values)


@dataclass(frozen=True)
class Command:
    """What can be typed instead of a question. Without an action it ends the chat."""

    name: str
    help: str
    action: Callable[[Chat, Sequence[str]], None] | None
    argument: str = ""


COMMANDS = (
    Command("/sources", "help_sources", Chat.sources),
    Command("/source", "help_source", Chat.source, "N"),
    Command("/articles", "help_articles", Chat.articles),
    Command("/new", "help_new", Chat.new),
    Command("/help", "help_help", Chat.help),
    Command(_QUIT, "help_quit", None),
)
