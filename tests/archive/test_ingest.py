"""What one may rely on when articles go in."""

import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from tests.archive.samples import CountingEmbedder, article, articles, found_by_words, nearest_article
from vectorstore import ArchiveLocked, ArchiveUnusable, Article, EmbeddingFailed, Genre, Published
from vectorstore.archive import Archive, Dates, open_archive
from vectorstore.chunking import passages
from vectorstore.embedding import Vectors


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "home", CountingEmbedder()) as opened:
        yield opened


def test_an_article_comes_back_as_it_was_given(archive: Archive) -> None:
    given = Article(
        "a/å b",
        "Tittel – «så»",
        "Først.\r\nSå blåbær 🫐.\u2028Sist.",
        Published.parse("2019-04"),
        "Avisen",
        Genre.EDITORIAL,
        "https://a.no/x",
        "nb",
    )
    archive.ingest([given])
    assert archive.article("a/å b") == given
    assert list(archive.articles()) == [given]


def test_an_ingested_article_is_found_by_its_words_and_its_vector(archive: Archive) -> None:
    archive.ingest(articles(8))
    assert found_by_words(archive, "merke5v0") == ["sak/005"]
    assert nearest_article(archive, article(5).title + "\n" + article(5).text[:600]) == "sak/005"


def test_every_passage_is_cut_from_its_article_and_they_hold_it_all(archive: Archive) -> None:
    archive.ingest([article(1)])
    ((key, _), *_) = archive.words.search_articles([[("merke1v0", 1.0)]], 5)
    stored = archive.passages_of(key)
    assert [each.passage.span for each in stored] == passages(article(1).text)
    assert [each.number for each in stored] == list(range(len(stored)))
    assert archive.passages([each.key for each in stored]) == stored


def test_ingesting_again_changes_nothing_and_pays_for_nothing(archive: Archive) -> None:
    embedder = archive._embedder
    assert isinstance(embedder, CountingEmbedder)
    first = archive.ingest(articles(6))
    paid, revision = len(embedder.given), archive.revision
    again = archive.ingest(reversed(articles(6)))
    assert (len(first.added), len(again.unchanged), again.added, again.changed) == (6, 6, (), ())
    assert (len(embedder.given), archive.revision, archive.passage_count) == (paid, revision, paid)


def test_a_changed_article_replaces_the_old_one_wholly(archive: Archive) -> None:
    archive.ingest(articles(4))
    done = archive.ingest([article(2, version=1, sentences=6)])
    assert done.changed == ("sak/002",)
    assert found_by_words(archive, "merke2v0") == []
    assert found_by_words(archive, "merke2v1") == ["sak/002"]
    assert archive.article("sak/002") == article(2, version=1, sentences=6)
    assert archive.passage_count == sum(
        len(passages(each.text)) for each in [*articles(2), article(2, 1, sentences=6), article(3)]
    )


def test_what_stays_in_a_changed_article_is_not_embedded_again_and_keeps_its_vector(archive: Archive) -> None:
    embedder = archive._embedder
    assert isinstance(embedder, CountingEmbedder)
    archive.ingest(articles(2))
    before = len(embedder.given)
    longer = replace(article(1), text=article(1).text + "\n" + article(9).text)
    archive.ingest([longer])
    kept = set(passages(article(1).text)) & set(passages(longer.text))
    assert kept
    assert len(embedder.given) - before == len(passages(longer.text)) - len(kept)
    for span in passages(longer.text):
        assert archive.nearest(embedder.embed_question(f"{longer.title}\n{span.of(longer.text)}"), 1)[0][
            1
        ] == pytest.approx(1, abs=1e-5)


def test_the_key_of_a_passage_is_never_used_again(archive: Archive) -> None:
    archive.ingest(articles(3))
    before = {key for key, _ in archive.words.search_passages([[("sak", 1.0)]], 99)}
    archive.remove([each.id for each in articles(3)])
    archive.ingest(articles(3))
    after = {key for key, _ in archive.words.search_passages([[("sak", 1.0)]], 99)}
    assert before
    assert after
    assert not before & after


