"""What somebody asks for by a command, but for what only admins may."""

import asyncio
import json
from dataclasses import dataclass
from functools import partial

from telegram import Update
from telegram.ext import ContextTypes

from bot.messages import Language, count_in_words, say
from bot.telegram.adapter import Adapter, address_of, is_private
from bot.telegram.addressing import COMMANDS, FOR_ADMINS
from bot.telegram.buttons import languages, pages
from bot.telegram.menu import register_for_admin
from bot.telegram.questions import web_link
from bot.telegram.rendering import Message, articles_page, passage_messages, plain
from bot.telegram.store import Place, stands
from vectorstore.article import Article

ARTICLES_A_PAGE = 10
PLACE = "p"  # what the tokens of places begin with (bot.telegram.store.places)

_LANGUAGES = {
    "auto": "auto",
    **dict.fromkeys(("nb", "no", "nn", "norsk", "bokmål", "nynorsk", "norwegian"), "nb"),
    **dict.fromkeys(("en", "engelsk", "english"), "en"),
}
"""What people call the languages that can be chosen."""

Context = ContextTypes.DEFAULT_TYPE


@dataclass(frozen=True)
class Commands:
    """Each method is what one command does. What it does is done for whoever wrote it; an anonymous admin is the group."""

    adapter: Adapter

    async def start(self, update: Update, context: Context) -> None:
        """A greeting; or, from a link under an answer, the passage that it leads to."""
        language = await self._language(update)
        if context.args:
            place = await self.adapter.store.keep(partial(self.adapter.store.places.find, context.args[0]))
            if place is not None:
                await self.adapter.reply(update, await asyncio.to_thread(self.passage, place, language))
                return
            if context.args[0].startswith(PLACE):
                await self._say(update, "link_leads_nowhere")
                return
        lines = [
            say("telegram_greeting", language, articles=count_in_words(self.adapter.archive.article_count, language)),
            say("telegram_how", language),
            self._number(update, language),
        ]
        await self.adapter.reply(update, [plain("\n\n".join(lines))])
        if self.adapter.access.is_admin(update) and (admin := address_of(update).user) is not None:
            await register_for_admin(self.adapter.bot, self.adapter.settings, admin)

    async def help(self, update: Update, _: Context) -> None:
        language = await self._language(update)
        names = [*COMMANDS, *(FOR_ADMINS if self.adapter.access.is_admin(update) else ())]
        listed = "\n".join(f"/{name} – {say(f'command_{name}', language)}" for name in names)
        in_group = say("telegram_how_in_groups", language, bot=self.adapter.bot.username)
        await self.adapter.reply(update, [plain("\n\n".join([say("telegram_how", language), listed, in_group]))])

    async def new(self, update: Update, _: Context) -> None:
        await self.adapter.store.keep(partial(self.adapter.store.answers.begin_anew, address_of(update)))
        await self._say(update, "telegram_new_conversation")

    async def sources(self, update: Update, _: Context) -> None:
        """The sources of the last answer; of an older one, for a reply to that."""
        language = await self._language(update)
        last = await self.adapter.continued(update)
        if last is None:
            await self._say(update, "no_sources")
            return
        answer = await asyncio.to_thread(self.adapter.answer_of, last)
        messages = await self.adapter.sources(answer)
        await self.adapter.reply(update, messages, language=language)

    async def articles(self, update: Update, _: Context) -> None:
        message, keyboard = await self.page_of_articles(0, await self._language(update), address_of(update).user)
        await self.adapter.reply(update, [message], keyboard=keyboard)

    async def page_of_articles(
        self, page: int, language: Language, reader: int | None
    ) -> tuple[Message, dict[str, object] | None]:
        """A page of the list, counted from 0, and the buttons to the others, which are its reader's."""
        newest: list[Article] = await asyncio.to_thread(lambda: list(self.adapter.archive.newest()))
        number = max(1, -(-len(newest) // ARTICLES_A_PAGE))
        page = min(max(page, 0), number - 1)
        here = newest[page * ARTICLES_A_PAGE : (page + 1) * ARTICLES_A_PAGE]
        shown = partial(articles_page, here, page + 1, number, language, self.adapter.questions.link)
        return await self.adapter.store.keep(shown), pages(page, number, reader)

    async def language(self, update: Update, context: Context) -> None:
        """Choose a language by name, or by a button."""
        user = address_of(update).user
        choice = _LANGUAGES.get(context.args[0].lower() if context.args else "")
        if user is not None and choice is not None:
            await self.adapter.store.keep(partial(self.adapter.store.people.choose, user, choice))
            await self._say(update, "language_chosen_" + choice)
            return
        language = await self._language(update)
        await self.adapter.reply(update, [plain(say("which_language", language))], keyboard=languages(language, user))

    async def privacy(self, update: Update, _: Context) -> None:
        language = await self._language(update)
        settings = self.adapter.settings
        days = settings.retention_days
        kept = say("privacy_kept", language, days=days) if days else say("privacy_not_kept", language)
        goes = [
            settings.chat_model and say("privacy_model", language, model=settings.chat_model),
            settings.embedding and say("privacy_embedding", language, model=settings.embedding),
        ]
        away = "\n\n".join(filter(None, goes)) or say("privacy_stays_here", language)
        rest = say("privacy_groups", language), say("privacy_rights", language)
        await self.adapter.reply(update, [plain("\n\n".join([kept, away, *rest]))])

    async def forget(self, update: Update, _: Context) -> None:
        """Erase all that is kept about somebody, bytes and all, and say so."""
        if await self.adapter.was_replied_to(update):
            return
        user = address_of(update).user
        if user is None:
            return
        language = await self._language(update)
        store = self.adapter.store
        gone = await store.keep(partial(store.people.forget, user, but=update.update_id))
        await store.keep(store.empty_log)
        key = "forgotten" if gone["answers"] else "forgotten_choices"
        await self.adapter.reply(
            update, [plain(say(key, language, answers=answers_in_words(gone["answers"], language)))]
        )

    async def export(self, update: Update, _: Context) -> None:
        """All that is kept about somebody, as a file; not where others would see it."""
        message, user = update.message, address_of(update).user
        if user is None or message is None:
            return
        if not is_private(message):
            await self._say(update, "only_in_private")
            return
        kept = await self.adapter.store.keep(partial(self.adapter.store.people.export, user))
        content = json.dumps(kept, ensure_ascii=False, indent=2)
        caption = say("export_caption", await self._language(update))
        await self.adapter.reply_document(update, "kildebot.json", content, caption)

    async def unknown(self, update: Update, _: Context) -> None:
        await self._say(update, "telegram_no_such_command")

    def passage(self, place: Place, language: Language) -> list[Message]:
        """A place in an article, in its context; or why it cannot be shown."""
        article = self.adapter.archive.article(place.article)
        if article is None:
            return [plain(say("place_is_gone", language))]
        if not stands(article, place.span, place.quote):
            return [plain(say("place_has_changed", language))]
        return passage_messages(article, place.span, language, web_link)

    def _number(self, update: Update, language: Language) -> str:
        """The number that settings know somebody by; in a group, that of the group."""
        address = address_of(update)
        if address.chat < 0:
            return say("telegram_groups_number", language, number=address.chat)
        return say("telegram_your_number", language, number=address.user or "?")

    async def _language(self, update: Update) -> Language:
        return await self.adapter.language(update)

    async def _say(self, update: Update, key: str) -> None:
        await self.adapter.reply(update, [plain(say(key, await self._language(update)))])


def answers_in_words(number: int, language: Language) -> str:
    """`1 svar`, `3 svar`."""
    return say("one_answer" if number == 1 else "many_answers", language, number=number)


__all__ = ["COMMANDS", "FOR_ADMINS", "Commands", "Context"]
