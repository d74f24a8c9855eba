"""What a text quotes, and whether another says it word for word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vectorstore.article import Span

_QUOTED = re.compile(r"«([^«»]+)»|“([^“”„]+)[”“]|„([^„“”]+)[“”]|\"([^\"\n]+)\"|(?<!\w)‘([^‘’]+)’(?!\w)")
_DASHES = re.compile(r"[‐‑‒–—−-]+")
_MARKS = re.compile(r"[«»“”„\"‘’'`´]")
_GAP = re.compile(r"\s*(?:\[\s*)?(?:…|\.\.\.)(?:\s*\])?\s*")
_UNSEEN = str.maketrans({"\u00ad": None, "\u200b": None, "\u00a0": " ", "\u202f": " ", "\u2009": " "})


@dataclass(frozen=True, slots=True)
class Quotation:
    """What stands between quotation marks; `span` has the marks, `text` has not."""

    span: Span
    text: str


def quotations(text: str) -> tuple[Quotation, ...]:
    return tuple(_found(text))


def _found(text: str) -> Iterator[Quotation]:
    for match in _QUOTED.finditer(text):
        inner = next((group for group in match.groups() if group is not None), "")
        if inner.strip():
            yield Quotation(Span(*match.span()), inner)


def plain(text: str) -> str:
    """A text for word by word comparison: one kind of dash and space, no quotation marks, small letters."""
    text = _DASHES.sub("-", _MARKS.sub("", text.translate(_UNSEEN)))
    return " ".join(text.lower().split())


def says(plain_text: str, quoted: str) -> bool:
    """Whether a text, made `plain`, says what is quoted, word for word; an ellipsis in it stands for words left out."""
    at = 0
    for piece in _GAP.split(quoted):
        wanted = plain(piece).strip(" .,;:!?-")
        if not wanted:
            continue
        pattern = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")
        found = pattern.search(plain_text, at)
        if not found:
            return False
        at = found.end()
    return True
