"""Several rankings into one: what the word index, the vectors and the passages' own sentences say of each candidate.

Reciprocal ranks throw away how sure each ranking is, and ties go to whoever is listed first; so the scores themselves, and
how the question's terms stand in each passage, are features of a ranking model that is fitted (see benchmarks/fit.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vectorstore.annotation import Sentence
from vectorstore.article import Passage
from vectorstore.language import tokens
from vectorstore.query import Query

Floats = NDArray[np.float64]

_NEAR = 2  # words from one term to the next
_SHORT, _LONG = 4, 5  # letters from which on a stem is looked for where a compound begins, and anywhere in it
_WITHIN = 0.6  # what a term counts that stands within a longer word


@dataclass(frozen=True)
class Candidate:
    """A passage that some index found, with what each index says of it: 0 where it says nothing."""

    key: int
    article: int
    number: int
    passage: Passage
    sentences: tuple[Sentence, ...]
    heading: frozenset[str]
    bm25: float
    article_bm25: float
    cosine: float


@dataclass(frozen=True)
class Matches:
    """How the question's terms stand in the candidates.

    `sentences` has a row per sentence of all candidates, in order, and `headings` a row per candidate; a column per term
    of the query holds 0 to 1. `first[i]` is the first sentence of candidate `i`. `weights` are the terms' shares of the
    question's whole idf; they add up to 1.
    """

    sentences: Floats
    headings: Floats
    first: NDArray[np.intp]
    weights: Floats

    @property
    def passages(self) -> Floats:
        """A row per candidate: the best that any of its sentences offers for each term."""
        return np.maximum.reduceat(self.sentences, self.first, axis=0)


@dataclass(frozen=True)
class Findings:
    """The passages found for a question, best first, with the ranking's score of each and how its terms stand in them."""

    query: Query
    candidates: tuple[Candidate, ...]
    scores: Floats
    matches: Matches


def _within(stem: str, sentence: Sentence) -> bool:
    """Whether a stem stands within a longer word of a sentence; a short one only where it begins."""
    return (stem if len(stem) >= _LONG else f" {stem}") in sentence.run if len(stem) >= _SHORT else False


def weighed(query: Query) -> float:
    """The idf of all terms together, each at its weight; 1 where there is none, for it is divided by."""
    return sum(term.idf * term.weight for term in query.terms) or 1.0


def match(query: Query, candidates: Sequence[Candidate]) -> Matches:
    """Look up each term of the question in each sentence and each heading of the candidates."""
    terms = query.terms
    every = [sentence for candidate in candidates for sentence in candidate.sentences]
    table = np.zeros((len(every), len(terms)))
    headings = np.zeros((len(candidates), len(terms)))
    for column, term in enumerate(terms):
        for stem, weight in term.alternatives:
            for row, sentence in enumerate(every):
                if stem in sentence.places:
                    table[row, column] = max(table[row, column], weight)
                elif _within(stem, sentence):
                    table[row, column] = max(table[row, column], weight * _WITHIN)
            for row, candidate in enumerate(candidates):
                if stem in candidate.heading and weight > headings[row, column]:
                    headings[row, column] = weight
    counts = [len(candidate.sentences) for candidate in candidates]
    for column, term in enumerate(terms):
        if term.year:  # what an article of that year tells is of that year, unless it says otherwise
            table[:, column] = np.maximum(table[:, column], np.repeat(headings[:, column], counts))
    idf = np.array([term.idf * term.weight for term in terms])
    weights = idf / idf.sum() if idf.sum() > 0 else np.full(len(terms), 1 / max(1, len(terms)))
    return Matches(table, headings, np.cumsum([0, *counts[:-1]]), weights)


FEATURES = (
    "bm25 of best", "bm25 per idf", "bm25 rank", "cosine standing", "cosine of best", "cosine rank", "article of best", "article rank",
    "article per idf", "in passage", "in passage or heading", "in best sentence", "in best sentence or heading", "in best pair",
    "in heading", "names in passage or heading", "most missed", "neighbours in question", "sign in passage", "sign where it matches",
    "new name where it matches", "new number where it matches", "number of passage", "length", "in passage beside it", "terms", "unknown terms",
    "bm25 gap", "kind", "names in best sentence", "small words in best sentence", "share of names in passage",
    "other words in best sentence", "other words in passage",
)  # fmt: skip


