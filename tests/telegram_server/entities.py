"""Entities as Telegram takes them, and those that it finds by itself.

Telegram drops some of what is wrong here without a word (a text_link whose address is none, code within bold); this
server refuses it, since nobody would see in a test what was dropped. Worded as TDLib's MessageEntity.cpp words it,
where that refuses too.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from tests.telegram_server.shapes import Json, Refused, bad, units

MOST_ENTITIES = 100
QUOTES = frozenset({"blockquote", "expandable_blockquote"})
CODE = frozenset({"code", "pre"})
FOUND_ANYWAY = frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"})
# Bot API 10.0: https://core.telegram.org/bots/api#messageentity
STYLES = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
KNOWN = STYLES | QUOTES | CODE | FOUND_ANYWAY | {"text_link", "text_mention", "custom_emoji", "date_time"}

_KEYS = {
    "text_link": {"url"},
    "text_mention": {"user"},
    "pre": {"language"},
    "custom_emoji": {"custom_emoji_id"},
    "date_time": {"unix_time", "date_time_format"},
}


def refused(what: str) -> Refused:
    return bad(f"can't parse entities: {what}", kind="entities")


def checked_entities(text: str, given: object) -> list[Json]:
    """The entities as they will be shown: in order, and without those that Telegram finds by itself. Raises Refused."""
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(entity, dict) for entity in given):
        raise refused("expected an Array of MessageEntity")
    inside = _inside_symbols(text)
    length = units(text)
    entities = [_checked(entity, length, inside) for entity in given]
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"], entity["type"] in CODE))
    _check_nesting(entities)
    return [entity for entity in entities if entity["type"] not in FOUND_ANYWAY]


def _inside_symbols(text: str) -> frozenset[int]:
    """The offsets between the two halves of a surrogate pair."""
    if text.isascii() or max(text) <= "\uffff":
        return frozenset()
    offsets, at = [], 0
    for character in text:
        if character > "\uffff":
            offsets.append(at + 1)
            at += 2
        else:
            at += 1
    return frozenset(offsets)


def _checked(entity: Json, end_of_text: int, inside: frozenset[int]) -> Json:
    kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
    if kind not in KNOWN:
        raise refused(f"unsupported type {kind!r} of entity")
    for value in (offset, length):
        if not isinstance(value, int) or isinstance(value, bool):
            raise refused("an entity's offset and length must be of type Number")
    assert isinstance(offset, int)
    assert isinstance(length, int)
    if offset < 0 or length < 1:
        raise refused(f"entity at offset {offset} has length {length}")
    if offset in inside:
        raise bad(f"entity begins in a middle of a UTF-16 symbol at UTF-16 offset {offset}", kind="entities")
    if offset + length in inside:
        raise bad(
            f"entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol "
            f"at UTF-16 offset {offset + length}",
            kind="entities",
        )
    if offset + length > end_of_text:
        raise bad(
            f"entity beginning at UTF-16 offset {offset} ends after the end of the text "
            f"at UTF-16 offset {offset + length}",
            kind="entities",
        )
    strange = entity.keys() - {"type", "offset", "length"} - _KEYS.get(str(kind), set())
    if strange:
        raise refused(f"{kind} knows no {', '.join(sorted(strange))}")
    _check_extras(entity)
    return dict(entity)


def _check_extras(entity: Json) -> None:
    kind = entity["type"]
    if kind == "text_link" and not is_address(entity.get("url")):
        raise refused(f"text_link has no valid URL: {entity.get('url')!r}")
    if kind == "text_mention" and not isinstance((entity.get("user") or {}).get("id"), int):
        raise refused("text_mention has no user")
    if kind == "custom_emoji" and not str(entity.get("custom_emoji_id", "")).isdigit():
        raise refused("invalid custom emoji identifier specified")


def _check_nesting(entities: Sequence[Json]) -> None:
    """Entities are within each other or apart; https://core.telegram.org/bots/api#formatting-options says which may."""
    around: list[Json] = []
    for entity in entities:
        start, end = entity["offset"], entity["offset"] + entity["length"]
        while around and around[-1]["offset"] + around[-1]["length"] <= start:
            around.pop()
        if around and end > around[-1]["offset"] + around[-1]["length"]:
            raise refused(f"{entity['type']} at {start} overlaps {around[-1]['type']} at {around[-1]['offset']}")
        for outer in around:
            if not _may_hold(outer["type"], entity["type"]):
                raise refused(f"{entity['type']} at {start} can't be nested in {outer['type']} at {outer['offset']}")
        around.append(entity)


def _may_hold(outer: str, inner: str) -> bool:
    if outer in CODE or (outer in QUOTES and inner in QUOTES):
        return False
    if inner in CODE:
        return outer in QUOTES
    return not (outer == inner and outer in {"text_link", "text_mention", "custom_emoji", "date_time"})


_HOST = re.compile(r"(?:[\w-]+\.)+[^\W\d_][\w-]+|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]", re.IGNORECASE)


def is_address(url: object) -> bool:
    """Whether Telegram takes it as a link: http, https, tg and ton, and a host with a dot (LinkManager.cpp)."""
    return isinstance(url, str) and _is_address(url)


@lru_cache(4096)
def _is_address(url: str) -> bool:
    if not url or re.search(r"[\s\x00-\x20\x7f]", url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme in {"tg", "ton"}:
        return bool(parts.netloc or parts.path)
    if parts.scheme not in {"http", "https", ""}:
        return False
    host = parts.hostname or ("" if parts.scheme else urlsplit(f"http://{url}").hostname) or ""
    return bool(_HOST.fullmatch(f"[{host}]" if ":" in host else host))


_FOUND = re.compile(
    r"(?P<url>\b(?:https?|tg|ton)://[^\s<>\"«»]+[^\s<>\"«».,:;!?)\]}'’])"
    r"|(?P<email>\b[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}\b)"
    r"|(?P<mention>(?<![\w@/])@[A-Za-z]\w{2,31}\b)"
    r"|(?P<bot_command>(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{2,31})?(?![\w/<>@]))"
    r"|(?P<hashtag>(?<![\w#])#(?=\w*[^\W\d_])\w{1,256}\b)"
    r"|(?P<cashtag>(?<![\w$])\$[A-Z]{1,8}\b)"
    r"|(?P<bare>\b(?:[a-z0-9-]+\.)+(?:com|org|net|no|se|dk|io|me|info|eu|uk|de|ru|kr|cn|us|co|ai|app|dev|edu|gov|int)"
    r"\b(?:/[^\s<>\"«»]*[^\s<>\"«».,:;!?)\]}'’])?)",
    re.IGNORECASE,
)


def found_entities(text: str, given: Sequence[Json] = ()) -> list[Json]:
    """What Telegram marks by itself in anybody's text: addresses, mentions, commands, hashtags. Outside code and links.

    An approximation of TDLib's find_entities: bare domains of well-known ends, no phone numbers.
    """
    if not re.search(r"[@/#$.]", text):
        return []
    taken = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in given
        if entity["type"] in CODE or entity["type"] in {"text_link", "text_mention"}
    ]
    found = []
    for match in _FOUND.finditer(text):
        kind = "url" if match.lastgroup == "bare" else str(match.lastgroup)
        if kind == "cashtag" and not match.group()[1:].isupper():
            continue
        start = units(text[: match.start()])
        length = units(match.group())
        if not any(start < end and begin < start + length for begin, end in taken):
            found.append({"type": kind, "offset": start, "length": length})
    return found
