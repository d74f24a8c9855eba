"""What is said in a chat in the terminal."""

COLUMNS = {
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
}
