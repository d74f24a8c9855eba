"""Whether passages carry a claim, and which of their sentences do.

    claim → its facts (numbers, dates, names, quotations): does the evidence hold them at all? → signs of how it stands there → a probability

A fact that no evidence holds is a hard no. What is left is decided by boosted trees over a few signs (bot/proof/signs), fitted by
benchmarks/fit_claims.py on claims that are true or false in known ways.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

from bot.proof.facts.ledger import Checked, Facts, Ledger
from bot.proof.facts.quotations import plain, quotations, says
from bot.proof.matching import Text
from bot.proof.signs import Ground, Sign
from vectorstore.article import Passage, Span
from vectorstore.glossary import is_word
from vectorstore.language import ENGLISH, FUNCTION_WORDS, NORWEGIAN, NYNORSK, detect, function_words, tokens

if TYPE_CHECKING:
    from vectorstore.trees import Trees

CARRIED_FROM = 0.3
"""The probability from which on a claim counts as carried, where accuracy is highest, cross-validated by passage; see benchmarks/README.md."""

_READ = 64  # claims of which facts and words are kept, for they are put to several passages
_FEW_WORDS = 2  # of content: «The sawmill is bankrupt» is not carried by half
_LOOKED_AT = 3  # passages that are looked at closely, of those that hold most of the claim's words


@dataclass(frozen=True)
class Evidence:
    """A passage as what a claim may stand on: its sentences, and what is known of its article beside its text."""

    passage: Passage

    @cached_property
    def language(self) -> str:
        return detect(self.passage.text, self.passage.article.language or "nb")

    @cached_property
    def ledger(self) -> Ledger:
        """The facts of the passage and of what is known of its article: title, outlet and date."""
        article = self.passage.article
        beside = "\n".join(part for part in (article.title, article.outlet) if part)
        return Ledger.of(((self.passage.text, self.language), (beside, self.language)), (article.published,))

    @cached_property
    def article_ledger(self) -> Ledger:
        """The facts of the whole article."""
        return Ledger.of(((self.passage.article.text, self.language),))

    @cached_property
    def plain_article(self) -> str:
        """The title and the text of the article, to look quotations up in."""
        return plain(f"{self.passage.article.title}\n{self.passage.article.text}")

    @cached_property
    def ground(self) -> Ground:
        article = self.passage.article
        text = self.passage.text
        heading = Text(f"{article.title}\n{article.outlet}".strip(), self.language)
        return Ground(Text(text, self.language), heading, Facts(text, self.language))


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far some evidence carries a claim."""

    probability: float
    """Fitted, 0 to 1, that the evidence carries it."""

    spans: tuple[tuple[int, Span], ...]
    """Place of the evidence and span, in the text of its article, of the sentences that carry the claim, best first."""

    missing: tuple[str, ...]
    """Numbers, dates, names and quotations of the claim that no evidence holds, as the claim writes them."""

    @property
    def carried(self) -> bool:
        return self.probability >= CARRIED_FROM and not self.missing


class Support:
    """Judges claims by what stands in the evidence. May be used from any number of threads."""

    def judge(self, claim: str, evidence: Sequence[Evidence], context: str = "") -> Verdict:
        """The claim against all the evidence together; `context` is the sentence that it is a part of, which may tell its language."""
        if not evidence:
            return Verdict(0.0, (), ())
        language = language_of(claim, context, evidence[0].language)
        facts, text = _read(claim, language)
        checked = check(facts, evidence)
        candidates = [Sign(text, facts, each.ground) for each in evidence]
        order = sorted(range(len(evidence)), key=lambda at: -candidates[at].worth)[:_LOOKED_AT]
        judged = {at: _likely(candidates[at], checked) for at in order}
        best = max(order, key=lambda at: (judged[at], candidates[at].worth))
        likely, places = judged[best], [best]
        if likely < CARRIED_FROM and len(evidence) > 1:
            second = max(
                (at for at in range(len(evidence)) if at != best),
                key=lambda at: candidates[best].share_with(candidates[at]),
            )
            together = _likely(Sign(text, facts, _joined(evidence[best], evidence[second])), checked)
            if together > likely:
                likely, places = together, [best, second]
        quoted = {at: candidates[at].quoted() for at in places if candidates[at].ground.body.sentences}
        # What no sentence beside those with the claim's words holds is not said of what the claim is about.
        apart = set.intersection(*(set(elsewhere) for _, elsewhere in quoted.values())) if quoted else set()
        spans = tuple((at, _span(evidence[at], candidates[at], window)) for at, (window, _) in quoted.items())
        return Verdict(likely, spans, tuple(span.of(claim) for span in sorted({*checked.missing, *apart})))


