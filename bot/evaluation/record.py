"""A run, and the JSON object that it is kept as."""

from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.errors import EvaluationUnreadable
from bot.evaluation.comparing import Change, Comparison
from bot.evaluation.measures import measured, percentile, spent
from bot.evaluation.outcome import Outcome

FORMAT = 1
"""Of the object; grows when what was written before can no longer be read."""

_MARK = "kildebot_eval"  # the first key of the object; its value is the format
_DECIMALS = 6
_HINT = "write one with: kildebot eval FILE --save RUN.json"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """With what a run was made. `began` is UTC (ISO 8601); `questions` names the set; `model` is empty where answers are quoted."""

    version: str
    began: str
    questions: str
    model: str
    embedding: str
    language: str
    articles: int
    passages: int
    revision: int


@dataclass(frozen=True, slots=True)
class Run:
    """What became of each question that was asked, in order.

    `planned` is how many there were to ask; fewer were where it was `interrupted`. `skipped` lines held no question, and the answer to
    `unfit` ones is not in the archive.
    """

    settings: Circumstances
    questions: tuple[Outcome, ...]
    planned: int
    skipped: int = 0
    unfit: int = 0
    seconds: float = 0.0

    @property
    def interrupted(self) -> bool:
        return len(self.questions) < self.planned


_RUN = TypeAdapter(Run)


def run_object(run: Run) -> dict[str, object]:
    """The object, to be written as JSON: how it was made, the sums, and each question with what became of it."""
    told = asdict(run)
    return {
        _MARK: FORMAT,
        "settings": told["settings"],
        "planned": run.planned,
        "interrupted": run.interrupted,
        "skipped": run.skipped,
        "unfit": run.unfit,
        "seconds": round(run.seconds, 3),
        "sums": _sums(run),
        "questions": [_with_marks(each, run.questions[at]) for at, each in enumerate(told["questions"])],
    }


def comparison_object(runs: tuple[Run, Run], comparison: Comparison) -> dict[str, object]:
    """Two runs compared, to be written as JSON."""
    before, after = ({**asdict(run.settings)} for run in runs)
    return {
        "kildebot_comparison": FORMAT,
        "before": before,
        "after": after,
        "questions": len(comparison.pairs),
        "only_before": comparison.only_before,
        "only_after": comparison.only_after,
        "measures": {each.measure.name: _change(each) for each in comparison.changes},
        "lost": [_question(pair) for pair in comparison.lost],
        "won": [_question(pair) for pair in comparison.won],
    }


def is_run(path: Path) -> bool:
    """Whether a file holds a run rather than questions. Raises `OSError`."""
    with path.open("rb") as file:
        return file.read(64).lstrip(b" \t\r\n{\xef\xbb\xbf").startswith(f'"{_MARK}"'.encode())


def read_run(path: Path) -> Run:
    """The run that a file holds. Raises `EvaluationUnreadable`, and `OSError`."""
    if not is_run(path):
        raise EvaluationUnreadable(f"{path} holds no run", _HINT)
    try:
        return _RUN.validate_json(path.read_bytes())
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, fault["loc"]))
        raise EvaluationUnreadable(
            f"{path} holds a run that cannot be read: {where}: {fault['msg']}".replace(": :", ":"),
            "it may have been made by another version, or be cut off; make it anew",
        ) from None


def _change(change: Change) -> dict[str, object]:
    return {
        "before": change.before.value,
        "after": change.after.value,
        "difference": change.difference,
        "interval": change.interval,
        "p": change.p,
        "verdict": change.verdict,
    }


def _question(pair: tuple[Outcome, Outcome]) -> dict[str, object]:
    """A question that changed sides; its lines in the two sets may differ."""
    return {"before": pair[0].number, "after": pair[1].number, "question": pair[0].question}


def _sums(run: Run) -> dict[str, object]:
    usage = spent(run.questions)
    sums: dict[str, object] = {
        name: {
            "total": _rounded(ratio.total),
            "n": _rounded(ratio.n),
            "value": ratio.value and _rounded(ratio.value),
            "interval": ratio.interval and [_rounded(end) for end in ratio.interval],
        }
        for name, ratio in measured(run.questions).items()
    }
    for name in ("search_seconds", "ask_seconds"):
        times = [getattr(each, name) for each in run.questions if not each.error]
        sums[name] = {"p50": _rounded(percentile(times, 0.5)), "p95": _rounded(percentile(times, 0.95))}
    return {**sums, "input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens, "dollars": usage.dollars}


def _with_marks(told: dict[str, object], outcome: Outcome) -> dict[str, object]:
    """A question with what programs would else have to work out."""
    marks = {
        "rank": outcome.rank,
        "right_first": outcome.right_first,
        "right_any": outcome.right_any,
        "well": outcome.is_well,
    }
    return {**told, "confidence": _rounded(outcome.confidence), **marks}


def _rounded(number: float) -> float:
    return int(number) if number == int(number) else round(number, _DECIMALS)
