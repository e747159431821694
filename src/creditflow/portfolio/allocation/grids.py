"""A grid for a book in many currencies: round amounts in each customer's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.allocation.instance import Ints
from creditflow.portfolio.allocation.rounding import SignificantDigits


@dataclass(frozen=True)
class OwnCurrencies:
    """Limits that have few digits in the customer's own currency, counted in the base currency.

    `factors` are exact minor units of the base currency per own minor unit. An
    own amount counts rounded up, so that no budget is overrun by a rate.
    """

    factors: Sequence[Fraction]
    digits: SignificantDigits

    def down(self, limits: Ints) -> Ints:
        """The nearest limits of the grid that are not above."""
        return self._in_base(self.digits.down(self.own(limits)))

    def above(self, limits: Ints) -> Ints:
        """The next limits of the grid that are above."""
        return self._in_base(self.digits.above(self.own(limits)))

    def own(self, limits: Ints) -> Ints:
        """The most in each customer's currency that does not count as more than the limit."""
        own = limits.copy()
        for factor, who in self._foreign():
            top, bottom = factor.numerator, factor.denominator
            own[who] = [int(limit) * bottom // top for limit in limits[who]]
        return own

    def _in_base(self, own: Ints) -> Ints:
        base = own.copy()
        for factor, who in self._foreign():
            top, bottom = factor.numerator, factor.denominator
            base[who] = [-(-int(amount) * top // bottom) for amount in own[who]]
        return base

    def _foreign(self) -> list[tuple[Fraction, NDArray[np.int64]]]:
        """Customers in each currency but the base currency."""
        members: dict[Fraction, list[int]] = {}
        for customer, factor in enumerate(self.factors):
            if factor != 1:
                members.setdefault(factor, []).append(customer)
        return [(factor, np.array(who, np.int64)) for factor, who in members.items()]