@lru_cache(_READ)
def _read(claim: str, language: str) -> tuple[Facts, Text]:
    """A claim's facts and words; it is judged by one passage after the other."""
    return Facts(claim, language), Text(claim, language)


def language_of(claim: str, context: str, spoken: str) -> str:
    """The language of a claim; that of the evidence unless the claim plainly has another: «Møtet tar to timer» is no English for its «to»."""
    said = detect(claim, detect(context, spoken))
    words = function_words(context or claim)
    ahead = words[ENGLISH] - max(words[NORWEGIAN], words[NYNORSK])
    if abs(ahead) > 1 or _reads_as(claim, said):
        return said
    return spoken if (said == ENGLISH) != (spoken == ENGLISH) else {ENGLISH: NORWEGIAN}.get(said, ENGLISH)


def _reads_as(claim: str, language: str) -> bool:
    """Whether more words of a claim are listed in its own language than in the other."""
    own, other = (ENGLISH, NORWEGIAN) if language == ENGLISH else (NORWEGIAN, ENGLISH)
    words = [word for word in tokens(claim) if word not in FUNCTION_WORDS]
    return sum(is_word(word, own) for word in words) >= sum(is_word(word, other) for word in words)


def check(facts: Facts, evidence: Sequence[Evidence]) -> Checked:
    """What of a claim's facts no evidence holds. A name that stands elsewhere in an article is doubtful, not missing."""
    by_each = [each.ledger.check(facts) for each in evidence]
    missing = set(by_each[0].missing).intersection(*(each.missing for each in by_each[1:]))
    doubtful = set(by_each[0].doubtful).intersection(*(each.doubtful for each in by_each[1:]))
    names = {name.span for name in facts.names}
    for span in sorted(missing):
        if any(span.overlaps(name) for name in names) and any(
            each.article_ledger.holds_names(facts, span) for each in evidence if _is_cut(each)
        ):
            missing.discard(span)
            doubtful.add(span)
    return Checked(tuple(sorted(missing)), tuple(sorted(doubtful)), min(each.derived for each in by_each))


def doubts(checked: Checked) -> dict[str, float]:
    """What is doubtful of the claim's facts, as signs."""
    return {"doubtful": float(len(checked.doubtful)), "derived": float(checked.derived)}


def _likely(sign: Sign, checked: Checked) -> float:
    """That a passage carries a claim; not where it holds nothing of what the claim says of those it names, or only one of two words."""
    signs = sign.all()
    few = signs["words"] <= _FEW_WORDS and not sign.facts.quantities and not sign.facts.moments
    if signs["words missed"] and (few or not signs["others in window"]):
        return 0.0
    return probability(signs | doubts(checked))


def probability(signs: Mapping[str, float]) -> float:
    """That a claim with these signs is carried: the logistic of what the trees give."""
    import numpy as np

    score = float(_trees().scores({name: np.array([value]) for name, value in signs.items()})[0])
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def without_false_quotations(claim: str, evidence: Sequence[Evidence]) -> str:
    """The claim without the quotation marks around what no article of the evidence says word for word.

    Word for word, but for kinds of quotation marks, dashes and spaces, capitals, and an ellipsis for words left out.
    """
    found = quotations(claim)
    if not found:
        return claim
    for quotation in reversed(found):
        if not any(says(each.plain_article, quotation.text) for each in evidence):
            claim = claim[: quotation.span.start] + quotation.text + claim[quotation.span.end :]
    return claim


def _is_cut(evidence: Evidence) -> bool:
    return len(evidence.passage.span) < len(evidence.passage.article.text)


def _joined(one: Evidence, other: Evidence) -> Ground:
    """Two passages as one."""
    text = f"{one.passage.text}\n\n{other.passage.text}"
    heading = Text(f"{one.ground.heading.text}\n{other.ground.heading.text}".strip(), one.language)
    return Ground(Text(text, one.language), heading, Facts(text, one.language))


def _span(evidence: Evidence, sign: Sign, window: range) -> Span:
    """A window of the passage, in the text of its article."""
    sentences = sign.ground.body.sentences
    start = evidence.passage.span.start
    return Span(start + sentences[window.start].start, start + sentences[window.stop - 1].end)


@cache
def _trees() -> "Trees":
    from vectorstore.trees import Trees

    return Trees.read("bot.proof", "support.npz")
