"""What the commands have in common: the settings, the screen, how complaints are told, and the exit codes."""

import contextlib
import inspect
import logging
import shutil
import sys
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from bot.render import Screen
    from bot.settings import Settings

DONE = 0
FAILED = 1
WRONG_USAGE = 2
NOTHING_FOUND = 3
INTERRUPTED = 130  # 128 + SIGINT, as shells count
UNREAD = 141  # 128 + SIGPIPE

_NARROWEST = 20  # columns; below, wrapping does more harm than good


class Command(click.Command):
    """A command that shows its help as it is written, laid out for 80 columns, and takes the options that all commands share.

    They may stand before the command and after it; what stands last goes before the rest.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += [_home(), _color()]

    def format_help_text(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("\n")
        for line in inspect.cleandoc(self.help or "").splitlines():
            formatter.write(f"  {line}".rstrip() + "\n")


class Interrupted(click.Abort):
    """Ctrl-C, or another signal to end, with what to say about what was under way, and the exit code."""

    def __init__(self, hint: str = "", *, code: int = INTERRUPTED) -> None:
        super().__init__()
        self.hint = hint
        self.code = code


def _home() -> click.Option:
    return click.Option(
        ["--home"],
        callback=_share,
        expose_value=False,
        metavar="FOLDER",
        help="The folder that holds your archive.  [env: KILDEBOT_HOME; default: the usual place for the data of programs]",
    )


def _color() -> click.Option:
    return click.Option(
        ["--color"],
        callback=_share,
        expose_value=False,
        type=click.Choice(["auto", "always", "never"]),
        metavar="WHEN",
        help="Styles and links: auto, always or never. NO_COLOR is respected.  [default: auto]",
    )


def _share(context: click.Context, option: click.Parameter, value: str | None) -> None:
    shared = context.ensure_object(Shared)
    if value:
        context.obj = replace(shared, **{str(option.name): value})


@dataclass(frozen=True)
class Shared:
    """What the options say that all commands share."""

    home: str | None = None
    color: str = "auto"

    def settings(self) -> "Settings":
        """The settings, with logging set up as they say. Raises `SettingsInvalid`."""
        from bot.logs import set_up
        from bot.settings import load_settings, secrets_of

        settings = load_settings(home=Path(self.home) if self.home else None, warn=warn)
        level = logging.getLevelNamesMapping()[settings.log_level.upper()]
        set_up(level, secrets_of(settings), json=settings.log_format == "json")
        return settings

    def screen(self, *, plain: bool = False, aside: bool = False) -> "Screen":
        """Standard output, or `aside` standard error, with styles and links unless `plain`. What its encoding does not have is replaced."""
        from bot.render import Screen

        file = sys.stderr if aside else sys.stdout
        if hasattr(file, "reconfigure"):
            file.reconfigure(errors="replace")
        return Screen(file, color="never" if plain and self.color == "auto" else self.color)


def installed_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("kildebot")
    except PackageNotFoundError:
        return "(not installed)"


def warn(message: str) -> None:
    """Say on standard error what is not right, though the program goes on."""
    tell(f"warning: {message}")


def tell(message: str) -> None:
    """Say something on standard error that is no part of the result; on a terminal, wrapped between words."""
    message = _shown(message)
    if sys.stderr.isatty():
        width = max(_NARROWEST, shutil.get_terminal_size().columns - 1)
        message = textwrap.fill(message, width, break_long_words=False, break_on_hyphens=False)
    with contextlib.suppress(OSError):  # the terminal is gone, and nobody is there to be told
        click.echo(message, err=True)


def complain(message: str, hint: str = "", *, code: int = FAILED) -> int:
    """Say what is wrong and what to do, each on a line of standard error; gives the exit code."""
    tell(f"error: {_on_a_line(message)}")
    if hint:
        tell(f"hint: {_on_a_line(hint)}")
    return code


def _on_a_line(text: str) -> str:
    """The text without line breaks; blanks stay as they are, for they may be those of an id or a path."""
    return " ".join(line.strip() for line in _shown(text).splitlines() if line.strip())


def print_json(line: str) -> None:
    """Print a line of JSON, at once and in UTF-8 whatever the terminal's encoding (RFC 8259)."""
    sys.stdout.flush()
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()


def _shown(text: str) -> str:
    from bot.render.safe import shown

    return shown(text)
