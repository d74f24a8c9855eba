"""A line of an answer, as the claims that it makes: sentences, and the parts of a sentence that have marks of their own."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bot.proof.marks import Mark, set_aside, taken_out, unfinished
from bot.proof.plain import plain, visible
from vectorstore.article import Span
from vectorstore.chunking import sentences
from vectorstore.language import FUNCTION_WORDS, tokens

_BULLET = "• "
_FEWEST_WORDS = 2  # of content; with fewer, a part of a sentence says nothing by itself


@dataclass(frozen=True, slots=True)
class Said:
    """One claim as it was written: its text, what stands before it (a space, a bullet, nothing), and the passages that its marks name."""

    text: str
    lead: str
    numbers: tuple[int, ...]
    ends: bool
    """Whether its sentence ends with it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as far as it has come: the claims of its whole sentences, and the rest, which may go on."""

    sentences: tuple[tuple[Said, ...], ...]
    rest: str


def said(line: str, passages: int, hosts: Collection[str] = (), *, whole: bool) -> Line:
    """What a line says. Unless it is `whole`, its last sentence is still being written, and a mark that may follow one is waited for."""
    text = visible(line)
    come = text if whole else text[: unfinished(text)]
    placed, named = set_aside(come, passages)
    clean, marks = taken_out(plain(placed, hosts).rstrip() if whole else plain(placed, hosts), named)
    lead = _BULLET if clean.startswith(_BULLET) else ""
    body = Span(len(lead), len(clean))
    spans = [each for each in sentences(clean) if each.end > body.start]
    if spans and spans[0].start < body.start:
        spans[0] = Span(body.start, spans[0].end)
    complete = spans if whole else _ended(clean, spans)
    cited = _by_sentence(spans, marks)
    told = tuple(
        tuple(_claims(clean, span, cited[at], lead if at == 0 else " " if at else ""))
        for at, span in enumerate(complete)
    )
    rest = "" if whole or not spans else clean[spans[len(complete)].start :]
    return Line(told, (lead if not complete else "") + rest if rest else "")


def _ended(text: str, spans: Sequence[Span]) -> Sequence[Span]:
    """The sentences that have ended, whatever comes: another one, with a word in it, stands after a space."""
    ended = len(spans) - 1
    while ended > 0:
        before, after = spans[ended - 1], spans[ended]
        if before.end < after.start and any(each.isalnum() for each in after.of(text)):
            break
        ended -= 1
    return spans[: max(ended, 0)]


def _by_sentence(spans: Sequence[Span], marks: Sequence[Mark]) -> list[list[Mark]]:
    """The marks of each sentence: those in it and after it, or, in a line that begins with one, those in it and before it."""
    cited: list[list[Mark]] = [[] for _ in spans]
    leading = bool(spans and marks) and marks[0].at <= spans[0].start
    for mark in marks if spans else ():
        if leading:
            at = next((i for i, span in enumerate(spans) if mark.at < span.end), len(spans) - 1)
        else:
            at = max((i for i, span in enumerate(spans) if span.start < mark.at), default=0)
        cited[at].append(mark)
    return cited


def _claims(text: str, sentence: Span, marks: Sequence[Mark], lead: str) -> Iterator[Said]:
    """A sentence, cut after each of its marks where it has several that say different things."""
    inside = sorted({min(max(mark.at, sentence.start), sentence.end) for mark in marks})
    numbers = {
        at: _named(mark for mark in marks if min(max(mark.at, sentence.start), sentence.end) == at) for at in inside
    }
    cuts = [at for at in inside if sentence.start < at] or [sentence.end]
    parts: list[tuple[Span, tuple[int, ...]]] = []
    start, waiting = sentence.start, numbers.get(sentence.start, ())
    for at in cuts:
        waiting = tuple(dict.fromkeys((*waiting, *numbers.get(at, ()))))
        if _words(text[start:at]) >= _FEWEST_WORDS or at == cuts[-1]:
            parts.append((Span(start, at), waiting))
            start, waiting = at, ()
    last, cited = parts[-1]
    tail = Span(last.end, sentence.end)
    if len(parts) == 1 or _words(tail.of(text)) < _FEWEST_WORDS:
        parts[-1] = (Span(last.start, sentence.end), cited)
    else:
        parts.append((tail, ()))
    for span, cited in parts:
        piece = span.of(text)
        before = lead if span.start == sentence.start else piece[: len(piece) - len(piece.lstrip())]
        yield Said(piece.strip(), before, cited, ends=span.end == sentence.end)


def _named(marks: "Iterator[Mark]") -> tuple[int, ...]:
    return tuple(dict.fromkeys(number for mark in marks for number in mark.numbers))


def _words(text: str) -> int:
    return sum(word not in FUNCTION_WORDS for word in tokens(text))


_AT_THE_END = re.compile(r"[.!?…:;,]+$")


def with_marks(text: str, marks: str) -> str:
    """A claim with its marks, which stand before the full stop."""
    if not marks:
        return text
    found = _AT_THE_END.search(text)
    at = found.start() if found else len(text)
    return f"{text[:at]} {marks}{text[at:]}"
