"""Switching to another embedder: the old vectors answer until the new ones are complete, nothing is mixed, nothing is paid for twice."""

import os
import shutil
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.archive.conftest import MadeOnce
from tests.archive.forks import Forks
from tests.archive.samples import CountingEmbedder, article, articles, dying_after, nearest_article
from vectorstore import EmbeddingFailed
from vectorstore.archive import Archive, Grade, open_archive
from vectorstore.embedding import BATCH, Vectors
from vectorstore.search import Search

TEXT = f"{article(3).title}\n{article(3).text[:500]}"
FEW, MANY = 8, 90


@pytest.fixture
def home(made_once: MadeOnce, tmp_path: Path) -> Path:
    """A copy of a small archive with vectors of the first embedder."""

    def build(home: Path) -> None:
        with open_archive(home, CountingEmbedder("first")) as archive:
            archive.ingest(articles(FEW))

    return shutil.copytree(made_once("few-by-the-first", build), tmp_path / "home")


@pytest.fixture
def large(made_once: MadeOnce, tmp_path: Path) -> Path:
    """A copy of one whose passages fill more than two requests."""

    def build(home: Path) -> None:
        with open_archive(home, CountingEmbedder("first")) as archive:
            archive.ingest(articles(MANY))

    return shutil.copytree(made_once("many-by-the-first", build), tmp_path / "large")


class WatchedEmbedder(CountingEmbedder):
    """Calls somebody before it gives vectors."""

    def __init__(self, name: str, watch: Callable[[], None]) -> None:
        super().__init__(name)
        self._watch = watch

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self._watch()
        return super().embed_passages(texts)


def _answers_by_vectors(archive: Archive) -> bool:
    """Whether the archive's vectors answer to this embedder, and rightly; it gets nothing if they are another's."""
    if archive.other_embedder():
        vector = CountingEmbedder(archive.embedder.name).embed_question(TEXT)
        assert archive.nearest(vector, 5) == []
        assert archive.cosines(vector, [1, 2]) == [0, 0]
        return False
    assert nearest_article(archive, TEXT) == "sak/003"
    return True


def _finding(archive: Archive, name: str) -> tuple[Grade, str, str]:
    found = next(each for each in archive.check() if each.name == name)
    return found.grade, found.text, found.hint


def test_while_a_switch_is_under_way_the_old_vectors_answer_whoever_has_the_old_setting(large: Path) -> None:
    seen: list[tuple[bool, bool]] = []
    with open_archive(large, CountingEmbedder("first")) as old, open_archive(large, CountingEmbedder("second")) as new:
        assert old.open_vectors()

        def look() -> None:
            seen.append((_answers_by_vectors(old), _answers_by_vectors(new)))

        with open_archive(large, WatchedEmbedder("second", look)) as switching:
            switching.reembed()
        assert len(seen) >= 2
        assert set(seen) == {(True, False)}
        assert (_answers_by_vectors(old), _answers_by_vectors(new)) == (False, True)
        assert new.open_vectors()


def test_a_question_is_answered_by_words_and_not_paid_for_while_the_vectors_are_anothers(home: Path) -> None:
    second = CountingEmbedder("second")
    asked: list[str] = []
    second.embed_question = asked.append  # type: ignore[method-assign,assignment]
    with open_archive(home, second) as archive:
        assert Search(archive).hits("Hva sier merke3v0?")[0].passage.article.id == "sak/003"
        with pytest.raises(EmbeddingFailed, match="those of first"):
            archive.embedder.embed_question("Hva sier merke3v0?")
    assert asked == []


def test_a_switch_is_sent_in_full_requests_and_goes_on_where_it_was(large: Path) -> None:
    stopped = CountingEmbedder("second", fail_after=2 * BATCH)
    with open_archive(large, stopped) as archive, pytest.raises(KeyboardInterrupt):
        archive.reembed()
    with open_archive(large, CountingEmbedder("first")) as archive:
        archive.ingest([article(200)])
        passages = archive.passage_count
    again = CountingEmbedder("second")
    with open_archive(large, again) as archive:
        archive.reembed()
        assert _answers_by_vectors(archive)
        assert {each.grade for each in archive.check()} == {Grade.OK}
    assert not {*stopped.given} & {*again.given}
    assert len(stopped.given) + len(again.given) == passages
    assert stopped.given
    assert min(stopped.portions[:-1] + again.portions[:-1], default=BATCH) > 0.9 * BATCH


