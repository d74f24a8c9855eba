"""The command that measures: eval."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.shared import DONE, FAILED, Command, Interrupted, Shared, print_json

if TYPE_CHECKING:
    from bot.evaluation import Run
    from bot.messages import Language

_READ = click.Path(exists=True, dir_okay=False, path_type=Path)
_WRITTEN = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command("eval", cls=Command, short_help="Measure how well a set of questions is answered.")
@click.argument("file", required=False, type=_READ, metavar="[FILE]")
@click.option(
    "--html", type=_WRITTEN, metavar="PAGE", help="Write a web page with plots, and with all that went wrong."
)
@click.option(
    "--save", type=_WRITTEN, metavar="RUN", help="Keep the run in a file, for --compare or to be shown again."
)
@click.option(
    "--compare", nargs=2, type=_READ, metavar="A B", help="Compare two runs that were kept; nothing is asked."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of the table, for programs.")
@click.pass_obj
def evaluate(
    shared: Shared,
    file: Path | None,
    html: Path | None,
    save: Path | None,
    compare: tuple[Path, Path] | None,
    as_json: bool,
) -> int:
    """Put the questions in FILE to your articles, and count what is right.

    FILE has a JSON object on each line: a question, and the text that a right
    passage or quote holds, in the article's words. Null is for a question that
    no article answers; those show whether it is refused. An article may be
    named by its id or title, and the questions asked before in history:

      {"question": "Hvor lenge varte møtet?", "answer": "to timer"}
      {"question": "Hva koster en Tesla?", "answer": null}
      {"question": "Og hva spiste de?", "answer": "middag",
       "article": "Første møte", "history": ["Hvor lenge varte møtet?"]}

    A sort groups questions in the table. A .csv file has the columns question,
    answer, article and sort. With start (a number of characters), the answer
    is that very place in the article. Without FILE, questions that come with
    the program are put to the sample articles, and your archive is left alone.

    What is asked costs as much as if you had asked it yourself. Ctrl-C ends it
    and shows what there is.

    Examples:
      kildebot eval
      kildebot eval questions.jsonl --html page.html --save before.json
      KILDEBOT_MODEL=none kildebot eval questions.jsonl --save after.json
      kildebot eval --compare before.json after.json --html changes.html
      kildebot eval before.json

    A citation is right if its quote holds the answer; the first one counts. The
    exit code is 1 if a question could not be asked.

    """
    _check(file, html, save, compare)
    if compare:
        return _compare(shared, compare, html, as_json=as_json)

    from bot.cli.trials import opened_run, try_out
    from bot.evaluation import run_object
    from bot.render import json_line
    from bot.render.evaluation import run_page
    from bot.wiring import language_of_keeping

    kept = opened_run(file)
    run, ended = (kept, None) if kept else try_out(shared, file)
    language = language_of_keeping(shared.settings())
    try:  # what may have cost money is kept, even where nobody reads the table; and shown, even where it cannot be kept
        if save:
            save.write_text(json_line(run_object(run)) + "\n", "utf-8")
        if html:
            html.write_text(run_page(run, language), "utf-8")
    finally:
        _show(shared, run, language, as_json=as_json)
    if ended is not None:
        raise Interrupted("what had been asked by then is counted", code=ended)
    return FAILED if any(each.error for each in run.questions) else DONE


def _check(file: Path | None, html: Path | None, save: Path | None, compare: tuple[Path, Path] | None) -> None:
    """Raises `click.UsageError` before anything is asked, which may cost, rather than when it is to be written."""
    if compare and (file or save):
        raise click.UsageError("--compare takes two runs that were kept, and asks nothing")
    written = [each for each in (html, save) if each]
    for each in written:
        if not each.absolute().parent.is_dir():
            raise click.UsageError(f"there is no folder {each.absolute().parent}")
    every = [each.resolve() for each in (file, *(compare or ()), *written) if each]
    if len({*every}) < len(every) and any(every.count(each.resolve()) > 1 for each in written):
        raise click.UsageError("what is written would replace what is read")


def _show(shared: Shared, run: "Run", language: "Language", *, as_json: bool) -> None:
    from bot.evaluation import run_object
    from bot.render import json_line
    from bot.render.evaluation import show_run

    if as_json:
        print_json(json_line(run_object(run)))
    else:
        show_run(shared.screen(), run, language)


def _compare(shared: Shared, paths: tuple[Path, Path], html: Path | None, *, as_json: bool) -> int:
    from bot.evaluation import compared, comparison_object, read_run
    from bot.render import json_line
    from bot.render.evaluation import comparison_page, show_comparison
    from bot.wiring import language_of_keeping

    before, after = map(read_run, paths)
    comparison = compared(before.questions, after.questions)
    language = language_of_keeping(shared.settings())
    if as_json:
        print_json(json_line(comparison_object((before, after), comparison)))
    else:
        show_comparison(shared.screen(), (before, after), comparison, language)
    if html:
        html.write_text(comparison_page((before, after), comparison, language), "utf-8")
    return DONE
