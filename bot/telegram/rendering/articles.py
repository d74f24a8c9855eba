"""Articles as they are listed, and a source in its context."""

from collections.abc import Callable, Sequence

from bot.answer import Citation
from bot.messages import Language, date_in_words, headline, say
from bot.render.wording import around, context, kind
from bot.telegram.rendering.harmless import JOINER, harmless, harmless_on_a_line, says_something, shortened
from bot.telegram.rendering.splitting import first, split
from bot.telegram.rendering.styled import Message, Styled, joined
from vectorstore.article import Article, Span

Link = Callable[[Citation], str]
"""Gives the address that a citation leads to; empty where there is none."""

_MOST_TITLED = 200  # UTF-16 code units; ten such articles fit a message
_MOST_OUTLET = 60
_BULLET = "• "


def passage_messages(article: Article, span: Span, language: Language, link: Link) -> list[Message]:
    """A source in its context: the article, and the quote in bold in its paragraph, with those before and after it."""
    title = titled(article, link(Citation(1, article, span)), language).bold()
    head = title + "\n" + described(article, language)
    paragraphs = (highlighted(*around(article.text, each, span)) for each in context(article.text, span))
    return split(joined([head, *paragraphs], "\n\n"))


def articles_page(articles: Sequence[Article], page: int, pages: int, language: Language, link: Link) -> Message:
    """One page (counted from 1) of the articles, about ten: headline, outlet, kind and date of each; and which page it is."""
    if not articles:
        return first(Styled(say("no_articles_to_show", language)))
    which = [Styled(say("page_of", language, page=page, pages=pages)).italic()] if pages > 1 else []
    return first(joined([joined((listed(each, language, link) for each in articles), "\n"), *which], "\n\n"))


def listed(article: Article, language: Language, link: Link) -> Styled:
    """An article in a list. It leads to its page; where it has none, to its beginning."""
    address = article.url or link(Citation(1, article, _beginning(article.text)))
    return Styled(_BULLET) + titled(article, address, language) + "\n" + described(article, language)


def _beginning(text: str) -> Span:
    """The first line that says something."""
    start = len(text) - len(text.lstrip())
    end = text.find("\n", start)
    return Span(start, end if end >= 0 else len(text))


def titled(article: Article, address: str, language: Language) -> Styled:
    """The headline of an article, which leads to an address."""
    words = harmless_on_a_line(shortened(headline(article), _MOST_TITLED))
    return Styled(words if says_something(words) else say("untitled", language)).linked(address)


def described(article: Article, language: Language, remarks: Sequence[str] = ()) -> Styled:
    """Outlet, kind and date of an article, and remarks on it; what is not known is left out."""
    outlet = harmless_on_a_line(shortened(article.outlet.strip(), _MOST_OUTLET))
    parts = [outlet, kind(article, language), date_in_words(article.published, language)]
    return Styled("; ".join([", ".join(filter(None, parts)), *map(harmless_on_a_line, remarks)])).italic()


def highlighted(before: str, quoted: str, after: str) -> Styled:
    """A paragraph with the quote in it in bold. Nothing that links comes about across its ends."""
    parts = Styled(harmless(before)), Styled(harmless(quoted)).bold(), Styled(harmless(after))
    return joined(parts, JOINER)
