"""The words that newspapers put around an article: kinds, desks, menus, their own names."""

import re

from vectorstore.article import Genre


def words_in(text: str) -> frozenset[str]:
    """The words and phrases between the commas of a list that may run over several lines."""
    return frozenset(" ".join(word.split()) for word in text.split(",") if word.strip())


KINDS = {
    Genre.EDITORIAL: words_in("""
        leder, lederen, leiar, leiaren, lederartikkel, leiarartikkel, på lederplass, editorial, editorials, leading article,
        leader
    """),
    Genre.COMMENTARY: words_in("""
        kommentar, kommentaren, gjestekommentar, sportskommentar, utenrikskommentar, kommentator, kolumne, spaltist,
        commentary, column, columnist
    """),
    Genre.ANALYSIS: words_in("""
        analyse, analysen, nyhetsanalyse, nyheitsanalyse, analysis, news analysis
    """),
    Genre.OPINION: words_in("""
        kronikk, kronikken, kronikker, debatt, debattinnlegg, debattinnlegget, innlegg, innlegget, meninger, meining,
        meiningar, ytring, ytringen, ytringer, leserinnlegg, lesarinnlegg, leserbrev, lesarbrev, leserbrevet, gjesteinnlegg,
        replikk, tilsvar, opinion, opinions, op-ed, oped, guest essay, guest opinion, letter to the editor, letters to the
        editor, viewpoint
    """),
    # Desks that write news; an opinion from there says so in a label of its own.
    Genre.NEWS: words_in("""
        nyhet, nyheten, nyheter, nyhende, nyheit, nyheiter, nyhetsartikkel, siste nytt, siste nyheter, news, news article,
        breaking news, breaking, verden, verda, utenriks, utanriks, innenriks, innanriks, world, world news
    """),
}
SECTIONS = words_in("""
        norge, noreg, norway, lokalt, lokale nyheter, politikk, politics, økonomi, economy, næringsliv, business, børs,
        markets, finance, money, sport, sporten, fotball, football, soccer, ski, kultur, culture, kultur og underholdning,
        arts, underholdning, entertainment, musikk, music, film, bøker, books, litteratur, teknologi, tech, technology,
        vitenskap, science, helse, health, livsstil, lifestyle, mat, food, reise, reiseliv, travel, bolig, motor, bil,
        klima, climate, miljø, environment, samfunn, society, utdanning, education, magasin, magasinet, magazine, helg,
        feature, features, reportasje, krim, crime, forside, forsiden, framside, framsida, hjem, home, homepage, front page,
        europa, europe, asia, afrika, africa, midtøsten, middle east, us, uk, us news, uk news, us politics, uk politics,
        direkte, live, video, podkast, podcast, podcasts, quiz, vær, weather, familie, family, forbruker, arbeidsliv,
        energi, energy, forsvar
    """)
# A line that is one of these, and nothing else, is never the article's.
FURNITURE = words_in("""
        annonse, annonser, annonsørinnhold, kommersielt samarbeid, betalt innhold, advertisement, advertisements, sponsored
        content, paid content, artikkelen fortsetter under annonsen, artikkelen fortsetter etter annonsen, saken fortsetter
        under annonsen, saken fortsetter etter annonsen, artikkelen fortsetter under, artikkelen fortsetter under bildet,
        saken fortsetter under, saken fortsetter under bildet, saken fortsetter under videoen, teksten fortsetter under
        bildet, story continues below advertisement, story continues below, article continues below, article continues after
        ad, advertisement - continue reading below, article continues below advertisement, story continues after
        advertisement, advertisement - scroll to continue, skip advertisement, del artikkelen, del saken, del denne
        artikkelen, del denne saken, del innlegget, del på facebook, del på twitter, del på x, del på linkedin, del på
        e-post, tips en venn, kopier lenke, kopier lenken, skriv ut artikkelen, lytt til artikkelen, lytt til saken, hør
        artikkelen, lagre artikkelen, lagre saken, gi bort artikkelen, share this, share this article, share this story,
        share this page, share article, share story, share full article, share on facebook, share on twitter, share on x,
        share on linkedin, share on whatsapp, share via email, email this article, print this article, save article, save
        this story, copy link, link copied, gift article, give this article, listen to this article, listen to article, hopp
        til innhold, hopp til innholdet, hopp til hovedinnhold, gå til hovedinnhold, gå til innhold, til toppen av siden,
        tilbake til toppen, skip to content, skip to main content, skip to navigation, skip to main navigation, back to top,
        logg inn, logg ut, bli abonnent, kjøp abonnement, allerede abonnent, for abonnenter, kun for abonnenter, denne
        artikkelen er for abonnenter, denne saken er for abonnenter, log in, sign in, log out, sign up, subscribe now,
        become a subscriber, already a subscriber, subscribers only, for subscribers only, create a free account, register
        for free, les mer, les meir, les hele saken, les heile saka, les hele artikkelen, les saken, les videre, vis mer,
        vis meir, vis hele artikkelen, fortsett å lese, read more, read the full story, read full story, read full article,
        read the full article, read entire article, read the whole story, continue reading, keep reading, show more, see
        more, view more, view original, view original article, source link, original article, mest lest, mest lest akkurat
        nå, mest populært, most read, most popular, trending now, godta alle, godta alle informasjonskapsler, avvis alle,
        accept all, accept all cookies, reject all, manage cookies, cookie settings, privacy settings, all rights reserved,
        alle rettigheter reservert, alle rettar reserverte, med enerett
    """)
