"""Every text that a reader of answers sees, and what keeping the archive brings up, in Norwegian bokmål and in English.

One table; a test compares the two columns. `--help`, errors and what `doctor` finds are English and stand where they are made.
"""

import re
from enum import StrEnum

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
    "also_in": ("også i {articles}", "also in {articles}"),
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
        "Hei! Spør om noe som kan stå i artiklene, så svarer jeg med sitater og kilder. /articles viser dem.",
        "Hello! Ask about something the articles may tell, and I answer with quotes and sources. /articles lists them.",
    ),
    "reply_thanks": ("Bare hyggelig! Spør gjerne om mer.", "You are welcome! Feel free to ask more."),
    "reply_no_thanks": ("Den er grei. Spør gjerne om noe annet.", "All right. Feel free to ask something else."),
    "reply_yes_please": ("Bare spør i vei!", "Go ahead and ask!"),
    "reply_goodbye": ("Ha det bra! Ctrl-D eller /quit avslutter.", "Goodbye! Ctrl-D or /quit leaves."),
    "reply_abilities": (
        "Jeg finner svar i artiklene og siterer dem med kilde: hvem, hva, når, hvor, hvor mange. /articles viser artiklene, /help kommandoene.",
        "I find answers in the articles and quote them with their source: who, what, when, where, how many. /articles lists them, /help the commands.",
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
        "{added} lagt til, {changed} endret, {unchanged} uendret, {removed} fjernet, {skipped} hoppet over. Arkivet har {articles}. ({seconds} s)",
        "{added} added, {changed} changed, {unchanged} unchanged, {removed} removed, {skipped} skipped. The archive holds {articles}. ({seconds} s)",
    ),
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
}

TEXTS: dict[str, dict[Language, str]] = {
    key: dict(zip((Language.NORWEGIAN, Language.ENGLISH), column, strict=True)) for key, column in _COLUMNS.items()
}
