"""`.html`: the text of an article as a visitor sees it, and what the page says about it for machines.

What is hidden is not read: scripts, styles, `hidden`, `aria-hidden`, `display:none` and its kin in a style attribute or for a class in the page's own style sheet.
Menus, forms, cookie walls and lists of other articles are left out by what they call themselves, unless much of the page's prose is in them.
The page is parsed by libxml2 (lxml), never run; nothing is fetched, no address in it is followed.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from vectorstore.article import Article, Genre
from vectorstore.errors import ArticleRejected
from vectorstore.reading.characters import folded, tidied
from vectorstore.reading.cleaning import cleaned
from vectorstore.reading.decoding import decode
from vectorstore.reading.fields import LONGEST_TITLE
from vectorstore.reading.labels import words_in
from vectorstore.reading.outcome import Reading
from vectorstore.reading.pagefacts import facts_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NEVER_SHOWN = words_in("""
    script, style, noscript, template, iframe, frame, object, embed, applet, svg, math, canvas, audio, video,
    map, head, title, meta, link, select, option, datalist, textarea, input, button, dialog
""")
AROUND = words_in("""
    nav, aside, form, footer, menu
""")
AROUND_ROLES = words_in("""
    navigation, banner, contentinfo, dialog, alertdialog, search, complementary, menu, menubar
""")
AROUND_NAMES = words_in("""
    cookie, cookies, cookiebar, consent, gdpr, cmp, newsletter, nyhetsbrev, share, sharing, social, some,
    related, relatert, relaterte, recommended, recommendations, anbefalt, anbefalte, ad, ads, advert,
    advertisement, annonse, annonser, promo, breadcrumb, breadcrumbs, comments, kommentarfelt, disqus, sidebar,
    menu, nav, navigation, navbar, footer, subscribe, paywall, toolbar, outbrain, taboola, popup, modal, banner,
    mostread
""")
HIDDEN_NAMES = words_in("""
    sr-only, visually-hidden, visuallyhidden, screen-reader-text, screen-reader-only, hidden, d-none, is-hidden
""")
HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:font-size|opacity|max-height|max-width)\s*:\s*0(?:\.0*)?(?:[a-z%]*)\s*(?:;|!|$)"
    r"|(?:text-indent|left|top|right|margin-left)\s*:\s*-\d{3,}|clip-path\s*:\s*inset\(\s*(?:50|100)%|clip\s*:\s*rect\(\s*[01]px|transform\s*:\s*scale\(\s*0\s*\)|color\s*:\s*transparent",
    re.IGNORECASE,
)
SIMPLE_SELECTOR = re.compile(r"[.#][\w-]+")
BLOCKS = words_in("""
    p, div, section, article, main, header, footer, h1, h2, h3, h4, h5, h6, ul, ol, li, dl, dt, dd, blockquote,
    figure, figcaption, pre, table, thead, tbody, tr, caption, hr, address, details, summary, body, html,
    center, fieldset
""")
LINES = frozenset(("li", "tr", "dt", "dd"))
# An element that holds this share of the page's prose is not around the article, whatever it is called.
MUCH = 1 / 3
MOST_HEADINGS = 20
# Characters that a page may hold (`&#1;`) but lxml does not take back.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{2,20})|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w-]{2,20})""",
    re.IGNORECASE,
)
HINT = "Save the article as a .txt file."


class Shown(NamedTuple):
    """The heading at the top, empty if there is none, and the text without it."""

    heading: str
    text: str


def reading(name: str, raw: bytes) -> Reading:
    """The article on the page, with the name for its id. Raises `ArticleRejected`."""
    declared = CHARSET.search(raw[:4096])
    page = _parsed(decode(raw, (declared[1] or declared[2]).decode("ascii") if declared else ""))
    facts = facts_of(page)
    _drop(list(_hidden(page)))
    _drop(list(_around(page)))
    part = _main_part(page)
    heading = next((text for text in (*_headings(part), *_headings(page)) if text != facts.outlet), "")
    found = cleaned(_without(heading, _blocks(part)), heading or facts.title)
    genres = [genre for genre in (found.genre, facts.genre) if genre]
    article = Article(
        id=name,
        title=found.title[:LONGEST_TITLE],
        text=found.text,
        published=found.published if facts.published.year is None else facts.published,
        outlet=facts.outlet or found.outlet,
        genre=next((genre for genre in genres if genre is not Genre.NEWS), genres[0] if genres else None),
        url=facts.url or found.url,
        language=facts.language,
    )
    return Reading(article)


def shown(html: str, headed: bool) -> Shown:
    """All that a trusted piece of HTML shows; with `headed`, its first `h1` apart, if that is near the top."""
    page = _parsed(html)
    _drop(list(_hidden(page)))
    heading = next(iter(_headings(page)), "") if headed else ""
    blocks = list(_blocks(page))
    if heading not in [_line(text) for _, text in blocks[:5]]:
        heading = ""
    return Shown(heading, _without(heading, iter(blocks)))


def _parsed(text: str) -> "Element":
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    try:
        page = html.document_fromstring(text.encode(), parser=parser)
    except etree.LxmlError as error:
        raise ArticleRejected("no text in it", HINT) from error
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise ArticleRejected("its elements are nested too deeply", HINT)
    return page


def _drop(elements: "list[Element]") -> None:
    """Take the elements out of their tree, and leave the text behind them where it is."""
    for element in elements:
        parent = element.getparent()
        if parent is None:
            continue
        before = element.getprevious()
        # A word on either side must not become one word.
        tail = " " + (element.tail or "")
        if before is None:
            parent.text = ILLEGAL.sub("", (parent.text or "") + tail)
        else:
            before.tail = ILLEGAL.sub("", (before.tail or "") + tail)
        parent.remove(element)


