"""Lines that stand around articles, as patterns: each is matched against a whole line.

They are tried on lines of some hundred characters at most, and none repeats a repetition: a test tries to make them slow.
"""

import re

from vectorstore.reading.dates import DATE, MONTH, WEEKDAYS


def _line_of(*forms: str) -> re.Pattern[str]:
    """A pattern for a line of any of these forms, in capitals or not."""
    return re.compile("|".join(forms), re.IGNORECASE)


def _any(words: str) -> str:
    """One of the words between the commas."""
    return f"(?:{'|'.join(word.strip() for word in words.split(','))})"


# Times: «for 3 timer siden», «Publisert 12. september 2023 kl. 14:05», «Updated 3 hours ago».
_NUMBER = _any(
    r"\d\d?\d?, ett?, en, ein, eitt?, to, tre, fire, fem, seks, sju, syv, åtte, ni, ti, elleve, tolv, noen, nokre,"
    "an?, one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, few"
)
_UNIT = _any(
    "s, m, h, d, t, min, sek, tim, sekund(?:er)?, minutt(?:er)?, timer?, timar, døgn, dager?, dagar, uker?, veker?,"
    "måneder?, månader?, år, sec(?:ond)?s?, min(?:ute)?s?, hrs?, hours?, days?, weeks?, months?, years?"
)
_NEARLY = _any("for, about, ca\\.?, omtrent, over, nearly, almost, litt over, nesten, under, less than, more than")
_AGO = rf"(?:{_NEARLY}\s+){{0,2}}{_NUMBER}\s?{_UNIT}\.?\s+(?:ago|siden|sidan)"
_DAY_WORD = _any("i dag, i går, today, yesterday, just now, akkurat nå, nettopp, nå nettopp")
_TODAY = rf"{_DAY_WORD}(?:,?\s*(?:kl\.?|at)?\s*\d{{1,2}}[.:]\d{{2}}(?:\s?[ap]m)?)?"
_PUBLISHED_WORD = _any(
    "publiserte?, publiserer, published, posted, lagt ut, utgitt, trykket, issued, publication date, publiseringsdato,"
    "date published, published date"
)
_PUBLISHED_KEY = (
    rf"(?:(?:(?:først|first|originally|opprinnelig) )?{_PUBLISHED_WORD}"
    r"(?: (?:på nett|på trykk|på papir|on|online|in print|at|den))?|dato|date|created|opprettet)"
)
_UPDATED_WORD = _any("oppdatert, oppdatering, endret, endra, updated, modified, edited, update")
_UPDATED_KEY = rf"(?:(?:(?:sist|last|siste) )?{_UPDATED_WORD}(?: (?:on|at|den))?|oppdatert sist)"
_BESIDE_WORD = _any(
    "klokken, klokka, kl, at, cest, cet, gmt, utc, edt, est, et, bst, am, pm, side, page, s, norsk tid, local time"
)
PUBLISHED = _line_of(rf"[(\[]?{_PUBLISHED_KEY}(?:\s*[:–-]\s*|\s+)(?P<rest>.*)")
UPDATED = _line_of(rf"[(\[]?{_UPDATED_KEY}(?:\s*[:–-]\s*|\s+)(?P<rest>.*)")
RELATIVE = _line_of(rf"(?=.*\d)(?:{_AGO}|{_TODAY})[\s•·|,.–-]*\d{{0,5}}[\s)\].]*")
RELATIVE_IN_WORDS = _line_of(rf"(?:{_AGO})[\s•·|,.–-]*\d{{0,5}}")
# What may stand beside a date on its line. Possessive, longer forms first: it must not be tried in more than one way.
BESIDE_DATES = _line_of(
    rf"(?:{_AGO}|{_TODAY}|{_UPDATED_KEY}\b:?|{_PUBLISHED_KEY}\b:?|{DATE}|\d{{1,2}}\.? ?{MONTH}|\d{{1,2}}[:.]\d{{2}}"
    rf"|\d{{1,3}}\b|\b{_BESIDE_WORD}\b|(?:{WEEKDAYS})\b|[\s,;|•·()\[\]./–-])*+"
)
COUNTS = _line_of(
    r"lesetid\s*:?\s*(?:ca\.? )?\d{1,3}\s*min(?:utt(?:er)?)?\.?",
    r"\d{1,3}[\s-]*(?:min(?:ute)?s?|minutters?|min\.)[\s-]*(?:read|lesetid|lesing|å lese)",
    r"reading time\s*:?\s*\d{1,3}\s*min(?:ute)?s?",
    r"\d{1,6}\s+(?:kommentarer?|comments?|delinger|shares?|likes?|views?|visninger)",
)
BARE_NUMBER = re.compile(r"\d{1,3}\+?")

