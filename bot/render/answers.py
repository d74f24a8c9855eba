"""An answer, its sources, and one source in its context, on a screen."""

import re
from collections.abc import Iterator

from rich.style import Style
from rich.text import Text

from bot.answer import Answer, Citation, Status
from bot.messages import Language, date_in_words, headline, kind_in_words, say
from bot.render.links import link, place
from bot.render.safe import shown, shown_on_a_line
from bot.render.screen import FAINT, LABEL, MARK, QUOTE, TITLE, Screen
from vectorstore.article import Article, Genre, Span

_MARK = re.compile(r"\[(\d+)\]")
_OPINIONS = {Genre.EDITORIAL, Genre.COMMENTARY, Genre.OPINION}
_MOST_CONTEXT = 700  # characters of a paragraph that are shown on each side of a quote, where it is very long


def show_answer(screen: Screen, answer: Answer) -> None:
    """The answer with its marks, and under it its sources; where there is none, the nearest articles."""
    language = Language.of(answer.language)
    for paragraph in shown(answer.text).split("\n"):
        screen.wrapped(_marked(screen, paragraph, answer))
    if answer.status is Status.PARTIAL:
        screen.note(say("partial", language))
    if answer.citations:
        screen.line()
        show_sources(screen, answer)
    elif answer.nearest:
        screen.line()
        screen.wrapped(say("nearest", language))
        for article in answer.nearest:
            show_entry(screen, "– ", article, language, link(article))


def show_sources(screen: Screen, answer: Answer) -> None:
    """The sources of an answer: number, title, outlet, kind and date of each. An article that is cited twice stands once."""
    language = Language.of(answer.language)
    for cited in _by_article(answer.citations):
        numbers = "".join(f"[{each.number}]" for each in cited) + " "
        remarks = [say("unproven", language)] if not all(each.proven for each in cited) else []
        others = {article.id: article for each in cited for article in each.also_in}
        if others:
            copies = ", ".join(_where_and_when(article, language) for article in others.values())
            remarks.append(say("also_in", language, articles=copies))
        first = cited[0]
        show_entry(screen, numbers, first.article, language, link(first.article, first.quote), remarks)


def show_source(screen: Screen, answer: Answer, number: int) -> None:
    """The quote of a source, highlighted within its paragraph, with those before and after it. Raises `KeyError` for no such number."""
    language = Language.of(answer.language)
    citation = {each.number: each for each in answer.citations}[number]
    address = link(citation.article, citation.quote)
    show_entry(screen, f"[{number}] ", citation.article, language, address)
    for paragraph in _context(citation.article.text, citation.span):
        screen.line()
        screen.wrapped(_highlighted(screen, citation.article.text, paragraph, citation.span), indent=2)


def show_entry(
    screen: Screen, first: str, article: Article, language: Language, address: str, remarks: list[str] | None = None
) -> None:
    """An article after its number or dash, and remarks on it; where there can be no links, where it is stands on a line below."""
    text = titled(screen, article, language, address)
    for remark in remarks or []:
        text.append(f"; {remark}")
    screen.wrapped(text, indent=len(first), first=Text(first, MARK if first.startswith("[") else FAINT))
    if not screen.links and (where := shown_on_a_line(place(article))):
        screen.line(Text(" " * len(first) + where))


def titled(screen: Screen, article: Article, language: Language, address: str, style: Style = TITLE) -> Text:
    """The title, which leads to the address, with outlet, kind and date."""
    title = screen.linked(shown_on_a_line(headline(article)), address, style)
    return Text(" — ").join([title, _described(article, language)])


def _described(article: Article, language: Language) -> Text:
    """Outlet, kind and date of an article; the kind of an opinion stands out."""
    parts = [
        Text(shown_on_a_line(article.outlet)),
        _kind(article.genre, language),
        Text(date_in_words(article.published, language)),
    ]
    return Text(", ").join([part for part in parts if part])


def _kind(genre: Genre | None, language: Language) -> Text:
    kind = kind_in_words(genre, language)
    return Text(kind.upper(), LABEL) if genre in _OPINIONS else Text(kind)


def _where_and_when(article: Article, language: Language) -> str:
    where = shown_on_a_line(article.outlet or headline(article))
    return f"{where} ({date_in_words(article.published, language)})"


def _marked(screen: Screen, paragraph: str, answer: Answer) -> Text:
    """A paragraph with its marks made to stand out and to lead to their sources."""
    cited = {str(each.number): each for each in answer.citations}
    text, done = Text(), 0
    for found in _MARK.finditer(paragraph):
        citation = cited.get(found[1])
        if citation is None:
            continue
        text.append(paragraph[done : found.start()])
        text.append_text(screen.linked(found[0], link(citation.article, citation.quote), MARK))
        done = found.end()
    return text.append(paragraph[done:])


def _by_article(citations: tuple[Citation, ...]) -> Iterator[list[Citation]]:
    articles: dict[str, list[Citation]] = {}
    for each in citations:
        articles.setdefault(each.article.id, []).append(each)
    yield from articles.values()


def _context(text: str, quote: Span) -> list[Span]:
    """The paragraphs that hold the quote, with the one before and the one after them."""
    paragraphs = [Span(*found.span()) for found in re.finditer(r"\S(?:.*\S)?", text)]
    within = [at for at, each in enumerate(paragraphs) if each.overlaps(quote)]
    if not within:
        return [quote]
    return [_shortened(each, quote) for each in paragraphs[max(0, within[0] - 1) : within[-1] + 2]]


def _shortened(paragraph: Span, quote: Span) -> Span:
    """A paragraph without what is far from the quote."""
    near = Span(max(0, quote.start - _MOST_CONTEXT), quote.end + _MOST_CONTEXT)
    if paragraph.overlaps(near):
        return Span(max(paragraph.start, near.start), min(paragraph.end, near.end))
    return Span(paragraph.start, min(paragraph.end, paragraph.start + _MOST_CONTEXT))


def _highlighted(screen: Screen, text: str, paragraph: Span, quote: Span) -> Text:
    """A paragraph with the part of the quote that it holds highlighted: by weight, or where there are no styles between `>>` and `<<`."""
    start = min(max(quote.start, paragraph.start), paragraph.end)
    end = max(min(quote.end, paragraph.end), start)
    before, quoted, after = (
        shown(text[a:b]) for a, b in ((paragraph.start, start), (start, end), (end, paragraph.end))
    )
    if paragraph.start > 0 and not text[paragraph.start - 1].isspace():
        before = "… " + before
    if paragraph.end < len(text) and not text[paragraph.end].isspace():
        after += " …"
    if quoted and not screen.has_styles:
        quoted = f">>{quoted}<<"
    return Text.assemble((before, Style.null()), (quoted, QUOTE), (after, Style.null()))
