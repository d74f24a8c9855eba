"""Which words of a claim stand in a passage, as they are, in another form, in the other language, or by another word."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files

from bot.proof.facts.listing import listed
from bot.proof.facts.names import other_names
from vectorstore import glossary
from vectorstore.article import Span
from vectorstore.background import rarity
from vectorstore.chunking import sentences
from vectorstore.language import ENGLISH, FUNCTION_WORDS, NORWEGIAN, NYNORSK, fold, stems

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)+|[^\W_]+")
_BREAK = re.compile(r"[,;:()«»“”\"]|\s[–—-]\s|[.!?]\s")
_CONJUNCTIONS = listed(
    "og men mens medan da når fordi ettersom som der etter før hvis dersom at slik selv enn samt and but while whereas when because as who which"
    " where after before if that although than since until noe noko"
)
_FEWEST_IN_CLAUSE = 2  # content words; with fewer it belongs to the clause before
OWN, TRANSLATED, OTHER, CONCEPT, WITHIN, ALIKE = 1.0, 0.9, 0.75, 0.7, 0.65, 0.6
"""What a match counts: the word itself, translated, by another word, by one of the same sense, as a part of a compound, by a word spelt much alike."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text where it stands: in which sentence, in which clause."""

    text: str
    stem: str
    span: Span
    sentence: int
    clause: int


