"""From the outbox to Telegram: every part is sent, edited or given up, and which of these is on the disk.

| what Telegram says | what is done |
|---|---|
| nothing: refused or no connection, before anything was sent | tried again until it is there |
| nothing, or nothing that can be read, after the request was sent; a fault of its own (5xx) | Telegram is asked until it answers; then an edit is made again, and a message is sent again, and says that it may come twice |
| a fault of its own, time and again, for this message alone | as if it had refused the message |
| wait (429) | the pacer waits, for this chat alone |
| the message is not modified | it is sent |
| the message to edit is gone, or cannot be edited | a new message is sent, and anew what stood under it |
| the markup is no good, or anything else about the message | plain text, once; then, of an edit, a new message; then an apology |
| too long | in pieces |
| the topic is gone or closed | sent to the group itself, once |
| the group has become a supergroup | sent there |
| blocked, kicked, may not write, no such chat | what is left for this update is dropped |
| the token is no good | everything waits, and `watch` raises |
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import accumulate
from typing import Any

import httpx
from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity, ReplyParameters
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.messages import Language, say
from bot.telegram.pacing import TURN, Turn
from bot.telegram.reaching import FIRST_PAUSE, pauses, seconds_of, unknown_token
from bot.telegram.rendering import Kind, Style, Styled, split
from bot.telegram.store import Part, State, Store
from vectorstore.article import Span

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_MOST_TRIES = 5  # of a message that Telegram fails at while it does answer
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_MOST_OF_CAPTION = 1024  # UTF-16 code units (Bot API, `sendDocument`)

# How Telegram says it, in lower case (tdlib/telegram-bot-api, Client.cpp; TDLib's MessagesManager.cpp).
_UNCHANGED = ("message is not modified",)
_UNEDITABLE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message identifier is not",
)
_TOO_LONG = ("message is too long", "message_too_long")
_TOO_LARGE = ("too large",)
_NO_TOPIC = ("topic_closed", "topic_deleted", "message thread not found", "topic_id_invalid")
_NO_ENTRY = (
    "chat not found",
    "have no rights",
    "not enough rights",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "chat_send_plain_forbidden",
    "user is deactivated",
    "peer_id_invalid",
    "user_is_blocked",
    "bot is not a member",
    "group chat was deactivated",
    "channel_private",
)

_log = logging.getLogger(__name__)


class Delivery:
    """Sends what is in the outbox. The bot's rate limiter is expected to keep to Telegram's limits."""

    def __init__(
        self,
        bot: Bot,
        store: Store,
        again: Callable[[str], str],
        *,
        outcome: Callable[[str], None] = lambda _: None,
        pause: float = FIRST_PAUSE,
    ) -> None:
        """`again` gives what is said above a text that may come twice, by that text's payload language.

        `outcome` is told what became of a message: `sent`, `dropped`, or `again`.
        """
        self._bot = bot
        self._store = store
        self._again = again
        self._outcome = outcome
        self._pause = pause
        self._refused = asyncio.Event()

    async def watch(self) -> None:
        """Raise `TelegramRefused` once Telegram no longer knows the bot's token; until then, do nothing."""
        await self._refused.wait()
        raise unknown_token()

    async def deliver(self, update_id: int, still: Callable[[], Awaitable[bool]] | None = None) -> list[Part]:
        """Send what there is for an update and was not sent, in order; gives all its parts, sent or dropped.

        After each time that it had to wait it asks whether the parts are `still` to be sent; where not, or where their text was erased,
        it gives them as they are.
        """
        tries, waits = 0, pauses(self._pause)
        while True:
            parts = await self._store.keep(partial(self._store.outbox.parts, update_id))
            parts = [each for each in parts if each.state is not State.PREVIEW]
            at = next((at for at, each in enumerate(parts) if not each.state.is_over), None)
            if at is None or any(each.is_withdrawn for each in parts):
                return parts
            if await self._go_on(parts[at], parts[:at], is_last_try=tries >= _MOST_TRIES):
                tries, waits = 0, pauses(self._pause)
                continue
            await asyncio.sleep(next(waits))
            tries += 1
            if still is not None and not await still():
                return parts

    async def _go_on(self, part: Part, before: Sequence[Part], *, is_last_try: bool) -> bool:
        """One step of a part, the result of which is on the disk; whether the next may follow at once."""
        if not part.payload and part.message is None:
            await self._store.keep(partial(self._store.outbox.deleted, part))
            return True
        if any(each.state is State.DROPPED for each in before):
            await self._store.keep(partial(self._store.outbox.drop, part))
            return True
        if part.payload and part.message and any(each.message and each.message > part.message for each in before):
            await self._anew(part, part.payload)
            return True
        if part.state is State.SENDING and part.message is None and not part.payload.get("again"):
            await self._may_come_twice(part)
            return True
        return await self._try(part, is_last_try=is_last_try)

    async def _try(self, part: Part, *, is_last_try: bool) -> bool:
        try:
            await self._send_in_turn(part)
        except RetryAfter as error:  # longer than the pacer has patience
            await self._store.keep(partial(self._store.outbox.ready, part))
            await asyncio.sleep(seconds_of(error))
            return True
        except (InvalidToken, Conflict):
            await self._store.keep(partial(self._store.outbox.ready, part))
            await self._see_whether_it_answers()
            return False
        except TelegramError as error:
            if _is_an_answer(error) or (is_last_try and not isinstance(error.__cause__, httpx.HTTPError)):
                await self._otherwise(part, error)
                return True
            _log.warning("a message waits: Telegram cannot be reached (%s)", type(error.__cause__ or error).__name__)
            if _was_not_sent(error):
                await self._store.keep(partial(self._store.outbox.ready, part))
            else:
                await self._until_it_answers()
            return False
        self._outcome("sent")
        return True

    async def _send_in_turn(self, part: Part) -> None:
        """Send it, and note so, when its turn comes: what waits for that is not on its way."""
        gone = part.message is not None and not part.payload
        turn = Turn(partial(self._departs, part), partial(self._deleted if gone else self._arrived, part))
        token = TURN.set(turn)
        try:
            await self._send(part)
        finally:
            TURN.reset(token)

    async def _departs(self, part: Part) -> None:
        """From now on, Telegram may have it."""
        await self._store.keep(partial(self._store.outbox.sending, part))

    async def _arrived(self, part: Part, result: object) -> None:
        """Telegram has it; `result` is the message, or only that an edit was taken."""
        number = result.get("message_id") if isinstance(result, dict) else part.message
        await self._store.keep(partial(self._store.outbox.sent, part, number))

    async def _deleted(self, part: Part, _: object) -> None:
        await self._store.keep(partial(self._store.outbox.deleted, part))

    async def _send(self, part: Part) -> None:
        """One request."""
        payload = part.payload
        if part.message is not None and not payload:
            await self._bot.delete_message(part.address.chat, part.message)
        elif part.message is not None:
            await self._bot.edit_message_text(
                payload["text"],
                part.address.chat,
                part.message,
                entities=_entities(payload),
                reply_markup=_keyboard(payload, self._bot),
                link_preview_options=_NO_PREVIEW,
            )
        elif "document" in payload:
            await self._send_document(part, payload["document"])
        else:
            await self._bot.send_message(
                part.address.chat,
                payload["text"],
                entities=_entities(payload),
                reply_markup=_keyboard(payload, self._bot),
                message_thread_id=part.address.thread or None,
                reply_parameters=_reply(payload),
                link_preview_options=_NO_PREVIEW,
            )

    async def _send_document(self, part: Part, document: dict[str, str]) -> None:
        await self._bot.send_document(
            part.address.chat,
            document["content"].encode(),
            filename=document["name"],
            caption=part.payload["text"],
            message_thread_id=part.address.thread or None,
            reply_parameters=_reply(part.payload),
        )

    async def _otherwise(self, part: Part, error: TelegramError) -> None:
        """What is done with a part that Telegram refused, by the table above."""
        said = str(error).lower()
        thread = part.address.thread
        if isinstance(error, ChatMigrated):
            await self._move(part, error.new_chat_id)
        elif part.message is not None and not part.payload:  # what was to be deleted stays, or is gone already
            await self._store.keep(partial(self._store.outbox.deleted, part))
        elif _says(said, _UNCHANGED):
            await self._store.keep(partial(self._store.outbox.sent, part, part.message))
            self._outcome("sent")
        elif part.message is not None and _says(said, _UNEDITABLE):
            await self._anew(part, part.payload)
        elif _says(said, _NO_TOPIC) and thread:
            await self._anew(replace(part, address=replace(part.address, thread=0)), _alone(part.payload))
        elif isinstance(error, Forbidden) or _says(said, (*_NO_ENTRY, *_NO_TOPIC)):
            await self._drop(part, error)
        elif _says(said, _TOO_LONG) and len(pieces := _halves(part.payload)) > 1:
            await self._store.keep(partial(self._store.outbox.split, part, pieces))
        else:
            await self._in_other_words(part, error)

    async def _in_other_words(self, part: Part, error: TelegramError) -> None:
        """Something else in place of a message that Telegram did not take, each once, from the best."""
        payload = part.payload
        kept = {name: payload[name] for name in ("text", "reply_to", "language", "again") if name in payload}
        _log.warning("Telegram refused a message as it was (%s)", type(error).__name__)
        if not payload.get("plain") and "document" not in payload:
            await self._rewrite(part, kept | {"plain": True}, message=part.message)
        elif part.message is not None:
            await self._anew(part, kept | {"plain": True})
        elif not payload.get("sorry"):
            language = Language(payload.get("language") or Language.NORWEGIAN)
            text = say("could_not_answer", language)
            await self._rewrite(part, kept | {"text": text, "plain": True, "sorry": True})
        else:
            await self._drop(part, error)

    async def _anew(self, part: Part, payload: dict[str, Any]) -> None:
        """Send a new message; the one that it was to take the place of is taken away, if it can be."""
        if part.message is not None:
            with suppress(TelegramError):
                await self._bot.delete_message(part.address.chat, part.message)
        await self._rewrite(part, payload)

    async def _move(self, part: Part, chat: int) -> None:
        """A group has become a supergroup: its messages have other numbers there, and so there is nothing to edit or reply to."""
        await self._store.keep(partial(self._store.outbox.migrate, part.address.chat, chat))
        moved = replace(part, address=replace(part.address, chat=chat))
        if part.payload:
            await self._rewrite(moved, _alone(part.payload))
        else:
            await self._store.keep(partial(self._store.outbox.deleted, moved))

    async def _drop(self, part: Part, error: TelegramError) -> None:
        _log.warning("Telegram will not take a message (%s)", type(error).__name__)
        await self._store.keep(partial(self._store.outbox.drop, part))
        self._outcome("dropped")

    async def _may_come_twice(self, part: Part) -> None:
        """Have a part say that it may have come before."""
        self._outcome("again")
        said = self._again(part.payload.get("language", ""))
        if "document" in part.payload:
            caption = f"{said}\n\n{part.payload['text']}"[:_MOST_OF_CAPTION]
            await self._rewrite(part, part.payload | {"text": caption, "again": True})
            return
        pieces = _pieces(part.payload, Styled(f"{said}\n\n") + _styled(part.payload))
        pieces[0]["again"] = True
        await self._store.keep(partial(self._store.outbox.split, part, pieces))

    async def _rewrite(self, part: Part, payload: dict[str, Any], *, message: int | None = None) -> None:
        await self._store.keep(partial(self._store.outbox.rewrite, part, payload, message=message))

    async def _until_it_answers(self) -> None:
        """Return when Telegram answers a question that changes nothing."""
        for pause in pauses(self._pause):
            if await self._see_whether_it_answers():
                return
            await asyncio.sleep(pause)

    async def _see_whether_it_answers(self) -> bool:
        try:
            await self._bot.get_me()
        except InvalidToken:
            _log.error("Telegram does not know the bot's token any more; what is to be sent waits")
            self._refused.set()
            return False
        except TelegramError:
            return False
        return True


