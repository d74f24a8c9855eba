"""Several rankings into one: what the word index, the vectors and the passages' own sentences say of each candidate.

Reciprocal ranks throw away how sure each ranking is, and ties go to whoever is listed first; so the scores themselves, and
how the question's terms stand in each passage, are features of a ranking model that is fitted (see benchmarks/fit.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vectorstore.annotation import Sentence
from vectorstore.article import Passage
from vectorstore.language import tokens
from vectorstore.query import Query
from vectorstore.trees import Features, Floats

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

    @cached_property
    def held(self) -> NDArray[np.intp]:
        """For each sentence, which candidate it is in."""
        counts = np.diff([*self.first, len(self.sentences)])
        return np.repeat(np.arange(len(self.first)), counts)

    def beside(self, by: int) -> Floats:
        """The row of the sentence after each one (`by` = 1) or before it (-1); zeros where that is another passage."""
        moved, held = np.roll(self.sentences, -by, axis=0), self.held
        same = np.roll(held, -by) == held
        same[-1 if by > 0 else 0] = False
        return np.where(same[:, None], moved, 0.0)

    @cached_property
    def passages(self) -> Floats:
        """A row per candidate: the best that any of its sentences offers for each term."""
        return np.maximum.reduceat(self.sentences, self.first, axis=0)

    @cached_property
    def so_far(self) -> Floats:
        """A row per sentence: the best that it, its heading or any sentence before it in its passage offers for each term."""
        seen = np.maximum(self.sentences, self.headings[self.held])
        for start, end in zip(self.first, [*self.first[1:], len(seen)], strict=True):
            seen[start:end] = np.maximum.accumulate(seen[start:end], axis=0)
        return seen

    def in_articles(self, articles: Sequence[int]) -> Floats:
        """A row per candidate, given the article of each: the best that any candidate of its article offers for each term."""
        _, which = np.unique(articles, return_inverse=True)
        best = np.zeros((which.max(initial=-1) + 1, self.headed.shape[1]))
        np.maximum.at(best, which, self.headed)
        whole: Floats = best[which]
        return whole

    @cached_property
    def headed(self) -> Floats:
        """A row per candidate: the best that any of its sentences or its heading offers for each term."""
        return np.maximum(self.passages, self.headings)


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


def features(query: Query, candidates: Sequence[Candidate], matches: Matches) -> Features:
    """What is known of each candidate, by name; there must be at least one."""
    weights, idf = matches.weights, weighed(query)
    bm25, cosine, article = (
        np.array(each) for each in zip(*((c.bm25, c.cosine, c.article_bm25) for c in candidates), strict=True)
    )
    passages = matches.passages
    whole = matches.headed
    covered, by_sentence = passages @ weights, matches.sentences @ weights
    names, others = names_of(query), others_of(query)
    told = _answers(query, candidates)

    def best(of_sentences: Floats) -> Floats:
        most: Floats = np.maximum.reduceat(of_sentences, matches.first)
        return most

    def all_of(value: float) -> Floats:
        return np.full(len(candidates), value)

    return {
        "bm25 of best": bm25 / (bm25.max() or 1),
        "bm25 per idf": bm25 / idf,
        "bm25 rank": _ranks(bm25),
        "bm25 gap": bm25 - np.sort(bm25)[-2:].min(),
        "cosine standing": standing(cosine),
        "cosine of best": cosine / (cosine.max() or 1),
        "cosine rank": _ranks(cosine),
        "article of best": article / (article.max() or 1),
        "article per idf": article / idf,
        "article rank": _ranks(article),
        "in passage": covered,
        "in passage or heading": whole @ weights,
        "in heading": matches.headings @ weights,
        "in best sentence": best(by_sentence),
        "in best sentence or heading": best(np.maximum(matches.sentences, matches.headings[matches.held]) @ weights),
        "in best pair": best(np.maximum(matches.sentences, matches.beside(1)) @ weights),
        "in passage beside it": _beside(candidates, covered),
        "most missed": ((1 - whole) * weights).max(axis=1, initial=0),
        "names in best sentence": best(matches.sentences @ names),
        "names in passage": passages @ names,
        "names in passage or heading": whole @ names,
        "other words in best sentence": best(matches.sentences @ others),
        "other words in passage": passages @ others,
        "terms in best sentence": best(_mean(matches.sentences)),
        "terms in passage": _mean(passages),
        "neighbours in question": best(neighbours(query, candidates, matches)),
        "small words in best sentence": best(small_words(query, candidates)),
        "sign in passage": best(told.signs),
        "sign where it matches": best(told.signs * by_sentence),
        "new name where it matches": best(told.names * by_sentence),
        "new number where it matches": best(told.numbers * by_sentence),
        "length": np.array([len(c.passage.span) for c in candidates], float),
        "terms": all_of(len(query.terms)),
        "unknown terms": all_of(float(_mean(whole.max(axis=0, keepdims=True) == 0)[0])),
        "kind": all_of(float(query.kind)),
    }


def standing(scores: Floats) -> Floats:
    """How far above the mean each score is, in standard deviations: so an embedder's own scale does not matter."""
    spread: Floats = (scores - scores.mean()) / (scores.std() or 1)
    return spread


def _ranks(scores: Floats) -> Floats:
    """Logarithm of the rank, best first; equal scores share the better rank."""
    order = np.sort(-scores)
    return np.log1p(np.searchsorted(order, -scores))


@dataclass(frozen=True)
class _Answers:
    """For each sentence, 1 or 0: has it what the question's kind asks for; a name, a number that the question has not?"""

    signs: Floats
    names: Floats
    numbers: Floats


def _answers(query: Query, candidates: Sequence[Candidate]) -> _Answers:
    asked = {term.word for term in query.terms}
    every = [sentence for candidate in candidates for sentence in candidate.sentences]
    return _Answers(
        np.array([sentence.shows(query.kind) for sentence in every], float),
        np.array([bool(sentence.names - asked) for sentence in every], float),
        np.array([bool(sentence.numbers - asked) for sentence in every], float),
    )


def _mean(table: Floats | NDArray[np.bool_]) -> Floats:
    """The mean of each row; 0 where a row is empty."""
    share: Floats = table.sum(axis=1) / max(1, table.shape[1])
    return share


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
