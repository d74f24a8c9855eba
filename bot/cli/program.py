"""The program: its options, its commands, and how it ends.

0 answered or done · 1 error · 2 wrong usage · 3 nothing found (a single question)
129 the terminal is gone · 130 interrupted · 141 nobody reads on · 143 ended by SIGTERM
"""

import contextlib
import difflib
import os
import sys
from typing import Any, NoReturn, TextIO

import click

from bot.cli.asking import ask, chat, search
from bot.cli.evaluating import evaluate
from bot.cli.keeping import articles, ingest, remove
from bot.cli.looking import doctor
from bot.cli.shared import INTERRUPTED, UNREAD, WRONG_USAGE, Command, Interrupted, complain, installed_version, tell
from bot.cli.signals import ended_from_outside
from bot.cli.telegramming import feedback, telegram
from bot.errors import BotError
from vectorstore.errors import VectorstoreError


class Program(Command, click.Group):
    """A group of commands that tells errors as one line and a hint, and ends with our exit codes. Bugs crash, as they should."""

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        extra["standalone_mode"] = False
        try:
            with ended_from_outside():
                code = super().main(*args, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            code = WRONG_USAGE
        except click.UsageError as error:
            code = complain(error.format_message(), self._usage_hint(error), code=WRONG_USAGE)
        except Interrupted as error:
            tell("")  # after the ^C that the terminal shows
            code = complain("interrupted", error.hint, code=error.code)
        except click.Abort:
            code = complain("interrupted", code=INTERRUPTED)
        except click.ClickException as error:
            code = complain(error.format_message())
        except OSError as error:  # while the help was written
            code = _unwritten(error)
        finally:
            _flush()
        sys.exit(code or 0)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except (VectorstoreError, BotError) as error:
            code = complain(error.message, error.hint)
        except BrokenPipeError:
            code = _hang_up()
        except OSError as error:
            code = _unwritten(error)
        return code

    def list_commands(self, _: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], self.commands, n=1)
            hint = f"did you mean: kildebot {near[0]}" if near else "kildebot --help lists the commands"
            raise _NoSuchCommand(f"there is no command {args[0]}", hint)
        return super().resolve_command(ctx, args)

    def _usage_hint(self, error: click.UsageError) -> str:
        if isinstance(error, _NoSuchCommand):
            return error.hint
        path = error.ctx.command_path if error.ctx else "kildebot"
        return f"{path} --help explains it"


class _NoSuchCommand(click.UsageError):
    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def _unwritten(error: OSError) -> int:
    """Says which file cannot be read or written."""
    return complain(": ".join(str(part) for part in (error.filename, error.strerror or error) if part))


def _flush() -> None:
    """Write what is left; where that cannot be, drop it, or the exit code would become Python's own for it (120)."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            _drop(stream)


def _hang_up() -> int:
    """Whoever read our output has gone."""
    _drop(sys.stdout)
    return UNREAD


def _drop(stream: TextIO) -> None:
    """Python would complain once more at exit, so what is left goes nowhere."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"kildebot {installed_version()}")
        ctx.exit()


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version.")
def program() -> None:
    """Answers questions from your own news articles, with citations.

    Every claim is linked to the sentence it stands on. No key, no network and no
    model is needed: answers are then made of quoted sentences. Ask in Norwegian
    or in English.

      kildebot chat                        try it on the sample articles
      kildebot ingest articles/            take in articles of your own
      kildebot ask "Hvem møtte Putin?"     ask one question

    Settings are environment variables, or lines in .env; .env.example explains
    each of them. Exit codes: 0 answered or done, 1 error, 2 wrong usage,
    3 nothing found.
    """


for command in (chat, ask, search, ingest, articles, remove, evaluate, telegram, feedback, doctor):
    program.add_command(command)
