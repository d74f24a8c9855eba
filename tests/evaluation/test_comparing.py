"""What is said of two runs over the same questions, and how a run is kept."""

import json
from pathlib import Path

import pytest

from bot.answer import Status, Usage
from bot.errors import EvaluationUnreadable, Trouble
from bot.evaluation import (
    Change,
    Outcome,
    Run,
    Verdict,
    compared,
    comparison_object,
    is_run,
    read_run,
    run_object,
)
from bot.render import json_line
from tests.evaluation.samples import missed, outcome, quoted, refused, run_of


def change(name: str, before: list[Outcome], after: list[Outcome]) -> Change:
    return next(each for each in compared(before, after).changes if each.measure.name == name)


def questions(right: int, wrong: int) -> list[Outcome]:
    """Some that went right, and then some that did not."""
    return [outcome(f"Nummer {n}?") if n < right else missed(f"Nummer {n}?") for n in range(right + wrong)]


def test_many_won_and_none_lost_is_more_than_chance() -> None:
    better = change("right_first", questions(10, 10), questions(16, 4))
    worse = change("right_first", questions(16, 4), questions(10, 10))

    assert (better.verdict, worse.verdict) == (Verdict.BETTER, Verdict.WORSE)
    assert better.difference == pytest.approx(0.3)
    assert better.p == worse.p == pytest.approx(2 / 2**6)


def test_a_few_won_may_be_chance() -> None:
    assert change("right_first", questions(10, 10), questions(13, 7)).verdict is Verdict.CHANCE
    assert change("right_first", questions(10, 10), questions(10, 10)).verdict is Verdict.SAME


def test_where_less_is_better_more_is_worse() -> None:
    refusing = [
        refused(f"Nummer {n}?", answerable=True, expected=("41 elever",), expected_in=("skole",)) for n in range(8)
    ]
    answering = [outcome(f"Nummer {n}?") for n in range(8)]

    assert change("wrongly_refused", answering, refusing).verdict is Verdict.WORSE
    assert change("answered", answering, refusing).verdict is Verdict.WORSE
    assert change("wrongly_refused", refusing, answering).verdict is Verdict.BETTER


def test_a_mean_is_judged_by_the_interval_of_its_difference() -> None:
    better = change("mrr", questions(5, 15), questions(15, 5))

    assert (better.verdict, better.p) == (Verdict.BETTER, None)
    assert better.interval
    assert 0 < better.interval[0] < better.difference < better.interval[1]  # type: ignore[operator]
    assert change("mrr", questions(10, 10), questions(11, 9)).verdict is Verdict.CHANCE


def test_what_one_run_has_none_of_is_not_judged() -> None:
    assert change("refused", questions(3, 0), questions(3, 0)).verdict is Verdict.NONE


def test_questions_are_paired_by_what_was_asked_not_by_their_lines() -> None:
    before = [outcome("A?", number=1), missed("B?", number=2), outcome("C?", number=3)]
    after = [outcome("B?", number=7), missed("A?", number=8), outcome("D?", number=9)]

    comparison = compared(before, after)

    assert [(one.question, other.question) for one, other in comparison.pairs] == [("A?", "A?"), ("B?", "B?")]
    assert [pair[0].question for pair in comparison.lost] == ["A?"]
    assert [pair[0].question for pair in comparison.won] == ["B?"]
    assert (comparison.only_before, comparison.only_after) == (1, 1)


def test_a_question_is_another_after_other_questions_or_with_another_answer() -> None:
    plain, follow, other = outcome("Når?"), outcome("Når?", earlier=("Hvem?",)), outcome("Når?", expected=("i mai",))

    assert len(compared([plain], [follow]).pairs) == 0
    assert len(compared([plain], [other]).pairs) == 0


def test_a_question_that_stands_twice_is_paired_in_order() -> None:
    twice = [outcome("Når?"), missed("Når?")]

    comparison = compared(twice, twice)

    assert (len(comparison.pairs), comparison.lost, comparison.won) == (2, [], [])


