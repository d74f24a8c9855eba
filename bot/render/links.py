"""Where a source's link leads: to the publisher's page at the sentence, else to the file it was read from."""

import re
from pathlib import Path
from urllib.parse import quote

from bot.citations import file_link, sentence_link
from vectorstore.article import Article

_WEB = re.compile(r"https?://", re.IGNORECASE)
_KEPT = "!#$%&'()*+,/:;=?@[]~"  # what an address may hold besides letters, digits and -._ (RFC 3986)


def link(article: Article, text: str = "") -> str:
    """The address to open for a sentence of an article, in plain ASCII; empty where there is none."""
    if _WEB.match(article.url):
        return _plain(sentence_link(article, text) if text else article.url)
    if article.file and _is_there(Path(article.file)):
        return file_link(Path(article.file))
    return ""


def place(article: Article) -> str:
    """Where the article is, for people to read: its page, or the file it was read from; empty where neither is known."""
    return article.url if _WEB.match(article.url) else article.file


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except (OSError, ValueError):  # in a folder that we may not look into, or no path at all
        return False


def _plain(address: str) -> str:
    """An address in plain ASCII (RFC 3987), so that it can stand in a terminal's link (OSC 8)."""
    return quote(address, safe=_KEPT, errors="replace")