# These can be a word of the article (a list, a subheading): only at the very top and bottom are they certain not to be.
MENU = words_in("""
        les også, les òg, se også, sjå også, hør også, les mer om, read also, see also, also read, more on this,
        meny, menu, søk, search, del, share, shares, facebook, twitter, linkedin, whatsapp, instagram, youtube, tiktok,
        reddit, telegram, e-post, epost, email, e-mail, mail, print, skriv ut, utskrift, lagre, save, bookmark, abonner,
        abonnement, subscribe, subscription, register, registrer deg, account, min side, min konto, my account, tips oss,
        tips, kontakt, kontakt oss, contact, contact us, om oss, about, about us, kundeservice, kundesenter, help, hjelp,
        e-avis, eavis, eavisen, dagens avis, today's paper, nyhetsbrev, newsletter, newsletters, annonsere, advertise,
        reklame, ad, ads, sponset, sponsored, kommentarer, comments, comment, kommenter, leave a comment, legg igjen en
        kommentar, vis kommentarer, show comments, view comments, relaterte saker, related, related articles, related
        stories, related topics, anbefalt, anbefalt for deg, recommended, recommended for you, up next, topics, emner, tags,
        personvern, privacy, privacy policy, cookies, informasjonskapsler, vilkår, terms, terms of service, terms of use,
        toggle navigation, close, lukk, open menu, alle saker, siste, latest
    """)
ROLES = words_in("""
        journalist, journalister, kommentator, politisk redaktør, politisk kommentator, sjefredaktør, ansvarlig redaktør,
        redaktør, utenriksredaktør, kulturredaktør, debattredaktør, nyhetsredaktør, utenrikskorrespondent, korrespondent,
        reporter, fotograf, frilanser, frilansjournalist, vaktsjef, utgavesjef, staff writer, senior reporter,
        correspondent, political correspondent, political editor, foreign correspondent, diplomatic correspondent, world
        affairs editor, columnist, editor, editor-in-chief, contributor, associated press, photographer, ntb, tekst og foto
    """)
