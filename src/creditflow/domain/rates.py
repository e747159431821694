"""Exchange rates: dated, with a source; a missing one is a refusal, never a guess."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from creditflow.domain.errors import Refusal
from creditflow.domain.money import Money, decimals
from creditflow.domain.sentences import say

PIVOT = "EUR"
"""Rates are kept as the European Central Bank publishes them: units per one euro."""

SHELF_LIFE = timedelta(days=45)
"""A rate older than this on the day of use is treated as missing."""


class NoRate(Refusal):
    """Two currencies cannot be compared on that day."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of `currency` for one unit of the pivot on a day, and who said so."""

    currency: str
    on: date
    per_pivot: Decimal
    source: str

    def __post_init__(self) -> None:
        if not (self.per_pivot.is_finite() and self.per_pivot > 0):
            raise ValueError(f"a rate is above zero, not {self.per_pivot}")


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount in another currency, with the rates that were used."""

    amount: Money
    used: tuple[Rate, ...]


class Rates:
    """The rates known, answering for any day with the latest one that is not stale."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        self._by_currency: dict[str, list[Rate]] = {}
        for rate in sorted(rates, key=lambda r: r.on):
            self._by_currency.setdefault(rate.currency, []).append(rate)
        self._factors: dict[tuple[str, str, date], tuple[Fraction, tuple[Rate, ...]]] = {}

    def listed(self) -> tuple[Rate, ...]:
        """All rates, by currency and day."""
        return tuple(rate for code in sorted(self._by_currency) for rate in self._by_currency[code])

    def used(self) -> tuple[Rate, ...]:
        """The rates by which anything was converted so far, by currency and day."""
        found = {rate for _, used in self._factors.values() for rate in used}
        return tuple(sorted(found, key=lambda rate: (rate.currency, rate.on)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rates) and self.listed() == other.listed()

    def __hash__(self) -> int:
        return hash(self.listed())

    def convert(self, amount: Money, currency: str, *, on: date) -> Converted:
        """The amount in `currency` on that day, rounded half to even.

        Raises NoRate where a rate is missing or older than the shelf life.
        """
        if amount.currency == currency:
            return Converted(amount, ())
        factor, used = self.factor(amount.currency, currency, on=on)
        return Converted(Money(_half_even(amount.minor * factor), currency), used)

    def factor(self, source: str, target: str, *, on: date) -> tuple[Fraction, tuple[Rate, ...]]:
        """Minor units of the target for one of the source, exactly, and by which rates.

        For sums, which are rounded once at their end. Raises NoRate as `convert` does.
        """
        if source == target:
            return Fraction(1), ()
        key = (source, target, on)
        if key not in self._factors:
            self._factors[key] = self._factor(*key)
        return self._factors[key]

    def _factor(self, source: str, target: str, on: date) -> tuple[Fraction, tuple[Rate, ...]]:
        rates = self._at(source, on), self._at(target, on)
        factor = Fraction(rates[1].per_pivot) / Fraction(rates[0].per_pivot)
        scale = Fraction(10) ** (decimals(target) - decimals(source))
        return factor * scale, tuple(rate for rate in rates if rate.currency != PIVOT)

    def _at(self, currency: str, on: date) -> Rate:
        if currency == PIVOT:
            return Rate(PIVOT, on, Decimal(1), "by definition")
        for rate in reversed(self._by_currency.get(currency, [])):
            if rate.on <= on:
                if on - rate.on <= SHELF_LIFE:
                    return rate
                break
        raise NoRate(
            say(
                "There is no exchange rate for {currency} that is at most {days} days old on {on}."
                " Fetch the European Central Bank's (creditflow rates fetch) or import your own"
                " (creditflow import rates FILE), then review again.",
                currency=currency,
                days=SHELF_LIFE.days,
                on=on,
            )
        )


def _half_even(exact: Fraction) -> int:
    whole = math.floor(exact)
    rest = exact - whole
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2):
        return whole + 1
    return whole
