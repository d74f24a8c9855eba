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
    AGE = 11
    MEASURE = 12


_HOW = r"(?:hvor|kor)"
_WHICH = r"(?:hvilke[nt]?|kva(?: for (?:ein|ei|eit|nokre))?|what|which)"
_ASKED = (
    (Kind.DURATION, (rf"{_HOW} (?:lenge|lang tid|mange (?:år|måneder|månader|uker|veker|dager|dagar|døgn|timer|timar|minutt(?:er)?|sekund(?:er)?))\b"
        r"|how (?:long(?! (?:is|was|are)\b)|many (?:years|months|weeks|days|hours|minutes|seconds))\b")),
    (Kind.AGE, rf"{_HOW} gam(?:mel|melt|le|al|alt)\b|how old\b|{_WHICH} (?:alder|age)\b"),
    (Kind.SHARE, (rf"{_HOW} (?:stor (?:andel|del|prosent)|mange (?:prosent|pst))|{_WHICH} (?:andel|del av|prosent\w*)"
        r"|(?:what|which) (?:share|percentage|proportion)|how many per ?cent")),
    (Kind.MONEY, r"(?:hva|kva) kosta?r?\w*|(?:hva|kva) er prisen|what is the price|" + _WHICH + r" sum\b"
        rf"|{_HOW} (?:mye|mykje) (?:penger|pengar|kosta?r?\w*|betal\w*|tjen\w*|selges)"
        r"|how much (?:money|did .{0,80} (?:cost|pay|earn)|does .{0,80} (?:cost|pay|earn))"
        rf"|{_HOW} (?:mange|mye|mykje).{{0,30}}\b(?:kroner|euro|dollar|millioner|milliarder)"),
    (Kind.MEASURE, (rf"{_HOW} (?:høyt?|høye|høgt?|høge|langt?|lange|tungt?|tunge|dypt?|dype|djupt?|djupe|bredt?|brede|breitt?|breie|fort|raskt)\b"
        r"|how (?:high|tall|far|fast|deep|heavy|wide|long)\b")),
    (Kind.QUANTITY, rf"{_HOW} (?:mange|mye|mykje|stort?|store|ofte|få|dyrt?|dyre)\b|how (?:many|much|big|large|often|few)\b|what number\b"),
    (Kind.TIME, (rf"når\b|when\b|{_WHICH} (?:år|årstal\w?|dato|dag|måned|månad|århundre|hundreår|tidspunkt|sesong|tiår"
        r"|year|date|day|month|century|decade|time)\b")),
    (Kind.PERSON, r"hvem\b|kven\b|who(?:m|se)?\b|(?:hva heter|kva heit(?:er|te))\b|what is the name\b"),
    (Kind.PLACE, (r"hvor(?! \w+ (?:er|var|ble|blir|har|hadde|kan|skal|vil|bør|må)\b)\b|kvar\b(?! (?:av|for)\b)|kor(?! \w+ (?:er|var|vart|blir|har|hadde|kan|skal|vil|bør|må)\b)\b"
        rf"|where\b|{_WHICH} (?:by|land|sted|stad|kommune|fylke|område|city|country|place|town|region)\b")),
    (Kind.REASON, r"hvorfor|kvifor|why\b|(?:hva|kva) er grunnen|what is the reason"),
    (Kind.MANNER, r"hvordan|korleis|how\b"),
    (Kind.THING, r"hva\b|kva\b|what\b|hvilke[nt]?\b|which\b"),
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
_OFFSETS = r"før|siden|seinere|senere|tidligere|before|ago|later|earlier"  # after a time these make it no duration
_TIME_UNITS = (
    r"sekund(?:er)?|minutt(?:er)?|tim(?:e|er|ar)|døgn|dag(?:er|ar)?|uker?|veker?|måned(?:er)?|månad(?:er)?|år|tiår|sesong(?:er|ar)?"
    r"|seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|seasons?"
)
_SOME = r"(?:\d[\d.,]*|NUMBER|et|ett|en|ei|ein|eit|a|an|flere|fleire|mange|noen|nokre|several|many|some)"
_UNITS = (
    r"(?:kilo|centi|milli)?met(?:er|re)s?|km/[th]|mph|[kcm]?m[²³]?|mil|miles?|kilo(?:s|gram)?|kg|gram|tonn?s?|tons?|liter|litres?|fot|feet"
    r"|foot|inch(?:es)?|tommer|grader|degrees|knop|knots|acres|hektar|hectares|megawatt|[gmk]w|hestekrefter"
)
_PLACED = r"i|på|ved|fra|frå|til|utenfor|utanfor|mot|nær|over|(?:nord|sør|øst|aust|vest) for|in|at|near|from|to"
_SHARES = r"\d ?%|\b(?:pro|per ?)[cs]ent|\bpst\b|\b(?:halv(?:parten|e)?|tredel\w*|firedel\w*|femdel\w*|half|third|quarter|fifth|flertall\w*|majority)\b"
_MONIES = r"\b(?:kroner|kr|euro|dollar|pund|rubler|yen|millioner|milliarder|pounds?|dollars?|euros|million|billion|nok|usd|eur)\b|[$€£]|,-"
_SIGNS = {
    Kind.TIME: rf"\b(?:1\d|20)\d\d\b|\b(?:{_MONTHS}|{_DAYS})\w*\b|\b\d+[- ]?(?:tallet|talet|åra|s)\b|\b\d\d?\.\d\d?\.\d\d"
    r"|\bi (?:går|dag|morgen|fjor|år|natt)\b|\b(?:yesterday|today|tomorrow|ago)\b|\b(?:år|veker|uker|dager|dagar) (?:siden|sidan)\b"
    r"|\b(?:forrige|førre|neste|last|next) (?:uke|veke|måned|månad|helg|sesong|year|week|month|season)|\bkl(?:okk\w+)?\.? ?\d|\d-ti(?:den|da)\b"
    rf"|\bom (?:et|eit|noen|nokre|\d+) (?:par )?(?:{_TIME_UNITS})\b|\b(?:etter|after) \w* ?\d+\.? minut\w+|verdenskrig|verdskrig|\bworld war"
    r"|\bårhundre|\bhundreår|\bcentury",
    Kind.QUANTITY: r"\d|\b(?:NUMBER)\b",
    Kind.DURATION: rf"\b{_SOME}[ -](?:\w+ )?(?:{_TIME_UNITS})s?\b(?! (?:{_OFFSETS})\b)|\b(?:i|for|in) {_SOME} (?:{_TIME_UNITS})\b"
    rf"|\b(?:siden|sidan|since|ut|until) (?:\w+ )?(?:\d|{_MONTHS})|\b(?:{_TIME_UNITS}) (?:gam\w+|old)\b",
    Kind.AGE: r"\b(?:\d{1,3}|NUMBER)[ -]?(?:år|åring\w*|years?)\b|\båring\w*|\(\d{1,3}\)|, \d\d[,.]|\baged \d|\bår gam\w+|\byears old\b|\bfødt\b|\bfødd\b|\bborn\b",
    Kind.MEASURE: rf"\b(?:\d[\d.,]*|NUMBER)[ -]?(?:\w+ )?(?:{_UNITS}|{_TIME_UNITS})\b|{_SHARES}|{_MONIES}",
    Kind.SHARE: _SHARES,
    Kind.MONEY: _MONIES,
    Kind.PLACE: rf"\b(?:{_PLACED})\s+(?:\w+\s+)?[A-ZÆØÅ]\w+",
    Kind.REASON: r"\b(?:fordi|derfor|difor|grunn\w*|ettersom|skyldes|skuldast|årsak\w*|siden(?! \d)|slik at|for å|dermed|because|due to|since|therefore"
    r"|reason\w*|in order to|so that|caused)\b",
    Kind.MANNER: r"\b(?:ved å|gjennom|ved hjelp|slik|måte\w*|med|by \w+ing|through|using|way|via)\b",
    Kind.THING: r"\b(?:er|var|kalles|heter|heiter|betyr|ble|vart|is|was|called|means)\b|[«“\"]",
}
_SIGN_PATTERNS = {
    language: {kind: re.compile(pattern.replace("NUMBER", "|".join(sorted(words)))) for kind, pattern in _SIGNS.items()}
    for language, words in _NUMBERS.items()
}

COUNTED = frozenset({Kind.TIME, Kind.QUANTITY, Kind.DURATION, Kind.SHARE, Kind.MONEY, Kind.AGE, Kind.MEASURE})
"""The kinds that a number answers."""


def asked(question: str) -> tuple[Kind, str]:
    """The kind of answer asked for, and the words that say so: `hvor lenge`, `which city`; empty where none does."""
    question = question[:_ASKED_WITHIN]
    found = [(kind, match) for kind, pattern in _ASKED_PATTERNS if (match := pattern.search(question))]
    kind, first = min(found, key=lambda each: each[1].start(), default=(Kind.OTHER, None))  # of equals the first listed
    return kind, first[0] if first else ""


def shows(kind: Kind, sentence: str, language: str) -> bool:
    """Whether something in a sentence could answer such a question; who is in it is not looked for here."""
    pattern = _SIGN_PATTERNS[_counted_in(language)].get(kind)
    # In small letters, which is twice as fast as patterns that pass over the case; only a place is known by its capital.
    return bool(pattern and pattern.search(sentence if kind is Kind.PLACE else sentence.lower()))


def is_number(word: str, language: str) -> bool:
    """Whether a lower-case word is a number, in digits or in letters."""
    return word[0].isdigit() or word in _NUMBERS[_counted_in(language)]


def _counted_in(language: str) -> str:
    return ENGLISH if language == ENGLISH else NORWEGIAN
