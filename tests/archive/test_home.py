"""The folder that holds an archive: who may read it, when it is full, read-only, of another version, or no archive at all."""

import contextlib
import gc
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.archive.forks import Forks
from tests.archive.samples import CountingEmbedder, answers, article, articles, found_by_words, nearest_article
from vectorstore import ArchiveUnusable
from vectorstore.archive import Grade, open_archive
from vectorstore.archive.schema import ARCHIVE
from vectorstore.database import Database

posix = pytest.mark.skipif(os.name != "posix", reason="rights and limits as POSIX has them")

_PREPARE = """
import os, resource
from pathlib import Path
from tests.archive.samples import *
from vectorstore import VectorstoreError
from vectorstore.archive import open_archive
for language in ("nb", "nn", "en"):
    stems(["ord"], language)
home = Path({home!r})
"""


def _run(children: Forks, home: Path, program: str) -> list[str]:
    """The lines that a child process prints; it may lower its rights and limits."""
    lines, code = children.start(_PREPARE.format(home=str(home)) + program).end()
    assert code == 0
    return lines


@posix
def test_only_its_owner_may_read_an_archive(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    with open_archive(home, CountingEmbedder()) as archive:
        archive.ingest(articles(2))
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        for name in ("archive.sqlite3", "archive.sqlite3-wal", "archive.sqlite3-shm", "archive.lock"):
            assert stat.S_IMODE((home / name).stat().st_mode) == 0o600, name
        for name in ("words/passages", "generations"):
            assert stat.S_IMODE((home / name).stat().st_mode) == 0o700, name


@posix
def test_an_archive_that_others_may_read_is_pointed_out(tmp_path: Path) -> None:
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        (tmp_path / "archive.sqlite3").chmod(0o644)
        finding = next(each for each in archive.check() if each.name == "folder")
    assert finding.grade is Grade.WARNING
    assert "chmod 600" in finding.hint


@posix
def test_a_read_only_archive_still_answers_and_says_why_it_takes_nothing_in(children: Forks) -> None:
    place = Path(tempfile.mkdtemp())  # pytest's own folders are closed to others
    home = place / "home"
    with open_archive(home, CountingEmbedder()) as archive:
        archive.ingest(articles(6))
    for path in [place, home, *home.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        said = _run(
            children,
            home,
            """
if os.geteuid() == 0:
    os.setegid(65534), os.seteuid(65534)
with open_archive(home, CountingEmbedder()) as archive:
    print(found_by_words(archive, "merke3v0"), nearest_article(archive, article(2).title + article(2).text[:500]), archive.open_vectors())
    print([each.grade.value for each in archive.check() if each.name == "folder"])
    for change in (lambda: archive.ingest([article(8)]), lambda: archive.remove(["sak/001"]), archive.reembed):
        try:
            change()
        except VectorstoreError as error:
            print("read-only" in error.message, bool(error.hint))
""",
        )
    finally:
        for path in [place, home, *home.rglob("*")]:
            path.chmod(0o700 if path.is_dir() else 0o600)
        shutil.rmtree(place)
    assert said == ["['sak/003'] sak/002 False", "['warning']", *["True True"] * 3]


@posix
@pytest.mark.parametrize("limit", [120_000, 250_000, 500_000, 900_000])
def test_a_full_disk_is_told_and_costs_nothing_that_was_taken_in(tmp_path: Path, children: Forks, limit: int) -> None:
    said = _run(
        children,
        tmp_path,
        f"""
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    with open_archive(home, CountingEmbedder()) as archive:
        try:
            print(len(archive.ingest(articles(150)).added))
        finally:
            print(archive.article_count, found_by_words(archive, "merke0v0"))
except VectorstoreError as error:
    print(type(error).__name__, bool(error.hint), "\\n" in error.message)
""",
    )
    assert said[-1] == "ArchiveUnusable True False" or "150" in said[0], said
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        for each in archive.articles():
            assert each in articles(150)
            assert found_by_words(archive, f"merke{int(each.id[-3:])}v0") == [each.id]
        assert Grade.ERROR not in {each.grade for each in archive.check()}
        done = archive.ingest(articles(150))
        assert len(done.added) + len(done.unchanged) == 150
        assert {each.grade for each in archive.check()} == {Grade.OK}


@posix
def test_too_few_open_files_are_told(tmp_path: Path, children: Forks) -> None:
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        archive.ingest(articles(3))
    said = _run(
        children,
        tmp_path,
        """
resource.setrlimit(resource.RLIMIT_NOFILE, (6, 6))
try:
    with open_archive(home, CountingEmbedder()) as archive:
        print(found_by_words(archive, "merke1v0"), archive.nearest(archive.embedder.embed_question("x"), 1)[0][0] > 0)
except VectorstoreError as error:
    print("told")
""",
    )
    assert said in (["told"], ["['sak/001'] True"])


def _of_version(version: int, home: Path, old: Path) -> None:
    """Write an archive as an older version had it: its tables, filled with what they knew."""
    shutil.copytree(home / "generations", old / "generations")
    with contextlib.closing(sqlite3.connect(old / "archive.sqlite3", isolation_level=None)) as connection:
        for statements in ARCHIVE.migrations[:version]:
            for statement in statements:
                connection.execute(statement)
        connection.execute("DELETE FROM meta")
        connection.execute("ATTACH ? AS new", (str(home / "archive.sqlite3"),))
        for table in ("meta", "articles", "passages", "embedders", "vectors", "removed", "generations"):
            columns = ", ".join(f'"{row[1]}"' for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")  # noqa: S608
        connection.execute(f"PRAGMA application_id = {ARCHIVE.application_id}")
        connection.execute(f"PRAGMA user_version = {version}")


@pytest.mark.parametrize("version", range(1, ARCHIVE.version))
def test_an_archive_of_an_older_version_is_brought_up_to_date_and_answers_the_same(
    tmp_path: Path, version: int
) -> None:
    questions = ["merke3v0", "regjeringen foreslår"]
    with open_archive(tmp_path / "home", CountingEmbedder()) as archive:
        archive.ingest(articles(5))
        expected = answers(archive, questions)
    _of_version(version, tmp_path / "home", tmp_path / "old")
    embedder = CountingEmbedder()
    with open_archive(tmp_path / "old", embedder) as archive:
        assert list(archive.articles()) == articles(5)
        assert not archive.open_vectors(), "a vector index of an older version names passages in another way"
        assert answers(archive, questions) == expected
        assert embedder.given == []
        archive.mend()
        assert archive.open_vectors()
        assert answers(archive, questions) == expected
        assert {each.grade for each in archive.check()} <= {Grade.OK, Grade.WARNING}
        assert embedder.given == [], "no vector is paid for twice"
        with archive._database.reading() as reading:
            assert reading.execute("SELECT 1 FROM sqlite_master WHERE name = 'articles_by_date'").fetchone()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files as Linux tells them")
def test_a_closed_archive_has_let_go_of_every_file(tmp_path: Path) -> None:
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        archive.ingest(articles(3))
        assert archive.open_vectors()
        assert found_by_words(archive, "merke1v0")
        nearest_article(archive, "x")
        archive.remove(["sak/001"])
    gc.collect()
    opened = [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    assert [each for each in opened if each.startswith(str(tmp_path))] == []


def test_an_archive_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        archive.ingest(articles(2))
    with contextlib.closing(sqlite3.connect(tmp_path / "archive.sqlite3")) as connection, connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = (tmp_path / "archive.sqlite3").read_bytes()
    with pytest.raises(ArchiveUnusable, match="newer") as raised:
        open_archive(tmp_path, CountingEmbedder())
    assert "upgrade" in raised.value.hint
    assert (tmp_path / "archive.sqlite3").read_bytes() == before


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "archive.sqlite3")) as connection, connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(ArchiveUnusable, match="not an archive"):
        open_archive(tmp_path)


def test_a_home_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveUnusable) as raised:
        open_archive(tmp_path / "file" / "home")
    assert raised.value.hint
    assert "\n" not in raised.value.message


def test_commits_are_forced_to_the_disk_and_deleted_rows_overwritten(tmp_path: Path) -> None:
    with open_archive(tmp_path, CountingEmbedder()) as archive, archive._database.reading() as connection:
        settings = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("synchronous", "secure_delete", "journal_mode")
        }
    assert settings == {"synchronous": 2, "secure_delete": 1, "journal_mode": "wal"}


