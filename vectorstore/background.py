"""How common words are in general: in an archive of five articles no word has had the chance to be common."""

import math
from functools import cache
from importlib.resources import files

from vectorstore.language import ENGLISH, stems

COMMON_FROM = 0.01
"""Share of passages of general text from which on a word counts as common; rarer ones are not listed."""


def rarity(word: str, language: str) -> float:
    """1 for a word that is not common in general text, less the commoner it is; never 0."""
    shares = _shares()[ENGLISH if language == ENGLISH else "nb"]
    share = shares.get(stems([word], language)[0], 0.0)
    return 1.0 if share <= COMMON_FROM else math.log(share * 0.98) / math.log(COMMON_FROM)


@cache
def _shares() -> dict[str, dict[str, float]]:
    """Stem → share of passages that hold it, by language."""
    listed: dict[str, dict[str, float]] = {ENGLISH: {}, "nb": {}}
    for line in files("vectorstore").joinpath("background.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            language, stem, share = line.split("\t")
            listed[language][stem] = float(share)
    return listed
