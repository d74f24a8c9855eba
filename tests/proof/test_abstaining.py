"""What only says that the articles do not tell needs no proof; whatever claims something besides does."""

import pytest

from bot.proof.abstaining import NOTHING, says_nothing


@pytest.mark.parametrize(
    "text",
    [
        "Artiklene sier ikke når og hvor det skjedde.",
        "Utdragene inneholder ikke opplysninger om dette.",
        "Artikkelen sier heller ikke noe om prisen.",
        "Det finnes ikke opplysninger om dette i utdragene.",
        "Prisen er ikke oppgitt i artiklene.",
        "Dette framgår ikke av artiklene.",
        "Jeg finner dessverre ikke svar på det.",
        "The articles do not say why.",
        "The provided passages do not contain information about the cost.",
        "The price is not stated in the articles.",
        "I could not find an answer.",
    ],
)
def test_that_the_articles_do_not_tell_is_no_claim(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize(
    "text",
    [
        "Kari Holm ble arrestert, og artikkelen sier ikke hvorfor.",
        "Kari Holm was arrested and the articles do not say why.",
        "Artikkelen sier ikke hvorfor, og Kari Holm ble arrestert.",
        "Kilder sier at han ikke er skyldig.",
        "Sources say he is not guilty.",
        "Sources that were not named say Holm is corrupt.",
        "Artikkelen forteller at Holm ikke vil gå av.",
        "Politiet fant ikke våpenet.",
        "Forskerne finner ingen sammenheng.",
        "The police could not find the weapon.",
        "Regjeringen kan ikke svare på hvor pengene er.",
        "Jeg finner ikke mer enn at Kari Holm er korrupt.",
        f"{NOTHING} Kari Holm er korrupt.",
    ],
)
def test_what_claims_something_besides_is_a_claim(text: str) -> None:
    assert not says_nothing(text)
