"""A question on Telegram, from the message to the answer that was sent."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.answer import Answer, Citation, Event, Written
from bot.chain import AnswerChain
from bot.memory import Conversation
from bot.messages import Language
from bot.render.links import link as public_link
from bot.telegram.buttons import keyboard
from bot.telegram.delivery import Delivery
from bot.telegram.pacing import Urgency
from bot.telegram.rendering import Message, answer_messages, preview
from bot.telegram.showing import Drafts, Showing, shown
from bot.telegram.store import Address, Given, Part, Spent, State, Store, stands
from bot.web.metrics import Metrics
from vectorstore.archive import Archive
from vectorstore.article import Span
from vectorstore.errors import VectorstoreError
from vectorstore.language import detect

_DRAFT_NUMBERS = (
    2**31 - 1
)  # a draft's number is a positive 32-bit integer to be safe; Telegram asks only that it is not 0
_QUOTING_TAKES = 0.1  # seconds, nearly always: no sign is needed before
_PACE = 0.5  # seconds between two looks at what is written; a draft is sent every 0.75
_AT_ONCE = 64  # questions that are worked on; others wait their turn, on disk


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came. `number` is that of its update, `message` that of its message; `since` when it came (time.monotonic)."""

    number: int
    address: Address
    message: int | None
    text: str
    language: Language | None
    quoted: bool = False
    since: float = 0.0


