"""What people may rely on about what models are said to cost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prices import Price, Prices, read_prices
from bot.settings import Settings


def test_a_price_is_in_dollars_for_a_million_tokens_sent_and_a_million_received() -> None:
    prices = Prices({"m": Price(sent=2, received=10)})

    assert prices.dollars("m", 1_000_000) == 2
    assert prices.dollars("m", 0, 1_000_000) == 10
    assert prices.dollars("m", 500_000, 100_000) == 2


def test_a_model_is_known_with_and_without_its_provider() -> None:
    prices = Prices({"gpt-6-luna": Price(1, 1)})

    assert prices.dollars("openai:gpt-6-luna", 1_000_000) == prices.dollars("gpt-6-luna", 1_000_000) == 1


def test_a_price_for_one_provider_is_not_that_of_another() -> None:
    prices = Prices({"llama3:8b": Price(1), "mine:llama3:8b": Price(0)})

    assert prices.dollars("ollama:llama3:8b", 1_000_000) == 1
    assert prices.dollars("mine:llama3:8b", 1_000_000) == 0


def test_what_is_not_known_has_no_price_rather_than_none_to_pay() -> None:
    assert Prices.known().dollars("ollama:llama3", 1_000_000) is None
    assert Prices.known().dollars("", 1) is None
    assert Prices({"free": Price(0)}).dollars("free", 1_000_000, 1_000_000) == 0


def test_the_usual_model_and_openais_embedding_models_have_prices() -> None:
    prices = Settings(openai_api_key="k").price_table  # type: ignore[arg-type]

    for model in (Settings(openai_api_key="k").chat_model, "openai:text-embedding-3-small"):  # type: ignore[arg-type]
        assert prices.dollars(model, 1_000, 1_000)


def test_a_price_of_ones_own_goes_before_a_known_one_and_leaves_the_others() -> None:
    known = Prices({"a": Price(1), "b": Price(2)})

    newer = known.updated(read_prices("b=3/4"))

    assert (newer.dollars("a", 1_000_000), newer.dollars("b", 1_000_000, 1_000_000)) == (1, 7)
    assert known.dollars("b", 1_000_000) == 2


def test_prices_are_written_with_spaces_commas_or_line_breaks_between() -> None:
    assert read_prices(" a=0.10/0.50, b=2\n\tc:8b=1/2 ") == {"a": Price(0.1, 0.5), "b": Price(2), "c:8b": Price(1, 2)}
    assert read_prices("") == {}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        *[(each, each) for each in ("a", "a=", "=1", "a=1/", "a=-1", "a=1/2/3", "a=nan", "a=1e3", "a=$1", "a=١")],
        ("a = 1", "a"),
        ("a=1 b", "b"),
        ("a=0,10/0,50", "10/0"),
    ],
)
def test_what_is_no_price_is_refused_not_guessed(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(wrong)}$"):
        read_prices(text)


@given(st.text())
def test_a_price_is_never_negative_and_never_endless(text: str) -> None:
    try:
        found = read_prices(f"m={text}")
    except ValueError:
        return
    assert all(0 <= dollars < float("inf") for price in found.values() for dollars in (price.sent, price.received))


def test_a_price_too_long_to_be_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="m="):
        read_prices(f"m={'9' * 400}")
