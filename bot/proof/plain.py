"""What a model wrote, as plain text: no link, image or markup of its own comes out.

An injected article may have a model write an address that carries what was asked to somebody else, and chats make links of
whatever looks like one. So addresses are left out, also those that nobody marked as such, and what hides in a text is, too.
"""

import re
import unicodedata
from collections.abc import Collection
from functools import cache

from markdown_it import MarkdownIt

_GONE = "…"  # stands where an address was
_TLDS = (
    "com|net|org|info|biz|edu|gov|mil|int|name|pro|mobi|tel|asia|jobs|travel|museum|aero|coop|arpa|app|dev|xyz|top|site|online|club|shop"
    "|store|live|link|click|tech|blog|cloud|news|media|page|zip|mov|web|website|space|digital|agency|email|world|today|life|social|chat"
    "|lol|zone|wiki|sbs|cfd|cyou|buzz|monster|quest|art|one|sh|rest|bond|рф|укр|бел|срб|中国|дети|рус|download|stream|win|bid|loan|icu|vip|work|host|press|fun|run|bot|onion|local|test|example|invalid|localhost|internal"
)
# Two letters may be a country's, but «slutt.Han» is only a space that was forgotten.
_HOST = (
    rf"(?:[\w-]+\.)+(?:{_TLDS}|[^\W\d]{{2,24}}(?=[/?#]\S|:\d)|(?-i:[a-z]{{2}})|(?-i:[A-Z]{{2}})|xn--[\w-]+)(?![\w-])"
)
_ADDRESS = re.compile(
    rf"""
      (?:\bhxxps?|\b[a-z][a-z0-9+.-]{{1,20}})\s?:\s?//\s?[^\s«»“”"<>]*       # https://…, tg://…, also with spaces put in
    | \b(?:mailto|tel|tg|sms|javascript|vbscript|data|file|blob|intent|magnet|geo|callto|skype|whatsapp|bitcoin|sip|xmpp|matrix|ssh|ftp):[^\s«»“”"<>]+
    | \bwww\d?\.[^\s«»“”"<>]+
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                                           # an address of mail
    | (?<!\w)(?P<host>{_HOST})(?P<rest>(?::\d+)?(?:[/?\#][^\s«»“”"<>]*)?)
    | \b\d{{1,3}}(?:\.\d{{1,3}}){{3}}\b(?:(?::\d+|/)[^\s«»“”"<>]*)?            # 10.0.0.1, 10.0.0.1:8080
    | \[[0-9a-f:]{{4,}}\]\S*                                                 # an IPv6 host
    | //[\w-]+\.[^\s«»“”"<>]+                                                 # an address without its scheme
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DEFANGED = re.compile(
    r"[\[({](?:dot|punktum|[.:/@])[\])}]", re.IGNORECASE
)  # evil[.]example, as those write who know what they do
_ABBREVIATED = re.compile(r"(?:\w\.)+\w", re.ASCII)  # U.S, f.eks: no host
_ONE = 3  # characters of a bracketed one
_MENTION = re.compile(r"(?<![\w/])@+(?=\w)")
_DEFINITION = re.compile(r"^[ \t]*\[[^\]\n]+\]:[ \t]*\S+.*$", re.MULTILINE)
_TAG = re.compile(
    r"<(?:script|style|iframe|object|svg)\b.*?(?:</\w+\s*>|$)|</?[a-z!][^>]*>?|<!--.*?(?:-->|$)"
    r"|<\|[^\n>]{0,40}\|?>|\[/?(?:INST|SYS)\]|<</?SYS>>|^\W*[-=#]{2,}[^\n]{1,60}[-=#]{2,}[ \t]*$",
    re.IGNORECASE | re.DOTALL,
)
_BLOCK = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|`{3,}.*$|~{3,}.*$|(?:[-*_|:][ \t]*){3,}$)", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t]+(?=\S)", re.MULTILINE)
_CELL = re.compile(r"[ \t]*\|[ \t]*")
_SPACES = re.compile(r"[^\S\n]+")
_BROKEN_LINK = re.compile(
    r"!\[[^\]\n]*\](?:\([^)\n]*\)?|\[[^\]\n]*\])?|\[([^\]\n]*)\]\([^)\n]*\)?"
)  # which CommonMark takes for text
_LEFT_OVER = re.compile(r"\*{2,}|__+|(?<!\w)[*_`](?=\w)|(?<=[\w.!?])[*_`](?!\w)|`")


def plain(text: str, hosts: Collection[str] = ()) -> str:
    """The visible text without markup, links, images and whatever else looks like an address; a bare name of one of the `hosts` may stay.

    Line breaks stay; a bullet becomes `•`.
    """
    text = _BULLET.sub("• ", _BLOCK.sub("", _TAG.sub(" ", _DEFINITION.sub("", text))))
    text = "\n".join(_CELL.sub(" · ", line).strip(" ·") if line.count("|") > 1 else line for line in text.split("\n"))
    text = _DEFANGED.sub(lambda found: found[0][1:-1] if len(found[0]) == _ONE else ".", text)
    lines = [_inline(line) for line in text.split("\n")]
    unmentioned = _MENTION.sub("", "\n".join(lines))  # first, for of «evil.@com» it leaves an address
    return _SPACES.sub(" ", without_addresses(unmentioned, hosts))


def without_addresses(text: str, hosts: Collection[str] = ()) -> str:
    """The text without whatever looks like an address, but for a bare name of one of the `hosts`."""
    return _ADDRESS.sub(lambda found: _without_address(found, hosts), text)


def visible(text: str) -> str:
    """The text as it looks: without characters that are not seen or that reorder others, and letters that only look otherwise as they are."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        _DOTS.get(each, each) for each in composed if each in "\n\t" or unicodedata.category(each) not in _UNSEEN
    )


_UNSEEN = {"Cf", "Cc", "Co", "Cs", "Cn"}
_DOTS = {"．": ".", "﹒": ".", "。": ".", "｡": ".", "․": ".", "：": ":", "／": "/", "⁄": "/", "∕": "/", "＠": "@"}


def _inline(line: str) -> str:
    """A line without the inline markup of Markdown (CommonMark): of links the text stays, of images nothing."""
    if not any(each in line for each in "*_`[!\\<&"):
        return line
    lead = line[: len(line) - len(line.lstrip())]
    words = [
        " " if token.type in ("softbreak", "hardbreak") else token.content
        for inline in _markdown().parseInline(line)
        for token in inline.children or ()
        if token.type in ("text", "code_inline", "softbreak", "hardbreak")
    ]
    return lead + _LEFT_OVER.sub("", _BROKEN_LINK.sub(r"\1", "".join(words))) + (" " if line.endswith(" ") else "")


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True})


def _without_address(found: re.Match[str], hosts: Collection[str]) -> str:
    host = found["host"]
    if host is None:
        return _GONE
    if not found["rest"] and (host.lower() in hosts or _ABBREVIATED.fullmatch(host)):
        return found[0]
    return _GONE
