"""The sealed vector index: exact answers from an approximate index that is never written to, and opened with care."""

import json
import os
import shutil
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.archive.conftest import MadeOnce
from tests.archive.forks import Forks
from tests.archive.samples import CountingEmbedder, article, articles, nearest_article
from vectorstore import ArchiveUnusable, Article, IndexBroken, vectors
from vectorstore.archive import Archive, Grade, open_archive
from vectorstore.archive.generations import probe
from vectorstore.archive.upkeep import TAIL_SHARE
from vectorstore.embedding import SubwordEmbedder, Vectors


def _generations(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "generations").iterdir())


def _all_exactly(archive: Archive, vector: Vectors) -> dict[str, float]:
    """The cosine of every passage, computed from the articles themselves."""
    found = {}
    for each in archive.articles():
        for stored in archive.passages_of(_key_of(archive, each.id)):
            row = archive.embedder.embed_passages([f"{each.title}\n{stored.passage.text}"])[0]
            found[stored.passage.text] = float(row @ vector)
    return found


def _key_of(archive: Archive, article_id: str) -> int:
    with archive._database.reading() as connection:
        return int(connection.execute("SELECT key FROM articles WHERE id = ?", (article_id,)).fetchone()[0])


@pytest.mark.parametrize("opened", [False, True])
def test_the_nearest_passages_are_the_truly_nearest_with_their_true_cosines(tmp_path: Path, opened: bool) -> None:
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        archive.ingest(articles(40))
        archive.ingest([article(5, version=1), *articles(60)[50:]])  # a changed one, and a tail
        archive.remove(["sak/007"])
        archive.ingest([article(70)])
        assert archive.open_vectors() or not opened
        if not opened:
            archive._nearness._asked = -100
        vector = archive.embedder.embed_question("regjeringen sier merke5v1")
        found = archive.nearest(vector, 25)
        texts = [each.passage.text for each in archive.passages([key for key, _ in found])]
        truth = _all_exactly(archive, vector)
        assert [score for _, score in found] == pytest.approx(sorted(truth.values(), reverse=True)[:25], abs=2e-6)
        assert [truth[text] for text in texts] == pytest.approx([score for _, score in found], abs=2e-6)


def test_a_generation_is_sealed_by_the_first_ingest_and_made_anew_when_its_tail_has_grown(tmp_path: Path) -> None:
    with Archive(tmp_path, CountingEmbedder(), tail_floor=10) as archive:
        archive.ingest(articles(10))
        (first,) = _generations(tmp_path)
        archive.ingest(articles(12))
        assert _generations(tmp_path) == [first]
        assert nearest_article(archive, f"{article(11).title}\n{article(11).text[:500]}") == "sak/011"
        archive.ingest(articles(40))
        (second,) = _generations(tmp_path)
        assert second != first
        assert nearest_article(archive, f"{article(39).title}\n{article(39).text[:500]}") == "sak/039"


def test_a_changed_article_is_never_found_by_what_it_said_before(tmp_path: Path) -> None:
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        archive.ingest(articles(10))
        archive.open_vectors()
        archive.ingest(articles(10, version=1))
        archive.open_vectors()
        for number in range(10):
            vector = archive.embedder.embed_question(f"{article(number).title}\n{article(number).text[:500]}")
            for each in archive.passages([key for key, _ in archive.nearest(vector, 10)]):
                assert "v1" in each.passage.text


def test_a_reader_goes_on_while_another_process_publishes_and_finds_the_new_article(tmp_path: Path) -> None:
    with (
        Archive(tmp_path, CountingEmbedder(), tail_floor=0) as writer,
        open_archive(tmp_path, CountingEmbedder()) as reader,
    ):
        writer.ingest(articles(5))
        assert reader.open_vectors()
        for count in (10, 20, 30):
            writer.ingest(articles(count))
            number = count - 1
            assert (
                nearest_article(reader, f"{article(number).title}\n{article(number).text[:500]}") == f"sak/{number:03d}"
            )
            assert reader.open_vectors()
            assert (
                nearest_article(reader, f"{article(number).title}\n{article(number).text[:500]}") == f"sak/{number:03d}"
            )
            assert len(_generations(tmp_path)) == 1


