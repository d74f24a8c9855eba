"""Wire copies, web copies and archive texts: what is the article stays word for word, the rest goes and leaves what it said."""

from pathlib import Path

import pytest

from tests.reading.samples import BODY, article_in, in_linear_time
from vectorstore.article import Article, Genre, Provenance, Published
from vectorstore.errors import ArticleRejected
from vectorstore.reading import read
from vectorstore.reading.characters import folded, tidied
from vectorstore.reading.cleaning import cleaned

ORIGINALS = Path(__file__).parents[3] / "shared" / "seeds"

WEB_COPY = """\
Hopp til hovedinnhold
Meny
Logg inn
Forsiden > Nyheter > Utenriks

Annonse

Streiken i havna er over etter elleve døgn

Av Kari Nordmann og Per Holm
Journalist
kari.nordmann@kystbladet.example

Publisert 12. september 2023 kl. 14:05
Oppdatert 13. september 2023 kl. 09:30

Del på Facebook
Kopier lenke

Havnearbeiderne i Sandvika gikk tilbake på jobb tirsdag morgen. Partene ble enige om et tillegg på 3,5 prosent.

Les også: Slik rammer streiken fiskerne

 Tom Hansen / NTBHavnesjef Liv Aas møtte pressen på kaia 3. mai 2021. Foto: Tom Hansen / NTB

Sport

– Vi er lettet, sier hun. Foto: det har vi ikke.

Artikkelen fortsetter under annonsen.

LES OGSÅ: – Vi gir oss aldri

Avtalen gjelder ut 2024.

Relaterte saker
Mer fra Kystbladet
"""

ENGLISH_COPY = """\
Skip to main content
Home
World

Ferry service resumes after storm

By Jane Doe
Staff writer
Published Sept. 12, 2023 at 2:05 p.m. ET | Updated 3 hours ago
5 min read
Share this article

ADVERTISEMENT

The ferry between Aberport and the islands sailed again on Tuesday, the operator said.

Read more: How the storm hit the coast

Crews had worked for three nights. "It was cold," said Tom Reed, a deckhand.Photograph: Jane Doe/AP

More from the crew: they want a holiday.

We use cookies to improve your experience on this website. Accept all.

Sign up for our newsletter to get the day's stories in your inbox.

The post Ferry service resumes after storm appeared first on The Coast Herald.
"""

NYNORSK_COPY = """\
Leiar

Vestavind, laurdag 2. mai 2020

Bygda treng bussen

Det er ikkje lenge sidan vi skreiv om bussen. No er han vekk.

- Vi ventar i regnet, seier Ola.
- Kvar dag, seier Kari.

Dette er ein leiar. Leiaren gir uttrykk for avisa sitt syn.

Sjå meir frå Vestavind
"""


def kept_word_for_word(article: str, original: str) -> bool:
    source = folded(tidied(original))
    return all(folded(line) in source for line in article.split("\n"))


@pytest.mark.parametrize("original", [WEB_COPY, ENGLISH_COPY, NYNORSK_COPY])
def test_what_is_kept_is_kept_word_for_word_and_in_order(original: str) -> None:
    text = cleaned(tidied(original)).text
    source = folded(tidied(original))
    places = [source.find(folded(line)) for line in text.split("\n") if line]

    assert -1 not in places
    assert places == sorted(places)


def test_a_norwegian_web_copy_yields_the_article_and_what_stood_around_it() -> None:
    article = cleaned(tidied(WEB_COPY))

    assert article.title == "Streiken i havna er over etter elleve døgn"
    assert (article.outlet, article.genre) == ("Kystbladet", Genre.NEWS)
    assert article.published == Published.parse("2023-09-12")
    assert article.text == (
        "Havnearbeiderne i Sandvika gikk tilbake på jobb tirsdag morgen. Partene ble enige om et tillegg på 3,5 prosent.\n\n"
        "Havnesjef Liv Aas møtte pressen på kaia 3. mai 2021.\n\n"
        "Sport\n\n"
        "– Vi er lettet, sier hun. Foto: det har vi ikke.\n\n"
        "Avtalen gjelder ut 2024."
    )


def test_an_english_web_copy_yields_the_article_and_what_stood_around_it() -> None:
    article = cleaned(tidied(ENGLISH_COPY))

    assert article.title == "Ferry service resumes after storm"
    assert (article.outlet, article.genre) == ("The Coast Herald", Genre.NEWS)
    assert article.published == Published.parse("2023-09-12")
    assert article.text == (
        "The ferry between Aberport and the islands sailed again on Tuesday, the operator said.\n\n"
        'Crews had worked for three nights. "It was cold," said Tom Reed, a deckhand.\n\n'
        "More from the crew: they want a holiday."
    )


