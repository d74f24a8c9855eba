"""An answer, its sources, and one source in its context, on a screen."""

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text

from bot.answer import Answer, Citation
from bot.messages import Language, date_in_words, headline, say
from bot.render.links import link, place
from bot.render.safe import shown, shown_on_a_line
from bot.render.screen import FAINT, LABEL, MARK, QUOTE, TITLE, UNPROVEN, Screen
from bot.render.wording import (
    QUOTED,
    around,
    by_article,
    context,
    copies,
    doubts,
    is_doubtful,
    kind,
    marks,
    mending,
    number,
    remarks,
    stands_out,
)
from vectorstore.article import Article

_BULLET = "• "
_MOST_QUOTED = 400  # characters of a quote under its source; most are shorter
_QUOTE_INDENT = 4


def show_answer(screen: Screen, answer: Answer, *, stopped: bool = False) -> None:
    """The answer with its marks, what is to be said of it, and under it its sources; where there is none, the nearest articles.

    `stopped` says that the reader did not wait for the end of it.
    """
    language = Language.of(answer.language)
    show_text(screen, answer)
    said = [*remarks(answer, language, stopped=stopped)]
    if not stopped and answer.trouble:
        said[-1] = f"{said[-1]} {mending(answer, language)}".rstrip()
    for remark in said:
        screen.note(remark)
    if answer.citations:
        screen.line()
        show_sources(screen, answer)
    elif answer.nearest:
        screen.line()
        screen.wrapped(say("nearest", language))
        for article in answer.nearest:
            show_entry(screen, Text("– ", FAINT), article, language, link(article))


def show_text(screen: Screen, answer: Answer, more: Text | None = None) -> None:
    """The text of an answer with its marks, and what more has come of it."""
    paragraphs = [_marked(screen, each, answer) for each in shown(answer.text).split("\n")]
    if more and more.plain.startswith(_BULLET):
        paragraphs.append(more)
    elif more:
        paragraphs[-1] = Text(" ").join([paragraphs[-1], more]) if paragraphs[-1] else more
    for each in paragraphs:
        bullet = each[: len(_BULLET)] if each.plain.startswith(_BULLET) else Text()
        screen.wrapped(each[len(bullet) :], indent=len(bullet), first=bullet)


def show_sources(screen: Screen, answer: Answer, *, quotes: bool = True) -> None:
    """The sources of an answer: number, title, outlet, kind and date of each. An article that is cited twice stands once.

    Unless the answer is made of them, the quotes stand below.
    """
    language = Language.of(answer.language)
    for cited in by_article(answer.citations):
        numbers = Text.assemble(*map(_number, cited), " ")
        said = [*doubts(cited, language), *map(shown_on_a_line, copies(cited, language))]
        first = cited[0]
        show_entry(screen, numbers, first.article, language, link(first.article, first.quote), said)
        if quotes and answer.writer != QUOTED:
            for each in cited:
                if each.proven:
                    _show_quote(screen, each, language, numbered=len(cited) > 1)


def _show_quote(screen: Screen, citation: Citation, language: Language, *, numbered: bool) -> None:
    """The beginning of a quote, under its source; `/source` has all of it."""
    words = shown_on_a_line(citation.quote)
    if len(words) > _MOST_QUOTED:
        words = words[:_MOST_QUOTED].rsplit(" ", 1)[0].rstrip(" ,.;:–-") + " …"
    first = Text(" " * _QUOTE_INDENT + (f"[{citation.number}] " if numbered else ""), FAINT)
    screen.wrapped(Text(say("quotation", language, words=words), FAINT), indent=len(first), first=first)


def show_source(screen: Screen, answer: Answer, number: int) -> None:
    """The quote of a source, highlighted within its paragraph, with those before and after it. Raises `KeyError` for no such number."""
    language = Language.of(answer.language)
    citation = {each.number: each for each in answer.citations}[number]
    address = link(citation.article, citation.quote)
    show_entry(
        screen,
        Text.assemble(_number(citation), " "),
        citation.article,
        language,
        address,
        [*doubts([citation], language)],
    )
    for paragraph in context(citation.article.text, citation.span):
        screen.line()
        screen.wrapped(_highlighted(screen, *around(citation.article.text, paragraph, citation.span)), indent=2)


def show_entry(
    screen: Screen, first: Text, article: Article, language: Language, address: str, remarks: Sequence[str] = ()
) -> None:
    """An article after its number or dash, and remarks on it; where there can be no links, where it is stands on a line below."""
    text = titled(screen, article, language, address)
    for remark in remarks:
        text.append(f"; {remark}")
    screen.wrapped(text, indent=len(first), first=first)
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
        Text(kind(article, language), LABEL if stands_out(article.genre) else ""),
        Text(date_in_words(article.published, language)),
    ]
    return Text(", ").join([part for part in parts if part])


def _marked(screen: Screen, paragraph: str, answer: Answer) -> Text:
    """A paragraph with its marks made to stand out, those of doubt even more, and to lead to their sources."""
    cited = {str(each.number): each for each in answer.citations}
    text, done = Text(), 0
    for found in marks(paragraph, answer.citations, answer.writer):
        citation = cited.get(found["number"])
        address = link(citation.article, citation.quote) if citation else ""
        text.append(paragraph[done : found.start()])
        text.append_text(screen.linked(found[0], address, UNPROVEN if is_doubtful(found) else MARK))
        done = found.end()
    return text.append(paragraph[done:])


def _number(citation: Citation) -> Text:
    """How a source is numbered: as the mark of what it is cited for."""
    return Text(number(citation), MARK if citation.proven else UNPROVEN)


def _highlighted(screen: Screen, before: str, quoted: str, after: str) -> Text:
    """A paragraph with the quote in it highlighted: by weight, or where there are no styles between `>>` and `<<`."""
    before, quoted, after = map(shown, (before, quoted, after))
    if quoted and not screen.has_styles:
        quoted = f">>{quoted}<<"
    return Text.assemble((before, Style.null()), (quoted, QUOTE), (after, Style.null()))
