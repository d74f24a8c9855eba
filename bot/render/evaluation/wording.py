"""The numbers of an evaluation in words, for the table and the page alike."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.evaluation import (
    BY_NAME,
    GROUPS,
    Change,
    Group,
    Measure,
    Outcome,
    Ratio,
    Run,
    Verdict,
    by_sort,
    measured,
    percentile,
    ratio,
    share,
    spent,
)
from bot.messages import Language, count_in_words, decimal, say

_DOLLARS = 4  # decimals
_MRR = 2
_ROUNDING = 1e-9  # of a share that is all or none
_TROUBLED = BY_NAME["fallback"]
_NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Row:
    """A measure in words: what is counted, how many of how many, the share, and its interval."""

    label: str
    count: str
    value: str
    interval: str
    ratio: Ratio


def rows(group: Group, sums: dict[str, Ratio], language: Language) -> list[Row]:
    """The measures of a group that there is something to say of."""
    return [
        _row(measure, say(f"eval_{measure.name}", language), sums[measure.name], language)
        for measure in GROUPS[group]
        if is_telling(measure, sums[measure.name])
    ]


def is_telling(measure: Measure, *ratios: Ratio) -> bool:
    """Whether there is anything to say: no share of nothing, and no failure that did not happen."""
    is_failure = measure.group is Group.EVIDENCE and measure.better < 0
    return any(each.total if is_failure else each.n for each in ratios)


def groups(run: Run, language: Language) -> Iterator[tuple[str, list[Row]]]:
    """Each group of measures with its heading; and what went right of each sort of question, where there are sorts."""
    sums = measured(run.questions)
    for group in Group:
        found = rows(group, sums, language)
        yield say(f"eval_{group}", language), found + (_troubles(run, language) if group is Group.EVIDENCE else [])
    well = BY_NAME["well"]
    sorts = by_sort(run.questions)
    yield (
        say("eval_sorts", language),
        [_row(well, name or "–", ratio(well, each), language) for name, each in sorts.items()],
    )


def trouble_of(outcome: Outcome, language: Language) -> str:
    """Why the chat model did not write the answer, or not to its end; empty where it did, or none was asked."""
    return say(f"trouble_{outcome.trouble}", language, model=outcome.model) if outcome.trouble else ""


def costs(outcomes: Sequence[Outcome], language: Language) -> list[tuple[str, str]]:
    """How long it took, and what was asked of models."""
    told = []
    for name in ("search_seconds", "ask_seconds"):
        times = seconds(outcomes, name)
        half, nineteen = (duration(percentile(times, share), language) for share in (0.5, 0.95))
        text = ", ".join((say("eval_half", language, time=half), say("eval_nineteen", language, time=nineteen)))
        told.append((say(f"eval_{name}", language), text))
    usage = spent(outcomes)
    if usage.tokens:
        tokens = f"{whole(usage.input_tokens)} + {whole(usage.output_tokens)}"
        told.append((say("eval_tokens", language), tokens))
        told.append((say("eval_dollars", language), dollars(usage.dollars, language)))
    return told


def seconds(outcomes: Sequence[Outcome], name: str) -> list[float]:
    """How long each took that did not fail."""
    return [getattr(each, name) for each in outcomes if not each.error]


def circumstances(run: Run, language: Language) -> list[str]:
    """What was asked, of what, and with what."""
    settings, held = run.settings, count_in_words(run.settings.articles, language)
    named = settings.questions or say("eval_sample_questions", language)
    asked = say("eval_asked", language, name=named, number=len(run.questions), articles=held)
    if run.interrupted:
        asked = say(
            "eval_asked_partly", language, name=named, number=len(run.questions), planned=run.planned, articles=held
        )
    parts = [settings.model or say("eval_quoted", language), f"embedding {settings.embedding}"]
    told = [
        asked,
        ", ".join([*parts, say("eval_revision", language, number=settings.revision)]),
    ]
    if run.skipped or run.unfit:
        told.append(say("eval_not_counted", language, skipped=run.skipped, unfit=run.unfit))
    return told


def missed(run: Run) -> list[Outcome]:
    return [each for each in run.questions if not each.is_well]


def miss(outcome: Outcome, language: Language) -> str:
    """What went wrong, in a few words; empty where nothing did."""
    if outcome.is_well:
        return ""
    if outcome.error:
        return say("eval_miss_failed", language, reason=outcome.error)
    if not outcome.answerable:
        return say("eval_miss_answered", language)
    if outcome.right_any:
        number = next(each.number for each in outcome.citations if each.right)
        return say("eval_miss_later", language, number=number)
    if outcome.rank is None:
        return say("eval_miss_unfound", language)
    return say("eval_miss_refused" if outcome.refused else "eval_miss_other", language, rank=outcome.rank)


def value_of(measure: Measure, value: float | None, language: Language) -> str:
    """A measure's value; a dash where there is none."""
    if value is None:
        return "–"
    return percent(value, language) if measure.is_share else decimal(value, _MRR, language)