def test_a_nynorsk_editorial_yields_its_kind_and_its_speech() -> None:
    article = cleaned(tidied(NYNORSK_COPY))

    assert article.title == "Bygda treng bussen"
    assert (article.outlet, article.genre) == ("Vestavind", Genre.EDITORIAL)
    assert article.published.iso == "2020-05-02"
    assert article.text.endswith("- Vi ventar i regnet, seier Ola.\n- Kvar dag, seier Kari.")


def test_an_archive_header_run_into_the_first_line_gives_its_date_and_goes() -> None:
    article = cleaned(f" date 2019-04 Foto: Kari Nordmann\n\nLeder\n\nBroen må bygges\n\n{BODY}")

    assert (article.title, article.genre) == ("Broen må bygges", Genre.EDITORIAL)
    assert article.published == Published(2019, 4, None, Provenance.STATED)
    assert article.text == BODY


def test_a_lead_behind_an_archive_header_is_no_title() -> None:
    article = cleaned(f" date 2023-09 {BODY}\n\nSå gikk dagen.")

    assert article.title == ""
    assert article.published.iso == "2023-09"
    assert article.text == f"{BODY}\n\nSå gikk dagen."


def test_an_archive_header_of_several_lines_is_read() -> None:
    header = (
        "Tittel: Laksen er tilbake\nKilde: Nordlys\nDato: 03.05.2021\nSeksjon: Kronikk\nURL: https://nordlys.example/1"
    )

    article = cleaned(f"{header}\n\n{BODY}")

    assert (article.title, article.outlet, article.genre) == ("Laksen er tilbake", "Nordlys", Genre.OPINION)
    assert (article.published.iso, article.url, article.text) == ("2021-05-03", "https://nordlys.example/1", BODY)


@pytest.mark.parametrize(
    "line",
    [
        "3 hours ago 2", "Updated 3 hours ago", "for 3 timer siden", "I dag 12:00", "Oppdatert i går 21:39", "Publisert i går 14:05", "Oppdatert 13. september 2023",
        "Publisert 12. sept. kl. 14.05", "2 dagar sidan", "Last updated on 3 May 2021", "Published 31 February 2021", "Publisert: 31.02.2021 kl. 10:00", "An hour ago",
    ],
)  # fmt: skip
def test_a_time_that_is_not_a_date_of_publication_leaves_it_unknown_and_goes(line: str) -> None:
    article = cleaned(f"Broen må bygges\n\n{line}\n\n{BODY}")

    assert article.published == Published()
    assert (article.title, article.text) == ("Broen må bygges", BODY)


@pytest.mark.parametrize(
    "line",
    [
        "Publisert 12. september 2023 kl. 14:05", "Publisert: 12.09.2023", "PUBLISERT 12.09.23, kl. 14.05", "Publisert tirsdag 12. september 2023", "Publisert 12.09.2023 - 10:00 Oppdatert 13.09.2023 - 11:00",
        "Oppdatert: 13.09.2023 11:00 Publisert: 12.09.2023 10:00", "Published on September 12, 2023", "Published: 12 September 2023, 10:00 BST", "First published Sept 12, 2023", "Publisert på nett 12.09.2023 14:05",
        "Tirsdag 12. september 2023", "12.09.2023 14:05", "Nordlys, 12.09.2023, side 4", "Dato: 2023-09-12", "Lagt ut 12. september 2023",
    ],
)  # fmt: skip
def test_a_stated_date_of_publication_is_read_and_goes(line: str) -> None:
    article = cleaned(f"Broen må bygges\n\n{line}\n\n{BODY}")

    assert article.published == Published(2023, 9, 12, Provenance.STATED)
    assert (article.title, article.text) == ("Broen må bygges", BODY)


