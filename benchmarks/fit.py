"""Fit the models that ship with kildebot on a question set of one's own.

    python -m benchmarks.fit --articles articles.jsonl --questions questions.jsonl benchmarks/natural_train.jsonl

Needs the extra `fit` (LightGBM). Questions are JSON lines `{"question", "doc", "answer", "start"}`. Those that also have a `sort` are
natural: somebody asked them in words of their own, some after the questions in `history`, some of what the article does not tell,
and so without `answer`. Three models are written into the packages, each fitted on what the ones before it give on questions that they have not seen (two halves, crossed):

    vectorstore/ranking.npz         passages, best first              LambdaMART (Burges 2010)
    bot/writers/sentences.npz       sentences, best first             LambdaMART
    bot/writers/confidence.npz      whether the best one answers      boosted logistic regression
"""

import argparse
import random
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from benchmarks.episodes import Episode, Gold, disturbed, episodes, followed_up, read_articles, read_questions
from bot.writers.evidence import answer_features, sentence_features
from bot.writers.quoting import sentence_scores
from vectorstore.archive import open_archive
from vectorstore.fusion import Candidate, Findings, features, match
from vectorstore.search import Search, ranked
from vectorstore.trees import Features, Trees

Floats = NDArray[np.float64]
ROOT = Path(__file__).parent.parent
COMMON = {
    "verbose": -1,
    "num_threads": 2,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "bagging_freq": 1,
    "bagging_fraction": 0.7,
}
RANKING = {**COMMON, "objective": "lambdarank", "learning_rate": 0.06, "num_leaves": 15, "max_depth": 6, "min_data_in_leaf": 60,
           "feature_fraction": 0.6, "label_gain": [0, 1, 4], "lambdarank_truncation_level": 10}  # fmt: skip
SENTENCES = {**RANKING, "learning_rate": 0.04, "label_gain": [0, 1], "lambdarank_truncation_level": 6}
ANSWERING = {**COMMON, "objective": "binary", "learning_rate": 0.03, "num_leaves": 12, "max_depth": 5, "min_data_in_leaf": 80,
             "feature_fraction": 0.5}  # fmt: skip
# More of these never makes a candidate worse, whatever the archive; of those after them, less never does. Holding the trees
# to that is what makes them carry over from an archive of 755 articles to one of five.
MORE_IS_BETTER = {
    "in article", "names in article", "in sentence, those before or heading", "names in it, those before or heading",
    "article bm25 per idf", "article of best", "article per idf", "behind best sentence", "bm25 of best", "bm25 per idf", "cosine of best",
    "cosine standing", "in any passage", "in best pair", "in best sentence", "in best sentence or heading",
    "in its passage or heading", "in passage or heading", "in sentence", "in sentence or heading", "names in best sentence", "names in it",
    "names in it or heading", "names in its passage", "names in passage or heading", "neighbours in question",
    "other words", "other words in article", "other words in best sentence", "passage behind best", "passage share", "share of best", "sign",
    "sign where it matches", "terms in article", "terms in best sentence", "terms in it", "terms in it or heading",
}  # fmt: skip
LESS_IS_BETTER = {
    "bm25 rank", "cosine rank", "article rank", "most missed", "passage rank", "nearest new to a match", "most missed in article",
    "unknown terms", "unknown weight", "other words unknown",
}  # fmt: skip
_UNTYPICAL_WEIGHT = 0.3
"""What questions count, when confidence is fitted, that are answered more or less often than others; chosen on the development
questions (0.3 to 1: the more, the more near misses are refused, and the fewer questions of other kinds are told apart)."""

ROUNDS = {"ranking": 400, "sentences": 500, "confidence": 400}


@dataclass(frozen=True)
class Row:
    """One question of one episode: what each index found for it, and how good each candidate is (2 answers, 1 same article)."""

    episode: str
    gold: Gold
    candidates: tuple[Candidate, ...]
    features: Features
    grades: NDArray[np.int64]
    query: Any


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True, nargs="+")
    parser.add_argument("--into", type=Path, default=ROOT, help="where the packages are (default: this checkout)")
    given = parser.parse_args()
    asked = [
        row
        for episode in episodes(
            read_articles(given.articles), [q for path in given.questions for q in read_questions(path)]
        )
        for row in rows(episode)
    ]
    print(f"{len(asked)} questions asked")
    ranking = [fit_ranking([row for row in asked if fold(row) != half]) for half in (0, 1)]
    found = [findings(row, ranking[fold(row)]) for row in asked]
    sentences = [
        fit_sentences([pair for pair in zip(asked, found, strict=True) if fold(pair[0]) != half]) for half in (0, 1)
    ]
    confidence = fit_confidence([(row, each, sentences[fold(row)]) for row, each in zip(asked, found, strict=True)])
    fit_ranking(asked).write(given.into / "vectorstore" / "ranking.npz")
    fit_sentences(list(zip(asked, found, strict=True))).write(given.into / "bot" / "writers" / "sentences.npz")
    confidence.write(given.into / "bot" / "writers" / "confidence.npz")


