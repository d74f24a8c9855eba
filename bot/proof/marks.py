r"""Marks of citations, in the forms that models write them.

    [1]  [1, 2]  [1-3]  [1][2]  [[1]]  [^1]  \[1\]  【1】  【1†source】  [kilde 1]  (1)  ¹  <sup>1</sup>  [1](https://…)

They stand before or after the full stop, or where a sentence begins; lists of footnotes at the end say nothing more.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FIRST, _LAST = (
    0xE000,
    0xF8FF,
)  # private characters, one for each mark of a text: none comes from the model, who may say nothing unseen
_PLACEHOLDER = re.compile(f"([{chr(_FIRST)}-{chr(_LAST)}])")
_MOST = 50  # passages that a range may name
_MOST_DIGITS = 3
_NUMBER = rf"\d{{1,{_MOST_DIGITS}}}"
_WORD = r"(?:kilder?|kjelde[r]?|avsnitt|artikkel|utdrag|sources?|passages?|articles?|excerpts?|refs?\.?|nr\.?|no\.?|#)"
_LIST = rf"(?:{_WORD}\s*)?\^?\s*{_NUMBER}(?:\s*(?:[,;&+–-]|og|and|to|til)\s*(?:{_WORD}\s*)?\^?\s*{_NUMBER})*"
_LINK = r"(?:\((?:https?:|/|#)[^\s()]*\))?"  # [1](https://…): the mark stays, where it leads goes
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_MARK = re.compile(
    rf"\\?\[\\?\[?\s*(?P<square>{_LIST})\s*(?:†[^\]]*)?\\?\]\\?\]?{_LINK}"
    rf"|\[\s*(?:-\d+|\d+[a-z]?|\d{{4,}})\s*\]"  # no passage has such a number
    rf"|【\s*(?P<lenticular>{_LIST})\s*(?:†[^】]*)?】"
    rf"|<sup>\s*\[?(?P<raised>{_LIST})\]?\s*</sup>"
    rf"|(?<=[\w\s.,;:!?»”\"'’)%])\((?P<round>{_LIST})\)(?=\s*(?:[.,;:!?]|$|\n|[\[(【]|[–-]\s))"
    rf"|(?:(?<=[^\W\d_]{{3}})|(?<=[.!?»”\"’)\]】]))(?P<superscript>[{_SUPERSCRIPTS}]+)(?!\w)",
    re.IGNORECASE,
)
# What may yet become a mark, at the end of what has come so far.
_UNFINISHED = re.compile(
    rf"(?:\\?\[[^\]\n]{{0,40}}(?:\]\(?[^)\s]{{0,200}})?|【[^】\n]{{0,40}}|<[^>\n]{{0,10}}|\([^)\n]{{0,30}}|[{_SUPERSCRIPTS}]+|\\)$"
)
_GOES_ON_AFTER = re.compile(r"[.,;:!?…)\]»”\"'’*]*(?:\s|$)")  # what may follow a mark without a space
_FOOTNOTE = re.compile(rf"[ \t]*(?:[-*•][ \t]*)?\\?[\[【]\^?{_NUMBER}\\?[\]】]:")
_LISTED = re.compile(
    r"^[ \t#*_]*(?:kilder|kildehenvisninger|kjelder|referanser|fotnoter|sources|references|citations|footnotes)[ \t*_]*:?[ \t*_]*$",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Numbers that a text cites at a place, counted in characters of the text without its marks."""

    at: int
    numbers: tuple[int, ...]


def is_list_of_sources(line: str) -> bool:
    """Whether a list of sources begins with a line, that the model made itself."""
    return bool(_LISTED.search(line))


def is_footnote(line: str) -> bool:
    return bool(_FOOTNOTE.match(line))


def set_aside(text: str, passages: int) -> tuple[str, tuple[tuple[int, ...], ...]]:
    """The text with a placeholder for each mark, and what the marks name; of that only passages are kept, of which there are so many.

    A round bracket is a mark only where it names a passage: «Haaland (23)» is not.
    """
    marks: list[tuple[int, ...]] = []

    def placed(found: re.Match[str]) -> str:
        numbers = tuple(dict.fromkeys(_numbers(found, passages)))
        named = tuple(number for number in numbers if 0 < number <= passages)
        if found["round"] and named != numbers:
            return found[0]
        marks.append(named)
        return chr(min(_FIRST + len(marks) - 1, _LAST))

    return _MARK.sub(placed, _PLACEHOLDER.sub("", text)), tuple(marks)


def taken_out(text: str, marks: Sequence[tuple[int, ...]]) -> tuple[str, tuple[Mark, ...]]:
    """The text without its placeholders, and the marks with their places. Placeholders may have been lost on the way; their marks then are, too."""
    plain, *pieces = _PLACEHOLDER.split(text)
    placed = []
    for placeholder, after in zip(pieces[::2], pieces[1::2], strict=True):
        numbers = marks[ord(placeholder) - _FIRST]
        without_space = plain.rstrip(" \t")  # the space before a mark was there for the mark
        placed.append(Mark(len(without_space), numbers))
        plain = without_space if not after or after[0] in " \t\n.,;:!?)»”" else plain
        # Without its mark, «evil.[1]com» would be an address.
        plain += f" {after}" if plain and not plain[-1].isspace() and not _GOES_ON_AFTER.match(after) else after
    return plain, tuple(placed)


def unfinished(text: str) -> int:
    """Where in the text something begins that may become a mark or a link when more comes; its length where nothing does."""
    found = _UNFINISHED.search(text)
    return found.start() if found else len(text)


def _numbers(found: re.Match[str], passages: int) -> list[int]:
    if found["superscript"]:
        digits = [_SUPERSCRIPTS.index(each) for each in found["superscript"]]
        number = int("".join(map(str, digits[:_MOST_DIGITS])))
        is_one = number <= passages and len(digits) <= _MOST_DIGITS  # ¹² are two marks where there is no passage 12
        return [number] if is_one else digits
    listed = found["square"] or found["lenticular"] or found["raised"] or found["round"] or ""
    numbers: list[int] = []
    for joint, digits in re.findall(r"\s*(-|–|to\b|til\b)?\D*?(\d+)", listed):
        number = int(digits)
        if joint and numbers and 0 < number - numbers[-1] < _MOST:
            numbers += range(numbers[-1] + 1, number)
        numbers.append(number)
    return numbers
