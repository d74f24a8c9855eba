"""The word index: which passages and articles hold the words of a question (BM25, by tantivy).

Two tantivy indexes stand in one folder, `passages` and `articles`, because BM25 counts documents: in one index a passage
would be weighed against the number of articles too. Each commit records the revision of the archive that it is at, in the
index itself, so that index and record cannot come apart. Words are stemmed before they come here and are indexed as they are:
a tokenizer of our own would have to be registered anew by everyone who opens the index.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from vectorstore.lexicon import Alternative
from vectorstore.words.analysis import Analysed, Entry, heading_words, spoken
from vectorstore.words.engine import Index, article_schema, erase, inverse_frequency, passage_schema

__all__ = ["Alternatives", "Entry", "WordIndex", "Words", "WordsWithTail", "erase", "heading_words", "spoken"]

Alternatives = Sequence[Alternative]
"""Ways to match one term of a question."""

TITLE_BOOST = 0.6
"""What a word in the title counts beside one in the passage; chosen on NorQuAD's training questions."""

_PASSAGES, _ARTICLES = "passages", "articles"


class WordIndex(Protocol):
    """Ranks passages and articles by the words they hold. Keys are the archive's; scores are BM25, best first."""

    @property
    def passage_count(self) -> int: ...

    @property
    def article_count(self) -> int: ...

    def search_passages(
        self, terms: Sequence[Alternatives], limit: int, *, title_boost: float = TITLE_BOOST
    ) -> list[tuple[int, float]]:
        """Passages that hold at least one of the terms. A term counts once, by the best of its alternatives in text or title."""

    def search_articles(self, terms: Sequence[Alternatives], limit: int) -> list[tuple[int, float]]:
        """Articles that hold at least one of the terms, title and whole text as one."""

    def passage_frequency(self, stem: str) -> int:
        """In the text of how many passages a stem stands."""

    def vocabulary(self, prefix: str) -> list[tuple[str, int]]:
        """The lower-case words that begin so and in how many articles each stands, the commonest first."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that the articles are read in, the commonest first."""


class Words:
    """One word index, in a folder or, without one, in memory. It has one writer at a time; that is the caller's to see to.

    A search runs on the commit that was last loaded, from any thread. Raises `IndexBroken` where tantivy cannot go on.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Open the index in the folder, verified, or make an empty one at revision 0. Raises `IndexBroken`."""
        self.passages = Index(folder and folder / _PASSAGES, passage_schema)
        self.articles = Index(folder and folder / _ARTICLES, article_schema)

    @property
    def revision(self) -> int:
        """The revision of the archive that the index is at: every change up to it is in, some later ones may be."""
        return min(self.passages.revision, self.articles.revision)

    @property
    def passage_count(self) -> int:
        return self.passages.count

    @property
    def article_count(self) -> int:
        return self.articles.count

    def reload(self) -> None:
        """Go over to the newest commit, verified, which another process may have made."""
        self.passages.reload()
        self.articles.reload()

    def update(self, changed: Iterable[Entry], removed: Iterable[int], revision: int) -> None:
        """Take in articles anew and drop others (by key), and record the revision this brings the index to."""
        self._write(changed, removed, revision, afresh=False)

    def rebuild(self, entries: Iterable[Entry], revision: int) -> None:
        """Begin again with these articles and leave no byte of what was in the index before."""
        self._write(entries, (), revision, afresh=True)
        self.passages.sweep()
        self.articles.sweep()

    def _write(self, changed: Iterable[Entry], removed: Iterable[int], revision: int, *, afresh: bool) -> None:
        with self.passages.writing(revision, afresh) as passages, self.articles.writing(revision, afresh) as articles:
            for key in removed:
                passages.drop(key)
                articles.drop(key)
            for entry in changed:
                analysed = Analysed(entry)
                passages.replace(entry.key, analysed.passage_documents())
                articles.replace(entry.key, [analysed.article_document()])

    def search_passages(
        self, terms: Sequence[Alternatives], limit: int, *, title_boost: float = TITLE_BOOST
    ) -> list[tuple[int, float]]:
        return self.passages.search(terms, {"body": 1.0, "title": title_boost}, limit)

    def search_articles(self, terms: Sequence[Alternatives], limit: int) -> list[tuple[int, float]]:
        return self.articles.search(terms, {"text": 1.0}, limit)

    def passage_frequency(self, stem: str) -> int:
        return self.passages.frequency("body", stem)

    def vocabulary(self, prefix: str) -> list[tuple[str, int]]:
        return self.articles.terms("surface", prefix)

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(language for language, _ in self.articles.terms("language", ""))


class WordsWithTail:
    """Two word indexes as one: an older one, and a small one with the articles that changed since.

    Both are scored by the frequencies of the two together, so that their scores can be compared.
    """

    def __init__(self, older: Words, tail: Words, replaced: frozenset[int]) -> None:
        """`replaced` are the keys of the articles that are no longer as the older index has them."""
        self._parts = ((older, replaced), (tail, frozenset[int]()))

    @property
    def passage_count(self) -> int:
        return sum(part.passage_count for part, _ in self._parts)

    @property
    def article_count(self) -> int:
        return sum(part.article_count for part, _ in self._parts)

    def search_passages(
        self, terms: Sequence[Alternatives], limit: int, *, title_boost: float = TITLE_BOOST
    ) -> list[tuple[int, float]]:
        return self._search(
            [part.passages for part, _ in self._parts], terms, {"body": 1.0, "title": title_boost}, limit
        )

    def search_articles(self, terms: Sequence[Alternatives], limit: int) -> list[tuple[int, float]]:
        return self._search([part.articles for part, _ in self._parts], terms, {"text": 1.0}, limit)

    def passage_frequency(self, stem: str) -> int:
        return sum(part.passage_frequency(stem) for part, _ in self._parts)

    def vocabulary(self, prefix: str) -> list[tuple[str, int]]:
        return self._terms("surface", prefix)

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(language for language, _ in self._terms("language", ""))

    def _terms(self, field: str, prefix: str) -> list[tuple[str, int]]:
        """The terms of the articles that begin so and in how many of both parts each stands, the commonest first."""
        counted: Counter[str] = Counter()
        for part, _ in self._parts:
            counted.update(dict(part.articles.terms(field, prefix)))
        return sorted(counted.items(), key=lambda found: (-found[1], found[0]))

    def _search(
        self, indexes: Sequence[Index], terms: Sequence[Alternatives], fields: Mapping[str, float], limit: int
    ) -> list[tuple[int, float]]:
        total = sum(index.count for index in indexes)

        def rarity(field: str, stem: str) -> float:
            return inverse_frequency(total, sum(index.frequency(field, stem) for index in indexes))

        found: list[tuple[int, float]] = []
        for index, (_, hidden) in zip(indexes, self._parts, strict=True):
            found += index.search(terms, fields, limit, hidden=hidden, rarity=rarity)
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:limit]
