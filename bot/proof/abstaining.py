"""Sentences in which a model says that the articles do not tell: they claim nothing, and nothing can prove them."""

import re

_SOURCES = r"(?:artik(?:kel|ler|kelen|lene|lane)|utdrag(?:et|ene|a)?|kilde(?:n|ne|r)?|kjelde(?:n|ne|r)?|avsnitt(?:et|ene|a)?|tekst(?:en|ene|ane)?|materialet|articles?|passages?|excerpts?|sources?|texts?|material|documents?)"
_TELL = r"(?:si(?:er|ger)?|sei(?:er)?|nevn(?:er|t)?|omtal(?:er|t)?|oppgi(?:r|tt)?|fortel(?:l|ler|t)?|opplys(?:er|t)?|inneholder|inneheld|svarer?|beskriv(?:er|e)?|gir|gjev|framgår|fremgår|står|finnes|say|says|mention(?:s|ed)?|state[sd]?|tell|tells|contain|contains|provide[sd]?|specif(?:y|ies|ied)|answer|describe[sd]?|give[sn]?|indicate[sd]?|report(?:s|ed)?|address(?:es|ed)?)"
_NOT = r"(?:ikke|ikkje|ingen(?:ting)?|intet|ingenting|inkje|verken|korkje|do(?:es)? not|don['’]t|doesn['’]t|did not|didn['’]t|is not|isn['’]t|are not|aren['’]t|no|nothing|neither|not)"
_ADVERB = r"(?:\s+(?:dessverre|altså|heller|derimot|likevel|direkte|noe|det|dette|unfortunately|explicitly))?\s+"
_IN_SOURCES = rf"\b(?:i|av|in|by|from) (?:\w+ ){{0,2}}{_SOURCES}"
_ABSTAINING = re.compile(
    rf"\b{_SOURCES}\b.{{0,60}}\b{_TELL}{_ADVERB}{_NOT}\b"  # not «kilden sier at han ikke …», which claims something
    rf"|\b{_SOURCES}(?:\s+\w+)?\s+{_NOT}(?:\s+\w+){{0,2}}\s+{_TELL}\b"
    rf"|\b{_TELL}{_ADVERB}{_NOT}\b.{{0,40}}{_IN_SOURCES}\b"
    rf"|\b{_NOT}\b.{{0,40}}\b{_TELL}\b.{{0,40}}{_IN_SOURCES}\b"
    # Who does not find it is the model; that the police did not is a claim.
    r"|\b(?:jeg|vi) (?:kan|kunne|klarer) (?:dessverre )?ikke (?:å )?(?:finne|svare|si)"
    r"|\b(?:kan|kunne|klarer) (?:jeg|vi) (?:dessverre )?ikke (?:å )?(?:finne|svare|si)"
    r"|\b(?:i|we) (?:cannot|can['’]t|could not|am unable to|are unable to) (?:find|answer|say|determine)"
    r"|\b(?:jeg|vi) (?:finner|fant) (?:dessverre )?(?:ikke|ingen)\b",
    re.IGNORECASE,
)
_LONGEST = 160  # characters; a longer one says something else besides
_BESIDES = re.compile(
    r"\d|;|\b(?:men|derimot|likevel|imidlertid|selv om|fordi|but|however|although|though|because|instead)\b"
    r"|,\s*(?:og|and|mens|while|så|so)\b|\b(?:mer enn|annet enn|utover|bortsett|more than|other than|except)\b"
    rf"|\b(?:og|and|mens|while) (?:\w+ )?{_SOURCES}",
    re.IGNORECASE,
)

NOTHING = "NOT_IN_ARTICLES"
"""What the prompt asks for where the passages do not answer."""


def says_nothing(text: str) -> bool:
    """Whether a sentence only says that the articles do not tell, and nothing besides."""
    return len(text) <= _LONGEST and bool(_ABSTAINING.search(text)) and not _BESIDES.search(text)


def may_say_nothing(text: str) -> bool:
    """Whether what has come so far may become, or is, the sign that the passages do not answer."""
    text = text.strip(" *_`\"'.")
    return bool(text) and (NOTHING.startswith(text) or text.startswith(NOTHING))
