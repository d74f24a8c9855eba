"""Articles and hits, one after the other, on a screen."""

from collections.abc import Sequence

from rich.text import Text

from bot.messages import Language
from bot.render.answers import show_entry, titled
from bot.render.links import link
from bot.render.safe import shown
from bot.render.screen import FAINT, Screen
from vectorstore.article import Article, Hit


def show_hits(screen: Screen, hits: Sequence[Hit], language: Language) -> None:
    """Passages, best first, each under its article."""
    for number, hit in enumerate(hits, start=1):
        article = hit.passage.article
        first = Text(f"{number}. ", FAINT)
        if number > 1:
            screen.line()
        show_entry(screen, first, article, language, link(article, hit.passage.text))
        for paragraph in shown(hit.passage.text).split("\n"):
            if paragraph.strip():
                screen.wrapped(paragraph.strip(), indent=len(first))


def show_articles(screen: Screen, articles: Sequence[Article], language: Language) -> None:
    """Articles, one entry each: title, outlet, kind and date."""
    for article in articles:
        screen.wrapped(titled(screen, article, language, link(article)), indent=2, first=Text("– ", FAINT))
