"""Long texts cut into messages, at paragraphs where that can be, never inside a grapheme or a link."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

from wcwidth import iter_graphemes

from bot.telegram.rendering.harmless import says_something, settled, units
from bot.telegram.rendering.styled import Message, Styled

MOST_UNITS = 4096
"""UTF-16 code units of a message (Bot API, `sendMessage`)."""

MOST_ENTITIES = 100
"""Of a message; the server passes over what is more (TDLib, `get_input_message_entities`)."""

_MARGIN = 100  # characters that are looked at beyond a message: there may be blanks, and a grapheme may reach there
_CUT_OFF = "… "
_NOTHING_TO_SAY = "…"
_MARK = r"\[(?:\d+\??|\?)\]"
# Blanks that a text may be cut at, from the best. A mark stays with what it stands behind.
_BLANKS = (
    re.compile(r"(?P<blank>\n\s*\n\s*)"),
    re.compile(r"(?P<blank>[^\S\n]*\n\s*)"),
    re.compile(rf"[.!?…।。！？][»”’\"')\]]*(?:\s?{_MARK})*(?P<blank>\s+|(?<=[।。！？])(?=\S))(?!{_MARK})"),
    re.compile(rf"(?P<blank>\s+)(?!\s|{_MARK})"),
)
_Cut = tuple[int, int]  # where what stands before a cut ends, and where what stands after it begins


def split(text: Styled, limit: int = MOST_UNITS, most_entities: int = MOST_ENTITIES) -> list[Message]:
    """The text as messages of at most `limit` UTF-16 code units and `most_entities` entities.

    It is cut between paragraphs where a message is at least half full then; else between sentences, else words, else graphemes; inside a
    grapheme or a link only where that alone is longer than a message. Only blanks at the cuts are lost. A style that reaches over a cut
    goes on in the next message. No message is empty, nor begins or ends with a blank.
    """
    return [each.message() for each in pieces(text, limit, most_entities)]


def plain(text: str) -> Message:
    """A message in our own words: what is a command in it can be tapped. What is not ours must have been made `harmless`."""
    return first(Styled(settled(text)))


def first(text: Styled) -> Message:
    """As much of a text as fits one message; never empty."""
    return next(iter(split(text)), Message(_NOTHING_TO_SAY))


def fits(text: Styled, limit: int = MOST_UNITS, most_entities: int = MOST_ENTITIES) -> bool:
    return len(text) <= limit and units(text.text) <= limit and len(text.entities()) <= most_entities


def pieces(text: Styled, limit: int = MOST_UNITS, most_entities: int = MOST_ENTITIES) -> list[Styled]:
    """What `split` makes messages of."""
    found, at = [], 0
    while at < len(text):
        ahead = text[at : at + limit + _MARGIN]
        is_last = at + len(ahead) == len(text) and fits(ahead.stripped(), limit, most_entities)
        end, start = (len(ahead), len(ahead)) if is_last else _cut(ahead, limit, most_entities)
        found.append(ahead[:end].stripped())
        at += start
    return [each for each in found if says_something(each.text)]


def latest(text: Styled, limit: int = MOST_UNITS, most_entities: int = MOST_ENTITIES) -> Styled:
    """The end of a text, as much of it as fits one message; where it is not all, it begins at a paragraph or sentence, after `…`."""
    text = text.stripped()
    if fits(text, limit, most_entities):
        return text
    text = text[-limit - _MARGIN :]
    longest = limit - len(_CUT_OFF)
    sizes = [0, *accumulate(map(units, reversed(text.text)))]
    least = len(text) - (bisect_right(sizes, longest) - 1)
    ends = sorted((each.span.end for each in text.entities()), reverse=True)
    if len(ends) > most_entities:
        least = max(least, ends[most_entities])
    enough = least + (len(text) - least) // 2
    for cuts in (*(_at_blanks(text, each) for each in _BLANKS), _anywhere(text, len(text))):
        begin = next((start for _, start in cuts if start >= least), len(text))
        if begin <= enough:
            return Styled(_CUT_OFF) + text[begin:].stripped()
    return Styled(_CUT_OFF) + text[least:].stripped()


def _cut(text: Styled, limit: int, most_entities: int) -> _Cut:
    """Where to end a message, and begin the next. The text does not fit one; what is beyond `_MARGIN` more than that is not needed."""
    most = bisect_right(list(accumulate(map(units, text.text))), limit)
    starts = [each.span.start for each in text.entities()]
    if len(starts) > most_entities:
        most = min(most, starts[most_entities])
    best = (0, 0)
    for cuts in (*(_at_blanks(text, each) for each in _BLANKS), _anywhere(text, most)):
        best = max(best, _last(cuts, most))
        if best[0] >= most / 2:
            return best
    return best if best[0] else _last(_at_graphemes(text.text, most), most, default=(max(most, 1), max(most, 1)))


def _last(cuts: Iterable[_Cut], most: int, default: _Cut = (0, 0)) -> _Cut:
    last = default
    for cut in cuts:
        if cut[0] > most:
            break
        last = cut
    return last


def _at_blanks(text: Styled, blanks: re.Pattern[str]) -> Iterator[_Cut]:
    """The cuts at blanks, in order."""
    inside = _insides(text)
    for found in blanks.finditer(text.text):
        cut = found.span("blank")
        if cut[0] > 0 and cut[1] < len(text) and not any(at in inside for at in cut) and _are_apart(text.text, cut):
            yield cut


def _are_apart(text: str, cut: _Cut) -> bool:
    """Whether no grapheme is made of a blank and what stands beside it."""
    return all(len(list(iter_graphemes(text[at - 1 : at + 1]))) == 2 for at in cut)


def _anywhere(text: Styled, most: int) -> Iterator[_Cut]:
    """The cuts between graphemes, in order; not where a slash would come to begin a message, and make a command of what follows."""
    inside = _insides(text)
    return (cut for cut in _at_graphemes(text.text, most) if cut[0] not in inside and text.text[cut[0]] != "/")


def _at_graphemes(text: str, most: int) -> Iterator[_Cut]:
    clusters = list(iter_graphemes(text[: most + 1]))
    return ((at, at) for at in accumulate(map(len, clusters[:-1])))


def _insides(text: Styled) -> set[int]:
    """The places that would tear apart what is to stay whole."""
    return {at for whole in text.wholes() for at in range(whole.start + 1, whole.end)}
