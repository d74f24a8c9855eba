"""What one may rely on when measuring: `kildebot eval`."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ARTICLES, Run, objects

QUESTIONS: tuple[dict[str, object], ...] = (
    {"question": "Hvor mange biler tar fergen Heilhorn?", "answer": "60 biler", "article": "ferge", "sort": "tall"},
    {"question": "Hvor mange elever har skolen på Leka?", "answer": "41 elever", "article": "La skolen på Leka leve"},
    {"question": "Hva koster en Tesla i Kina?", "answer": None},
    {"question": "How long was the whale?", "answer": "14 metres"},
    {
        "question": "Og hvor lang tid tar overfarten?",
        "answer": "25 minutter",
        "history": ["Når begynte fergen Heilhorn?"],
    },
)


@pytest.fixture
def file(archive: Path, home: Path) -> Path:
    """A question set about the articles in the archive."""
    return written(home / "spm.jsonl", *QUESTIONS)


def written(path: Path, *lines: object) -> Path:
    text = "".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in lines)
    path.write_text(text, "utf-8")
    return path


def told(output: str) -> dict[str, Any]:
    [run] = objects(output)
    return run


def test_a_question_set_is_asked_and_the_table_printed(file: Path, run: Run) -> None:
    ended = run("eval", file)

    assert (ended.exit_code, ended.stderr) == (0, "")
    assert "spm.jsonl: 5 asked, about 3 articles" in ended.stdout
    assert re.search(r"the first passage holds it +4 of 4 +100% +51–100%\n", ended.stdout)
    assert re.search(r"refused, as it should be +1 of 1 +100%", ended.stdout)
    assert re.search(r"quotes word for word +(\d+) of \1 +100%", ended.stdout)
    assert re.search(r"^  tall +1 of 1", ended.stdout, re.MULTILINE)


def test_json_has_how_it_was_made_the_sums_and_each_question(file: Path, run: Run) -> None:
    made = told(run("eval", "--json", file).stdout)

    assert made["settings"]["questions"] == "spm.jsonl"
    assert (made["settings"]["articles"], made["settings"]["model"]) == (3, "")
    assert made["settings"]["revision"] >= 3
    assert made["settings"]["embedding"].startswith("subword-")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", made["settings"]["began"])
    assert [each["question"] for each in made["questions"]] == [each["question"] for each in QUESTIONS]
    assert [each["rank"] for each in made["questions"]] == [1, 1, None, 1, 1]
    assert made["sums"]["quotes_exact"]["value"] == 1
    assert (made["planned"], made["interrupted"], made["skipped"], made["unfit"]) == (5, False, 0, 0)


def test_each_quote_and_passage_is_where_it_says_in_its_article(file: Path, run: Run) -> None:
    texts = {each["id"]: each["text"] for each in ARTICLES}

    for question in told(run("eval", "--json", file).stdout)["questions"]:
        for cited in question["citations"]:
            assert cited["quote"] == texts[cited["article"]][cited["start"] : cited["end"]]
        for passage in question["passages"]:
            assert passage["text"] == texts[passage["article"]][passage["start"] : passage["end"]]


def test_a_line_that_is_wrong_is_one_line_and_the_others_are_asked(file: Path, run: Run) -> None:
    written(file, QUESTIONS[0], "{ikke json", {"question": "Hvem?"}, QUESTIONS[1])

    ended = run("eval", file)

    assert ended.exit_code == 0
    first, second = ended.stderr.splitlines()
    assert first.startswith("skipped line 2: it is no JSON object")
    assert second.startswith("skipped line 3: it has no answer")
    assert "2 asked" in ended.stdout
    assert "lines without a question: 2; questions whose answer is not in the archive: 0" in ended.stdout


def test_what_does_not_fit_the_archive_is_warned_of_and_not_counted(file: Path, run: Run) -> None:
    strangers = [
        {"question": "Hvor mange?", "answer": "99 biler"},
        {"question": "Hvor mange?", "answer": "99 biler", "article": "ferge"},
        {"question": "Hvor mange?", "answer": "60 biler", "article": "borte"},
    ]
    written(file, *strangers, QUESTIONS[0])

    ended = run("eval", file)

    assert ended.stderr.splitlines() == [
        "warning: line 1: “99 biler” stands in no article; the question is not counted",
        "warning: line 2: “99 biler” does not stand in ferge; the question is not counted",
        "warning: line 3: the archive has no article borte; the question is not counted",
    ]
    assert "1 asked" in ended.stdout
    assert "questions whose answer is not in the archive: 3" in ended.stdout


def test_hundreds_of_warnings_are_ten_and_their_number(file: Path, run: Run) -> None:
    written(file, *[{"question": "Hvor mange?", "answer": "99 biler"}] * 300, QUESTIONS[0])

    lines = run("eval", file).stderr.splitlines()

    assert (len(lines), lines[-1]) == (11, "… and 290 more")


@pytest.mark.parametrize(
    ("lines", "hint"),
    [
        ((), "kildebot eval --help"),
        (("nei",), "kildebot eval --help"),
        (({"question": "?", "answer": "99"},), "--home"),
    ],
)
def test_a_set_without_a_question_to_ask_is_an_error(
    lines: tuple[object, ...], hint: str, file: Path, run: Run
) -> None:
    ended = run("eval", written(file, *lines))

    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "error: there is no question to ask\n" in ended.stderr
    assert hint in ended.stderr.splitlines()[-1]


def test_an_empty_archive_is_an_error_and_no_sample_is_taken_in(home: Path, run: Run) -> None:
    ended = run("eval", written(home / "spm.jsonl", *QUESTIONS))

    assert (ended.exit_code, ended.stderr.splitlines()[0]) == (1, "error: the archive holds no articles")
    assert run("articles").stdout == ""


def test_it_speaks_the_language_of_the_settings(file: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILDEBOT_LANGUAGE", "nb")

    ended = run("eval", written(file, QUESTIONS[0], "nei"))

    assert "spm.jsonl: 1 spørsmål om 3 artikler" in ended.stdout
    assert ended.stderr.startswith("hoppet over linje 2: ")


# Keeping, showing again, comparing


def test_a_run_that_was_kept_is_shown_again_without_asking(file: Path, home: Path, run: Run) -> None:
    kept = home / "run.json"
    first = run("eval", file, "--save", kept)
    run("remove", "ferge", "skole", "whale")

    again = run("eval", kept)

    assert (again.exit_code, again.stdout) == (0, first.stdout)
    assert run("eval", "--json", kept).stdout == kept.read_text("utf-8")


def test_the_exit_code_tells_of_a_question_that_could_not_be_asked(file: Path, home: Path, run: Run) -> None:
    made = told(run("eval", file, "--json").stdout)
    made["questions"][0]["error"] = "the archive is locked"
    (home / "run.json").write_text(json.dumps(made), "utf-8")

    ended = run("eval", home / "run.json")

    assert ended.exit_code == 1
    assert re.search(r"^  failed +1 of 5", ended.stdout, re.MULTILINE)


def test_two_runs_are_compared(file: Path, home: Path, run: Run) -> None:
    run("eval", file, "--save", home / "a.json")
    made = told((home / "a.json").read_text("utf-8"))
    made["questions"][0]["citations"] = []
    (home / "b.json").write_text(json.dumps(made), "utf-8")

    ended = run("eval", "--compare", home / "a.json", home / "b.json", "--html", home / "c.html")
    as_json = told(run("eval", "--compare", home / "a.json", home / "b.json", "--json").stdout)

    assert ended.exit_code == 0
    assert re.search(r"the first citation is right .* −25.0 +may.be.chance, p.=.1.000", ended.stdout)
    assert "FROM RIGHT TO WRONG (1)\n  1. Hvor mange biler tar fergen Heilhorn?" in ended.stdout
    assert [each["question"] for each in as_json["lost"]] == ["Hvor mange biler tar fergen Heilhorn?"]
    assert "Heilhorn" in (home / "c.html").read_text("utf-8")


def test_what_is_no_run_cannot_be_compared(file: Path, run: Run) -> None:
    ended = run("eval", "--compare", file, file)

    assert ended.exit_code == 1
    assert [line.partition(":")[0] for line in ended.stderr.splitlines()] == ["error", "hint"]


def test_the_page_is_written_beside_the_table(file: Path, home: Path, run: Run) -> None:
    ended = run(
        "eval",
        written(file, *QUESTIONS, {"question": "Hvor er <b>hvalen</b>?", "answer": None}),
        "--html",
        home / "side.html",
    )
    page = (home / "side.html").read_text("utf-8")

    assert "6 asked" in ended.stdout
    assert "6 asked" in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["{file}", "--html", "{file}"], "what is written would replace what is read"),
        (["{file}", "--save", "{file}"], "what is written would replace what is read"),
        (["--html", "x", "--save", "x"], "what is written would replace what is read"),
        (["--compare", "{file}", "{file}", "--html", "{file}"], "what is written would replace what is read"),
        (["{file}", "--html", "nowhere/side.html"], "there is no folder"),
        (["{file}", "--compare", "{file}", "{file}"], "--compare takes two runs"),
        (["--save", "x", "--compare", "{file}", "{file}"], "--compare takes two runs"),
        (["missing.jsonl"], "does not exist"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_asked(
    arguments: list[str], error: str, file: Path, run: Run
) -> None:
    before = file.read_text("utf-8")

    ended = run("eval", *(each.format(file=file) for each in arguments))

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert error in ended.stderr
    assert file.read_text("utf-8") == before


def test_without_a_set_the_samples_are_asked_about_and_ones_own_archive_is_left_alone(archive: Path, run: Run) -> None:
    before = run("articles", "--json").stdout

    ended = run("eval", "--json")
    made = told(ended.stdout)

    assert ended.exit_code == 0
    assert (made["settings"]["articles"], made["planned"], made["unfit"], made["skipped"]) == (5, 30, 0, 0)
    assert made["sums"]["quotes_exact"]["value"] == made["sums"]["claims_proven"]["value"] == 1
    assert made["sums"]["hit_10"]["value"] > 0.9
    assert run("articles", "--json").stdout == before


def test_what_a_model_costs_on_the_samples_is_counted_in_ones_own_home(
    home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KILDEBOT_MODEL", "nobody:nothing")

    ended = run("eval")

    assert (ended.exit_code, ended.stderr) == (0, "")
    assert re.search(r"the model failed +30 of 30", ended.stdout)
    assert (home / "kildebot" / "spending.sqlite3").exists()
    assert not (home / "kildebot" / "archive.sqlite3").exists()


# On a terminal


@pytest.mark.skipif(sys.platform == "win32", reason="has no such terminal")
def test_ctrl_c_ends_with_what_there_is_so_far(file: Path, home: Path) -> None:
    import pexpect

    written(file, *QUESTIONS * 400)
    command = ["-c", "from bot.cli import main; main()", "eval", str(file), "--save", str(home / "run.json")]
    asking = pexpect.spawn(
        sys.executable, command, cwd=Path(__file__).parent.parent.parent, encoding="utf-8", timeout=30
    )
    asking.expect(r" [1-9]\d*/2000")
    asking.sendintr()
    asking.expect("error: interrupted")
    shown = asking.before or ""
    asking.expect(pexpect.EOF)
    asking.close()

    made = json.loads((home / "run.json").read_text("utf-8"))
    assert asking.exitstatus == 130
    assert made["interrupted"]
    assert 0 < len(made["questions"]) < 2_000
    assert f"the first {len(made['questions'])} of 2000 asked" in " ".join(shown.split())