@pytest.mark.parametrize(
    "body",
    [
        "Kim smiler på et bilde fra 20. juni 2024. Foto: STR / AFP / NTB",
        "12. september 2023 møttes de to på kaia, og siden har ingen sett dem.",
        "Publisert materiale fra 12. september 2023 viser noe annet, sier hun.",
        "© 2023 sto det på plakaten da de kom, og det syntes de var rart.",
    ],
)
def test_a_date_in_the_article_is_not_its_date_of_publication(body: str) -> None:
    assert cleaned(f"Broen må bygges\n\n{BODY}\n\n{body}\n\n{BODY}").published == Published()


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (" STR / AFP / NTBKim sitter i bilen. Foto: STR / AFP / NTB", "Kim sitter i bilen."),
        ("AP / NTBKim møtte soldater 13. mars i år. Foto: AP / NTB", "Kim møtte soldater 13. mars i år."),
        ("Heiko Junge / NTBStatsministeren på vei inn.", "Statsministeren på vei inn."),
        ("Kari Nordmann«Ferga» ligger stille. Foto: Kari Nordmann", "«Ferga» ligger stille."),
        ("FOTO: Lise Åserud / NTB scanpix Isen smelter fort.", "Isen smelter fort."),
        ("Isen smelter. FOTO: ÅSERUD, LISE / NTB SCANPIX", "Isen smelter."),
        ("Isen smelter (Foto: Per Holm). Det går fort.", "Isen smelter. Det går fort."),
        ("Isen smelter. Foto: Privat", "Isen smelter."),
        ("The ice melts. Photo: Jane Doe for The Coast Herald", "The ice melts."),
        ("The ice melts. (AP Photo/John R. Smith)", "The ice melts."),
        ("Isen smelter. Illustrasjonsfoto: Ø. B. Engen / NTB", "Isen smelter."),
    ],
)
def test_a_credit_run_into_a_caption_goes_and_the_caption_stays(line: str, kept: str) -> None:
    assert cleaned(f"Tittel\n\n{BODY}\n\n{line}\n\n{BODY}").text == f"{BODY}\n\n{kept}\n\n{BODY}"


@pytest.mark.parametrize(
    "line",
    [
        "Foto: han tok bilder hele dagen.",
        "Det er tre ting hun liker: Foto: nei, det er fire.",
        "Bildene viser isen (Foto: det var ikke lov). Så gikk de.",
        "Isen smelter. Etterlyst av FBI. Siden ble det stille.",
        "Les også Hamsun når du er ferdig med Ibsen, er rådet hennes.",
        "Mer fra møtet kommer senere i dag.",
        "Del denne boka med en venn, sier hun.",
        "Annonsen sto i avisen i tre uker.",
        "Vi bruker cookies i oppskriften, og så litt salt.",
        "We use cookies as decoration.",
        "Få har lest nyhetsbrevet.",
        "Dette er en kommentar til det som skjedde i går, og den er ikke nådig mot noen.",
        "Av dem kom bare tre tilbake.",
        "By then it was over.",
        "For to år siden",
        "Verden",
        "Leder",
        "Kommentarer",
        "Facebook",
        "Mer enn nok",
        "Tags are sewn into the jackets.",
        "Share this with your children, he says.",
        "Har du tips til andre som vil begynne?",
        "Oppdatert og klar etter ferien",
        "Published and forgotten",
        "2 hours",
        "Related, a word that came up often in court. It means nothing.",
        "– Les mer: det er mitt råd.",
        "AP Moller Maersk kjøpte skipet.",
        "Oslo / NTB",
        "1984",
    ],
)
def test_no_line_of_the_article_itself_is_lost(line: str) -> None:
    assert cleaned(f"Tittelen her\n\n{BODY}\n\n{line}\n\n{BODY}").text == f"{BODY}\n\n{line}\n\n{BODY}"


@pytest.mark.parametrize(
    "line",
    [
        "Annonse", "ADVERTISEMENT", "Les også: Slik ble det", "LES OGSÅ: Slik ble det", "Les mer:  – Jeg er klar", "Read more", "Read Entire Article", "Read also: How it went", "Del på Facebook", "Share this article",
        "Artikkelen fortsetter under annonsen.", "Story continues below advertisement", "Vi bruker informasjonskapsler for å gi deg en bedre brukeropplevelse. Les mer i personvernerklæringen.",
        "This website uses cookies to improve your experience.", "Allerede abonnent? Logg inn her", "Subscribe to continue reading.", "You have 3 free articles left this month.", "Meld deg på vårt nyhetsbrev!",
        "Sign up for The Morning newsletter.", "Følg oss på Facebook og Instagram!", "Saken fortsetter under bildet", "Foto: Kari Nordmann / NTB", "Tips oss! Har du bilder eller video?", "3 hours ago", "Oppdatert 13.09.2023 kl. 12:00",
        "Dette er en kronikk. Kronikken gir uttrykk for skribentens holdning.", "The opinions expressed in this article are the author's own.",
    ],
)  # fmt: skip
def test_what_is_never_the_articles_goes_wherever_it_stands(line: str) -> None:
    assert cleaned(f"Tittelen her\n\n{BODY}\n\n{line}\n\n{BODY}").text == f"{BODY}\n\n{BODY}"


