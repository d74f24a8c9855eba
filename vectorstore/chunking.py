"""Sentences and passages of an article, as spans of its text.

Sentence boundaries are sentencex's (Wikimedia), with lines as boundaries too: headlines, captions and bullets have no full
stop. They are mended here: a sentence goes on where a small letter follows («– Hvorfor? spurte han.») or an abbreviation
came before («kl. 12», «f.eks. USA»).
"""

import re
from collections.abc import Iterator

from vectorstore.article import Span

TARGET = 600
"""Characters that a passage aims at; measured on NorQuAD, see benchmarks/README.md."""

CHUNKING = f"sentences-{TARGET}-2"
"""Names this way of cutting, for the fingerprint of an index."""

_LINE = re.compile(r"[^\n]+")
_WRAPPED_WIDTH = 100  # a text whose lines are all shorter than this may be hard-wrapped
_RULES = "fi"  # sentencex has no rules for Norwegian; its Finnish ones know ordinals, and take few common words for abbreviations
_NO_ABBREVIATION = re.compile(
    r"\b(?:kom|fil|par|assist)\.(?=\s+[^\W\d_a-zæøå])"
)  # of 26,000 words of news these are the only ones
_ABBREVIATION = re.compile(
    r"(?:\b(?:f\.eks|bl\.a|m\.a|t\.d|[Cc]a|[Kk]l|[Nn]r|[Dd]r|Mrs?|Ms|[Pp]rof|[Jj]fr?|[Ee]vt|[Ii]nkl|[Ee]kskl|[Tt]lf|[Pp]kt|vs"
    r"|St|Gen|Sen|Rep|Gov|Lt|Col|Sgt|Capt|Rev)|\b[A-ZÆØÅ])\.\s*$"
)
_LONGEST_SENTENCE = 1_000  # a "sentence" longer than this has no full stops; it is cut at a space


def sentences(text: str) -> list[Span]:
    """The sentences of a text in order, without the white space around them; together they hold every visible character."""
    return [piece for line in _lines(text) for piece in _sentences_of_line(text, line)]


def passages(text: str) -> list[Span]:
    """Neighbouring sentences gathered to about `TARGET` characters; each sentence is in exactly one passage."""
    found: list[Span] = []
    start = end = -1
    for sentence in sentences(text):
        if start >= 0 and sentence.end - start > TARGET and end - start >= TARGET // 3:
            found.append(Span(start, end))
            start = -1
        start = sentence.start if start < 0 else start
        end = sentence.end
    if start >= 0:
        found.append(Span(start, end))
    return found


def _lines(text: str) -> Iterator[Span]:
    """Lines, joined where a paragraph was wrapped to a fixed width: there the next word would not have fitted."""
    lines = [Span(*found.span()) for found in _LINE.finditer(text)]
    width = max(map(len, lines), default=0)
    if width > _WRAPPED_WIDTH:
        yield from lines
        return
    start, previous = -1, Span(0, 0)
    for line in lines:
        if start >= 0 and not _continues(text, previous, line, width):
            yield Span(start, previous.end)
            start = -1
        start = line.start if start < 0 else start
        previous = line
    if start >= 0:
        yield Span(start, previous.end)


def _continues(text: str, above: Span, below: Span, width: int) -> bool:
    if text.count("\n", above.end, below.start) > 1:
        return False
    word = below.of(text).split(maxsplit=1)[:1]
    return bool(word) and len(above) + 1 + len(word[0]) > width


def _sentences_of_line(text: str, line: Span) -> Iterator[Span]:
    import sentencex

    start = line.start
    ends = {line.start + each["end_index"] for each in sentencex.get_sentence_boundaries(_RULES, line.of(text))}
    missed = {line.start + found.end() for found in _NO_ABBREVIATION.finditer(line.of(text))}
    for end in sorted(ends | missed):
        if end < line.end and _goes_on(text, start, end):
            continue
        yield from _cut_to_size(text, start, end)
        start = end
    yield from _cut_to_size(text, start, line.end)


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether the sentence does not end here after all."""
    return text[end : end + 1].islower() or bool(_ABBREVIATION.search(text[max(start, end - 12) : end]))


def _cut_to_size(text: str, start: int, end: int) -> Iterator[Span]:
    while end - start > _LONGEST_SENTENCE:
        space = text.rfind(" ", start + _LONGEST_SENTENCE // 2, start + _LONGEST_SENTENCE)
        cut = space if space > 0 else start + _LONGEST_SENTENCE
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    if right > left:
        yield Span(start + left, start + right)
