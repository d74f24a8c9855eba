"""Judge claims about passages, some true, some false in known ways, and tell by label how many count as carried.

    python -m benchmarks.claims benchmarks/claims/fit.jsonl

A line is a passage with claims: `{"source", "start", "title", "passage", "claims": [{"label", "language", "claim"}]}`. A label is `true`, or
says what was done to the claim: `number`, `date` or `name` (one is wrong), `attribution` (said or done by another), `negated`,
`unsupported` (the passage does not say so), `merged` (half of it is from elsewhere). Intervals are Wilson's, at 95 %.
"""

import argparse
import json
import math
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.proof.support import Evidence, Support
from vectorstore.article import Article, Passage, Span

TRUE = "true"


@dataclass(frozen=True)
class Claim:
    """A claim about a passage; `group` is the number of the passage."""

    text: str
    label: str
    language: str
    evidence: Evidence
    group: int

    @property
    def is_true(self) -> bool:
        return self.label == TRUE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("claims", type=Path, nargs="+")
    parser.add_argument("--wrong", action="store_true", help="show the claims that were judged wrongly")
    given = parser.parse_args()
    claims = [claim for path in given.claims for claim in read_claims(path)]
    support, began = Support(), time.perf_counter()
    verdicts = [support.judge(claim.text, [claim.evidence]) for claim in claims]
    seconds = time.perf_counter() - began
    for line in table(claims, [verdict.carried for verdict in verdicts]):
        print(line)
    print(f"{1000 * seconds / len(claims):.1f} ms a claim")
    if given.wrong:
        for claim, verdict in zip(claims, verdicts, strict=True):
            if verdict.carried != claim.is_true:
                print(f"{claim.label:12} {verdict.probability:.2f} {', '.join(verdict.missing):20} {claim.text}")


def read_claims(path: Path) -> Iterator[Claim]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        article = Article(str(row["source"]), row.get("title") or "", row["passage"])
        evidence = Evidence(Passage(article, Span(0, len(article.text))))
        for each in row["claims"]:
            yield Claim(each["claim"], each["label"], each["language"], evidence, number)


def table(claims: Sequence[Claim], carried: Sequence[bool]) -> Iterator[str]:
    """By label: how many, and the share that counts as carried; then the share that was judged rightly."""
    by_label: dict[str, list[bool]] = defaultdict(list)
    for claim, each in zip(claims, carried, strict=True):
        by_label[claim.label].append(each)
    yield f"{'':14} {'n':>5} {'carried':>8}   95 %"
    for label, judged in sorted(by_label.items(), key=lambda item: (item[0] != TRUE, item[0])):
        yield f"{label:14} {len(judged):5} {share(judged)}"
    yield f"{'accuracy':14} {len(claims):5} {share([each == claim.is_true for claim, each in zip(claims, carried, strict=True)])}"
    for language in sorted({claim.language for claim in claims}):
        right = [
            each == claim.is_true for claim, each in zip(claims, carried, strict=True) if claim.language == language
        ]
        yield f"{'  of ' + language:14} {len(right):5} {share(right)}"


def share(judged: Sequence[bool]) -> str:
    low, high = interval(sum(judged), len(judged))
    return f"{sum(judged) / len(judged):8.3f}   {low:.3f} to {high:.3f}"


def interval(successes: int, trials: int) -> tuple[float, float]:
    """Wilson's interval for a share, at 95 % (Wilson 1927)."""
    z = 1.96
    middle = (successes + z * z / 2) / (trials + z * z)
    half = z / (trials + z * z) * math.sqrt(successes * (trials - successes) / trials + z * z / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


if __name__ == "__main__":
    main()
