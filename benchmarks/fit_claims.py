"""Fit the model that tells whether a passage carries a claim, and cross-validate it.

    python -m benchmarks.fit_claims benchmarks/claims/fit.jsonl

Needs the extra `fit` (LightGBM). Written into the package: bot/proof/support.npz. Claims of one passage are never on both sides of a
split. Claims of which the passage does not hold a fact are refused without the model, and so are not fitted on. Beside the claims as
written, some are fitted on that were made of true ones: negated, with two names in each other's place, ending as another does, or put to
another passage.
Results are told of those as written only.
"""

import argparse
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np
from numpy.typing import NDArray

from benchmarks.claims import TRUE, Claim, read_claims, table
from benchmarks.fit import COMMON, ROOT, trees
from bot.proof.facts.ledger import Facts
from bot.proof.facts.listing import listed
from bot.proof.matching import Text
from bot.proof.signs import Sign
from bot.proof.support import CARRIED_FROM, check, doubts, language_of
from vectorstore.chunking import sentences
from vectorstore.language import ENGLISH, NYNORSK
from vectorstore.trees import Trees

Floats = NDArray[np.float64]
GIVEN = {**COMMON, "objective": "binary", "learning_rate": 0.05, "num_leaves": 8, "max_depth": 4, "min_data_in_leaf": 12,
         "feature_fraction": 0.5, "lambda_l2": 3.0}  # fmt: skip
ROUNDS = 150
MORE_IS_BETTER = {
    "in window", "in sentence", "in passage", "worst clause", "names in window", "others in window", "neighbours", "order", "order in clauses",
    "name bound", "number bound", "names in place", "names of others", "numbers in place", "words in place",
}  # fmt: skip
LESS_IS_BETTER = {
    "missed in window", "most missed in window", "missed", "most missed", "words missed", "missed in worst clause", "missed share",
    "missed in a row", "swapped", "stranger in sentence", "stranger in clause", "negated", "not negated", "negated next", "opposite", "another speaks",
    "nobody says so", "doubtful", "derived", "window",
}  # fmt: skip
MADE_WEIGHT = {"negated": 0.5, "swapped": 0.5, "joined": 0.25, "elsewhere": 0.1, "invented": 0.5, "shortened": 0.25,
               "denied": 1.0, "repeated": 0.5}  # fmt: skip
"""What a claim counts that was made of a true one; chosen on the cross-validated results of those as written."""

UNPROVEN = 0.04
"""The share of true claims that may be unproven, which the threshold is advised for."""

_FOLDS, _TIMES = 6, 3


@dataclass(frozen=True)
class Row:
    """What is known of a claim; `refused` where the passage does not hold one of its facts."""

    claim: Claim
    signs: dict[str, float]
    refused: bool
    weight: float = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("claims", type=Path, nargs="+")
    parser.add_argument("--into", type=Path, default=ROOT, help="where the packages are (default: this checkout)")
    given = parser.parse_args()
    claims = [claim for path in given.claims for claim in read_claims(path)]
    written = [row(claim) for claim in claims]
    made = [each for each in (row(claim, MADE_WEIGHT[kind]) for kind, claim in perturbed(claims)) if not each.refused]
    print(
        f"{len(written)} claims as written, {sum(each.refused for each in written)} refused without the model; {len(made)} made of true ones"
    )
    found = cross_validated(written, made)
    print(
        f"for {UNPROVEN:.0%} of true claims unproven: from {threshold(written, found):.3f}; in use: from {CARRIED_FROM}"
    )
    for line in table(claims, [bool(each >= CARRIED_FROM) for each in found]):
        print(line)
    fitted([*written, *made]).write(given.into / "bot" / "proof" / "support.npz")


def row(claim: Claim, weight: float = 1.0) -> Row:
    language = language_of(claim.text, "", claim.evidence.language)
    facts = Facts(claim.text, language)
    checked = check(facts, [claim.evidence])
    signs = Sign(Text(claim.text, language), facts, claim.evidence.ground).all() | doubts(checked)
    return Row(claim, signs, bool(checked.missing), weight)


