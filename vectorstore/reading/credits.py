"""Photo credits that have run into a caption: `STR / AFP / NTBKim smiler. Foto: STR / AFP / NTB` → `Kim smiler.`"""

import re

from vectorstore.reading.labels import AGENCIES, words_in

LONGEST = 90
MOST_CREDITS = 4
_KEY = r"(?:Foto|FOTO|Photo|PHOTO|Photograph|Photographer|Picture|Image|Illustrasjon|ILLUSTRASJON|Illustration|Illustrasjonsfoto|ILLUSTRASJONSFOTO|Arkivfoto|ARKIVFOTO|Pressefoto|Skjermdump|Fotograf|Bilde)"
_CREDIT_KEY = re.compile(rf"(?:^|(?<=[\s(\[.!?»”\"]))[(\[]?{_KEY}(?:/\w+)?\s?:\s?")
_AP_PHOTO = re.compile(r"\s*\((?:AP Photo|Reuters|AFP|Getty Images)/[^()]{2,60}\)$")
_INITIAL = re.compile(r"\b[A-ZÆØÅ]\.|\((?:arkiv|Arkiv|ARKIV|privat)\b|\bMer\.\.\.$")
_JOINING = words_in("""
    og, and, via, von, van, de, der, den, privat, arkiv, arkivfoto, scanpix, pool, handout
""")
_TRADE = words_in("""
    for, the, of, av, faksimile, skjermdump, skjermbilde, pressefoto, illustrasjon, illustrasjonsfoto, file,
    montasje, grafikk, supplied, provided, images, utlånt
""")
_CHAINED = re.compile(
    rf"(?:{_KEY}:\s?)?(?:[A-ZÆØÅÄÖÉ][\w.'’-]*(?: [A-ZÆØÅÄÖÉ][\w.'’-]*){{0,3}} ?/ ?){{1,3}}(?:{AGENCIES})(?=[A-ZÆØÅÄÖÉ][a-zæøåäöé])"
)
_KEYED = re.compile(
    rf"(?:{_KEY}:\s?){{1,2}}(?P<credit>(?:[^:!?]{{2,70}}?[/,] ?)?(?:{AGENCIES}))\.?\s+(?=[A-ZÆØÅÄÖÉ«–\d])"
)
_BRACKETED = re.compile(rf"\s*\((?:{_KEY}:\s?){{1,2}}(?P<credit>[^()]{{2,90}})\.?\)")
_BARE_KEY = re.compile(rf"\s*\b{_KEY}:$")


def without_credits(line: str) -> str:
    """The line without the credit at its end and the same credit run together with its beginning; its words stay.

    A credit begins with a word like `Foto:` and is made of names to the end of the line. At the beginning it is known by being the
    one that also stands at the end, or by ending in an agency's name that the next word is glued to.
    """
    line = _BRACKETED.sub(lambda found: "" if _is_credit(found["credit"]) else found.group(), _AP_PHOTO.sub("", line))
    for _ in range(MOST_CREDITS):
        at, credit = _last_credit(line)
        if not credit:
            break
        line = _without_prefix(line[:at].rstrip(), credit.rstrip(" .)]"))
    line = _BARE_KEY.sub("", line)
    if opening := _CHAINED.match(line):
        return line[opening.end() :]
    opening = _KEYED.match(line)
    return line[opening.end() :] if opening and _is_credit(opening["credit"]) else line


def _last_credit(line: str) -> tuple[int, str]:
    """Where the credit at the line's end begins with its key, and its names; empty if there is none."""
    start = max(0, len(line) - LONGEST - 30)
    keys = list(_CREDIT_KEY.finditer(line, start))
    if not keys or not _is_credit(line[keys[-1].end() :]):
        return 0, ""
    return keys[-1].start(), line[keys[-1].end() :]


def _without_prefix(line: str, credit: str) -> str:
    rest = line.removeprefix(credit)
    return rest.lstrip() if len(rest) < len(line) and re.match(r"\s*[A-ZÆØÅÄÖÉ«–“\"\d]", rest) else line


def _is_credit(text: str) -> bool:
    """Whether these are names to the end: no sentence goes on behind them, every word is a name, an agency or a word of the trade."""
    inner = text.strip().rstrip(" .)]")
    if (
        not inner
        or len(text) > LONGEST
        or re.search(
            r"[)\]»”\"!?:;]|\.\s+\S",
            _INITIAL.sub("", inner.removesuffix("Mer...")) + text.strip()[len(inner) :].lstrip(")]. "),
        )
    ):
        return False
    words = [word for word in re.split(r"[\s/,&|(\[+–-]+", inner) if word]
    joining = _JOINING if text.rstrip().endswith(".") else _JOINING | _TRADE
    return all(word[0].isupper() or word[0] in "@©" or word in joining or "." in word[1:-1] for word in words)