OUTLETS = {
    name.casefold(): name
    for name in words_in("""
        Aftenposten, VG, Verdens Gang, Dagbladet, NRK, TV 2, TV2, Dagsavisen, Klassekampen, Vårt Land, Nettavisen, Dagens
        Næringsliv, DN, E24, Finansavisen, Bergens Tidende, Stavanger Aftenblad, Adresseavisen, Adressa, Fædrelandsvennen,
        Nordlys, iTromsø, Morgenbladet, Khrono, Forskning.no, forskning.no, Filter Nyheter, Faktisk.no, Nationen, Framtida,
        Dag og Tid, Budstikka, Drammens Tidende, Romerikes Blad, Romsdals Budstikke, Sunnmørsposten, Haugesunds Avis,
        Telemarksavisa, Agderposten, Gudbrandsdølen Dagningen, Hamar Arbeiderblad, Østlendingen, Oppland Arbeiderblad,
        Fredriksstad Blad, Sarpsborg Arbeiderblad, Tønsbergs Blad, Østlands-Posten, Sandefjords Blad, Trønder-Avisa, Avisa
        Nordland, Harstad Tidende, Altaposten, Nye Troms, Moss Avis, Moss Dagblad, Rana Blad, Helgelendingen, Hallingdølen,
        Journalisten, Kampanje, Teknisk Ukeblad, Digi.no, FriFagbevegelse, Utrop, Minerva, Rett24, Altinget, NTB, ABC
        Nyheter, Bergensavisen, Nidaros, BBC, BBC News, The Guardian, The New York Times, New York Times, The Washington
        Post, CNN, Reuters, Associated Press, The Associated Press, AFP, Agence France-Presse, Financial Times, The
        Economist, The Times, The Independent, The Telegraph, The Daily Telegraph, Al Jazeera, Sky News, NPR, Politico,
        Bloomberg, The Wall Street Journal, USA Today, Los Angeles Times, Newsweek, The Atlantic, Fox News, NBC News, CBS
        News, ABC News, Deutsche Welle, The Local, Euronews, Axios, Vox, Dagens Nyheter, Svenska Dagbladet, Aftonbladet,
        Politiken, Berlingske, Jyllands-Posten, SVT, DR
    """)
}
AGENCIES = "NTB scanpix|NTB Scanpix|NTB SCANPIX|NTB|Scanpix|AFP|AP|Reuters|REUTERS|TASS|EPA|DPA|TT NYHETSBYRÅN|TT Nyhetsbyrån|TT|Ritzau|Bloomberg|Getty Images|Getty|AAP|ANP|PA|Xinhua|Kyodo|KCNA|Sputnik|GEPA|Shutterstock|NRK|VG|BBC"
NEWSPAPER_SHAPE = re.compile(
    r"^The [A-Z]|(?:posten|avisa|avisen|bladet|\bblad|tidende|tidend|dagblad|aftenblad|budstikk[ea]|nytt|nyhetene|\b[Nn]yheter|\.no|\.com|\.org"
    r"|\b(?:Times|Post|News|Herald|Tribune|Journal|Gazette|Chronicle|Guardian|Telegraph|Observer|Mail|Express|Press|Today|Courier|Dispatch|Review|Star|Sun|Echo|Radio|TV|Media|Avis|Weekly|Magazine|Record|Mirror|Standard))$"
)
# «Mer fra Oslo» is a topic, not a newspaper.
PLACES = words_in("""
        norden, skandinavia, sverige, danmark, finland, island, storbritannia, england, frankrike, tyskland, spania, italia,
        hellas, polen, russland, ukraina, israel, gaza, palestina, iran, irak, syria, kina, japan, india, korea, nord-korea,
        sør-korea, usa, canada, australia, nato, eu, fn, oslo, bergen, trondheim, stavanger, tromsø, kristiansand, drammen,
        bodø, ålesund, moss, nordland, troms, finnmark, trøndelag, vestland, rogaland, agder, telemark, vestfold, buskerud,
        akershus, østfold, innlandet, viken, møre og romsdal, sweden, denmark, britain, france, germany, russia, ukraine,
        china, north korea, south korea, london, washington, new york, brussel, brussels, moskva, moscow, kyiv, stortinget,
        regjeringen
    """)


def genre_of(words: str) -> Genre | None:
    """The kind that a label names (`Leder`, `kronikk`, `op-ed`, our own `news`), or None."""
    word = words.strip(" :|.–-").casefold()
    return next((genre for genre, names in KINDS.items() if word in names or word == genre), None)


def is_section(words: str) -> bool:
    return words.casefold() in SECTIONS or genre_of(words) is not None


def outlet_called(words: str) -> str:
    """The newspaper, agency or station of exactly this name, as it writes itself; empty if we know none."""
    return OUTLETS.get(words.strip().casefold(), "")


def outlet_credited(name: str) -> str:
    """The outlet in «Mer fra <name>»: a known one, one that is named like one, or one word that is neither a desk nor a place."""
    name = name.strip().rstrip(".")
    if known := outlet_called(name):
        return known
    if is_section(name) or name.casefold() in PLACES or not name[:1].isupper():
        return ""
    return name if NEWSPAPER_SHAPE.search(name) or len(name.split()) == 1 else ""
