"""python-telegram-bot's application: which handler does what, and who comes to it at all."""

import json
import re
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from telegram import Message, Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    ApplicationHandlerStop,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    ExtBot,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.messages import Language, say
from bot.settings import Settings
from bot.small_talk import small_talk
from bot.telegram.access import Verdict
from bot.telegram.adapter import Adapter, address_of, is_private
from bot.telegram.addressing import is_for, question_of
from bot.telegram.commands import COMMANDS, FOR_ADMINS, Commands
from bot.telegram.inline import Inline
from bot.telegram.keeping import Keeping
from bot.telegram.limits import Once, Outcome
from bot.telegram.limits import Verdict as Allowed
from bot.telegram.membership import Membership
from bot.telegram.pacing import Pacer, Urgency
from bot.telegram.polling import RawUpdates
from bot.telegram.presses import Presses
from bot.telegram.questions import Asked
from bot.telegram.rendering import plain
from bot.telegram.requests import Called, Requests
from bot.telegram.store import Address, Given, Waiting
from vectorstore.language import detect

Context = ContextTypes.DEFAULT_TYPE
Callback = Callable[[Update, Context], Awaitable[None]]
TelegramApplication = Application[ExtBot[Urgency], Any, Any, Any, Any, Any]

_CONNECTIONS = 64
_TIMEOUT = 10.0  # seconds that Telegram may take for an answer
_TOLD_EVERY = 60.0  # seconds between two lines about what is not understood, or not allowed
_ABOUT_ONESELF = re.compile(
    r"/(?:privacy|export|forget)(?:@\w+)?$", re.IGNORECASE
)  # for anybody, also who is off the list by now
_INGEST = re.compile(r"^/ingest(?:@\w+)?(?!\w)", re.IGNORECASE)


def build(settings: Settings, updates: RawUpdates, pacer: Pacer, called: Called) -> TelegramApplication:
    """An application that gets its updates from us and is not connected yet."""
    api = settings.telegram_api.rstrip("/")
    requests = Requests(
        called,
        connection_pool_size=_CONNECTIONS,
        read_timeout=_TIMEOUT,
        write_timeout=_TIMEOUT,
        connect_timeout=_TIMEOUT,
        pool_timeout=_TIMEOUT,
    )
    return (
        ApplicationBuilder()
        .token(settings.telegram_bot_token.get_secret_value())
        .base_url(f"{api}/bot")
        .base_file_url(f"{api}/file/bot")
        .request(requests)
        .get_updates_request(updates)
        .rate_limiter(pacer)
        .updater(None)
        .job_queue(None)
        .build()
    )


class Handling:
    """Hands an update to the handlers, and raises what they raise."""

    def __init__(self, application: TelegramApplication) -> None:
        self._application = application
        self._errors: dict[int, Exception] = {}
        application.add_error_handler(self._failed)

    async def __call__(self, waiting: Waiting) -> None:
        update = Update.de_json(json.loads(waiting.raw), self._application.bot)
        self._errors.pop(update.update_id, None)
        await self._application.process_update(update)
        if error := self._errors.pop(update.update_id, None):
            raise error

    async def _failed(self, update: object, context: Context) -> None:
        if isinstance(update, Update) and context.error is not None:
            self._errors[update.update_id] = context.error
            raise ApplicationHandlerStop


