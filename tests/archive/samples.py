"""Articles made by rule, an embedder that counts, and what an archive answers."""

import random
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from vectorstore import Article, Published
from vectorstore.archive import Archive
from vectorstore.embedding import Vectors
from vectorstore.language import stems, tokens

_WORDS = [
    "regjeringen",
    "stortinget",
    "avtalen",
    "fergen",
    "kommunen",
    "fisken",
    "snøen",
    "broen",
    "skolen",
    "sykehuset",
    "valget",
    "budsjettet",
    "forslaget",
    "reisen",
    "sier",
    "mener",
    "foreslår",
    "åpner",
    "stenger",
    "bygger",
    "selger",
    "kjøper",
    "vinner",
    "taper",
    "krever",
    "venter",
    "lover",
    "møter",
    "nye",
    "gamle",
    "store",
    "små",
    "dyre",
    "billige",
    "raske",
    "norske",
    "svenske",
    "lokale",
    "viktige",
]


def article(number: int, version: int = 0, *, sentences: int = 24) -> Article:
    """An article of some three passages; the word `merke<number>v<version>` stands in no other."""
    chance = random.Random(f"{number} {version}")
    mark = f"merke{number}v{version}"
    lines = [" ".join(chance.choices(_WORDS, k=9)).capitalize() + f" {mark}." for _ in range(sentences)]
    text = "\n".join(lines)
    title = f"Sak {number} om {chance.choice(_WORDS)}"
    return Article(f"sak/{number:03d}", title, text, Published.parse("2020-05"))


def articles(count: int, version: int = 0) -> list[Article]:
    return [article(number, version) for number in range(count)]


class CountingEmbedder:
    """Hashes words to a few dimensions, and remembers every text that it was given."""

    titled = True

    def __init__(self, name: str = "counting", dimensions: int = 48, fail_after: int | None = None) -> None:
        self.name = name
        self.dimensions = dimensions
        self.given: list[str] = []
        self.portions: list[int] = []
        self.fail_after = fail_after

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if self.fail_after is not None and len(self.given) + len(texts) > self.fail_after:
            raise KeyboardInterrupt
        self.given += texts
        self.portions.append(len(texts))
        return np.stack([self.embed_question(text) for text in texts])

    def embed_question(self, text: str) -> Vectors:
        vector = np.zeros(self.dimensions)
        for word in [*tokens(text), self.name]:
            digest = zlib.crc32(f"{self.name} {word}".encode())
            vector[digest % self.dimensions] += 1 + digest % 7
        unit: Vectors = (vector / np.linalg.norm(vector)).astype(np.float32)
        return unit


def terms(text: str) -> list[list[tuple[str, float]]]:
    return [[(stem, 1.0)] for stem in stems(tokens(text), "nb")]


def found_by_words(archive: Archive, text: str) -> list[str]:
    """The ids of the articles whose passages hold a word, best first, each once."""
    keys = [key for key, _ in archive.words.search_passages(terms(text), 50)]
    return list(dict.fromkeys(each.passage.article.id for each in archive.passages(keys)))


def nearest_article(archive: Archive, text: str) -> str:
    ((key, _),) = archive.nearest(archive.embedder.embed_question(text), 1)
    return archive.passages([key])[0].passage.article.id


Answer = tuple[str, int, float]


def answers(archive: Archive, questions: Sequence[str]) -> list[list[Answer]]:
    """All that an archive says to these questions: by words, by articles, by vectors; scores to five digits."""
    found = []
    for question in questions:
        by_words = archive.words.search_passages(terms(question), 20)
        by_vectors = archive.nearest(archive.embedder.embed_question(question), 20)
        for ranking in (by_words, by_vectors):
            scores = dict(ranking)
            stored = archive.passages([key for key, _ in ranking])
            found.append([(each.passage.text, each.number, round(scores[each.key], 5)) for each in stored])
        ranked = archive.words.search_articles(terms(question), 20)
        found.append([(str(key), 0, round(score, 5)) for key, score in ranked])
    return found


def files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


def dying_after(work: str) -> str:
    """A program that does some work on the archive at `{home!r}` and is killed after `{step!r}`; it prints the steps that it comes to."""
    return _DYING + work


_DYING = """
import logging, os, signal
from pathlib import Path
from tests.archive.samples import CountingEmbedder, articles
from vectorstore.archive import open_archive
from vectorstore.archive.steps import STEP

class Death(logging.Handler):
    def emit(self, record):
        if record.levelno == STEP:
            print(record.msg, flush=True)
            if record.msg == {step!r}:
                os.kill(os.getpid(), signal.SIGKILL)

logging.getLogger("vectorstore.archive").addHandler(Death())
logging.getLogger("vectorstore.archive").setLevel(STEP)
"""