class Questions:
    """Answers questions: shows what is being written, puts the answer on disk, and has it sent."""

    def __init__(
        self,
        bot: ExtBot[Urgency],
        archive: Archive,
        chain: AnswerChain,
        store: Store,
        delivery: Delivery,
        metrics: Metrics,
        *,
        today: Callable[[], str],
        has_buttons: bool = True,
    ) -> None:
        """`today` gives the day as 2026-11-23. Answers that are not kept have no buttons, which could do nothing."""
        self._has_buttons = has_buttons
        self._bot = bot
        self._archive = archive
        self._chain = chain
        self._store = store
        self._delivery = delivery
        self._metrics = metrics
        self._today = today
        self._drafts = Drafts()
        self._shown: dict[int, int] = {}  # the messages that grow in groups, by update
        self._places: dict[tuple[str, str, Span], str] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def answer(self, asked: Asked, last: Given | None, replaces: Given | None = None) -> None:
        """Answer a question that goes on from `last`, in place of an answer that it `replaces`. May be called again for the same one.

        An answer that has not been sent when an article goes from which it quotes is made anew.
        """
        signs = _Signs(self._metrics, asked.since)
        is_over = False
        while not is_over:
            given, is_kept = await self.given(asked.number), True
            if given is None:
                is_kept = await self._make(asked, last, replaces, signs)
            elif not await self._still_stands(asked.number):
                parent = await self._store.keep(partial(self._store.answers.by_key, given.parent))
                is_kept = await self._make(asked, parent and parent.as_read_by(asked.address.user), given, signs)
            parts = await self._delivery.deliver(asked.number, partial(self._still_stands, asked.number))
            is_over = not is_kept or all(each.state.is_over for each in parts)
        signs.whole()

    async def given(self, number: int) -> Given | None:
        """The answer that was made for an update, in a try before this one."""
        return await self._store.keep(partial(self._store.answers.of_update, number))

    async def _make(self, asked: Asked, last: Given | None, replaces: Given | None, signs: "_Signs") -> bool:
        """Make the answer; False where whoever asked has been forgotten meanwhile."""
        async with self._slots:
            answer = await self._ask(asked, last, replaces, signs)
            is_kept = await self._put(asked, answer, last, replaces)
        await self._tidy(asked, is_kept=is_kept)
        self._metrics.answered(answer.status)
        self._metrics.spent(answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.dollars)
        return is_kept

    async def _still_stands(self, number: int) -> bool:
        """Whether what is yet to be sent of an answer is still in the archive; where that cannot be read, it may be."""
        given = await self.given(number)
        parts = await self._store.keep(partial(self._store.outbox.parts, number))
        if given is None or all(each.state.is_over for each in parts):
            return True
        if any(each.is_withdrawn for each in parts):
            return False
        try:
            return await asyncio.to_thread(self._stands, given)
        except VectorstoreError:
            return True

    def _stands(self, given: Given) -> bool:
        return all(
            stands(self._archive.article(each.article), Span(each.start, each.end), each.quote)
            for each in given.citations
        )

    async def _ask(self, asked: Asked, last: Given | None, replaces: Given | None, signs: "_Signs") -> Answer:
        """The answer, shown as it comes."""
        conversation = await self._store.keep(partial(self._store.answers.conversation, last))
        language = asked.language or Language.of(detect(asked.text))
        showing = Showing(
            self._bot,
            asked.address,
            asked.message,
            abs(asked.number) % _DRAFT_NUMBERS + 1,
            partial(self._seen, language),
            drafts=self._drafts,
            placed=lambda message: self._placed(asked, message),
            message=await self._shown_as(asked, replaces),
            types_after=0.0 if self._chain.model and not asked.quoted else _QUOTING_TAKES,
            seen=signs.first,
        )
        async with shown(showing), aclosing(self._events(asked, conversation)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
                if isinstance(event, Written):
                    showing.show(event)
        raise AssertionError("the last event is the answer")

    async def _seen(self, language: Language, written: Written) -> Message:
        """What is seen of an answer while it is made. Links that are to be kept are kept by the store's own thread."""
        if missing := [each for each in written.citations if not web_link(each) and _key(each) not in self._places]:
            await self._store.keep(lambda: [self.link(each) for each in missing])
        return preview(written, self.link, language)

    def _events(self, asked: Asked, conversation: Conversation) -> AsyncGenerator[Event, None]:
        return self._chain.astream(asked.text, conversation, language=asked.language, quoted=asked.quoted, pace=_PACE)

    async def _shown_as(self, asked: Asked, replaces: Given | None) -> int | None:
        """The message that becomes the answer: of a try before this one, or of the answer that is replaced."""
        parts = await self._store.keep(partial(self._store.outbox.parts, asked.number))
        if parts and parts[0].state is State.PREVIEW:
            return parts[0].message
        if replaces is None:
            return None
        messages = await self._store.keep(partial(self._store.outbox.messages_of, replaces.key))
        return messages[0] if messages else None

    async def _placed(self, asked: Asked, message: int) -> None:
        self._shown[asked.number] = message
        await self._store.keep(partial(self._store.outbox.show, asked.number, asked.address, message))

    async def _tidy(self, asked: Asked, *, is_kept: bool) -> None:
        """Of an answer that nobody is to get any more, nothing stays in the chat."""
        message = self._shown.pop(asked.number, None)
        if message is not None and not is_kept:
            with suppress(TelegramError):
                await self._bot.delete_message(asked.address.chat, message)

    async def _put(self, asked: Asked, answer: Answer, last: Given | None, replaces: Given | None) -> bool:
        """Put the answer on disk, with the messages that it is to be sent as; False where whoever asked has been forgotten meanwhile."""
        return await self._store.keep(partial(self._write, asked, answer, last, replaces))

    def _write(self, asked: Asked, answer: Answer, last: Given | None, replaces: Given | None) -> bool:
        if not self._store.inbox.waits(asked.number):
            return False
        token = self._store.answers.new_token()
        buttons = keyboard(answer, token) if self._has_buttons and _can_press(asked.address) else None
        before = self._store.outbox.messages_of(replaces.key) if replaces else []
        asked = replace(asked, language=Language.of(answer.language))
        parts = parts_of(asked, answer_messages(answer, self.link), buttons, before)
        self._store.answers.put(
            asked.number,
            token,
            asked.address,
            answer,
            parts,
            question_message=asked.message,
            parent=replaces.parent if replaces else last.key if last else None,
            replaces=replaces,
        )
        if asked.address.user is not None:
            spent = Spent(0, answer.usage.tokens, answer.usage.dollars or 0.0)
            self._store.people.book(asked.address.user, self._today(), spent)
        return True

    def forget_places(self) -> None:
        """What the store knows of places may have gone from it."""
        self._places.clear()

    def link(self, citation: Citation) -> str:
        """Where a citation leads: to the sentence on the publisher's page, else to the bot, which shows it in its article."""
        if address := web_link(citation):
            return address
        key = _key(citation)
        if key not in self._places:
            self._places[key] = self._store.places.token(citation.article, citation.span)
        return f"https://t.me/{self._bot.username}?start={self._places[key]}"


class _Signs:
    """Measures when whoever asked sees what, from when the question came."""

    def __init__(self, metrics: Metrics, since: float) -> None:
        self._metrics = metrics
        self._since = since
        self._is_seen = False

    def first(self) -> None:
        """There is something to be seen; only the first time counts."""
        if not self._is_seen:
            self._is_seen = True
            self._metrics.seen(time.monotonic() - self._since)

    def whole(self) -> None:
        """The answer is there."""
        self.first()
        self._metrics.seen_whole(time.monotonic() - self._since)


def _can_press(address: Address) -> bool:
    """Whether there is somebody who may press the buttons: a user, or a group's anonymous admins; nobody presses as a channel."""
    return address.user is None or address.user > 0 or address.user == address.chat


def _key(citation: Citation) -> tuple[str, str, Span]:
    return citation.article.id, citation.article.fingerprint, citation.span


def web_link(citation: Citation) -> str:
    """The sentence on the publisher's page; empty for an article without one."""
    address = public_link(citation.article, citation.quote)
    return address if address.startswith("http") else ""


def parts_of(asked: Asked, messages: list[Message], keyboard: dict[str, Any] | None, before: list[int]) -> list[Part]:
    """The messages as parts, in place of the messages of `before`; what is left of these is deleted. The first replies to the question."""
    first, *others = (payload_of(each, asked) for each in messages)
    payloads = [first, *(each | {"reply_to": None} for each in others)]
    if keyboard:
        payloads[-1]["keyboard"] = keyboard
    payloads += [{}] * (len(before) - len(payloads))
    return [
        Part(asked.number, number, asked.address, payload, message=before[number] if number < len(before) else None)
        for number, payload in enumerate(payloads)
    ]


def payload_of(message: Message, asked: Asked) -> dict[str, Any]:
    """A message as it stands in the outbox."""
    return {
        "text": message.text,
        "entities": [each.to_dict() for each in message.entities],
        "reply_to": asked.message,
        "language": asked.language or "",
    }
