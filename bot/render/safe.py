"""Text that cannot do anything to a terminal, and text that can be encoded."""

import re

_LINE_ENDS = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\ud800-\udfff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# They reorder what stands around them, beyond the text that they came with (Unicode bidirectional algorithm, "Trojan Source").
_REORDERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROL_PICTURES = 0x2400  # ␀; the picture of each control character up to 0x1F follows in order


def shown(text: str) -> str:
    """The text for a terminal: control characters become visible pictures (`␛`), those that reorder are left out.

    Every line break is a line feed, every tab a space.
    """
    text = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    return _CONTROLS.sub(_picture, _REORDERING.sub("", text))


def shown_on_a_line(text: str) -> str:
    """The same on one line, with single spaces."""
    return " ".join(shown(text).split())


def well_formed(text: str) -> str:
    """The text with every lone surrogate replaced, so that it can be encoded."""
    return _SURROGATES.sub("\ufffd", text)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    return "\u2421" if code == 0x7F else "\ufffd"
