"""A terminal's window, as far as answers need one: what is written to it can be seen, and it can be resized as terminals are."""

import io
import re
import threading
import time
from collections.abc import Callable

from rich.console import ConsoleDimensions

from bot.render import Screen

_PIECE = re.compile(r"\x1b\[(\??[0-9;]*)([A-Za-z])|\x1b\][^\x1b]*\x1b\\|([\r\n])|([^\x1b\r\n])")
_PATIENCE = 10.0  # seconds


class Window(io.StringIO):
    """Rows of text with a cursor; what has scrolled away is kept, and long lines are broken anew when the window is resized."""

    def __init__(self, columns: int, rows: int) -> None:
        super().__init__()
        self.columns, self.height = columns, rows
        self.lines: list[str] = [""]  # all there is, also what has scrolled away; a line that was broken is several
        self.continues: list[bool] = [False]  # whether a line goes on from the one before
        self.row, self.column = 0, 0
        self.cursor_is_seen = True
        self.writes: list[tuple[float, str]] = []
        self.screen = Screen(self)
        self._lock = threading.Lock()
        self._tell_size()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        with self._lock:
            if text:
                self.writes.append((time.monotonic(), text))
            at = 0
            while at < len(text):
                found = _PIECE.match(text, at)
                assert found, f"unknown to this window: {text[at : at + 10]!r}"
                self._take(found)
                at = found.end()
        return len(text)

    def resize(self, columns: int, rows: int) -> None:
        """As most terminals do it: what was broken is joined, what is too long is broken."""
        with self._lock:
            whole: list[str] = []
            for line, goes_on in zip(self.lines, self.continues, strict=True):
                if goes_on:
                    whole[-1] += line
                else:
                    whole.append(line)
            at = sum(not goes_on for goes_on in self.continues[: self.row + 1]) - 1
            assert self.column == 0
            assert not self.continues[self.row]
            self.columns, self.height = columns, rows
            self.lines, self.continues = [], []
            for number, line in enumerate(whole):
                if number == at:
                    self.row = len(self.lines)
                pieces = [line[start : start + columns] for start in range(0, len(line), columns)] or [""]
                self.lines += pieces
                self.continues += [False] + [True] * (len(pieces) - 1)
            self._tell_size()

    def seen(self) -> list[str]:
        """The rows that hold anything, and those between them."""
        with self._lock:
            lines = [line.rstrip() for line in self.lines]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def shows(self, text: str) -> bool:
        return text in " ".join(" ".join(self.seen()).split())

    def waits_for(self, text: str) -> None:
        until(lambda: self.shows(text), f"{text!r} in {self.seen()}")

    def _tell_size(self) -> None:
        self.screen.console.size = ConsoleDimensions(self.columns, self.height)

    @property
    def _top(self) -> int:
        return max(0, len(self.lines) - self.height)

    def _take(self, found: re.Match[str]) -> None:
        arguments, final, control, character = found.groups()
        if character:
            self._put(character)
        elif control == "\r":
            self.column = 0
        elif control == "\n":
            self._next_row(goes_on=False)
            self.column = 0
        elif final == "A":
            self.row = max(self._top, self.row - int(arguments or 1))
        elif final == "K":
            self.lines[self.row] = "" if arguments == "2" else self.lines[self.row][: self.column]
        elif final == "J":
            assert not arguments
            self.lines[self.row] = self.lines[self.row][: self.column]
            for row in range(self.row + 1, len(self.lines)):
                self.lines[row], self.continues[row] = "", False
        elif arguments == "?25":
            self.cursor_is_seen = final == "h"
        else:
            assert final in ("m", "h", "l", None), f"unknown to this window: {found[0]!r}"

    def _put(self, character: str) -> None:
        if self.column == self.columns:
            self._next_row(goes_on=True)
            self.column = 0
        line = self.lines[self.row].ljust(self.column)
        self.lines[self.row] = line[: self.column] + character + line[self.column + 1 :]
        self.column += 1

    def _next_row(self, *, goes_on: bool) -> None:
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")
            self.continues.append(goes_on)
        else:
            self.continues[self.row] = goes_on


def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait for something, not for ever."""
    latest = time.monotonic() + _PATIENCE
    while not is_so():
        assert time.monotonic() < latest, f"waited in vain for {what}"
        time.sleep(0.002)