def difference_of(change: Change, language: Language) -> str:
    """How much the second run has more or less, in points of a hundred."""
    if change.difference is None:
        return "–"
    points = change.difference * (100 if change.measure.is_share else 1)
    text = decimal(abs(points), 1 if change.measure.is_share else _MRR, language)
    if not text.strip("0.,"):
        return text
    return f"{'−' if points < 0 else '+'}{text}"


def verdict_of(change: Change, language: Language) -> str:
    """What may be said of it, and how probable chance makes it where that is known."""
    if change.verdict is Verdict.NONE:
        return "–"
    words = say(f"eval_{change.verdict}", language)
    if change.p is None or change.verdict is Verdict.SAME:
        return words
    p = f"p < {decimal(0.001, 3, language)}" if change.p < 0.001 else f"p = {decimal(change.p, 3, language)}"
    return f"{words}, {p}".replace(" ", _NO_BREAK).replace(f",{_NO_BREAK}", ", ")


def percent(share: float, language: Language) -> str:
    """A share in per cent. Whole, but that 100 and 0 are only for all and none."""
    sign = f"{_NO_BREAK}%" if language is Language.NORWEGIAN else "%"
    return f"{_percent(share, language)}{sign}"


def duration(seconds: float, language: Language) -> str:
    """`12 ms`, `1.4 s`."""
    if seconds < 1:
        return f"{1000 * seconds:.0f}{_NO_BREAK}ms"
    return f"{decimal(seconds, 1, language)}{_NO_BREAK}s"


def whole(number: float) -> str:
    """A whole number in groups of three."""
    return f"{int(number):,}".replace(",", _NO_BREAK)


def dollars(amount: float | None, language: Language) -> str:
    return say("eval_price_unknown", language) if amount is None else f"${decimal(amount, _DOLLARS, language)}"


def _troubles(run: Run, language: Language) -> list[Row]:
    """How often each thing went wrong with the chat model, the most frequent first."""
    counted = Counter(filter(None, (trouble_of(each, language) for each in run.questions)))
    return [
        _row(_TROUBLED, f"– {text}", share(number, len(run.questions)), language)
        for text, number in counted.most_common()
    ]


def _row(measure: Measure, label: str, counted: Ratio, language: Language) -> Row:
    count = say("eval_of", language, total=int(counted.total), n=int(counted.n)) if measure.is_share else ""
    return Row(label, count, value_of(measure, counted.value, language), _interval(measure, counted, language), counted)


def _interval(measure: Measure, counted: Ratio, language: Language) -> str:
    if counted.interval is None:
        return ""
    low, high = counted.interval
    if measure.is_share:
        return f"{_percent(low, language)}–{percent(high, language)}"
    return f"{decimal(low, _MRR, language)}–{decimal(high, _MRR, language)}"


def _percent(share: float, language: Language) -> str:
    rounded = round(100 * share)
    if _ROUNDING < share < 1 - _ROUNDING and rounded in {0, 100}:
        return decimal(min(99.9, max(0.1, 100 * share)), 1, language)
    return str(rounded)
