"""Which messages are for the bot, and what of them is the question.

In a private chat, all are. In a group those are that mention it, reply to it, or are a command of its; the rest is never put on disk, nor
what somebody else wrote that one of them replies to. What is forwarded, or sent through a bot, others may have written: in a group it is
not for the bot, whomever it mentions.
"""

import json
import re
from typing import Any

from telegram import Bot, Message, MessageEntity, Update

COMMANDS = ("start", "help", "new", "sources", "articles", "language", "privacy", "forget", "export")
FOR_ADMINS = ("stats", "ingest", "remove")

_GROUPS = ("group", "supergroup")
_MESSAGES = ("message", "edited_message")
_KEPT_OF_REPLIED = ("message_id", "date", "chat")  # of a message of somebody else's that one for the bot replies to
_OF_OTHERS = ("quote", "external_reply")  # what a reply repeats of another message


def sifted(raw: bytes, bot: Bot) -> bytes:
    """An update as it is to be kept: of what is not for the bot, its number alone, so that it can be confirmed.

    Of what it cannot read in a group, too, since nobody knows whom that is for.
    """
    try:
        update = json.loads(raw)
        message = next((update[kind] for kind in _MESSAGES if kind in update), None)
        if message is None or message["chat"]["type"] not in _GROUPS:
            return raw
    except Exception:  # noqa: BLE001 - it may be anything; the dispatcher finds out what
        return raw
    if not _is_kept(update, message, bot):
        update = {name: update[name] for name in ("update_id",) if name in update}
    return json.dumps(update).encode()


def is_for(message: Message, bot: Bot) -> bool:
    """Whether a message in a group is for the bot."""
    if message.migrate_to_chat_id is not None:
        return True
    if message.forward_origin is not None or message.via_bot is not None:
        return False
    return _is_reply_to(message, bot) or bool(_mentions(message, bot)) or _is_command(message, bot)


def question_of(message: Message, bot: Bot) -> str:
    """What is asked: the text without the bot's name."""
    text = message.text or message.caption or ""
    for start, end in sorted(_mentions(message, bot), reverse=True):
        text = text[:start] + " " + text[end:]
    return re.sub(r"^[\s,:;–-]+", "", text).strip()


def _is_kept(update: dict[str, Any], message: dict[str, Any], bot: Bot) -> bool:
    """Whether an update from a group is kept; then what others wrote is taken out of its message."""
    try:
        read = Update.de_json(update, bot).effective_message
        if read is None or not is_for(read, bot):
            return False
        _strip(message, bot, keep_document=_is_command(read, bot))
    except Exception:  # noqa: BLE001 - it may be anything
        return False
    return True


def _strip(message: dict[str, Any], bot: Bot, *, keep_document: bool) -> None:
    """Take out of a message what others wrote; a document of theirs stays where a command may be about it."""
    for name in _OF_OTHERS:
        message.pop(name, None)
    replied = message.get("reply_to_message")
    if replied and (replied.get("from") or {}).get("id") != bot.id:
        kept = (*_KEPT_OF_REPLIED, "document") if keep_document else _KEPT_OF_REPLIED
        message["reply_to_message"] = {name: replied[name] for name in kept if name in replied}


def _is_reply_to(message: Message, bot: Bot) -> bool:
    """Whether it answers a message of the bot's. A message in a topic that the bot has made is no reply to that."""
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or replied.forum_topic_created is not None:
        return False
    return replied.from_user.id == bot.id


def _is_command(message: Message, bot: Bot) -> bool:
    """Whether it begins with a command of the bot's: one that names it, or one that it has and that names nobody."""
    text, entities = message.text or message.caption or "", message.entities or message.caption_entities
    first = entities[0] if entities else None
    if first is None or first.type != MessageEntity.BOT_COMMAND or first.offset:
        return False
    name, _, whose = text[1 : first.length].lower().partition("@")
    return whose == bot.username.lower() if whose else name in COMMANDS + FOR_ADMINS


def _mentions(message: Message, bot: Bot) -> list[tuple[int, int]]:
    """Where the bot's name stands, in code points."""
    text = message.text or message.caption or ""
    found: list[tuple[int, int]] = []
    entities: dict[MessageEntity, str] = {**message.parse_entities(), **message.parse_caption_entities()}
    for entity, words in entities.items():
        named = entity.type == MessageEntity.MENTION and words.lower() == f"@{bot.username.lower()}"
        meant = entity.type == MessageEntity.TEXT_MENTION and entity.user is not None and entity.user.id == bot.id
        if named or meant:
            start = len(text.encode("utf-16-le")[: entity.offset * 2].decode("utf-16-le", "ignore"))
            found.append((start, start + len(words)))
    return found