def test_two_archives_in_one_process_do_not_close_each_others_index(tmp_path: Path) -> None:
    with open_archive(tmp_path, CountingEmbedder()) as one:
        one.ingest(articles(5))
        assert one.open_vectors()
        with open_archive(tmp_path, CountingEmbedder()) as two:
            assert two.open_vectors()
        assert nearest_article(one, f"{article(3).title}\n{article(3).text[:500]}") == "sak/003"
        assert one._nearness.trouble == ""


def test_after_many_rounds_of_changes_every_passage_finds_itself_and_nothing_removed_is_found(tmp_path: Path) -> None:
    with Archive(tmp_path, CountingEmbedder(), tail_floor=20) as archive:
        for version in range(4):
            kept = [
                article(number, version if number % 3 == 0 else 0) for number in range(version * 9, 24 + version * 12)
            ]
            archive.ingest(kept, origin="o", prune=True)
            archive.open_vectors()
            alive = {each.id for each in kept}
            assert {each.id for each in archive.articles()} == alive
            for each in kept:
                for stored in archive.passages_of(_key_of(archive, each.id)):
                    vector = archive.embedder.embed_passages([f"{each.title}\n{stored.passage.text}"])[0]
                    found = archive.nearest(vector, 3)
                    assert found[0][1] == pytest.approx(1, abs=1e-5)
                    assert stored.key in {key for key, _ in found}


# Many alike


_LINE = "Abonner på nyhetsbrevet og få de viktigste sakene."
_BOILERPLATE = " ".join([_LINE] * 11)


def _much_alike(count: int = 300) -> list[Article]:
    """Articles under many titles with the same text, one of nothing but equal lines, and among them some that say something."""
    alike = [Article(f"alike/{number}", f"Tittel {number}", _BOILERPLATE) for number in range(count)]
    lines = Article("lines", "Linjer", "\n".join([_LINE] * 10_000))
    return [*articles(25), *alike, lines, *articles(50)[25:]]


@pytest.fixture
def alike(made_once: MadeOnce, tmp_path: Path) -> Path:
    """A copy of an archive of such articles, by the built-in embedder, which does not see titles."""

    def build(home: Path) -> None:
        with open_archive(home) as archive:
            archive.ingest(_much_alike())

    return shutil.copytree(made_once("alike", build), tmp_path / "home")


def _ids(archive: Archive, vector: Vectors, limit: int) -> list[str]:
    return [each.passage.article.id for each in archive.passages([key for key, _ in archive.nearest(vector, limit)])]


def test_hundreds_of_equal_passages_hide_no_other_and_all_of_them_are_found(alike: Path) -> None:
    with open_archive(alike) as archive:
        assert archive.open_vectors(), "else the vector index could not be made of them"
        for each in articles(50):
            for stored in archive.passages_of(_key_of(archive, each.id)):
                ((key, score),) = archive.nearest(archive.embedder.embed_question(stored.passage.text), 1)
                assert key == stored.key
                assert score == pytest.approx(1)
        boilerplate = archive.embedder.embed_question(_BOILERPLATE)
        everyone = archive.passage_count
        through_index, few = archive.nearest(boilerplate, everyone), archive.nearest(boilerplate, 7)
        archive._nearness._broken, archive._nearness._opened = archive._nearness._opened[0], None  # type: ignore[index]
        exactly = archive.nearest(boilerplate, everyone)
        assert through_index == exactly
        assert few == exactly[:7]
        assert {f"alike/{number}" for number in range(300)} <= {*_ids(archive, boilerplate, 320)}


