"""An archive survives the death of whoever writes to it, at any moment and after every step; and a program that opens one ends well."""

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.archive.conftest import MadeOnce
from tests.archive.forks import PARTS, Forks, forks
from tests.archive.samples import (
    CountingEmbedder,
    article,
    articles,
    dying_after,
    files,
    found_by_words,
    nearest_article,
)
from vectorstore.archive import Grade, open_archive
from vectorstore.archive.nearness import LONG_RUNNING
from vectorstore.chunking import passages

_KILLS = 20
_ARTICLES = 26

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks and kills as POSIX has them")


_INGEST = """
from pathlib import Path
from tests.archive.samples import CountingEmbedder, articles
from vectorstore.archive import open_archive

with open_archive(Path({home!r}), CountingEmbedder()) as archive:
    print("begun", flush=True)
    archive.ingest(articles({count}, {version}), origin="o", prune=True)
"""


def test_an_ingest_killed_at_any_moment_leaves_each_article_wholly_in_or_wholly_out(
    tmp_path: Path, children: Forks
) -> None:
    chance = random.Random(20)
    for version in range(_KILLS):
        child = children.start(_INGEST.format(home=str(tmp_path), count=_ARTICLES - version % 3, version=version))
        assert child.read() == "begun"
        # Storing takes some 0.15 s here, pruning and sealing another 0.4 s.
        time.sleep(chance.uniform(0, 0.55))
        assert child.end(kill=True)[1] in {0, -signal.SIGKILL}
        _check(tmp_path, range(version, -1, -1))
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        archive.ingest(articles(_ARTICLES, _KILLS), origin="o", prune=True)
        assert {each.id: each for each in archive.articles()} == {each.id: each for each in articles(_ARTICLES, _KILLS)}
        assert archive.open_vectors()
        assert {each.grade for each in archive.check()} == {Grade.OK}


_STEPS = [
    "%d vectors are stored",
    "an article is stored",
    "%d articles are removed, and are to be erased",
    "no generation is in use",
    "every generation is erased",
    "the word index is made anew",
    "the log is emptied",
    "all is erased",
    "the word index is up to date",
    "a generation of %d passages is built",
    "it is in its place",
    "a generation is in use",
    "the generations before it are erased",
]

_DIE = dying_after("""
with open_archive(Path({home!r}), CountingEmbedder()) as archive:
    archive.ingest(articles(9, 1), origin="o", prune=True)
""")


@pytest.fixture
def home(made_once: MadeOnce, tmp_path: Path) -> Path:
    """A copy of an archive of 12 articles."""

    def build(home: Path) -> None:
        with open_archive(home, CountingEmbedder()) as archive:
            archive.ingest(articles(12), origin="o")

    return shutil.copytree(made_once("sealed", build), tmp_path / "home")


def test_the_steps_of_an_ingest_that_prunes_and_seals_are_these(home: Path, children: Forks) -> None:
    said, code = children.start(_DIE.format(home=str(home), step="")).end()
    assert code == 0
    assert list(dict.fromkeys(said)) == _STEPS, "a new step is to be died at too"


@pytest.mark.parametrize("step", _STEPS)
def test_dying_after_any_step_of_an_ingest_a_removal_and_a_sealing_leaves_a_right_archive(
    home: Path, children: Forks, step: str
) -> None:
    assert children.start(_DIE.format(home=str(home), step=step)).end()[1] == -signal.SIGKILL
    _check(home, [1, 0])
    with open_archive(home, CountingEmbedder()) as archive:
        gone = [number for number in (9, 10, 11) if archive.article(article(number).id) is None]
        assert gone in ([], [9, 10, 11])
        archive.mend()
        assert archive.open_vectors()
        assert {each.grade for each in archive.check()} == {Grade.OK}
        erased = [f"merke{number}v0".encode() for number in gone]
        assert not [path.name for path in files(home) if any(mark in path.read_bytes() for mark in erased)]
        archive.ingest(articles(9, 1), origin="o", prune=True)
        assert list(archive.articles()) == articles(9, 1)
    _check(home, [1])


def _check(home: Path, versions: "range | list[int]") -> None:
    """Every article is as it was in one of the versions, all its passages are there, and all indexes find it."""
    with open_archive(home, CountingEmbedder()) as archive:
        stored = list(archive.articles())
        assert len(stored) == archive.article_count
        total = 0
        for each in stored:
            number = int(each.id[-3:])
            written = next(v for v in versions if article(number, v) == each)
            total += len(passages(each.text))
            assert found_by_words(archive, f"merke{number}v{written}") == [each.id]
            if number % 8 == 0:
                first = passages(each.text)[0].of(each.text)
                assert nearest_article(archive, f"{each.title}\n{first}") == each.id
        assert archive.passage_count == total
        grades = {each.name: each.grade for each in archive.check()}
        assert Grade.ERROR not in grades.values()


@pytest.mark.parametrize("left", ["0123456789abcdef", "0123456789abcdef.building-1"])
def test_what_a_killed_builder_left_behind_is_cleared_away_by_the_next_writer(tmp_path: Path, left: str) -> None:
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        archive.ingest(articles(3))
        (tmp_path / "generations" / left).mkdir()
        (tmp_path / "generations" / left / "junk").write_bytes(b"x")
        archive.mend()
        assert not (tmp_path / "generations" / left).exists()
        assert archive.open_vectors()


# Leaving

_LEAVE = """
import time
from pathlib import Path
from tests.archive.samples import CountingEmbedder
from vectorstore.archive import open_archive

archive = open_archive(Path({home!r}), CountingEmbedder())
for _ in range({questions}):
    archive.nearest(archive.embedder.embed_question("regjeringen"), 5)
opening = archive._nearness._opening
time.sleep({seconds})
archive.close()
print(opening is not None and opening.is_alive(), flush=True)
"""


@pytest.mark.parametrize(("runs", "imported", "longest"), [(4, (), 0.6), (8, ("chromadb.api.rust",), 0.06)])
def test_a_program_ends_well_while_the_vector_index_is_being_opened(
    home: Path, runs: int, imported: tuple[str, ...], longest: float
) -> None:
    chance = random.Random(3)
    closed_meanwhile = 0
    with forks([*PARTS, *imported]) as children:
        for _ in range(runs):
            seconds = chance.uniform(0, longest)
            program = _LEAVE.format(home=str(home), questions=LONG_RUNNING, seconds=seconds)
            (opening,), code = children.start(program).end()
            assert code == 0
            closed_meanwhile += opening == "True"
    assert closed_meanwhile, "else closing waits for the opening, or this test shows nothing"
    assert not list((home / "generations").glob("opening.*")), "nobody need suspect that a program died of opening it"


def test_a_program_that_asks_little_does_not_import_chroma(home: Path) -> None:
    program = _LEAVE.format(home=str(home), questions=LONG_RUNNING - 1, seconds=0.2)
    with forks(PARTS) as children:
        child = children.start(program + "import sys; print('chromadb' in sys.modules)")
        assert child.end() == (["False", "False"], 0)


def test_an_archive_may_be_closed_while_its_vector_index_is_being_opened_and_opened_again(home: Path) -> None:
    for _ in range(5):
        with open_archive(home, CountingEmbedder()) as archive:
            for _ in range(LONG_RUNNING):
                archive.nearest(archive.embedder.embed_question("regjeringen"), 5)
        opening = archive._nearness._opening
        assert opening is not None
        opening.join(20)
        assert archive._nearness._opened is None
    with open_archive(home, CountingEmbedder()) as archive:
        assert archive.open_vectors()
