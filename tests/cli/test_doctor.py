"""What one may rely on about `kildebot doctor`."""

from contextlib import closing
from io import BytesIO, TextIOWrapper
from pathlib import Path
from shutil import rmtree

import pytest

from bot.doctor import show
from bot.messages import Language
from bot.render import Screen
from bot.settings import load_settings
from bot.wiring import budget_of
from tests.cli.conftest import Run, objects
from vectorstore.archive import Finding, Grade


def findings(run: Run) -> dict[str, dict[str, str]]:
    return {each["name"]: each for each in objects(run("doctor", "--json").stdout)[0]["findings"]}


def test_a_sound_archive_is_healthy(archive: Path, run: Run) -> None:
    ended = run("doctor", "--json")

    assert ended.exit_code == 0
    assert objects(ended.stdout)[0]["healthy"] is True


def test_each_finding_is_a_line_with_a_sign(archive: Path, run: Run) -> None:
    lines = run("doctor").stdout.splitlines()

    assert any(line.startswith("✓  python ") for line in lines)
    assert any("chromadb 1" in line for line in lines)


def test_where_there_is_no_archive_yet_it_says_how_to_get_one_and_makes_none(home: Path, run: Run) -> None:
    assert findings(run)["archive"]["hint"] == "take articles in: kildebot ingest PATH"
    assert not (home / "kildebot").exists()


def test_a_damaged_archive_is_an_error_with_a_hint(archive: Path, run: Run) -> None:
    for path in archive.glob("archive.sqlite3*"):
        path.write_bytes(b"no database at all" * 1000)

    ended = run("doctor", "--json")

    assert ended.exit_code == 1
    [wrong] = [each for each in objects(ended.stdout)[0]["findings"] if each["grade"] == "error"]
    assert wrong["hint"]


def test_a_home_that_is_a_file_is_an_error(home: Path, run: Run) -> None:
    (home / "file").write_text("")

    ended = run("--home", home / "file", "doctor", "--json")

    assert ended.exit_code == 1
    assert objects(ended.stdout)[0]["findings"][-1] == {
        "name": "archive",
        "grade": "error",
        "text": f"{home / 'file'} cannot be used: Not a directory",
        "hint": "choose another folder with --home",
    }


def test_an_embedding_provider_that_there_is_not_is_an_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILDEBOT_EMBEDDING", "tull:modell")

    assert run("doctor").exit_code == 1
    assert findings(run)["embedding"]["text"] == "LangChain knows no embedding provider tull"


def test_what_is_wrong_with_a_damaged_archive_is_said_once(archive: Path, run: Run) -> None:
    database = archive / "archive.sqlite3"
    whole = database.read_bytes()
    database.write_bytes(whole[:8192] + b"\xff" * 20_000 + whole[28_192:])

    ended = run("doctor", "--json")

    assert ended.exit_code == 1
    (wrong,) = [each for each in objects(ended.stdout)[0]["findings"] if each["grade"] == "error"]
    assert wrong["text"].count("is damaged") == 1


def test_an_index_that_is_missing_is_made_again_by_looking(archive: Path, run: Run) -> None:
    rmtree(archive / "words")

    assert findings(run)["word index"]["grade"] == "ok"
    assert (archive / "words").is_dir()