def cross_validated(written: Sequence[Row], made: Sequence[Row]) -> Floats:
    """The probability of each claim as written, by models that saw none about its passage; 0 for those that are refused."""
    groups = sorted({each.claim.group for each in written})
    total = np.zeros(len(written))
    for time in range(_TIMES):
        order = random.Random(time).sample(groups, len(groups))
        fold = {group: at % _FOLDS for at, group in enumerate(order)}
        for held_out in range(_FOLDS):
            model = fitted([each for each in (*written, *made) if fold[each.claim.group] != held_out], time)
            asked = [at for at, each in enumerate(written) if fold[each.claim.group] == held_out]
            scores = model.scores(_columns([written[at] for at in asked], model.names))
            total[asked] += 1 / (1 + np.exp(-scores))
    probabilities: Floats = np.where([each.refused for each in written], 0.0, total / _TIMES)
    return probabilities


def threshold(written: Sequence[Row], found: Floats) -> float:
    """The probability that all but the share `UNPROVEN` of the true claims reach."""
    true = np.sort(found[[each.claim.is_true for each in written]])
    return float(true[int(UNPROVEN * len(true))])


def fitted(rows: Sequence[Row], seed: int = 1) -> Trees:
    usable = [each for each in rows if not each.refused]
    names = tuple(sorted(MORE_IS_BETTER | LESS_IS_BETTER | {"words", "crossed", "voice changed"}))
    directions = [(name in MORE_IS_BETTER) - (name in LESS_IS_BETTER) for name in names]
    columns = _columns(usable, names)
    data = lightgbm.Dataset(
        np.stack([columns[name] for name in names], axis=1),
        np.array([each.claim.is_true for each in usable], int),
        weight=np.array([each.weight for each in usable]),
    )
    return trees(lightgbm.train({**GIVEN, "seed": seed, "monotone_constraints": directions}, data, ROUNDS), names)


def _columns(rows: Sequence[Row], names: Sequence[str]) -> dict[str, Floats]:
    return {name: np.array([each.signs[name] for each in rows]) for name in names}


# Claims made of true ones.

_VERBS = listed(
    "er var har hadde ble blir kan skal vil må måtte fikk kunne skulle ville vart vert sa sier seier kom tok vant gir får"
)
_ENGLISH_VERBS = listed("is was has have had can will may were are could would")
_NEGATION = re.compile(r"\b(?:ikke|ikkje|not|never|aldri)\b ?")
_DENIAL = re.compile(r"\b(?:ikke|ikkje|not|never|aldri|ingen|inga|intet|no|cannot|neither)\b ?", re.IGNORECASE)
_PAST = re.compile(r"\b[a-zæøå]{3,}(?:te|de|et|er|ar)\b")
_JOINT = re.compile(r",? (?:og|and|mens|while|men|but|som|who|which|da|when|fordi|because) ")
_ELSEWHERE = 6  # other passages that each claim is put to
_SHORTEST_HALF = 15  # characters


def perturbed(claims: Sequence[Claim]) -> Iterator[tuple[str, Claim]]:
    """False claims made of the true ones, each with what was done to it."""
    rng = random.Random(1)
    yield from denied(claims)
    for claim in claims:
        for other in rng.sample(claims, _ELSEWHERE):
            if other.group != claim.group:
                yield "elsewhere", Claim(claim.text, "elsewhere", claim.language, other.evidence, other.group)
        if not claim.is_true:
            continue
        others = [other for other in claims if other.group != claim.group and other.language == claim.language]
        for kind, text in (
            ("negated", negated(claim)),
            ("swapped", swapped(claim, rng)),
            ("joined", joined(claim.text, rng.choice(others).text) if others else ""),
            ("invented", invented(claim, rng.choice(others), rng) if others else ""),
            ("invented", invented(claim, rng.choice(others), rng) if others else ""),
        ):
            if text:
                yield kind, Claim(text, kind, claim.language, claim.evidence, claim.group)
        if text := invented(claim, claim, rng):
            yield "shortened", Claim(text, TRUE, claim.language, claim.evidence, claim.group)