# Other articles: «Les også: …», «LES MER …».
TEASER = _line_of(
    r"(?:les|sjå|se|hør|høyr)\s+(?:også|òg|mer|meir)(?:\s+(?:om|på|hos)\s+[\w.-]+)?\s*:\s+\S.*",
    r"(?:les|se|hør)\s+(?:saken|artikkelen|kommentaren|kronikken|lederen|intervjuet|videoen|podkasten)\s*:\s+\S.*",
    r"(?:read|see|watch|listen)\s+(?:also|more)\s*:\s+\S.*",
    r"(?:also read|read next|more on this|don['’]t miss|relatert(?: sak)?)\s*:\s+\S.*",
    r"related(?: stor(?:y|ies)| articles?| coverage)?\s*:\s+\S.*",
)
LOUD_TEASER = re.compile(
    r"(?:LES OGSÅ|LES MER|LES MEIR|SE OGSÅ|HØR OGSÅ|READ MORE|READ ALSO|ALSO READ|SEE ALSO|RELATED)"
    r"(?:\s*[:|–-]\s*|\s+)\S.*"
)

# What the reader is asked for: to subscribe, to share, to accept.
_NETWORK = _any(
    "facebook, twitter, x, linkedin, whatsapp, reddit, e-?post, e-?mail, messenger, instagram, google news, snapchat,"
    "tiktok, youtube"
)
_COOKIES = _any("cookies, informasjonskapsler")
_CONSENT = _any(
    r"samtykke, godta, personvern\w*, nettsted\w*, brukeropplevelse\w*, opplevelse\w*, innstillinger, consent, accept,"
    "privacy, experience, website, site, settings, traffic, ads"
)
_THIS_SITE = _any(
    r"vi, denne nettsiden, nettstedet, nettsiden, this (?:web)?site, we, our (?:web)?site, \S+\.no, \S+\.com"
)
_TO_READ = _any("for å lese, og les, lese videre, fortsette å lese, full tilgang")
_TO_CONTINUE = _any("to (?:continue|keep|read), full access, unlimited access, for full")
BEGGING = _line_of(
    r"(?:meld deg på|abonner på|motta)\b[^.!?]*\bnyhetsbrev(?:et|ene)?(?:\s+(?:her|vårt|våre|gratis))?[.!]?",
    r"(?:sign up|subscribe)\s+(?:here\s+)?(?:for|to)\b[^.!?]*\b(?:newsletters?|alerts|inbox|podcasts?)\b[^.!?]*[.!]?",
    r"get\s+[^.!?]*\b(?:newsletter|delivered|sent)\b[^.!?]*\binbox\b[^.!?]*[.!]?",
    rf"(?:følg|follow)\s+\w[\w. ]{{1,40}}\s+(?:på|on)\s+{_NETWORK}\b[^.!?]{{0,80}}[.!]?",
    (
        r"(?:del|share)\s+(?:(?:denne|this|the)\s+)?(?:(?:artikkelen|saken|article|story|page)\s+)?"
        rf"(?:på|on|via|med)\s+{_NETWORK}\b[^.!?]{{0,60}}"
    ),
    (
        r"(?:(?:denne|dette)\s+)?(?:artikkelen|saken|innholdet)?\s*(?:er\s+)?(?:kun\s+)?(?:for|forbeholdt)\s+"
        r"(?:våre\s+)?abonnenter\.?"
    ),
    r"(?:allerede abonnent|har du allerede abonnement|already (?:a subscriber|have an account|registered))\?.{0,60}",
    rf"(?:abonner|bli abonnent|logg inn|kjøp tilgang|prøv \S+)\b.{{0,40}}\b{_TO_READ}\b.{{0,60}}",
    rf"(?:subscribe|log in|sign in|register|become a member)\b.{{0,60}}\b{_TO_CONTINUE}\b.{{0,80}}",
    (
        r"(?:du har|you have)\s+(?:brukt\s+|read\s+)?\w+\s+(?:av\s+\w+\s+)?(?:gratis|free)\s+"
        r"(?:artikler|articles?|saker|stories)\b.{0,60}"
    ),
    (
        rf"{_THIS_SITE}(?: and our partners| og våre (?:samarbeids)?partnere)? (?:bruker|benytter|uses?|may use)"
        rf"(?: \w+){{0,3}} {_COOKIES}\b.*\b{_CONSENT}\b.*"
    ),
    (
        r"(?:by (?:continuing|using|clicking)|ved å (?:fortsette|bruke|klikke))"
        rf".*\b(?:{_COOKIES}|cookie policy|privacy policy|personvernerklæring\w*)\b.*"
    ),
    r"har du (?:(?:et )?(?:nyhets)?tips(?: til oss| om (?:denne )?saken)?|innspill(?: til saken)?)\?.{0,150}",
    r"(?:tips oss|send (?:oss )?tips|got a tip\?|do you have a (?:news )?tip\?).{0,150}",
    r"(?:alle artikler er beskyttet av lov om opphavsrett|alt innhold er opphavsrettslig beskyttet).*",
    r"artikler må ikke videreformidles utenfor egen organisasjon.*",
    (
        r"(?:this (?:material|content|article)|material from) .{0,80}\b(?:may not be|is protected by) "
        r"(?:published|reproduced|copyright)\b.*"
    ),
)

