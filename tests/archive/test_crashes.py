"""An archive survives the death of whoever writes to it, at any moment."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.archive.samples import CountingEmbedder, article, articles, found_by_words, nearest_article
from vectorstore.archive import Grade, open_archive
from vectorstore.chunking import passages

_KILLS = 20
_ARTICLES = 40

_INGEST = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from pathlib import Path
from tests.archive.samples import CountingEmbedder, articles
from vectorstore.archive import open_archive

with open_archive(Path(sys.argv[2]), CountingEmbedder()) as archive:
    print("begun", flush=True)
    archive.ingest(articles(int(sys.argv[3]), int(sys.argv[4])), origin="o", prune=True)
    print("done", flush=True)
"""


def _ingest(home: Path, count: int, version: int) -> "subprocess.Popen[bytes]":
    import json

    command = [sys.executable, "-c", _INGEST, json.dumps(sys.path), str(home), str(count), str(version)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def test_an_ingest_killed_at_any_moment_leaves_each_article_wholly_in_or_wholly_out(tmp_path: Path) -> None:
    chance = random.Random(20)
    for version in range(_KILLS):
        child = _ingest(tmp_path, _ARTICLES - version % 3, version)
        assert child.stdout is not None
        assert child.stdout.readline() == b"begun\n"
        try:
            # Storing takes some 0.2 s here, pruning and sealing another 1.2 s.
            child.wait(chance.choice([chance.uniform(0, 0.25), chance.uniform(0.25, 1.5)]))
        except subprocess.TimeoutExpired:
            child.kill()
        child.wait()
        child.stdout.close()
        _check(tmp_path, version)
    with open_archive(tmp_path, CountingEmbedder()) as archive:
        archive.ingest(articles(_ARTICLES, _KILLS), origin="o", prune=True)
        assert list(archive.articles()) == sorted(
            articles(_ARTICLES, _KILLS), key=lambda each: archive_order(archive, each.id)
        )
        assert archive.open_vectors()
        assert {each.grade for each in archive.check()} == {Grade.OK}


def archive_order(archive: object, article_id: str) -> int:
    order = [each.id for each in archive.articles()]  # type: ignore[attr-defined]
    return order.index(article_id)


def _check(home: Path, version: int) -> None:
    """Every article is as it was in this or an earlier round, all its passages are there, and all indexes find it."""
    with open_archive(home, CountingEmbedder()) as archive:
        stored = list(archive.articles())
        assert len(stored) == archive.article_count
        total = 0
        for each in stored:
            number = int(each.id[-3:])
            written = next(v for v in range(version, -1, -1) if article(number, v) == each)
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