def _is_an_answer(error: TelegramError) -> bool:
    """Whether Telegram answered, and refused: not where its answer cannot be read, nor where the fault is its own."""
    if isinstance(error, BadRequest) or (isinstance(error, NetworkError) and _says(str(error).lower(), _TOO_LARGE)):
        return True
    return not isinstance(error, NetworkError) and type(error) is not TelegramError


def _was_not_sent(error: TelegramError) -> bool:
    """Whether the request did not reach Telegram, for sure."""
    return isinstance(error.__cause__, _NOT_SENT) or (isinstance(error, TimedOut) and "not* sent" in str(error))


def _says(said: str, one_of: tuple[str, ...]) -> bool:
    return any(each in said for each in one_of)


def _entities(payload: dict[str, Any]) -> list[MessageEntity] | None:
    return [MessageEntity(**each) for each in payload.get("entities", ())] or None


def _keyboard(payload: dict[str, Any], bot: Bot) -> InlineKeyboardMarkup | None:
    return InlineKeyboardMarkup.de_json(payload["keyboard"], bot) if payload.get("keyboard") else None


def _reply(payload: dict[str, Any]) -> ReplyParameters | None:
    message = payload.get("reply_to")
    return ReplyParameters(message, allow_sending_without_reply=True) if message else None


