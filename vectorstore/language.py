"""Words of a text: tokens, stems and the language they are in.

Norwegian (bokmål and nynorsk) and English are told apart and stemmed; any other text is handled as the nearest of them.
Stemming is Snowball's (https://snowballstem.org), by the PyStemmer package.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Protocol

NORWEGIAN, NYNORSK, ENGLISH = "nb", "nn", "en"
LANGUAGES = (NORWEGIAN, NYNORSK, ENGLISH)

_SNOWBALL = {
    NORWEGIAN: "norwegian",
    NYNORSK: "norwegian",
    ENGLISH: "english",
    "sv": "swedish",
    "da": "danish",
    "de": "german",
}

# A token is a run of letters and digits; decimal and thousands marks stay inside a number.
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)+|[^\W_]+", re.UNICODE)

# Function words of each language: they carry no topic. Those marked below also tell the languages apart.
_FUNCTION_WORDS = {
    NORWEGIAN: """
        og i jeg det at en et den til er som på de med han av ikke der så var meg seg men ett har om vi min mitt ha hadde hun nå
        over da ved fra du ut sin dem oss opp man kan hans hvor eller hva skal selv sjøl her alle vil bli ble blitt kunne inn når
        være kom noen noe ville dere som deres kun ja etter ned skulle denne for deg si sine sitt mot å meget hvorfor dette disse
        uten hvordan ingen din ditt blir samme hvilken hvilke hvilket sånn inni mellom vår hver hvem vors hvis både bare enn fordi
        før mange også slik vært være begge siden henne hennes mens dersom ifølge omtrent cirka mye må få får fikk gjør gjorde""",
    NYNORSK: """
        og i eg det at ein eit ei den til er som på dei med han av ikkje der så var meg seg men har om vi min mitt ha hadde ho no
        over då ved frå du ut sin dykk oss opp kan hans kvar eller kva skal sjølv her alle vil verte vart vorte kunne inn når vere
        nokon noko ville dykkar deira berre ja etter ned skulle denne for deg sine sitt mot å kvifor dette desse utan korleis ingen
        din ditt blir vert same kvilken kva slags mellom vår kven viss både enn fordi før mange også slik vore begge sidan henne
        hennar medan dersom ifølgje omtrent mykje må få får fekk gjer gjorde korleis hjå eitt""",
    ENGLISH: """
        a about above after again against all also am an and any are as at be because been before being below between both but by
        can could did do does doing down during each few for from further had has have having he her here hers herself him himself
        his how i if in into is it its itself just me more most my myself no nor not now of off on once only or other our ours out
        over own same she should so some such than that the their theirs them themselves then there these they this those through
        to too under until up very was we were what when where which while who whom whose why will with would you your yours many
        much tell according s did didn doesn isn wasn aren weren couldn wouldn""",
}
_WORDS = {language: frozenset(words.split()) for language, words in _FUNCTION_WORDS.items()}
FUNCTION_WORDS = frozenset().union(*_WORDS.values())

# Letters that a phone keyboard or a foreign one writes otherwise.
_FOLDED = str.maketrans({"å": "a", "ø": "o", "æ": "ae", "ä": "a", "ö": "o", "ü": "u", "ß": "ss", "đ": "d", "ł": "l"})


class _Stemmer(Protocol):
    def stemWords(self, words: Sequence[str]) -> list[str]: ...  # noqa: N802 - PyStemmer's name


def tokens(text: str) -> list[str]:
    """The words and numbers of a text, lower case, in order."""
    return _TOKEN.findall(text.lower())


def content_tokens(text: str) -> list[str]:
    """The tokens of a text that carry its topic; all of them where none does."""
    every = tokens(text)
    return [token for token in every if token not in FUNCTION_WORDS] or every


def stems(words: Iterable[str], language: str) -> list[str]:
    """The stem of each lower-case word, in the language given (an ISO 639-1 code); irregular forms get that of their lemma."""
    lemmas = _lemmas(language)
    return _stemmer(language).stemWords([lemmas.get(word, word) for word in words])


def lemma(word: str, language: str) -> str:
    """The lemma of a lower-case irregular form (`gikk` → `gå`); any other word as it is."""
    return _lemmas(language).get(word, word)


def fold(word: str) -> str:
    """A lower-case word as a keyboard without the letters of its language writes it: `blåbær` → `blabaer`."""
    plain = word.translate(_FOLDED)
    if plain.isascii():
        return plain
    return "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))


def detect(text: str, default: str = NORWEGIAN) -> str:
    """The language of a text by the share of its function words: `nb`, `nn` or `en`; `default` where nothing tells."""
    counts = function_words(text)
    best = max(counts.values())
    if best == 0 or list(counts.values()).count(best) == len(counts):
        return default
    if counts.get(default) == best:
        return default
    return max(counts, key=lambda language: counts[language])


def function_words(text: str) -> dict[str, int]:
    """How many words of a text, of its beginning where it is long, are function words of each language."""
    words = tokens(text[:20_000])
    return {language: sum(word in known for word in words) for language, known in _WORDS.items()}


@cache
def _lemmas(language: str) -> dict[str, str]:
    """Irregular form → lemma (`gikk` → `gå`)."""
    lemmas: dict[str, str] = {}
    for line in files("vectorstore").joinpath("irregular.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{language}\t"):
            _, lemma, forms = line.split("\t")
            lemmas |= dict.fromkeys(forms.split(), lemma)
    return lemmas


@cache
def _stemmer(language: str) -> _Stemmer:
    import Stemmer

    stemmer: _Stemmer = Stemmer.Stemmer(_SNOWBALL.get(language, _SNOWBALL[NORWEGIAN]))
    return stemmer
