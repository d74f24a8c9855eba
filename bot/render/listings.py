"""Articles and hits, one after the other, on a screen."""

from collections.abc import Sequence

from rich.text import Text

from bot.messages import Language, headline
from bot.render.answers import described
from bot.render.links import link, place
from bot.render.safe import shown, shown_on_a_line
from bot.render.screen import FAINT, TITLE, Screen
from vectorstore.article import Article, Hit


def show_hits(screen: Screen, hits: Sequence[Hit], language: Language) -> None:
    """Passages, best first, each under its article."""
    for number, hit in enumerate(hits, start=1):
        article = hit.passage.article
        first = f"{number}. "
        title = screen.linked(shown_on_a_line(headline(article)), link(article, hit.passage.text), TITLE)
        if number > 1:
            screen.line()
        screen.wrapped(Text(" — ").join([title, described(article, language)]), indent=len(first), first=first)
        if not screen.links and (where := shown_on_a_line(place(article))):
            screen.line(Text(" " * len(first) + where))
        for paragraph in shown(hit.passage.text).split("\n"):
            if paragraph.strip():
                screen.wrapped(paragraph.strip(), indent=len(first))


def show_articles(screen: Screen, articles: Sequence[Article], language: Language) -> None:
    """Articles, one entry each: title, outlet, kind and date."""
    for article in articles:
        title = screen.linked(shown_on_a_line(headline(article)), link(article), TITLE)
        screen.wrapped(Text(" — ").join([title, described(article, language)]), indent=2, first=Text("– ", FAINT))
