"""Where text goes: a terminal of some width, which may show colours and links, or a file, which gets plain text."""

import contextlib
import os
from typing import IO

from rich.console import Console
from rich.style import Style
from rich.text import Text
from rich.theme import Theme

from bot.render.safe import shown

WIDEST = 96
"""Columns that text is wrapped at on a wide terminal; longer lines are hard to read (Bringhurst: 45 to 75 characters, 90 at most)."""

_NARROWEST = 20  # columns; below, wrapping does more harm than good
_LEAST_SHARE = 3 / 4  # of the width; lines narrower than that would look worse than a last word alone

# Only what is readable on light and on dark backgrounds: weights, and the one of the user's own eight colours that is neither pale nor deep.
MARK = Style(bold=True, color="magenta")
TITLE = Style(bold=True)
LABEL = Style(bold=True)
FAINT = Style(dim=True)
QUOTE = Style(bold=True, underline=True)
UNPROVEN = Style(bold=True, reverse=True)

# So are the spinner, and the bars, for which rich has colours of its own.
MOVING = Style(color="magenta")
_THEME = Theme(
    {
        "bar.back": FAINT,
        "bar.complete": MOVING,
        "bar.finished": MOVING,
        "bar.pulse": MOVING,
        "progress.download": "none",
        "progress.elapsed": FAINT,
    }
)


class Screen:
    """Writes lines of text. What it is given must have been made safe to show (see `safe`)."""

    def __init__(self, file: IO[str] | None = None, *, color: str = "auto", width: int | None = None) -> None:
        """`color` is auto, always or never; `file` is standard output unless given. `width` is the terminal's own unless given."""
        self.console = Console(
            file=file,
            width=width,
            color_system=None if color == "never" else "auto",
            force_terminal=True if color == "always" else None,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=True,
            theme=_THEME,
        )

    @property
    def is_terminal(self) -> bool:
        return self.console.is_terminal

    @property
    def can_redraw(self) -> bool:
        """Whether what was written can be drawn over: on a terminal, not on one that only prints, nor in a file that is given styles."""
        console = self.console
        return self.is_terminal and console.file.isatty() and not (console.is_dumb_terminal or console.legacy_windows)

    @property
    def measure(self) -> int | None:
        """Columns to wrap text at; None where it goes to a file, whose reader wraps it."""
        if not self.is_terminal:
            return None
        return max(_NARROWEST, min(self._width - 1, WIDEST))

    @property
    def _width(self) -> int:
        """Columns. A terminal that only prints has 80 to rich, whatever it has."""
        if self.console.is_dumb_terminal:
            with contextlib.suppress(OSError):
                return os.get_terminal_size(self.console.file.fileno()).columns or self.console.width
        return self.console.width

    @property
    def links(self) -> bool:
        """Whether links can be hidden behind text (OSC 8). Terminals with 256 colours know them, or pass over them; some older ones print them."""
        return self.console.color_system in {"256", "truecolor", "windows"}

    @property
    def has_styles(self) -> bool:
        """Whether bold and underlined text look different from other text."""
        return self.console.color_system is not None

    def can_show(self, text: str) -> bool:
        """Whether the encoding has all these characters."""
        try:
            text.encode(self.console.encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def line(self, text: Text | str = "") -> None:
        self.console.print(text if isinstance(text, Text) else Text(text), soft_wrap=True)

    def wrapped(self, text: Text | str, *, indent: int = 0, first: Text | str = "") -> None:
        """Write a text wrapped between words, each line but the first indented; the first begins with `first`."""
        text = text if isinstance(text, Text) else Text(text)
        begin = first if isinstance(first, Text) else Text(first or " " * indent)
        lines = [text] if self.measure is None else self._lines(text, self.measure - indent)
        for at, each in enumerate(lines):
            start = begin if at == 0 else Text(" " * indent)
            self.line(Text.assemble(start, each) if each.plain.strip() else "")

    def linked(self, text: str, address: str, style: Style | None = None) -> Text:
        """A text that leads to an address, where the screen shows links."""
        base = style or Style()
        return Text(text, base + Style(link=address) if address and self.links else base)

    def note(self, text: str) -> None:
        """Write something said aside."""
        self.wrapped(Text(shown(text), FAINT))

    def _lines(self, text: Text, width: int) -> list[Text]:
        """The text wrapped; not so that the last word stands on a line alone, if a line can be had for it that is a little narrower."""
        width = max(width, _NARROWEST // 2)
        lines = self._wrapped_at(text, width)
        for narrower in range(width - 1, int(width * _LEAST_SHARE), -1):
            if len(lines) == 1 or len(lines[-1].plain.split()) != 1:
                break
            tried = self._wrapped_at(text, narrower)
            if len(tried) > len(lines):
                break
            lines = tried
        return lines

    def _wrapped_at(self, text: Text, width: int) -> list[Text]:
        lines = list(text.wrap(self.console, width))
        for line in lines:
            line.rstrip()
        return lines


class Sketch(Screen):
    """What would be written to a screen, as `lines` that each fit on a row of it.

    Lines are filled up: what grows at its end stays as it is before that, and does not jump about.
    """

    def __init__(self, screen: Screen) -> None:
        self.console = screen.console
        self.lines: list[Text] = []

    def line(self, text: Text | str = "") -> None:
        text = text if isinstance(text, Text) else Text(text)
        self.lines += self._wrapped_at(text, max(1, self.console.width - 1))

    def _lines(self, text: Text, width: int) -> list[Text]:
        return self._wrapped_at(text, max(width, _NARROWEST // 2))
