"""What is said of an answer and its sources on every surface: in which words, and of what."""

import re
from collections.abc import Iterator, Sequence

from bot.answer import Answer, Citation, Status
from bot.errors import Trouble
from bot.messages import Language, date_in_words, headline, kind_in_words, say
from vectorstore.article import Article, Genre, Span

QUOTED = "quoting"
"""The writer whose brackets are the articles' own, but for those that name a citation."""

_MARK = re.compile(r"\[(?:(?P<number>\d+)(?P<unproven>\??)|\?)\]")
_OPINIONS = {Genre.EDITORIAL, Genre.COMMENTARY, Genre.OPINION}
_MENDED_BY_OPERATOR = {
    Trouble.LATE,
    Trouble.KEY_REFUSED,
    Trouble.NO_SUCH_MODEL,
    Trouble.NO_CREDIT,
    Trouble.LIMIT,
    Trouble.UNUSABLE,
}
_MOST_CONTEXT = 700  # characters of a paragraph that are shown on each side of a quote, where it is very long


def marks(text: str, citations: Sequence[Citation], writer: str) -> Iterator[re.Match[str]]:
    """The marks in a text of an answer: those that name one of its citations, and where it is no quotation, those that name none.

    Group `number` is what a mark names, or None.
    """
    cited = {str(each.number): each for each in citations}
    for found in _MARK.finditer(text):
        if found["number"] is None:
            is_mark = writer != QUOTED
        else:
            is_mark = found["number"] in cited and not (found["unproven"] and cited[found["number"]].proven)
        if is_mark:
            yield found


def is_doubtful(mark: re.Match[str]) -> bool:
    return mark["number"] is None or bool(mark["unproven"])


def number(citation: Citation) -> str:
    """How a source is numbered: as the mark of what it is cited for."""
    return f"[{citation.number}]" if citation.proven else f"[{citation.number}?]"


def remarks(answer: Answer, language: Language, *, stopped: bool = False) -> Iterator[str]:
    """What is to be said of an answer: what its marks of doubt mean, that it was cut off, why no model wrote it.

    `stopped` says that the reader did not wait for the end of it.
    """
    doubtful = [found[0] for found in marks(answer.text, answer.citations, answer.writer) if is_doubtful(found)]
    if doubtful:
        yield say("unproven_marks", language, marks=", ".join(dict.fromkeys(doubtful)))
    if stopped:
        yield say("stopped", language)
    elif answer.trouble:
        yield _because(answer, answer.trouble, language)
    elif answer.status is Status.PARTIAL:
        yield say("partial", language)


def mending(answer: Answer, language: Language) -> str:
    """What whoever runs the bot can do about the trouble with its model; empty where that is nothing."""
    if answer.trouble not in _MENDED_BY_OPERATOR or answer.trouble is None:
        return ""
    provider = answer.model.partition(":")[0]
    return say(f"mend_{answer.trouble}", language, name="OPENAI_API_KEY" if provider == "openai" else provider)


def _because(answer: Answer, trouble: Trouble, language: Language) -> str:
    why = say(f"trouble_{trouble}", language, model=answer.model)
    if answer.status is Status.PARTIAL:
        return say("partial_because", language, why=why)
    why = why[0].upper() + why[1:]
    return say("quoted_because" if answer.citations else "nothing_quoted_because", language, why=why)


def doubts(cited: Sequence[Citation], language: Language) -> Iterator[str]:
    """That a source does not carry what it is cited for; where it carries other things, which."""
    doubtful = [each for each in cited if not each.proven]
    if doubtful:
        numbers = "".join(map(number, doubtful)) + " " if len(doubtful) < len(cited) else ""
        yield numbers + say("unproven", language)


def copies(cited: Sequence[Citation], language: Language) -> Iterator[str]:
    """Where else the text of a source stands."""
    others = {article.id: article for each in cited for article in each.also_in}
    if others:
        where = ", ".join(
            f"{article.outlet or headline(article)} ({date_in_words(article.published, language)})"
            for article in others.values()
        )
        yield say("also_in", language, articles=where)


def by_article(citations: Sequence[Citation]) -> list[list[Citation]]:
    """The citations of each article, in the order of the first of them."""
    articles: dict[str, list[Citation]] = {}
    for each in citations:
        articles.setdefault(each.article.id, []).append(each)
    return [*articles.values()]


def stands_out(genre: Genre | None) -> bool:
    """Whether a reader must see at once that it is no news."""
    return genre in _OPINIONS


def kind(article: Article, language: Language) -> str:
    """What kind of text an article is, in capitals where that must stand out; empty where it is not known."""
    words = kind_in_words(article.genre, language)
    return words.upper() if stands_out(article.genre) else words


def context(text: str, quote: Span) -> list[Span]:
    """The paragraphs that hold the quote, with the one before and the one after them; of very long ones, what is near the quote."""
    paragraphs = [Span(*found.span()) for found in re.finditer(r"\S(?:.*\S)?", text)]
    within = [at for at, each in enumerate(paragraphs) if each.overlaps(quote)]
    if not within:
        return [quote]
    return [_shortened(text, each, quote) for each in paragraphs[max(0, within[0] - 1) : within[-1] + 2]]


def around(text: str, paragraph: Span, quote: Span) -> tuple[str, str, str]:
    """What a paragraph of the context holds before the quote, of the quote, and after it; `…` where the article's goes on."""
    start = min(max(quote.start, paragraph.start), paragraph.end)
    end = max(min(quote.end, paragraph.end), start)
    before, quoted, after = text[paragraph.start : start], text[start:end], text[end : paragraph.end]
    if text[: paragraph.start].rpartition("\n")[2].strip():
        before = "… " + before
    if text[paragraph.end :].partition("\n")[0].strip():
        after = after.rstrip() + " …"
    return before, quoted, after


def _shortened(text: str, paragraph: Span, quote: Span) -> Span:
    """A paragraph without what is far from the quote; cut between words."""
    near = Span(max(0, quote.start - _MOST_CONTEXT), quote.end + _MOST_CONTEXT)
    if not paragraph.overlaps(near):
        near = Span(paragraph.start, paragraph.start + _MOST_CONTEXT)
    start, end = max(paragraph.start, near.start), min(paragraph.end, near.end)
    if start > paragraph.start and (cut := re.search(r"\s+", text[start : quote.start])):
        start += cut.end()
    rest = text[max(start, min(quote.end, end)) : end] if quote.overlaps(paragraph) else text[start:end]
    if end < paragraph.end and (cut := re.search(r"\s+\S*$", rest)):
        end -= len(cut[0])
    return Span(start, end)