# Whose article it is.
COPYRIGHT = _line_of(
    r"\(?(?:©|\(c\)|copyright)\s*(?:©|\(c\))?\s*(?:\d{4}(?:\s*[-–]\s*\d{4})?)?\s*(?P<name>[^.\n()]{0,60}?)\)?[.,]?"
    r"(?:\s*(?:all rights reserved|med enerett|alle rettigheter reservert)\.?)?"
)
FEED_FOOTER = _line_of(
    r"(?:the post|innlegget)\s.{1,250}\s"
    r"(?:(?:first )?appeared first on|dukket først opp på|ble først publisert på|vart først publisert på)"
    r"\s+(?P<name>[^.]{2,60}(?:\.\w{2,4})?)\.?"
)
_DATED = r"(?:,?\s*\d[\d. \w]{0,30})?\.?"
FIRST_IN = _line_of(
    r"(?:denne |dette )?(?:artikkelen|saken|kronikken|kommentaren|teksten|innlegget) (?:ble|er|vart|blei)"
    r" (?:først|opprinnelig|opphavleg) (?:publisert|trykket|trykt) (?:i|på|hos|av)"
    rf" (?P<name>[^.,\d]{{2,40}}(?:\.(?:no|com|org))?){_DATED}",
    r"(?:this (?:article|story|piece|column|essay) (?:was )?)?(?:first|originally) (?:published|appeared)"
    rf" (?:in|on|by|at) (?P<english>[^.,\d]{{2,40}}(?:\.(?:no|com|org))?){_DATED}",
)
WEB_COPY = _line_of(
    r"(?:se (?:web)?artikkelen på|view (?:original )?(?:article )?at|original(?: article)? at|les saken på)\s*:?\s*"
    r"(?P<url>https?://\S+)"
)
MORE_FROM = _line_of(
    r"(?:(?:(?:se|les|sjå) )?(?:mer|meir|flere saker|fleire saker|flere artikler|alt|siste) (?:fra|frå)"
    r"|(?:(?:read|see) )?more (?:(?:stories|news|articles) )?from)"
    r"\s+(?P<name>\S{1,40}(?: [\w.&-]{1,30}){0,4}?[^\s.!?])\s*[»>→]*"
)
TOPICS = _line_of(
    r"(?:(?:(?:les|se) )?(?:mer|meir) om|more (?:on|about)|emner|tema|stikkord|tags?|topics?|filed under|emneknagger"
    r"|nøkkelord|keywords)\s*:\s+\S.{0,200}"
)
SIGNATURE = re.compile(r"\s*\(\s*©?\s*(?P<name>NTB)\s*\)\s*$")
_PERSON = r"[A-ZÆØÅÄÖÉ][\w.'’-]*(?:\s+(?:(?:von|van|de|der|den|af|av|el|al|bin)\s+)?[A-ZÆØÅÄÖÉ][\w.'’-]*){1,4}"
_AUTHOR = rf"(?:{_PERSON}|NTB|AFP|AP|Reuters)"
BYLINE = re.compile(
    r"(?:Av|AV|By|BY|Tekst|Text|Words|Tekst og foto|Tekst/foto|Skrevet av|Skriven av|Written by|Words by|Author|Forfatter"
    r"|Reported by|Reporting by|Journalist|Kommentator)"
    rf"\s*:?\s+{_AUTHOR}(?:\s*(?:,|&|/|\bog\b|\band\b)\s*{_AUTHOR})*"
    r"(?:\s*[,|–(-]\s*[\w ./&-]{2,60}\)?)?(?:\s+\S+@\S+)?"
)
ADDRESS = _line_of(r"(?:(?:e-?post|e-?mail|mail)\s*:?\s*)?\(?[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+\)?")

