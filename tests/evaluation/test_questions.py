"""What one may rely on when writing a question set, by hand or by machine."""

import json
from pathlib import Path

import pytest

from bot.evaluation import SAMPLE_QUESTIONS, Expected, Faulty, Question, fitted, read_questions
from bot.memory import Turn
from bot.samples import sample_articles_folder
from tests.evaluation.samples import Shelf
from vectorstore.article import Article
from vectorstore.errors import ArticleRejected
from vectorstore.reading import read


def written(path: Path, *lines: object) -> Path:
    text = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines)
    path.write_text(text + "\n", "utf-8")
    return path


def only(path: Path) -> Question:
    [read] = read_questions(path)
    assert isinstance(read, Question), read
    return read


def test_a_question_and_its_answer_are_enough(tmp_path: Path) -> None:
    question = only(written(tmp_path / "q.jsonl", {"question": "Hvor lenge?", "answer": "to timer"}))

    assert (question.number, question.text, question.expected) == (1, "Hvor lenge?", Expected(("to timer",)))


def test_an_article_may_be_named_and_several_answers_be_right(tmp_path: Path) -> None:
    line = {"question": "Hvor lenge?", "answer": ["to timer", "120 minutter"], "article": "Første møte", "sort": "lett"}

    question = only(written(tmp_path / "q.jsonl", line))

    assert question.expected == Expected(("to timer", "120 minutter"), ("Første møte",))
    assert question.sort == "lett"


def test_null_is_a_question_that_no_article_answers(tmp_path: Path) -> None:
    assert only(written(tmp_path / "q.jsonl", {"question": "Hva koster den?", "answer": None})).expected is None
    assert only(written(tmp_path / "q.jsonl", {"question": "Hva koster den?", "docs": []})).expected is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"doc": "a1", "answer": "fem", "start": 12}, Expected(("fem",), ("a1",), 12)),
        ({"docs": ["a1", "a2"], "needles": ["fem", "5"]}, Expected(("fem", "5"), ("a1", "a2"), parts=True)),
        ({"docs": ["a1", "a2"]}, Expected(articles=("a1", "a2"))),
    ],
)
def test_the_sets_that_machines_write_are_read_too(line: dict[str, object], expected: Expected, tmp_path: Path) -> None:
    assert only(written(tmp_path / "q.jsonl", {"question": "Hvor mange?", **line})).expected == expected


@pytest.mark.parametrize("history", [["Hvem møtte han?"], [{"question": "Hvem møtte han?", "answer": "Kim. [1]"}]])
def test_a_follow_up_has_the_questions_before_it(history: list[object], tmp_path: Path) -> None:
    question = only(written(tmp_path / "q.jsonl", {"question": "Når?", "answer": "i mai", "history": history}))

    assert question.conversation.questions == ("Hvem møtte han?",)
    assert isinstance(question.conversation.turns[0], Turn)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("ikke json", "no JSON object"),
        ("[1, 2]", "no JSON object"),
        ("[" * 100_000, "no JSON object"),
        ('{"answer": "fem"}', "no question"),
        ('{"question": "  ", "answer": "fem"}', "no question"),
        ('{"question": 5, "answer": "fem"}', "no question"),
        ('{"question": "Hvor mange?"}', "no answer"),
        ('{"question": "Hvor mange?", "answer": true}', "its answer is no text"),
        ('{"question": "Hvor mange?", "answer": ""}', "its answer is no text"),
        ('{"question": "Hvor mange?", "answer": "fem", "doc": "a", "start": -1}', "its start"),
        ('{"question": "Hvor mange?", "answer": "fem", "history": [true]}', "its history is no text"),
    ],
)
def test_a_line_that_is_wrong_is_told_by_its_number_and_the_others_go_on(line: str, told: str, tmp_path: Path) -> None:
    good = {"question": "Hvor mange?", "answer": "fem"}

    first, wrong, last = read_questions(written(tmp_path / "q.jsonl", good, "", line, good))

    assert isinstance(first, Question)
    assert isinstance(wrong, Faulty)
    assert (wrong.number, told in wrong.error) == (3, True)
    assert isinstance(last, Question)
    assert last.number == 4


@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_table_that_a_spreadsheet_saved_is_read(between: str, encoding: str, tmp_path: Path) -> None:
    rows = [
        ["Question", "Answer", "Article", "Sort"],
        ["Når går fergen på søndager?", "«klokken åtte»", "Ny ferge", "tid"],
        ["Hva koster en Tesla på Røros?", "", "", ""],
        ["Hvem er på møtet på Ørlandet?", "", "møte", ""],
    ]
    path = tmp_path / "q.csv"
    path.write_bytes("\r\n".join(between.join(row) for row in rows).encode(encoding))

    first, second, third = [each for each in read_questions(path) if isinstance(each, Question)]

    assert (first.number, first.text, first.sort) == (2, "Når går fergen på søndager?", "tid")
    assert first.expected == Expected(("«klokken åtte»",), ("Ny ferge",))
    assert second.expected is None
    assert third.expected == Expected(articles=("møte",))


def test_a_row_may_have_line_breaks_in_quotation_marks_and_one_that_is_broken_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text('question,answer\n"Hva\nkostet den?",fem\n' + f'Hvem?,"{"x" * 200_000}"\n', "utf-8")

    first, broken = read_questions(path)

    assert isinstance(first, Question)
    assert (first.text, first.expected) == ("Hva\nkostet den?", Expected(("fem",)))
    assert isinstance(broken, Faulty)
    assert "cannot be read from here on" in broken.error


def test_a_number_is_an_answer_too(tmp_path: Path) -> None:
    assert only(written(tmp_path / "q.jsonl", {"question": "Hvor mange?", "answer": 41})).expected == Expected(("41",))


def test_half_a_character_does_not_stop_the_set(tmp_path: Path) -> None:
    assert only(written(tmp_path / "q.jsonl", '{"question": "Hva \\ud800?", "answer": "fem"}')).text == "Hva \ufffd?"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_bytes(bytes(range(256)) * 10)

    with pytest.raises(ArticleRejected, match="cannot decode"):
        list(read_questions(tmp_path / "q.jsonl"))


def test_the_questions_that_ship_fit_the_articles_that_ship() -> None:
    questions = [each for each in read_questions(SAMPLE_QUESTIONS) if isinstance(each, Question)]
    articles = [each for each in read(sample_articles_folder()) if isinstance(each, Article)]

    misfits = [each for each in fitted(questions, Shelf(*articles)) if each.misfit]

    assert len(questions) == len(SAMPLE_QUESTIONS.read_text("utf-8").splitlines()) == 30
    assert sum(each.expected is None for each in questions) == 6
    assert any(each.conversation.turns for each in questions)
    assert not misfits
