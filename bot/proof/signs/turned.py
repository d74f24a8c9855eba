"""Whether a claim says the opposite of what a passage says, or lets somebody else say it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from bot.proof.matching import CONCEPT
from bot.proof.signs.ground import NEAR, NEGATORS, NEXT, same_name, speakers, word_at
from bot.proof.signs.relations import Relations
from vectorstore.glossary import is_word, translations
from vectorstore.language import ENGLISH, NORWEGIAN, fold, stems

_BEFORE, _AFTER = 1, 2  # words from a negation to what it surely negates
_SURELY = 0.6  # what a word that stands in both texts at least counts


@dataclass(frozen=True)
class Turned(Relations):
    """The signs about negations, opposites, and who speaks."""

    def claim_negators(self) -> list[int]:
        return [at for at, word in enumerate(self.claim.words) if word.text in NEGATORS]

    def _negated(self, window: range) -> float:
        """Negations of the claim that the passage has not, near the words they negate."""
        missing = 0
        for at in self.claim_negators():
            near = [
                each
                for each in self.content
                if abs(each - at) <= NEAR and self.claim.words[each].clause == self.claim.words[at].clause
            ]
            near = near or [each for each in self.content if abs(each - at) <= NEAR]
            places = [place for each in near for place in self.places[each]]
            if not self._negation_near(places, window) and not self._opposites_near(near, window):
                missing += 1
        return float(missing)

    def _negation_near(self, places: Sequence[int], window: range) -> bool:
        """Whether the passage negates what stands at some places, by a word or by how a word begins."""
        words = self.ground.body.words
        for at in self.ground.negated:
            if words[at].sentence in window and (not places or any(self._governs(at, place) for place in places)):
                return True
        return any(
            _is_negative(words[at].text, self.ground.body.language)
            for place in places
            if words[place].sentence in window
            for at in range(max(0, place - 2), min(len(words), place + 3))
        )

    def _governs(self, negator: int, place: int) -> bool:
        """Whether a negator of the passage may negate what stands at a place."""
        one, other = self.ground.body.words[negator], self.ground.body.words[place]
        away = abs(negator - place)
        return one.sentence == other.sentence and (away <= NEXT or (one.clause == other.clause and away <= NEAR))

    def _not_negated(self, window: range) -> float:
        """Negations of the passage, near words that the claim has, too, where the claim has none."""
        if self.claim_negators() or any(_is_negative(word.text, self.claim.language) for word in self.claim.words):
            return 0.0
        words = self.ground.body.words
        found = 0
        held = {place for places in self.places.values() for place, weight in places.items() if weight > 0.6}
        for at in self.ground.negated:
            if words[at].sentence not in window:
                continue
            clause = [
                place
                for place in range(max(0, at - NEAR), min(len(words), at + NEAR + 1))
                if words[place].clause == words[at].clause and place in held
            ]
            found += len(clause) >= 2
        return float(found)

    def _negated_next(self, window: range) -> float:
        """Words of the claim, which has no negation, that stand right beside one in the passage: «fant ingen sprekker»."""
        if self.claim_negators() or any(_is_negative(word.text, self.claim.language) for word in self.claim.words):
            return 0.0
        words = self.ground.body.words
        held = {place for at in self.content for place, weight in self.places[at].items() if weight > _SURELY}
        return float(
            sum(
                words[at].sentence in window
                and any(
                    place in held and words[place].clause == words[at].clause
                    for place in range(max(0, at - _BEFORE), min(len(words), at + _AFTER + 1))
                )
                for at in self.ground.negated
            )
        )

    def _opposites_near(self, content: Sequence[int], window: range) -> bool:
        return any(self._opposite_of(at, window) for at in content)

    def _opposite(self, window: range) -> float:
        """Words of the claim whose opposite stands in the window, and they themselves nowhere near."""
        found = 0.0
        for at in range(len(self.claim.words)):
            if self._opposite_of(at, window):
                found += 1
        if self.claim_negators() or any(self.ground.body.words[at].sentence in window for at in self.ground.negated):
            found *= 0.5
        return found

    def _opposite_of(self, at: int, window: range) -> bool:
        """Whether the opposite of a word stands in the sentence of the window that holds most of its clause, and the word itself does not."""
        word = self.claim.words[at]
        opposites = opposites_of(word.text, self.claim.language, self.ground.body.language) | self._turned(word.text)
        if not opposites:
            return False
        clause = [each for each in self.content if self.claim.words[each].clause == word.clause and each != at]
        held = {number: self.share(clause, range(number, number + 1), heading=False) for number in window}
        best = max(held, key=lambda number: held[number], default=0)
        words = self.ground.body.words
        own = self.ground.body.places(word.text, self.claim.language)
        if any(words[place].sentence == best and weight > CONCEPT for place, weight in own.items()):
            return False
        return any(
            words[place].sentence == best for stem in opposites for place in self.ground.body.by_stem.get(stem, ())
        )

    def _turned(self, word: str) -> frozenset[str]:
        """The words of the passage that are a word with a negative beginning, or the word without its own: `bebodd`, `ubebodd`."""
        if (self.claim.language == ENGLISH) != (self.ground.body.language == ENGLISH):
            return frozenset()
        known, language = self.ground.body.by_stem, self.claim.language
        less = {rest for rest in _without_negative(word, language) if rest in known}
        more = {
            text
            for text in (f"u{word}", f"un{word}", f"in{word}", f"im{word}", f"ir{word}")
            if text in known and word in _without_negative(text, language)
        }
        return frozenset(less | more)

    # Who says so.

    @cached_property
    def _spoken_by(self) -> frozenset[str]:
        anchors = tuple(
            (name, at) for name in self.facts.names if (at := word_at(self.claim.words, name.span)) is not None
        )
        found: set[str] = set()
        for names in speakers(self.claim, anchors).values():
            found |= names
        return frozenset(found)

    def _another_speaks(self, window: range) -> float:
        """Whether somebody else than in the claim says what the window says."""
        if not self._spoken_by:
            return 0.0
        speakers = {name for number in window for name in self.ground.speakers.get(number, ())}
        if not speakers:
            return 0.0
        return float(not any(same_name(one, other) for one in self._spoken_by for other in speakers))

    def _nobody_says_so(self, window: range) -> float:
        """Whether the claim lets somebody speak whose name does not stand near the window."""
        if not self._spoken_by:
            return 0.0
        words = self.ground.body.words
        wide = range(window.start - 1, window.stop + 1)
        near = {fold(words[at].text) for name, at in self.ground.names if words[at].sentence in wide}
        near |= {fold(word.text) for word in self.ground.heading.words}
        return float(not any(same_name(one, other) for one in self._spoken_by for other in near))


@cache
def _is_negative(word: str, language: str) -> bool:
    """Whether a word begins as negative ones do, and is a word without that: `uendret`, `unprotected`, `irreversible`."""
    return any(
        is_word(rest, ENGLISH if language == ENGLISH else NORWEGIAN) for rest in _without_negative(word, language)
    )


def _without_negative(word: str, language: str) -> Iterator[str]:
    """What is left of a word without the negative beginning that it may have."""
    if len(word) <= _SHORT_NEGATIVE:
        return
    if language == ENGLISH:
        if word.startswith("un") or (word.startswith(("in", "im", "ir", "il")) and word.endswith(_ADJECTIVES)):
            yield word[2:]
    elif word.startswith("u"):
        yield word[1:]


_SHORT_NEGATIVE = 5  # letters
_ADJECTIVES = (
    "able",
    "ible",
    "ant",
    "ent",
    "ive",
    "ate",
    "ete",
    "al",
    "ect",
    "ite",
    "ular",
    "ed",
)  # not «information», «increase»


@cache
def opposites_of(word: str, language: str, spoken: str) -> frozenset[str]:
    """The stems, in a text of the language `spoken`, of what is the opposite of a word."""
    of, into = (ENGLISH if each == ENGLISH else NORWEGIAN for each in (language, spoken))
    stem = stems((word,), of)[0]
    found: set[str] = set()
    for side, others in _table()[of].get(stem, ()):
        found |= set(_across(others, side, of, into))
    return frozenset(found)


def _across(words: tuple[str, ...], _side: tuple[str, ...], of: str, into: str) -> Iterator[str]:
    if of == into:
        yield from stems(words, into)
        return
    for word in words:
        yield from stems(translations(word, of, into)[:2], into)


@cache
def _table() -> dict[str, dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]]:
    """Language → stem → (its side, the other side) of each pair that it stands in."""
    found: dict[str, dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]] = {ENGLISH: {}, NORWEGIAN: {}}
    for line in files("bot.proof").joinpath("antonyms.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            language, one, other = line.split("\t")
            sides = (tuple(one.split()), tuple(other.split()))
            for side, against in (sides, sides[::-1]):
                for stem in stems(side, language):
                    found[language].setdefault(stem, []).append((side, against))
    return {language: {stem: tuple(pairs) for stem, pairs in each.items()} for language, each in found.items()}