def test_an_empty_archive_answers_with_nothing(tmp_path: Path) -> None:
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        assert archive.words.search_passages([[("sak", 1.0)]], 5) == []
        assert archive.nearest(archive.embedder.embed_question("x"), 5) == []
        assert archive.passages([1, 2]) == archive.passages_of(1) == []
        assert list(archive.articles()) == []
        assert archive.article("half \ud800") is None
        assert not archive.open_vectors()
        assert {each.grade for each in archive.check()} == {Grade.OK}


def test_two_processes_make_one_archive(tmp_path: Path) -> None:
    program = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from pathlib import Path
from vectorstore.archive import open_archive
print(len(open_archive(Path(sys.argv[2])).check()) > 0)
"""
    command = [sys.executable, "-c", program, json.dumps(sys.path), str(tmp_path / "home")]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [child.communicate(timeout=60)[0].strip() for child in children] == ["True"] * 3


def test_what_the_built_in_embedder_makes_is_found(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        archive.ingest(articles(3))
        assert nearest_article(archive, article(1).text[:500]) == "sak/001"


def test_a_transaction_that_a_signal_left_open_holds_nobody_up(tmp_path: Path) -> None:
    database = Database(tmp_path / "archive.sqlite3", ARCHIVE)
    with database._borrowed() as connection:
        connection.execute("BEGIN IMMEDIATE")  # and before there is anything that would roll back, the signal comes

    with database.writing() as connection:
        assert connection.in_transaction
    with database.reading() as connection:
        assert connection.in_transaction
    database.close()
