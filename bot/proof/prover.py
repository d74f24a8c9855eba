"""An answer looked at while it is being written: what has been said, how far it is carried, and by what."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from bot.answer import Citation, Claim
from bot.citations import without_list_sign
from bot.proof.abstaining import NOTHING, may_say_nothing, says_nothing
from bot.proof.claims import Said, said, with_marks
from bot.proof.marks import is_footnote, is_list_of_sources
from bot.proof.orders import without_orders
from bot.proof.plain import without_addresses
from bot.proof.support import Evidence, Support, Verdict, without_false_quotations
from vectorstore.article import Passage, Span
from vectorstore.language import FUNCTION_WORDS, tokens

UNMARKED = "[?]"
"""Stands after a claim that cites nothing, and that nothing carries."""

CARRIED_UNNAMED_FROM = 0.6
"""The probability from which on a passage counts as carrying a claim that did not name it: of ten, one is the likelier to look so by chance."""

CARRIED_BY_SUSPECT_FROM = 0.7
"""The probability from which on a passage that holds orders to a model counts as carrying a claim; chosen on tests/written/injections.jsonl,
where it costs 4 of 103 true claims. Of the articles of NorQuAD, one in a hundred has such a passage."""

_LONGEST_LINE = 3_000  # characters; each piece of a line is read with all that came before it
_REMEMBERED = 256  # passages that were read for their words, numbers, dates and names
_LINE = "\n"
_SIGN = re.compile(rf"\s*{NOTHING}:?")


class Proof:
    """Proves an answer claim by claim as it comes. For one answer, and one thread.

    A claim is looked for in the passages that its marks name, and where these do not carry it, in the others. What is found is cited
    by the sentences that carry the claim, numbered anew in the order of the answer; what is not is marked as unproven.
    """

    def __init__(self, passages: Sequence[Passage], support: Support, hosts: Collection[str] = ()) -> None:
        """`passages` are those that the model was given: its mark `[n]` names the n-th. Bare names of `hosts` may be said."""
        self._passages = passages
        self._evidence = [_evidence(passage) for passage in passages]
        self._suspect = {at for at, each in enumerate(self._evidence) if each.passage != passages[at]}
        self._support = support
        self._hosts = hosts
        self._line = ""  # what has come of the line that is being written
        self._told = 0  # sentences of it that have been looked at
        self._over = False  # a list of sources has begun
        self._pieces: list[str] = []
        self._claims: list[Claim] = []
        self._numbers: dict[tuple[str, Span, bool], Citation] = {}
        self.pending = ""

    @property
    def text(self) -> str:
        """What has been looked at, with its marks; it ends with a line break where a new line has begun."""
        return "".join(self._pieces).lstrip()

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(self._numbers.values())

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(self._claims)

    @property
    def is_proven(self) -> bool:
        """Whether any claim is carried."""
        return any(each.proven for each in self._claims)

    def feed(self, text: str) -> None:
        """Take what the model says next; a word or a mark may be cut in two."""
        self._line += text
        while _LINE in self._line and not self._over:
            line, _, rest = self._line.partition(_LINE)
            self._look_at(line, whole=True)
            self._end_line(rest)
        if len(self._line) > _LONGEST_LINE and not self._over:
            self._look_at(self._line, whole=True)
            self._end_line("")
        if not self._over:
            self._look_at(self._line, whole=False)

    def finish(self, text: str = "") -> None:
        """The model has said all, with this at the end."""
        self.feed(text)
        if not self._over:
            self._look_at(self._line, whole=True)
        self._line = self.pending = ""

    def _end_line(self, rest: str) -> None:
        self._line, self._told = rest, 0
        if self._pieces and not self._pieces[-1].endswith(_LINE * 2):
            self._pieces.append(_LINE)

    def _look_at(self, line: str, *, whole: bool) -> None:
        if whole and is_list_of_sources(line):
            self._over = True
        if self._over or is_footnote(line):
            self.pending = ""
            return
        come = said(line, len(self._evidence), self._hosts, whole=whole)
        for sentence in come.sentences[self._told :]:
            self._tell(sentence)
        self._told = max(self._told, len(come.sentences))
        self.pending = "" if may_say_nothing(come.rest) else shortened(come.rest)

    def _tell(self, sentence: Sequence[Said]) -> None:
        whole = " ".join(each.text for each in sentence)
        self._pieces += [each.lead + self._proven(each, whole) for each in sentence]

    def _proven(self, claim: Said, sentence: str) -> str:
        """The claim with its marks."""
        unquoted = without_false_quotations(_without_sign(claim.text), self._evidence)
        text = without_addresses(unquoted, self._hosts)  # of «evil».com the quotation marks may just have gone
        if not _asserts(text) or says_nothing(text):
            return text
        chosen, verdict, carried = self._judged(text, claim.numbers, sentence)
        citations = [self._cited(chosen[at], span, carried) for at, span in verdict.spans]
        self._claims.append(Claim(text, tuple(each.number for each in citations), carried))
        return with_marks(text, "".join(map(mark, citations)) or UNMARKED)

    def _judged(self, text: str, numbers: Sequence[int], sentence: str) -> tuple[list[int], Verdict, bool]:
        """What carries the claim: all the passages it names, or one of the others; where none does, what it names, as unproven."""
        named = [number - 1 for number in numbers]
        verdict = self._judge(text, named, sentence) if named else Verdict(0.0, (), ())
        if self._carries(named, verdict):
            return named, verdict, True
        others = [at for at in range(len(self._passages)) if at not in named]
        judged = [(at, self._judge(text, [at], sentence)) for at in others]
        carrying = [
            (at, found)
            for at, found in judged
            if found.probability >= CARRIED_UNNAMED_FROM and self._carries([at], found)
        ]
        if not carrying:
            return named, verdict, False
        best, found = max(carrying, key=lambda pair: pair[1].probability)
        return [best], found, True

    def _carries(self, passages: Sequence[int], verdict: Verdict) -> bool:
        """Whether passages carry a claim; those that also tell a model what to write are believed only what they plainly say."""
        suspect = any(passages[at] in self._suspect for at, _ in verdict.spans)
        return verdict.carried and (not suspect or verdict.probability >= CARRIED_BY_SUSPECT_FROM)

    def _judge(self, text: str, passages: Sequence[int], sentence: str) -> Verdict:
        return self._support.judge(text, [self._evidence[at] for at in passages], sentence)

    def _cited(self, passage: int, span: Span, proven: bool) -> Citation:
        article = self._passages[passage].article
        span = without_list_sign(article, span)
        key = (article.id, span, proven)
        if key not in self._numbers:
            self._numbers[key] = Citation(len(self._numbers) + 1, article, span, proven)
        return self._numbers[key]


@lru_cache(_REMEMBERED)
def _evidence(passage: Passage) -> Evidence:
    """What a passage says, without what it wants said. Kept, for what is asked about once is asked about again."""
    return Evidence(without_orders(passage))


def mark(citation: Citation) -> str:
    """How a text names a citation: `[1]`, and `[1?]` where it does not carry what it is cited for."""
    return f"[{citation.number}]" if citation.proven else f"[{citation.number}?]"


def shortened(pending: str) -> str:
    """A sentence that is being written, without a last word that may become an address."""
    head, space, last = pending.rpartition(" ")
    return head + space if any(each in last for each in "./:@") and not last.endswith(tuple(".:")) else pending


def _without_sign(text: str) -> str:
    """A claim without the sign that the passages do not answer: it is no word for readers, and what stands beside it is a claim."""
    left = _SIGN.sub("", text) if NOTHING in text else text
    return left.strip() if any(each.isalnum() for each in left) or left == text else ""


def _asserts(text: str) -> bool:
    """Whether it says something that can be true or not; «Ja.» and «Dette skjedde:» alone do not."""
    return any(word not in FUNCTION_WORDS for word in tokens(text))
