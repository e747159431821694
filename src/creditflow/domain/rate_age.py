"""The age of exchange rates: which are fresh, which are old, and which serve no more."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from creditflow.domain.rates import PIVOT, SHELF_LIFE, Rate, Rates

FRESH_FOR = timedelta(days=7)
"""Longer than any break of the bank; a rate that is older shows that nobody brings new ones."""


class RateAge(StrEnum):
    """How far the latest rate of a currency can be relied on."""

    FRESH = "fresh"
    OLD = "old"
    UNUSABLE = "unusable"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class LatestRate:
    """A currency's latest rate up to a day; None where there is none, with its age in days."""

    currency: str
    rate: Rate | None
    days: int | None
    age: RateAge

    @property
    def is_good(self) -> bool:
        """Whether nobody has to do anything about it."""
        return self.age is RateAge.FRESH


def latest_rates(rates: Rates, on: date, wanted: Collection[str] = ()) -> list[LatestRate]:
    """The latest rate of every currency that is known or wanted, as of that day."""
    latest = {rate.currency: rate for rate in rates.listed() if rate.on <= on}
    codes = {*latest, *wanted} - {PIVOT}
    return [_aged(code, latest.get(code), on) for code in sorted(codes)]


def _aged(code: str, rate: Rate | None, on: date) -> LatestRate:
    if rate is None:
        return LatestRate(code, None, None, RateAge.MISSING)
    age = on - rate.on
    if age > SHELF_LIFE:
        return LatestRate(code, rate, age.days, RateAge.UNUSABLE)
    return LatestRate(code, rate, age.days, RateAge.FRESH if age <= FRESH_FOR else RateAge.OLD)