def denied(claims: Sequence[Claim]) -> Iterator[tuple[str, Claim]]:
    """Sentences of the passages that deny something, as they are, which is true, and without their negation, which is not."""
    seen: set[int] = set()
    for claim in claims:
        if claim.group in seen:
            continue
        seen.add(claim.group)
        evidence = claim.evidence
        for span in sentences(evidence.passage.text):
            text = span.of(evidence.passage.text)
            if len(_DENIAL.findall(text)) == 1:
                yield "repeated", Claim(text, TRUE, evidence.language, evidence, claim.group)
                yield "denied", Claim(_DENIAL.sub("", text), "denied", evidence.language, evidence, claim.group)


def negated(claim: Claim) -> str:
    """The claim with its negation taken out, or with one after its first verb; nothing where no verb is known."""
    text = claim.text
    if found := _NEGATION.search(text):
        return text[: found.start()] + text[found.end() :]
    verbs = _ENGLISH_VERBS if claim.language == ENGLISH else _VERBS
    negation = {ENGLISH: "not", NYNORSK: "ikkje"}.get(claim.language, "ikke")
    places = [match.end() for match in re.finditer(r"[^\W\d_]+", text) if match[0] in verbs and match.start()]
    if not places and claim.language != ENGLISH and (past := _PAST.search(text)):
        places = [past.end()]
    return f"{text[: places[0]]} {negation}{text[places[0] :]}" if places else ""


def swapped(claim: Claim, rng: random.Random) -> str:
    """The claim with two of its names in each other's place; nothing where it has no two that stand apart."""
    text, ends = claim.text, dict[int, tuple[int, int]]()
    for name in Facts(text, claim.language).names:
        start = ends.get(name.whole, (name.span.start, 0))[0]
        ends[name.whole] = (start, name.span.end)
    spans = sorted(ends.values())
    pairs = [(a, b) for at, a in enumerate(spans) for b in spans[at + 1 :] if len(text[a[1] : b[0]].split()) >= 2]
    if not pairs:
        return ""
    (a, b), (c, d) = rng.choice(pairs)
    return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]


def joined(text: str, other: str) -> str:
    """The first half of one claim and the second of another; nothing where one has no two halves."""
    halves = [
        next(
            (found for found in _JOINT.finditer(each) if _SHORTEST_HALF < found.start() < len(each) - _SHORTEST_HALF),
            None,
        )
        for each in (text, other)
    ]
    first, second = halves
    return text[: first.start()] + other[second.start() :] if first and second else ""


def invented(claim: Claim, other: Claim, rng: random.Random) -> str:
    """What a claim is about, up to its first verb, and the first words of what another says after its own; nothing where none is known."""
    parts = [_parted(each) for each in (claim, other)]
    if not all(subject for subject, _ in parts):
        return ""
    (subject, _), (_, predicate) = parts
    words = predicate.split()[: rng.randint(*_PREDICATE)]
    return f"{subject} {' '.join(words).rstrip('.,;:')}."


def _parted(claim: Claim) -> tuple[str, str]:
    """A claim up to its first verb, and after it; nothing of either where no verb is known."""
    verbs = _ENGLISH_VERBS if claim.language == ENGLISH else _VERBS
    place = next(
        (found.end() for found in re.finditer(r"[^\W\d_]+", claim.text) if found[0] in verbs and found.start()), 0
    )
    return (claim.text[:place], claim.text[place:].strip()) if place else ("", "")


_PREDICATE = (1, 5)  # words


if __name__ == "__main__":
    main()
