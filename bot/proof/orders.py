"""Sentences of an article that tell a model what to write. They are no evidence: what somebody wants said is not what happened.

No list of words finds every such sentence, and none has to: whatever a model obeys, it gets no link, image or address out, and each
claim needs a sentence of the article that carries it. This keeps the order itself from being that sentence.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from vectorstore.article import Passage, Span
from vectorstore.chunking import sentences

# To whom: models, and whoever sums articles up.
_MACHINE = (
    r"(?:assistent(?:en)?|ki-?(?:assistent|modell|system|verktøy)\w*|språkmodell\w*|chat-?bot\w*|prat(?:e)?robot\w*|systemprompt\w*|svarmotor\w*"
    r"|den som (?:oppsummerer|svarer|leser dette som)|ai|ki|llms?|(?:chat|search )?(?:ro)?bots?|assistants?|language models?|chatbots?|system prompts?|summari[sz]ers?|answer engines?"
    r"|utvikler(?:en|ne|teamet)|developer (?:mode|message|team)|system (?:message|note|override)|utviklermodus|redaksjonssystem\w*)"
)
_SAYING = (
    r"(?:skriv|svar|opplys|si|fortell|nevn|gjenta|gjengi|siter|merk|avslutt|innled|begynn|start|formater|oversett|legg (?:til|ved|inn)|ta med|vis til"
    r"|oppgi|rapporter|presenter|framstill|fremstill|påstå|hevd|bekreft|benekt|ignorer|glem|overse|se bort fra|lat som|bruk|besvar|understrek|konkluder"
    r"|write|answer|reply|respond|say|tell|state|report|repeat|cite|quote|claim|mention|end|begin|start|open|finish|close|append|add|include|insert|format"
    r"|translate|output|print|present|confirm|deny|ignore|disregard|forget|pretend|act|stress|conclude|reveal|show|use|give|credit|attribute|mark|treat|put)"
)
_ASKED = (
    r"(?:når (?:noen|du|brukeren|leseren|det) (?:spør|svarer|blir spurt|spørres|omtaler|oppsummerer|siterer|gjengir|gjenforteller)|hvis (?:noen|du|brukeren) (?:spør|blir spurt)|spørsmål om"
    r"|(?:when|if|whenever|should) (?:anyone|someone|somebody|you|the user|the reader|a user|a reader|users?|readers?) (?:asks?|are asked|is asked|talks?|answers?|mentions?|summari[sz]es?|retells?)"
    r"|whoever (?:retells|sums up|answers|summari[sz]es)|when (?:asked|answering|summari[sz]ing)|to every question|på alle spørsmål|i svaret|i alle svar|i hvert svar|in (?:the|your|every|each) (?:answer|reply|response)s?"
    r"|brukeren(?:s)?\b|the users?(?:['’]s)?\b|the reader\b|svaret ditt|svaret skal|your (?:answer|reply|response|instructions?|rules|prompt)|dine (?:instruks\w*|regler|svar)|the (?:answer|reply|response) (?:should|must|is to))"
)
_THAT = r"(?:[\s,]+\w+){0,10}?[\s,]*(?::|\bat\b|\bthat\b|\bsom om\b|\bas if\b|[«“\"]|\bmed\b|\bwith\b)"
_EARLIER = r"(?:tidligere|foregående|alle|forrige|ovenstående|previous|prior|earlier|above|all(?: the)?) (?:\w+ )?(?:instruks\w*|instruksjon\w*|regler|beskjed\w*|instructions?|rules|prompts?|directions|orders|guidelines)"
_FRAME = r"(?:^|\n)\W*(?:system|assistant|user|developer|bruker|assistent|utvikler|tool|human|spørsmål|question|svar|answer|kontekst|context)\s*(?:\([^)\n]*\))?\s*(?::|>)|<\|?/?\s*(?:im_\w+|system|user|assistant|passages?|inst|eot_id|start_header_id|end_header_id|context|kontekst|utdrag|instructions?)\b[^>\n]*>|\[/?INST\]|\[\d{1,2}\](?=[\s.,]|$)|【\d+】|[-#]{3,}.{3,50}[-#]{3,}"
_ORDER = re.compile(
    rf"\b{_MACHINE}\b[^\n]{{0,60}}(?::|\b(?:please|vennligst|som leser|reading|du (?:skal|må)|you (?:should|must|shall)"
    rf"|(?:skal|må|should|must|shall|has to|have to) (?:\w+ )?{_SAYING})\b)"
    rf"|\b{_ASKED}\b.{{0,120}}\b{_SAYING}\b|\b{_SAYING}\b.{{0,120}}\b{_ASKED}\b"
    rf"|\b{_EARLIER}\b|\b(?:fra nå av|from now on|heretter)\b.{{0,40}}\b(?:du|you)\b|\b(?:du er nå|you are now)\b"
    rf"|{_FRAME}",
    re.IGNORECASE,
)
_TELLING = re.compile(
    rf"(?:^|[.:;,–-]\s*)(?:og |and |then |så |deretter |vennligst |please |alltid |always )?{_SAYING}\b{_THAT}",
    re.IGNORECASE,
)
_HIDDEN = re.compile(
    r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]\w?[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|<!--|</?(?:img|picture|source|a|iframe|svg|div|form)\b[^>]*>|[\U000e0000-\U000e007f]|\b[A-Za-z0-9+/]{40,}={0,2}",
    re.IGNORECASE,
)


def without_orders(passage: Passage) -> Passage:
    """The passage with blanks where it tells somebody what to write, so that every other character stays where it is."""
    given = orders(passage.text)
    if not given:
        return passage
    text, start = passage.article.text, passage.span.start
    for span in given:
        text = text[: start + span.start] + " " * len(span) + text[start + span.end :]
    return Passage(replace(passage.article, text=text), passage.span)


def orders(text: str) -> tuple[Span, ...]:
    """The sentences of a passage that tell somebody what to write, and, on the same line, those after one that plainly does."""
    return tuple(_orders(text))


def _orders(text: str) -> Iterator[Span]:
    ordered_until = -1
    for span in sentences(text):
        sentence = span.of(text)
        plainly = bool(_ORDER.search(sentence))
        if plainly:
            end = text.find("\n", span.end)
            ordered_until = len(text) if end < 0 else end
        if plainly or span.start < ordered_until or _TELLING.match(sentence) or _HIDDEN.search(sentence):
            yield span