def test_a_passage_is_found_when_the_one_it_was_equal_to_has_changed(alike: Path) -> None:
    with open_archive(alike) as archive:
        (before,) = _generations(alike)
        archive.open_vectors()
        changed = [Article(f"alike/{number}", f"Tittel {number}", article(90 + number).text) for number in range(290)]
        archive.ingest([*changed, Article("lines", "Linjer", "Bare dette.")])
        assert _generations(alike) == [before], "else this test shows nothing"
        found = _ids(archive, archive.embedder.embed_question(_BOILERPLATE), 10)
        assert sorted(found) == sorted(f"alike/{number}" for number in range(290, 300))


def test_what_changed_since_the_sealing_hides_nothing_that_still_stands(tmp_path: Path) -> None:
    question = "fergen venter"
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        near = [Article(f"near/{number}", "", f"{question} nummer {number}") for number in range(200)]
        archive.ingest([*near, *articles(10)])
        archive.open_vectors()
        archive.ingest([replace(each, text="Noe ganske annet.") for each in near])
        vector = archive.embedder.embed_question(question)
        truth = sorted(_all_exactly(archive, vector).values(), reverse=True)[:20]
        assert [score for _, score in archive.nearest(vector, 20)] == pytest.approx(truth, abs=2e-6)


def test_a_new_passage_equal_to_sealed_ones_is_found_once(alike: Path) -> None:
    with open_archive(alike) as archive:
        archive.open_vectors()
        text = "\n".join(article(3).text.splitlines()[:5])
        archive.ingest([Article("new", "Ny", text), Article("newer", "Nyere", text)])
        archive.ingest([Article("newest", "Nyest", article(3).text)])
        for limit in (1, 2, 40):
            found = archive.nearest(archive.embedder.embed_question(text), limit)
            assert len({key for key, _ in found}) == len(found) == limit
        first = archive.passages_of(_key_of(archive, "sak/003"))[0].passage.text
        assert sorted(_ids(archive, archive.embedder.embed_question(first), 2)) == ["newest", "sak/003"]


def test_what_could_not_be_sealed_is_not_tried_again_before_there_is_enough_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def refuse(folder: Path, keys: Sequence[int], *_: object) -> None:
        tries.append(len(keys))
        raise IndexBroken("the vector index does not find vector 7 by itself")

    with open_archive(tmp_path, CountingEmbedder()) as archive:
        with monkeypatch.context() as patch:
            patch.setattr(vectors, "build", refuse)
            archive.ingest(articles(10))
            archive.ingest([article(10)])
            archive.mend()
            assert len(tries) == 1
            (finding,) = (each for each in archive.check() if each.name == "vector index")
            assert finding.grade is Grade.WARNING
            assert "vector 7" in finding.text
            assert f"{TAIL_SHARE:.0%} of the passages" in finding.hint
            assert "--reembed" in finding.hint
            archive.ingest(articles(14))
            assert len(tries) == 2, "more than that share is new"
            archive.reembed()
            assert len(tries) == 3, "somebody asked for it"
        archive.ingest([article(14)])
        assert not archive.open_vectors()
        archive.reembed()
        assert archive.open_vectors()
        assert {each.grade for each in archive.check()} == {Grade.OK}


# Opening with care


def test_a_mark_left_by_a_process_that_died_while_opening_is_looked_into_and_cleared(tmp_path: Path) -> None:
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        archive.ingest(articles(3))
    mark = tmp_path / "generations" / "opening.1.abcdef01"
    mark.touch()
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        assert archive.open_vectors()
    assert not mark.exists()


_ASK = """
from pathlib import Path
from tests.archive.samples import CountingEmbedder, article, nearest_article
from vectorstore.archive import open_archive

with open_archive(Path({home!r}), CountingEmbedder()) as archive:
    print(archive.open_vectors(), nearest_article(archive, f"{{article(1).title}} {{article(1).text[:500]}}"))
"""