def _hidden(page: "Element") -> "Iterator[Element]":
    names = _hidden_by_style_sheet(page)
    for element in page.iter():
        if not isinstance(element.tag, str) or element.tag in NEVER_SHOWN or _is_hidden(element, names):
            yield element


def _is_hidden(element: "Element", names: frozenset[str]) -> bool:
    attributes = element.attrib
    if not attributes or element.tag in ("html", "body"):
        return False
    if "hidden" in attributes or str(attributes.get("aria-hidden", "")).lower() == "true":
        return True
    if HIDING.search(str(attributes.get("style", ""))):
        return True
    called = {f".{name}" for name in str(attributes.get("class", "")).split()} | {f"#{attributes.get('id', '')}"}
    return not called.isdisjoint(names)


def _hidden_by_style_sheet(page: "Element") -> frozenset[str]:
    """`.class` and `#id` that the page's own styles hide; rules within others (`@media`) are not looked at."""
    names = {f".{name}" for name in HIDDEN_NAMES}
    for style in page.iter("style"):
        rules = "".join(part.rpartition("*/")[2] for part in (style.text or "").split("/*"))
        depth = 0
        for rule in rules.split("}"):
            selectors, _, body = rule.rpartition("{")
            if depth == 0 and "{" not in selectors and HIDING.search(body):
                simple = (each.strip() for each in selectors.split(","))
                names.update(each for each in simple if SIMPLE_SELECTOR.fullmatch(each))
            depth = max(0, depth + rule.count("{") - 1)
    return frozenset(names)


def _around(page: "Element") -> "Iterator[Element]":
    """The outermost elements that call themselves menu, form, share, cookie … and hold little of the page's prose."""
    prose = _prose(page)
    limit = MUCH * prose.get(page, 0)
    dropped: set[Element] = set()
    for element in page.iter():
        if element.getparent() in dropped:
            dropped.add(element)
        elif _calls_itself_around(element) and prose.get(element, 0) <= limit:
            dropped.add(element)
            yield element


def _calls_itself_around(element: "Element") -> bool:
    if element.tag in AROUND or element.get("role", "").lower() in AROUND_ROLES:
        return True
    if element.tag in ("html", "body", "main", "article", "p", "h1"):
        return False
    names = f"{element.get('class', '')} {element.get('id', '')}"
    return len(names) > 1 and not AROUND_NAMES.isdisjoint(
        re.split(r"[^a-zæøå0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "-", names[:500]).lower())
    )


def _prose(page: "Element") -> "dict[Element, int]":
    """How many characters of paragraphs each element holds (those that hold none are left out)."""
    from lxml.etree import iterwalk

    sums: dict[Element, int] = {}
    stack = [0]
    for event, element in iterwalk(page, events=("start", "end")):
        if event == "start":
            stack.append(0)
            continue
        total = stack.pop() + (len(element.text or "") if element.tag == "p" else 0)
        if element.getparent() is not None and element.getparent().tag == "p":
            total += len(element.tail or "") + (len(element.text or "") if element.tag != "p" else 0)
        stack[-1] += total
        if total:
            sums[element] = total
    return sums


def _main_part(page: "Element") -> "Element":
    """The `article` that holds most of the prose, else `main`, else the page."""
    prose = _prose(page)
    whole = prose.get(page, 0)
    for tag in ("article", "main"):
        candidates = sorted(page.iter(tag), key=lambda element: -prose.get(element, 0))
        if candidates and prose.get(candidates[0], 0) >= MUCH * whole:
            return candidates[0]
    return page


def _blocks(part: "Element") -> Iterator[tuple[str, str]]:
    """Every block of visible text with its tag, in order; white space folded, `br` as a line end."""
    from lxml.etree import iterwalk

    pieces: list[str] = []
    tag = kind = "p"
    for event, element in iterwalk(part, events=("start", "end")):
        name = element.tag
        if name in BLOCKS:
            if text := _block(pieces):
                yield kind, text
            pieces = []
            kind = name if event == "start" else "p"
        elif name == "br" and event == "start":
            pieces.append("\n")
        elif name in ("td", "th"):
            pieces.append(" ")
        words = element.text if event == "start" else (element.tail if element is not part else "")
        if words:
            pieces.append(re.sub(r"\n\s*" if tag == "pre" else r"\s+", "\n" if tag == "pre" else " ", words))
        if name == "pre":
            tag = "pre" if event == "start" else "p"
    if text := _block(pieces):
        yield kind, text


def _block(pieces: list[str]) -> str:
    return "\n".join(line for each in "".join(pieces).split("\n") if (line := folded(each)))


def _headings(part: "Element") -> list[str]:
    return [heading for h1 in islice(part.iter("h1"), MOST_HEADINGS) if (heading := _line("".join(h1.itertext())))]


def _without(heading: str, blocks: Iterator[tuple[str, str]]) -> str:
    """The blocks as one tidied text; without the first that is the heading, and without a block that repeats the one before it."""
    pieces = [""]
    before = ""
    for kind, block in blocks:
        if heading and _line(block) == heading:
            heading = ""
        elif block != pieces[-1]:
            pieces += ["\n" if kind in LINES and before in LINES else "\n\n", block]
            before = kind
    return tidied("".join(pieces))


def _line(text: str) -> str:
    return folded(tidied(text))
