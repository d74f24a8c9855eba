"""An answer while it is being made, on a terminal: what is being done, what has been written, and the sources of that.

One thread takes the events, and may be interrupted at any time; another draws, and never is.
"""

import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from queue import Empty, SimpleQueue

from rich.text import Text

from bot.answer import Answer, Event, Stage, Status, Written
from bot.messages import Language, say
from bot.render.answers import show_answer, show_sources, show_text
from bot.render.region import Region, keys_unseen
from bot.render.safe import shown
from bot.render.screen import FAINT, MOVING, Screen, Sketch

_UNNOTICED = 0.2  # seconds of waiting that need no explanation
_BETWEEN_FRAMES = 1 / 15  # seconds, so that no more is drawn than can be seen
_BETWEEN_TURNS = 0.1  # seconds for which each picture of the spinner stands
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_SPINNER = "|/-\\"

_Ending = Callable[[], None]  # writes to the screen what is to be left on it


class Stopped(KeyboardInterrupt):
    """Somebody pressed Ctrl-C while an answer was being made; `answer` is what there was of it, and was left on the screen."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def show_stream(screen: Screen, events: Iterator[Event], question: str, language: Language) -> Answer:
    """Show an answer while it is made, and whole when it is; gives it. Where nothing can be drawn over, it is only shown whole.

    Ctrl-C closes the events, which ends the asking. Raises `Stopped` then, where something of the answer had been looked at, and
    `KeyboardInterrupt` where nothing had.
    """
    if not screen.can_redraw:
        answer = next(each for each in events if isinstance(each, Answer))
        show_answer(screen, answer)
        return answer
    come: SimpleQueue[Event | _Ending] = SimpleQueue()
    with ThreadPoolExecutor(1, "painter") as pool:
        painting = pool.submit(_Painter(screen, language).paint, come)
        written = Written("")
        try:
            with closing(_passed_on(events)) as passed:
                for event in passed:
                    if isinstance(event, Answer):
                        come.put(partial(show_answer, screen, event))
                        return event
                    written = event if isinstance(event, Written) else written
                    come.put(event)
            raise AssertionError("the last event is the answer")
        except KeyboardInterrupt:
            if not written.text:
                raise
            answer = _so_far(written, question, language)
            come.put(partial(show_answer, screen, answer, stopped=True))
            raise Stopped(answer) from None
        finally:
            come.put(_nothing)
            painting.result()


def _passed_on(events: Iterator[Event]) -> Generator[Event, None, None]:
    yield from events


def _nothing() -> None:
    pass


def _so_far(written: Written, question: str, language: Language) -> Answer:
    """What there is of an answer, as one that was cut off."""
    return Answer(question, Status.PARTIAL, written.text.strip(), 0.0, language, "model", written.citations)


class _Painter:
    """Draws what there is of an answer, until there is something to leave on the screen."""

    def __init__(self, screen: Screen, language: Language) -> None:
        self._screen = screen
        self._language = language
        self._region = Region(screen)
        self._stage = Stage.SEARCHING
        self._written = Written("")
        self._spinner = _SPINNER if screen.can_show(_SPINNER) else _PLAIN_SPINNER

    def paint(self, come: "SimpleQueue[Event | _Ending]") -> None:
        with keys_unseen():
            ending = self._draw_until_the_end(come)
            with self._screen.console.capture() as left:
                ending()
            self._region.leave(left.get())

    def _draw_until_the_end(self, come: "SimpleQueue[Event | _Ending]") -> _Ending:
        """Text is drawn when it comes, unless other text was just drawn; meanwhile the spinner turns."""
        turn, text_drawn, is_new = time.monotonic() + _UNNOTICED, float("-inf"), False
        while True:
            due = text_drawn + _BETWEEN_FRAMES if is_new else turn
            try:
                item = come.get(timeout=max(0.0, due - time.monotonic()))
            except Empty:
                self._region.draw(self._lines)
                now = time.monotonic()
                turn, text_drawn, is_new = now + _BETWEEN_TURNS, now if is_new else text_drawn, False
                continue
            if isinstance(item, Stage):
                self._stage = item
            elif isinstance(item, Written):
                self._written, is_new = item, True
            elif callable(item):
                return item

    def _lines(self) -> list[Text]:
        picture = self._spinner[int(time.monotonic() / _BETWEEN_TURNS) % len(self._spinner)]
        if self._written.text or self._written.pending:
            return self._answer(picture)
        waiting = Sketch(self._screen)
        waiting.wrapped(Text.assemble((picture, MOVING), f" {say(self._stage, self._language)}"))
        return waiting.lines

    def _answer(self, picture: str) -> list[Text]:
        """What was looked at, faintly what was not, and the sources; where that is too much for the window, the end of the text."""
        seen = _so_far(self._written, "", self._language)
        text, sources = Sketch(self._screen), Sketch(self._screen)
        show_text(text, seen, Text.assemble((shown(self._written.pending).rstrip(), FAINT), " ", (picture, MOVING)))
        if seen.citations:
            sources.line()
            show_sources(sources, seen, quotes=False)
        rows = self._region.rows
        above = text.lines[-max(rows - len(sources.lines), (rows + 1) // 2) :]
        return above + sources.lines[: rows - len(above)]
