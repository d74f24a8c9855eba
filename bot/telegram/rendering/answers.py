"""An answer, its sources, and what is seen of it while it is made."""

import re
from collections.abc import Iterator, Sequence

from bot.answer import Answer, Citation, Written
from bot.messages import Language, say
from bot.render.wording import (
    QUOTED,
    around,
    by_article,
    context,
    copies,
    doubts,
    is_doubtful,
    marks,
    number,
    remarks,
)
from bot.telegram.rendering.articles import Link, described, highlighted, listed, titled
from bot.telegram.rendering.harmless import harmless, harmless_on_a_line, says_something, settled, shortened
from bot.telegram.rendering.splitting import first, fits, latest, pieces
from bot.telegram.rendering.styled import Message, Styled, joined
from vectorstore.article import Span

_BULLET = "• "
_PARAGRAPH = "\n\n"
_UNFINISHED = " …"
_MOST_QUOTED = 1000  # UTF-16 code units of a quote under its source; the source in its context has all of it
_MANY_BLANK_LINES = re.compile(r"\n\s*\n")


def answer_messages(answer: Answer, link: Link) -> list[Message]:
    """The answer with its marks, what is to be said of it, and under it its sources; where there is none, the nearest articles.

    The sources of an answer that is made of quotes have the paragraphs that these stand in. Where all of it fits one message, it is one; there is always one.
    """
    language = Language.of(answer.language)
    text = _marked(answer.text, answer.citations, answer.writer, link)
    said = [Styled(harmless(each)).italic() for each in remarks(answer, language)]
    under = (
        _sources(answer, link, quotes=answer.writer != QUOTED) if answer.citations else _nearest(answer, language, link)
    )
    return _together(joined([text, *said], _PARAGRAPH), under) or [first(text)]


def sources_messages(answer: Answer, link: Link, heading: str = "sources") -> list[Message]:
    """The sources of an answer with what is quoted from each: number, headline, outlet, kind and date. An article stands once.

    `heading` is the message that stands above them.
    """
    if not answer.citations:
        return [first(Styled(say("no_sources_in_answer", Language.of(answer.language))))]
    return [each.message() for each in pieces(_sources(answer, link, quotes=True, heading=heading))]


def preview(written: Written, link: Link, language: Language) -> Message:
    """What there is of an answer while it is made: what was looked at, and in italics what was not. Where it is too long, its end."""
    text = _marked(written.text, written.citations, "", link)
    if pending := harmless(written.pending).strip():
        text += ("\n" if pending.startswith(_BULLET) else _between(written.text)) if text else ""
        text += Styled(pending).italic()
    return first(latest(text + _UNFINISHED) if says_something(text.text) else Styled(say("writing", language)))


def _between(text: str) -> str:
    """What stands between a text and its next sentence."""
    blanks = text[len(text.rstrip()) :]
    return _PARAGRAPH if blanks.count("\n") > 1 else "\n" if "\n" in blanks else " "


def _together(text: Styled, under: Styled) -> list[Message]:
    """The text, and what stands under it in the same message, if it fits the last of the text."""
    above = pieces(text)
    if above and under and fits(last := above[-1] + _PARAGRAPH + under):
        return [each.message() for each in [*above[:-1], last]]
    return [each.message() for each in [*above, *pieces(under)]]


def _marked(text: str, citations: Sequence[Citation], writer: str, link: Link) -> Styled:
    """A text of an answer with its marks, which lead to their sources; those of doubt stand out."""
    text = _MANY_BLANK_LINES.sub(_PARAGRAPH, settled(text).strip())
    cited = {str(each.number): each for each in citations}
    parts, done = [], 0
    for found in marks(text, citations, writer):
        citation = cited.get(found["number"])
        mark = Styled(found[0]).linked(link(citation) if citation else "")
        parts += [Styled(harmless(text[done : found.start()])), mark.bold() if is_doubtful(found) else mark]
        done = found.end()
    return joined([*parts, Styled(harmless(text[done:]))])


def _sources(answer: Answer, link: Link, *, quotes: bool, heading: str = "sources") -> Styled:
    language = Language.of(answer.language)
    entries = (_source(each, link, language, quotes=quotes) for each in by_article(answer.citations))
    return Styled(say(heading, language)).bold() + "\n" + joined(entries, _PARAGRAPH)


def _source(cited: Sequence[Citation], link: Link, language: Language, *, quotes: bool) -> Styled:
    """A source under its numbers, and what is quoted from it for what it carries."""
    article = cited[0].article
    numbers = joined(Styled(number(each)).linked(link(each)) for each in cited)
    said = [*doubts(cited, language), *copies(cited, language)]
    entry = numbers + " " + titled(article, link(cited[0]), language) + "\n" + described(article, language, said)
    block = joined(_quotes(cited, language) if quotes else _paragraphs(cited), "\n")
    return joined([entry, block.quoted()], "\n")


def _quotes(cited: Sequence[Citation], language: Language) -> Iterator[Styled]:
    for each in cited:
        if each.proven:
            words = harmless_on_a_line(shortened(each.quote, _MOST_QUOTED))
            which = Styled(f"{number(each)} ").whole() if len(cited) > 1 else Styled()
            yield which + Styled(say("quotation", language, words=words))


def _paragraphs(cited: Sequence[Citation]) -> Iterator[Styled]:
    """The paragraphs that the quotes stand in, each in bold: of an answer that is made of quotes, which need not be said twice."""
    text = cited[0].article.text
    shown: list[Span] = []
    for each in cited:
        here = [paragraph for paragraph in context(text, each.span) if paragraph.overlaps(each.span)]
        if each.proven and not any(paragraph.overlaps(known) for paragraph in here for known in shown):
            shown += here
            yield from (highlighted(*around(text, paragraph, each.span)) for paragraph in here)


def _nearest(answer: Answer, language: Language, link: Link) -> Styled:
    if not answer.nearest:
        return Styled()
    entries = (listed(each, language, link) for each in answer.nearest)
    return Styled(say("nearest", language)) + "\n" + joined(entries, "\n")
