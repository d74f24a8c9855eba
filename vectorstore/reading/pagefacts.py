"""What a web page says about its article for machines: JSON-LD (schema.org), Open Graph, `meta`, `time`, `link`."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from vectorstore.article import UNKNOWN_DATE, Genre, Provenance, Published
from vectorstore.reading.characters import folded, tidied
from vectorstore.reading.dates import read_date
from vectorstore.reading.fields import LONGEST_NAME, LONGEST_TITLE, is_web_address, language_code
from vectorstore.reading.labels import genre_of, outlet_called

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

# https://schema.org/NewsArticle and its subtypes. Many newspapers call all they write a NewsArticle, so a label wins over that.
KINDS = {
    "OpinionNewsArticle": Genre.OPINION,
    "AnalysisNewsArticle": Genre.ANALYSIS,
    "ReportageNewsArticle": Genre.NEWS,
    "BackgroundNewsArticle": Genre.NEWS,
    "ReviewNewsArticle": Genre.OPINION,
    "NewsArticle": Genre.NEWS,
}
ARTICLES = frozenset((*KINDS, "Article", "BlogPosting", "LiveBlogPosting", "Report", "AskPublicNewsArticle", "WebPage"))
DATE_NAMES = (
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "datepublished",
    "date",
    "pubdate",
    "publishdate",
    "publish-date",
    "dc.date",
    "dc.date.issued",
    "dcterms.created",
    "sailthru.date",
    "parsely-pub-date",
)
# A page with more JSON-LD than this is not describing one article.
MOST_NODES = 5_000
MOST_TIMES = 20
LONGEST_SCRIPT = 1_000_000
DATE_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)/(\d\d)/(\d\d)(?:/|$)")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page states; what it does not state, or states in a form that cannot be read, is empty."""

    title: str = ""
    outlet: str = ""
    published: Published = UNKNOWN_DATE
    genre: Genre | None = None
    url: str = ""
    language: str = ""


def facts_of(page: "Element") -> Facts:
    """The facts in the page's head, its JSON-LD and its `time` elements. Read before anything is taken out of the page."""
    meta = _meta(page)
    described = _described(page)
    addresses = (*_links(page), meta.get("og:url", ""), _text(described.get("url")))
    url = next(filter(is_web_address, addresses), "")
    outlet = _clip(meta.get("og:site_name") or _name(described.get("publisher")), LONGEST_NAME)
    return Facts(
        title=_title(page, meta, described, outlet),
        outlet=outlet,
        published=_published(page, meta, described, url),
        genre=_genre(meta, described),
        url=url,
        language=language_code(_text(described.get("inLanguage")) or page.get("lang", "")),
    )


def _meta(page: "Element") -> dict[str, str]:
    """`name`, `property` or `itemprop` (in lower case) → `content`; the first counts."""
    found: dict[str, str] = {}
    for element in page.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        found.setdefault(str(name).strip().lower(), str(element.get("content", "")).strip())
    return found


def _links(page: "Element") -> list[str]:
    return [
        str(link.get("href", "")).strip()
        for link in page.iter("link")
        if "canonical" in str(link.get("rel", "")).lower().split()
    ]


def _described(page: "Element") -> dict[str, object]:
    """The first JSON-LD object that is an article, the most telling of its types first; empty if there is none."""
    articles = [node for node in _nodes(page) if not ARTICLES.isdisjoint(_types(node))]
    return min(articles, key=_vagueness, default={})


def _vagueness(node: dict[str, object]) -> int:
    types = _types(node)
    return 0 if types & KINDS.keys() else 2 if types <= {"WebPage"} else 1


def _nodes(page: "Element") -> Iterator[dict[str, object]]:
    waiting: list[object] = []
    for script in page.iter("script"):
        text = script.text or ""
        if "ld+json" in str(script.get("type", "")).lower() and len(text) <= LONGEST_SCRIPT:
            try:
                waiting.append(json.loads(text, strict=False))
            except (ValueError, RecursionError):
                continue
    waiting.reverse()
    for _ in range(MOST_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, dict):
            yield node
            waiting.extend(node[key] for key in ("mainEntity", "@graph") if key in node)


