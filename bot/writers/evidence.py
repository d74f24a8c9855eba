"""What is known of each sentence that was found, and of the best of them as an answer: the features of the fitted models."""

from dataclasses import dataclass

import numpy as np

from vectorstore.annotation import Sentence
from vectorstore.fusion import Findings, names_of, neighbours, others_of, small_words, standing, weighed
from vectorstore.kinds import COUNTED
from vectorstore.query import Query
from vectorstore.trees import Features, Floats

_FAR = 40  # words: as far as if it were not in the sentence at all
# Of the features of the best sentence, those that tell whether it answers.
_OF_THE_BEST = (
    "in sentence", "in sentence or heading", "in sentence, those before or heading", "in passage", "in article", "most missed",
    "names in it", "names in it or heading", "names in it, those before or heading", "names in article",
    "other words", "other words in passage", "other words in article", "terms in it", "neighbours in question", "small words",
    "bm25 per idf", "passage share", "kind", "sign", "counted", "first match", "nearest new to a match", "new names", "new numbers", "spoken",
)  # fmt: skip
_COUNTED_WITHIN = 3  # words from a number to what it counts
_SPEECH = ("–", "—", "-", "«", "“", '"')


def sentence_features(findings: Findings) -> Features:
    """What is known of each sentence of the passages found, by name, in their order; there must be at least one."""
    query, candidates, matches = findings.query, findings.candidates, findings.matches
    weights, held = matches.weights, matches.held
    names, others = names_of(query), others_of(query)
    behind = findings.scores - findings.scores.max()
    headed = np.maximum(matches.sentences, matches.headings[held])
    covered, small = matches.sentences @ weights, small_words(query, candidates)
    wider = matches.in_articles([candidate.article for candidate in candidates])
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
        "in sentence, those before or heading": matches.so_far @ weights,
        "names in it, those before or heading": matches.so_far @ names,
        "in article": (wider @ weights)[held],
        "names in article": (wider @ names)[held],
        "other words in article": (wider @ others)[held],
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
        "sign": float(sentence.shows(query.kind)),
        "new names": float(len(sentence.names - asked)),
        "new numbers": float(len(sentence.numbers - asked)),
        "new share": len(new) / max(1, len(sentence.words)),
        "first new place": float(new[0][0] if new else _FAR),
        "nearest new to a match": float(_nearest(query, sentence, new)),
        "first match": float(min(_places(query, sentence), default=_FAR)),
        "counted": float(_counted(query, sentence)),
        "words": float(len(sentence.words)),
        "ends": float(sentence.ends),
        "spoken": float(sentence.text.startswith(_SPEECH)),
        "asks": float("?" in sentence.text),
    }


def _nearest(query: Query, sentence: Sentence, new: list[tuple[int, str]]) -> int:
    """Words between a term of the question and the nearest new name, or number where the question asks for one."""
    found = _places(query, sentence)
    wanted = [place for place, word in new if (word in sentence.numbers) == (query.kind in COUNTED)]
    return min((abs(a - b) for a in wanted for b in found), default=_FAR)


def _places(query: Query, sentence: Sentence) -> list[int]:
    """Where the question's terms stand in a sentence, counted in words."""
    return [sentence.places[stem] for term in query.terms for stem, _ in term.alternatives if stem in sentence.places]


def _counted(query: Query, sentence: Sentence) -> bool:
    """Whether a number stands right before the question's first own term, which is what is counted where it asks how many."""
    first = next((term for term in query.terms if term.weight >= 1), None)
    places = [sentence.places[stem] for stem, _ in first.alternatives if stem in sentence.places] if first else []
    return any(
        word in sentence.numbers for place in places for word in sentence.words[max(0, place - _COUNTED_WITHIN) : place]
    )


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
    whole, articles = findings.matches.headed, [each.article for each in findings.candidates]
    same_article = articles.count(articles[home]) / len(articles)
    return _Home(whole[home], findings.matches.in_articles(articles)[home], whole.max(axis=0), same_article)


def _coverage(findings: Findings, features: Features, best: int) -> dict[str, float]:
    """How much of the question the best sentence, its passage and its article hold."""
    query, weights = findings.query, findings.matches.weights
    candidate = int(findings.matches.held[best])
    home = _home(findings, candidate)
    unknown = (home.anywhere == 0).astype(float)
    names, others = names_of(query), others_of(query)
    cosines = standing(np.array([each.cosine for each in findings.candidates]))
    return {
        **{name: float(features[name][best]) for name in _OF_THE_BEST},
        "in best pair": max(features["in sentence and one before"][best], features["in sentence and one after"][best]),
        "in its passage or heading": home.passage @ weights,
        "in any passage": home.anywhere @ weights,
        "most missed in article": ((1 - home.article) * weights).max(initial=0),
        "names in its passage": home.passage @ names,
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
