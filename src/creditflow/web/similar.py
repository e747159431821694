"""Cases like one that waits: what was decided of them, why, and how they turned out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from creditflow.domain.monitoring_lateness import Outcome
from creditflow.domain.precedent import Precedent
from creditflow.ports import Work
from creditflow.store.readings import Readings
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


def turned_out(
    found: Sequence[Precedent], *, on: date, work: Work, readings: Readings
) -> list[Similar]:
    """How each of these cases turned out by that day, in the same order."""
    bad = readings.turned_bad(found, OUTCOME, rates=work.rates.all, on=on)
    return [Similar(one, _turned(one, is_bad, on)) for one, is_bad in zip(found, bad, strict=True)]


def _turned(one: Precedent, is_bad: bool | None, on: date) -> Turned:
    if is_bad is None:
        return Turned.UNKNOWN
    if is_bad:
        return Turned.BADLY
    return Turned.WELL if OUTCOME.seen_by(one.at.date(), on) else Turned.NOT_YET