@pytest.mark.parametrize(
    ("unfit", "reason"),
    [
        (Article("x", "t", ""), "no text"),
        (Article("x", "t", " \n\t\u2028 "), "no text"),
        (Article("x", "t", "halvt \ud83d tegn"), "surrogate"),
        (Article("x", "t \udc00", "tekst"), "surrogate"),
        (Article("x", "t", "nul\0l"), "NUL"),
        (Article("", "t", "tekst"), "id"),
        (Article("x" * 2000, "t", "tekst"), "id"),
        (Article("x", "t" * 20_000, "tekst"), "title"),
        (Article("x", "t", "a" * 10_000_001), "longer"),
        (article(1), "before"),
    ],
)
def test_an_unfit_article_is_skipped_with_a_reason_and_the_rest_goes_in(
    archive: Archive, unfit: Article, reason: str
) -> None:
    done = archive.ingest([article(1), unfit, article(2)])
    assert done.added == ("sak/001", "sak/002")
    ((_, said),) = done.skipped
    assert reason in said
    assert "\n" not in said


class _Spoiling(CountingEmbedder):
    """Gives one vector that is none."""

    def __init__(self, spoilt: Vectors) -> None:
        super().__init__(dimensions=4)
        self.spoilt = spoilt

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.stack([np.array([1, 0, 0, 0], np.float32)] * (len(texts) - 1) + [self.spoilt])


@pytest.mark.parametrize(
    "spoilt",
    [[math.nan, 0, 0, 0], [math.inf, 0, 0, 0], [0, 0, 0, 0], [3, 0, 0, 0]],
    ids=["nan", "infinite", "zero", "too long"],
)
def test_a_vector_that_is_no_direction_is_refused_before_it_is_stored(tmp_path: Path, spoilt: list[float]) -> None:
    with open_archive(tmp_path, _Spoiling(np.array(spoilt, np.float32))) as archive:
        with pytest.raises(EmbeddingFailed):
            archive.ingest(articles(2))
        assert archive.article_count == 0


def test_vectors_of_another_length_than_those_before_are_refused(tmp_path: Path) -> None:
    with open_archive(tmp_path, CountingEmbedder(dimensions=48)) as archive:
        archive.ingest(articles(2))
    with open_archive(tmp_path, CountingEmbedder(dimensions=49)) as archive:
        with pytest.raises(EmbeddingFailed):
            archive.ingest([article(7)])
        assert archive.article_count == 2


