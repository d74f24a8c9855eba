"""Text that Telegram takes as it is: nothing of it is changed on the way, and nothing of it becomes a link.

Telegram's server changes some characters of what it is sent (TDLib, `clean_input_string` in misc.cpp and
`clean_input_string_with_entities` in MessageEntity.cpp), which moves entities off what they were meant for; so it is done here, first.
And it looks for addresses, names, tags, commands and numbers in any text, whatever entities it comes with (TDLib, `find_entities`).
"""

import re
import unicodedata

from wcwidth import iter_graphemes

from bot.render.safe import shown

JOINER = "\u2060"
"""WORD JOINER: it has no width, and Telegram finds nothing across it."""

_RING = "\u030a"
_DROPPED = re.compile("[\u030a\u0333\u033f]")  # TDLib's "vertical lines": they would reach into other lines
_WITH_RING = re.compile(r"[^\W\d_][\u0300-\u036f]*\u030a[\u0300-\u036f]*")
# Characters that Telegram takes for nothing: it refuses a message of nothing else (TDLib, `strip_empty_characters`).
_NOTHING = re.compile(
    "[\\s\u00a0\u1680\u180e\u2000-\u200f\u202a-\u202f\u205f-\u2069\u2800\u3000\ufeff\ufffc\U000e0000-\U000e007f]+"
)
# Where an invisible character keeps TDLib's matchers from finding anything. What precedes and follows is as broad as they are.
_LINKING = re.compile(
    r"""
    (?<=@)(?=\w)  # @name, name@host
    | (?<=\#)(?=[\d_\u200c\u00b7\u0d80-\u0dff]*[^\W\d_])  # #tag, but not #1, nor a keycap
    | (?<=\$)(?=[A-Z]|1INCH)  # $NOK
    | (?<=/)(?<![0-9A-Za-z_À-ÖØ-öø-ÿ]/)(?=\w)  # /command, but not km/t
    | (?<=:)(?=//)  # http://, tg://
    | (?<=\S\.)(?=[^\W\d_][^\s.])  # avis.no
    | (?<=\+)(?=(?:[ ().-]*\d){7})  # +47 22 33 44 55
    """,
    re.VERBOSE,
)
_FOUR_BYTES = re.compile(r"(?<!\d)\d+(?:\.\d+){3,}")  # 192.0.2.1
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2069"


def settled(text: str) -> str:
    """The text with all that Telegram would change already changed, as little as can be: no letter is lost.

    Its line breaks are line feeds. It holds no control characters, none that reorder what stands around them, and no combining ring:
    `a` with one is `å`.
    """
    text = shown(text)
    if _RING in text:
        text = _WITH_RING.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
    return _DROPPED.sub("", text)


def harmless(text: str) -> str:
    """The same for text that is not ours (an article's, a model's, somebody's name): no part of it becomes a link either.

    It looks the same, and reads word for word; invisible characters keep addresses, names, tags, commands and telephone numbers apart.
    """
    text = _FOUR_BYTES.sub(lambda found: found[0].replace(".", f".{JOINER}"), settled(text))
    return _LINKING.sub(JOINER, text)


def harmless_on_a_line(text: str) -> str:
    """The same on one line, with single spaces; what runs from right to left leaves the order of what stands around it alone."""
    line = " ".join(harmless(text).split())
    if any(unicodedata.bidirectional(each) in _RIGHT_TO_LEFT for each in line):
        return f"{_ISOLATE}{line}{_END_OF_ISOLATE}"
    return line


def says_something(text: str) -> bool:
    """Whether Telegram sees anything in it."""
    return bool(_NOTHING.sub("", text))


def units(text: str) -> int:
    """How long Telegram takes it to be: in UTF-16 code units."""
    return len(text) + sum(each > "\uffff" for each in text)


def shortened(text: str, most: int) -> str:
    """The beginning of a text in at most so many UTF-16 code units, ending with `…` where it is not all, at a word if there is one."""
    if units(text) <= most:
        return text
    kept, room = "", most - len(" …")
    for cluster in iter_graphemes(text):
        room -= units(cluster)
        if room < 0:
            break
        kept += cluster
    at_word = kept.rpartition(" ")[0]
    kept = at_word if len(at_word) > len(kept) // 2 else kept
    return kept.rstrip(" ,.;:–-") + " …"