# What kind of text it says it is: «Dette er en kommentar. Kommentaren gir uttrykk for skribentens holdning.»
_KIND = _any(
    "kommentar, leder, lederartikkel, leiar, kronikk, debattinnlegg, innlegg, debattartikkel, leserinnlegg,"
    "lesarinnlegg, analyse, gjestekommentar, meningsytring, ytring, spalte"
)
KIND_STATED = _line_of(
    rf"dette er (?:en|ei|eit|et|ein) (?:intern |ekstern )?(?P<kind>{_KIND})"
    r"(?:,? (?:skrevet|skriven|fra|frå|av) [^.]{1,100})?\.?",
    r"this is an? (?P<english>opinion (?:piece|article|column)|editorial|commentary|column|news analysis|analysis|op-ed)"
    r"\b[^.]{0,80}\.?",
)
STANDPOINT = _line_of(
    rf"{_KIND}(?:e[nt]|n|a)? (?:gir|gjev|er) (?:et |eit )?(?:uttrykk|utrykk) for [^.]{{1,120}}\.?",
    r"(?:meninger|meiningar|synspunkter|holdninger)\b[^.]{0,80}"
    r"\b(?:skribentens?|forfatterens?|skribenten|regning|rekning)\b[^.]{0,60}\.?",
    r"(?:the )?(?:opinions|views)(?: and (?:opinions|views))? expressed\b[^.]{0,80}"
    r"\b(?:author|author['’]s|writer|own|authors|columnist)\b[^.]{0,120}\.?",
)

# `Dato: 2019-04` at the top of an archived text, and what the field is called here.
HEADER_NAMES = {
    "title": ("title", "tittel", "overskrift", "headline"),
    "published": ("date", "dato", "published", "publisert"),
    "outlet": (
        "source", "kilde", "outlet", "avis", "newspaper", "publication", "publikasjon", "publisher", "utgiver",
    ),
    "genre": ("section", "seksjon", "category", "kategori", "genre", "sjanger", "type"),
    "url": ("url", "lenke", "link"),
    "other": ("author", "forfatter", "byline", "language", "språk"),
}  # fmt: skip
HEADER_FIELD = _line_of(
    rf"(?P<key>{'|'.join(key for keys in HEADER_NAMES.values() for key in keys)})\s*:\s*(?P<value>\S.*)?"
)
