"""Asking Telegram for updates, and putting them on the disk before they are confirmed.

getUpdates confirms what came before its `offset`. python-telegram-bot's own Updater asks for the next updates while those of before are in
memory only, and asks for ever for a batch that it cannot read. Here the next request goes out when the last batch is on the disk, as it came.
"""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from telegram import Bot
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import RequestData

from bot.telegram.reaching import FIRST_PAUSE, TelegramRefused, pauses, seconds_of, unknown_token
from bot.telegram.requests import Called, Requests
from bot.telegram.store import number_in
from vectorstore.errors import VectorstoreError

KINDS = (
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "my_chat_member",
)
"""The kinds of update that Telegram is asked for; others are nothing to us, and stay with Telegram."""

_WAIT = 25  # seconds that Telegram may hold a request until there is something; its proxies cut at 50
_MARGIN = 10.0  # seconds more that we wait, before the connection is taken for dead
_CONFLICTS = 8  # in a row: a request of a process that was killed is gone by then, another bot is not
_CONFLICTS_IN_SERVICE = 24  # so that of two bots the one that has come last gives up
_IN_SERVICE_AFTER = 60.0  # seconds of polling

_RESULT = re.compile(rb'\s*\{\s*"ok"\s*:\s*true\s*,\s*"result"\s*:\s*\[')
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)  # and strings, in which they mean nothing

_log = logging.getLogger(__name__)


class RawUpdates(Requests):
    """Requests of getUpdates, whose answer is kept as it came; python-telegram-bot is given an empty one.

    So an update that it cannot read stands in nobody's way.
    """

    def __init__(self, called: Called = lambda *_: None) -> None:
        timeouts = {f"{each}_timeout": _MARGIN for each in ("read", "connect", "pool")}
        super().__init__(called, connection_pool_size=1, **timeouts)
        self.came = b""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: Any, **more: Any
    ) -> tuple[int, bytes]:
        code, payload = await super().do_request(url, method, request_data, *timeouts, **more)
        if code == 200:
            self.came, payload = payload, b'{"ok": true, "result": []}'
        return code, payload


class Poller:
    """Takes updates from Telegram for as long as it runs."""

    def __init__(
        self,
        bot: Bot,
        requests: RawUpdates,
        receive: Callable[[Sequence[bytes]], Awaitable[None]],
        heard: Callable[[], None] = lambda: None,
        *,
        pause: float = FIRST_PAUSE,
        in_service_after: float = _IN_SERVICE_AFTER,
    ) -> None:
        """`receive` returns when the updates are on the disk; `heard` is called whenever Telegram has answered."""
        self._bot = bot
        self._requests = requests
        self._receive = receive
        self._heard = heard
        self._first_pause = pause
        self._in_service_after = in_service_after
        self._unnumbered: list[bytes] = []  # they come again and again, and are taken in once

    async def run(self) -> None:
        """Poll until cancelled. Raises `TelegramRefused` where the token is no good, or another process polls with it."""
        offset: int | None = None
        first: float | None = None
        now = asyncio.get_running_loop().time
        waits, conflicts = pauses(self._first_pause), 0
        while True:
            try:
                offset = await self._poll(offset)
            except Conflict as error:
                conflicts += 1
                is_in_service = first is not None and now() - first >= self._in_service_after
                if conflicts >= (_CONFLICTS_IN_SERVICE if is_in_service else _CONFLICTS):
                    raise _conflict(error) from error
                await asyncio.sleep(self._first_pause)
            except InvalidToken as error:
                raise unknown_token() from error
            except RetryAfter as error:
                await asyncio.sleep(seconds_of(error))
            except (NetworkError, TelegramError) as error:
                _log.warning("Telegram cannot be asked for updates (%s); trying again", type(error).__name__)
                await asyncio.sleep(next(waits))
            except VectorstoreError as error:  # the disk is full, or gone: what is not on it is not confirmed
                _log.error("updates cannot be kept: %s", error.message)
                await asyncio.sleep(next(waits))
                offset = None
            else:
                first = now() if first is None else first
                waits, conflicts = pauses(self._first_pause), 0

    async def _poll(self, offset: int | None) -> int | None:
        """One request; gives the offset that confirms what it brought.

        Without an offset Telegram gives what is not confirmed. So it is asked where nothing came: after a week without updates their
        numbers begin anew, anywhere (Bot API, "Update"), and an offset from before might confirm what was never seen.
        """
        await self._bot.get_updates(offset=offset, timeout=_WAIT, allowed_updates=KINDS)
        self._heard()
        updates = _updates(self._requests.came)
        numbers = [_number(each) for each in updates]
        unnumbered = [each for each, number in zip(updates, numbers, strict=True) if number is None]
        if fresh := [each for each in updates if each not in unnumbered or each not in self._unnumbered]:
            await self._receive(fresh)
        self._unnumbered = unnumbered
        if updates and len(unnumbered) == len(updates):
            raise TelegramError("updates without a number cannot be confirmed")
        return max((number + 1 for number in numbers if number is not None), default=None)


def _updates(payload: bytes) -> list[bytes]:
    """The updates in an answer to getUpdates, each in JSON. Raises `NetworkError` where it is none."""
    try:
        updates = json.loads(payload)["result"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return list(_cut(payload))
    if not isinstance(updates, list):
        raise NetworkError("what came is no answer of Telegram's")
    return [json.dumps(each).encode() for each in updates]


def _cut(payload: bytes) -> Iterator[bytes]:
    """The same where one update cannot be read, because of what is in it or how deep it is: cut by brackets alone.

    The others are not to wait for it, and its number is needed so that it does not come for ever.
    """
    opening = _RESULT.match(payload)
    if opening is None:
        raise NetworkError("what came is no answer of Telegram's")
    depth, start = 0, opening.end()
    for token in _BRACKETS.finditer(payload, opening.end()):
        if token[0] in b"[{":
            start = token.start() if depth == 0 else start
            depth += 1
        elif token[0] in b"]}":
            depth -= 1
            if depth < 0:
                return
            if depth == 0:
                yield payload[start : token.end()]
    raise NetworkError("what came is not all of Telegram's answer")


def _number(update: bytes) -> int | None:
    """The number that confirms an update; a negative one would ask for the last updates instead (Bot API, getUpdates)."""
    try:
        read = json.loads(update)
    except (ValueError, RecursionError):
        return number_in(update)
    value = read.get("update_id") if isinstance(read, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _conflict(error: Conflict) -> TelegramRefused:
    if "webhook" in str(error).lower():
        return TelegramRefused(
            "Telegram sends this bot's updates to a webhook, and so does not give them out",
            "end what set the webhook and start again, which removes it; or set KILDEBOT_WEBHOOK_URL",
        )
    return TelegramRefused(
        "another program asks Telegram for this bot's updates",
        "end it, or give this one a bot of its own from @BotFather",
    )
