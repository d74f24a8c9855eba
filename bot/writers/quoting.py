"""The writer that needs no model: it answers with sentences of the articles, word for word."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from bot.answer import Citation, Draft
from bot.citations import without_list_sign
from bot.writers.evidence import answer_features, sentence_features, topic_is_unknown
from vectorstore.annotation import Sentence
from vectorstore.article import Span
from vectorstore.fusion import Findings, names_of
from vectorstore.kinds import COUNTED, Kind
from vectorstore.trees import Features, Floats, Trees

NOT_FOUND_BELOW = 0.55
"""Confidence below which the articles are said to hold no answer; chosen on the development questions, see benchmarks/README.md."""

# All chosen on the development questions of NorQuAD and of the samples.
_UNKNOWN_TOPIC = 0.3  # the most confidence where none of the question's words but its names stands in what was found
_WITHOUT_SIGN = 2.5  # what a sentence loses that has no number, or no place, where one is asked for
_WITHOUT_NAME = 3.0  # what a sentence loses without a name that is in every passage; less for a name that is in fewer
_FAR_BEHIND = 3.0  # a sentence scored so far below the best is not worth a reader's time

_SIGNED = COUNTED | {Kind.PLACE}
_MOST_QUOTES = 3
_LONGEST_HEADLINE = 9  # words
_BULLETS = ("•", "-", "–", "*")


class QuotingWriter:
    """Answers with one to three sentences of the articles, best first, or not at all."""

    name = "quoting"

    def write(self, findings: Findings) -> Draft:
        """The sentences that answer, or a draft without any where it is less likely than `NOT_FOUND_BELOW` that they do."""
        if not findings.candidates:
            return Draft("", (), 0.0)
        features = sentence_features(findings)
        scores = sentence_scores(findings, features, self._sentences)
        confidence = self._confidence_of(answer_features(findings, features, scores))
        if topic_is_unknown(findings):
            confidence = min(confidence, _UNKNOWN_TOPIC)
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

    def _confidence_of(self, features: Features) -> float:
        return float(1 / (1 + np.exp(-self._confidence.scores(features)[0])))


def sentence_scores(findings: Findings, features: Features, model: Trees) -> Floats:
    """How likely each sentence is to answer, in the model's own scale, and less where it lacks what the question is about.

    A name that stands everywhere, as in articles on one person, has hardly any idf; but who asks about two people wants both.
    """
    terms = findings.query.terms
    lacking = (features["sign"] == 0) & (findings.query.kind in _SIGNED)
    common = names_of(findings.query) * np.array([term.share * min(1.0, term.weight) for term in terms])
    nameless = (1 - findings.matches.sentences) @ common
    scores: Floats = model.scores(features) - _WITHOUT_SIGN * lacking - _WITHOUT_NAME * nameless
    return scores


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
            start, article = passage.span.start, passage.article
            span = Span(start + sentence.span.start, start + sentence.span.end)
            yield Citation(len(said), article, without_list_sign(article, span))


def _is_headline(sentence: Sentence) -> bool:
    return not sentence.ends and len(sentence.words) <= _LONGEST_HEADLINE and not sentence.text.startswith(_BULLETS)
