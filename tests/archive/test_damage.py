"""Whatever becomes of an index, the answers stay the same; what becomes of the archive itself never becomes a wrong quote."""

import contextlib
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.archive.conftest import MadeOnce
from tests.archive.samples import Answer, CountingEmbedder, answers, article, articles, files, found_by_words
from vectorstore import ArchiveDamaged, VectorstoreError
from vectorstore.archive import Grade, lock, open_archive

_ARTICLES = 16
_QUESTIONS = ["merke3v0", "regjeringen foreslår", "sykehuset i kommunen merke11v0"]


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    chance = random.Random(path.name)
    for _ in range(max(1, len(content) // 1000)):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


_DAMAGES: dict[str, Callable[[Path], None]] = {
    "cut in half": _truncate,
    "emptied": _empty,
    "missing": Path.unlink,
    "bits flipped": _flip,
}


def _build(home: Path) -> None:
    with open_archive(home, CountingEmbedder()) as archive:
        archive.ingest(articles(_ARTICLES))


@pytest.fixture(scope="module")
def sound(made_once: MadeOnce, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[list[Answer]]]:
    """An archive to be copied, and what it answers, by the articles themselves and through the vector index."""
    home = made_once("sound", _build)
    with open_archive(_copy(home, tmp_path_factory.mktemp("sound")), CountingEmbedder()) as archive:
        exactly = answers(archive, _QUESTIONS)
        assert archive.open_vectors()
        assert answers(archive, _QUESTIONS) == exactly
    return home, exactly


def _copy(sound: Path, place: Path) -> Path:
    """A copy of the home in a folder of its own: an archive that was closed may still be letting go of the one before."""
    return shutil.copytree(sound, Path(tempfile.mkdtemp(dir=place)) / "home")


def _damaged(sound: Path, place: Path, folder: str, damage: str) -> Iterator[tuple[str, Path]]:
    """A copy of the home for each file of an index, with that file damaged."""
    for original in files(sound / folder):
        if original.name.endswith(".lock"):
            continue
        home = _copy(sound, place)
        _DAMAGES[damage](home / original.relative_to(sound))
        yield original.name, home


@pytest.mark.parametrize("damage", _DAMAGES)
def test_a_damaged_vector_index_changes_no_answer_and_is_made_anew_by_the_next_ingest(
    sound: tuple[Path, list[list[Answer]]], tmp_path: Path, damage: str
) -> None:
    for name, home in _damaged(sound[0], tmp_path, "generations", damage):
        with open_archive(home, CountingEmbedder()) as archive:
            usable = archive.open_vectors()
            assert not usable or name == "chroma.sqlite3", (
                "any other file is as it was sealed, or the index is not opened"
            )
            assert answers(archive, _QUESTIONS) == sound[1], name
            if not usable:
                assert "vector index" in {each.name for each in archive.check() if each.grade is Grade.WARNING}, name
            archive.ingest([])
        with open_archive(home, CountingEmbedder()) as archive:
            assert archive.open_vectors(), name
            assert answers(archive, _QUESTIONS) == sound[1], name
            assert {each.grade for each in archive.check()} == {Grade.OK}, name


@pytest.mark.parametrize("damage", _DAMAGES)
def test_a_damaged_word_index_changes_no_answer_and_is_made_anew_by_who_finds_it(
    sound: tuple[Path, list[list[Answer]]], tmp_path: Path, damage: str
) -> None:
    for name, home in _damaged(sound[0], tmp_path, "words", damage):
        with lock.writer(home), open_archive(home, CountingEmbedder()) as archive:
            assert answers(archive, _QUESTIONS) == sound[1], f"{name}, while another writes"
        with open_archive(home, CountingEmbedder()) as archive:
            assert answers(archive, _QUESTIONS) == sound[1], name
            assert "word index" not in {each.name for each in archive.check() if each.grade is not Grade.OK}, name


@pytest.mark.parametrize("folder", ["words", "generations"])
def test_an_index_may_be_deleted_at_any_time(
    sound: tuple[Path, list[list[Answer]]], tmp_path: Path, folder: str
) -> None:
    home = shutil.copytree(sound[0], tmp_path / "home")
    with open_archive(home, CountingEmbedder()) as archive:
        shutil.rmtree(home / folder)
        assert answers(archive, _QUESTIONS) == sound[1]
    with open_archive(home, CountingEmbedder()) as archive:
        assert answers(archive, _QUESTIONS) == sound[1]
        archive.ingest([])
        assert archive.open_vectors()
        assert answers(archive, _QUESTIONS) == sound[1]


def test_files_of_two_generations_are_not_mixed(sound: tuple[Path, list[list[Answer]]], tmp_path: Path) -> None:
    with open_archive(tmp_path / "other", CountingEmbedder()) as archive:
        archive.ingest(articles(_ARTICLES, version=1))
    other = {path.name: path for path in files(tmp_path / "other" / "generations")}
    for original in files(sound[0] / "generations"):
        home = _copy(sound[0], tmp_path)
        shutil.copy(other[original.name], home / original.relative_to(sound[0]))
        with open_archive(home, CountingEmbedder()) as archive:
            archive.open_vectors()
            assert answers(archive, _QUESTIONS) == sound[1], original.name


def test_a_vector_index_that_has_lost_a_record_is_not_used(
    sound: tuple[Path, list[list[Answer]]], tmp_path: Path
) -> None:
    home = shutil.copytree(sound[0], tmp_path / "home")
    (chroma,) = (home / "generations").rglob("chroma.sqlite3")
    with contextlib.closing(sqlite3.connect(chroma)) as connection, connection:
        connection.execute("DELETE FROM embeddings WHERE id = (SELECT max(id) FROM embeddings)")
    connection.close()
    with open_archive(home, CountingEmbedder()) as archive:
        assert not archive.open_vectors()
        assert answers(archive, _QUESTIONS) == sound[1]


def _change(home: Path, statement: str, *values: object) -> None:
    with contextlib.closing(sqlite3.connect(home / "archive.sqlite3")) as connection, connection:
        connection.execute(statement, values)
    connection.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE articles SET text = replace(text, 'merke3v0', 'merke3vX') WHERE id = 'sak/003'",
        "UPDATE articles SET title = title || '!' WHERE id = 'sak/003'",
        "UPDATE articles SET month = 13 WHERE id = 'sak/003'",
        "UPDATE articles SET genre = 'nonsense' WHERE id = 'sak/003'",
        "UPDATE articles SET text = x'ff00ff' WHERE id = 'sak/003'",
    ],
)
def test_an_article_that_is_not_as_it_was_written_is_never_shown(
    sound: tuple[Path, list[list[Answer]]], tmp_path: Path, change: str
) -> None:
    home = shutil.copytree(sound[0], tmp_path / "home")
    _change(home, change)
    with open_archive(home, CountingEmbedder()) as archive:
        assert archive.article("sak/003") is None
        assert found_by_words(archive, "merke3v0") == []
        assert "sak/003" not in {each.id for each in archive.articles()}
        assert "sak/003" in next(each.text for each in archive.check() if each.name == "articles")
        archive.ingest([article(3)])
        assert archive.article("sak/003") == article(3)