def features(query: Query, candidates: Sequence[Candidate], matches: Matches) -> Floats:
    """What is known of each candidate: shape `(len(candidates), len(FEATURES))`; named in `FEATURES`."""
    weights, count = matches.weights, len(candidates)
    idf = weighed(query)
    bm25 = np.array([c.bm25 for c in candidates])
    cosine = np.array([c.cosine for c in candidates])
    article = np.array([c.article_bm25 for c in candidates])
    passages = matches.passages
    whole = np.maximum(passages, matches.headings)
    held = np.repeat(np.arange(count), np.diff([*matches.first, len(matches.sentences)]))
    by_sentence = matches.sentences @ weights
    with_heading = np.maximum(matches.sentences, matches.headings[held]) @ weights
    paired = _paired(matches, held) @ weights
    signs, new_names, new_numbers = _answers(query, candidates)
    named = names_of(query)
    names = named * weights
    near = neighbours(query, candidates, matches)

    def best(of_sentences: Floats) -> Floats:
        most: Floats = np.maximum.reduceat(of_sentences, matches.first)
        return most

    covered = passages @ weights
    columns = [
        bm25 / (bm25.max() or 1), bm25 / idf, _ranks(bm25), standing(cosine), cosine / (cosine.max() or 1), _ranks(cosine),
        article / (article.max() or 1), _ranks(article), article / idf, covered, whole @ weights, best(by_sentence), best(with_heading), best(paired),
        matches.headings @ weights, whole @ names / (names.sum() or 1), ((1 - whole) * weights).max(axis=1, initial=0), best(near), best(signs),
        best(signs * by_sentence), best(new_names * by_sentence), best(new_numbers * by_sentence), np.array([c.number for c in candidates], float),
        np.array([len(c.passage.span) for c in candidates], float), _beside(candidates, covered), np.full(count, float(len(query.terms))),
        np.full(count, (whole.max(axis=0) == 0).mean() if query.terms else 0.0),
        bm25 - np.sort(bm25)[-2:].min(), np.full(count, float(query.kind)), best(matches.sentences @ named), best(small_words(query, candidates)),
        passages @ named, best(matches.sentences @ others_of(query)), passages @ others_of(query),
    ]  # fmt: skip
    return np.stack(columns, axis=1)


def standing(scores: Floats) -> Floats:
    """How far above the mean each score is, in standard deviations: so an embedder's own scale does not matter."""
    spread: Floats = (scores - scores.mean()) / (scores.std() or 1)
    return spread


def _ranks(scores: Floats) -> Floats:
    """Logarithm of the rank, best first; equal scores share the better rank."""
    order = np.sort(-scores)
    return np.log1p(np.searchsorted(order, -scores))


def _paired(matches: Matches, held: NDArray[np.intp]) -> Floats:
    """For each sentence, what it and the one after it in the same passage hold together."""
    pairs = matches.sentences.copy()
    if len(pairs) > 1:
        same = (held[1:] == held[:-1])[:, None]
        pairs[:-1] = np.maximum(pairs[:-1], np.where(same, matches.sentences[1:], 0))
    return pairs


def _answers(query: Query, candidates: Sequence[Candidate]) -> tuple[Floats, Floats, Floats]:
    """For each sentence: whether it has what the question's kind asks for, and names and numbers the question has not."""
    asked = {term.word for term in query.terms}
    every = [sentence for candidate in candidates for sentence in candidate.sentences]
    signs = np.array([query.kind in sentence.signs for sentence in every], float)
    names = np.array([bool(sentence.names - asked) for sentence in every], float)
    numbers = np.array([bool(sentence.numbers - asked) for sentence in every], float)
    return signs, names, numbers


def neighbours(query: Query, candidates: Sequence[Candidate], matches: Matches) -> Floats:
    """For each sentence, the share of the question's neighbouring terms that stand near each other in it too."""
    every = [sentence for candidate in candidates for sentence in candidate.sentences]
    held = matches.sentences > 0
    found = np.zeros(len(every))
    for at, (left, right) in enumerate(zip(query.terms, query.terms[1:], strict=False)):
        for row in np.flatnonzero(held[:, at] & held[:, at + 1]):
            places = every[row].places
            here = [places[stem] for stem, _ in left.alternatives if stem in places]
            there = [places[stem] for stem, _ in right.alternatives if stem in places]
            found[row] += any(0 < b - a <= _NEAR for a in here for b in there)
    return found / max(1, len(query.terms) - 1)


def names_of(query: Query) -> Floats:
    """For each term its share of the question's names: they add up to 1, or are all 0 where it has none."""
    named = np.array([term.name for term in query.terms], float)
    return named / (named.sum() or 1)


def others_of(query: Query) -> Floats:
    """For each term its share of the question's words that are not names, as `names_of`."""
    others = np.array([not term.name for term in query.terms], float)
    return others / (others.sum() or 1)


def small_words(query: Query, candidates: Sequence[Candidate]) -> Floats:
    """For each sentence, the share of all the question's own words, function words too, that stand in it as they are."""
    asked = set(tokens(query.texts[0][0]))
    return np.array([len(asked & sentence.vocabulary) for c in candidates for sentence in c.sentences]) / max(
        1, len(asked)
    )


def _beside(candidates: Sequence[Candidate], covered: Floats) -> Floats:
    """How much of the question the passages before and after this one hold, where they are candidates too."""
    at = {(c.article, c.number): share for c, share in zip(candidates, covered, strict=True)}
    return np.array(
        [max(at.get((c.article, c.number - 1), 0.0), at.get((c.article, c.number + 1), 0.0)) for c in candidates]
    )
