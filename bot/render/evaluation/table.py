"""An evaluation on a screen: a table of what was counted, and the questions that went wrong."""

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.evaluation import Comparison, Outcome, Run, Verdict
from bot.messages import Language, say
from bot.render.evaluation import wording
from bot.render.safe import shown_on_a_line
from bot.render.screen import FAINT, LABEL, Screen

_SHOWN = 10  # questions that are listed; the page has them all
_WIDEST_LABEL = 44  # columns


def show_run(screen: Screen, run: Run, language: Language) -> None:
    """What was asked, the table, time and money, and what went wrong."""
    _show_circumstances(screen, run, language)
    table = _table(("right", "right", "right"))
    for heading, rows in wording.groups(run, language):
        if rows:
            _heading(table, heading)
        for row in rows:
            table.add_row(
                Padding(shown_on_a_line(row.label), (0, 0, 0, 2)), row.count, row.value, Text(row.interval, FAINT)
            )
    screen.console.print(table)
    screen.line()
    screen.line(Text(say("eval_costs", language), LABEL))
    for name, text in wording.costs(run.questions, language):
        screen.wrapped(f"{name}: {text}", indent=2)
    if not all(cited.exact for each in run.questions for cited in each.citations):
        screen.line()
        screen.wrapped(Text(say("eval_not_exact", language), LABEL))
    screen.line()
    _show_missed(screen, wording.missed(run), language)


def show_comparison(screen: Screen, runs: tuple[Run, Run], comparison: Comparison, language: Language) -> None:
    """Both runs side by side, what may be said of the difference, and the questions that changed sides."""
    for key, run in zip(("eval_before", "eval_after"), runs, strict=True):
        _show_circumstances(screen, run, language, f"{say(key, language)} ")
    counts = {"before": comparison.only_before, "after": comparison.only_after}
    screen.wrapped(say("eval_compared", language, number=len(comparison.pairs), **counts))
    screen.line()
    table = _table(("right", "right", "right", "left"))
    columns = [say(key, language) for key in ("eval_before", "eval_after", "eval_difference")]
    table.add_row("", *(Text(each, LABEL) for each in columns), "")
    for change in comparison.changes:
        if not wording.is_telling(change.measure, change.before, change.after):
            continue
        values = (wording.value_of(change.measure, side.value, language) for side in (change.before, change.after))
        told = Text(wording.verdict_of(change, language), LABEL if change.verdict in _REAL else FAINT)
        name = say(f"eval_{change.measure.name}", language)
        table.add_row(name, *values, wording.difference_of(change, language), told)
    screen.console.print(table)
    screen.line()
    screen.note(say("eval_chance_note", language))
    _show_costs(screen, runs, language)
    for key, pairs, side in (("eval_lost", comparison.lost, 1), ("eval_won", comparison.won, 0)):
        if pairs:
            screen.line()
            screen.line(Text(say(key, language, number=len(pairs)), LABEL))
            _list(screen, [pair[side] for pair in pairs], "eval_more_changed", language)


_REAL = {Verdict.BETTER, Verdict.WORSE}


def _show_circumstances(screen: Screen, run: Run, language: Language, first: str = "") -> None:
    for at, line in enumerate(wording.circumstances(run, language)):
        screen.wrapped(
            shown_on_a_line(line), indent=len(first), first=Text(first if at == 0 else " " * len(first), LABEL)
        )
    screen.line()


def _show_costs(screen: Screen, runs: tuple[Run, Run], language: Language) -> None:
    screen.line()
    screen.line(Text(say("eval_costs", language), LABEL))
    for key, run in zip(("eval_before", "eval_after"), runs, strict=True):
        for name, text in wording.costs(run.questions, language):
            screen.wrapped(f"{say(key, language)} {name}: {text}", indent=2)


def _show_missed(screen: Screen, missed: list[Outcome], language: Language) -> None:
    if not missed:
        screen.wrapped(say("eval_all_right", language))
        return
    screen.line(Text(say("eval_missed", language, number=len(missed)), LABEL))
    _list(screen, missed, "eval_more_missed", language)


def _list(screen: Screen, outcomes: list[Outcome], more: str, language: Language) -> None:
    """The first of the questions, and what went wrong with each; `more` tells how many there are besides."""
    for outcome in outcomes[:_SHOWN]:
        first = f"  {outcome.number}. "
        remark = f" – {shown_on_a_line(wording.miss(outcome, language))}"
        text = Text(shown_on_a_line(outcome.question)).append(remark, FAINT)
        screen.wrapped(text, indent=len(first), first=Text(first, FAINT))
    if len(outcomes) > _SHOWN:
        screen.note(say(more, language, number=len(outcomes) - _SHOWN))


def _table(alignments: tuple[str, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(max_width=_WIDEST_LABEL, overflow="fold")
    for alignment in alignments:
        table.add_column(justify="right" if alignment == "right" else "left")
    return table


def _heading(table: Table, text: str) -> None:
    if table.row_count:
        table.add_row()
    table.add_row(Text(text, LABEL))