def test_an_ingest_is_sent_in_full_requests(tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    with open_archive(tmp_path, embedder) as archive:
        archive.ingest(articles(MANY))
    assert len(embedder.portions) >= 2
    assert min(embedder.portions[:-1]) > 0.9 * BATCH


def test_the_check_tells_of_a_switch_that_was_begun_and_how_far_it_came(large: Path) -> None:
    stopped = CountingEmbedder("second", fail_after=BATCH)
    with open_archive(large, stopped) as archive, pytest.raises(KeyboardInterrupt):
        archive.reembed()
    with open_archive(large, CountingEmbedder("first")) as archive:
        grade, text, hint = _finding(archive, "switch")
        assert grade is Grade.WARNING
        assert f"{len(stopped.given)} of {archive.passage_count} passages" in text
        assert "second" in text
        assert "--reembed" in hint
        assert _finding(archive, "vectors")[0] is Grade.OK
    with open_archive(large, CountingEmbedder("second")) as archive:
        grade, text, hint = _finding(archive, "vectors")
        assert grade is Grade.ERROR
        assert f"{len(stopped.given)} of {archive.passage_count} passages" in text
        assert "goes on where it was" in hint


def test_vectors_that_are_damaged_are_made_anew(home: Path) -> None:
    with open_archive(home, CountingEmbedder("first")) as archive:
        with archive._database.writing() as connection:
            connection.execute("UPDATE vectors SET vector = zeroblob(192) WHERE key IN (3, 7)")
        assert _finding(archive, "vectors")[0] is Grade.ERROR
    again = CountingEmbedder("first")
    with open_archive(home, again) as archive:
        archive.reembed()
        assert {each.grade for each in archive.check()} == {Grade.OK}
        assert _answers_by_vectors(archive)
    assert len(again.given) == 2


def test_what_there_is_to_embed_is_counted_before_and_nothing_is_changed(home: Path) -> None:
    with open_archive(home, CountingEmbedder("first")) as archive:
        revision = archive.revision
        assert archive.unembedded(articles(FEW)).texts == 0
        more = archive.unembedded([*articles(FEW), article(200), article(200), article(201)])
        assert archive.unembedded([article(200), article(200)]) == archive.unembedded([article(200)])
        assert archive.revision == revision
        archive.ingest([article(200), article(201)])
    embedder = CountingEmbedder("second")
    with open_archive(home, embedder) as archive:
        every = archive.unembedded(archive.articles())
        assert archive.unembedded(archive.articles()) == every
        archive.reembed()
        assert archive.unembedded(archive.articles()).texts == 0
    assert every.texts == len(embedder.given)
    assert every.tokens == pytest.approx(sum(len(text.encode()) for text in embedder.given) / 3.1, rel=0.02)
    assert 0 < more.texts < every.texts


def test_vectors_of_another_length_under_the_same_name_are_refused(home: Path) -> None:
    with open_archive(home, CountingEmbedder("first", dimensions=32)) as archive:
        with pytest.raises(EmbeddingFailed, match="shape"):
            archive.ingest([article(200)])
        assert archive.article(article(200).id) is None
    with open_archive(home, CountingEmbedder("first")) as archive:
        assert _answers_by_vectors(archive)


_STEPS = {
    "%d vectors are stored": "first",
    "a generation of %d passages is built": "first",
    "it is in its place": "first",
    "a generation is in use": "second",
    "the generations before it are erased": "second",
    "the word index is up to date": "second",
}

_DIE = dying_after("""
with open_archive(Path({home!r}), CountingEmbedder("second")) as archive:
    archive.reembed()
""")

posix = pytest.mark.skipif(os.name != "posix", reason="forks and kills as POSIX has them")


@posix
def test_the_steps_of_a_switch_are_these(home: Path, children: Forks) -> None:
    said, code = children.start(_DIE.format(home=str(home), step="")).end()
    assert code == 0
    assert list(dict.fromkeys(said)) == list(_STEPS), "a new step is to be died at too"


@posix
@pytest.mark.parametrize("step", _STEPS)
def test_dying_after_any_step_of_a_switch_leaves_either_the_old_vectors_or_the_new_ones_answering(
    home: Path, children: Forks, step: str
) -> None:
    assert children.start(_DIE.format(home=str(home), step=step)).end()[1] == -signal.SIGKILL
    for name in ("first", "second"):
        with open_archive(home, CountingEmbedder(name)) as archive:
            assert _answers_by_vectors(archive) == (name == _STEPS[step])
            if name == _STEPS[step]:
                assert archive.open_vectors(), (
                    "with its index, for to compare every passage takes long in a large archive"
                )
    again = CountingEmbedder("second")
    with open_archive(home, again) as archive:
        made = archive.passage_count - archive.unembedded(archive.articles()).texts
        archive.reembed()
        assert len(again.given) == archive.passage_count - made
        assert _answers_by_vectors(archive)
        assert {each.grade for each in archive.check()} == {Grade.OK}
        with archive._database.reading() as connection:
            assert connection.execute("SELECT count(DISTINCT embedder) FROM vectors").fetchone()[0] == 1
        assert len(list((home / "generations").iterdir())) == 1
    assert made > 0


def test_an_archive_whose_index_cannot_be_made_is_switched_all_the_same(home: Path) -> None:
    (home / "generations").rename(home / "aside")
    (home / "generations").write_text("in the way")
    with open_archive(home, CountingEmbedder("second")) as archive:
        archive.reembed()
        assert _answers_by_vectors(archive)
        found = archive.nearest(archive.embedder.embed_question(TEXT), 5)
        assert np.isfinite([score for _, score in found]).all()
