"""Characters as they are kept: one kind of line end, one kind of space, composed letters, nothing invisible.

What a reader cannot see must not be read by a model either, so soft hyphens, zero-width and bidirectional controls, tag characters,
stray variation selectors and control characters are removed. Every kind of space (no-break, narrow, ideographic) becomes a plain one. The words stay as they are.
"""

import re
import unicodedata

LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
SPACES = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Joiners and selectors are kept where they shape what is seen: emoji sequences, and scripts whose letters join.
JOINERS = re.compile("(?<![\u0600-\u08ff\u0900-\u0dff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]")
SELECTORS = re.compile(
    "(?<![#*0-9\xa9\xae\u203c-\u3299\U0001f000-\U0001faff])[\ufe00-\ufe0f]+|(?<=[\ufe00-\ufe0f])[\ufe00-\ufe0f]+"
)
MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
# No orthography stacks more than three marks on a letter (Unicode stream-safe text allows 30); a longer pile hides its neighbours,
# and normalising it takes quadratic time.
PILED_MARKS = re.compile(f"([{MARKS}]{{3}})[{MARKS}]+")


def tidied(text: str) -> str:
    """The text with a line feed between lines, plain spaces, NFC, and without anything invisible. Linear in its length."""
    text = SPACES.sub(" ", LINE_ENDS.sub("\n", text))
    if not text.isascii():
        text = SELECTORS.sub("", JOINERS.sub("", text))
    text = INVISIBLE.sub("", text)
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", PILED_MARKS.sub(r"\1", text))


def folded(text: str) -> str:
    """One line: every run of white space is one space, none at the ends."""
    return " ".join(text.split())


def printable(text: str, limit: int = 200) -> str:
    """The text for a message: control and invisible characters escaped, cut after `limit` characters."""
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape", "backslashreplace").decode()
        for char in text[:limit]
    )
    return shown if len(text) <= limit else shown + "…"