def _alone(payload: dict[str, Any]) -> dict[str, Any]:
    """The same without what it replies to, which is elsewhere."""
    return {name: value for name, value in payload.items() if name != "reply_to"}


def _halves(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The same in two messages, or some more."""
    text = _styled(payload)
    return _pieces(payload, text, max(1, len(text) * 2 // 3))


def _pieces(payload: dict[str, Any], text: Styled, *limit: int) -> list[dict[str, Any]]:
    """A text in as many messages as it takes: the first replies to what the whole does, the last has its buttons."""
    messages = split(text, *limit)
    pieces: list[dict[str, Any]] = [
        {name: payload[name] for name in ("language", "plain", "again") if name in payload}
        | {"text": each.text, "entities": [entity.to_dict() for entity in each.entities]}
        for each in messages
    ]
    if "reply_to" in payload:
        pieces[0]["reply_to"] = payload["reply_to"]
    if "keyboard" in payload:
        pieces[-1]["keyboard"] = payload["keyboard"]
    return pieces


def _styled(payload: dict[str, Any]) -> Styled:
    """The text of a message with its styles, in code points again."""
    text: str = payload["text"]
    ends = accumulate((2 if each > "\uffff" else 1 for each in text), initial=0)
    at = {units: points for points, units in enumerate(ends)}
    return Styled(text, tuple(_styles(payload, at)))


def _styles(payload: dict[str, Any], at: dict[int, int]) -> Iterator[Style]:
    for each in payload.get("entities", ()):
        span = Span(at[each["offset"]], at[each["offset"] + each["length"]])
        yield Style(Kind(each["type"]), span, each.get("url") or "")
