"""Telegram, where it cannot be reached: how long to wait between tries, and when to try no more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator

from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.errors import BotError

FIRST_PAUSE = 0.5
"""Seconds before the second try."""

LONGEST_PAUSE = 20.0
"""Seconds between two tries, at most."""

_log = logging.getLogger(__name__)


class TelegramRefused(BotError):
    """Telegram does not let this bot go on; trying again changes nothing."""


def unknown_token() -> TelegramRefused:
    """What is told where the token is no good."""
    return TelegramRefused(
        "Telegram does not know the bot's token", "copy it anew from @BotFather into TELEGRAM_BOT_TOKEN"
    )


def pauses(first: float = FIRST_PAUSE) -> Iterator[float]:
    """Seconds between one try and the next, without end: each twice the one before, up to `LONGEST_PAUSE`."""
    pause = first
    while True:
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE)


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram asks us to wait."""
    wait = error.retry_after
    return float(wait if isinstance(wait, int) else wait.total_seconds())


async def patiently(work: Callable[[], Awaitable[object]]) -> None:
    """Do it, as often as it takes until Telegram can be reached. Raises `TelegramRefused`."""
    for pause in pauses():
        try:
            await work()
            return
        except InvalidToken as error:
            raise unknown_token() from error
        except BadRequest as error:
            raise TelegramRefused(
                f"Telegram refuses: {error.message}", "kildebot telegram --check looks at token, webhook and settings"
            ) from error
        except TelegramError as error:
            _log.warning("Telegram cannot be reached (%s); trying again", type(error.__cause__ or error).__name__)
            await asyncio.sleep(seconds_of(error) if isinstance(error, RetryAfter) else pause)
