"""What is said on Telegram."""

COLUMNS = {
    # Greetings and help
    "telegram_greeting": (
        "Hei! Jeg finner svar i {articles}, og lenker hver påstand til setningen den bygger på.",
        "Hello! I find answers in {articles}, and link every claim to the sentence it rests on.",
    ),
    "telegram_how": (
        "Skriv et spørsmål, på norsk eller engelsk. Du kan spørre videre, svare på et eldre svar for å fortsette derfra, og rette et spørsmål ved å redigere det.",
        "Write a question, in Norwegian or English. You can follow up, reply to an older answer to go on from there, and correct a question by editing it.",
    ),
    "telegram_how_in_groups": (
        "I grupper svarer jeg den som nevner @{bot} eller svarer på en melding fra meg. Andre meldinger lagrer jeg ikke.",
        "In groups I answer those who mention @{bot} or reply to a message of mine. Other messages I do not keep.",
    ),
    "telegram_hello_group": (
        "Hei! Nevn @{bot} i et spørsmål, eller svar på en melding fra meg, så svarer jeg med kilder. Andre meldinger lagrer jeg ikke.",
        "Hello! Mention @{bot} in a question, or reply to a message of mine, and I answer with sources. Other messages I do not keep.",
    ),
    "telegram_groups_number": (
        "/help viser hva jeg kan. Nummeret til denne gruppen er {number}.",
        "/help shows what I can do. The number of this group is {number}.",
    ),
    "telegram_your_number": (
        "/help viser hva jeg kan. Nummeret ditt på Telegram er {number}.",
        "/help shows what I can do. Your number on Telegram is {number}.",
    ),
    "telegram_new_conversation": ("Ny samtale. Hva lurer du på?", "New conversation. What would you like to know?"),
    "one_answer": ("{number} svar", "{number} answer"),
    "many_answers": ("{number} svar", "{number} answers"),
    "telegram_no_such_command": (
        "Den kommandoen har jeg ikke. /help viser dem.",
        "I have no such command. /help lists them.",
    ),
    "only_text": (
        "Jeg svarer på spørsmål som er skrevet som tekst. /help viser hva jeg kan.",
        "I answer questions that are written as text. /help shows what I can do.",
    ),
    "ask_me": (
        "Hva lurer du på? Skriv spørsmålet i samme melding som navnet mitt.",
        "What would you like to know? Write the question in the message that mentions me.",
    ),
    "not_passed_on": (
        "Videresendte kommandoer og dokumenter gjør jeg ingenting med. Skriv eller send dem selv.",
        "I do nothing with forwarded commands and documents. Write or send them yourself.",
    ),
    "inline_how": ("Skriv et spørsmål til artiklene", "Write a question to the articles"),
    "inline_nothing": ("Artiklene sier ingenting om dette", "The articles say nothing about this"),
    "inline_not_admitted": ("Denne boten er bare for noen", "This bot is for some only"),
    "telegram_reply_hello": (
        "Hei! Spør om noe som kan stå i artiklene, så svarer jeg med kilder. /articles viser dem.",
        "Hello! Ask about something the articles may tell, and I answer with sources. /articles lists them.",
    ),
    "telegram_reply_thanks": ("Bare hyggelig! Spør gjerne om mer.", "You are welcome! Feel free to ask more."),
    "telegram_reply_no_thanks": (
        "Den er grei. Spør gjerne om noe annet.",
        "All right. Feel free to ask something else.",
    ),
    "telegram_reply_yes_please": ("Bare spør i vei!", "Go ahead and ask!"),
    "telegram_reply_goodbye": ("Ha det bra!", "Goodbye!"),
    "telegram_reply_abilities": (
        "Jeg finner svar i artiklene og viser kilden til hvert av dem: hvem, hva, når, hvor, hvor mange. /articles viser artiklene, /help kommandoene.",
        "I find answers in the articles and give the source of each: who, what, when, where, how many. /articles lists them, /help the commands.",
    ),
    "command_start": ("begynn", "begin"),
    "command_help": ("hva jeg kan", "what I can do"),
    "command_new": ("begynn en ny samtale", "begin a new conversation"),
    "command_sources": ("kildene til det siste svaret", "the sources of the last answer"),
    "command_articles": ("artiklene det svares fra", "the articles that answers come from"),
    "command_language": ("velg språk", "choose a language"),
    "command_privacy": ("hva som lagres om deg", "what is kept about you"),
    "command_forget": ("slett alt som er lagret om deg", "erase all that is kept about you"),
    "command_export": ("få alt som er lagret om deg", "get all that is kept about you"),
    "command_stats": ("tall (for administratorer)", "figures (for admins)"),
    "command_ingest": ("legg inn en artikkel (for administratorer)", "take an article in (for admins)"),
    "command_remove": ("fjern en artikkel (for administratorer)", "remove an article (for admins)"),
    # Answers and their buttons
    "button_source": ("Kilde {number}", "Source {number}"),
    "button_more": ("Mer", "More"),
    "button_expired": (
        "Knappen virker bare for den som spurte, så lenge svaret er lagret, og høyst en uke. Still gjerne spørsmålet på nytt.",
        "The button works only for whoever asked, while the answer is kept, and for a week at most. Feel free to ask anew.",
    ),
    "no_more": ("Jeg fant ikke mer om det i artiklene.", "I found no more about it in the articles."),
    "feedback_thanks": ("Takk for at du sier fra!", "Thank you for telling!"),
    "feedback_withdrawn": ("Trukket tilbake.", "Taken back."),
    "place_is_gone": ("Artikkelen er ikke lenger i arkivet.", "The article is no longer in the archive."),
    "place_has_changed": (
        "Artikkelen er endret, og sitatet står ikke der det stod; still spørsmålet en gang til.",
        "The article has changed, and the quote is not where it was; ask once more.",
    ),
    "link_leads_nowhere": (
        "Lenken fører ikke lenger til noe sted. Still spørsmålet en gang til, så får du en ny.",
        "The link no longer leads anywhere. Ask once more, and you get a new one.",
    ),
    "sent_again": (
        "(Sendt på nytt etter et brudd; svaret kan ha kommet før.)",
        "(Sent again after a break; the answer may have come before.)",
    ),
    "could_not_answer": (
        "Beklager, dette klarte jeg ikke å svare på. Prøv gjerne med andre ord.",
        "Sorry, I could not answer this. Please try other words.",
    ),
    # Language
    "which_language": ("Hvilket språk skal jeg svare på?", "Which language shall I answer in?"),
    "language_auto": ("Samme som spørsmålet", "That of the question"),
    "language_nb": ("Norsk", "Norwegian"),
    "language_en": ("Engelsk", "English"),
    "language_chosen_auto": ("Jeg svarer på språket du spør på.", "I answer in the language you ask in."),
    "language_chosen_nb": ("Jeg svarer på norsk.", "I answer in Norwegian."),
    "language_chosen_en": ("Jeg svarer på engelsk.", "I answer in English."),
    # Who may, and how much
    "not_admitted": (
        "Denne boten er bare for noen. Nummeret ditt er {number}; den som driver boten, kan slippe deg inn.",
        "This bot is for some only. Your number is {number}; whoever runs the bot can let you in.",
    ),
    "only_for_admins": ("Det kan bare administratorer gjøre.", "Only admins can do that."),
    "write_as_yourself": (
        "Det kan bare administratorer av boten gjøre, og her ser jeg ikke hvem du er. Skriv som deg selv.",
        "Only admins of the bot can do that, and here I do not see who you are. Write as yourself.",
    ),
    # Privacy
    "privacy_kept": (
        "Jeg lagrer spørsmålene dine, svarene, tomlene du gir og språket du velger, sammen med nummeret ditt på Telegram, i inntil {days} dager. Da kan du spørre videre og bruke knappene, og den som driver boten, kan se hvilke svar som var gode. Navnet ditt lagres ikke lenger enn det tar å svare.",
        "I keep your questions, the answers, your thumbs and the language you choose, with your number on Telegram, for up to {days} days. So you can follow up and use the buttons, and whoever runs the bot can see which answers were good. Your name is kept no longer than it takes to answer.",
    ),
    "privacy_not_kept": (
        "Jeg lagrer ikke spørsmål, svar eller navn lenger enn det tar å svare, bare språket du velger, hvis du velger et.",
        "I keep questions, answers and names no longer than it takes to answer, only the language that you choose, if you choose one.",
    ),
    "privacy_model": (
        "Spørsmålet, det du har spurt om rett før, og avsnitt fra artiklene sendes til språkmodellen {model}, uten nummer og navn.",
        "The question, what you asked just before, and passages of the articles are sent to the language model {model}, without number or name.",
    ),
    "privacy_embedding": (
        "For å finne avsnittene sendes spørsmålet også til {model}, uten nummer og navn.",
        "To find the passages, the question is also sent to {model}, without number or name.",
    ),
    "privacy_stays_here": (
        "Spørsmålene dine sendes ikke videre til noen språkmodell.",
        "Your questions are not sent on to any language model.",
    ),
    "privacy_groups": (
        "I grupper lagrer jeg bare meldinger til meg, ikke hva andre skriver.",
        "In groups I keep only messages to me, not what others write.",
    ),
    "privacy_rights": (
        "/export gir deg alt som er lagret om deg, /forget sletter det. Hvor mye du spør, telles også, uten nummeret ditt; tallet er borte etter to dager. Telegram har sin egen kopi av samtalen.",
        "/export gives you all that is kept about you, /forget erases it. How much you ask is also counted, without your number; the count is gone after two days. Telegram has a copy of the chat of its own.",
    ),
    "forgotten": (
        "Alt som var lagret om deg, er slettet: {answers} med spørsmålene, tomlene du har gitt, og språket du valgte. Meldingene her i Telegram kan du slette selv.",
        "All that was kept about you is erased: {answers} with the questions, your thumbs, and the language you chose. The messages here in Telegram are yours to delete.",
    ),
    "forgotten_choices": (
        "Alt som var lagret om deg, er slettet. Meldingene her i Telegram kan du slette selv.",
        "All that was kept about you is erased. The messages here in Telegram are yours to delete.",
    ),
    "only_in_private": ("Det gjør jeg bare i en privat samtale.", "I do that in a private chat only."),
    "export_caption": ("Alt som er lagret om deg.", "All that is kept about you."),
    # Keeping the archive
    "ingest_what": (
        "Send et dokument (.txt .md .html .json .jsonl), gjerne med /ingest som tekst, eller /ingest og en lenke.",
        "Send a document (.txt .md .html .json .jsonl), with /ingest as its caption in groups, or /ingest and a link.",
    ),
    "links_are_off": (
        "Lenker hentes ikke her. KILDEBOT_FETCH_LINKS=true slår det på; eller lagre siden og send filen.",
        "Links are not fetched here. KILDEBOT_FETCH_LINKS=true turns it on; or save the page and send the file.",
    ),
    "document_too_large": (
        "Telegram gir boter bare filer på inntil {megabytes} MB. Bruk kildebot ingest på maskinen.",
        "Telegram gives bots files of up to {megabytes} MB only. Use kildebot ingest on the machine.",
    ),
    "document_not_fetched": (
        "Dokumentet kunne ikke hentes fra Telegram. Send det en gang til.",
        "The document could not be fetched from Telegram. Send it once more.",
    ),
    "remove_what": (
        "Skriv /remove og id-en eller ord fra overskriften.",
        "Write /remove and the id, or words of the headline.",
    ),
    "remove_none": ("Ingen artikkel heter det.", "No article is called that."),
    "remove_which": (
        "Dette passer. Skriv /remove og id-en for å fjerne artikkelen, også fra disken:",
        "This fits. Write /remove and the id to remove the article, also from the disk:",
    ),
    "removed_article": ("Fjernet «{title}», også fra disken.", "Removed “{title}”, also from the disk."),
    "stats_answers": (
        "Lagrede svar: {answers}. Personer: {users}. Uten svar i artiklene: {not_found}. 👍 {up} 👎 {down}",
        "Answers kept: {answers}. People: {users}. Not in the articles: {not_found}. 👍 {up} 👎 {down}",
    ),
    "stats_waiting": (
        "Venter: {waiting}. Lagt til side: {quarantined}.",
        "Waiting: {waiting}. Put aside: {quarantined}.",
    ),
    "stats_spent": ("I dag: {tokens} tokens, {dollars} dollar.", "Today: {tokens} tokens, ${dollars}."),
    # Lists and sources
    "sources": ("Kilder", "Sources"),
    "more_sources": ("Andre steder i artiklene", "Elsewhere in the articles"),
    "untitled": ("uten tittel", "untitled"),
    "page_of": ("Side {page} av {pages}", "Page {page} of {pages}"),
    "no_articles_to_show": ("Arkivet har ingen artikler.", "The archive holds no articles."),
    # bot/telegram/limits.py: say(f"telegram_{verdict.outcome}", language, seconds=verdict.seconds, hours=verdict.hours), where verdict.tell
    "telegram_wait": (
        "Det gikk litt fort. Du kan spørre igjen om {seconds} s.",
        "That was a little fast. You can ask again in {seconds} s.",
    ),
    "telegram_group_wait": (
        "Her i samtalen spørres det om mye akkurat nå. Prøv igjen om {seconds} s.",
        "A lot is being asked in this chat just now. Try again in {seconds} s.",
    ),
    "inline_wait": ("Vent litt før du spør igjen", "Wait a moment before you ask again"),
    "telegram_day_over": (
        "Du har stilt så mange spørsmål som du kan på én dag. Du kan spørre igjen om ca. {hours} t.",
        "You have asked as many questions as you can in a day. You can ask again in about {hours} h.",
    ),
}
