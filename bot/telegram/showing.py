"""What is seen of an answer while it is made: typing, then the text as it comes.

In private chats as drafts (sendMessageDraft), which are gone when the answer comes; elsewhere, and where a server has no drafts, as a message
that is edited at the pace of groups and becomes the answer.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from telegram import LinkPreviewOptions, ReplyParameters
from telegram.constants import ChatAction
from telegram.error import BadRequest, InvalidToken, TelegramError
from telegram.ext import ExtBot

from bot.answer import Written
from bot.telegram.pacing import Skipped, Urgency
from bot.telegram.rendering import Message
from bot.telegram.store import Address

_TYPING_LASTS = 4.5  # seconds; Telegram shows it for 5
_DRAFT_PACE = 0.75  # seconds between two drafts
_EDIT_PACE = 3.0  # seconds between two edits: a group has 20 messages a minute, and the answer has to be among them
_NEXT_TRY = 0.3  # seconds, where there was no room for what is to be shown
_FEWEST = 24  # characters that are worth a message of their own
_ON_ITS_WAY = 1.0  # seconds that the answer waits for a draft that Telegram has not confirmed, lest it come after it

_log = logging.getLogger(__name__)

Render = Callable[[Written], Awaitable[Message]]


@dataclass
class Drafts:
    """Whether drafts work here: an older Bot API server has none. Shared by all chats."""

    work: bool = True


class Showing:
    """Shows what there is of one answer, the latest at each turn. What cannot be shown is left out: the answer comes all the same."""

    def __init__(
        self,
        bot: ExtBot[Urgency],
        address: Address,
        question: int | None,
        draft: int,
        render: Render,
        *,
        drafts: Drafts,
        placed: Callable[[int], Awaitable[None]],
        message: int | None = None,
        types_after: float = 0.0,
        seen: Callable[[], object] = lambda: None,
    ) -> None:
        """`draft` is a number of the draft's own, not 0. `placed` is told of a message that is to become the answer, before it is edited.

        In so many seconds (`types_after`) it is typed, where there is no answer by then. `seen` is called for every sign of life that
        Telegram has taken.
        """
        self._bot = bot
        self._address = address
        self._question = question
        self._draft = draft
        self._render = render
        self._drafts = drafts
        self._placed = placed
        self._message = message
        self._types_after = types_after
        self._seen = seen
        self._latest: Written | None = None
        self._came = asyncio.Event()
        self._closing = asyncio.Event()
        self._changing_a_message = False
        self._takes_drafts = True
        self._may_place = True
        self._is_seen = False
        self._typed_at = float("-inf")

    def show(self, written: Written) -> None:
        """From now on, this is what there is."""
        self._latest = written
        self._came.set()

    async def paint(self) -> None:
        """Type, then show what comes, until closed."""
        await _either(self._came, self._types_after)
        while not self._closing.is_set():
            self._came.clear()
            if self._latest is not None:
                await _either(self._closing, await self._show(await self._render(self._latest)))
            if not self._is_seen:
                await self._type()
            await _either(self._came, None if self._is_seen else _TYPING_LASTS)

    async def end(self, painter: "asyncio.Task[None]") -> None:
        """Show no more. What is on its way has come when this returns, so that nothing of it comes after the answer."""
        task = asyncio.current_task()
        self._closing.set()
        self._came.set()
        try:
            if not self._changing_a_message:
                nobody_waits = task is not None and task.cancelling()
                await asyncio.wait({painter}, timeout=0.0 if nobody_waits else _ON_ITS_WAY)
                painter.cancel()
            await painter
        except asyncio.CancelledError:
            painter.cancel()
            if task is not None and task.cancelling():
                raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer comes all the same
            _log.error("an answer could not be shown while it came: %s", type(error).__name__, exc_info=error)

    @property
    def _in_drafts(self) -> bool:
        return self._drafts.work and self._takes_drafts and self._address.chat > 0 and self._message is None

    async def _type(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._closing.is_set() or now < self._typed_at + _TYPING_LASTS:
            return
        self._typed_at = now
        with suppress(TelegramError, Skipped):
            await self._bot.send_chat_action(
                self._address.chat,
                ChatAction.TYPING,
                message_thread_id=self._address.thread or None,
                rate_limit_args=Urgency.SIGN,
            )
            self._seen()

    async def _show(self, message: Message) -> float:
        """Show what there is; gives the seconds in which there may be more."""
        if self._closing.is_set():
            return 0.0
        try:
            if self._in_drafts and await self._send_draft(message):
                return _DRAFT_PACE
            if self._closing.is_set():
                return 0.0
            self._changing_a_message = True
            if self._message is not None:
                await self._edit(self._message, message)
            elif not await self._place(message):
                return 0.0
        except Skipped:  # there is no room now
            self._came.set()
            return _NEXT_TRY
        except TelegramError as error:
            _log.debug("a preview was left out (%s)", type(error).__name__)
        finally:
            self._changing_a_message = False
        return _EDIT_PACE

    async def _send_draft(self, message: Message) -> bool:
        """Whether drafts are taken here; where they are not, none is tried again."""
        try:
            await self._bot.send_message_draft(
                self._address.chat,
                self._draft,
                message.text,
                message_thread_id=self._address.thread or None,
                entities=message.entities,
                rate_limit_args=Urgency.PREVIEW,
            )
        except InvalidToken as error:
            if "not found" not in str(error).lower():
                raise
            self._drafts.work = False  # 404: the server does not know the method
            _log.info("this Bot API server has no drafts; answers are shown by edits")
            return False
        except BadRequest as error:
            self._takes_drafts = False
            _log.info("this chat takes no drafts; the answer is shown by edits (%s)", type(error).__name__)
            return False
        self._sees()
        return True

    async def _place(self, message: Message) -> bool:
        """Whether there is a message now; not of a few letters, nor where there may be one that we do not know."""
        if len(message.text) < _FEWEST or not self._may_place:
            return False
        reply = ReplyParameters(self._question, allow_sending_without_reply=True) if self._question else None
        try:
            sent = await self._bot.send_message(
                self._address.chat,
                message.text,
                entities=message.entities,
                message_thread_id=self._address.thread or None,
                reply_parameters=reply,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                rate_limit_args=Urgency.PREVIEW,
            )
        except TelegramError:
            self._may_place = False
            raise
        self._message = sent.message_id
        self._sees()
        await self._placed(sent.message_id)
        return True

    async def _edit(self, number: int, message: Message) -> None:
        await self._bot.edit_message_text(
            message.text,
            self._address.chat,
            number,
            entities=message.entities,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            rate_limit_args=Urgency.PREVIEW,
        )
        self._sees()

    def _sees(self) -> None:
        """Some of the answer is seen."""
        self._is_seen = True
        self._seen()


@asynccontextmanager
async def shown(showing: Showing) -> AsyncGenerator[Showing, None]:
    """Shows while one is within."""
    painter = asyncio.create_task(showing.paint())
    try:
        yield showing
    finally:
        await showing.end(painter)


async def _either(event: asyncio.Event, seconds: float | None) -> None:
    """Wait for something to happen, or for some time to pass."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