def _poison(home: Path) -> None:
    """Damage a generation so that its hashes agree, as no disk would: Chroma takes the process with it when it is opened."""
    (folder,) = (path for path in (home / "generations").iterdir() if path.is_dir())
    manifest = json.loads((folder / vectors.MANIFEST).read_text())
    (name,) = (name for name in manifest["files"] if name.endswith("header.bin"))
    content = bytearray((folder / name).read_bytes())
    content[8:16] = (10**6).to_bytes(8, "little")  # how many elements there are room for
    (folder / name).write_bytes(content)
    manifest["files"][name] = vectors._hash(folder / name)
    (folder / vectors.MANIFEST).write_text(json.dumps(manifest))


@pytest.mark.skipif(os.name != "posix", reason="forks as POSIX has them")
def test_an_index_that_kills_who_opens_it_kills_once_at_most_and_is_made_anew(tmp_path: Path, children: Forks) -> None:
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        archive.ingest(articles(40))
    _poison(tmp_path)
    asking = _ASK.format(home=str(tmp_path))
    assert children.start(asking).end()[1] != 0, "else this test shows nothing"
    for _ in range(2):
        assert children.start(asking).end() == (["False sak/001"], 0)
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        assert any(each.name == "vector index" and each.grade is Grade.WARNING for each in archive.check())
        archive.ingest([])
        assert archive.open_vectors()
        assert {each.grade for each in archive.check()} == {Grade.OK}
    assert len(_generations(tmp_path)) == 1


def test_a_trial_opening_has_a_time_limit(tmp_path: Path) -> None:
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        archive.ingest(articles(2))
    (folder,) = (tmp_path / "generations").iterdir()
    with pytest.raises(IndexBroken, match="within"):
        probe(folder, seconds=0.001)


def test_chroma_listens_to_no_settings_but_ours(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "here" / ".env").write_text(
        "CHROMA_API_IMPL=chromadb.api.fastapi.FastAPI\nCHROMA_SERVER_HOST=example.org\n"
    )
    monkeypatch.setenv("CHROMA_SERVER_HOST", "example.org")
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        archive.ingest(articles(2))
        assert archive.open_vectors()


def test_a_question_without_direction_finds_nothing_rather_than_failing(tmp_path: Path) -> None:
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        archive.ingest(articles(2))
        assert archive.nearest(np.full(48, np.nan, np.float32), 5) == []
        assert archive.nearest(archive.embedder.embed_question("x"), 0) == []
        assert len(archive.nearest(archive.embedder.embed_question("x"), 10**6)) == archive.passage_count
        with pytest.raises(ValueError, match="shape"):
            archive.nearest(np.zeros(7, np.float32), 5)


# Another embedder


def test_another_embedder_does_not_mix_with_the_first_and_takes_over_when_it_is_complete(tmp_path: Path) -> None:
    with open_archive(tmp_path, CountingEmbedder("first")) as archive:
        archive.ingest(articles(30))
    text = f"{article(3).title}\n{article(3).text[:500]}"
    with open_archive(tmp_path, CountingEmbedder("second")) as archive:
        assert archive.nearest(CountingEmbedder("second").embed_question(text), 5) == []
        assert any(each.name == "vectors" and "first" in each.text and each.hint for each in archive.check())
        with pytest.raises(ArchiveUnusable, match="first"):
            archive.ingest(articles(31))
        assert archive.article_count == 30
    stopped = CountingEmbedder("second", fail_after=50)
    with open_archive(tmp_path, stopped) as archive, pytest.raises(KeyboardInterrupt):
        archive.reembed()
    with open_archive(tmp_path, CountingEmbedder("first")) as archive:
        assert archive.open_vectors()
        assert nearest_article(archive, text) == "sak/003"
    again = CountingEmbedder("second")
    with open_archive(tmp_path, again) as archive:
        archive.reembed()
        assert archive.open_vectors()
        assert nearest_article(archive, text) == "sak/003"
        assert {each.grade for each in archive.check()} == {Grade.OK}
        assert not {*stopped.given} & {*again.given}
    with open_archive(tmp_path, CountingEmbedder("first")) as archive:
        assert archive.nearest(CountingEmbedder("first").embed_question(article(1).text), 5) == []


