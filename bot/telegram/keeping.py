"""What only admins may: take articles in, remove them, and see figures."""

import asyncio
import re
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from telegram import Document, Update
from telegram.constants import FileSizeLimit
from telegram.error import TelegramError

from bot.answer import Usage
from bot.errors import BotError
from bot.fetching import fetch
from bot.messages import Language, count_in_words, decimal, headline, say
from bot.telegram import intake
from bot.telegram.adapter import Adapter
from bot.telegram.commands import Context
from bot.telegram.rendering import harmless, plain
from bot.wiring import budget_of
from vectorstore.errors import VectorstoreError

_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_MEGABYTES = FileSizeLimit.FILESIZE_DOWNLOAD // 1_000_000


@dataclass(frozen=True)
class Keeping:
    """Each method is what one command, or a document, does. That it comes from an admin has been made sure of."""

    adapter: Adapter

    async def ingest(self, update: Update, _: Context) -> None:
        """Take in the document that the command came with or replies to, or the link behind it."""
        message = update.effective_message
        if message is None:
            return
        document = message.document or (message.reply_to_message.document if message.reply_to_message else None)
        link = _LINK.search(message.text or "")
        if document is not None:
            await self._take_in_document(update, document)
        elif link is not None:
            await self._take_in_page(update, link[0])
        else:
            await self._say(update, "ingest_what")

    async def document(self, update: Update, _: Context) -> None:
        """Take in a document that an admin sends in a private chat."""
        message = update.effective_message
        if message is not None and message.document is not None:
            await self._take_in_document(update, message.document)

    async def remove(self, update: Update, context: Context) -> None:
        """Remove the article with this id or headline; by words of it, say which there are. One slip must not lose an article."""
        if await self.adapter.was_replied_to(update):
            return
        language = await self._language(update)
        words = " ".join(context.args or ())
        if not words:
            await self._say(update, "remove_what")
            return
        try:
            found = await asyncio.to_thread(intake.find, self.adapter.archive, words)
            is_meant = len(found) == 1 and words in {found[0].id, headline(found[0])}
            if is_meant:
                await asyncio.to_thread(intake.remove, self.adapter.archive, [found[0].id])
                await self._withdraw(found[0].id)
        except (VectorstoreError, BotError) as error:
            await self._tell(update, intake.told_of_failure(error, language))
            return
        if not found:
            await self._say(update, "remove_none")
        elif is_meant:
            await self._tell(update, [say("removed_article", language, title=headline(found[0]))])
        else:
            which = [f"• {headline(each)} ({each.id})" for each in found]
            await self._tell(update, which, above=say("remove_which", language))

    async def _withdraw(self, article: str) -> None:
        """Of what answers quoted from an article that is gone, no byte is left either."""
        store = self.adapter.store
        await store.keep(partial(store.answers.withdraw, article))
        self.adapter.questions.forget_places()
        await store.keep(store.empty_log)

    async def stats(self, update: Update, _: Context) -> None:
        """What there is, what was asked and what it cost."""
        language = await self._language(update)
        adapter, store = self.adapter, self.adapter.store
        figures = await store.keep(store.figures)
        waiting, quarantined = await store.keep(lambda: (store.inbox.depth(), store.inbox.quarantined()))
        today = await asyncio.to_thread(self._spent)
        lines = [
            count_in_words(adapter.archive.article_count, language),
            say("stats_answers", language, **figures),
            say(
                "stats_waiting",
                language,
                waiting=max(0, waiting - 1),
                quarantined=quarantined,
            ),
            say("stats_spent", language, tokens=today.tokens, dollars=decimal(today.dollars or 0, 2, language)),
        ]
        await self._tell(update, lines)

    def _spent(self) -> Usage:
        with closing(budget_of(self.adapter.settings)) as budget:
            return budget.spent()

    async def _take_in_document(self, update: Update, document: Document) -> None:
        if await self.adapter.was_replied_to(update):
            return
        language = await self._language(update)
        if (document.file_size or 0) > FileSizeLimit.FILESIZE_DOWNLOAD:
            await self._say(update, "document_too_large", megabytes=_MEGABYTES)
            return
        try:
            file = await self.adapter.bot.get_file(document.file_id)
            body = bytes(await file.download_as_bytearray())
        except TelegramError:
            await self._say(update, "document_not_fetched")
            return
        name = document.file_name or f"document{PurePosixPath(file.file_path or '').suffix}"
        await self._report(update, partial(intake.take_in, self.adapter.archive, name, body), language)

    async def _take_in_page(self, update: Update, link: str) -> None:
        if await self.adapter.was_replied_to(update):
            return
        language = await self._language(update)
        if not self.adapter.settings.fetch_links:
            await self._say(update, "links_are_off")
            return
        try:
            page = await fetch(link)
        except BotError as error:
            await self._tell(update, intake.told_of_failure(error, language))
            return
        await self._report(update, partial(intake.take_in_page, self.adapter.archive, page), language)

    async def _report(self, update: Update, take_in: "partial[intake.Report]", language: Language) -> None:
        try:
            report = await asyncio.to_thread(take_in)
        except (VectorstoreError, BotError) as error:
            await self._tell(update, intake.told_of_failure(error, language))
            return
        await self._tell(update, intake.told(report, language))

    async def _tell(self, update: Update, lines: list[str], above: str = "") -> None:
        """Lines that may hold what others wrote, in which nothing is to become a link; and what stands above them."""
        text = "\n".join(filter(None, [above, *map(harmless, lines)]))
        await self.adapter.reply(update, [plain(text)])

    async def _say(self, update: Update, key: str, **values: object) -> None:
        await self._tell(update, [], above=say(key, await self._language(update), **values))

    async def _language(self, update: Update) -> Language:
        return await self.adapter.language(update)
