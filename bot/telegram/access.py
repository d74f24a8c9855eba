"""Who may use the bot: by number alone, for names change hands.

    where                            who                                 everybody may   those on the list may
    private chat, inline query       admin                               admitted        admitted
    private chat, inline query       on the list                         admitted        admitted
    private chat, inline query       anybody else                        admitted        stranger
    group, where any is answered in  admin                               admitted        admitted
    group, where any is answered in  on the list                         admitted        admitted
    group, where any is answered in  anybody else                        admitted        stranger
    group, where any is answered in  anonymous admin, or as a channel    admitted        stranger
    group on the list                admin                               admitted        admitted
    group on the list                on the list                         admitted        admitted
    group on the list                anybody else                        admitted        admitted
    group on the list                anonymous admin, or as a channel    admitted        admitted
    group not on the list, or none   admin                               admitted        admitted
    group not on the list, or none   on the list                         elsewhere       elsewhere
    group not on the list, or none   anybody else                        elsewhere       elsewhere
    group not on the list, or none   anonymous admin, or as a channel    elsewhere       elsewhere
    anywhere                         another bot                         nobody          nobody
    anywhere                         a channel, by a post of its own     nobody          nobody
    anywhere                         nobody: Telegram itself             nobody          nobody

What only admins may do is for a new message that one has written themselves, in a private chat with the bot or as themselves in a group
that Telegram says it is from, or for a button that one has pressed. It is not for what is forwarded, sent through another bot, sent as a
group or channel, or changed afterwards: others could have written that, or it may come long after its writer was an admin.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from telegram import Chat, Message, Update, User
from telegram.constants import ChatType

_GROUPS = {ChatType.GROUP, ChatType.SUPERGROUP}
_TELEGRAM_ITSELF = (
    777000  # the sender of what it forwards from channels to groups (Bot API, Message.is_automatic_forward)
)


class Verdict(StrEnum):
    """What becomes of somebody who asks."""

    ADMITTED = "admitted"
    STRANGER = "stranger"  # is not on the list
    ELSEWHERE = "elsewhere"  # in a group that the bot does not answer in
    NOBODY = "nobody"  # no person, and told nothing


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who an update is from. `user` is None for who hides behind a group or channel."""

    user: int | None
    chat: Chat | None


@dataclass(frozen=True, slots=True)
class Access:
    """Who may, by numbers. Nobody on the list: everybody may. `groups` are those that are answered in; None for any."""

    admins: AbstractSet[int] = frozenset()
    allowed: AbstractSet[int] = frozenset()
    groups: AbstractSet[int] | None = None
    leave_groups: bool = False

    def verdict(self, update: Update) -> Verdict:
        """What the table above says of who sent an update."""
        asker = _asker(update)
        if asker is None:
            return Verdict.NOBODY
        if asker.user in self.admins:
            return Verdict.ADMITTED
        if asker.chat is not None and asker.chat.type in _GROUPS:
            if not self.answers_in(asker.chat.id):
                return Verdict.ELSEWHERE
            if self.groups is not None:
                return Verdict.ADMITTED
        return Verdict.ADMITTED if not self.allowed or asker.user in self.allowed else Verdict.STRANGER

    def is_admin(self, update: Update) -> bool:
        """Whether an update may do what only admins may."""
        if update.callback_query is not None:
            return update.callback_query.from_user.id in self.admins
        message = update.message
        return message is not None and message.from_user is not None and self._is_admins_own(message, message.from_user)

    def answers_in(self, group: int) -> bool:
        """Whether a group is one that the bot answers in."""
        return self.groups is None or group in self.groups

    def leaves(self, group: int) -> bool:
        """Whether the bot goes out of a group."""
        return self.leave_groups and not self.answers_in(group)

    def _is_admins_own(self, message: Message, writer: User) -> bool:
        by_another = (message.sender_chat, message.via_bot, message.forward_origin, message.business_connection_id)
        if writer.is_bot or any(by_another):
            return False
        own_chat = message.chat.type == ChatType.PRIVATE and message.chat.id == writer.id
        return writer.id in self.admins and (own_chat or message.chat.type in _GROUPS)


def _asker(update: Update) -> _Asker | None:
    if (query := update.callback_query) is not None:
        return _Asker(query.from_user.id, query.message.chat if query.message else None)
    if (inline := update.inline_query) is not None:
        return _Asker(inline.from_user.id, None)
    message = update.message or update.edited_message
    if message is None or message.is_automatic_forward:
        return None
    if message.sender_chat is not None:
        return _Asker(None, message.chat)
    user = message.from_user
    return None if user is None or user.is_bot or user.id == _TELEGRAM_ITSELF else _Asker(user.id, message.chat)
