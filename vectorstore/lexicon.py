"""The words of an archive, and which of them a word of a question may stand for."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from vectorstore import background, glossary
from vectorstore.language import ENGLISH, FUNCTION_WORDS, NORWEGIAN, NYNORSK, fold, stems

Alternative = tuple[str, float]
"""A stem, and how much finding it counts: 1 for the word itself, less for what it may have meant."""

_FOLDED_WEIGHT = 0.95  # the same word typed without å, ø, æ
_MISSPELT_WEIGHTS = (_FOLDED_WEIGHT, 0.85, 0.7)  # by edit distance 0, 1 and 2
_RESPELT_WEIGHT = 0.95  # nynorsk and bokmål
_TRANSLATED_WEIGHT = 0.9  # shared by the senses of a word that has several
_OTHER_WORD_WEIGHT = 0.6  # of a synonym, which says only nearly the same
_PART_WEIGHT = 0.5  # of one of the two words of a compound
_SHORTEST_PART = 3  # letters: `tog`, `fly`, `sjø`
_SHORTEST_TO_CORRECT, _SHORTEST_FOR_TWO = 4, 8  # letters; as Elasticsearch's fuzziness AUTO, slightly stricter
_MOST_SPELLINGS = 6
_UNSEEN = 50  # passages without the word, as if there were more: in an archive on one topic its names must not count for nothing


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word of a question may stand for, how much finding it tells (its idf), and the share of the passages that hold it."""

    alternatives: tuple[Alternative, ...]
    idf: float
    share: float


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

    def meaning(self, word: str, language: str, name: bool = False) -> Meaning:
        """What a lower-case word of a question in `language` may stand for in the articles.

        That is: the word as it is; in the language of the articles; by another word for the same, unless it is a `name`; or,
        where no passage has any of these, as it should have been spelt, or else the two words that it is made of.
        """
        spoken = self._words.languages
        found = dict.fromkeys((_stem(word, each) for each in (language, *spoken)), 1.0)
        for each in spoken:
            for meant, weight in _translated(word, language, each):
                found.setdefault(_stem(meant, each), weight)
        held = self._held(found)
        for meant, of, weight in () if name else _other_words(word, language, spoken):
            if self._words.passage_frequency(other := _stem(meant, of)):
                found.setdefault(other, weight)
        if not self._held(found):
            guessed = self._genitive(word) or self._spelt_alike(word, name) or ([] if name else self._parts(word))
            for meant, weight in guessed:
                for each in spoken:
                    found.setdefault(_stem(meant, each), weight)
        held = held or self._held(found)
        share = held / max(1, self._words.passage_count)
        return Meaning(tuple(found.items()), self._idf(held) * background.rarity(word, language), share)

    def _held(self, stems: Iterable[str]) -> int:
        """In how many passages the commonest of the stems stands."""
        return max(map(self._words.passage_frequency, stems), default=0)

    def _idf(self, held: int) -> float:
        """Robertson's idf as Lucene smooths it; never negative."""
        count = self._words.passage_count + _UNSEEN
        return math.log(1 + (max(count - held, 0) + 0.5) / (held + 0.5))

    def _genitive(self, word: str) -> list[Alternative]:
        """The name that an unknown word is the genitive of (`Jong-uns`), which no stemmer knows."""
        bare = word.removesuffix("s")
        return [(bare, 1.0)] if bare != word and self._known(bare) else []

    def _parts(self, word: str) -> list[Alternative]:
        """The two words of the archive that an unknown compound is made of, where there are such: `togreise`, `fredssamtale`."""
        middle_out = sorted(
            range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1), key=lambda at: abs(2 * at - len(word))
        )
        for at in middle_out if word.isalpha() else ():
            for first in dict.fromkeys((word[:at], word[:at].removesuffix("s"))):
                if self._is_part(first) and self._is_part(word[at:]):
                    return [(first, _PART_WEIGHT), (word[at:], _PART_WEIGHT)]
        return []

    def _is_part(self, word: str) -> bool:
        return len(word) >= _SHORTEST_PART and word not in FUNCTION_WORDS and self._known(word)

    def _known(self, word: str) -> bool:
        return any(self._words.passage_frequency(_stem(word, each)) for each in self._words.languages)

    def _spelt_alike(self, word: str, name: bool) -> list[Alternative]:
        """The words of the archive nearest to an unknown one by edit distance (Damerau-Levenshtein, restricted).

        A name is not taken for a common word: Støre, whom no article names, is not `større`.
        """
        if len(word) < _SHORTEST_TO_CORRECT or not word.isalpha():
            return []
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        farthest = 2 if len(word) >= _SHORTEST_FOR_TWO else 1
        spellings = self._spelt(word[0])
        near = process.extract(
            fold(word), spellings.keys(), scorer=OSA.distance, score_cutoff=farthest, limit=_MOST_SPELLINGS
        )
        nearest = int(min((distance for _, distance, _ in near), default=0))
        alike = [meant for spelling, distance, _ in near if distance == nearest for meant in spellings[spelling]]
        if name:
            alike = [meant for meant in alike if not self._is_common(meant)]
        return [(meant, _MISSPELT_WEIGHTS[nearest]) for meant in alike[:_MOST_SPELLINGS]]

    def _is_common(self, word: str) -> bool:
        return any(glossary.is_word(word, language) for language in self._words.languages)

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
    senses = glossary.translations(word, language, spoken)
    if ENGLISH not in (language, spoken):
        return [(meant, _RESPELT_WEIGHT) for meant in senses]
    return [(meant, _TRANSLATED_WEIGHT / math.sqrt(len(senses))) for meant in senses]


def _other_words(word: str, language: str, spoken: Sequence[str]) -> list[tuple[str, str, float]]:
    """Words of the articles' languages that may stand for this one, each with its language and weight."""
    of = ENGLISH if language == ENGLISH else NORWEGIAN
    if all((each == ENGLISH) != (of == ENGLISH) for each in spoken):
        return []
    own = [word, *(glossary.translations(word, NYNORSK, NORWEGIAN) if language == NYNORSK else ())]
    return [(meant, of, _OTHER_WORD_WEIGHT) for each in own for meant in glossary.synonyms(each, of)]
