"""What people say to a chat that is no question about articles: greetings, thanks, goodbyes, and what it can do.

A closed list, and a line must be one of its phrases and nothing else: no question is ever taken for small talk.
"""

import re

from bot.messages import Language

_LONGEST = 40  # characters; no phrase is longer

_PHRASES = {
    ("hello", Language.NORWEGIAN): "hei, hei hei, heia, heisann, hallo, halla, morn, god dag, goddag, god morgen, god kveld, hei på deg",
    ("hello", Language.ENGLISH): "hello, hi, hey, hello there, hi there, good morning, good afternoon, good evening",
    ("thanks", Language.NORWEGIAN): "takk, takk takk, tusen takk, mange takk, takk skal du ha, takk for hjelpen, takk for hjelpa, takk for svar, takk for svaret, "
    "takk for det, ok takk, fint takk, flott takk, supert takk",
    ("thanks", Language.ENGLISH): "thanks, thank you, thx, many thanks, thanks a lot, thank you very much, thank you so much, thanks for your help, ok thanks, "
    "great thanks",
    ("no_thanks", Language.NORWEGIAN): "nei takk, nei takk det er bra",
    ("no_thanks", Language.ENGLISH): "no thanks, no thank you",
    ("yes_please", Language.NORWEGIAN): "ja takk, ja gjerne",
    ("yes_please", Language.ENGLISH): "yes please",
    ("goodbye", Language.NORWEGIAN): "ha det, hade, ha det bra, ha det godt, hadet, farvel, snakkes, på gjensyn, adjø",
    ("goodbye", Language.ENGLISH): "bye, bye bye, goodbye, good bye, see you",
    ("abilities", Language.NORWEGIAN): "hjelp, hva kan du, hva kan du gjøre, hva kan du hjelpe meg med, hva kan jeg spørre om, hva kan jeg spørre deg om, "
    "hvem er du, hva er du, hva gjør du, hvordan virker du, hvordan virker dette, kva kan du, kven er du",
    ("abilities", Language.ENGLISH): "help, what can you do, what can i ask, what can i ask you, what do you do, who are you, what are you, "
    "how do you work, how does this work",
}  # fmt: skip

_KNOWN = {phrase.strip(): meant for meant, phrases in _PHRASES.items() for phrase in phrases.split(",")}


def small_talk(line: str) -> tuple[str, Language] | None:
    """What a line of small talk says (`hello`, `thanks`, `no_thanks`, `yes_please`, `goodbye`, `abilities`), and in which language; None for all else."""
    words = re.findall(r"\w+", line.casefold()) if len(line) <= _LONGEST else []
    return _KNOWN.get(" ".join(words))
