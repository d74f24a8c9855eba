"""The writer that needs no model: it answers with sentences of the articles, word for word."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bot.answer import Citation, Draft
from vectorstore.annotation import Sentence
from vectorstore.article import Span
from vectorstore.fusion import Candidate, Findings, names_of, neighbours, others_of, small_words, standing, weighed
from vectorstore.kinds import COUNTED
from vectorstore.query import Query
from vectorstore.trees import Trees

Floats = NDArray[np.float64]

NOT_FOUND_BELOW = 0.5
"""Confidence below which the articles are said to hold no answer: chosen on the development questions, see benchmarks/README.md."""

_MOST_QUOTES = 3
_LONGEST_HEADLINE = 9  # words
_BULLETS = ("•", "-", "–", "*")
_FAR_BEHIND = 3.0  # a sentence scored so far below the best is not worth a reader's time


class QuotingWriter:
    """Answers with one to three sentences of the articles, best first, or not at all."""

    name = "quoting"

    def write(self, findings: Findings) -> Draft:
        """The sentences that answer, or a draft without any where it is less likely than `NOT_FOUND_BELOW` that they do."""
        features = sentence_features(findings)
        if not len(features):
            return Draft("", (), 0.0)
        scores = self._sentences.scores(features)
        confidence = self._confidence_of(answer_features(findings, features, scores))
        if confidence < NOT_FOUND_BELOW:
            return Draft("", (), confidence)
        citations = tuple(_citations(findings, scores))
        return Draft("\n\n".join(f"{each.quote} [{each.number}]" for each in citations), citations, confidence)

    @cached_property
    def _sentences(self) -> Trees:
        return Trees.read("bot.writers", "sentences.npz")

    @cached_property
    def _confidence(self) -> Trees:
        return Trees.read("bot.writers", "confidence.npz")

    def _confidence_of(self, features: Floats) -> float:
        return float(1 / (1 + np.exp(-self._confidence.scores(features[None, :])[0])))


def _citations(findings: Findings, scores: Floats) -> Iterator[Citation]:
    """The best sentences, best first; headlines only where nothing else will do, for they say half of it."""
    places = [(candidate.passage, sentence) for candidate in findings.candidates for sentence in candidate.sentences]
    near = [at for at in np.argsort(-scores, kind="stable") if scores[at] >= scores.max() - _FAR_BEHIND]
    whole = [at for at in near if not _is_headline(places[at][1])]
    said: set[str] = set()
    for at in whole or near:
        passage, sentence = places[at]
        if len(said) == _MOST_QUOTES:
            return
        if (words := " ".join(sentence.words)) not in said:
            said.add(words)
            start = passage.span.start
            yield Citation(len(said), passage.article, Span(start + sentence.span.start, start + sentence.span.end))


SENTENCE_FEATURES = (
    "passage behind best", "passage rank", "passage share", "passage number", "place in passage", "sentences in passage", "in sentence",
    "in sentence or heading", "in sentence and one before", "in sentence and one after", "in passage", "behind best sentence", "most missed",
    "names", "neighbours in question", "kind", "sign", "signs", "new names", "new numbers", "words", "nearest new to a match", "ends",
    "spoken", "in sentence before", "in sentence after", "heading", "bm25 per idf", "asks", "opens article", "new share", "first new place",
    "names in it", "small words", "small words behind best", "names in passage", "other words", "other words in passage",
)  # fmt: skip


def _is_headline(sentence: Sentence) -> bool:
    return not sentence.ends and len(sentence.words) <= _LONGEST_HEADLINE and not sentence.text.startswith(_BULLETS)


def sentence_features(findings: Findings) -> Floats:
    """What is known of each sentence of the passages found: shape `(sentences, len(SENTENCE_FEATURES))`, in their order."""
    query, candidates, matches = findings.query, findings.candidates, findings.matches
    if not candidates:
        return np.zeros((0, len(SENTENCE_FEATURES)))
    weights = matches.weights
    counts = [len(candidate.sentences) for candidate in candidates]
    held = np.repeat(np.arange(len(candidates)), counts)
    behind = findings.scores - findings.scores.max()
    share = np.exp(behind) / np.exp(behind).sum()
    headed = np.maximum(matches.sentences, matches.headings[held])
    covered = matches.sentences @ weights
    before, after = _shifted(matches.sentences, held, 1), _shifted(matches.sentences, held, -1)
    names = np.array([term.name for term in query.terms], float) * weights
    every = [(sentence, at, candidate) for candidate in candidates for at, sentence in enumerate(candidate.sentences)]
    asked = {term.word for term in query.terms}
    small = small_words(query, candidates)
    alone = np.array([_alone(query, sentence, at, candidate, asked) for sentence, at, candidate in every])
    columns = [
        behind[held], held.astype(float), share[held], np.array([c.number for c in candidates], float)[held], alone[:, 0], np.array(counts, float)[held],
        covered, headed @ weights, np.maximum(matches.sentences, before) @ weights, np.maximum(matches.sentences, after) @ weights,
        (matches.passages @ weights)[held], covered - covered.max(), ((1 - headed) * weights).max(axis=1, initial=0), headed @ names / (names.sum() or 1),
        neighbours(query, candidates, matches), np.full(len(every), float(query.kind)), *alone[:, 1:9].T, before @ weights, after @ weights,
        (matches.headings @ weights)[held], np.array([c.bm25 for c in candidates])[held] / weighed(query), *alone[:, 9:].T,
        matches.sentences @ names_of(query), small, small - small.max(), (matches.passages @ names_of(query))[held],
        matches.sentences @ others_of(query), (matches.passages @ others_of(query))[held],
    ]  # fmt: skip
    return np.stack(columns, axis=1)


def _shifted(table: Floats, held: NDArray[np.intp], by: int) -> Floats:
    """The row before (`by` = 1) or after (-1) each row, where it is of the same passage; else zeros."""
    moved = np.roll(table, by, axis=0)
    same = np.roll(held, by) == held
    same[0 if by > 0 else -1] = False
    return np.where(same[:, None], moved, 0.0)


def _alone(query: Query, sentence: Sentence, at: int, candidate: Candidate, asked: set[str]) -> list[float]:
    """What is known of a sentence without looking at the others."""
    new = [(place, word) for place, word in sentence.new_places if word not in asked]
    found = [sentence.places[stem] for term in query.terms for stem, _ in term.alternatives if stem in sentence.places]
    wanted = [place for place, word in new if (word in sentence.numbers) == (query.kind in COUNTED)]
    nearest = min((abs(a - b) for a in wanted for b in found), default=40)
    stripped = sentence.text.lstrip()
    return [
        float(at), float(query.kind in sentence.signs), float(len(sentence.signs)), float(len(sentence.names - asked)), float(len(sentence.numbers - asked)),
        float(len(sentence.words)), float(nearest), float(sentence.ends), float(stripped.startswith(("–", "—", "-", "«", "“", '"'))),
        float("?" in sentence.text), float(at == 0 and candidate.number == 0), len(new) / max(1, len(sentence.words)), float(new[0][0] if new else 40),
    ]  # fmt: skip


ANSWER_FEATURES = (
    "best sentence", "second behind best", "share of best", "best passage", "second passage behind", "share of best passage", "same article",
    "in best sentence", "in best sentence or heading", "in best pair", "in its passage or heading", "in its article", "in any passage", "most missed",
    "most missed in article", "names in article", "names in passage", "unknown terms", "unknown weight", "bm25 per idf", "cosine", "terms", "kind", "sign",
    "neighbours in question", "names asked", "article bm25 per idf",
    "other words in it", "other words in passage", "other words in article", "other words unknown",
)  # fmt: skip


def answer_features(findings: Findings, features: Floats, scores: Floats) -> Floats:
    """What tells whether the best sentence answers the question: shape `(len(ANSWER_FEATURES),)`.

    `features` and `scores` are those of the sentences; there must be at least one.
    """
    query, matches, candidates = findings.query, findings.matches, findings.candidates
    weights = matches.weights
    order = np.argsort(-scores, kind="stable")
    best = int(order[0])
    held = np.repeat(np.arange(len(candidates)), [len(candidate.sentences) for candidate in candidates])
    home = int(held[best])
    same = np.array([candidate.article == candidates[home].article for candidate in candidates])
    whole = np.maximum(matches.passages, matches.headings)
    article = whole[same].max(axis=0)
    chances = np.exp(scores - scores[best])
    ranked = np.sort(findings.scores)[::-1]
    row = features[best]
    named = np.array([term.name for term in query.terms], float)
    names = named * weights
    unknown = (whole.max(axis=0) == 0).astype(float)
    column = {name: row[at] for at, name in enumerate(SENTENCE_FEATURES)}
    return np.array([
        scores[best], scores[order[1]] - scores[best] if len(order) > 1 else -9.0, 1 / chances.sum(),
        ranked[0], ranked[1] - ranked[0] if len(ranked) > 1 else -9.0, column["passage share"], same.mean(), column["in sentence"],
        column["in sentence or heading"], max(column["in sentence and one before"], column["in sentence and one after"]), whole[home] @ weights,
        article @ weights, whole.max(axis=0) @ weights, column["most missed"], ((1 - article) * weights).max(), article @ names / (names.sum() or 1),
        whole[home] @ names / (names.sum() or 1), unknown.mean(), unknown @ weights, column["bm25 per idf"], standing(np.array([candidate.cosine for candidate in candidates]))[home], len(query.terms),
        float(query.kind), column["sign"], column["neighbours in question"], named.sum(), candidates[home].article_bm25 / weighed(query),
        column["other words"], column["other words in passage"], article @ others_of(query), unknown @ others_of(query),
    ])  # fmt: skip
