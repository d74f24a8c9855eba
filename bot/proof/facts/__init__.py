"""Numbers, dates, names and quotations of a text as values that can be compared, each with its span."""

from bot.proof.facts.dates import Moment, moments
from bot.proof.facts.names import Name, Vocabulary, names
from bot.proof.facts.numbers import Quantity, quantities
from bot.proof.facts.quotations import Quotation, quotations

__all__ = ["Moment", "Name", "Quantity", "Quotation", "Vocabulary", "moments", "names", "quantities", "quotations"]
