"""What is known of each sentence that was found, and of the best of them as an answer: the features of the fitted models."""

from dataclasses import dataclass

import numpy as np

from vectorstore.annotation import Sentence
from vectorstore.fusion import Findings, names_of, neighbours, others_of, small_words, standing, weighed
from vectorstore.kinds import COUNTED
from vectorstore.query import Query
from vectorstore.trees import Features, Floats

_FAR = 40  # words: as far as if it were not in the sentence at all
_SPEECH = ("–", "—", "-", "«", "“", '"')


def sentence_features(findings: Findings) -> Features:
    """What is known of each sentence of the passages found, by name, in their order; there must be at least one."""
    query, candidates, matches = findings.query, findings.candidates, findings.matches
    weights, held = matches.weights, matches.held
    names, others = names_of(query), others_of(query)
    behind = findings.scores - findings.scores.max()
    headed = np.maximum(matches.sentences, matches.headings[held])
    covered, small = matches.sentences @ weights, small_words(query, candidates)
    before, after = matches.beside(-1), matches.beside(1)
    alone = [_alone(query, sentence) for candidate in candidates for sentence in candidate.sentences]
    terms = max(1, len(query.terms))
    return {
        "passage behind best": behind[held],
        "passage rank": held.astype(float),
        "passage share": (np.exp(behind) / np.exp(behind).sum())[held],
        "bm25 per idf": np.array([candidate.bm25 for candidate in candidates])[held] / weighed(query),
        "in sentence": covered,
        "in sentence or heading": headed @ weights,
        "in sentence and one before": np.maximum(matches.sentences, before) @ weights,
        "in sentence and one after": np.maximum(matches.sentences, after) @ weights,
        "in sentence before": before @ weights,
        "in sentence after": after @ weights,
        "in passage": (matches.passages @ weights)[held],
        "heading": (matches.headings @ weights)[held],
        "behind best sentence": covered - covered.max(),
        "most missed": ((1 - headed) * weights).max(axis=1, initial=0),
        "names in it": matches.sentences @ names,
        "names in it or heading": headed @ names,
        "names in passage": (matches.passages @ names)[held],
        "other words": matches.sentences @ others,
        "other words in passage": (matches.passages @ others)[held],
        "terms in it": matches.sentences.sum(axis=1) / terms,
        "terms in it or heading": headed.sum(axis=1) / terms,
        "neighbours in question": neighbours(query, candidates, matches),
        "small words": small,
        "small words behind best": small - small.max(),
        "kind": np.full(len(covered), float(query.kind)),
        **{name: np.array([each[name] for each in alone], float) for name in alone[0]},
    }


def answer_features(findings: Findings, features: Features, scores: Floats) -> Features:
    """What tells whether the best sentence answers the question, by name: columns of one row.

    `features` and `scores` are those of the sentences; there must be at least one.
    """
    best = int(np.argmax(scores))
    numbers = {**_standings(findings, scores), **_coverage(findings, features, best)}
    return {name: np.array([value], float) for name, value in numbers.items()}


def topic_is_unknown(findings: Findings) -> bool:
    """Whether none of the question's own words but its names stands in what was found.

    A follow-up without a name leans on the turns before it, and its own words tell too little.
    """
    own = [
        (term, row)
        for term, row in zip(findings.query.terms, findings.matches.headed.max(axis=0), strict=True)
        if term.weight >= 1
    ]
    topic = [row for term, row in own if not term.name]
    leans = len(findings.query.texts) > 1 and not any(term.name for term, _ in own)
    return bool(topic) and not any(topic) and not leans


def _alone(query: Query, sentence: Sentence) -> dict[str, float]:
    """What is known of a sentence without looking at the others."""
    asked = {term.word for term in query.terms}
    new = [(place, word) for place, word in sentence.new_places if word not in asked]
    return {
        "sign": float(query.kind in sentence.signs),
        "signs": float(len(sentence.signs)),
        "new names": float(len(sentence.names - asked)),
        "new numbers": float(len(sentence.numbers - asked)),
        "new share": len(new) / max(1, len(sentence.words)),
        "first new place": float(new[0][0] if new else _FAR),
        "nearest new to a match": float(_nearest(query, sentence, new)),
        "words": float(len(sentence.words)),
        "ends": float(sentence.ends),
        "spoken": float(sentence.text.startswith(_SPEECH)),
        "asks": float("?" in sentence.text),
    }


def _nearest(query: Query, sentence: Sentence, new: list[tuple[int, str]]) -> int:
    """Words between a term of the question and the nearest new name, or number where the question asks for one."""
    found = [sentence.places[stem] for term in query.terms for stem, _ in term.alternatives if stem in sentence.places]
    wanted = [place for place, word in new if (word in sentence.numbers) == (query.kind in COUNTED)]
    return min((abs(a - b) for a in wanted for b in found), default=_FAR)


def _standings(findings: Findings, scores: Floats) -> dict[str, float]:
    """How far the best sentence and the best passage are ahead of the next."""
    chances, passages = np.exp(scores - scores.max()), np.sort(findings.scores)[::-1]
    second = np.sort(scores)[::-1][1] - scores.max() if len(scores) > 1 else -9.0
    return {
        "best sentence": scores.max(),
        "second behind best": second,
        "share of best": 1 / chances.sum(),
        "best passage": passages[0],
        "second passage behind": passages[1] - passages[0] if len(passages) > 1 else -9.0,
    }


@dataclass(frozen=True)
class _Home:
    """Where the best sentence stands: how each term of the question is held by its passage, its article, and by all found."""

    passage: Floats
    article: Floats
    anywhere: Floats
    same_article: float


def _home(findings: Findings, home: int) -> _Home:
    whole = findings.matches.headed
    same = np.array([each.article == findings.candidates[home].article for each in findings.candidates])
    return _Home(whole[home], whole[same].max(axis=0), whole.max(axis=0), float(same.mean()))


def _coverage(findings: Findings, features: Features, best: int) -> dict[str, float]:
    """How much of the question the best sentence, its passage and its article hold."""
    query, weights = findings.query, findings.matches.weights
    candidate = int(findings.matches.held[best])
    home = _home(findings, candidate)
    unknown = (home.anywhere == 0).astype(float)
    names, others = names_of(query), others_of(query)
    cosines = standing(np.array([each.cosine for each in findings.candidates]))
    kept = ("in sentence", "in sentence or heading", "most missed", "bm25 per idf", "sign", "neighbours in question",
            "other words", "other words in passage", "terms in it", "passage share", "kind")  # fmt: skip
    return {
        **{name: float(features[name][best]) for name in kept},
        "in best pair": max(features["in sentence and one before"][best], features["in sentence and one after"][best]),
        "in its passage or heading": home.passage @ weights,
        "in its article": home.article @ weights,
        "in any passage": home.anywhere @ weights,
        "most missed in article": ((1 - home.article) * weights).max(initial=0),
        "names in its passage": home.passage @ names,
        "names in its article": home.article @ names,
        "other words in article": home.article @ others,
        "other words unknown": unknown @ others,
        "terms in article": home.article.sum() / max(1, len(query.terms)),
        "unknown terms": unknown.sum() / max(1, len(query.terms)),
        "unknown weight": unknown @ weights,
        "same article": home.same_article,
        "cosine standing": cosines[candidate],
        "article bm25 per idf": findings.candidates[candidate].article_bm25 / weighed(query),
        "terms": float(len(query.terms)),
        "names asked": float(sum(term.name for term in query.terms)),
    }
