"""What one may rely on when keeping an archive: `kildebot ingest`, `articles` and `remove`."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from bot.wiring import open_articles, take_in_samples
from tests.cli.conftest import ARTICLES, Run, objects
from vectorstore import Article
from vectorstore.archive import Archive

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
    assert "2 added, 1 skipped. The archive holds 2 articles." in ended.stdout


def test_the_same_ingest_again_changes_nothing(folder: Path, run: Run) -> None:
    run("ingest", folder)

    again = done(run("ingest", "--json", folder))

    assert (again["added"], again["changed"], sorted(again["unchanged"])) == ([], [], ["laks", "ulv"])


def test_a_changed_file_replaces_its_article(folder: Path, run: Run) -> None:
    run("ingest", folder)
    (folder / "ulv.md").write_text("---\ntitle: Ulv i Lierne\n---\n\nUlven i Lierne er skutt, sier lensmannen.\n")

    assert done(run("ingest", "--json", folder))["changed"] == ["ulv"]
    assert "skutt" in run("search", "ulven i Lierne").stdout


def test_a_kind_that_is_not_known_is_told_of_and_the_article_goes_in(folder: Path, run: Run) -> None:
    (folder / "ulv.md").write_text("---\ngenre: eventyr\n---\n\nEn ulv tok elleve sauer i Lierne natt til tirsdag.\n")

    ended = run("ingest", folder)

    assert f"warning {folder}/ulv.md: genre: “eventyr” is no kind that is known\n" in ended.stdout
    assert "2 added." in ended.stdout
    [remark] = done(run("ingest", "--json", folder))["remarks"]
    assert remark["source"] == f"{folder}/ulv.md"
    assert done(run("ingest", "--json", "--genre", "news", folder))["remarks"] == []


def test_prune_removes_what_is_gone_from_the_folder_and_nothing_else(folder: Path, archive: Path, run: Run) -> None:
    run("ingest", folder)
    (folder / "laks.txt").unlink()

    kept = done(run("ingest", "--json", folder))
    pruned = done(run("ingest", "--json", "--prune", folder))

    assert (kept["removed"], pruned["removed"]) == ([], ["laks"])
    assert sorted(ids(run("articles", "--json"))) == ["ferge", "skole", "ulv", "whale"]


def test_a_line_that_cannot_be_read_keeps_prune_from_removing_and_is_named(home: Path, run: Run) -> None:
    export = home / "export.jsonl"
    lines = [json.dumps({"id": each, "text": f"Om {each} er det mye å si i Lierne."}) for each in ("ulv", "laks")]
    export.write_text("\n".join(lines))
    run("ingest", export)
    export.write_text(lines[0] + "\n{ikke json\n")

    as_json = done(run("ingest", "--json", "--prune", export))
    told = run("ingest", "--prune", export).stdout

    assert (as_json["removed"], as_json["prune_kept_for"]) == ([], [f"{export}:2"])
    assert f"--prune kept the articles that may be gone, because of what could not be taken in: {export}:2\n" in told
    assert "--prune kept" not in run("ingest", export).stdout


def test_a_file_that_cannot_be_read_keeps_only_its_own_article_from_prune(folder: Path, run: Run) -> None:
    run("ingest", folder)
    (folder / "laks.txt").unlink()
    (folder / "ulv.md").write_text("")
    (folder / "sau.txt").write_text("Sauene er hjemme\n\nSauene i Lierne er hjemme igjen etter en lang sommer.\n")

    ended = run("ingest", "--prune", folder)

    assert sorted(ids(run("articles", "--json"))) == ["sau", "ulv"]
    assert f"--prune kept what it may hold, because of what could not be taken in: {folder}/ulv.md\n" in ended.stdout


def test_what_is_passed_over_by_design_does_not_keep_prune_from_removing(folder: Path, run: Run) -> None:
    (folder / "bilde.jpg").write_bytes(b"\xff\xd8\xff")

    assert done(run("ingest", "--json", "--prune", folder))["prune_kept_for"] == []


def test_a_path_is_the_same_from_wherever_it_is_named(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("ingest", folder)
    (folder / "laks.txt").unlink()
    monkeypatch.chdir(folder.parent / "here")

    assert done(run("ingest", "--json", "--prune", "../articles"))["removed"] == ["laks"]


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


@pytest.mark.parametrize(("name", "code"), [("English", "en"), ("nynorsk", "nn"), ("nb-NO", "nb"), ("norsk", "")])
def test_a_language_may_be_stated_by_name(name: str, code: str, folder: Path, run: Run) -> None:
    run("ingest", "--language", name, folder / "ulv.md")

    [article] = objects(run("articles", "--json").stdout)
    assert article["language"] == code


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--language", "gammelt", "is not a language"), ("--url", "javascript:alert(1)", "is not a web address")],
)
def test_a_language_or_an_address_that_is_none_is_wrong_usage(
    option: str, value: str, said: str, folder: Path, run: Run
) -> None:
    ended = run("ingest", option, value, folder)

    assert ended.exit_code == 2
    assert said in ended.stderr


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are always text")
def test_a_folder_whose_name_is_no_text_is_taken_in_and_pruned(home: Path, run: Run) -> None:
    folder = Path(os.fsdecode(os.fsencode(home) + b"/\xff"))
    folder.mkdir()
    for name in ("ulv", "laks"):
        (folder / f"{name}.txt").write_text(f"Om {name} er det mye å si, sier fiskerne.\n")

    assert len(done(run("ingest", "--json", folder))["added"]) == 2
    (folder / "laks.txt").unlink()
    assert done(run("ingest", "--json", "--prune", folder))["removed"] == ["laks"]


@pytest.mark.skipif(sys.platform == "win32", reason="has no named pipes in folders")
def test_a_pipe_in_a_folder_is_not_waited_for(folder: Path, home: Path) -> None:
    os.mkfifo(folder / "ror.jsonl")

    ended = subprocess.run(
        [*PROGRAM, "ingest", folder], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )

    assert "ror.jsonl: not a file but a pipe" in ended.stdout


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


def test_a_file_that_came_in_with_its_folder_takes_nobodys_place_when_it_comes_alone(folder: Path, run: Run) -> None:
    run("ingest", folder)
    (folder / "ulv.md").write_text("# Ulv i Lierne\n\nUlven i Lierne er skutt, sier lensmannen.\n")

    ended = run("ingest", folder / "ulv.md")

    assert "1 changed" in ended.stdout
    assert "took the place" not in ended.stdout


def test_of_json_it_is_not_claimed_that_the_place_of_another_was_taken(home: Path, run: Run) -> None:
    """Articles from JSON have no file by which to tell."""
    folder = home / "exports"
    folder.mkdir()
    export = folder / "export.jsonl"
    export.write_text(json.dumps({"id": "ulv", "text": "En ulv tok elleve sauer i Lierne."}))
    run("ingest", folder)
    export.write_text(json.dumps({"id": "ulv", "text": "Ulven i Lierne er skutt, sier lensmannen."}))

    ended = done(run("ingest", "--json", export))

    assert (ended["changed"], ended["displaced"]) == (["ulv"], [])


def test_the_sample_articles_leave_when_the_first_of_ones_own_come(folder: Path, run: Run) -> None:
    run("ask", "Hvem møtte Putin?")
    assert len(ids(run("articles", "--json"))) == 5

    first = run("ingest", folder)

    assert "The 5 sample articles have left" in first.stdout
    assert sorted(ids(run("articles", "--json"))) == ["laks", "ulv"]


def test_of_a_single_sample_article_it_is_told_in_the_singular(folder: Path, run: Run) -> None:
    run("ask", "Hvem møtte Putin?")
    run("remove", *ids(run("articles", "--json"))[1:])

    assert "The sample article has left" in run("ingest", folder).stdout


def test_the_sample_articles_stay_where_one_asked_for_them_oneself(folder: Path, run: Run) -> None:
    samples = ROOT / "seeds"
    run("ask", "Hvem møtte Putin?")
    run("ingest", samples)

    run("ingest", folder)

    assert len(ids(run("articles", "--json"))) == 7


def test_an_article_of_ones_own_under_the_id_of_a_sample_stays_when_the_samples_leave(home: Path, run: Run) -> None:
    run("ask", "Hvem møtte Putin?")
    sample, *_ = ids(run("articles", "--json"))
    with open_articles(Settings(home=home / "kildebot")) as archive:  # as an ingest that was interrupted does
        archive.ingest([Article(sample, "", "Det regnet i Lierne hele natten.")], origin="own")

    (home / "sol.txt").write_text("I dag skinner solen over Lierne, sier alle.\n")
    run("ingest", home / "sol.txt")

    assert sorted(ids(run("articles", "--json"))) == sorted([sample, "sol"])


def test_an_ingest_that_could_read_nothing_leaves_the_samples_alone(home: Path, run: Run) -> None:
    run("ask", "Hvem møtte Putin?")
    empty = home / "empty.txt"
    empty.write_text("")

    run("ingest", empty)

    assert len(ids(run("articles", "--json"))) == 5


class Interrupting:
    """An archive whose first ingest is interrupted after two articles."""

    def __init__(self, archive: Archive) -> None:
        self.home = archive.home
        self.revision = archive.revision
        self._archive = archive

    def ingest(self, articles: Iterable[Article], *, origin: str) -> None:
        self._archive.ingest(islice(articles, 2), origin=origin)
        raise KeyboardInterrupt


def test_samples_that_were_interrupted_on_their_way_in_are_completed_by_the_next_question(home: Path, run: Run) -> None:
    with open_articles(Settings(home=home / "kildebot")) as archive, pytest.raises(KeyboardInterrupt):
        take_in_samples(Interrupting(archive))  # type: ignore[arg-type]
    assert len(ids(run("articles", "--json"))) == 2

    run("ask", "Hvem møtte Putin?")

    assert len(ids(run("articles", "--json"))) == 5
    run("remove", *ids(run("articles", "--json"))[:2])
    run("ask", "Hvem møtte Putin?")
    assert len(ids(run("articles", "--json"))) == 3


def test_samples_that_were_interrupted_on_their_way_in_leave_when_ones_own_come(
    home: Path, folder: Path, run: Run
) -> None:
    with open_articles(Settings(home=home / "kildebot")) as archive, pytest.raises(KeyboardInterrupt):
        take_in_samples(Interrupting(archive))  # type: ignore[arg-type]

    run("ingest", folder)
    run("ask", "Hvem møtte Putin?")

    assert sorted(ids(run("articles", "--json"))) == ["laks", "ulv"]


def test_vectors_can_be_made_anew_without_a_path(archive: Path, run: Run) -> None:
    assert run("ingest", "--reembed").exit_code == 0
    assert "60 biler" in run("ask", "Hvor mange biler tar fergen Heilhorn?").stdout


@pytest.mark.parametrize(
    ("presses", "name", "code"), [(1, "SIGINT", 130), (5, "SIGINT", 130), (1, "SIGTERM", 143), (5, "SIGHUP", 129)]
)
def test_an_ingest_that_is_interrupted_once_or_impatiently_says_that_what_it_took_in_is_kept(
    presses: int, name: str, code: int, home: Path
) -> None:
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
        for _ in range(presses):
            ingesting.send_signal(getattr(signal, name))
            time.sleep(0.02)
        _, told = ingesting.communicate(timeout=30)

    assert ingesting.returncode == code
    error, hint = told.split("\n")[1:3]
    assert error == "error: interrupted"
    assert hint == "hint: what has been taken in is kept; run the same command again to go on"
    assert told == f"\n{error}\n{hint}\n"


def test_an_ingest_that_ends_for_another_reason_than_a_signal_does_not_report_that_it_is_done(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: object) -> None:
        sys.exit("a library has given up")

    monkeypatch.setattr("bot.cli.intake.read", read)

    ended = run("ingest", folder)

    assert (ended.exit_code, ended.stdout) == (1, "a library has given up\n")


# The language


def test_what_is_done_to_the_archive_is_told_in_the_language_of_the_locale(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "nb_NO.UTF-8")

    taken_in = run("ingest", folder).stdout
    listed = run("--color", "always", "articles").stdout
    removed = run("remove", "ulv", "laks").stdout

    assert taken_in.startswith("2 lagt til. Arkivet har 2 artikler.")
    assert listed.splitlines()[-1] == "2 artikler, 2 udaterte"
    assert removed == "fjernet ulv\nfjernet laks\n"
    assert run("articles").stderr == "arkivet har ingen artikler (legg inn noen: kildebot ingest MAPPE)\n"


@pytest.mark.parametrize(
    ("locales", "language"),
    [
        ({"LANG": "nn_NO"}, "nb"),
        ({"LANG": "no"}, "nb"),
        ({"LANG": "nb_NO.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "nb_NO.UTF-8"}, "nb"),
        ({"LANG": "nb_NO.UTF-8", "LC_ALL": ""}, "nb"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "nbx"}, "en"),
        ({"LANG": "nb_NO.UTF-8", "KILDEBOT_LANGUAGE": "en"}, "en"),
        ({"LANG": "C", "KILDEBOT_LANGUAGE": "nb"}, "nb"),
        ({}, "en"),
    ],
)
def test_the_language_is_the_one_that_was_chosen_or_else_that_of_the_first_locale_that_is_set(
    locales: dict[str, str], language: str, archive: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in locales.items():
        monkeypatch.setenv(name, value)

    assert run("remove", "ferge").stdout == {"nb": "fjernet ferge\n", "en": "removed ferge\n"}[language]


def test_an_error_and_what_programs_read_are_the_same_in_every_language(
    archive: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "nb_NO.UTF-8")

    assert run("remove", "wheels").stderr.startswith("error: there is no article wheels")
    assert run("articles").stdout.splitlines()[0].endswith("\tNordlys\t2021-09\teditorial")


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


def test_an_id_is_told_with_all_its_blanks_and_on_one_line(archive: Path, run: Run) -> None:
    error, _ = run("remove", "en  id\nmed   blanke").stderr.splitlines()

    assert "en  id med   blanke" in error


def test_an_id_that_is_near_to_none_is_met_with_the_way_to_the_list(archive: Path, run: Run) -> None:
    assert (
        run("remove", "wheels").stderr == "error: there is no article wheels\nhint: kildebot articles lists the ids\n"
    )


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