class _OlderSubwordEmbedder(SubwordEmbedder):
    name = "subword-0"

    def _embed(self, text: str) -> Vectors:
        return super()._embed(text[::-1])


def test_vectors_by_an_older_version_of_the_built_in_embedder_are_made_anew_by_the_next_ingest(tmp_path: Path) -> None:
    with open_archive(tmp_path, _OlderSubwordEmbedder()) as archive:
        archive.ingest(articles(5))
    with open_archive(tmp_path) as archive:
        assert archive.nearest(SubwordEmbedder().embed_question(article(1).text), 5) == []
        assert [(each.name, each.grade) for each in archive.check() if each.grade is not Grade.OK] == [
            ("vectors", Grade.WARNING)
        ]
        assert archive.ingest([article(7)]).added == ("sak/007",)
        assert archive.open_vectors()
        for number in (1, 7):
            assert nearest_article(archive, article(number).text[:500]) == f"sak/{number:03d}"
        assert {each.grade for each in archive.check()} == {Grade.OK}
        with archive._database.reading() as connection:
            assert connection.execute("SELECT count(DISTINCT embedder) FROM vectors").fetchone()[0] == 1


@pytest.mark.parametrize(
    ("before", "after"), [("openai:a", "subword-1"), ("subword-1", "openai:a"), ("subword-1:x", "subword-1")]
)
def test_vectors_that_cost_money_are_never_made_anew_unasked(tmp_path: Path, before: str, after: str) -> None:
    with open_archive(tmp_path, CountingEmbedder(before)) as archive:
        archive.ingest(articles(2))
    with (
        open_archive(tmp_path, CountingEmbedder(after)) as archive,
        pytest.raises(ArchiveUnusable, match=before) as raised,
    ):
        archive.ingest(articles(2))
    assert "--reembed" in raised.value.hint


def test_an_article_cut_by_an_older_version_is_cut_anew(tmp_path: Path) -> None:
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        archive.ingest(articles(3))
        with archive._database.writing() as connection:
            connection.execute("UPDATE articles SET chunking = 'old'")
            connection.execute("DELETE FROM passages WHERE number > 0")
            connection.execute('UPDATE passages SET "end" = "end" - 7')
        assert any(each.name == "passages" for each in archive.check())
        archive.ingest(articles(2))
        archive.reembed()
        assert archive.open_vectors()
        assert {each.grade for each in archive.check()} == {Grade.OK}
    with open_archive(tmp_path / "new", CountingEmbedder()) as fresh:
        fresh.ingest(articles(3))
        with open_archive(tmp_path, CountingEmbedder()) as mended:
            assert archive_spans(fresh) == archive_spans(mended)


def archive_spans(archive: Archive) -> list[str]:
    return [
        stored.passage.text for each in archive.articles() for stored in archive.passages_of(_key_of(archive, each.id))
    ]


# Many at once


def test_many_threads_ask_while_one_ingests(tmp_path: Path) -> None:
    failures: list[Exception] = []
    with Archive(tmp_path, CountingEmbedder(), tail_floor=0) as archive:
        archive.ingest(articles(20))
        done = threading.Event()

        def ask() -> None:
            try:
                while not done.is_set():
                    for number in (1, 5, 19):
                        text = f"{article(number).title}\n{article(number).text[:500]}"
                        assert nearest_article(archive, text) == f"sak/{number:03d}"
                        found = archive.words.search_passages([[(f"merke{number}v0", 1.0)]], 10)
                        assert {each.passage.article.id for each in archive.passages([key for key, _ in found])} == {
                            f"sak/{number:03d}"
                        }
            except Exception as error:  # noqa: BLE001 - the main thread fails for it
                failures.append(error)

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for count in (30, 45, 60):
            archive.ingest(articles(count))
        done.set()
        for thread in threads:
            thread.join(60)
    assert failures == []