class Desk:
    """Who comes in, and what is done with what they bring."""

    def __init__(self, adapter: Adapter, clock: Callable[[], float] = time.monotonic) -> None:
        self._adapter = adapter
        self._clock = clock
        self._once = Once(clock)
        self._commands = Commands(adapter)

    def register(self, application: TelegramApplication) -> None:
        """Put every handler in its place."""
        commands, keeping = self._commands, Keeping(self._adapter)
        new = filters.UpdateType.MESSAGE
        ingest = filters.CaptionRegex(_INGEST)
        application.add_handler(TypeHandler(Update, self.admit), group=-1)
        membership = Membership(self._adapter)
        application.add_handler(CallbackQueryHandler(Presses(self._adapter, commands).pressed))
        application.add_handler(InlineQueryHandler(Inline(self._adapter).asked))
        application.add_handler(ChatMemberHandler(membership.changed, ChatMemberHandler.MY_CHAT_MEMBER))
        application.add_handler(MessageHandler(new & filters.StatusUpdate.MIGRATE, membership.moved))
        application.add_handler(MessageHandler(new & filters.VIA_BOT, self.something_else))
        orders = filters.COMMAND | ingest | filters.Document.ALL
        application.add_handler(MessageHandler(new & filters.FORWARDED & orders, self.passed_on))
        for name in COMMANDS:
            application.add_handler(CommandHandler(name, getattr(commands, name), filters=new))
        for name in FOR_ADMINS:
            only = partial(self.only_for_admins, getattr(keeping, name))
            application.add_handler(CommandHandler(name, only, filters=new))
        application.add_handler(MessageHandler(new & ingest, partial(self.only_for_admins, keeping.ingest)))
        application.add_handler(MessageHandler(new & filters.COMMAND, commands.unknown))
        application.add_handler(
            MessageHandler(new & filters.Document.ALL & filters.ChatType.PRIVATE, partial(self.documents, keeping))
        )
        changed = filters.UpdateType.EDITED_MESSAGE & filters.TEXT & ~filters.COMMAND & ~filters.VIA_BOT
        application.add_handler(MessageHandler(changed, self.edited))
        application.add_handler(MessageHandler(new & (filters.TEXT | filters.CAPTION), self.text))
        application.add_handler(MessageHandler(new, self.something_else))

    async def admit(self, update: Update, _: Context) -> None:
        """Let those in who may; tell the others, once. Raises `ApplicationHandlerStop`."""
        if update.callback_query or update.inline_query or update.my_chat_member:
            return
        message = update.effective_message
        if message is None or message.migrate_to_chat_id is not None:  # Telegram's own doing, whoever it names
            return
        if not is_private(message) and not is_for(message, self._adapter.bot):
            raise ApplicationHandlerStop
        if message.via_bot == self._adapter.bot.bot:  # an answer of ours that somebody chose inline
            raise ApplicationHandlerStop
        verdict = self._adapter.access.verdict(update)
        if verdict is Verdict.ADMITTED or (is_private(message) and _ABOUT_ONESELF.match(message.text or "")):
            return
        if verdict is Verdict.STRANGER and self._once.first(address_of(update).user, _TOLD_EVERY):
            language = await self._adapter.language(update)
            text = say("not_admitted", language, number=address_of(update).user or "?")
            await self._adapter.reply(update, [plain(text)])
        raise ApplicationHandlerStop

    async def text(self, update: Update, _: Context) -> None:
        """A question, or small talk."""
        message = update.effective_message
        if message is None:
            return
        question = question_of(message, self._adapter.bot)
        if meant := small_talk(question):
            await self._small_talk(update, *meant)
        elif not question:
            await self._hint(update, "ask_me")
        else:
            last = await self._adapter.continued(update)
            await self._ask(update, message, question, last)

    async def edited(self, update: Update, context: Context) -> None:
        """A question that was changed is answered anew, in place of the old answer; what had none is answered as if it were new."""
        message = update.effective_message
        address = address_of(update)
        if message is None or address.user is None:
            return
        find = partial(self._adapter.store.answers.of_question, address.chat, address.user, message.message_id)
        given = await self._adapter.store.keep(find)
        if given is None:  # small talk, say, or a question that was one too many
            await self.text(update, context)
            return
        question = question_of(message, self._adapter.bot)
        if not question or (question == given.question and given.update_id != update.update_id):
            return
        last = await self._adapter.store.keep(partial(self._adapter.store.answers.by_key, given.parent))
        await self._ask(update, message, question, last and last.as_read_by(address.user), given)

    async def documents(self, keeping: Keeping, update: Update, context: Context) -> None:
        """A document of an admin's is taken in; of others, it is something else."""
        if self._adapter.access.is_admin(update):
            await keeping.document(update, context)
        else:
            await self.something_else(update, context)

    async def something_else(self, update: Update, _: Context) -> None:
        """One line on what can be asked, now and then."""
        await self._hint(update, "only_text")

    async def passed_on(self, update: Update, _: Context) -> None:
        """What somebody else wrote or sent is no order of whoever passes it on."""
        await self._hint(update, "not_passed_on")

    async def only_for_admins(self, callback: Callback, update: Update, context: Context) -> None:
        if self._adapter.access.is_admin(update):
            await callback(update, context)
            return
        language = await self._adapter.language(update)
        message = update.effective_message
        hidden = message is not None and message.sender_chat is not None
        await self._adapter.reply(update, [plain(say("write_as_yourself" if hidden else "only_for_admins", language))])

    async def _ask(
        self, update: Update, message: Message, question: str, last: Given | None, replaces: Given | None = None
    ) -> None:
        given = await self._adapter.questions.given(update.update_id)  # it was counted in a try before this one
        if given is None and await self._adapter.was_replied_to(update):
            return
        address = address_of(update)
        verdict = Allowed(Outcome.GO) if given else await self._allowed(update, address)
        language = await self._adapter.chosen(update)
        if not verdict.goes:
            if verdict.tell:
                spoken = language or Language.of(detect(question))
                said = say(f"telegram_{verdict.outcome}", spoken, seconds=verdict.seconds, hours=verdict.hours)
                await self._adapter.reply(update, [plain(said)])
            return
        quoted = verdict.outcome is Outcome.QUOTE_ONLY
        asked = Asked(update.update_id, address, message.message_id, question, language, quoted, self._clock())
        await self._adapter.questions.answer(asked, last, replaces)

    async def _allowed(self, update: Update, address: Address) -> Allowed:
        """Whether a question goes, by what its user and its chat have asked before."""
        check = partial(
            self._adapter.limits.check,
            update.update_id,
            address.user or address.chat,
            address.chat,
            is_admin=address.user in self._adapter.access.admins,
        )
        return await self._adapter.store.keep(check)

    async def _small_talk(self, update: Update, meant: str, language: Language) -> None:
        chosen = await self._adapter.chosen(update)
        await self._adapter.reply(update, [plain(say(f"telegram_reply_{meant}", chosen or language))])

    async def _hint(self, update: Update, key: str) -> None:
        """Say how it is done, once a minute in a chat at most."""
        if self._once.first(address_of(update).chat, _TOLD_EVERY) or await self._adapter.was_replied_to(update):
            language = await self._adapter.language(update)
            await self._adapter.reply(update, [plain(say(key, language))])
