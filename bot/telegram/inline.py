"""`@bot question` in any chat: an answer to send there, and its sources one by one. Quoted, since every letter typed asks anew."""

import asyncio
import hashlib
import logging
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    Update,
)
from telegram.error import TelegramError

from bot.answer import Answer, Citation
from bot.messages import Language, date_in_words, headline, say
from bot.telegram.access import Verdict
from bot.telegram.adapter import Adapter
from bot.telegram.commands import Context
from bot.telegram.rendering import Message, answer_messages, sources_messages

_log = logging.getLogger(__name__)

_FEWEST = 3  # letters that may be a question
_CACHED = 60  # seconds that Telegram may give the same results to the same user
_FROM_INLINE = "inline"  # what /start is told by that button
_SHOWN = 120  # characters of a text in the list of results


@dataclass(frozen=True)
class Inline:
    """Answers inline queries: of each user one at a time, and then the latest, for what was typed before it is outdated.

    So they are not kept until they are answered: who gets no answer types on.
    """

    adapter: Adapter
    latest: dict[int, Update] = field(default_factory=dict)
    at_work: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    async def asked(self, update: Update, _: Context) -> None:
        if update.inline_query is not None:
            user = update.inline_query.from_user.id
            self.latest[user] = update
            if user not in self.at_work:
                self.at_work[user] = asyncio.create_task(self._work(user))

    async def _work(self, user: int) -> None:
        """Answer what a user typed last, until nothing has come meanwhile."""
        try:
            while (update := self.latest.pop(user, None)) is not None:
                await self._answer(update)
        except Exception as error:  # noqa: BLE001 - nobody waits for this task, and what is typed next is answered again
            _log.error("an inline query was not answered: %s", type(error).__name__, exc_info=error)
        finally:
            del self.at_work[user]

    async def _answer(self, update: Update) -> None:
        query = update.inline_query
        if query is None:
            return
        question = " ".join(query.query.split())
        language = await self.adapter.language(update)
        if self.adapter.access.verdict(update) is not Verdict.ADMITTED:
            await self._give(query, [], say("inline_not_admitted", language))
        elif len(question) < _FEWEST:
            await self._give(query, [], say("inline_how", language))
        elif not self.adapter.limits.lets_search(query.from_user.id):
            await self._give(query, [], say("inline_wait", language))
        else:
            chosen = await self.adapter.chosen(update)
            answer = await asyncio.to_thread(self.adapter.quote, question, chosen)
            results = await self.adapter.store.keep(partial(self._results, question, answer))
            await self._give(query, results, say("inline_nothing", Language.of(answer.language)))

    def _results(self, question: str, answer: Answer) -> list[InlineQueryResultArticle]:
        language = Language.of(answer.language)
        if not answer.citations:
            return []
        link = self.adapter.questions.link
        whole = _result(question, answer.text, answer_messages(answer, link)[0], question)
        single = [
            _result(
                headline(each.article),
                f"{each.article.outlet} {date_in_words(each.article.published, language)}: {each.quote}",
                sources_messages(replace(answer, citations=(each,)), link)[0],
                _named(each),
            )
            for each in answer.citations
        ]
        return [whole, *single]

    async def _give(self, query: InlineQuery, results: list[InlineQueryResultArticle], otherwise: str) -> None:
        """Give the results; where there is none, say why on a button that leads to the private chat."""
        button = None if results else InlineQueryResultsButton(otherwise, start_parameter=_FROM_INLINE)
        with suppress(TelegramError):  # it is too old, or Telegram cannot be reached; what is typed next comes anew
            await query.answer(results, cache_time=_CACHED, is_personal=True, button=button)


def _result(title: str, description: str, message: Message, name: str) -> InlineQueryResultArticle:
    content = InputTextMessageContent(
        message.text, entities=message.entities, link_preview_options=LinkPreviewOptions(is_disabled=True)
    )
    key = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[
        :32
    ]  # an id has 64 bytes at most (Bot API, InlineQueryResult)
    return InlineQueryResultArticle(key, _short(title) or "…", content, description=_short(description))


def _named(citation: Citation) -> str:
    return f"{citation.number} {citation.article.id} {citation.span.start}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"
