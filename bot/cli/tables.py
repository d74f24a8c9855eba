"""The articles of an archive as a table, and as lines with tabs."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.style import Style
from rich.table import Table
from rich.text import Text

from bot.messages import Language, contents_in_words, headline, kind_in_words, say
from bot.render import Screen
from bot.render.answers import titled
from bot.render.links import link
from bot.render.safe import shown_on_a_line
from bot.render.screen import FAINT, LABEL
from vectorstore.article import Article

if TYPE_CHECKING:
    from vectorstore.archive import Dates

_NARROW = 100  # columns; below, an id and a title do not fit beside each other


def show_table(screen: Screen, articles: Sequence[Article], dates: "Dates", language: Language) -> None:
    """Id, title, outlet, date and kind of each article, and under them how many there are and from when to when."""
    if not articles:
        return
    if screen.console.width < _NARROW:
        _show_stacked(screen, articles, language)
    else:
        _show_columns(screen, articles, language)
    screen.line()
    screen.wrapped(contents_in_words(len(articles), [dates.earliest, dates.latest], dates.undated, language))


def _show_columns(screen: Screen, articles: Sequence[Article], language: Language) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=LABEL)
    for name, share in (("ID", 3), (say("column_title", language), 5), (say("column_outlet", language), 2)):
        table.add_column(name, ratio=share, overflow="fold")
    for name in (say("column_published", language), say("column_kind", language)):
        table.add_column(name, no_wrap=True)
    for article in articles:
        title = screen.linked(shown_on_a_line(headline(article)), link(article))
        iso = article.published.iso
        date = Text(iso) if iso else Text(say("undated", language), FAINT)
        kind = kind_in_words(article.genre, language)
        table.add_row(shown_on_a_line(article.id), title, shown_on_a_line(article.outlet), date, kind)
    screen.console.print(table)


def _show_stacked(screen: Screen, articles: Sequence[Article], language: Language) -> None:
    for article in articles:
        screen.wrapped(Text(shown_on_a_line(article.id), LABEL))
        screen.wrapped(titled(screen, article, language, link(article), Style.null()), indent=2)


def show_tabbed(screen: Screen, articles: Iterable[Article]) -> None:
    """One line for each article, with tabs between id, title, outlet, date and kind; nothing is cut off."""
    for article in articles:
        fields = (article.id, headline(article), article.outlet, article.published.iso, article.genre or "")
        screen.console.file.write("\t".join(map(shown_on_a_line, fields)) + "\n")
