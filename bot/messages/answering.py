"""What is said of an answer, and of the articles that it stands on."""

COLUMNS = {
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
}
