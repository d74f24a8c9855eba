"""Marks and links: what ties a claim to the sentence that it stands on."""

import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from bot.answer import Citation
from vectorstore.article import Article, Span

# Characters of a quote that a text fragment holds whole; a longer one is named by its first and last words.
_LIST_SIGN = re.compile(r"[-•*·▪◦‣][^\S\n]+(?=\S)")  # no dash, which in Norwegian begins what somebody says
_MARK = re.compile(r"\s?\[(\d+)\]")
_WHOLE_UP_TO = 100
_WORDS_AT_EACH_END = 5


def prove(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """The citations whose span is in their article and says something; the others are dropped."""
    return tuple(each for each in citations if each.span.end <= len(each.article.text) and each.quote.strip())


def unmarked(text: str, dropped: Iterable[Citation]) -> str:
    """The text without the `[n]` marks of citations that were dropped. Other brackets may be the article's own and stay."""
    numbers = {str(each.number) for each in dropped}
    return _MARK.sub(lambda mark: "" if mark[1] in numbers else mark[0], text)


def sentence_link(article: Article, text: str) -> str:
    """The publisher's page at a sentence of it, as a text fragment (W3C draft "Text Fragments"); empty without a page."""
    if not article.url:
        return ""
    words = text.split()
    whole = " ".join(words)
    if len(whole) <= _WHOLE_UP_TO or len(words) <= 2 * _WORDS_AT_EACH_END:
        fragment = _escaped(whole)
    else:
        fragment = ",".join(
            _escaped(" ".join(part)) for part in (words[:_WORDS_AT_EACH_END], words[-_WORDS_AT_EACH_END:])
        )
    page = article.url.partition("#")[0]
    return f"{page}#:~:text={fragment}"


def without_list_sign(article: Article, span: Span) -> Span:
    """The span without the sign of a list that it begins with: no part of what is said, nor of the text that a page's link finds."""
    sign = _LIST_SIGN.match(article.text, span.start, span.end)
    return Span(sign.end(), span.end) if sign else span


def file_link(path: Path) -> str:
    return path.absolute().as_uri()


def _escaped(text: str) -> str:
    """Percent-encoded, with the characters that text fragments use themselves."""
    return quote(text, safe="").replace("-", "%2D")
