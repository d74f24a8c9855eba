"""What every handler works with: the parts of the bot, who wrote, and a way to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from telegram import Message as Received
from telegram import Update, User
from telegram.ext import ExtBot

from bot.answer import Answer, Citation, Status
from bot.chain import AnswerChain
from bot.memory import Conversation
from bot.messages import Language
from bot.settings import Settings
from bot.telegram.access import Access
from bot.telegram.delivery import Delivery
from bot.telegram.limits import Limits
from bot.telegram.pacing import Urgency
from bot.telegram.questions import Asked, Questions, parts_of
from bot.telegram.rendering import Message, sources_messages
from bot.telegram.store import Address, Given, Part, State, Store, stands
from bot.web.metrics import Metrics
from bot.wiring import spoken_language
from vectorstore.archive import Archive
from vectorstore.article import Span


@dataclass(frozen=True)
class Adapter:
    """The parts of a bot that runs."""

    bot: ExtBot[Urgency]
    settings: Settings
    archive: Archive
    store: Store
    delivery: Delivery
    questions: Questions
    access: Access
    limits: Limits
    metrics: Metrics
    chain: AnswerChain

    async def language(self, update: Update) -> Language:
        """The language to speak to somebody where there is no question to go by."""
        return await self.chosen(update) or _of_app(update.effective_user)

    async def chosen(self, update: Update) -> Language | None:
        """The language that somebody chose, or that was chosen for all; None where each question decides."""
        user = address_of(update).user
        choice = "auto" if user is None else await self.store.keep(partial(self.store.people.language, user))
        return spoken_language(self.settings) if choice == "auto" else Language(choice)

    async def reply(
        self,
        update: Update,
        messages: Sequence[Message],
        *,
        keyboard: dict[str, Any] | None = None,
        language: Language | None = None,
        address: Address | None = None,
    ) -> None:
        """Send messages for an update, once whatever happens. May be called again for the same update."""
        message = written(update)
        to = message.message_id if message and not is_private(message) else None
        asked = Asked(update.update_id, address or address_of(update), to, "", language)
        parts = parts_of(asked, list(messages), keyboard, [])
        await self.send(parts)

    async def reply_document(self, update: Update, name: str, content: str, caption: str) -> None:
        """The same with a file."""
        payload = {"text": caption, "document": {"name": name, "content": content}}
        await self.send([Part(update.update_id, 0, address_of(update), payload)])

    async def send(self, parts: Sequence[Part]) -> None:
        await self.store.keep(partial(self.store.outbox.put, parts))
        await self.delivery.deliver(parts[0].update_id)

    async def was_replied_to(self, update: Update) -> bool:
        """Whether what an update asks for was done in a try before this one, and only the reply may be missing; then that is sent."""
        parts = await self.store.keep(partial(self.store.outbox.parts, update.update_id))
        if not any(each.state is not State.PREVIEW for each in parts):
            return False
        await self.delivery.deliver(update.update_id)
        return True

    async def continued(self, update: Update) -> Given | None:
        """The answer that a message goes on from: the one that it replies to, else the last of its conversation.

        In a group one may reply to an answer that somebody else got: it stands there for all to read, what was said before it may not.
        """
        address, message = address_of(update), written(update)
        replied = message.reply_to_message if message else None
        if replied is not None:
            find = partial(self.store.answers.sent_as, address.chat, address.thread, replied.message_id)
            if (given := await self.store.keep(find)) is not None:
                return given.as_read_by(address.user)
        return await self.store.keep(partial(self.store.answers.last, address))

    def quote(self, question: str, language: Language | None) -> Answer:
        """The answer in quotes."""
        return self.chain.quote(question, language=language)

    def others(self, given: Given, conversation: Conversation, most: int) -> list[Citation]:
        """The passages that come next to those that an answer cites, as unproven as any hit; their numbers go on from its."""
        cited = [(each.article, Span(each.start, each.end)) for each in given.citations]
        number = max((each.number for each in given.citations), default=0) + 1
        found: list[Citation] = []
        for candidate in self.chain.find(given.question, conversation).candidates:
            passage = candidate.passage
            known = any(
                article == passage.article.id and span.start < passage.span.end and passage.span.start < span.end
                for article, span in cited
            )
            if not known:
                found.append(Citation(number + len(found), passage.article, passage.span))
        return found[:most]

    async def sources(self, answer: Answer, heading: str = "sources") -> list[Message]:
        """The sources of an answer, as they are told. Links that are to be kept are kept by the store's own thread."""
        return await self.store.keep(partial(sources_messages, answer, self.questions.link, heading))

    def answer_of(self, given: Given) -> Answer:
        """An answer that was given, with those of its citations that still stand where they stood."""
        citations = []
        for each in given.citations:
            article = self.archive.article(each.article)
            if article is not None and stands(article, Span(each.start, each.end), each.quote):
                citations.append(Citation(each.number, article, Span(each.start, each.end), each.proven))
        return Answer(
            question=given.question,
            status=Status(given.status),
            text=given.text,
            confidence=given.confidence,
            language=given.language,
            writer=given.writer,
            citations=tuple(citations),
        )


def address_of(update: Update) -> Address:
    """Where an answer to an update goes, and whose it is: of an anonymous admin or a channel, that one's number."""
    user = update.effective_user.id if update.effective_user else None
    if update.my_chat_member is not None:
        return Address(update.my_chat_member.chat.id, 0, user)
    pressed = update.callback_query.message if update.callback_query else None
    message = written(update) or pressed
    if message is None:
        return Address(user or 0, 0, user)
    if not isinstance(message, Received):  # Telegram tells no more of it than its chat and its number
        return Address(message.chat.id, 0, user)
    if pressed is None and message.sender_chat is not None:
        return Address(message.chat.id, thread_of(message), message.sender_chat.id)
    return Address(message.chat.id, thread_of(message), user)


def written(update: Update) -> Received | None:
    """What somebody wrote, or changed; None for a press, an inline query or a change of members."""
    return update.message or update.edited_message


def thread_of(message: Received) -> int:
    """The topic that a message is in; 0 for none."""
    return message.message_thread_id or 0 if message.is_topic_message else 0


def is_private(message: Received) -> bool:
    return message.chat.type == "private"


def _of_app(user: User | None) -> Language:
    """The language of somebody's app: English where it is not Norwegian, and Norwegian where that is not known."""
    code = (user.language_code or "") if user else ""
    return Language.of_locale(code) if code else Language.NORWEGIAN
