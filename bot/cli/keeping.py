"""The commands that keep the archive: ingest, articles, remove."""

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.shared import DONE, FAILED, Command, Shared, complain, print_json, tell

if TYPE_CHECKING:
    from vectorstore.article import Published
    from vectorstore.reading import Overrides

_GENRES = ("news", "editorial", "commentary", "analysis", "opinion")


def _date(_: click.Context, __: click.Parameter, value: str | None) -> "Published | None":
    from vectorstore.article import Published

    try:
        return None if value is None else Published.parse(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a date like 2019, 2019-04 or 2019-04-25") from None


def _language(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    from vectorstore.reading.fields import LANGUAGES, language_code

    code = None if value is None else language_code(value)
    if value is not None and not code and value.strip().lower() not in LANGUAGES:
        raise click.BadParameter(f"{value!r} is not a language like nb, nn or en")
    return code


def _address(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    from vectorstore.reading.fields import is_web_address

    if value and not is_web_address(value):
        raise click.BadParameter(f"{value!r} is not a web address; write it with http:// or https://")
    return value


@click.command(cls=Command, short_help="Take articles in.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="PATH...")
@click.option(
    "--published", callback=_date, metavar="DATE", help="When they were published: 2019, 2019-04 or 2019-04-25."
)
@click.option("--outlet", metavar="NAME", help="Who published them.")
@click.option(
    "--genre", type=click.Choice(_GENRES), metavar="KIND", help=f"What kind of text they are: {', '.join(_GENRES)}."
)
@click.option("--language", callback=_language, metavar="CODE", help="The language they are in: nb, nn, en and so on.")
@click.option("--url", callback=_address, metavar="URL", help="The page that the article is on.")
@click.option("--title", metavar="TITLE", help="The headline.")
@click.option("--prune", is_flag=True, help="Remove the articles that came from PATH before and are gone.")
@click.option("--reembed", is_flag=True, help="Make all vectors anew first, after KILDEBOT_EMBEDDING was changed.")
@click.option("--yes", is_flag=True, help="Do not ask before much is sent to an embedding model.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one JSON object.")
@click.pass_obj
def ingest(
    shared: Shared, /, paths: tuple[Path, ...], prune: bool, reembed: bool, yes: bool, as_json: bool, **stated: Any
) -> int:
    r"""Take in the articles in files and folders: .txt .md .html .json .jsonl

    What is in the archive already is left alone if it is unchanged and replaced
    if it has changed; so the same command can be run again at any time, and
    beside a running chat. Interrupted, each article is wholly in or wholly out.

    Title, outlet, date and kind are read from the files where they are stated;
    an option goes before what the files say. JSON lines are objects with id and
    text, and optionally title, url, outlet, published, genre and language.

    Examples:
      kildebot ingest articles/
      kildebot ingest articles/ --prune
      kildebot ingest leder.txt --outlet Nordlys --genre editorial \
                                --published 2019-04
      kildebot ingest --json export.jsonl

    What cannot be read is listed with the reason, and the rest goes in; a kind
    that is not known is left out, with a warning. The exit code is 1 only if
    nothing at all could be read.

    KILDEBOT_EMBEDDING chooses an embedding model other than the built-in one.
    After it was changed, --reembed makes the vectors anew; the old ones answer
    until the new ones are complete, and interrupted it goes on where it was.
    Before much is sent to a model, it says how much and what it costs, and on a
    terminal it asks. Nothing that is embedded is sent twice.

    """
    if not paths and not reembed:
        raise click.UsageError("there is nothing to take in; name files or folders")

    from bot.cli.intake import take_in

    report = take_in(shared, paths, _overrides(**stated), prune=prune, reembed=reembed, yes=yes, quiet=as_json)
    if as_json:
        print_json(report.as_json())
    else:
        report.show(shared.screen())
    return DONE if report.own or not paths else _nothing_taken_in(as_json)


@click.command(cls=Command, short_help="List the articles in the archive.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each article, a line each.")
@click.pass_obj
def articles(shared: Shared, as_json: bool) -> int:
    """List the articles in the archive, newest first.

    On a terminal it is a table. Piped, it is a line for each article, with tabs
    between id, title, outlet, date and kind; --json has more.

    Examples:
      kildebot articles
      kildebot articles | cut -f1 | grep 2019

    """
    from bot.cli.tables import show_tabbed, show_table
    from bot.messages import say
    from bot.render import article_line
    from bot.wiring import language_of_keeping, open_articles

    settings = shared.settings()
    language = language_of_keeping(settings)
    with open_articles(settings) as archive:
        screen = shared.screen()
        if as_json:
            for article in archive.newest():
                print_json(article_line(article))
        elif screen.is_terminal:
            show_table(screen, list(archive.newest()), archive.dates, language)
        else:
            show_tabbed(screen, archive.newest())
        empty = not archive.article_count
    if empty:
        tell(say("no_articles", language))
    return DONE


@click.command(cls=Command, short_help="Remove articles and erase them.")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.pass_obj
def remove(shared: Shared, ids: tuple[str, ...]) -> int:
    """Remove articles, and erase every byte of them from the archive.

    ID is what kildebot articles lists. The files that the articles were read
    from are left alone; ingesting them again brings the articles back.

    Example:
      kildebot remove 2019/kim-og-putin-motes

    """
    from bot.messages import say
    from bot.render import shown, well_formed
    from bot.wiring import language_of_keeping, open_articles

    settings = shared.settings()
    with open_articles(settings) as archive:
        wanted = [well_formed(each) for each in ids]
        removed = archive.remove(wanted)
        known = [article.id for article in archive.articles()] if len(removed) < len(set(wanted)) else []
    for each in removed:
        click.echo(shown(say("removed", language_of_keeping(settings), article=each)))
    missing = [each for each in dict.fromkeys(wanted) if each not in removed]
    for each in missing:
        near = difflib.get_close_matches(each, known, n=3)
        complain(
            f"there is no article {each}", f"near it: {', '.join(near)}" if near else "kildebot articles lists the ids"
        )
    return FAILED if missing else DONE


def _overrides(**stated: Any) -> "Overrides":
    from vectorstore.article import Genre
    from vectorstore.reading import Overrides

    genre = stated.pop("genre")
    return Overrides(genre=Genre(genre) if genre else None, **stated)


def _nothing_taken_in(as_json: bool) -> int:
    if as_json:
        return FAILED
    return complain("nothing could be taken in", "articles are .txt, .md, .html, .json and .jsonl files")