@dataclass(frozen=True)
class Text:
    """A text as words in sentences and clauses."""

    text: str
    language: str

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        return tuple(sentences(self.text))

    @cached_property
    def words(self) -> tuple[Word, ...]:
        found: list[tuple[str, Span, int, int]] = []
        clause = 0
        for number, sentence in enumerate(self.sentences):
            clause += 1
            end, count = sentence.start, 0
            for match in _TOKEN.finditer(self.text, sentence.start, sentence.end):
                word = match[0].lower()
                between = self.text[end : match.start()]
                if count >= _FEWEST_IN_CLAUSE and (_BREAK.search(between) or word in _CONJUNCTIONS):
                    clause, count = clause + 1, 0
                count += word not in FUNCTION_WORDS
                found.append((word, Span(*match.span()), number, clause))
                end = match.end()
        every = stems([word for word, *_ in found], self.language)
        return tuple(
            Word(word, stem, span, number, of) for (word, span, number, of), stem in zip(found, every, strict=True)
        )

    @cached_property
    def content(self) -> tuple[int, ...]:
        """Which of the words carry the topic."""
        return tuple(at for at, word in enumerate(self.words) if word.text not in FUNCTION_WORDS)

    @cached_property
    def by_stem(self) -> Mapping[str, tuple[int, ...]]:
        found: dict[str, list[int]] = defaultdict(list)
        for at, word in enumerate(self.words):
            found[word.stem].append(at)
            if word.text != word.stem:
                found[word.text].append(at)
        return {stem: tuple(places) for stem, places in found.items()}

    @cached_property
    def distinct(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Each content word once, folded, with its places."""
        found: dict[str, list[int]] = defaultdict(list)
        for at in self.content:
            found[fold(self.words[at].text)].append(at)
        return tuple((word, tuple(places)) for word, places in found.items())

    def places(self, word: str, language: str) -> Mapping[int, float]:
        """Where a word of a text in `language` stands here, and how much each place counts."""
        key = (word, language)
        if key not in self._found:
            self._found[key] = dict(self._look_up(word, language))
        return self._found[key]

    @cached_property
    def _found(self) -> dict[tuple[str, str], dict[int, float]]:
        return {}

    def _look_up(self, word: str, language: str) -> Iterator[tuple[int, float]]:
        found: dict[int, float] = {}
        meant = meanings(word, language, self.language)
        for stem, weight in meant:
            for at in self.by_stem.get(stem, ()):
                found[at] = max(found.get(at, 0.0), weight)
        roots = tuple((fold(stem), weight) for stem, weight in meant if len(stem) >= _SHORTEST_PART)
        plain = fold(word)
        for other, places in self.distinct:
            if places[0] in found:
                continue
            weight = _alike(plain, roots, other)
            if weight:
                for at in places:
                    found[at] = max(found.get(at, 0.0), weight)
        yield from found.items()


_SHORTEST_PART = 4  # letters of a part of a compound
_PREFIX = 5  # letters that two forms of a word at least share


def _alike(word: str, roots: tuple[tuple[str, float], ...], other: str) -> float:
    best = 0.0
    for root, weight in roots:
        if len(other) > len(root) and (other.startswith(root) or (len(root) > _SHORTEST_PART and root in other)):
            best = max(best, weight * WITHIN)
    if len(other) >= _SHORTEST_PART and len(word) > len(other) + 1 and (word.startswith(other) or word.endswith(other)):
        best = max(best, WITHIN)
    if not best and len(word) >= _PREFIX and len(other) >= _PREFIX and word[:3] == other[:3]:
        shared = next(
            (at for at, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other))
        )
        if shared >= _PREFIX and shared >= 0.6 * max(len(word), len(other)):
            best = ALIKE
    return best


@lru_cache(maxsize=20_000)
def meanings(word: str, language: str, spoken: str) -> tuple[tuple[str, float], ...]:
    """The stems that a word of one language may have in a text in another, or in the same, each with what it counts."""
    found: dict[str, float] = {}

    def add(words: tuple[str, ...], weight: float) -> None:
        for stem in stems(words, spoken):
            found.setdefault(stem, weight)

    add((word,), OWN)
    for stem in stems((word,), language):
        found.setdefault(stem, OWN)
    translated = glossary.translations(word, language, spoken)
    add(translated, TRANSLATED)
    of, into = (ENGLISH if each == ENGLISH else NORWEGIAN for each in (language, spoken))
    own = (word, *(glossary.translations(word, NYNORSK, NORWEGIAN) if language == NYNORSK else ()))
    synonyms = tuple(other for each in own for other in glossary.synonyms(each, of))
    if of == into:
        add(own, OWN)
        add(synonyms, OTHER)
    else:
        add(tuple(other for each in translated for other in glossary.synonyms(each, into)), OTHER * TRANSLATED)
        add(tuple(other for each in synonyms for other in glossary.translations(each, of, into)), OTHER * TRANSLATED)
    add(tuple(other.lower() for other in other_names(word) if " " not in other), TRANSLATED)
    for meant in (word, *translated) if of != into else own:
        add(_of_one_concept(meant, of if meant == word or of == into else into, into), CONCEPT)
    if of == NORWEGIAN and len(word) >= _SHORTEST_COMPOUND:
        for part, weight in zip(_parts(word), (WITHIN, WITHIN * WITHIN), strict=False):
            add((part,), weight) if of == into else None
            add(glossary.translations(part, language, spoken), weight)
            add(glossary.synonyms(part, of) if of == into else (), weight * OTHER)
            add(_of_one_concept(part, of, into), weight * CONCEPT)
    return tuple(found.items())


_SHORTEST_COMPOUND = 7  # letters


@lru_cache(maxsize=20_000)
def _parts(word: str) -> tuple[str, ...]:
    """The two listed words that a Norwegian compound is made of, the one that says what it is first; nothing where it is none."""
    for at in range(3, len(word) - 3):
        tail, head = word[at:], word[:at]
        if len(tail) >= _SHORTEST_PART and _is_listed(tail):
            for first in (head, head.removesuffix("s"), head.removesuffix("e")):
                if len(first) >= _SHORTEST_HEAD and _is_listed(first):
                    return tail, first
    return ()


_SHORTEST_HEAD = 3  # letters: `fly`, `tog`


def _is_listed(word: str) -> bool:
    """Whether some list has a Norwegian word."""
    return glossary.is_word(word, NORWEGIAN) or bool(
        glossary.translations(word, NYNORSK, NORWEGIAN) or _of_one_concept(word, NORWEGIAN, NORWEGIAN)
    )


def _of_one_concept(word: str, language: str, into: str) -> tuple[str, ...]:
    """Words of the language `into` that may tell the same as a word of another, or of the same."""
    concepts, words = _concepts()
    (stem,) = stems((word,), language)
    return tuple(other for number in concepts[language].get(stem, ()) for other in words[number][into])


@cache
def _concepts() -> tuple[dict[str, dict[str, list[int]]], list[dict[str, tuple[str, ...]]]]:
    """Language → stem → the numbers of its concepts; and each concept's words by language."""
    by_stem: dict[str, dict[str, list[int]]] = {NORWEGIAN: defaultdict(list), ENGLISH: defaultdict(list)}
    every: list[dict[str, tuple[str, ...]]] = []
    for line in files("bot.proof").joinpath("concepts.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            norwegian, english = line.split("\t")
            every.append({NORWEGIAN: _single(norwegian), ENGLISH: _single(english)})
            for language, words in every[-1].items():
                for stem in dict.fromkeys(stems(words, language)):
                    by_stem[language][stem].append(len(every) - 1)
    return by_stem, every


def _single(words: str) -> tuple[str, ...]:
    return tuple(word for word in words.split() if "_" not in word)


@lru_cache(maxsize=20_000)
def weight_of(word: str, language: str, spoken: str) -> float:
    """How much a word tells about a text in the language `spoken`: less the commoner it is, and where no list translates it."""
    known = (language == ENGLISH) == (spoken == ENGLISH) or len(meanings(word, language, spoken)) > _OWN_STEMS
    return rarity(word, language) * (_LIGHT_WEIGHT if word in _LIGHT else 1.0) * (1.0 if known else _UNKNOWN_WEIGHT)


_OWN_STEMS = 2  # a word that no list has means only itself, stemmed in either language
_UNKNOWN_WEIGHT = 0.6


_LIGHT_WEIGHT = 0.35
_LIGHT = listed("""ta tar tok tatt gi gir ga gitt gje gjev gav sette setter satt satte legge legger la lagt komme kommer kom gå går gikk gått gå gjekk holde holder holdt
    halde stå står sto stod finnes finst ligge ligger lå bruke bruker brukte kalle kalles kalt vise viser viste gjelde gjelder innebære føre fører førte
    si sier sa sagt seier ifølge opplyser mener meiner fortelle forteller fram frem tillegg annet anna videre dermed dessuten ytterligere mer meir blant
    bak rundt foran langs innen gjennom uten utan ved hos per ca cirka omtrent om_lag nesten knapt heile hele helt mange flere fleire noen nokre alle hver
    kvar begge selv sjølv nå no også òg bare berre enn svært veldig ganske rekke rekkje del tid gang ganger gongar mulig mulighet måte sammen saman hver
    ny nye siden sidan fortsatt framleis stadig igjen allerede lenger lengre først fremst samt ut inn opp ned bort vekk
    take takes took taken give gives gave given set sets put puts get gets got make makes made making come comes came go goes went gone hold holds held
    keep keeps kept stand stands stood lie use uses used using call called calls show shows showed shown say says said tell tells told state states stated
    report reported reports according may might can could would should must well even though still also already yet now then thus however while whereas
    around among amid within without along across upon onto toward towards per about almost nearly roughly approximately some several many various number
    both each every another other others way ways kind thing things one ones people person part time times new like want wants wanted look looks
    set due need needs available including include includes included become becomes became remain remains remained see seen saw know known bring brought
    run runs ran work works worked start started begin began end ended find found place back out up down off over away ahead forward""")
