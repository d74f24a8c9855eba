"""Groups that the bot is added to, and groups that become supergroups."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from telegram import Update
from telegram.error import TelegramError

from bot.messages import say
from bot.telegram.adapter import Adapter
from bot.telegram.commands import Context
from bot.telegram.rendering import plain

_log = logging.getLogger(__name__)

_IN = {"member", "administrator", "restricted"}
_OUT = {"left", "kicked"}


@dataclass(frozen=True)
class Membership:
    """What is done when somebody adds the bot to a group, or Telegram moves one."""

    adapter: Adapter

    async def changed(self, update: Update, _: Context) -> None:
        """Say how to ask here, once; or leave, where the bot is not to answer."""
        change = update.my_chat_member
        if change is None or change.chat.type == "private":
            return
        added = change.old_chat_member.status in _OUT and change.new_chat_member.status in _IN
        if not added:
            return
        access = self.adapter.access
        if not access.answers_in(change.chat.id):
            if access.leaves(change.chat.id) and change.chat.type != "channel":
                with suppress(TelegramError):  # it was thrown out already
                    await self.adapter.bot.leave_chat(change.chat.id)
            return
        if change.chat.type == "channel":
            return
        language = await self.adapter.language(update)
        text = say("telegram_hello_group", language, bot=self.adapter.bot.username)
        await self.adapter.reply(update, [plain(text)])

    async def moved(self, update: Update, _: Context) -> None:
        """What is known of a group goes with it to its new number."""
        message = update.message
        if message is None or message.migrate_to_chat_id is None:
            return
        old, new = message.chat.id, message.migrate_to_chat_id
        await self.adapter.store.keep(partial(self.adapter.store.outbox.migrate, old, new))
        if self.adapter.access.answers_in(old) and not self.adapter.access.answers_in(new):
            _log.warning(
                "a group has become a supergroup, with a new number for KILDEBOT_GROUPS: kildebot telegram --check tells it"
            )
