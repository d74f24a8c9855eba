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

    Every value is read as it is written: `no` stays the language *no*, `2019-04` is not arithmetic, and `Kim: møtet` is a title though YAML
    asks for quotation marks around it. Keys are matched in lower case; the last of two counts.
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
    try:
        loaded = _yaml(block)
    except ArticleRejected:
        meant = "\n".join(map(_quoted, block.split("\n")))
        if meant == block:
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


def _quoted(line: str) -> str:
    """A line `key: value` with the value in quotation marks where YAML cannot take it without: `title: Kim: møtet`.

    A bracket or quotation mark that is opened and not closed on the line is left for YAML to complain of.
    """
    found = re.fullmatch(r"""([\w-]+):[ ]+(?![\[{"'][^\]}"']*$)(\S.*?)[ ]*""", line)
    if not found:
        return line
    try:
        _yaml(line)
    except ArticleRejected:
        value = found[2].replace("'", "''")
        return f"{found[1]}: '{value}'"
    return line
