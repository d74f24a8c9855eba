"""What the commands have in common: the settings, the screen, how complaints are told, and the exit codes."""

import inspect
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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


class Command(click.Command):
    """A command that shows its help as it is written: laid out for 80 columns."""

    def format_help_text(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("\n")
        for line in inspect.cleandoc(self.help or "").splitlines():
            formatter.write(f"  {line}".rstrip() + "\n")


class Interrupted(click.Abort):
    """Ctrl-C, with what to say about what was under way."""

    def __init__(self, hint: str = "") -> None:
        super().__init__()
        self.hint = hint


@dataclass(frozen=True)
class Shared:
    """What was said before the command."""

    home: Path | None = None
    color: str = "auto"

    def settings(self) -> "Settings":
        """The settings, with logging set up as they say. Raises `SettingsInvalid`."""
        from bot.settings import load_settings

        settings = load_settings(home=self.home, warn=warn)
        _log_from(logging.getLevelNamesMapping()[settings.log_level.upper()])
        return settings

    def screen(self, *, plain: bool = False) -> "Screen":
        """Standard output, with styles and links unless `plain`. What its encoding does not have is replaced."""
        from bot.render import Screen

        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")
        return Screen(color="never" if plain and self.color == "auto" else self.color)


def _log_from(level: int) -> None:
    """Log what is so bad or worse. Libraries' chatter is left out: it may hold what was asked, or what an article says."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Plain("%(levelname)s: %(message)s"))
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
    for ours in ("bot", "vectorstore"):
        logging.getLogger(ours).setLevel(level)


class _Plain(logging.Formatter):
    """One line for each record, with nothing in it that a terminal would act on; a traceback only while debugging."""

    def format(self, record: logging.LogRecord) -> str:
        if not logging.getLogger("bot").isEnabledFor(logging.DEBUG):
            record.exc_info = record.exc_text = None
        text = _shown(super().format(record))
        level, _, rest = text.partition(":")
        return f"{level.lower()}:{rest}"


def installed_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("kildebot")
    except PackageNotFoundError:
        return "(not installed)"


def warn(message: str) -> None:
    click.echo(_shown(f"warning: {message}"), err=True)


def tell(message: str) -> None:
    """Say something on standard error that is no part of the result."""
    click.echo(_shown(message), err=True)


def complain(message: str, hint: str = "", *, code: int = FAILED) -> int:
    """Say what is wrong and what to do, each on a line of standard error; gives the exit code."""
    tell(f"error: {' '.join(message.split())}")
    if hint:
        tell(f"hint: {' '.join(hint.split())}")
    return code


def print_json(line: str) -> None:
    """Print a line of JSON, at once and in UTF-8 whatever the terminal's encoding (RFC 8259)."""
    sys.stdout.flush()
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()


def _shown(text: str) -> str:
    from bot.render.safe import shown

    return shown(text)