def test_a_passage_beyond_its_article_is_never_shown(sound: tuple[Path, list[list[Answer]]], tmp_path: Path) -> None:
    home = shutil.copytree(sound[0], tmp_path / "home")
    _change(home, 'UPDATE passages SET "end" = 1000000 WHERE article = 4')
    with open_archive(home, CountingEmbedder()) as archive:
        assert archive.passages_of(4) == []
        assert found_by_words(archive, "merke3v0") == []


def test_random_damage_to_the_database_is_told_and_never_makes_a_wrong_quote(
    sound: tuple[Path, list[list[Answer]]], tmp_path: Path
) -> None:
    truth = {each.id: each for each in articles(_ARTICLES)}
    chance = random.Random(7)
    told = 0
    for _ in range(25):
        home = _copy(sound[0], tmp_path)
        content = bytearray((home / "archive.sqlite3").read_bytes())
        page = chance.randrange(len(content) // 4096) * 4096
        content[page : page + 4096] = chance.randbytes(4096)
        (home / "archive.sqlite3").write_bytes(content)
        try:
            with open_archive(home, CountingEmbedder()) as archive:
                for question in _QUESTIONS:
                    vector = archive.embedder.embed_question(question)
                    for each in archive.passages([key for key, _ in archive.nearest(vector, 20)]):
                        assert each.passage.article == truth[each.passage.article.id]
                    found_by_words(archive, question)
                told += any(each.grade is Grade.ERROR for each in archive.check())
        except VectorstoreError:
            told += 1
    assert told >= 20  # a page of an index over revisions, say, may go unseen, for nothing depends on it


@pytest.mark.parametrize(
    "lost",
    ["archive.sqlite3", "generations", "words", "UPDATE meta SET name = name || '!'", "DROP TABLE vectors"],
)
def test_looking_at_what_is_lost_raises_nothing_and_looks_at_the_rest(
    sound: tuple[Path, list[list[Answer]]], tmp_path: Path, lost: str
) -> None:
    home = shutil.copytree(sound[0], tmp_path / "home")
    with open_archive(home, CountingEmbedder()) as archive:
        if " " in lost:
            _change(home, lost)
        elif (home / lost).is_dir():
            shutil.rmtree(home / lost)
            (home / lost).write_bytes(b"a file where a folder is due")
        else:
            (home / lost).unlink()
        found = {each.name: each for each in archive.check()}
    assert {"folder", "database", "articles", "vectors", "vector index", "word index"} == {*found}
    worse = [each for each in found.values() if each.grade is not Grade.OK]
    assert worse
    assert all(each.text for each in worse)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "archive.sqlite3").write_bytes(b"this is no database, whatever it is called" * 100)
    with pytest.raises(ArchiveDamaged, match=r"archive\.sqlite3"):
        open_archive(tmp_path)
