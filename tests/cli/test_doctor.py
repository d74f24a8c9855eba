"""What one may rely on about `kildebot doctor`."""

from io import BytesIO, TextIOWrapper
from pathlib import Path
from shutil import rmtree

import pytest

from bot.doctor import show
from bot.messages import Language
from bot.render import Screen
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


def test_sample_articles_are_told_as_such(run: Run) -> None:
    run("ask", "Hvem møtte Putin?")

    assert "sample articles" in findings(run)["samples"]["text"]


def test_a_terminal_without_signs_gets_plain_ones() -> None:
    written = BytesIO()
    file = TextIOWrapper(written, "ascii")
    show(Screen(file), [Finding("disk", Grade.ERROR, "is full", "make room")], Language.ENGLISH)
    file.flush()

    assert written.getvalue().startswith(b"X  ")
