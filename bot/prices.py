"""What models cost, in US dollars for a million tokens."""

import re
from dataclasses import dataclass

_MILLION = 1_000_000
_DOLLARS = r"[0-9]{1,9}(?:\.[0-9]+)?"  # finite as a float, whatever is written
_PRICE = re.compile(rf"(?P<model>[^\s=]+)=(?P<sent>{_DOLLARS})(?:/(?P<received>{_DOLLARS}))?")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens that are sent, and that are received."""

    sent: float
    received: float = 0.0


# OpenAI's price list, read in November 2026.
_KNOWN = """
    gpt-6-astra=10/50 gpt-6.1-sol=2/10 gpt-6.1-terra=1/5 gpt-6-luna=0.10/0.50
    text-embedding-3-small=0.02 text-embedding-3-large=0.13 text-embedding-ada-002=0.10
"""


class Prices:
    """The price of each model, by its name without the provider."""

    def __init__(self, by_model: dict[str, Price]) -> None:
        self._by_model = by_model

    @classmethod
    def known(cls) -> "Prices":
        """Those that the program ships with."""
        return cls(read_prices(_KNOWN))

    def updated(self, newer: dict[str, Price]) -> "Prices":
        return Prices({**self._by_model, **newer})

    def dollars(self, model: str, sent: int, received: int = 0) -> float | None:
        """What some tokens of a model (`provider:model` or its bare name) cost; None where its price is not known."""
        price = self._by_model.get(model) or self._by_model.get(model.partition(":")[2])
        return (sent * price.sent + received * price.received) / _MILLION if price else None


def read_prices(text: str) -> dict[str, Price]:
    """The prices of `model=sent/received` entries between spaces or commas. Raises `ValueError` for anything else."""
    found = {}
    for entry in text.replace(",", " ").split():
        price = _PRICE.fullmatch(entry)
        if price is None:
            raise ValueError(entry)
        found[price["model"]] = Price(float(price["sent"]), float(price["received"] or 0))
    return found
