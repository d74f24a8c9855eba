"""A removed article is gone: from every answer, and, byte for byte, from the files."""

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest

from tests.archive.forks import Forks
from tests.archive.samples import CountingEmbedder, answers, article, articles, files, found_by_words
from vectorstore import ArchiveUnusable, Article, vectors
from vectorstore.archive import Grade, open_archive, rows
from vectorstore.archive.generations import Generations
from vectorstore.archive.steps import STEP
from vectorstore.archive.upkeep import SEALED_AT_ONCE, TAIL_FLOOR, Upkeep

CANARY = "Kanarifuglen"


def _with_canary() -> Article:
    return Article(
        "hemmelig/kanari",
        "Om kanarifuglen",
        "\n".join(f"{CANARY} nummer {n} sang i kanariburet." for n in range(60)),
        url="https://kanari.no",
    )


def _leftovers(home: Path) -> list[str]:
    """The files that still hold a word of the article, in any of the ways that text is stored in."""
    wanted = [
        form.encode(encoding) for form in ("kanari", "Kanari") for encoding in ("utf-8", "utf-16-le", "utf-16-be")
    ]
    return [path.name for path in files(home) if any(word in path.read_bytes() for word in wanted)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        archive.ingest([*articles(5), _with_canary()], origin="o")
    assert {"archive.sqlite3"} <= set(_leftovers(tmp_path)), "else the search would find nothing whatever is left"
    return tmp_path


def test_no_byte_of_a_removed_article_is_left(home: Path) -> None:
    with open_archive(home, CountingEmbedder()) as archive:
        assert archive.remove(["hemmelig/kanari", "there is none"]) == ["hemmelig/kanari"]
        assert _leftovers(home) == []
        assert found_by_words(archive, "kanariburet") == []
        assert archive.words.vocabulary("kanari") == [], (
            "tantivy packs words so that a search for bytes does not see them"
        )
        assert archive.article("hemmelig/kanari") is None
        assert archive.open_vectors()
        assert {each.grade for each in archive.check()} == {Grade.OK}
    assert _leftovers(home) == []


def test_a_pruned_article_is_erased_too(home: Path) -> None:
    with open_archive(home, CountingEmbedder()) as archive:
        archive.ingest(articles(5), origin="o", prune=True)
        assert archive.words.vocabulary("kanari") == []
        assert _leftovers(home) == []


def test_the_vectors_of_a_removed_article_are_gone(home: Path) -> None:
    embedder = CountingEmbedder()
    vector = embedder.embed_question(f"{_with_canary().title}\n{_with_canary().text[:560]}")
    with open_archive(home, embedder) as archive:
        stored = archive.passages([archive.nearest(vector, 1)[0][0]])[0]
        assert stored.passage.article.id == "hemmelig/kanari"
        exact = embedder.embed_question(f"{_with_canary().title}\n{stored.passage.text}").tobytes()
        assert [path.name for path in files(home) if exact in path.read_bytes()]
        archive.remove(["hemmelig/kanari"])
        assert [path.name for path in files(home) if exact in path.read_bytes()] == []


def test_an_index_with_room_for_more_holds_nothing_in_that_room(tmp_path: Path) -> None:
    """Chroma makes room for 100 vectors, and writes there whatever was in memory."""
    four = np.eye(4, 1024, dtype=np.float32)
    vectors.build(tmp_path / "g", range(4), lambda keys: four[list(keys)], "f")
    (level,) = (tmp_path / "g").rglob("data_level0.bin")
    content = level.read_bytes()
    each = len(content) // 100
    assert four[1].tobytes() in content[: 4 * each]
    assert content[4 * each :] == bytes(96 * each)
    assert level.with_name("length.bin").read_bytes()[4 * 4 :] == bytes(4 * 96)
    generation = vectors.open_generation(tmp_path / "g", vectors.verify(tmp_path / "g"))
    assert [generation.search(one, 1)[0][0] for one in four] == [0, 1, 2, 3]
    generation.close()


def test_a_removal_from_a_large_archive_is_quick_and_exact_and_the_next_ingest_makes_the_vector_index(
    tmp_path: Path,
) -> None:
    questions = ["merke3v0", "regjeringen foreslår", "kanariburet"]
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        archive.ingest([*articles(200), _with_canary()], seal=False)
        assert archive.passage_count > SEALED_AT_ONCE
        archive.mend()
        archive.remove(["hemmelig/kanari"])
        assert _leftovers(tmp_path) == []
        assert list((tmp_path / "generations").iterdir()) == []
        exactly = answers(archive, questions)
        archive.ingest([])
        assert archive.open_vectors()
        assert answers(archive, questions) == exactly
        assert _leftovers(tmp_path) == []


def test_removing_beside_an_open_reader_erases_as_well(home: Path) -> None:
    with open_archive(home, CountingEmbedder()) as reader, open_archive(home, CountingEmbedder()) as archive:
        assert found_by_words(reader, "kanariburet") == ["hemmelig/kanari"]
        assert reader.open_vectors()
        archive.remove(["hemmelig/kanari"])
        assert found_by_words(reader, "kanariburet") == []
        assert reader.article("hemmelig/kanari") is None
        assert _leftovers(home) == []


def test_a_reader_in_the_midst_of_reading_delays_the_erasing_and_the_next_writer_finishes_it(home: Path) -> None:
    with open_archive(home, CountingEmbedder()) as reader, open_archive(home, CountingEmbedder()) as archive:
        with reader._database.reading() as connection:
            connection.execute("SELECT count(*) FROM articles").fetchone()
            archive.remove(["hemmelig/kanari"])
            assert any(each.name == "erasing" for each in archive.check())
        archive.ingest([article(1)])
        assert not any(each.name == "erasing" for each in archive.check())
        assert _leftovers(home) == []


_REMOVE = """
import os
from pathlib import Path
from tests.archive.samples import *
from vectorstore import VectorstoreError
from vectorstore.archive import open_archive
home = Path({home!r})
if os.geteuid() == 0:
    for path in [home, *home.rglob("*")]:
        if "generations/" not in str(path):
            os.chown(path, 65534, 65534)
    os.setegid(65534), os.seteuid(65534)
else:
    (home / "generations" / {name!r}).chmod(0o500)
with open_archive(home, CountingEmbedder()) as archive:
    try:
        print(archive.remove(["hemmelig/kanari"]))
    except VectorstoreError as error:
        print({name!r} in error.message, bool(error.hint))
    print(any(each.name == "erasing" for each in archive.check()), archive.article("hemmelig/kanari"))
    print(archive.ingest([article(5)]).added, any(each.name == "erasing" for each in archive.check()))
"""


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_a_removal_that_cannot_erase_says_so_and_every_later_writer_tries_again(children: Forks) -> None:
    place = Path(tempfile.mkdtemp())  # pytest's own folders are closed to others
    place.chmod(0o755)
    home = place / "home"
    try:
        with open_archive(home, CountingEmbedder()) as archive:
            archive.ingest([*articles(5), _with_canary()])
        (generation,) = (home / "generations").iterdir()
        said, code = children.start(_REMOVE.format(home=str(home), name=generation.name)).end()
        assert code == 0
        assert said == ["True True", "True None", "('sak/005',) True"]
        generation.chmod(0o700)
        with open_archive(home, CountingEmbedder()) as archive:
            archive.ingest([article(6)])
            assert {each.grade for each in archive.check()} == {Grade.OK}
            assert not generation.exists()
            assert _leftovers(home) == []
    finally:
        shutil.rmtree(place)


class Kept(Generations):
    """Generations that cannot be removed."""

    def clear(self, kept: str | None) -> None:
        raise ArchiveUnusable("a generation cannot be removed")


def test_no_step_is_told_of_that_was_not_made(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Tests kill a writer after each step, and take it that it was made."""
    with open_archive(home, CountingEmbedder()) as archive:
        with archive._database.writing() as connection:
            rows.set_value(connection, "erasing", 1)
        upkeep = Upkeep(archive._database, Kept(home / "generations"), archive._wording, "f", TAIL_FLOOR)

        with caplog.at_level(STEP, "vectorstore.archive"), pytest.raises(ArchiveUnusable):
            upkeep.erase()

    assert "the log is emptied" in caplog.messages
    assert not {"every generation is erased", "all is erased"} & set(caplog.messages)


def test_removing_nothing_does_nothing(home: Path) -> None:
    with open_archive(home, CountingEmbedder()) as archive:
        revision = archive.revision
        assert archive.remove(["x", "\ud800", "a\0b"]) == []
        assert archive.revision == revision
