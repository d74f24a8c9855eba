"""Other words for the words of a question: in the other language, in the other written Norwegian, or in the same language.

Two lists, each a pair or a headword a line: `glossary.tsv` (English and bokmål) and `synonyms.tsv` (bokmål and English words that
stand in for one another; nynorsk words with those that bokmål has for them). A form of a listed word is looked up as that word.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from vectorstore.language import ENGLISH, NORWEGIAN, NYNORSK, lemma, stems

_SHORTEST_BASE = 3  # letters; in shorter words a final vowel is no ending
_NORWEGIAN_ENDINGS = "e en et a er ene ane ar r t n te de dde ende ere est este s ens ets enes ers"
_ENGLISH_ENDINGS = "s es ed d ing ies ied ier iest er est"
_ENDINGS = frozenset(f"{_NORWEGIAN_ENDINGS} {_ENGLISH_ENDINGS}".split())


def translations(word: str, language: str, spoken: str) -> tuple[str, ...]:
    """What a lower-case word of `language` may be called in `spoken`, best first; nothing where it is not listed."""
    if language == spoken:
        return ()
    if spoken == ENGLISH:
        meant = (word, *_synonyms(NYNORSK).others(word)) if language == NYNORSK else (word,)
        return _each(_to_english(), meant)
    if language == ENGLISH:
        found = _to_norwegian().others(word)
        return (*found, *_each(_to_nynorsk(), found)) if spoken == NYNORSK else found
    return (_to_nynorsk() if spoken == NYNORSK else _synonyms(NYNORSK)).others(word)


def synonyms(word: str, language: str) -> tuple[str, ...]:
    """Words of the same language that may stand for a lower-case word, best first; `language` is English or bokmål."""
    return _synonyms(language).others(word)


def is_word(word: str, language: str) -> bool:
    """Whether a lower-case word, or one that it is a form of, is listed: then it is no name, though it may begin a sentence."""
    translated = _to_norwegian() if language == ENGLISH else _to_english()
    return _synonyms(language).listed(word) or translated.listed(word)


class _Table:
    """Words, each with the others that it stands for. A word that is not listed is taken for a form of one that is."""

    def __init__(self, pairs: Iterable[tuple[str, str]], language: str) -> None:
        self._language = language
        self._others: dict[str, dict[str, None]] = defaultdict(dict)
        for word, other in pairs:
            self._others[word].setdefault(other)
        self._listed: dict[str, list[str]] = defaultdict(list)
        for word, stem in zip(self._others, stems(self._others, language), strict=True):
            self._listed[stem].append(word)

    def others(self, word: str) -> tuple[str, ...]:
        return tuple(self._others.get(self._headword(word), ()))

    def listed(self, word: str) -> bool:
        """Whether the word, or one that it is a form of, is listed."""
        return self._headword(word) in self._others

    def _headword(self, word: str) -> str:
        """The word as listed: `biler` is a form of `bil` and not of `billig`, though all three have one stem."""
        word = lemma(word, self._language)
        if word in self._others:
            return word
        alike = self._listed.get(stems([word], self._language)[0], ())
        return max((listed for listed in alike if _is_form(word, listed)), key=len, default=word)


def _is_form(word: str, listed: str) -> bool:
    """Whether a word is a listed one with another ending, its last consonant doubled or not: `rommet`, `companies`."""
    base = listed.rstrip("ey") if len(listed) > _SHORTEST_BASE else listed
    if not base or not word.startswith(base) or len(word) < len(listed):
        return False
    ending = word[len(base) :]
    return ending in _ENDINGS or (ending[:1] == base[-1] and ending[1:] in _ENDINGS)


def _each(table: _Table, words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for word in words for found in table.others(word)))


@cache
def _to_english() -> _Table:
    return _Table(((norwegian, english) for english, norwegian in _rows("glossary.tsv")), NORWEGIAN)


@cache
def _to_norwegian() -> _Table:
    return _Table(((english, norwegian) for english, norwegian in _rows("glossary.tsv")), ENGLISH)


@cache
def _to_nynorsk() -> _Table:
    return _Table(((other, word) for word, other in _listed(NYNORSK)), NORWEGIAN)


@cache
def _synonyms(language: str) -> _Table:
    """Those of nynorsk are bokmål's words."""
    return _Table(_listed(language), language)


def _listed(language: str) -> Iterator[tuple[str, str]]:
    return ((word, other) for of, word, others in _rows("synonyms.tsv") if of == language for other in others.split())


def _rows(name: str) -> Iterator[list[str]]:
    for line in files("vectorstore").joinpath(name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")
