"""The names of a text, and whether other words hold them: inflected, translated, transliterated, abbreviated or within a compound."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files

from bot.proof.facts.listing import listed
from vectorstore import glossary
from vectorstore.article import Span
from vectorstore.background import rarity
from vectorstore.chunking import sentences
from vectorstore.language import ENGLISH, FUNCTION_WORDS, NORWEGIAN, fold

_WORD = re.compile(r"[^\W\d_](?:[\w]|[’'./&-](?=[\w]))*")
_CODE = re.compile(r"(?<![\w/.-])(?=[\w./-]*[_\d/.])(?=[\w./-]*[a-z])[A-Za-z0-9]+(?:[_./-][A-Za-z0-9]+)+(?![\w/])")
_OPENERS = "«“\"'–—-•*( \n"
_POSSESSIVE = re.compile(r"(?:[’']s?|(?<=[A-ZÆØÅ])s)$")
_SMALL = listed("of the de du van von der den la le al el da di bin ibn y and & og i for")
_LINKS = listed("of the de du van von der den la le al el da di bin ibn")
_LONG_ENOUGH = 4  # letters from which on a name may begin or end a compound
_TITLES = listed("mr mrs ms dr prof sir lady lord st herr fru frk")


@dataclass(frozen=True, slots=True)
class Name:
    """One word of a name. `whole` numbers the name that it is a part of; `sure` tells that it can be nothing but a name.

    `common` tells that it is a word of the language, too, and `opening` that a sentence begins with it.
    """

    span: Span
    text: str
    whole: int
    sure: bool
    common: bool = False
    opening: bool = False


def names(text: str, language: str) -> tuple[Name, ...]:
    """The words of a text that are, or may be, names: written with a capital, or as machines write them (audio/flac)."""
    return tuple(_named(text, language))


def _named(text: str, language: str) -> Iterator[Name]:
    starts = frozenset(start for span in sentences(text) for start in _starts(text, span))
    codes = [Span(*found.span()) for found in _CODE.finditer(text) if _is_code(found[0])]
    for number, span in enumerate(codes, 1):
        yield Name(span, span.of(text), -number, sure=True)
    whole, end = 0, -1  # where the name ends that may go on
    for found in _WORD.finditer(text):
        word = _POSSESSIVE.sub("", found[0])
        span = Span(found.start(), found.start() + len(word))
        if any(span.overlaps(code) for code in codes):
            continue
        goes_on = end >= 0 and not text[end : span.start].strip(" ’'s")
        if not word[:1].isupper():
            end = span.end if goes_on and word.lower() in _LINKS else -1
            continue
        following = text[span.end : span.end + _A_FEW].lstrip("’'s ")[:1]
        seen = _Seen(word, language, span.start in starts, following.isupper())
        if seen.is_none:
            end = -1
            continue
        whole, end = whole + (not goes_on), span.end
        if word not in _ERAS:
            yield Name(span, word, whole, seen.is_sure, seen.is_common, seen.opening)


_A_FEW = 12  # characters after a word, to see what follows


@dataclass(frozen=True)
class _Seen:
    """A word with a capital: whether a sentence begins with it, and whether another one with a capital follows."""

    word: str
    language: str
    opening: bool
    followed: bool

    @property
    def is_none(self) -> bool:
        """Whether it is no name, but the first word of a sentence, or one of those that have a capital anyway."""
        small = self.small
        if small in FUNCTION_WORDS and self.word != "US" and (self.opening or len(small) == 1 or small in _ARTICLES):
            return True
        if not self.opening or self.followed:
            return False
        return self.is_common or (
            not self._inner and not self._known and (small in _OPENING_WORDS or rarity(small, self.language) < 1)
        )

    @cached_property
    def small(self) -> str:
        return self.word.lower()

    @cached_property
    def is_common(self) -> bool:
        """Whether it is a word of the language, too."""
        listed_in = ENGLISH if self.language == ENGLISH else NORWEGIAN
        small = self.small
        return not self._known and (glossary.is_word(small, listed_in) or small in FUNCTION_WORDS or small in _TITLES)

    @property
    def is_sure(self) -> bool:
        if self._known or self.is_common:
            return self._known
        return not self.opening or self._inner or not _looks_derived(self.small, self.language, followed=self.followed)

    @cached_property
    def _known(self) -> bool:
        return bool(other_names(self.word)) and self.small not in _ALSO_WORDS

    @property
    def _inner(self) -> bool:
        """Whether it has a capital within it: `McDonald`, `NRK`."""
        return any(each.isupper() for each in self.word[1:])


_ARTICLES = frozenset({"i", "the", "en", "et", "den", "det", "de"})


def _is_code(text: str) -> bool:
    """Whether it is written as machines do, and is no number with an ending: `audio/flac`, `health.gov`, not `400-porten`."""
    if re.fullmatch(r"\d+-[a-zæøå]+", text):
        return False
    return not text.replace(".", "").isalpha() or "/" in text or _is_host(text)


def _is_host(text: str) -> bool:
    return bool(re.search(r"\.(?:com|org|net|gov|edu|no|uk|io|info)$", text))


def _starts(text: str, span: Span) -> Iterator[int]:
    """Where the first word of a sentence begins, and of what is quoted in it."""
    piece = span.of(text)
    yield span.start + len(piece) - len(piece.lstrip(_OPENERS))
    for found in re.finditer(r":\s+[«“\"‘]?|[.!?][»”\"]? [«“\"‘]?", piece):
        yield span.start + found.end()


def demonyms(text: str) -> Iterator[Span]:
    """The words in small letters that name a people, a language or a faith: `gresk`, `kameruneren`."""
    for found in _WORD.finditer(text):
        word = found[0]
        if (
            word[0].islower()
            and len(word) > _LONG_ENOUGH
            and word not in _ALSO_WORDS
            and fold(word) in _table()
            and word.isalpha()
        ):
            yield Span(*found.span())


def _looks_derived(small: str, language: str, *, followed: bool) -> bool:
    """Whether an unlisted word at the beginning of a sentence has the look of a common word rather than of a name."""
    if language == ENGLISH:
        return not followed and bool(_ENGLISH_LOOK.search(small))
    if followed:  # «Gitaristen Lakki Patey»; a first name does not look like that
        return len(small) >= _LONG_TITLE and small.endswith(("en", "et", "ene", "ane", "a"))
    if len(small) >= _LONG_WORD and _NORWEGIAN_LOOK.search(small):
        return True
    return any(
        glossary.is_word(small[at:], NORWEGIAN)
        and (glossary.is_word(small[:at], NORWEGIAN) or glossary.is_word(small[:at].removesuffix("s"), NORWEGIAN))
        for at in range(3, len(small) - 2)
    )


_LONG_WORD, _LONG_TITLE = 6, 8  # letters
_ENGLISH_LOOK = re.compile(
    r"(?:ing|ings|ed|ly|tion|tions|ment|ments|ness|ists?|ers|ors|ies|ity|als?|ous|ive|able|ible|ful|less|ism|ants?|ents?|ics?|ary|age)$"
)
_NORWEGIAN_LOOK = re.compile(
    r"(?:en|et|ene|ane|eren|aren|ing|inga|inger|ingar|else|elser|het|heter|heit|sjon|sjoner|sjonar|ert|erte|ede|ende|ande|isk|iske|lig|lige|leg|lege|ere|arar|ister|istar|er|ar|e)$"
)
_OPENING_WORDS = listed("""gjennom inntil midtveis foruten langs innen innenfor utenfor ovenfor nedenfor hittil hvert hver enhver ethvert ingenting samtidig dessuten likevel
    imidlertid dermed derfor deretter derimot først videre foreløpig forøvrig øvrige ytterligere nesten knapt kanskje trolig neppe altså nemlig angivelig
    rundt bortsett grunnet takket overfor hos ved underveis utover oppunder bak foran bortenfor blant ifølgje gjennomsnittlig begge samtlige alle stadig fremdeles
    framleis tidlegare seinare sidan dessutan likevel difor dermed mellom trass etterpå innan utanfor korkje verken hverken enten anten sjølv selv bare berre
    either neither alongside anyone nobody everyone everybody someone somebody anybody nothing everything something anything nowhere everywhere besides despite
    although though whereas unless whenever wherever whoever whichever whatever amid among amongst across within without upon toward towards onto beneath beside
    underneath throughout thereafter thereby therefore thus hence however moreover furthermore meanwhile nevertheless nonetheless otherwise instead likewise
    similarly also even still yet perhaps maybe almost nearly roughly approximately afterwards beforehand previously originally eventually initially subsequently
    ultimately apparently reportedly allegedly consequently accordingly additionally overall together another others several various both each every some many
    most none plus regarding concerning including excluding following according depending given provided assuming since unlike like sending getting""")
_ERAS = listed("BC AD BCE CE")
_ALSO_WORDS = listed(
    "høyre venstre same samer sola solen jorda jorden jord månen kanalen kongressen senatet pole poles sun earth moon channel euro labour kapp cape"
    " latin finne finner mali mars mark jordan chile turkey dane greens parliament congress senate us god gud jul jula juletid norden god finnes finnen gaul merkur"
)


def unglued(text: str) -> str:
    """The text with spaces where words ran together when it was taken from a page: `BasketballTuesday`, `AreaTake`."""
    return _GLUED.sub(" ", text) if _GLUED.search(text) else text


_GLUED = re.compile(r"(?<=[a-zæøå]{3})(?=[A-ZÆØÅ][a-zæøå])|(?<=[a-zæøå][.!?])(?=[A-ZÆØÅ][a-zæøå])")


class Vocabulary:
    """What stands in some evidence, to look names up in."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._text = "\n".join(texts)

    @cached_property
    def words(self) -> frozenset[str]:
        """Each word, folded, also each part of one with a hyphen, and without the ending of its genitive."""
        found: set[str] = set()
        for match in _WORD.finditer(self._text):
            for part in (match[0], *re.split(r"[-/.&’']", match[0])):
                small = fold(part.lower())
                found.add(small)
                found.add(fold(_POSSESSIVE.sub("", part).lower()))
                if small.endswith("s") and len(small) > 3:
                    found.add(small[:-1])
        return frozenset(found - {""})

    @cached_property
    def run(self) -> str:
        """The whole text, folded, one space between words."""
        return " " + " ".join(re.findall(r"[\w./]+", fold(self._text.lower()))) + " "

    @cached_property
    def squeezed(self) -> str:
        return re.sub(r"[\W_]+", "", fold(self._text.lower()))

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(key(word) for word in self.words if len(word) >= _LONG_ENOUGH)

    @cached_property
    def _by_beginning(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for word in self.words:
            if len(word) >= _LONG_ENOUGH:
                found[word[:_LONG_ENOUGH]].append(word)
        return {beginning: tuple(words) for beginning, words in found.items()}

    @cached_property
    def _by_first(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for word in self.words:
            if len(word) >= _LONG_ENOUGH:
                found[word[:2]].append(word)
        return {beginning: tuple(words) for beginning, words in found.items()}

    @cached_property
    def initials(self) -> frozenset[str]:
        """The initials of every run of words that might have an acronym: two to six, of which the first has a capital."""
        found: set[str] = set()
        words = [match[0] for match in _WORD.finditer(self._text)]
        for at, word in enumerate(words):
            if not word[0].isupper():
                continue
            run = ""
            for other in words[at : at + 9]:
                if other.lower() in _SMALL:
                    continue
                run += "".join(part[0] for part in other.split("-") if part).lower()
                if 2 <= len(run) <= 6:
                    found.add(run)
        return frozenset(found)

    @cached_property
    def acronyms(self) -> frozenset[str]:
        return frozenset(match[0].lower() for match in re.finditer(r"\b[A-ZÆØÅ]{2,6}\b", self._text))

    @lru_cache(maxsize=4096)  # noqa: B019 - as long as the evidence lives, which is one answer
    def holds(self, word: str) -> bool:
        """Whether a word of a name stands here in some form."""
        small = fold(word.lower())
        if small in self.words or self._inflected(small):
            return True
        if len(small) >= _LONG_ENOUGH and key(small) in self.keys:
            return True
        if any(self._holds_phrase(other) for other in other_names(word)):
            return True
        if word.isupper() and 2 <= len(word) <= 6 and small in self.initials:
            return True
        squeezed = re.sub(r"[\W_]+", "", small)
        if squeezed != small and len(squeezed) >= 3 and (squeezed in self.squeezed):
            return True
        if len(small) >= _LONG_ENOUGH and any(_nearly(small, other) for other in self._by_first.get(small[:2], ())):
            return True
        return len(small) >= 5 and any(character.isdigit() for character in small) and squeezed in self.squeezed

    def _inflected(self, small: str) -> bool:
        """Whether the word stands here with another ending, or as the first part of a compound."""
        if len(small) < _LONG_ENOUGH:
            return bool(small.endswith("s") and len(small) > 2 and small[:-1] in self.words)
        for other in self._by_beginning.get(small[:_LONG_ENOUGH], ()):
            if other.startswith(small) or (small.startswith(other) and small[len(other) :] in _ENDINGS):
                return True
        return False

    def _holds_phrase(self, other: str) -> bool:
        """Whether another name for it stands here; one in small letters may be inflected."""
        if " " in other:
            return f" {fold(other.lower())} " in self.run.replace(".", "")
        small = fold(other.lower())
        if small in self.words:
            return True
        if other[0].islower() or len(small) >= 5:
            stem = small.rstrip("e")
            return any(
                word.startswith(stem) and len(word) - len(stem) <= 4
                for word in self._by_beginning.get(small[:_LONG_ENOUGH], ())
            )
        return False


def _nearly(one: str, other: str) -> bool:
    """Whether two words are one, written otherwise: an adjective in two languages, two letters that changed places, another last letter."""
    if _adjective(one) == _adjective(other):
        return True
    longest = max(len(one), len(other))
    if longest < _LONG_TO_BE_NEAR or abs(len(one) - len(other)) > 1:
        return False
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if same >= longest - 1:
        return True
    return (
        len(one) == len(other)
        and one[same] == other[same + 1]
        and one[same + 1] == other[same]
        and one[same + 2 :] == other[same + 2 :]
    )


_LONG_TO_BE_NEAR = 8  # letters; Johnson and Johnston are two people
_ADJECTIVAL = re.compile(r"(?:iske?|isch|ical|ic|ian|ane?r?|sk|ske)$")


def _adjective(small: str) -> str:
    stem = _ADJECTIVAL.sub("", small)
    return stem + "~" if stem != small and len(stem) >= _LONG_ENOUGH else small


_ENDINGS = listed("s es en et a e er ene ane n ar ens ets enes ns as")


def other_names(word: str) -> tuple[str, ...]:
    """What a name, or one that it is an inflected form of, is called otherwise."""
    table = _table()
    small = fold(word.lower())
    found = table.get(small) or table.get(small.removesuffix("s")) or ()
    return tuple(other for other in found if fold(other.lower()) != small)


@cache
def _table() -> dict[str, tuple[str, ...]]:
    """Folded name → all names of what it may stand for."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for line in files("bot.proof").joinpath("names.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            variants = line.split("\t")
            for variant in variants:
                small = fold(variant.lower()).replace(".", "") if " " not in variant else fold(variant.lower())
                for form in _forms(variant, small):
                    found[form].update(dict.fromkeys(variants))
    return {small: tuple(variants) for small, variants in found.items()}


def _forms(variant: str, small: str) -> Iterator[str]:
    yield small
    if variant[0].islower() and " " not in variant:
        stem = small.removesuffix("e")
        for ending in ("e", "en", "er", "ar", "ene", "ane", "t", "ere", "erne", "s", "ne", "n", "a", "r", "ens", "es"):
            yield stem + ending


@lru_cache(maxsize=20_000)
def key(small: str) -> str:
    """A folded word as its sounds, roughly, so that transliterations meet: Zelenskyj, Zelensky; Lukasjenko, Lukashenko."""
    for pattern, sound in _SOUNDS:
        small = pattern.sub(sound, small)
    return small


_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"sjtsj|shch", "S"), (r"tsj|tch|ch", "C"), (r"sj|sh|skj", "S"), (r"zj|zh|dzj|dj", "Z"), (r"kh|ck|q", "k"), (r"ph", "f"), (r"th", "t"), (r"w", "v"),
        (r"x", "ks"), (r"c(?=[eiy])", "s"), (r"c", "k"), (r"z", "s"), (r"aa", "a"), (r"ae|oe", "e"), (r"(?:i|y)(?:j|i|y)+", "i"), (r"j|y", "i"), (r"ou", "u"), (r"(.)\1", r"\1"),
        (r"ie", "e"), (r"(?<=[^aeiou])h", ""),
    )
)  # fmt: skip
