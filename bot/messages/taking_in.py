"""What is said of what an admin sends."""

COLUMNS = {
    # Taking in what an admin sends (bot/telegram/intake.py; the page_* ones: bot/fetching.py, Obstacle)
    "taken_added": ("Lagt inn: {title}", "Taken in: {title}"),
    "taken_changed": ("Erstattet: {title}", "Replaced: {title}"),
    "taken_unchanged": ("Uendret: {title}", "Unchanged: {title}"),
    "and_others": ("… og {number} til", "… and {number} more"),
    "archive_in_use": (
        "Det ble ikke gjort noe, for noen andre skriver til arkivet ({reason}). Prøv igjen om litt.",
        "Nothing was done, for somebody else is writing to the archive ({reason}). Try again in a moment.",
    ),
    "page_address": (
        "Det er ikke adressen til en nettside. Den begynner med http:// eller https://, uten passord.",
        "That is not the address of a web page. It begins with http:// or https://, without a password.",
    ),
    "page_port": (
        "Bare sider på de vanlige portene (80 og 443) hentes.",
        "Only pages at the usual ports (80 and 443) are fetched.",
    ),
    "page_unknown": ("Nettstedet finnes ikke. Er adressen riktig?", "There is no such site. Is the address right?"),
    "page_internal": (
        "Bare sider som ligger åpent på nettet, hentes; denne adressen fører et annet sted.",
        "Only pages on the public internet are fetched; this address leads elsewhere.",
    ),
    "page_unreachable": ("Nettstedet kan ikke nås akkurat nå.", "The site cannot be reached right now."),
    "page_untrusted": (
        "Nettstedet kan ikke vise at det er det det gir seg ut for (sertifikatet er ugyldig).",
        "The site cannot show that it is what it claims to be (its certificate is invalid).",
    ),
    "page_late": ("Siden kom ikke i tide.", "The page did not come in time."),
    "page_status": (
        "Nettstedet gir ikke siden fra seg (HTTP {detail}).",
        "The site does not give the page away (HTTP {detail}).",
    ),
    "page_redirects": ("Adressen viser videre i det uendelige.", "The address redirects without end."),
    "page_kind": (
        "Det er ingen artikkel som kan leses, men {detail}. Tekst, Markdown og HTML kan leses.",
        "That is no article that can be read but {detail}. Text, Markdown and HTML can be read.",
    ),
    "page_large": ("Siden er for stor.", "The page is too large."),
    "page_garbled": ("Det nettstedet sendte, kan ikke leses.", "What the site sent cannot be read."),
    "save_the_page": (
        "Kan du se siden selv? Lagre den, og send den hit som dokument.",
        "Can you see the page yourself? Save it, and send it here as a document.",
    ),
}
