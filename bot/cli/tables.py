"""The articles of an archive as a table, and as lines with tabs."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from bot.messages import Language, count_in_words, headline, span_in_words, undated_in_words
from bot.render import Screen
from bot.render.answers import described
from bot.render.links import link
from bot.render.safe import shown_on_a_line
from bot.render.screen import FAINT, LABEL
from vectorstore.article import Article

if TYPE_CHECKING:
    from vectorstore.archive import Dates

_NARROW = 100  # columns; below, an id and a title do not fit beside each other


def show_table(screen: Screen, articles: Sequence[Article], dates: "Dates") -> None:
    """Id, title, outlet, date and kind of each article, and under them how many there are and from when to when."""
    if not articles:
        return
    if screen.console.width < _NARROW:
        _show_stacked(screen, articles)
    else:
        _show_columns(screen, articles)
    screen.line()
    screen.wrapped(summary(len(articles), dates))


def _show_columns(screen: Screen, articles: Sequence[Article]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=LABEL)
    for name, share in (("ID", 3), ("TITLE", 5), ("OUTLET", 2)):
        table.add_column(name, ratio=share, overflow="fold")
    for name in ("PUBLISHED", "KIND"):
        table.add_column(name, no_wrap=True)
    for article in articles:
        title = screen.linked(shown_on_a_line(headline(article)), link(article))
        date = Text(article.published.iso or "undated", FAINT if not article.published.iso else "")
        table.add_row(shown_on_a_line(article.id), title, shown_on_a_line(article.outlet), date, article.genre or "")
    screen.console.print(table)


def _show_stacked(screen: Screen, articles: Sequence[Article]) -> None:
    for article in articles:
        screen.wrapped(Text(shown_on_a_line(article.id), LABEL))
        title = screen.linked(shown_on_a_line(headline(article)), link(article))
        screen.wrapped(Text(" — ").join([title, described(article, Language.ENGLISH)]), indent=2)


def show_tabbed(screen: Screen, articles: Iterable[Article]) -> None:
    """One line for each article, with tabs between id, title, outlet, date and kind; nothing is cut off."""
    for article in articles:
        fields = (article.id, headline(article), article.outlet, article.published.iso, article.genre or "")
        screen.console.file.write("\t".join(map(shown_on_a_line, fields)) + "\n")


def summary(count: int, dates: "Dates") -> str:
    """How many articles, from when to when, and how many of them are undated."""
    span = span_in_words([dates.earliest, dates.latest], Language.ENGLISH)
    parts = [count_in_words(count, Language.ENGLISH), span, undated_in_words(dates.undated, Language.ENGLISH)]
    return ", ".join(part for part in parts if part)
