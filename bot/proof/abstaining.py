"""Sentences in which a model says that the articles do not tell: they claim nothing, and nothing can prove them."""

import re

_SOURCES = r"(?:artik(?:kel|ler|kelen|lene|lane)|utdrag(?:et|ene|a)?|kilde(?:n|ne|r)?|kjelde(?:n|ne|r)?|avsnitt(?:et|ene|a)?|tekst(?:en|ene|ane)?|materialet|articles?|passages?|excerpts?|sources?|texts?|material|documents?)"
_TELL = r"(?:si(?:er|ger)?|sei(?:er)?|nevn(?:er|t)?|omtal(?:er|t)?|oppgi(?:r|tt)?|fortel(?:l|ler|t)?|opplys(?:er|t)?|inneholder|inneheld|svarer?|beskriv(?:er|e)?|gir|gjev|framgår|fremgår|står|finnes|say|says|mention(?:s|ed)?|state[sd]?|tell|tells|contain|contains|provide[sd]?|specif(?:y|ies|ied)|answer|describe[sd]?|give[sn]?|indicate[sd]?|report(?:s|ed)?|address(?:es|ed)?)"
_NOT = r"(?:ikke|ikkje|ingen(?:ting)?|intet|ingenting|inkje|verken|korkje|do(?:es)? not|don['’]t|doesn['’]t|did not|didn['’]t|is not|isn['’]t|are not|aren['’]t|no|nothing|neither|not)"
_ABSTAINING = re.compile(
    rf"\b{_SOURCES}\b.{{0,60}}\b{_TELL}\b.{{0,20}}\b{_NOT}\b"
    rf"|\b{_SOURCES}\b.{{0,40}}\b{_NOT}\b.{{0,30}}\b{_TELL}\b"
    rf"|\b{_TELL}\b.{{0,20}}\b{_NOT}\b.{{0,40}}\b{_SOURCES}\b"
    rf"|\b{_NOT}\b.{{0,40}}\b{_TELL}\b.{{0,40}}\b{_SOURCES}\b"
    r"|\b(?:kan|kunne|klarer) (?:jeg )?(?:dessverre )?ikke (?:finne|svare|si)|\b(?:cannot|can['’]t|could not|unable to) (?:find|answer|say|determine)"
    r"|\b(?:finner|fant) (?:dessverre )?(?:ikke|ingen)\b",
    re.IGNORECASE,
)
_LONGEST = 160  # characters; a longer one says something else besides
_BESIDES = re.compile(
    r"\d|\b(?:men|derimot|likevel|imidlertid|selv om|fordi|but|however|although|though|because|instead)\b",
    re.IGNORECASE,
)

NOTHING = "NOT_IN_ARTICLES"
"""What the prompt asks for where the passages do not answer."""


def says_nothing(text: str) -> bool:
    """Whether a sentence only says that the articles do not tell, and nothing besides."""
    if NOTHING in text:
        return True
    return len(text) <= _LONGEST and bool(_ABSTAINING.search(text)) and not _BESIDES.search(text)


def may_say_nothing(text: str) -> bool:
    """Whether what has come so far may become, or is, the sign that the passages do not answer."""
    text = text.strip(" *_`\"'.")
    return bool(text) and (NOTHING.startswith(text) or text.startswith(NOTHING))
