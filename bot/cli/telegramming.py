"""The commands for Telegram: telegram, feedback."""

import json
from contextlib import closing
from typing import TYPE_CHECKING

import click

from bot.cli.asking import opened
from bot.cli.shared import DONE, FAILED, Command, Shared, installed_version, print_json

if TYPE_CHECKING:
    from bot.settings import Settings


@click.command(cls=Command, short_help="Answer on Telegram.")
@click.option(
    "--check", is_flag=True, help="Look whether all is well before the start, and say what to do where it is not."
)
@click.pass_obj
def telegram(shared: Shared, check: bool) -> int:
    """Answer questions on Telegram, until SIGTERM or Ctrl-C.

    Needs a bot's token in TELEGRAM_BOT_TOKEN; @BotFather on Telegram makes one.
    Every question is on disk before Telegram is told that it came, and is
    answered even if this program is killed meanwhile: start it again.

    Updates are fetched, which needs nothing more; or Telegram sends them, to
    KILDEBOT_WEBHOOK_URL. KILDEBOT_LISTEN is where /healthz and /metrics are.
    .env.example explains who may ask, how much, and how long it is kept.

    A signal lets what is being answered come to its end, for at most 10 seconds;
    a second one does not. What is left is answered at the next start. The exit
    code is 0 then.
    """
    settings = shared.settings()
    if check:
        return _check(shared, settings)
    _need_token(settings)

    from bot.logs import guard
    from vectorstore.archive.lock import alone

    guard()
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(settings.home, "telegram", "the Telegram bot of this folder is run by"):
        return _serve(shared, settings)


@click.command(cls=Command, short_help="Export what people thought of answers on Telegram.")
@click.pass_obj
def feedback(shared: Shared) -> int:
    """Print the questions whose answers got a thumb up or down on Telegram.

    One JSON object a line, as kildebot eval reads them:

      kildebot feedback > questions.jsonl
      kildebot eval questions.jsonl

    With a thumb up, one of the quotes is expected again (or, where no article
    answered, that none does). With a thumb down the answer is left out: write in
    what should have been quoted. Nobody is named.
    """
    from bot.telegram.feedback import feedback as judged
    from bot.wiring import open_articles

    settings = shared.settings()
    with open_articles(settings) as archive:
        for question in judged(settings.home, archive):
            print_json(json.dumps(question, ensure_ascii=False))
    return DONE


def _serve(shared: Shared, settings: "Settings") -> int:
    from bot.telegram.program import serve
    from bot.telegram.store import open_store
    from bot.wiring import chain_over

    with (
        opened(shared) as (archive, _),
        open_store(settings.home) as store,
        closing(chain_over(archive, settings)) as chain,
    ):
        return serve(settings, archive, chain, store, installed_version())


def _check(shared: Shared, settings: "Settings") -> int:
    import asyncio

    from bot.doctor import healthy, show
    from bot.telegram.addressing import COMMANDS
    from bot.telegram.check import examine
    from bot.telegram.menu import codes
    from bot.wiring import language_of_keeping

    language = language_of_keeping(settings)
    findings = asyncio.run(examine(settings, language, commands=dict.fromkeys(codes(settings), COMMANDS)))
    show(shared.screen(), findings, language)
    return DONE if healthy(findings) else FAILED


def _need_token(settings: "Settings") -> None:
    from bot.errors import SettingsInvalid

    if not settings.telegram_bot_token.get_secret_value():
        raise SettingsInvalid(
            "TELEGRAM_BOT_TOKEN is not set",
            "get a token from @BotFather on Telegram, and put it in the environment or .env",
        )
