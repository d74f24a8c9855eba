"""An answer, its sources, and one source in its context, on a screen."""

import re
from collections.abc import Iterator, Sequence

from rich.style import Style
from rich.text import Text

from bot.answer import Answer, Citation, Status
from bot.errors import Trouble
from bot.messages import Language, date_in_words, headline, kind_in_words, say
from bot.render.links import link, place
from bot.render.safe import shown, shown_on_a_line
from bot.render.screen import FAINT, LABEL, MARK, QUOTE, TITLE, UNPROVEN, Screen
from vectorstore.article import Article, Genre, Span

_MARK = re.compile(r"\[(?:(?P<number>\d+)(?P<unproven>\??)|\?)\]")
_BULLET = "• "
_QUOTED = "quoting"  # the writer whose brackets are the articles' own, but for those that name a citation
_OPINIONS = {Genre.EDITORIAL, Genre.COMMENTARY, Genre.OPINION}
_MENDED_BY_OPERATOR = {
    Trouble.LATE,
    Trouble.KEY_REFUSED,
    Trouble.NO_SUCH_MODEL,
    Trouble.NO_CREDIT,
    Trouble.LIMIT,
    Trouble.UNUSABLE,
}
_MOST_QUOTED = 400  # characters of a quote under its source; most are shorter
_QUOTE_INDENT = 4
_MOST_CONTEXT = 700  # characters of a paragraph that are shown on each side of a quote, where it is very long


def show_answer(screen: Screen, answer: Answer, *, stopped: bool = False) -> None:
    """The answer with its marks, what is to be said of it, and under it its sources; where there is none, the nearest articles.

    `stopped` says that the reader did not wait for the end of it.
    """
    language = Language.of(answer.language)
    show_text(screen, answer)
    for remark in _remarks(answer, language, stopped=stopped):
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
    for cited in _by_article(answer.citations):
        numbers = Text.assemble(*map(_number, cited), " ")
        remarks = [*_doubts(cited, language)]
        others = {article.id: article for each in cited for article in each.also_in}
        if others:
            copies = ", ".join(_where_and_when(article, language) for article in others.values())
            remarks.append(say("also_in", language, articles=copies))
        first = cited[0]
        show_entry(screen, numbers, first.article, language, link(first.article, first.quote), remarks)
        if quotes and answer.writer != _QUOTED:
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
        [*_doubts([citation], language)],
    )
    for paragraph in _context(citation.article.text, citation.span):
        screen.line()
        screen.wrapped(_highlighted(screen, citation.article.text, paragraph, citation.span), indent=2)


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


def _remarks(answer: Answer, language: Language, *, stopped: bool) -> Iterator[str]:
    """What is to be said of an answer: what its marks of doubt mean, that it was cut off, why no model wrote it."""
    marks = [found[0] for found in _marks(answer.text, answer) if _is_doubtful(found)]
    if marks:
        yield say("unproven_marks", language, marks=", ".join(dict.fromkeys(marks)))
    if stopped:
        yield say("stopped", language)
    elif answer.trouble:
        yield f"{_because(answer, answer.trouble, language)} {_mending(answer, answer.trouble, language)}".rstrip()
    elif answer.status is Status.PARTIAL:
        yield say("partial", language)


def _because(answer: Answer, trouble: Trouble, language: Language) -> str:
    why = say(f"trouble_{trouble}", language, model=answer.model)
    if answer.status is Status.PARTIAL:
        return say("partial_because", language, why=why)
    why = why[0].upper() + why[1:]
    return say("quoted_because" if answer.citations else "nothing_quoted_because", language, why=why)


def _mending(answer: Answer, trouble: Trouble, language: Language) -> str:
    """What whoever runs the bot can do about it; empty where that is nothing."""
    if trouble not in _MENDED_BY_OPERATOR:
        return ""
    provider = answer.model.partition(":")[0]
    return say(f"mend_{trouble}", language, name="OPENAI_API_KEY" if provider == "openai" else provider)


def _marked(screen: Screen, paragraph: str, answer: Answer) -> Text:
    """A paragraph with its marks made to stand out, those of doubt even more, and to lead to their sources."""
    cited = {str(each.number): each for each in answer.citations}
    text, done = Text(), 0
    for found in _marks(paragraph, answer):
        citation = cited.get(found["number"])
        address = link(citation.article, citation.quote) if citation else ""
        text.append(paragraph[done : found.start()])
        text.append_text(screen.linked(found[0], address, UNPROVEN if _is_doubtful(found) else MARK))
        done = found.end()
    return text.append(paragraph[done:])


def _marks(text: str, answer: Answer) -> Iterator[re.Match[str]]:
    """The marks in a text of an answer: those that name one of its citations, and where it is no quotation, those that name none."""
    cited = {str(each.number): each for each in answer.citations}
    for found in _MARK.finditer(text):
        if found["number"] is None:
            is_mark = answer.writer != _QUOTED
        else:
            is_mark = found["number"] in cited and not (found["unproven"] and cited[found["number"]].proven)
        if is_mark:
            yield found


def _is_doubtful(mark: re.Match[str]) -> bool:
    return mark["number"] is None or bool(mark["unproven"])


def _number(citation: Citation) -> Text:
    """How a source is numbered: as the mark of what it is cited for."""
    return Text(f"[{citation.number}]", MARK) if citation.proven else Text(f"[{citation.number}?]", UNPROVEN)


def _doubts(cited: Sequence[Citation], language: Language) -> Iterator[str]:
    """That a source does not carry what it is cited for; where it carries other things, which."""
    doubtful = [each for each in cited if not each.proven]
    if doubtful:
        numbers = "".join(_number(each).plain for each in doubtful) + " " if len(doubtful) < len(cited) else ""
        yield numbers + say("unproven", language)


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
