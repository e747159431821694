"""Cases like one that waits: what was decided of them, why, and how they turned out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from creditflow.domain.monitoring_lateness import Outcome, spells, turned_bad
from creditflow.domain.precedent import Precedent
from creditflow.domain.rates import NoRate
from creditflow.ports import Work
from creditflow.web.naming import word

OUTCOME = Outcome(days=30, within=180)
"""What counts as having turned out badly: an invoice so late within so many days."""


class Turned(StrEnum):
    """How a decided case turned out."""

    WELL = "well"
    BADLY = "badly"
    NOT_YET = "not_yet"
    UNKNOWN = "unknown"


TURNED: dict[str, str] = {
    Turned.WELL: word("nothing 30 days late within half a year"),
    Turned.BADLY: word("30 days late within half a year"),
    Turned.NOT_YET: word("too young to tell"),
    Turned.UNKNOWN: word("not known for want of an exchange rate"),
}


@dataclass(frozen=True, slots=True)
class Similar:
    """A decided case and how it turned out."""

    precedent: Precedent
    turned: Turned


def turned_out(found: Sequence[Precedent], *, on: date, work: Work) -> list[Similar]:
    """How each of these cases turned out by that day, in the same order."""
    return [Similar(one, _turned(one, on, work)) for one in found]


def _turned(one: Precedent, on: date, work: Work) -> Turned:
    customer = work.customers.get(one.customer)
    try:
        late = spells(
            work.ledger.of(customer.id), currency=customer.currency, rates=work.rates.all(),
            days=OUTCOME.days, on=on,
        )  # fmt: skip
    except NoRate:
        return Turned.UNKNOWN
    if turned_bad(late, one.at.date(), OUTCOME):
        return Turned.BADLY
    return Turned.WELL if OUTCOME.seen_by(one.at.date(), on) else Turned.NOT_YET
