"""What `kildebot telegram --check` says."""

COLUMNS = {
    "check_token_missing": ("ikke satt", "not set"),
    "check_token_missing_hint": (
        "lag en bot hos @BotFather (/newbot), og sett TELEGRAM_BOT_TOKEN",
        "make a bot with @BotFather (/newbot), and set TELEGRAM_BOT_TOKEN",
    ),
    "check_token_refused": ("{server} kjenner det ikke", "{server} does not know it"),
    "check_token_refused_hint": (
        "kopier det på nytt fra @BotFather, eller lag et nytt der med /token; er TELEGRAM_BOT_TOKEN og KILDEBOT_TELEGRAM_API for samme tjener?",
        "copy it anew from @BotFather, or make a new one there with /token; are TELEGRAM_BOT_TOKEN and KILDEBOT_TELEGRAM_API for the same server?",
    ),
    "check_token_ok": ("godtatt", "accepted"),
    "check_server_ok": ("{server} svarer", "{server} answers"),
    "check_server_open": (
        "{server} nås ukryptert: token og meldinger kan leses på veien",
        "{server} is reached unencrypted: token and messages can be read on the way",
    ),
    "check_server_open_hint": ("skriv KILDEBOT_TELEGRAM_API med https", "write KILDEBOT_TELEGRAM_API with https"),
    "check_server_unreachable": ("{server} svarer ikke", "{server} does not answer"),
    "check_server_unreachable_hint": (
        "er nettet oppe, og slipper brannmuren https ut? ellers sjekk KILDEBOT_TELEGRAM_API",
        "is the network up, and does the firewall let https out? else check KILDEBOT_TELEGRAM_API",
    ),
    "check_server_busy": ("{server} ber om å få vente", "{server} asks for some time"),
    "check_server_busy_hint": ("prøv igjen om et minutt", "try again in a minute"),
    "check_server_strange": ("{server} svarte med {error}", "{server} answered with {error}"),
    "check_server_strange_hint": (
        "er KILDEBOT_TELEGRAM_API en tjener for Telegrams Bot API?",
        "is KILDEBOT_TELEGRAM_API a server of Telegram's Bot API?",
    ),
    "check_bot": ("{name}, @{username}, id {id}", "{name}, @{username}, id {id}"),
    "check_polling": ("hentes (ingen webhook er satt)", "are fetched (no webhook is set)"),
    "check_webhook_in_the_way": (
        "sendes til {host} og kan ikke hentes så lenge det er slik",
        "are sent to {host} and cannot be fetched meanwhile",
    ),
    "check_webhook_in_the_way_hint": (
        "webhooken fjernes når boten starter; bruker noe annet denne boten?",
        "the webhook is removed when the bot starts; is something else using this bot?",
    ),
    "check_webhook_not_set": (
        "skal sendes til {host}, men webhooken er ikke satt",
        "are to be sent to {host}, but the webhook is not set",
    ),
    "check_webhook_not_set_hint": ("den settes når boten starter", "it is set when the bot starts"),
    "check_webhook_elsewhere": (
        "sendes til {host}, til en annen adresse enn den i KILDEBOT_WEBHOOK_URL ({wanted})",
        "are sent to {host}, to another address than that in KILDEBOT_WEBHOOK_URL ({wanted})",
    ),
    "check_webhook_elsewhere_hint": (
        "den settes på nytt når boten starter; bruker noe annet denne boten?",
        "it is set anew when the bot starts; is something else using this bot?",
    ),
    "check_webhook_ok": ("sendes til {host}", "are sent to {host}"),
    "check_webhook_failing": (
        "Telegram kom ikke fram klokka {at} UTC: {error}",
        "Telegram did not get through at {at} UTC: {error}",
    ),
    "check_webhook_failing_hint": (
        "går boten? se etter i loggen til mellomtjeneren, og at sertifikatet er gyldig",
        "is the bot running? look at the proxy's log, and whether the certificate is valid",
    ),
    "check_waiting": ("{number} hos Telegram", "{number} at Telegram"),
    "check_many_waiting": ("{number} hos Telegram", "{number} at Telegram"),
    "check_many_waiting_hint": (
        "de besvares når boten går; Telegram tar vare på dem i et døgn",
        "they are answered once the bot runs; Telegram keeps them for a day",
    ),
    "check_poller_unknown": (
        "ikke undersøkt, for det ville avbryte en bot som går",
        "not looked for, since that would interrupt a bot that is running",
    ),
    "check_poller_found": (
        "noen andre henter oppdateringene til denne boten",
        "somebody else fetches this bot's updates",
    ),
    "check_poller_found_hint": (
        "stopp den andre, eller gi den et token for seg selv",
        "stop the other one, or give it a token of its own",
    ),
    "check_poller_none": ("ingen andre henter oppdateringer", "nobody else fetches updates"),
    "check_commands_missing": ("ikke alle er registrert: {commands}", "not all are registered: {commands}"),
    "check_commands_missing_hint": ("de registreres når boten starter", "they are registered when the bot starts"),
    "check_commands_ok": ("registrert på norsk og engelsk", "registered in Norwegian and English"),
    "check_drafts": ("svar vises mens de skrives", "answers are shown while they are written"),
    "check_no_drafts": (
        "{server} kan ikke vise svar mens de skrives",
        "{server} cannot show answers while they are written",
    ),
    "check_no_drafts_hint": ("oppdater den til Bot API 9.5 eller nyere", "update it to Bot API 9.5 or later"),
    "check_privacy_on": (
        "på: i grupper får boten bare kommandoer, svar til den og meldinger som nevner den; mer trenger den ikke",
        "on: in groups the bot gets only commands, replies to it and messages that mention it; it needs no more",
    ),
    "check_privacy_off": (
        "av: boten får alt som skrives i grupper; det den ikke blir spurt om, verken lagres eller sendes videre",
        "off: the bot gets everything that is written in groups; what it is not asked is neither stored nor sent on",
    ),
    "check_privacy_off_hint": (
        "slå det på hos @BotFather: /setprivacy, @{username}, Enable; ta så boten ut av gruppene og inn igjen",
        "turn it on with @BotFather: /setprivacy, @{username}, Enable; then take the bot out of its groups and in again",
    ),
    "check_joins": ("kan legges til i grupper", "can be added to groups"),
    "check_joins_none": ("kan ikke legges til i grupper", "cannot be added to groups"),
    "check_joins_not": (
        "kan ikke legges til i grupper, men KILDEBOT_GROUPS nevner noen",
        "cannot be added to groups, but KILDEBOT_GROUPS names some",
    ),
    "check_joins_not_hint": (
        "tillat det hos @BotFather: /setjoingroups, @{username}, Enable",
        "allow it with @BotFather: /setjoingroups, @{username}, Enable",
    ),
    "check_inline": (
        "på: @{username} og et spørsmål, i hvilken som helst chat",
        "on: @{username} and a question, in any chat",
    ),
    "check_no_inline": (
        "av: @{username} svarer ikke i andres chatter",
        "off: @{username} does not answer in others' chats",
    ),
    "check_no_inline_hint": (
        "slå det på hos @BotFather om det er ønsket: /setinline, @{username}",
        "turn it on with @BotFather if you want it: /setinline, @{username}",
    ),
    "check_no_admins": (
        "ingen: artikler kan ikke legges inn fra Telegram",
        "none: no articles can be taken in from Telegram",
    ),
    "check_no_admins_hint": (
        "sett KILDEBOT_ADMINS til din id, et tall som for eksempel @userinfobot forteller",
        "set KILDEBOT_ADMINS to your id, a number that @userinfobot for one tells",
    ),
    "check_admins": ("{number}, alle kan nås", "{number}, all of them can be reached"),
    "check_admins_unknown": ("kan ikke nås: {ids}", "cannot be reached: {ids}"),
    "check_admins_unknown_hint": (
        "de må skrive /start til boten først; er det id-er for personer, ikke grupper?",
        "they have to write /start to the bot first; are these ids of people, not of groups?",
    ),
    "check_group": ("{title} ({id}): boten kan svare", "{title} ({id}): the bot can answer"),
    "check_group_topics": (
        "{title} ({id}), med emner: boten kan svare",
        "{title} ({id}), with topics: the bot can answer",
    ),
    "check_group_none": ("{id} er ingen gruppe", "{id} is no group"),
    "check_group_none_hint": (
        "KILDEBOT_GROUPS tar id-er for grupper; de er negative tall",
        "KILDEBOT_GROUPS takes ids of groups; they are negative numbers",
    ),
    "check_group_absent": ("{id}: boten er ikke der", "{id}: the bot is not there"),
    "check_group_absent_hint": (
        "legg @{username} til i gruppen, eller rett id-en",
        "add @{username} to the group, or correct the id",
    ),
    "check_group_moved": ("{id} har fått id {new}", "{id} now has the id {new}"),
    "check_group_moved_hint": ("rett KILDEBOT_GROUPS", "correct KILDEBOT_GROUPS"),
    "check_group_mute": ("{title} ({id}): boten får ikke skrive", "{title} ({id}): the bot may not write"),
    "check_group_mute_hint": (
        "la medlemmer sende meldinger, eller gjør boten til administrator",
        "let members send messages, or make the bot an administrator",
    ),
    "check_open": (
        "åpen: alle på Telegram kan spørre, for KILDEBOT_ALLOWED er tom",
        "open: everybody on Telegram can ask, for KILDEBOT_ALLOWED is empty",
    ),
    "check_allowed": ("{number} kan spørre, ingen andre", "{number} can ask, nobody else"),
    "check_any_group": ("i alle som den legges til i", "in all that it is added to"),
    "check_leaves_all_groups": ("ingen: boten går ut av dem", "none: the bot leaves them"),
    "check_silent_in_all_groups": ("ingen: den tier i dem", "none: it is silent in them"),
    "check_leaves_other_groups": ("{number}; andre går den ut av", "{number}; it leaves others"),
    "check_silent_in_other_groups": ("{number}; i andre tier den", "{number}; it is silent in others"),
    "check_address": ("https til {host}", "https to {host}"),
    "check_address_port": ("Telegram sender ikke til port {port}", "Telegram does not send to port {port}"),
    "check_address_port_hint": ("bruk 443, 80, 88 eller 8443", "use 443, 80, 88 or 8443"),
    "check_address_bare": ("KILDEBOT_WEBHOOK_URL har ingen sti", "KILDEBOT_WEBHOOK_URL has no path"),
    "check_address_bare_hint": (
        "gi den en egen, som /telegram, så helse og målinger ikke havner bak samme adresse",
        "give it one of its own, like /telegram, so that health and metrics are not behind the same address",
    ),
    "check_secret": ("{number} tegn", "{number} characters"),
    "check_secret_weak": ("KILDEBOT_WEBHOOK_SECRET er lett å gjette", "KILDEBOT_WEBHOOK_SECRET is easily guessed"),
    "check_secret_weak_hint": (
        'lag en ny: python -c "import secrets; print(secrets.token_urlsafe(32))"',
        'make a new one: python -c "import secrets; print(secrets.token_urlsafe(32))"',
    ),
    "check_store": ("{path} er uskadd", "{path} is sound"),
    "check_home": ("{home}", "{home}"),
    "check_home_unwritable": ("det kan ikke skrives i {home}", "{home} cannot be written to"),
    "check_home_unwritable_hint": (
        "velg en annen mappe med KILDEBOT_HOME, eller gi den til brukeren som boten går som",
        "choose another folder with KILDEBOT_HOME, or give it to the user that the bot runs as",
    ),
    "check_retention": ("samtaler slettes etter {days} dager", "conversations are erased after {days} days"),
    "check_keeps_nothing": (
        "samtaler tas ikke vare på, så oppfølgende spørsmål og knapper virker ikke",
        "conversations are not kept, so follow-up questions and buttons do not work",
    ),
}
