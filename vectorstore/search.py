"""From a question to the passages that may answer it.

    question → terms → words (BM25) and vectors → candidates → features → ranking model → findings, best first

Earlier questions of the same conversation count too, each turn back at half the weight; so a follow-up finds what the
conversation is about without a model.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Generic, Protocol, TypeVar

import numpy as np

from vectorstore.annotation import Sentence, annotate
from vectorstore.archive.values import StoredPassage
from vectorstore.article import Article, Hit
from vectorstore.embedding import Embedder, Vectors
from vectorstore.errors import EmbeddingFailed
from vectorstore.fusion import Candidate, Findings, features, match
from vectorstore.language import stems
from vectorstore.lexicon import Lexicon
from vectorstore.query import Query, analyse
from vectorstore.trees import Floats, Trees
from vectorstore.words import WordIndex, heading_words, spoken

_BY_WORDS, _BY_VECTORS, _ARTICLES = 60, 30, 50  # candidates from each ranking; more than these add no recall on NorQuAD
_KEPT = 20_000  # passages whose sentences are kept in memory


log = logging.getLogger(__name__)

Key = TypeVar("Key")
Value = TypeVar("Value")


class Source(Protocol):
    """What is searched: an archive with its indexes. Raises `VectorstoreError`."""

    embedder: Embedder

    @property
    def words(self) -> WordIndex: ...

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[int, float]]: ...

    def cosines(self, vector: Vectors, keys: Sequence[int]) -> list[float]: ...

    def passages(self, keys: Sequence[int]) -> list[StoredPassage]: ...


class Search:
    """Finds passages in a source. May be used from any number of threads."""

    def __init__(self, source: Source, ranking: Trees | None = None) -> None:
        """`ranking` orders the candidates; without one, the model that ships does."""
        self._source = source
        self._given = ranking
        self._lexicon_of: tuple[WordIndex, Lexicon] | None = None
        self._read = _Recent[int, tuple[tuple[Sentence, ...], frozenset[str]]](_KEPT)
        self._languages = _Recent[str, str](_KEPT)

    @cached_property
    def _ranking(self) -> Trees:
        return self._given or Trees.read("vectorstore", "ranking.npz")

    def find(self, question: str, earlier: Sequence[str] = (), limit: int = 10) -> Findings:
        """The passages most likely to answer a question, best first, at most `limit`.

        `earlier` are the questions asked before in the same conversation, oldest first.
        """
        query, candidates = self.candidates(question, earlier)
        if not candidates:
            return Findings(query, (), np.zeros(0), match(query, ()))
        scores = self._ranking.scores(features(query, candidates, match(query, candidates)))
        return ranked(query, candidates, scores, limit)

    def hits(self, question: str, earlier: Sequence[str] = (), limit: int = 10) -> list[Hit]:
        """What `find` finds, as hits."""
        found = self.find(question, earlier, limit)
        return [
            Hit(candidate.passage, float(score))
            for candidate, score in zip(found.candidates, found.scores, strict=True)
        ]

    def candidates(self, question: str, earlier: Sequence[str] = ()) -> tuple[Query, list[Candidate]]:
        """Everything that any index finds for a question, not yet ranked."""
        words = self._source.words
        query = analyse(question, self._lexicon(words), earlier)
        return query, self._candidates(query, words)

    def _lexicon(self, words: WordIndex) -> Lexicon:
        known = self._lexicon_of
        if known is None or known[0] is not words:
            known = self._lexicon_of = (words, Lexicon(words))
        return known[1]

    def _candidates(self, query: Query, words: WordIndex) -> list[Candidate]:
        terms = [[(stem, weight * term.weight) for stem, weight in term.alternatives] for term in query.terms]
        by_words = dict(words.search_passages(terms, _BY_WORDS))
        articles = dict(words.search_articles(terms, _ARTICLES))
        vector = self._vector(query) if by_words or (terms and self._source.embedder.titled) else None
        by_vectors = self._source.nearest(vector, _BY_VECTORS) if vector is not None else []
        stored = self._source.passages(list(dict.fromkeys([*by_words, *(key for key, _ in by_vectors)])))
        keys = [each.key for each in stored]
        cosines = self._source.cosines(vector, keys) if vector is not None else [0.0] * len(keys)
        return [
            Candidate(
                each.key, each.article_key, each.number, each.passage, *self._annotated(each),
                by_words.get(each.key, 0.0), articles.get(each.article_key, 0.0), cosine,
            )
            for each, cosine in zip(stored, cosines, strict=True)
        ]  # fmt: skip

    def _vector(self, query: Query) -> Vectors | None:
        """The direction of the question and, at their weights, of the turns before it; None where the embedder gives none."""
        try:
            directions = [weight * self._source.embedder.embed_question(text) for text, weight in query.texts]
        except EmbeddingFailed as error:
            log.warning("answering by words alone: %s", error)
            return None
        total = np.sum(directions, axis=0)
        direction: Vectors = (total / (np.linalg.norm(total) or 1)).astype(np.float32)
        return direction

    def _annotated(self, stored: StoredPassage) -> tuple[tuple[Sentence, ...], frozenset[str]]:
        """The sentences of a passage and the stems of its heading; a passage's key is never used again, so they stay true."""
        article = stored.passage.article
        language = self._languages.get(article.fingerprint, lambda: spoken(article))
        return self._read.get(
            stored.key, lambda: (annotate(stored.passage.text, language), _heading_stems(article, language))
        )


def ranked(query: Query, candidates: Sequence[Candidate], scores: Floats, limit: int = 10) -> Findings:
    """The best candidates by their scores, at most `limit`; equals stay in the order of the word index."""
    order = np.argsort(-scores, kind="stable")[:limit]
    best = tuple(candidates[at] for at in order)
    return Findings(query, best, scores[order], match(query, best))


def _heading_stems(article: Article, language: str) -> frozenset[str]:
    return frozenset(stems(heading_words(article), language))


class _Recent(Generic[Key, Value]):
    """The values made last, by key; made anew when they have been forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        with self._lock:
            self._values[key] = value
            if len(self._values) > self._most:
                self._values.popitem(last=False)
        return value