def rows(episode: Episode) -> Iterator[Row]:
    """Put the questions of an episode to its archive."""
    rng = random.Random(episode.name)
    with tempfile.TemporaryDirectory() as home, open_archive(Path(home)) as archive:
        archive.ingest(episode.articles)
        search = Search(archive, None)
        for gold in followed_up(episode.questions, rng):
            query, candidates = search.candidates(disturbed(gold, rng).question, gold.earlier)
            if candidates:
                known = features(query, candidates, match(query, candidates))
                grades = np.array([grade(gold, candidate) for candidate in candidates])
                yield Row(episode.name, gold, tuple(candidates), known, grades, query)


def grade(gold: Gold, candidate: Candidate) -> int:
    passage = candidate.passage
    if gold.answer is None or passage.article.id != gold.article:
        return 0
    return 2 if passage.span.contains(gold.answer) else 1


def fold(row: Row) -> int:
    return zlib.crc32(row.gold.article.encode()) % 2


def findings(row: Row, ranking: Trees) -> Findings:
    return ranked(row.query, row.candidates, ranking.scores(row.features))


def holds(gold: Gold, found: Findings) -> NDArray[np.bool_]:
    """For each sentence of the findings, whether the answer stands in it."""
    held = []
    for candidate in found.candidates:
        passage = candidate.passage
        start = passage.span.start
        here = gold.answer is not None and passage.article.id == gold.article
        held += [
            bool(
                here
                and gold.answer
                and start + s.span.start <= gold.answer.start
                and gold.answer.end <= start + s.span.end
            )
            for s in candidate.sentences
        ]
    return np.array(held, bool)


def fit_ranking(asked: list[Row]) -> Trees:
    usable = [row for row in asked if (row.grades == 2).any()]
    return fitted(RANKING, ROUNDS["ranking"], [row.features for row in usable], [row.grades for row in usable])


def fit_sentences(asked: list[tuple[Row, Findings]]) -> Trees:
    labelled = [(found, holds(row.gold, found)) for row, found in asked if row.gold.answer]
    usable = [(sentence_features(found), held.astype(int)) for found, held in labelled if held.any()]
    return fitted(SENTENCES, ROUNDS["sentences"], [known for known, _ in usable], [held for _, held in usable])


def fit_confidence(asked: list[tuple[Row, Findings, Trees]]) -> Trees:
    """Fit on questions of which half have no answer, and at less weight on those that nearly all have one or were made to look so."""
    known, answered, weights = [], [], []
    for row, found, sentences in asked:
        told = sentence_features(found)
        known.append(answer_features(found, told, sentence_scores(found, told, sentences)))
        answered.append(np.array([row.gold.answer is not None], int))
        weights.append(_UNTYPICAL_WEIGHT if row.episode == "full" or row.gold.natural else 1.0)
    return fitted(ANSWERING, ROUNDS["confidence"], known, answered, weights)


def fitted(
    given: dict[str, Any],
    rounds: int,
    known: list[Features],
    labels: list[NDArray[np.int64]],
    weights: list[float] | None = None,
) -> Trees:
    """A model fitted on the features and labels of many questions; what ranks takes each question as a group."""
    names = tuple(known[0])
    table = np.concatenate([np.stack([each[name] for name in names], axis=1) for each in known])
    group = [len(each) for each in labels] if given["objective"] == "lambdarank" else None
    data = lightgbm.Dataset(table, np.concatenate(labels), group=group, weight=weights)
    return trees(lightgbm.train({**given, **bound(names)}, data, rounds), names)


def bound(names: Sequence[str]) -> dict[str, Any]:
    """LightGBM's monotone constraints for these features."""
    directions = [(name in MORE_IS_BETTER) - (name in LESS_IS_BETTER) for name in names]
    return {"monotone_constraints": directions, "monotone_constraints_method": "intermediate"}


def trees(booster: lightgbm.Booster, names: tuple[str, ...]) -> Trees:
    """A LightGBM model as arrays."""
    every = [_flat(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]
    width = max(len(nodes) for nodes, _ in every)

    def column(part: int, kind: type) -> NDArray[Any]:
        return np.array([[node[part] for node in nodes] + [0] * (width - len(nodes)) for nodes, _ in every], kind)

    return Trees(
        names, column(0, np.int32), column(1, np.float64), column(2, np.int32), column(3, np.int32), column(4, np.float64),
        depth=max(depth for _, depth in every),
    )  # fmt: skip


def _flat(root: dict[str, Any]) -> tuple[list[tuple[int, float, int, int, float]], int]:
    nodes: list[tuple[int, float, int, int, float]] = []
    deepest = 0

    def walk(node: dict[str, Any], depth: int) -> int:
        nonlocal deepest
        deepest = max(deepest, depth)
        at = len(nodes)
        nodes.append((0, 0.0, at, at, 0.0))
        if "split_feature" in node:
            left, right = walk(node["left_child"], depth + 1), walk(node["right_child"], depth + 1)
            nodes[at] = (node["split_feature"], node["threshold"], left, right, 0.0)
        else:
            nodes[at] = (0, 0.0, at, at, node["leaf_value"])
        return at

    walk(root, 0)
    return nodes, deepest


if __name__ == "__main__":
    main()
