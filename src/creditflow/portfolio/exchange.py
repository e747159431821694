"""Exchange rates of one day as fractions of whole numbers, from every currency into every other."""

from datetime import date
from fractions import Fraction

import numpy as np

from creditflow.domain.money import Money, decimals
from creditflow.domain.rates import PIVOT, NoRate, Rates
from creditflow.portfolio.arithmetic import MOST_PRODUCT, Ints
from creditflow.portfolio.book import CODES


def fractions_of(rates: Rates, on: date) -> tuple[Ints, Ints]:
    """Minor units of a for one of b, as `tops[a, b] / bottoms[a, b]`.

    A bottom of zero says that there is no rate, or none that fits a column.
    """
    per_pivot = {code: _per_pivot(code, rates, on) for code in CODES}
    tops = np.ones((len(CODES), len(CODES)), np.int64)
    bottoms = np.ones_like(tops)
    bottoms[~np.eye(len(CODES), dtype=bool)] = 0
    for a, target in enumerate(CODES):
        for b, source in enumerate(CODES):
            per_target, per_source = per_pivot[target], per_pivot[source]
            if a != b and per_target is not None and per_source is not None:
                scale = Fraction(10) ** (decimals(target) - decimals(source))
                factor = per_target / per_source * scale
                if max(factor.numerator, factor.denominator) * 4 < MOST_PRODUCT:
                    tops[a, b], bottoms[a, b] = factor.numerator, factor.denominator
    return tops, bottoms


def _per_pivot(code: str, rates: Rates, on: date) -> Fraction | None:
    if code == PIVOT:
        return Fraction(1)
    try:
        used = rates.convert(Money.zero(code), PIVOT, on=on).used
    except NoRate:
        return None
    return Fraction(used[0].per_pivot)