def test_an_interrupted_ingest_keeps_what_it_paid_for(tmp_path: Path) -> None:
    total = sum(len(passages(each.text)) for each in articles(120))
    stopped = CountingEmbedder(fail_after=total // 2)
    with open_archive(tmp_path, stopped) as archive, pytest.raises(KeyboardInterrupt):
        archive.ingest(articles(120))
    again = CountingEmbedder()
    with open_archive(tmp_path, again) as archive:
        done = archive.ingest(articles(120))
        assert len(done.added) + len(done.unchanged) == 120
    assert 0 < len(stopped.given) < total
    assert sorted(stopped.given + again.given) == sorted({*stopped.given, *again.given})


# Dates


def test_the_dates_run_from_the_earliest_to_the_latest_and_the_newest_come_first(archive: Archive) -> None:
    assert archive.dates == Dates()
    written = ["2021-09", "", "2019", "2019-01-01", "2021-09-02", "2020-12-31", ""]
    given = [
        replace(article(number), published=Published.parse(date) if date else Published())
        for number, date in enumerate(written)
    ]
    archive.ingest(given)
    assert archive.dates == Dates(Published.parse("2019-01-01"), Published.parse("2021-09"), 2)
    newest = ["2021-09", "2021-09-02", "2020-12-31", "2019", "2019-01-01", "", ""]
    assert [each.published.iso for each in archive.newest()] == newest


# Origins and pruning


def test_pruning_removes_what_is_gone_from_the_same_origin_and_nothing_else(archive: Archive) -> None:
    archive.ingest(articles(3), origin="/folder")
    archive.ingest([article(7)], origin="/other")
    done = archive.ingest(articles(2), origin="/folder", prune=True)
    assert done.removed == ("sak/002",)
    assert [each.id for each in archive.articles()] == ["sak/000", "sak/001", "sak/007"]
    assert found_by_words(archive, "merke2v0") == []


def test_without_pruning_nothing_is_removed(archive: Archive) -> None:
    archive.ingest(articles(3), origin="/folder")
    assert archive.ingest([], origin="/folder").removed == ()
    assert archive.article_count == 3


def test_an_empty_folder_does_not_empty_the_archive(archive: Archive) -> None:
    archive.ingest(articles(3), origin="/folder")
    done = archive.ingest([], origin="/folder", prune=True)
    assert archive.article_count == 3
    assert "none was removed" in done.skipped[0][1]


@dataclass(frozen=True)
class _Unreadable:
    source: str
    reason: str = "cannot be read"
    expected: bool = False


@pytest.mark.parametrize("source", ["/folder/sak/002.html", "/folder/all.jsonl:7"])
def test_pruning_spares_what_could_not_be_read_this_time(archive: Archive, source: str) -> None:
    archive.ingest(articles(3), origin="/folder")
    done = archive.ingest([*articles(2), _Unreadable(source)], origin="/folder", prune=True)
    assert done.removed == ()
    assert done.skipped == ((source, "cannot be read"),)


def test_pruning_spares_what_became_unfit(archive: Archive) -> None:
    archive.ingest(articles(3), origin="/folder")
    done = archive.ingest([*articles(2), replace(article(2), text="")], origin="/folder", prune=True)
    assert done.removed == ()
    assert archive.article("sak/002") == article(2)


def test_an_article_that_takes_the_place_of_one_from_elsewhere_is_reported(archive: Archive) -> None:
    archive.ingest(articles(2), origin="/one")
    done = archive.ingest([article(1, version=1)], origin="/two")
    assert done.displaced == ("sak/001",)
    moved = archive.ingest([article(0)], origin="/two")
    assert (moved.unchanged, moved.displaced) == (("sak/000",), ())
    assert archive.ingest([article(5)], origin="/one", prune=True).removed == ()


# Writers


def test_a_second_writer_is_told_who_the_first_is_and_a_reader_reads_on(archive: Archive, tmp_path: Path) -> None:
    archive.ingest(articles(3))
    inside, go_on = threading.Event(), threading.Event()

    def slowly() -> Iterator[Article]:
        inside.set()
        go_on.wait(20)
        yield article(9)

    writer = threading.Thread(target=lambda: archive.ingest(slowly()))
    writer.start()
    assert inside.wait(20)
    with open_archive(tmp_path / "home", CountingEmbedder()) as other:
        with pytest.raises(ArchiveLocked, match=r"process \d+ \("):
            other.ingest([article(4)])
        assert found_by_words(other, "merke1v0") == ["sak/001"]
        go_on.set()
        writer.join()
        assert found_by_words(other, "merke9v0") == ["sak/009"]
        assert other.ingest([article(4)]).added == ("sak/004",)


def test_each_article_is_findable_while_the_ingest_goes_on(archive: Archive, tmp_path: Path) -> None:
    archive.ingest(articles(3))
    with open_archive(tmp_path / "home", CountingEmbedder()) as reader:

        def watched() -> Iterator[Article]:
            for number in range(10, 90):
                yield article(number)
            stored = [each.id for each in reader.articles()]
            assert "sak/010" in stored
            for each in stored:
                mark = f"merke{int(each[-3:])}v0"
                assert found_by_words(reader, mark) == [each]
                assert found_by_words(archive, mark) == [each]
            yield article(90)

        archive.ingest(watched())
        assert found_by_words(reader, "merke90v0") == ["sak/090"]


def test_progress_counts_the_articles_dealt_with(archive: Archive) -> None:
    seen: list[int] = []
    archive.ingest(articles(5), progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 5


def test_a_closed_archive_says_so(archive: Archive) -> None:
    archive.close()
    with pytest.raises(ArchiveUnusable, match="closed"):
        archive.article("x")