def _types(node: dict[str, object]) -> set[str]:
    types = node.get("@type")
    return {str(each).rpartition("/")[2] for each in (types if isinstance(types, list) else [types])}


def _title(page: "Element", meta: dict[str, str], described: dict[str, object], outlet: str) -> str:
    title = _text(described.get("headline")) or meta.get("og:title", "")
    if not title:
        element = next(page.iter("title"), None)
        title = _text("".join(element.itertext()) if element is not None else "")
    parts = re.split(r"\s+[|–—-]\s+(?=[^|–—-]*$)", _clip(title, LONGEST_TITLE + 1))
    if len(parts) == 2 and (parts[1] == outlet or outlet_called(parts[1])):
        title = parts[0]
    return _clip(title, LONGEST_TITLE)


def _published(page: "Element", meta: dict[str, str], described: dict[str, object], url: str) -> Published:
    stated = (_text(described.get("datePublished")), *(meta.get(name, "") for name in DATE_NAMES), *_times(page))
    for text in stated:
        try:
            return read_date(text)
        except ValueError:
            continue
    # Many newspapers put the day of publication into the address: it is a good guess, and marked as one.
    found = DATE_IN_ADDRESS.search(url)
    try:
        return read_date("-".join(found.groups()), Provenance.INFERRED) if found else UNKNOWN_DATE
    except ValueError:
        return UNKNOWN_DATE


def _times(page: "Element") -> Iterator[str]:
    """The dates of `time` elements: those marked as publication first, then the first above the text that is not an update."""
    marked, others = [], []
    for element in islice(page.iter("time"), MOST_TIMES):
        parent = element.getparent()
        about = " ".join(
            str(each.get(name, ""))
            for each in (element, parent)
            if each is not None
            for name in ("class", "itemprop", "id")
        ).lower()
        said = f"{about} {_text(''.join(element.itertext()))} {parent.text if parent is not None else ''}".lower()
        date = str(element.get("datetime") or _text("".join(element.itertext())))
        if "pubdate" in element.attrib or "publish" in about or "publis" in said:
            marked.append(date)
        elif not re.search(r"updat|oppdater|modif|endr|comment|kommentar", said) and not _below_text(element):
            others.append(date)
    yield from marked
    yield from others[:1]


def _below_text(element: "Element") -> bool:
    """Whether a paragraph comes before it among its neighbours, or it stands beside another article."""
    around = next((each for each in element.iterancestors() if each.tag in ("article", "main", "body")), None)
    if around is None:
        return True
    for each in around.iter("p", "time"):
        if each is element:
            return False
        if each.tag == "p" and len("".join(each.itertext())) > 200:
            return True
    return True


def _genre(meta: dict[str, str], described: dict[str, object]) -> Genre | None:
    """The kind that the section names, then the one that the type names; plain NewsArticle says least."""
    sections = described.get("articleSection")
    named = [
        *(sections if isinstance(sections, list) else [sections]),
        described.get("genre"),
        meta.get("article:section"),
        meta.get("section"),
    ]
    labels = [genre for each in named if (genre := genre_of(_text(each)))]
    types = [KINDS[each] for each in sorted(_types(described)) if each in KINDS]
    genres = [*labels, *types]
    return next((genre for genre in genres if genre is not Genre.NEWS), genres[0] if genres else None)


def _name(value: object) -> str:
    if isinstance(value, list):
        value = value[0] if value else None
    return _text(value.get("name") if isinstance(value, dict) else value)


def _text(value: object) -> str:
    return folded(tidied(value)) if isinstance(value, str) else ""


def _clip(text: str, limit: int) -> str:
    """The text, or nothing if it is longer than what it should be ever is."""
    text = _text(text)
    return text if len(text) <= limit else ""
