"""English words for Norwegian ones and the other way, so that a question finds articles in the other language."""

from collections import defaultdict
from functools import cache
from importlib.resources import files

from vectorstore.language import ENGLISH


def translations(word: str, language: str) -> tuple[str, ...]:
    """What a lower-case word may be called in `language` (`en`, or else Norwegian); nothing where it is not listed."""
    to_english, to_norwegian = _tables()
    return (to_english if language == ENGLISH else to_norwegian).get(word, ())


@cache
def _tables() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    to_english: dict[str, list[str]] = defaultdict(list)
    to_norwegian: dict[str, list[str]] = defaultdict(list)
    for line in files("vectorstore").joinpath("glossary.tsv").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        english, norwegian = line.split("\t")
        for word in norwegian.split(","):
            to_norwegian[english].append(word)
            to_english[word].append(english)
    return {k: tuple(v) for k, v in to_english.items()}, {k: tuple(v) for k, v in to_norwegian.items()}
