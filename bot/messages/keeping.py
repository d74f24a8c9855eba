"""What is said of what is done to the archive."""

COLUMNS = {
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
}
