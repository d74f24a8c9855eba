"""Reads messages as Telegram does: what it changes, refuses and finds, after TDLib (misc.cpp, MessageEntity.cpp)."""

import re
from collections.abc import Sequence

from telegram import MessageEntity

from bot.telegram.rendering import Message

JOINER = "\u2060"
_BLANKED = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f]")
_REMOVED = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")
_WORD = r"[^\W_]|_"
# Broader than what Telegram takes for links: no list of top-level domains, no checks of what was found.
LINKS = re.compile(
    r"""
    (?:https?|ftp|tg|ton)://[^\s\u2060]
    | (?<!\w)@\w{2}
    | (?<![\w·])\#\w*[^\W\d_]
    | (?<![\w$])\$[A-Z]{1,8}(?![\w$])
    | (?<![\w/<>])/[A-Za-z0-9_]{1,64}(?![\w/<>])
    | [A-Za-z0-9_-]@[A-Za-z0-9_-]
    | [^\s\u2000-\u200b\u200e-\u2010\u2016-\u206f()\[\]{}"'`<>«».,:;!?/|]\.[^\W\d_][^\W_]
    | (?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])
    | \+\d{7}
    """,
    re.VERBOSE,
)
_NESTED_IN_NOTHING = {MessageEntity.TEXT_LINK, MessageEntity.EXPANDABLE_BLOCKQUOTE}


def of(message: Message, entity: MessageEntity) -> str:
    """What an entity is about."""
    raw = message.text.encode("utf-16-le")
    return raw[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")


def found(message: Message, type_: str) -> list[str]:
    return [of(message, each) for each in message.entities if each.type == type_]


def links(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Text and address of every link."""
    return [
        (of(message, each), each.url or "")
        for message in messages
        for each in message.entities
        if each.type == MessageEntity.TEXT_LINK
    ]


def read(messages: Sequence[Message]) -> str:
    """What a human reads, message by message."""
    return "\n".join(each.text for each in messages).replace(JOINER, "")


def styles(message: Message) -> list[tuple[str, frozenset[tuple[str, str]]]]:
    """Every character but blanks, and what it is (type and address of each entity that holds it)."""
    at, result = 0, []
    for character in message.text:
        inside = frozenset(
            (str(each.type), each.url or "")
            for each in message.entities
            if each.offset <= at and at + len(character.encode("utf-16-le")) // 2 <= each.offset + each.length
        )
        at += len(character.encode("utf-16-le")) // 2
        if not character.isspace():
            result.append((character, inside))
    return result


def check(message: Message, limit: int = 4096, most_entities: int = 100) -> None:
    """Fail for what Telegram would refuse, change, cut off or pass over, and for what it would make a link of that was not meant to be."""
    text = message.text
    assert text
    assert text.strip() == text
    assert len(text.encode("utf-16-le")) // 2 <= limit
    assert len(message.entities) <= most_entities
    assert not _BLANKED.search(text)
    assert not _REMOVED.search(text)
    assert re.sub("[\\s\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f\u2800\u3000\ufeff\ufffc]", "", text)
    for each in message.entities:
        assert each.length > 0
        words = of(message, each)  # raises where it tears a surrogate pair apart
        assert len(words.encode("utf-16-le")) // 2 == each.length, "beyond the end"
        assert words.strip() == words
        assert (each.url or "").startswith(("http://", "https://")) is (each.type == MessageEntity.TEXT_LINK)
    _check_nesting(message.entities)


def _check_nesting(entities: Sequence[MessageEntity]) -> None:
    order = [(each.offset, -each.length) for each in entities]
    assert order == sorted(order)
    around: list[MessageEntity] = []
    for each in entities:
        around = [outer for outer in around if outer.offset + outer.length > each.offset]
        assert all(outer.offset + outer.length >= each.offset + each.length for outer in around), "they overlap"
        assert each.type not in {outer.type for outer in around}
        assert all(outer.type in _NESTED_IN_NOTHING for outer in around), "what is bold or italic holds nothing"
        around.append(each)


def unmeant_links(message: Message) -> list[str]:
    """What Telegram would make links of by itself, outside the links that it was given."""
    raw = bytearray(message.text.encode("utf-16-le"))
    for each in message.entities:
        if each.type == MessageEntity.TEXT_LINK:
            raw[2 * each.offset : 2 * (each.offset + each.length)] = b"|\0" * each.length
    return [each[0] for each in LINKS.finditer(raw.decode("utf-16-le"))]