def test_runs_over_different_questions_are_not_judged() -> None:
    comparison = compared([outcome("A?")], [outcome("B?")])

    assert (comparison.pairs, comparison.only_before, comparison.only_after) == ((), 1, 1)
    assert {each.verdict for each in comparison.changes} == {Verdict.NONE}


# Kept


def kept(run: Run, path: Path) -> Path:
    path.write_text(json_line(run_object(run)) + "\n", "utf-8")
    return path


def test_a_run_is_read_as_it_was_kept(tmp_path: Path) -> None:
    run = run_of(
        outcome(sort="lett", earlier=("Hvem?",)),
        missed("Hva «mener» han\u2028om det?", trouble=Trouble.LATE, usage=Usage(10, 5, None)),
        refused(status=Status.PARTIAL),
        outcome(error="the archive is locked"),
        planned=9,
    )

    again = read_run(kept(run, tmp_path / "run.json"))

    assert again == run
    assert again.interrupted


def test_a_kept_run_tells_programs_the_sums_and_what_became_of_each_question(tmp_path: Path) -> None:
    run = run_of(
        outcome(), missed(citations=(quoted(right=False), quoted(right=True, number=2))), refused(), model="openai:x"
    )

    told = json.loads(kept(run, tmp_path / "run.json").read_text("utf-8"))

    assert told["settings"]["model"] == "openai:x"
    assert (told["settings"]["articles"], told["settings"]["revision"]) == (3, 7)
    assert told["sums"]["hit_1"] == {
        "total": 1,
        "n": 2,
        "value": 0.5,
        "interval": pytest.approx([0.0945, 0.9055], abs=1e-3),
    }
    assert told["sums"]["refused"]["value"] == 1
    assert told["sums"]["ask_seconds"] == {"p50": 0.02, "p95": 0.02}
    assert told["sums"]["dollars"] == 0
    assert [(each["rank"], each["right_first"], each["right_any"], each["well"]) for each in told["questions"]] == [
        (1, True, True, True),
        (2, False, True, False),
        (None, False, False, True),
    ]


def test_a_run_is_told_from_questions(tmp_path: Path) -> None:
    run = kept(run_of(outcome()), tmp_path / "run.json")
    pretty = tmp_path / "pretty.json"
    pretty.write_text(json.dumps(json.loads(run.read_text("utf-8")), indent=2), "utf-8")
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"question": "kildebot_eval?", "answer": "ja"}\n')

    assert (is_run(run), is_run(pretty), is_run(questions)) == (True, True, False)
    assert read_run(pretty) == read_run(run)


@pytest.mark.parametrize(
    ("find", "put"), [("}]}", ""), ('"questions"', '"svar"'), ('"kildebot_eval"', '"noe"'), ("0.9", '"a"')]
)
def test_a_file_that_holds_no_run_is_told_with_what_to_do(find: str, put: str, tmp_path: Path) -> None:
    path = kept(run_of(outcome()), tmp_path / "run.json")
    whole = path.read_text("utf-8")
    path.write_text(whole.replace(find, put), "utf-8")
    assert path.read_text("utf-8") != whole

    with pytest.raises(EvaluationUnreadable, match=r"run\.json") as refused:
        read_run(path)

    assert refused.value.hint
    assert "\n" not in refused.value.message


def test_a_comparison_tells_programs_what_changed() -> None:
    before, after = run_of(*questions(10, 10), model="a:b"), run_of(*questions(16, 4))

    told = json.loads(json_line(comparison_object((before, after), compared(before.questions, after.questions))))

    assert (told["before"]["model"], told["after"]["model"], told["questions"]) == ("a:b", "", 20)
    assert told["measures"]["right_first"]["verdict"] == "better"
    assert told["measures"]["refused"]["verdict"] == "none"
    assert [each["question"] for each in told["won"]] == [f"Nummer {n}?" for n in range(10, 16)]
    assert told["lost"] == []
