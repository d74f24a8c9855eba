"""Every text that a reader of answers sees, and what keeping the archive brings up, in Norwegian bokmål and in English.

One table; a test compares the two columns. `--help`, errors and what `doctor` finds are English and stand where they are made.
"""

import re
from enum import StrEnum

from bot.messages import checking, taking_in, telegram
from vectorstore.article import Article, Genre, Provenance, Published


class Language(StrEnum):
    """A language that the bot speaks."""

    NORWEGIAN = "nb"
    ENGLISH = "en"

    @classmethod
    def of(cls, code: str) -> "Language":
        """The language to speak to somebody who writes in `code` (ISO 639-1, BCP 47): English for English, else Norwegian."""
        return cls.ENGLISH if code.lower().partition("-")[0] == cls.ENGLISH else cls.NORWEGIAN

    @classmethod
    def of_locale(cls, name: str) -> "Language":
        """The language to speak to somebody whose programs are set to `name` (POSIX: `nb_NO.UTF-8`): Norwegian for Norwegian, else English."""
        return cls.NORWEGIAN if re.match(r"(?:nb|nn|no)(?![a-z])", name.lower()) else cls.ENGLISH


def say(key: str, language: Language, **values: object) -> str:
    """The text of a key in a language, with its values. Raises `KeyError` for a key or value that the text has not."""
    return TEXTS[key][language].format(**values)


def date_in_words(published: Published, language: Language) -> str:
    """The date at the precision known, and whether it was inferred: `april 2019`, `12. september 2023`, `trolig 2019`, `udatert`."""
    if published.year is None:
        return say("undated", language)
    words = str(published.year)
    if published.month is not None:
        words = f"{_MONTHS[language][published.month - 1]} {words}"
    if published.day is not None:
        words = f"{published.day}{'.' if language is Language.NORWEGIAN else ''} {words}"
    inferred = published.provenance is Provenance.INFERRED
    return say("inferred_date", language, date=words) if inferred else words


def kind_in_words(genre: Genre | None, language: Language) -> str:
    """What kind of text it is, in lower case; empty where that is not known."""
    return say(f"kind_{genre}", language) if genre else ""


def decimal(number: float, places: int, language: Language) -> str:
    """`0.25`; in Norwegian with a comma."""
    text = f"{number:.{places}f}"
    return text.replace(".", ",") if language is Language.NORWEGIAN else text


def count_in_words(number: int, language: Language) -> str:
    """`1 artikkel`, `5 artikler`."""
    return say("one_article" if number == 1 else "many_articles", language, number=number)


def span_in_words(dates: list[Published], language: Language) -> str:
    """From the earliest to the latest date: `april 2019 – 12. september 2023`; empty where none is known."""
    dated = sorted((each for each in dates if each.earliest), key=lambda each: (each.earliest, each.latest))
    if not dated:
        return ""
    ends = [
        date_in_words(each, language) for each in (dated[0], max(dated, key=lambda each: (each.latest, each.earliest)))
    ]
    return ends[0] if ends[0] == ends[1] else " – ".join(ends)


def undated_in_words(number: int, language: Language) -> str:
    """`1 udatert`, `2 udaterte`; empty where there is none."""
    return say("one_undated" if number == 1 else "many_undated", language, number=number) if number else ""


def contents_in_words(number: int, dates: list[Published], undated: int, language: Language) -> str:
    """How many articles, from when to when, and how many of them are undated: `5 artikler, april 2019 – september 2023, 2 udaterte`."""
    parts = [count_in_words(number, language), span_in_words(dates, language), undated_in_words(undated, language)]
    return ", ".join(part for part in parts if part)


def headline(article: Article) -> str:
    """The title; of an untitled article, its first words."""
    words = " ".join((article.title.strip() or article.text[: 4 * _FIRST_WORDS]).split())
    if article.title.strip() or len(words) <= _FIRST_WORDS:
        return words
    return words[:_FIRST_WORDS].rsplit(" ", 1)[0].rstrip(" ,.;:–-") + " …"


_FIRST_WORDS = 60  # characters of an untitled article that stand for its title

_MONTHS = {
    Language.NORWEGIAN: (
        *("januar", "februar", "mars", "april", "mai", "juni", "juli"),
        *("august", "september", "oktober", "november", "desember"),
    ),
    Language.ENGLISH: (
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    ),
}

