"""The kinds of answer that questions ask for, and the signs in a sentence that it may hold one. Norwegian and English."""

import re
from enum import IntEnum

from vectorstore.language import ENGLISH, NORWEGIAN


class Kind(IntEnum):
    """What sort of thing would answer the question."""

    OTHER = 0
    PERSON = 1
    TIME = 2
    PLACE = 3
    QUANTITY = 4
    REASON = 5
    MANNER = 6
    THING = 7
    DURATION = 8
    SHARE = 9
    MONEY = 10


_ASKED = (
    (Kind.DURATION, (r"(?:hvor|kor) (?:lenge|lang tid|mange (?:år|måneder|uker|dager|timer|minutter|sekunder))\b"
        r"|how (?:long|many (?:years|months|weeks|days|hours|minutes|seconds))\b|(?:hvor|kor) gam\w+|how old\b")),
    (Kind.SHARE, (r"(?:hvor|kor) (?:stor (?:andel|del|prosent)|mange prosent)|(?:hvilken|kva) (?:andel|prosent\w*)"
        r"|(?:what|which) (?:share|percentage|proportion|part)|how many per ?cent")),
    (Kind.MONEY, (r"hva kost\w*|kva kost\w*|(?:hvilken|kva|what) (?:pris|sum|price)|(?:hvor|kor) (?:mye|mykje) (?:penger|koste\w*|betal\w*|tjen\w*|selges)"
        r"|how much (?:money|did .{0,80} (?:cost|pay|earn)|does .{0,80} (?:cost|pay|earn))|hvor (?:mange|mye).{0,30}\b(?:kroner|euro|dollar|millioner|milliarder)")),
    (Kind.QUANTITY, (r"(?:hvor|kor) (?:mange|mye|mykje|stor\w*|høy\w*|lang\w*|tung\w*|ofte|fort|raskt|dyp\w*|få|bred\w*|dyr\w*)\b"
        r"|how (?:many|much|big|large|high|tall|often|far|fast|deep|few|heavy|wide)\b|what number\b")),
    (Kind.TIME, (r"når\b|when\b|(?:hvilke[nt]?|kva|what|which) (?:år|årstall|dato|dag|måned|århundre|tidspunkt|sesong|tiår|year|date|day|month"
        r"|century|decade|time)\b")),
    (Kind.PERSON, r"hvem\b|kven\b|who(?:m|se)?\b|hva heter\b|what is the name\b"),
    (Kind.PLACE, r"(?:hvor|kor|where)\b|(?:hvilke[nt]?|what|which) (?:by|land|sted|kommune|fylke|city|country|place|town|region|område)\b"),
    (Kind.REASON, r"hvorfor|kvifor|why\b|hva er grunnen|what is the reason"),
    (Kind.MANNER, r"hvordan|korleis|how\b"),
    (Kind.THING, r"hva\b|kva\b|what\b|hvilke[nt]?\b|which\b|kva for"),
)  # fmt: skip
_ASKED_WITHIN = 2_000  # characters; a longer text is not a question, and the patterns need not be run over it
_ASKED_PATTERNS = tuple((kind, re.compile(rf"\b(?:{pattern})", re.IGNORECASE)) for kind, pattern in _ASKED)

