"""What a button does that somebody pressed."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from telegram import CallbackQuery, InlineKeyboardMarkup, Update
from telegram.error import TelegramError

from bot.answer import Answer, Status
from bot.memory import Conversation
from bot.messages import Language, say
from bot.telegram.access import Verdict
from bot.telegram.adapter import Adapter
from bot.telegram.buttons import Press, Pressed, read, rows
from bot.telegram.commands import Commands, Context
from bot.telegram.rendering import plain
from bot.telegram.store import CHOICES, Address, Given, Place
from vectorstore.article import Span

_MORE = 3  # passages that are shown when more is asked for
_WORK_FOR = 7 * 86_400.0  # seconds that the buttons of an answer work, if it is kept so long
_ON_ANSWERS = {Press.SOURCE, Press.MORE, Press.UP, Press.DOWN}


@dataclass(frozen=True)
class Presses:
    """Each button is answered, so that it does not spin; what it names is looked up with whoever pressed it, and where."""

    adapter: Adapter
    commands: Commands
    clock: Callable[[], float] = time.time

    async def pressed(self, update: Update, _: Context) -> None:
        query = update.callback_query
        if query is None:
            return
        language = await self.adapter.language(update)
        pressed = read(query.data)
        if pressed is None or self.adapter.access.verdict(update) is not Verdict.ADMITTED:
            await self._tell(query, say("button_expired", language))
        elif pressed.press is Press.ARTICLES and pressed.token in map(str, _askers(query)):
            await self._turn(query, pressed, language)
        elif pressed.press is Press.LANGUAGE and pressed.number in _askers(query) and pressed.token in CHOICES:
            await self._choose(update, query, pressed.token)
        elif pressed.press in _ON_ANSWERS and (given := await self._given(query, pressed)) is not None:
            await self._on_answer(update, query, given, pressed)
        else:
            await self._tell(query, say("button_expired", language))

    async def _on_answer(self, update: Update, query: CallbackQuery, given: Given, pressed: Pressed) -> None:
        does: dict[Press, Callable[[], Awaitable[None]]] = {
            Press.SOURCE: partial(self._source, update, query, given, pressed.number),
            Press.MORE: partial(self._more, update, query, given),
            Press.UP: partial(self._judge, query, given, 1 if pressed.number else None),
            Press.DOWN: partial(self._judge, query, given, -1 if pressed.number else None),
        }
        await does[pressed.press]()

    async def _given(self, query: CallbackQuery, pressed: Pressed) -> Given | None:
        """The answer that a button names, if it belongs to who pressed it, there, and is not too old."""
        for asker in _askers(query):
            find = partial(self.adapter.store.answers.by_token, pressed.token, _chat(query), asker)
            given = await self.adapter.store.keep(find)
            if given is not None and self.clock() - given.asked < _WORK_FOR:
                return given
        return None

    async def _source(self, update: Update, query: CallbackQuery, given: Given, number: int) -> None:
        """A source in its context."""
        language = Language.of(given.language)
        cited = next((each for each in given.citations if each.number == number), None)
        if cited is None:
            await self._tell(query, say("button_expired", language))
            return
        await self._tell(query)
        place = Place(cited.article, Span(cited.start, cited.end), cited.quote)
        messages = await asyncio.to_thread(self.commands.passage, place, language)
        await self.adapter.reply(update, messages, language=language, address=_beside(given, query))

    async def _more(self, update: Update, query: CallbackQuery, given: Given) -> None:
        """What else there is that may answer: passages that the answer does not cite."""
        await self._tell(query)
        language = Language.of(given.language)
        said = await self.adapter.store.keep(partial(self.adapter.store.answers.conversation, given))
        others = await asyncio.to_thread(self.adapter.others, given, Conversation(said.turns[:-1]), _MORE)
        found = Answer(given.question, Status.ANSWERED, "", 0.0, language, "", citations=tuple(others))
        shown = await self.adapter.sources(found, "more_sources") if others else [plain(say("no_more", language))]
        await self.adapter.reply(update, shown, language=language, address=_beside(given, query))

    async def _judge(self, query: CallbackQuery, given: Given, feedback: int | None) -> None:
        """A thumb up or down, or neither any more."""
        await self.adapter.store.keep(partial(self.adapter.store.answers.judge, given, feedback))
        if feedback is not None:
            self.adapter.metrics.judged(good=feedback > 0)
        language = Language.of(given.language)
        await self._tell(query, say("feedback_thanks" if feedback else "feedback_withdrawn", language))
        keyboard = rows([each.number for each in given.citations], given.token, language, feedback)
        with suppress(TelegramError):  # that the thumb is marked is a nicety
            await query.edit_message_reply_markup(InlineKeyboardMarkup.de_json(keyboard, self.adapter.bot))

    async def _turn(self, query: CallbackQuery, pressed: Pressed, language: Language) -> None:
        """Another page of the list of articles."""
        await self._tell(query)
        message, keyboard = await self.commands.page_of_articles(pressed.number, language, int(pressed.token))
        with suppress(TelegramError):  # pressed twice, or the list was deleted
            await query.edit_message_text(
                message.text,
                entities=message.entities,
                reply_markup=InlineKeyboardMarkup.de_json(keyboard, self.adapter.bot) if keyboard else None,
            )

    async def _choose(self, update: Update, query: CallbackQuery, choice: str) -> None:
        """The language of whoever pressed; what they chose stands in place of the question."""
        await self.adapter.store.keep(partial(self.adapter.store.people.choose, query.from_user.id, choice))
        chosen = say(f"language_chosen_{choice}", await self.adapter.language(update))
        await self._tell(query, chosen)
        with suppress(TelegramError):  # pressed twice, or the question was deleted
            await query.edit_message_text(chosen)

    async def _tell(self, query: CallbackQuery, text: str | None = None) -> None:
        with suppress(TelegramError):  # one may answer within some seconds only, and it has been worked on before
            await query.answer(text)


def _chat(query: CallbackQuery) -> int:
    """The chat of the message that the button is under; 0 for one that was sent inline."""
    return query.message.chat.id if query.message else 0


def _askers(query: CallbackQuery) -> list[int]:
    """Who may have asked for what whoever pressed may press: they themselves, or the group, as which anonymous admins write."""
    return [query.from_user.id, *(chat for chat in (_chat(query),) if chat < 0)]


def _beside(given: Given, query: CallbackQuery) -> Address:
    """Where an answer stands, for whoever pressed."""
    return Address(given.address.chat, given.address.thread, query.from_user.id)
