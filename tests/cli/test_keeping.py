"""What one may rely on when keeping an archive: `kildebot ingest`, `articles` and `remove`."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ARTICLES, Run, objects

PROGRAM = [sys.executable, "-c", "from bot.cli import main; main()"]
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def folder(home: Path) -> Path:
    folder = home / "articles"
    folder.mkdir()
    (folder / "ulv.md").write_text(
        "---\ntitle: Ulv i Lierne\n---\n\nEn ulv tok elleve sauer i Lierne natt til tirsdag.\n"
    )
    (folder / "laks.txt").write_text(
        "Laksen er tilbake\n\nLaksen er tilbake i Namsen etter fire magre år, sier fiskerne.\n"
    )
    return folder


def ids(ended: Any) -> list[str]:
    return [each["article"] for each in objects(ended.stdout)]


def done(ended: Any) -> dict[str, Any]:
    return objects(ended.stdout)[0]


# ingest


def test_an_ingest_ends_with_what_it_did(folder: Path, run: Run) -> None:
    (folder / "tom.txt").write_text("")

    ended = run("ingest", folder)

    assert ended.exit_code == 0
    assert f"skipped {folder}/tom.txt: " in ended.stdout
    assert "2 added, 0 changed, 0 unchanged, 0 removed, 1 skipped. The archive holds 2 articles." in ended.stdout


def test_the_same_ingest_again_changes_nothing(folder: Path, run: Run) -> None:
    run("ingest", folder)

    again = done(run("ingest", "--json", folder))

    assert (again["added"], again["changed"], sorted(again["unchanged"])) == ([], [], ["laks", "ulv"])


def test_a_changed_file_replaces_its_article(folder: Path, run: Run) -> None:
    run("ingest", folder)
    (folder / "ulv.md").write_text("---\ntitle: Ulv i Lierne\n---\n\nUlven i Lierne er skutt, sier lensmannen.\n")

    assert done(run("ingest", "--json", folder))["changed"] == ["ulv"]
    assert "skutt" in run("search", "ulven i Lierne").stdout


def test_prune_removes_what_is_gone_from_the_folder_and_nothing_else(folder: Path, archive: Path, run: Run) -> None:
    run("ingest", folder)
    (folder / "laks.txt").unlink()

    kept = done(run("ingest", "--json", folder))
    pruned = done(run("ingest", "--json", "--prune", folder))

    assert (kept["removed"], pruned["removed"]) == ([], ["laks"])
    assert sorted(ids(run("articles", "--json"))) == ["ferge", "skole", "ulv", "whale"]


def test_a_path_is_the_same_from_wherever_it_is_named(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("ingest", folder)
    (folder / "laks.txt").unlink()
    monkeypatch.chdir(folder.parent)

    assert done(run("ingest", "--json", "--prune", "articles"))["removed"] == ["laks"]


def test_what_is_stated_on_the_command_line_goes_before_the_file(folder: Path, run: Run) -> None:
    stated = ["--published", "2019-04", "--outlet", "Nordlys", "--genre", "editorial", "--language", "nb"]
    stated += ["--url", "https://nordlys.example/ulv", "--title", "Nok ulv"]

    run("ingest", *stated, folder / "ulv.md")

    [article] = objects(run("articles", "--json").stdout)
    assert (article["title"], article["outlet"], article["genre"]) == ("Nok ulv", "Nordlys", "editorial")
    assert (article["published"], article["published_from"]) == ("2019-04", "stated")
    assert (article["language"], article["url"]) == ("nb", "https://nordlys.example/ulv")


@pytest.mark.parametrize("date", ["i går", "2019-13", "25.04.2019", "19", ""])
def test_a_date_that_no_calendar_has_is_wrong_usage(date: str, folder: Path, run: Run) -> None:
    ended = run("ingest", "--published", date, folder)

    assert ended.exit_code == 2
    assert "is not a date like 2019, 2019-04 or 2019-04-25" in ended.stderr


def test_only_if_nothing_at_all_can_be_read_is_it_an_error(folder: Path, run: Run) -> None:
    broken = folder / "bilde.txt"
    broken.write_bytes(b"")

    ended = run("ingest", broken)

    assert ended.exit_code == 1
    assert ended.stderr.startswith("error: nothing could be taken in\nhint: ")
    assert run("ingest", broken, folder / "ulv.md").exit_code == 0


def test_a_path_that_is_not_there_is_wrong_usage(run: Run) -> None:
    ended = run("ingest", "nowhere")

    assert ended.exit_code == 2
    assert "'nowhere' does not exist" in ended.stderr


def test_an_article_that_takes_the_place_of_another_origins_is_told_of(folder: Path, archive: Path, run: Run) -> None:
    (folder / "ferge.txt").write_text("En annen ferge\n\nFergen til Vega er innstilt på grunn av uvær i hele dag.\n")

    assert "ferge took the place of an article with the same id from elsewhere" in run("ingest", folder).stdout


def test_the_sample_articles_leave_when_the_first_of_ones_own_come(folder: Path, run: Run) -> None:
    run("ask", "Hvem møtte Putin?")
    assert len(ids(run("articles", "--json"))) == 5

    first = run("ingest", folder)

    assert "The 5 sample articles have left" in first.stdout
    assert sorted(ids(run("articles", "--json"))) == ["laks", "ulv"]


def test_the_sample_articles_stay_where_one_asked_for_them_oneself(folder: Path, run: Run) -> None:
    samples = ROOT / "seeds"
    run("ask", "Hvem møtte Putin?")
    run("ingest", samples)

    run("ingest", folder)

    assert len(ids(run("articles", "--json"))) == 7


def test_an_ingest_that_could_read_nothing_leaves_the_samples_alone(home: Path, run: Run) -> None:
    run("ask", "Hvem møtte Putin?")
    empty = home / "empty.txt"
    empty.write_text("")

    run("ingest", empty)

    assert len(ids(run("articles", "--json"))) == 5


def test_vectors_can_be_made_anew_without_a_path(archive: Path, run: Run) -> None:
    assert run("ingest", "--reembed").exit_code == 0
    assert "60 biler" in run("ask", "Hvor mange biler tar fergen Heilhorn?").stdout


def test_an_interrupted_ingest_says_that_what_it_took_in_is_kept(home: Path) -> None:
    source = home / "many.jsonl"
    text = "Kommunestyret i Leka vedtok budsjettet for neste år i går kveld. " * 40
    source.write_text(
        "".join(json.dumps({"id": str(at), "text": f"{at} {text}"}) + "\n" for at in range(20_000)), "utf-8"
    )

    with subprocess.Popen(
        [*PROGRAM, "ingest", str(source)], stderr=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ
    ) as ingesting:
        database = home / "kildebot" / "archive.sqlite3-wal"
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not (database.exists() and database.stat().st_size > 500_000):
            time.sleep(0.05)
        ingesting.send_signal(signal.SIGINT)
        _, told = ingesting.communicate(timeout=30)

    assert ingesting.returncode == 130
    assert "what has been taken in is kept" in told
    assert "Traceback" not in told


# articles


def test_articles_are_listed_newest_first_and_the_undated_last(archive: Path, run: Run) -> None:
    assert ids(run("articles", "--json")) == ["skole", "ferge", "whale"]


def test_piped_articles_are_lines_with_tabs(archive: Path, run: Run) -> None:
    lines = run("articles").stdout.splitlines()

    assert lines[1] == "ferge\tNy ferge til Leka\tNamdalsposten\t2019-04-12\tnews"
    assert lines[2] == "whale\tA whale in the harbour\tBarents Times\t\tnews"


def test_articles_on_a_terminal_end_with_their_number_and_dates(archive: Path, run: Run) -> None:
    output = run("--color", "always", "articles").stdout

    assert output.splitlines()[-1] == "3 articles, 12 April 2019 – September 2021, 1 undated"


def test_an_empty_archive_lists_nothing_and_says_so_aside(run: Run) -> None:
    ended = run("articles")

    assert (ended.exit_code, ended.stdout) == (0, "")
    assert "holds no articles" in ended.stderr


def test_what_an_article_holds_cannot_act_on_the_terminal(home: Path, run: Run) -> None:
    source = home / "evil.jsonl"
    evil = "\x1b]0;eid\x07\x9b31m\u202e"
    article = {"id": "evil", "title": f"Tittel {evil}", "text": f"Ulven {evil} er skutt i Lierne.", "outlet": evil}
    source.write_text(json.dumps(article), "utf-8")

    output = run("ingest", source).stdout + run("articles").stdout + run("ask", "Er ulven skutt i Lierne?").stdout

    assert "Ulven" in output
    assert not set(output) & {"\x1b", "\x07", "\x9b", "\u202e"}


# remove


def test_a_removed_article_is_no_longer_found_and_no_byte_of_it_is_left(archive: Path, run: Run) -> None:
    ended = run("remove", "whale")

    assert (ended.exit_code, ended.stdout) == (0, "removed whale\n")
    assert ids(run("articles", "--json")) == ["skole", "ferge"]
    left = [path for path in archive.rglob("*") if path.is_file() and b"sperm whale" in path.read_bytes()]
    assert left == []


def test_an_unknown_id_is_an_error_that_names_the_nearest(archive: Path, run: Run) -> None:
    ended = run("remove", "fergen", "whale")

    assert ended.exit_code == 1
    assert ended.stdout == "removed whale\n"
    assert ended.stderr == "error: there is no article fergen\nhint: near it: ferge\n"


@pytest.mark.parametrize(
    "id_", ["../../etc/passwd", "/etc/passwd", "..", "a/../../b", "%2e%2e/x", "\x1b[31m", "\udcff", " "]
)
def test_an_id_is_never_taken_for_a_path(id_: str, archive: Path, run: Run) -> None:
    before = sorted(archive.parent.rglob("*"))

    ended = run("remove", id_)

    assert ended.exit_code == 1
    assert "\x1b" not in ended.stderr
    assert len(ids(run("articles", "--json"))) == len(ARTICLES)
    assert {*sorted(archive.parent.rglob("*"))} >= {*before} - {*archive.rglob("archive.sqlite3-*")}