_MONTHS = (
    r"januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember"
    r"|january|february|march|may|june|july|october|december"
)
_DAYS = r"mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_NUMBER_WORDS = {
    NORWEGIAN: "én éin to tre fire fem seks sju syv åtte ni ti elleve tolv tretten fjorten femten seksten sytten atten nitten tjue tyve"
    " tretti førti femti seksti sytti åtti nitti hundre tusen million millioner milliard milliarder halvparten halve dobbelt",
    ENGLISH: "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
    " twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million millions billion billions half"
    " dozen dozens",
}
_NUMBERS = {language: frozenset(words.split()) for language, words in _NUMBER_WORDS.items()}
_TIME_UNITS = (
    r"sekund(?:er)?|minutt(?:er)?|timer?|døgn|dag(?:er)?|uker?|måned(?:er)?|år|tiår|sesong(?:er)?"
    r"|seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|seasons?"
)
_SIGNS = {
    Kind.TIME: rf"\b(?:1\d|20)\d\d\b|\b(?:{_MONTHS}|{_DAYS})\w*\b|\b\d+[- ]?(?:tallet|åra|s)\b|\b\d\d?\.\d\d?\.\d\d"
    r"|\bi (?:går|dag|morgen|fjor|år|natt)\b|\b(?:yesterday|today|tomorrow|last (?:week|month|year)|ago)\b|\bår siden\b|\bårhundre|\bcentury",
    Kind.QUANTITY: r"\d|\b(?:NUMBER)\b",
    Kind.DURATION: rf"\b(?:\d[\d.,]*|NUMBER|et?t?|a|an)[ -](?:\w+ )?(?:{_TIME_UNITS})\b|\b(?:{_TIME_UNITS}) (?:gammel|old)\b",
    Kind.SHARE: r"\d ?%|\b(?:pro|per ?)[cs]ent|\bpst\b|\b(?:halv(?:parten|e)?|tredel\w*|firedel\w*|femdel\w*|half|third|quarter|fifth|flertall\w*|majority)\b",
    Kind.MONEY: r"\b(?:kroner|kr|euro|dollar|pund|rubler|yen|millioner|milliarder|pounds?|dollars?|euros|million|billion|nok|usd|eur)\b|[$€£]|,-",
    Kind.PLACE: r"\b(?:i|på|ved|fra|til|utenfor|mot|nær|over|in|at|near|from|to)\s+(?:\w+\s+)?[A-ZÆØÅ]\w+",
    Kind.REASON: r"\b(?:fordi|derfor|grunn\w*|ettersom|skyldes|årsak\w*|siden(?! \d)|slik at|for å|dermed|because|due to|since|therefore|reason\w*|"
    r"in order to|so that|caused)\b",
    Kind.MANNER: r"\b(?:ved å|gjennom|ved hjelp|slik|måte\w*|med|by \w+ing|through|using|way|via)\b",
    Kind.THING: r"\b(?:er|var|kalles|heter|betyr|ble|is|was|called|means)\b|[«“\"]",
}
_SIGN_PATTERNS = {
    language: {kind: re.compile(pattern.replace("NUMBER", "|".join(sorted(words)))) for kind, pattern in _SIGNS.items()}
    for language, words in _NUMBERS.items()
}

COUNTED = frozenset({Kind.TIME, Kind.QUANTITY, Kind.DURATION, Kind.SHARE, Kind.MONEY})
"""The kinds that a number answers."""


def asked(question: str) -> tuple[Kind, str]:
    """The kind of answer asked for, and the words that say so: `hvor lenge`, `which city`; empty where none does."""
    question = question[:_ASKED_WITHIN]
    found = ((kind, pattern.search(question)) for kind, pattern in _ASKED_PATTERNS)
    return next(((kind, match[0]) for kind, match in found if match), (Kind.OTHER, ""))


def signs(sentence: str, language: str) -> frozenset[Kind]:
    """The kinds of question that something in a sentence could answer; who is in it is not looked for here."""
    small = sentence.lower()  # twice as fast as patterns that pass over the case; only a place is known by its capital
    patterns = _SIGN_PATTERNS[_counted_in(language)]
    return frozenset(
        kind for kind, pattern in patterns.items() if pattern.search(sentence if kind is Kind.PLACE else small)
    )


def is_number(word: str, language: str) -> bool:
    """Whether a lower-case word is a number, in digits or in letters."""
    return word[0].isdigit() or word in _NUMBERS[_counted_in(language)]


def _counted_in(language: str) -> str:
    return ENGLISH if language == ENGLISH else NORWEGIAN
