"""The last rows of a terminal, drawn over and over: what moves while something is being made."""

import contextlib
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence

from rich.text import Text

from bot.render.screen import Screen

# Control sequences (ECMA-48; the private modes are DEC's, 2026 is "Synchronized Output"). Who does not know them passes over them.
_UP = "\x1b[A"
_ERASE_LINE = "\x1b[2K"  # whole, and before it is written: else tmux, resized, breaks it where an earlier one ended
_ERASE_BELOW = "\x1b[J"
_HIDE_CURSOR, _SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
_AT_ONCE, _WHOLE = "\x1b[?2026h", "\x1b[?2026l"


class Region:
    """Rows that begin where the cursor is, are drawn over in one go each time, and leave nothing behind.

    What is drawn over is reckoned anew when the window was resized, for terminals break lines that have become too long.
    """

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._drawn: list[int] = []  # how wide each line is

    @property
    def rows(self) -> int:
        """How many there may be: one less than the window has, so that nothing scrolls away that is to be drawn over."""
        return max(1, self._screen.console.height - 1)

    def draw(self, layout: Callable[[], Sequence[Text]]) -> None:
        """Put lines, each narrower than the window, in the place of those before; the last ones, where they are too many."""
        width, lines = self._screen.console.width, layout()
        if self._screen.console.width != width:  # the window was resized meanwhile
            lines = layout()
        lines = lines[-self.rows :]
        drawn = "\n".join(_ERASE_LINE + self._rendered(each) for each in lines)
        self._write(f"{_HIDE_CURSOR}{_UP * self._above()}{drawn}{_ERASE_BELOW}\r")
        self._drawn = [each.cell_len for each in lines]

    def leave(self, text: str) -> None:
        """Put a text in the place of what was drawn, for good."""
        # Row by row: a whole screen that is erased at once is kept by some terminals, for one to scroll back to.
        self._write(f"{_ERASE_BELOW}{(_UP + _ERASE_LINE) * self._above()}{text}{_SHOW_CURSOR}")
        self._drawn = []

    def _above(self) -> int:
        """Rows from the first line to the beginning of the last one, where the cursor is left."""
        width = max(1, self._screen.console.width)
        return sum(max(1, math.ceil(each / width)) for each in self._drawn[:-1])

    def _rendered(self, line: Text) -> str:
        with self._screen.console.capture() as captured:
            self._screen.console.print(line, end="", soft_wrap=True)
        return captured.get()

    def _write(self, text: str) -> None:
        file = self._screen.console.file
        file.write(f"{_AT_ONCE}{text}{_WHOLE}")
        file.flush()


@contextlib.contextmanager
def keys_unseen() -> Iterator[None]:
    """Within, what is typed is not shown where the cursor happens to be; it is there to be read afterwards."""
    try:
        import termios
    except ImportError:  # Windows
        yield
        return
    try:
        keyboard = sys.stdin.fileno()
        before = termios.tcgetattr(keyboard)
        if os.tcgetpgrp(keyboard) != os.getpgrp():  # whoever is in the background is stopped for changing it
            keyboard = -1
    except (OSError, ValueError, termios.error):  # no keyboard
        keyboard = -1
    if keyboard < 0:
        yield
        return
    unseen = [*before]
    unseen[3] &= ~termios.ECHO
    termios.tcsetattr(keyboard, termios.TCSADRAIN, unseen)
    try:
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
