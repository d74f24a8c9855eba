"""Which forms of a number, a date or a name say the same, and which do not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.proof.facts.ledger import Facts, Ledger
from vectorstore.article import Published


def missing(claim: str, evidence: str, language: str = "nb", of: str = "nb", published: str = "") -> list[str]:
    """What of a claim's facts some evidence does not hold; `language` is the claim's, `of` that of the evidence."""
    dates = (Published.parse(published),) if published else ()
    checked = Ledger.of(((evidence, of),), dates).check(Facts(claim, language))
    return [span.of(claim) for span in checked.missing]


@pytest.mark.parametrize(
    ("claim", "language", "evidence", "of"),
    [
        ("Det kom 10 000 mennesker.", "nb", "Det kom 10.000 mennesker.", "nb"),
        ("There were 10,000 people.", "en", "Det kom ti tusen mennesker.", "nb"),
        ("There were ten thousand people.", "en", "Det kom 10 000 mennesker.", "nb"),
        ("Det varte i halvannen time.", "nb", "It took 1.5 hours.", "en"),
        ("Det varte i 1,5 timer.", "nb", "Det varte i halvannen time.", "nb"),
        ("Det gjelder 2 700 000 samtaler.", "nb", "Det gjelder 2,7 millioner samtaler.", "nb"),
        ("25 % svarte ja.", "nb", "En firedel svarte ja.", "nb"),
        ("A quarter said yes.", "en", "25 prosent svarte ja.", "nb"),
        ("Halvparten svarte ja.", "nb", "50 per cent said yes.", "en"),
        ("Møtet varte i to timer.", "nb", "Møtet varte i 120 minutter.", "nb"),
        ("Møtet varte i 2 timer.", "nb", "The meeting lasted two hours.", "en"),
        ("Møtet ble utsatt i 30 minutter.", "nb", "Møtet ble utsatt en halvtime.", "nb"),
        ("Det falt 50 centimeter regn på ett døgn.", "nb", "Det falt en halv meter regn på 24 timer.", "nb"),
        ("Bruddet varte i fire tiår.", "nb", "Bruddet varte i 40 år.", "nb"),
        ("He came sixth.", "en", "Han endte på 6.-plass.", "nb"),
        ("Han ble nummer to.", "nb", "Han tok andreplassen.", "nb"),
        ("De vant 3–1.", "nb", "Kampen endte 3-1.", "nb"),
        ("Den 26 år gamle spilleren scoret.", "nb", "26-åringen scoret.", "nb"),
        ("Det kostet 8 milliarder dollar.", "nb", "It cost $8 billion.", "en"),
        ("Trettiåtte voksne døde.", "nb", "38 adults died.", "en"),
        ("A dozen men came.", "en", "Tolv menn kom.", "nb"),
        ("Han var sekretær fra 1932 til 1940.", "nb", "Han var sekretær 1932–40.", "nb"),
        ("Arbeidet pågikk i seks år.", "nb", "Arbeidet pågikk fra 1932 til 1938.", "nb"),
        ("Den kom i 1924.", "nb", "Boken kom i 1925. Året før kom den andre.", "nb"),
        ("Spillerne var mellom 500 og 600 meter unna.", "nb", "Spillerne var 500 – 600 meter unna.", "nb"),
    ],
)
def test_a_number_is_held_however_it_is_written(claim: str, language: str, evidence: str, of: str) -> None:
    assert missing(claim, evidence, language, of) == []


@pytest.mark.parametrize(
    ("claim", "language", "evidence", "of", "wrong"),
    [
        ("Det kom 10 000 mennesker.", "nb", "Det kom 1000 mennesker.", "nb", "10 000"),
        ("Det gjelder 270 000 samtaler.", "nb", "Det gjelder 2,7 millioner samtaler.", "nb", "270 000"),
        ("35 % svarte ja.", "nb", "25 prosent svarte ja.", "nb", "35 %"),
        ("Møtet varte i tre timer.", "nb", "Møtet varte i to timer på linje tre.", "nb", "tre timer"),
        ("Møtet varte i to dager.", "nb", "Møtet varte i to timer.", "nb", "to dager"),
        ("De vant 3–2.", "nb", "Kampen endte 3-1, og to ble utvist.", "nb", "3–2"),
        ("Versjon 8.0.31 er sjekket.", "nb", "Versjon 8.0.27 er sjekket.", "nb", "8.0.31"),
        ("The number is (951) 777-3174.", "en", "Call (951) 777-3147.", "en", "(951) 777-3174"),
        ("Det koster 8 milliarder kroner.", "nb", "It costs $8 billion.", "en", "8 milliarder kroner"),
        ("Han var sekretær i ti år.", "nb", "Han var sekretær 1932–40.", "nb", "ti år"),
        ("Det kom en uke etter.", "nb", "Det kom dagen etter.", "nb", ""),
    ],
)
def test_another_number_is_missing(claim: str, language: str, evidence: str, of: str, wrong: str) -> None:
    assert missing(claim, evidence, language, of) == ([wrong] if wrong else [])


@pytest.mark.parametrize(
    ("claim", "language", "evidence"),
    [
        ("Han kom 12. september 2023.", "nb", "He came on September 12, 2023."),
        ("He came on 12 September 2023.", "en", "Han kom 12.9.2023."),
        ("Han kom 12. september 2023.", "nb", "Dato: 2023-09-12"),
        ("Han kom i september 2023.", "nb", "Han kom 12. september 2023."),
        ("Det var på 1990-tallet.", "nb", "It was in the 1990s."),
        ("It was in the 18th century.", "en", "Det var på 1700-tallet."),
        ("Det var på slutten av 40-tallet.", "nb", "Det var på slutten av 1940-tallet."),
        ("He came on Monday.", "en", "Han kom mandag kveld."),
        ("Han døde 1. juledag 1977.", "nb", "Han døde 25. desember 1977."),
        ("It ran again at 7:30.", "en", "Den gikk igjen ved 07.30-tiden."),
    ],
)
def test_a_date_is_held_however_it_is_written_and_at_the_precision_stated(
    claim: str, language: str, evidence: str
) -> None:
    assert (
        missing(claim, evidence, language, "en" if "He came on S" in evidence or "It was" in evidence else "nb") == []
    )


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Han kom 13. september 2023.", "Han kom 12. september 2023."),
        ("Han kom 12. oktober 2023.", "Han kom 12. september 2023."),
        ("Han kom 12. september 2022.", "Han kom 12. september 2023."),
        ("Det var på 1980-tallet.", "Det var på 1990-tallet."),
        ("Han kom tirsdag.", "Han kom mandag."),
        ("Toget gikk klokken 12.30.", "Toget gikk klokken 13.30."),
        ("Det var i fjor.", "Det var for lenge siden."),
    ],
)
def test_another_date_is_missing(claim: str, evidence: str) -> None:
    assert len(missing(claim, evidence)) == 1


def test_what_an_article_of_a_date_tells_may_be_said_to_be_of_that_date() -> None:
    assert missing("Det skjedde i september 2023.", "Det skjedde i dag.", published="2023-09-12") == []
    assert missing("Det skjedde i 2022.", "Det skjedde i fjor.", published="2023-09-12") == []
    assert missing("Det skjedde tirsdag.", "Det skjedde i dag.", published="2023-09-12") == []
    assert missing("Det skjedde i oktober 2023.", "Det skjedde i dag.", published="2023-09-12") == ["oktober 2023"]


@pytest.mark.parametrize(
    ("claim", "language", "evidence", "of"),
    [
        ("He lives in Copenhagen.", "en", "Han bor i København.", "nb"),
        ("Kina og Storbritannia er enige.", "nb", "China and the UK agree.", "en"),
        ("North Korea's leader met the Russian president.", "en", "Nord-Koreas leder møtte Russlands president.", "nb"),
        ("FN vedtok det.", "nb", "The United Nations decided so.", "en"),
        ("WHO advarer.", "nb", "Verdens helseorganisasjon advarer.", "nb"),
        ("Zelensky svarte.", "nb", "Zelenskyj svarte.", "nb"),
        ("Lukashenko replied.", "en", "Lukasjenko svarte.", "nb"),
        ("Eksperten kjenner Korea.", "nb", "Korea-eksperten uttalte seg.", "nb"),
        ("Turkere i Oslo protesterte mot Trumps tale.", "nb", "Trump talte i Oslo, og turkere protesterte.", "nb"),
        ("Etterforskerne avhørte Hansen.", "nb", "Politiet avhørte Hansens nabo.", "nb"),
        ("Under the deal, Norway pays.", "en", "Norge betaler etter avtalen.", "nb"),
        ("Snakket russisk med USAs president.", "nb", "He spoke Russian with the American president.", "en"),
    ],
)
def test_a_name_is_held_in_another_form_or_language(claim: str, language: str, evidence: str, of: str) -> None:
    assert missing(claim, evidence, language, of) == []


@pytest.mark.parametrize(
    ("claim", "evidence", "wrong"),
    [
        ("Han bor i Stockholm.", "Han bor i København.", "Stockholm"),
        ("Robert Johnston er musiker.", "Daniel Johnston er musiker.", "Robert"),
        ("Politiet tror bilen kom fra Romania.", "Politiet tror bilen kom fra Bulgaria.", "Romania"),
        ("Rollen var som den til gresk.", "Rollen var som den til latin.", "gresk"),
        ("Ifølge Dagens Nyheter er det lekket.", "Ifølge Computer Sweden er det lekket.", "Dagens Nyheter"),
        ("Lyd i formatet audio/flac er støttet.", "Lyd i formatet audio/basic er støttet.", "audio/flac"),
        ("Johnson vant.", "Johnston vant.", "Johnson"),
    ],
)
def test_another_name_is_missing(claim: str, evidence: str, wrong: str) -> None:
    assert missing(claim, evidence) == [wrong]


def test_a_quotation_must_be_there_word_for_word() -> None:
    said = "Hun sa: «Dette er en svært vanskelig sak for oss alle»."
    assert missing("Hun kalte det “en svært … sak for oss alle”.", said) == []
    assert missing("Hun sa «dette er en ganske vanskelig sak».", said) == ["«dette er en ganske vanskelig sak»"]


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(["nb", "nn", "en"]))
def test_no_text_is_too_strange(claim: str, evidence: str, language: str) -> None:
    missing(claim, evidence, language)


def test_a_text_of_digits_takes_no_time() -> None:
    began = time.perf_counter()
    missing("1 " * 2_000 + "1.1." * 500, "2-2" * 500 + "Aa" * 500)
    assert time.perf_counter() - began < 5