@pytest.mark.parametrize(
    ("locale", "verdict"), [("nb_NO.UTF-8", "Alt er i orden."), ("C.UTF-8", "All is well."), ("", "All is well.")]
)
def test_the_last_line_is_the_verdict_in_the_language_of_the_locale(
    locale: str, verdict: str, archive: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", locale)

    assert run("doctor").stdout.splitlines()[-1] == verdict


def test_a_verdict_that_is_not_good_names_what_is_wrong(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("doctor").stdout.splitlines()[-1] == "All works; warnings: archive."
    monkeypatch.setenv("KILDEBOT_EMBEDDING", "tull:modell")
    assert run("doctor").stdout.splitlines()[-1] == "Not all is well; errors: embedding."


def test_a_setting_that_cannot_be_is_a_finding(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILDEBOT_EMBEDING", "openai:text-embedding-3-small")

    ended = run("doctor")

    assert ended.exit_code == 1
    assert "→ did you mean KILDEBOT_EMBEDDING?" in ended.stdout


def test_the_settings_that_were_made_are_named(archive: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILDEBOT_LANGUAGE", "en")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1234")

    assert findings(run)["settings"]["text"] == "KILDEBOT_LANGUAGE=en, OPENAI_API_KEY=(set)"


def test_a_password_in_an_address_is_not_shown(archive: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://eva:hem@melig@llm.example/v1")

    assert findings(run)["settings"]["text"] == "OPENAI_BASE_URL=https://(set)@llm.example/v1"


def test_without_a_model_it_says_that_answers_are_quoted(archive: Path, run: Run) -> None:
    assert findings(run)["model"]["text"] == "none: answers are quoted"
    assert "spending" not in findings(run)


def test_it_says_which_model_writes_and_what_was_spent_today_without_asking_it(
    archive: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1234")
    with closing(budget_of(load_settings())) as budget:
        reserved = budget.reserve("openai:gpt-6-luna", 10_000, 2_000)
        assert reserved
        reserved.settle(10_000, 2_000)

    ended = run("doctor", "--json")

    found = {each["name"]: each for each in objects(ended.stdout)[0]["findings"]}
    assert (ended.exit_code, found["model"]["grade"]) == (0, "ok")
    assert found["model"]["text"] == "openai:gpt-6-luna, key set; not asked"
    assert found["spending"]["text"] == "today 12,000 of 10,000,000 tokens, $0.0020 of $2.00"
    assert "sk-1234" not in ended.output


def test_where_the_model_is_is_told_without_who_signs_in(
    archive: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KILDEBOT_MODEL", "openai:llama3")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://eva:hem@melig@127.0.0.1:9/v1?key=hemmelig")

    assert findings(run)["model"]["text"] == "openai:llama3 at http://127.0.0.1:9/v1, key not set; not asked"


def test_where_no_price_is_known_it_says_that_dollars_cannot_be_limited(
    archive: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KILDEBOT_MODEL", "openai:llama3")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")

    spending = findings(run)["spending"]

    assert "no price of openai:llama3 is known, so dollars cannot be limited" in spending["text"]
    assert (spending["grade"], spending["hint"]) == ("ok", "if it costs: KILDEBOT_PRICES=llama3=SENT/RECEIVED")
    monkeypatch.setenv("KILDEBOT_DAILY_TOKENS", "0")
    spending = findings(run)["spending"]
    assert (spending["grade"], spending["text"].endswith("; nothing limits it")) == ("warning", True)


def test_a_model_that_cannot_be_set_up_is_an_error_with_a_hint(
    archive: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KILDEBOT_MODEL", "tull:modell")

    assert run("doctor").exit_code == 1
    assert findings(run)["model"]["text"] == "tull:modell cannot be set up; answers are quoted"
    assert findings(run)["model"]["hint"]


@pytest.mark.parametrize("variable", ["LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"])
def test_tracing_that_sends_questions_to_others_is_a_warning(
    variable: str, archive: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "true")
    assert "tracing" not in findings(run)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1234")

    tracing = findings(run)["tracing"]

    assert tracing["grade"] == "warning"
    assert tracing["text"] == f"{variable} is set: questions and passages are sent to LangSmith"


def test_sample_articles_are_told_as_such(run: Run) -> None:
    run("ask", "Hvem møtte Putin?")

    assert "sample articles" in findings(run)["samples"]["text"]


def test_a_terminal_without_signs_gets_plain_ones() -> None:
    written = BytesIO()
    file = TextIOWrapper(written, "ascii")
    show(Screen(file), [Finding("disk", Grade.ERROR, "is full", "make room")], Language.ENGLISH)
    file.flush()

    assert written.getvalue().startswith(b"X  ")