@pytest.mark.parametrize(
    ("line", "genre"),
    [
        ("Leder", Genre.EDITORIAL), ("LEDER", Genre.EDITORIAL), ("Leiar", Genre.EDITORIAL), ("Editorial", Genre.EDITORIAL), ("Kommentar", Genre.COMMENTARY), ("Meninger | Kommentar", Genre.COMMENTARY),
        ("Kronikk", Genre.OPINION), ("Debatt", Genre.OPINION), ("Opinion", Genre.OPINION), ("Nyhetsanalyse", Genre.ANALYSIS), ("Analysis", Genre.ANALYSIS), ("Nyheter", Genre.NEWS), ("Verden", Genre.NEWS), ("Sport", None),
        ("Dette er en kommentar. Kommentaren gir uttrykk for skribentens holdning.", Genre.COMMENTARY), ("Dette er et debattinnlegg, skrevet av en ekstern bidragsyter. Innlegget gir uttrykk for skribentens holdninger.", Genre.OPINION),
        ("This is an opinion piece.", Genre.OPINION), ("This is an editorial", Genre.EDITORIAL),
    ],
)  # fmt: skip
def test_a_label_above_the_title_names_the_kind_and_goes(line: str, genre: Genre | None) -> None:
    article = cleaned(f"{line}\n\nBroen må bygges\n\n{BODY}")

    assert article.genre is genre
    assert (article.title, article.text) == ("Broen må bygges", BODY)


def test_an_opinions_label_counts_more_than_the_desks() -> None:
    assert cleaned(f"Verden\n\nBroen må bygges\n\n{BODY}\n\nDette er en kommentar.").genre is Genre.COMMENTARY


@pytest.mark.parametrize(
    ("title", "genre"),
    [
        ("Kommentar: Broen må bygges", Genre.COMMENTARY),
        ("Leder: Bygg broen", Genre.EDITORIAL),
        ("Krise: Bygg broen", None),
    ],
)
def test_a_label_in_the_title_names_the_kind_and_stays(title: str, genre: Genre | None) -> None:
    article = cleaned(f"{title}\n\n{BODY}")

    assert (article.title, article.genre) == (title, genre)


@pytest.mark.parametrize(
    ("line", "outlet"),
    [
        ("Mer fra Dagsavisen", "Dagsavisen"), ("Mer fra Kystspeilet", "Kystspeilet"), ("Les mer fra Indre Fjord Avis »", "Indre Fjord Avis"), ("More from The Guardian", "The Guardian"), ("(©NTB)", "NTB"), ("© Nordlys", "Nordlys"),
        ("Mer fra Sport", ""), ("Mer fra Ukraina", ""), ("Mer fra forsiden", ""), ("Mer fra Kari Nordmann", ""), ("The post Bridges appeared first on Bridge Weekly.", "Bridge Weekly"), ("Copyright 2023 Bergens Tidende. All rights reserved.", "Bergens Tidende"),
        ("Kronikken ble først publisert i Nordlys.", "Nordlys"),
    ],
)  # fmt: skip
def test_a_line_below_the_article_names_the_outlet_or_none_and_goes(line: str, outlet: str) -> None:
    article = cleaned(f"Broen må bygges\n\n{BODY}\n\n{line}")

    assert article.outlet == outlet
    assert article.text == BODY


def test_an_agencys_signature_at_the_end_of_the_last_sentence_goes() -> None:
    article = cleaned(f"Broen må bygges\n\n{BODY} (©NTB)")

    assert (article.text, article.outlet) == (BODY, "NTB")


def test_a_newspapers_name_above_the_title_is_the_outlet() -> None:
    assert cleaned(f"Stavanger Aftenblad\n\nBroen må bygges\n\n{BODY}").outlet == "Stavanger Aftenblad"


def test_an_article_about_a_day_or_a_country_has_it_for_a_title() -> None:
    assert cleaned(f"17. mai 1814\n\n{BODY}").title == "17. mai 1814"
    assert cleaned(f"Norge\n\nNorge er et land i nord. {BODY}").title == "Norge"


