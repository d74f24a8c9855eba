"""The words of an archive, and which of them a word of a question may stand for."""

import math
from collections.abc import Sequence
from typing import Protocol

from vectorstore import background, glossary
from vectorstore.language import ENGLISH, FUNCTION_WORDS, fold, stems

Alternative = tuple[str, float]
"""A stem, and how much finding it counts: 1 for the word itself, less for what it may have meant."""

_FOLDED_WEIGHT = 0.95  # the same word typed without å, ø, æ
_MISSPELT_WEIGHTS = (_FOLDED_WEIGHT, 0.85, 0.7)  # by edit distance 0, 1 and 2
_TRANSLATED_WEIGHT = 0.9  # shared by the senses of a word that has several
_SHORTEST_TO_CORRECT, _SHORTEST_FOR_TWO = 4, 8  # letters; as Elasticsearch's fuzziness AUTO, slightly stricter
_MOST_ALTERNATIVES = 6
_UNSEEN = 50  # passages without the word, as if there were more: in an archive on one topic its names must not count for nothing


class Vocabulary(Protocol):
    """What a word index knows of its words."""

    @property
    def passage_count(self) -> int: ...

    @property
    def languages(self) -> tuple[str, ...]: ...

    def passage_frequency(self, stem: str) -> int: ...

    def vocabulary(self, prefix: str) -> Sequence[tuple[str, int]]: ...


class Lexicon:
    """Looks words up in one state of a word index, and remembers what it found. May be used from any number of threads."""

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self._spellings: dict[str, dict[str, list[str]]] = {}

    def alternatives(self, word: str, language: str) -> tuple[Alternative, ...]:
        """The ways in which a lower-case word of a question in `language` may stand in the articles, as stems.

        That is: as it is; in the language of the articles; or, where no passage has it, as it should have been spelt.
        """
        spoken = self._words.languages
        found = dict.fromkeys((_stem(word, each) for each in (language, *spoken)), 1.0)
        for each in spoken:
            for meant, weight in _translated(word, language, each):
                found.setdefault(_stem(meant, each), weight)
        if not any(map(self._words.passage_frequency, found)):
            for meant, weight in self._genitive(word) or self._spelt_alike(word):
                for each in spoken:
                    found.setdefault(_stem(meant, each), weight)
        return tuple(found.items())

    def idf(self, word: str, language: str, alternatives: Sequence[Alternative]) -> float:
        """How much finding a word tells: Robertson's idf as Lucene smooths it, less for what is common everywhere; never negative."""
        count = self._words.passage_count + _UNSEEN
        held = max((self._words.passage_frequency(stem) for stem, _ in alternatives), default=0)
        return math.log(1 + (max(count - held, 0) + 0.5) / (held + 0.5)) * background.rarity(word, language)

    def _genitive(self, word: str) -> list[Alternative]:
        """The name that an unknown word is the genitive of (`Jong-uns`), which no stemmer knows."""
        bare = word.removesuffix("s")
        known = bare != word and any(self._words.passage_frequency(_stem(bare, each)) for each in self._words.languages)
        return [(bare, 1.0)] if known else []

    def _spelt_alike(self, word: str) -> list[Alternative]:
        """The words of the archive nearest to an unknown one by edit distance (Damerau-Levenshtein, restricted)."""
        if len(word) < _SHORTEST_TO_CORRECT or not word.isalpha():
            return []
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        farthest = 2 if len(word) >= _SHORTEST_FOR_TWO else 1
        spellings = self._spelt(word[0])
        near = process.extract(
            fold(word), spellings.keys(), scorer=OSA.distance, score_cutoff=farthest, limit=_MOST_ALTERNATIVES
        )
        nearest = int(min((distance for _, distance, _ in near), default=0))
        alike = [meant for spelling, distance, _ in near if distance == nearest for meant in spellings[spelling]]
        return [(meant, _MISSPELT_WEIGHTS[nearest]) for meant in alike[:_MOST_ALTERNATIVES]]

    def _spelt(self, initial: str) -> dict[str, list[str]]:
        """Folded form → words of the archive, for those that begin with a letter or with one that folds to it."""
        if initial not in self._spellings:
            folded: dict[str, list[str]] = {}
            for letter in {"a": "aåæä", "o": "oøö", "u": "uü"}.get(fold(initial), initial):
                for word, _ in self._words.vocabulary(letter):
                    if word not in FUNCTION_WORDS:
                        folded.setdefault(fold(word), []).append(word)
            self._spellings[initial] = folded
        return self._spellings[initial]


def _stem(word: str, language: str) -> str:
    return stems([word], language)[0]


def _translated(word: str, language: str, spoken: str) -> list[Alternative]:
    if (spoken == ENGLISH) == (language == ENGLISH):
        return []
    senses = glossary.translations(word, spoken) or glossary.translations(_stem(word, language), spoken)
    return [(meant, _TRANSLATED_WEIGHT / math.sqrt(len(senses))) for meant in senses]
