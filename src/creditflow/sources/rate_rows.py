"""Rows of exchange rates: how many units of a currency one unit of the pivot buys on a day."""

from creditflow.domain.customer import Origin
from creditflow.domain.hand_in import HandedRate
from creditflow.domain.rates import PIVOT, Rate
from creditflow.domain.sentences import say
from creditflow.sources.rows import RowReader


def rate_of(row: RowReader, *, origin: Origin) -> HandedRate:
    """The rate that the row says; problems are left with the row."""
    currency, base = row.currency(), row.currency("base")
    if not row.failed and base != PIVOT:
        row.complain(
            "base",
            say("Rates are kept as units for one {pivot}.", pivot=PIVOT),
            say("Hand in rates with the base {pivot}.", pivot=PIVOT),
        )
    if not row.failed and currency == PIVOT:
        row.complain(
            "currency",
            say("A rate of {pivot} to itself says nothing.", pivot=PIVOT),
            say("Remove the row."),
        )
    rate = Rate(currency, row.day("date"), row.rate("rate"), row.text("source"))
    return HandedRate(rate, origin)