def test_the_headline_is_not_repeated_in_the_text() -> None:
    assert cleaned(f"Broen må bygges\n\nBroen må bygges\n\n{BODY}").text == BODY
    assert cleaned(f"Broen må bygges\n\n{BODY}", "Broen må bygges").text == BODY


def test_lines_broken_at_a_fixed_width_are_put_together_again() -> None:
    broken = (
        "Broen må bygges\n\n"
        "Regjeringen legger onsdag fram en plan for jernbanen. Planen koster nær\n"
        "12 milliarder kroner over fire år, og skal gi flere avganger på\n"
        "Østlandet fra neste høst av, ifølge statsråden.\n\n"
        "- Det er for lite, sier lederen i partiet, som lenge har ventet på den.\n"
        "- Det er for sent, sier en annen.\n"
    )

    assert cleaned(broken).text == (
        "Regjeringen legger onsdag fram en plan for jernbanen. Planen koster nær 12 milliarder kroner over fire år, "
        "og skal gi flere avganger på Østlandet fra neste høst av, ifølge statsråden.\n\n"
        "- Det er for lite, sier lederen i partiet, som lenge har ventet på den.\n- Det er for sent, sier en annen."
    )


def test_paragraphs_of_one_line_each_stay_apart() -> None:
    lines = "\n".join(f"Dette er avsnitt nummer {number}, og det er like langt som de andre." for number in range(9))

    assert cleaned(f"Broen må bygges\n{lines}").text == lines


@pytest.mark.parametrize("text", ["Annonse\n\nLes mer", "Meny\nLogg inn\n\nMer fra Dagsavisen", "  \n"])
def test_a_text_that_is_nothing_but_menu_is_rejected(text: str) -> None:
    with pytest.raises(ArticleRejected, match="no text"):
        cleaned(text)


@pytest.mark.parametrize(
    "unit",
    ["Foto: ", "Foto: A / NTB ", "(Foto: ", "Les også: a ", "Publisert 12.12.", "12.12.12 ", "12.12.", "1. ","a / ", "© ", "Dette er en kommentar. ", "kl. 1 ", "Av A B, ", "2019-", "> Sport ", "( ", "Mer fra A "],
)  # fmt: skip
def test_no_line_takes_more_than_linear_time(unit: str) -> None:
    for length in (140, 290, 590, 200_000):
        line = unit * (length // len(unit))
        with in_linear_time():
            cleaned(f"Tittel\n\nPublisert 12.12.2020 {line}x\n\n{BODY}")
            cleaned(f"Tittel\n\n{line}\n\n{BODY}\n\n{line}x")


@pytest.mark.skipif(not ORIGINALS.is_dir(), reason="the five original texts are not on this machine")
def test_the_five_originals_yield_what_they_say_of_themselves() -> None:
    articles = [each for each in read(ORIGINALS) if isinstance(each, Article)]
    said = [(each.id[:3], each.title, each.outlet, each.genre, each.published.iso) for each in articles]

    assert said == [
        ("000", "Kim vil ha rubler", "", Genre.EDITORIAL, "2019-04"),
        ("001", "Kim Jong-un i Russland for å sikre seg tettere bånd med Putin", "Dagsavisen", Genre.NEWS, ""),
        ("002", "", "", None, "2023-09"),
        ("003", "Kim forer Putin med soldater og granater", "", Genre.COMMENTARY, ""),
        ("004", "", "", None, "2019-04"),
    ]
    noise = (
        "date 20",
        "Roar Hagen",
        "hours ago",
        "NTB",
        "AFP",
        "Foto:",
        "Read Entire",
        "Mer fra",
        "Dette er en kommentar",
    )
    for article in articles:
        assert kept_word_for_word(article.text, Path(article.file).read_text(encoding="utf-8"))
        assert not [each for each in noise if each in article.text]
    lost = [len(Path(each.file).read_text(encoding="utf-8")) - len(each.text) - len(each.title) for each in articles]
    assert max(lost) < 700
    assert all(
        each.published.provenance is (Provenance.STATED if each.published.iso else Provenance.UNKNOWN)
        for each in articles
    )


def test_a_text_file_is_cleaned(tmp_path: Path) -> None:
    article = article_in(tmp_path, "sak.txt", WEB_COPY.encode("cp1252"))

    assert (article.id, article.outlet, article.published.iso) == ("sak", "Kystbladet", "2023-09-12")