_COLUMNS: dict[str, tuple[str, str]] = {
    # Answers
    "not_found": (
        "Artiklene sier ingenting om dette.",
        "The articles say nothing about this.",
    ),
    "nearest": ("De nærmeste artiklene:", "The nearest articles:"),
    "partial": (
        "Svaret ble avbrutt før det var ferdig.",
        "The answer was cut off before it was complete.",
    ),
    "unproven": ("ikke bekreftet i artikkelen", "not confirmed in the article"),
    "quotation": ("«{words}»", "“{words}”"),
    "also_in": ("også i {articles}", "also in {articles}"),
    # Written answers
    "understanding": ("Setter meg inn i spørsmålet …", "Reading the question …"),
    "writing": ("Skriver …", "Writing …"),
    "unproven_marks": (
        "{marks}: artiklene bekrefter ikke det som står foran; det kan være feil.",
        "{marks}: the articles do not confirm what stands before it; it may be wrong.",
    ),
    "stopped": (
        "Avbrutt: du stoppet svaret før det var ferdig.",
        "Stopped: you ended the answer before it was complete.",
    ),
    "partial_because": (
        "Svaret ble avbrutt før det var ferdig: {why}.",
        "The answer was cut off before it was complete: {why}.",
    ),
    "quoted_because": ("{why}; svaret er sitert.", "{why}; the answer is quoted."),
    "nothing_quoted_because": (
        "{why}; det ble lett etter sitater i stedet.",
        "{why}; quotes were looked for instead.",
    ),
    "trouble_unreachable": ("språkmodellen kunne ikke nås", "the language model could not be reached"),
    "trouble_late": ("språkmodellen ble ikke ferdig i tide", "the language model was not done in time"),
    "trouble_busy": (
        "språkmodellen er overbelastet eller har en feil",
        "the language model is overloaded or has a fault",
    ),
    "trouble_key_refused": ("språkmodellen godtok ikke nøkkelen", "the language model did not accept the key"),
    "trouble_no_such_model": ("språkmodellen {model} finnes ikke", "there is no language model {model}"),
    "trouble_no_credit": (
        "kontoen hos språkmodellen er tom",
        "the account with the language model has no credit left",
    ),
    "trouble_too_long": ("det ble for mye tekst for språkmodellen", "it was too much text for the language model"),
    "trouble_refused": ("språkmodellen ville ikke svare på dette", "the language model would not answer this"),
    "trouble_garbled": (
        "det språkmodellen svarte, kunne ikke leses",
        "what the language model answered could not be read",
    ),
    "trouble_empty": ("språkmodellen svarte ingenting", "the language model said nothing"),
    "trouble_cut_off": ("språkmodellen stoppet midt i", "the language model stopped midway"),
    "trouble_unproven": (
        "det språkmodellen skrev, kunne ikke bekreftes i artiklene",
        "what the language model wrote could not be confirmed in the articles",
    ),
    "trouble_resting": (
        "språkmodellen har sviktet flere ganger og spørres ikke på en stund",
        "the language model failed several times and is not asked for a while",
    ),
    "trouble_limit": ("dagens grense for språkmodellen er nådd", "today's limit for the language model is reached"),
    "trouble_unusable": (
        "språkmodellen kan ikke brukes slik den er satt opp",
        "the language model cannot be used as it is set up",
    ),
    "mend_late": ("KILDEBOT_DEADLINE gir den mer tid.", "KILDEBOT_DEADLINE gives it more time."),
    "mend_key_refused": ("Se etter at nøkkelen er riktig: {name}.", "Check that the key is right: {name}."),
    "mend_no_such_model": ("Velg en annen med KILDEBOT_MODEL.", "Choose another with KILDEBOT_MODEL."),
    "mend_no_credit": (
        "Fyll på kontoen, eller velg en annen modell med KILDEBOT_MODEL.",
        "Top the account up, or choose another model with KILDEBOT_MODEL.",
    ),
    "mend_limit": (
        "KILDEBOT_DAILY_DOLLARS og KILDEBOT_DAILY_TOKENS setter den.",
        "KILDEBOT_DAILY_DOLLARS and KILDEBOT_DAILY_TOKENS set it.",
    ),
    "mend_unusable": ("kildebot doctor sier hva som mangler.", "kildebot doctor tells what is missing."),
    "greeting_written": (
        "{model} skriver svarene, og hver påstand prøves mot artiklene. Spørsmålene og utdragene som blir funnet, sendes til {place}.",
        "{model} writes the answers, and every claim is checked against the articles. Questions and the passages found are sent to {place}.",
    ),
    # Articles
    "one_article": ("{number} artikkel", "{number} article"),
    "many_articles": ("{number} artikler", "{number} articles"),
    "undated": ("udatert", "undated"),
    "one_undated": ("{number} udatert", "{number} undated"),
    "many_undated": ("{number} udaterte", "{number} undated"),
    "inferred_date": ("trolig {date}", "probably {date}"),
    "kind_news": ("nyhet", "news"),
    "kind_editorial": ("leder", "editorial"),
    "kind_commentary": ("kommentar", "commentary"),
    "kind_analysis": ("analyse", "analysis"),
    "kind_opinion": ("debatt", "opinion"),
    # Chat
    "greeting_quotes": (
        "Svarene er ordrette sitater fra artiklene; ingen språkmodell er i bruk.",
        "Answers are verbatim quotes from the articles; no language model is used.",
    ),
    "greeting_help": (
        "Spør på norsk, or in English. /help viser kommandoene, Ctrl-D avslutter.",
        "Ask in English, eller på norsk. /help lists the commands, Ctrl-D leaves.",
    ),
    "samples_are_read": (
        "Arkivet er tomt: legger inn eksempelartikler …",
        "The archive is empty: taking in sample articles …",
    ),
    "samples_in_use": (
        "Dette er eksempelartiklene. Legg inn dine egne: kildebot ingest MAPPE",
        "These are the sample articles. Take in your own: kildebot ingest FOLDER",
    ),
    "reply_hello": (
        "Hei! Spør om noe som kan stå i artiklene, så svarer jeg med kilder. /articles viser dem.",
        "Hello! Ask about something the articles may tell, and I answer with sources. /articles lists them.",
    ),
    "reply_thanks": ("Bare hyggelig! Spør gjerne om mer.", "You are welcome! Feel free to ask more."),
    "reply_no_thanks": ("Den er grei. Spør gjerne om noe annet.", "All right. Feel free to ask something else."),
    "reply_yes_please": ("Bare spør i vei!", "Go ahead and ask!"),
    "reply_goodbye": ("Ha det bra! Ctrl-D eller /quit avslutter.", "Goodbye! Ctrl-D or /quit leaves."),
    "reply_abilities": (
        "Jeg finner svar i artiklene og viser kilden til hvert av dem: hvem, hva, når, hvor, hvor mange. /articles viser artiklene, /help kommandoene.",
        "I find answers in the articles and give the source of each: who, what, when, where, how many. /articles lists them, /help the commands.",
    ),
    "searching": ("Leter …", "Searching …"),
    "cancelled": ("Avbrutt.", "Cancelled."),
    "how_to_leave": ("Ctrl-D avslutter.", "Ctrl-D leaves."),
    "new_conversation": ("Ny samtale.", "New conversation."),
    "no_sources": (
        "Ingen kilder å vise ennå: still et spørsmål først.",
        "No sources to show yet: ask a question first.",
    ),
    "no_sources_in_answer": ("Det siste svaret har ingen kilder.", "The last answer has no sources."),
    "source_is_gone": (
        "«{title}» er ikke lenger i arkivet.",
        "“{title}” is no longer in the archive.",
    ),
    "source_has_changed": (
        "«{title}» er endret siden svaret, og sitatet står ikke der det stod; still spørsmålet en gang til.",
        "“{title}” has changed since the answer, and the quote is not where it was; ask once more.",
    ),
    "which_source": ("Hvilken kilde? Skriv {choices}.", "Which source? Type {choices}."),
    "no_such_source": (
        "Det er ingen kilde {number} i det siste svaret. Skriv {choices}.",
        "There is no source {number} in the last answer. Type {choices}.",
    ),
    "no_such_command": ("Det er ingen kommando {command}.", "There is no command {command}."),
    "did_you_mean": ("Mente du {command}?", "Did you mean {command}?"),
    "see_help": ("/help viser kommandoene.", "/help lists the commands."),
    "more_articles": (
        "… og {number} til; kildebot articles viser alle.",
        "… and {number} more; kildebot articles lists all.",
    ),
    "failed": ("Det gikk ikke: {reason}", "That did not work: {reason}"),
    "help_ask": ("et spørsmål", "a question"),
    "help_ask_does": (
        "svaret, med kilder; du kan spørre videre",
        "the answer, with its sources; follow-ups are understood",
    ),
    "help_sources": ("kildene til det siste svaret", "the sources of the last answer"),
    "help_source": ("sitatet der det står i artikkelen", "the quote where it stands in its article"),
    "help_articles": ("artiklene det svares fra", "the articles that answers come from"),
    "help_new": ("begynn en ny samtale", "begin a new conversation"),
    "help_help": ("denne oversikten", "this overview"),
    "help_quit": ("avslutt (også Ctrl-D)", "leave (Ctrl-D, too)"),
    # Keeping the archive
    "skipped": ("hoppet over", "skipped"),
    "warning": ("merk", "warning"),
    "took_place": (
        "{article} tok plassen til en artikkel med samme id fra et annet sted",
        "{article} took the place of an article with the same id from elsewhere",
    ),
    "prune_kept_any": (
        "--prune beholdt artiklene som kan være borte, på grunn av det som ikke kunne tas inn: {sources}",
        "--prune kept the articles that may be gone, because of what could not be taken in: {sources}",
    ),
    "prune_kept_its": (
        "--prune beholdt det som kan stå i det som ikke kunne tas inn: {sources}",
        "--prune kept what it may hold, because of what could not be taken in: {sources}",
    ),
    "and_more": ("{sources} og {number} til", "{sources} and {number} more"),
    "one_sample_left": (
        "Eksempelartikkelen er fjernet, nå som det er artikler av dine egne.",
        "The sample article has left, now that there are articles of yours.",
    ),
    "many_samples_left": (
        "De {number} eksempelartiklene er fjernet, nå som det er artikler av dine egne.",
        "The {number} sample articles have left, now that there are articles of yours.",
    ),
    "ingested": (
        "{counts}. Arkivet har {articles}. ({seconds} s)",
        "{counts}. The archive holds {articles}. ({seconds} s)",
    ),
    "ingested_nothing": ("Ingenting lagt til", "Nothing added"),
    "ingested_added": ("{number} lagt til", "{number} added"),
    "ingested_changed": ("{number} endret", "{number} changed"),
    "ingested_unchanged": ("{number} uendret", "{number} unchanged"),
    "ingested_removed": ("{number} fjernet", "{number} removed"),
    "ingested_skipped": ("{number} hoppet over", "{number} skipped"),
    "making_vectors": ("lager vektorer", "making vectors"),
    "making_indexes": ("lager indeksene", "making the indexes"),
    "removed": ("fjernet {article}", "removed {article}"),
    "no_articles": (
        "arkivet har ingen artikler (legg inn noen: kildebot ingest MAPPE)",
        "the archive holds no articles (take some in: kildebot ingest PATH)",
    ),
    "samples_for_question": (
        "ingen artikler ennå: legger inn eksempelartikler (dine egne: kildebot ingest MAPPE)",
        "no articles yet: taking in sample articles (your own: kildebot ingest PATH)",
    ),
    "column_title": ("TITTEL", "TITLE"),
    "column_outlet": ("AVIS", "OUTLET"),
    "column_published": ("PUBLISERT", "PUBLISHED"),
    "column_kind": ("TYPE", "KIND"),
    "all_well": ("Alt er i orden.", "All is well."),
    "only_warnings": ("Alt virker; merknader: {warnings}.", "All works; warnings: {warnings}."),
    "not_well": ("Ikke alt er i orden; feil: {errors}.", "Not all is well; errors: {errors}."),
    "help_keys": (
        "Pil opp henter tidligere spørsmål, Tab fullfører kommandoer, Ctrl-C avbryter.",
        "Up recalls earlier questions, Tab completes commands, Ctrl-C cancels.",
    ),
    "counting_texts": ("teller", "counting"),
    "to_embed": (
        "{texts} tekster, omtrent {tokens} tokens, skal sendes til {model}.",
        "{texts} texts, about {tokens} tokens, are to be sent to {model}.",
    ),
    "costs_about": ("Det koster omtrent {dollars} dollar.", "That costs about ${dollars}."),
    "costs_next_to_nothing": ("Det koster under én cent.", "That costs less than a cent."),
    "go_on": ("Fortsette? [j/N]", "Go on? [y/N]"),
    # Evaluation
    "eval_sample_questions": ("eksempelspørsmålene", "the sample questions"),
    "eval_asking": ("spør", "asking"),
    "eval_skipped": ("hoppet over linje {number}: {reason}", "skipped line {number}: {reason}"),
    "eval_no_such_article": (
        "linje {number}: arkivet har ingen artikkel {named}; spørsmålet telles ikke med",
        "line {number}: the archive has no article {named}; the question is not counted",
    ),
    "eval_not_in_article": (
        "linje {number}: «{expected}» står ikke i {named}; spørsmålet telles ikke med",
        "line {number}: “{expected}” does not stand in {named}; the question is not counted",
    ),
    "eval_in_no_article": (
        "linje {number}: «{expected}» står ikke i noen artikkel; spørsmålet telles ikke med",
        "line {number}: “{expected}” stands in no article; the question is not counted",
    ),
    "eval_and_more": ("… og {number} til", "… and {number} more"),
    "eval_failed_line": ("linje {number}: {reason}", "line {number}: {reason}"),
    "eval_asked": ("{name}: {number} spørsmål om {articles}", "{name}: {number} asked, about {articles}"),
    "eval_asked_partly": (
        "{name}: de {number} første av {planned} spørsmål om {articles}; så ble det avbrutt",
        "{name}: the first {number} of {planned} asked, about {articles}; then it was interrupted",
    ),
    "eval_not_counted": (
        "ikke med: {skipped} linjer uten spørsmål, {unfit} spørsmål som arkivet ikke har svaret på",
        "not counted: lines without a question: {skipped}; questions whose answer is not in the archive: {unfit}",
    ),
    "eval_quoted": ("sitater, ingen språkmodell", "quotes, no language model"),
    "eval_revision": ("revisjon {number}", "revision {number}"),
    "eval_search": ("SØK", "SEARCH"),
    "eval_answers": ("SVAR", "ANSWERS"),
    "eval_evidence": ("BELEGG", "EVIDENCE"),
    "eval_costs": ("TID OG PENGER", "TIME AND MONEY"),
    "eval_sorts": ("ETTER TYPE", "BY SORT"),
    "eval_hit_1": ("første treff har svaret", "the first passage holds it"),
    "eval_hit_3": ("et av de tre første", "one of the first three"),
    "eval_hit_10": ("et av de ti første", "one of the first ten"),
    "eval_mrr": ("MRR (snitt av 1/plassering)", "MRR (mean of 1/place)"),
    "eval_well": ("riktig i alt", "right in all"),
    "eval_right_first": ("første sitat er riktig", "the first citation is right"),
    "eval_right_article": ("… fra riktig artikkel", "… from the right article"),
    "eval_right_any": ("et av sitatene er riktig", "one of the citations is"),
    "eval_answered": ("besvart, som det skulle", "answered, as it should be"),
    "eval_refused": ("avvist, som det skulle", "refused, as it should be"),
    "eval_wrongly_refused": ("avvist, enda svaret finnes", "refused, though answerable"),
    "eval_wrongly_answered": ("besvart uten at svaret finnes", "answered, though it has none"),
    "eval_quotes_exact": ("sitatene er ordrette", "quotes word for word"),
    "eval_claims_proven": ("påstandene er bekreftet", "claims proven"),
    "eval_partial": ("svaret ble kuttet", "the answer was cut off"),
    "eval_fallback": ("modellen sviktet", "the model failed"),
    "eval_failed": ("feilet", "failed"),
    "eval_of": ("{total} av {n}", "{total} of {n}"),
    "eval_search_seconds": ("søk", "search"),
    "eval_ask_seconds": ("svar", "answer"),
    "eval_half": ("halvparten innen {time}", "half within {time}"),
    "eval_nineteen": ("95 % innen {time}", "95% within {time}"),
    "eval_tokens": ("tokens sendt + mottatt", "tokens sent + received"),
    "eval_dollars": ("kostet", "cost"),
    "eval_price_unknown": ("ukjent pris", "price unknown"),
    "eval_missed": ("IKKE RIKTIG ({number})", "NOT RIGHT ({number})"),
    "eval_all_right": ("Alt ble riktig.", "All went right."),
    "eval_more_missed": (
        "… og {number} til; --html SIDE.html viser alle, med det som ble funnet",
        "… and {number} more; --html PAGE.html shows all, with what was found",
    ),
    "eval_more_changed": (
        "… og {number} til; --html SIDE.html viser alle, med begge svar",
        "… and {number} more; --html PAGE.html shows all, with both answers",
    ),
    "eval_miss_failed": ("feilet: {reason}", "failed: {reason}"),
    "eval_miss_answered": ("besvart uten at svaret finnes", "answered, though it has no answer"),
    "eval_miss_unfound": ("søket fant det ikke", "search did not find it"),
    "eval_miss_refused": ("avvist, enda treff {rank} har svaret", "refused, though passage {rank} holds it"),
    "eval_miss_later": ("sitat {number} er riktig, ikke det første", "citation {number} is right, not the first"),
    "eval_miss_other": (
        "siterte noe annet enn treff {rank}, som har svaret",
        "cited something else than passage {rank}, which holds it",
    ),
    "eval_not_exact": (
        "Et sitat står ikke ordrett i artikkelen. Det skal ikke kunne skje: meld det som en feil.",
        "A quote does not stand word for word in its article. That must not happen: report it as a bug.",
    ),
    "eval_before": ("A", "A"),
    "eval_after": ("B", "B"),
    "eval_difference": ("B − A", "B − A"),
    "eval_better": ("bedre", "better"),
    "eval_worse": ("dårligere", "worse"),
    "eval_chance": ("kan være tilfeldig", "may be chance"),
    "eval_same": ("likt", "same"),
    "eval_compared": (
        "{number} spørsmål som begge har; {before} bare i A, {after} bare i B",
        "questions that both have: {number}; only in A: {before}; only in B: {after}",
    ),
    "eval_chance_note": (
        "Bedre og dårligere: mer enn tilfeldig, målt på de samme spørsmålene (McNemar, bootstrap; p < 0,05). Av tjue sammenligninger er en gjerne slik ved et slumpetreff.",
        "Better and worse: more than chance, over the same questions (McNemar, bootstrap; p < 0.05). Of twenty comparisons, one tends to be so by chance.",
    ),
    "eval_lost": ("FRA RIKTIG TIL GALT ({number})", "FROM RIGHT TO WRONG ({number})"),
    "eval_won": ("FRA GALT TIL RIKTIG ({number})", "FROM WRONG TO RIGHT ({number})"),
    "eval_title": ("Hvor godt svarer kildebot?", "How well does kildebot answer?"),
    "eval_title_compared": ("To kjøringer sammenlignet", "Two runs compared"),
    "eval_confidence": ("Hvor sikkert svaret var", "How confident the answers were"),
    "eval_confidence_right": ("riktig", "right"),
    "eval_confidence_wrong": ("ikke riktig", "not right"),
    "eval_confidence_unanswerable": ("svaret finnes ikke", "there is no answer"),
    "eval_confidence_note": (
        "Antall spørsmål etter hvor sannsynlig svaret ble holdt for å være. Jo lenger til høyre det riktige står, og jo lenger til venstre det andre, desto bedre skilles de.",
        "Questions by how probable their answer was held to be. The further right what is right stands, and the further left the rest, the better they are told apart.",
    ),
    "eval_latency": ("Hvor lang tid det tok", "How long it took"),
    "eval_latency_note": (
        "Antall spørsmål etter tid. Streken er medianen. Søket er målt rett etter svaret, med det som da er i minnet.",
        "Questions by time. The line is the median. Search is timed right after the answer, with what is then in memory.",
    ),
    "eval_chart": ("{name}: {numbers}", "{name}: {numbers}"),
    "eval_expected": ("Ventet", "Expected"),
    "eval_no_answer_expected": ("ingen artikkel svarer på det", "no article answers it"),
    "eval_any_passage_of": ("noe fra {named}", "something from {named}"),
    "eval_in": ("i {named}", "in {named}"),
    "eval_earlier": ("Før det", "Before that"),
    "eval_answer": ("Svar", "Answer"),
    "eval_cited": ("Sitert", "Cited"),
    "eval_found": ("Funnet", "Found"),
    "eval_nothing_found": ("ingenting", "nothing"),
    "eval_holds_it": ("har svaret", "holds the answer"),
    "eval_unproven": ("ikke bekreftet", "not proven"),
    "eval_confidence_is": ("sikkerhet {value}", "confidence {value}"),
    "eval_made": ("Laget av kildebot {version}, {began} UTC", "Made by kildebot {version}, {began} UTC"),
    "eval_wilson_note": (
        "Intervallene er på 95 % (Wilson; for MRR bootstrap): så mye kan tallene svinge med andre spørsmål av samme slag.",
        "Intervals are at 95% (Wilson; for MRR bootstrap): so far may the numbers swing with other questions of the same kind.",
    ),
}


_EVERY = _COLUMNS | checking.COLUMNS | taking_in.COLUMNS | telegram.COLUMNS

TEXTS: dict[str, dict[Language, str]] = {
    key: dict(zip((Language.NORWEGIAN, Language.ENGLISH), column, strict=True)) for key, column in _EVERY.items()
}
