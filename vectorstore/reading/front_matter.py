"""YAML front matter: what stands between two `---` lines at the very top of a text."""

import re
from typing import NamedTuple

from vectorstore.errors import ArticleRejected
from vectorstore.reading.fields import Fields

# Metadata of one article is a few hundred characters; YAML is slow, and a bomb needs room.
LONGEST = 64_000
HINT = "Put “key: value” lines between two --- lines at the top, with quotation marks around what is not plain words."


class Parted(NamedTuple):
    """A text taken apart: what stands in its front matter, and what stands below."""

    fields: Fields
    text: str


def parted(text: str) -> Parted:
    """The metadata and the text below it. A first line `---` without a second one, or without keys, is text.

    Every value is read as it is written: `no` stays the language *no*, `2019-04` is not arithmetic, and `Kim: møtet` and `Sak # 1` are titles
    though YAML asks for quotation marks around the one and takes the end of the other for a comment. Comments may stand on lines of their
    own, and after a value in quotation marks or brackets. Keys are matched in lower case; the last of two counts.
    Raises `ArticleRejected` for what cannot be read.
    """
    opening = re.match(r"\s*---[ ]*\n", text)
    closing = re.compile(r"^(?:---|\.\.\.)[ ]*$", re.MULTILINE).search(text, opening.end()) if opening else None
    if not opening or not closing:
        return Parted({}, text)
    block = text[opening.end() : closing.start()]
    if not re.match(r"\s*(?:#.*\n\s*)*[\w\"'-]+[ ]*:", block):
        return Parted({}, text)
    if len(block) > LONGEST:
        raise ArticleRejected(f"front matter: longer than {LONGEST:,} characters", HINT)
    return Parted(_loaded(block), text[closing.end() :])


def _loaded(block: str) -> Fields:
    whole = "\n".join(map(_uncommented, block.split("\n")))
    try:
        loaded = _yaml(whole)
    except ArticleRejected:
        meant = "\n".join(map(_quoted, whole.split("\n")))
        if meant == whole:
            raise
        loaded = _yaml(meant)
    if not isinstance(loaded, dict):
        raise ArticleRejected("front matter: no keys in it", HINT)
    return {str(key).lower(): value for key, value in loaded.items()}


def _yaml(block: str) -> object:
    """Raises `ArticleRejected` for what is not YAML."""
    import yaml

    try:
        # BaseLoader makes nothing but strings, lists and mappings: safer than safe_load, and `language: no` is not False.
        return yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = f" (line {error.problem_mark.line + 2})" if error.problem_mark else ""
        raise ArticleRejected(f"front matter: not YAML{line}: {error.problem}", HINT) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ArticleRejected("front matter: not YAML", HINT) from error


def _uncommented(line: str) -> str:
    """A line `key: value` with the value in quotation marks where YAML would take its end for a comment: `title: Sak # 1`, `title: #metoo`.

    Left alone is what begins as something else than plain words: quotation marks, brackets, a block, an anchor, an alias, a tag, or a comment.
    """
    found = re.fullmatch(r"""([\w-]+):[ ]+((?:#\w|[^\s\[{"'|>&*!#].*?\s#).*)""", line)
    return _in_quotation_marks(found) if found else line


def _quoted(line: str) -> str:
    """A line `key: value` with the value in quotation marks where YAML cannot take it without: `title: Kim: møtet`.

    A bracket or quotation mark that is opened and not closed on the line is left for YAML to complain of.
    """
    found = re.fullmatch(r"""([\w-]+):[ ]+(?![\[{"'][^\]}"']*$)(\S.*)""", line)
    if not found:
        return line
    try:
        _yaml(line)
    except ArticleRejected:
        return _in_quotation_marks(found)
    return line


def _in_quotation_marks(line: re.Match[str]) -> str:
    value = line[2].rstrip(" ").replace("'", "''")
    return f"{line[1]}: '{value}'"
