"""Whole-number arithmetic for kernels: the same digits as domain/quantities.py, without a float.

Everything here is exact as long as its arguments stay within the bounds that
the caller has checked; what does not is evaluated by the domain itself.
"""

import math

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.compiled import compiled, inlined

Ints = NDArray[np.int64]

UNKNOWN = -(2**63)
"""In a column of whole numbers: the value is not known. No amount and no share is that low."""

NO_DAY = -(2**31)
"""In a column of days: there is none."""

MOST_MASS = 2**46
"""Minor units that one customer's documents may add up to and still be summed here."""

MOST_DAYS = 2**15
"""Days between two dates that may be multiplied with amounts here."""

MOST_PRODUCT = 2**62

MOST_VARIATION = 2_000
_SPLIT = 100_000


@inlined
def rounded(part: int, whole: int, scale: int) -> int:
    """Part / whole in units of 1/scale, rounded half to even; `whole` is above zero."""
    units, rest = part // whole, part % whole
    fine, left = rest * scale // whole, rest * scale % whole
    value = units * scale + fine
    if 2 * left > whole or (2 * left == whole and value % 2 != 0):
        value += 1
    return value


@inlined
def nearest(part: int, whole: int) -> int:
    """Part / whole, rounded half to even; `whole` is above zero."""
    value, left = part // whole, part % whole
    if 2 * left > whole or (2 * left == whole and value % 2 != 0):
        value += 1
    return value


@inlined
def share(part: int, whole: int, scale: int) -> int:
    """The same, or UNKNOWN where the whole is not above zero."""
    return rounded(part, whole, scale) if whole > 0 else UNKNOWN


@inlined
def converted(amount: int, numerator: int, denominator: int) -> int:
    """An amount times an exchange rate, rounded half to even; UNKNOWN where it is too large.

    A denominator of zero says that there is no rate.
    """
    if denominator == 0:
        return UNKNOWN
    if numerator == denominator:
        return amount
    if amount > MOST_PRODUCT // numerator:
        return UNKNOWN
    return rounded(amount * numerator, denominator, 1)


@inlined
def times(amount: int, top: int, bottom: int) -> int:
    """An amount times a fraction, rounded down; exact also where the product does not fit."""
    if abs(amount) <= MOST_PRODUCT // max(1, top):
        return amount * top // bottom
    high, low = top // _SPLIT, top % _SPLIT
    units, rest = amount * high // bottom, amount * high % bottom
    return units * _SPLIT + (rest * _SPLIT + amount * low) // bottom


@compiled
def root(number: int) -> int:
    """The whole square root, cut off; the number is not negative."""
    guess = int(math.sqrt(number))
    while guess * guess > number:
        guess -= 1
    while (guess + 1) * (guess + 1) <= number:
        guess += 1
    return guess


@compiled
def variation(sums: Ints) -> int:
    """Standard deviation by mean of twelve sums in hundredths, cut off; UNKNOWN if in doubt.

    The mean is above zero. √(Σ(12 m − S)² / 12 S²) is computed with floats;
    only where that lies next to a whole number is it settled by whole numbers.
    """
    count = len(sums)
    total, common = 0, 0
    for month in sums:
        total += month
        common = math.gcd(common, abs(month))
    squares = 0.0
    for month in sums:
        squares += float(count * month - total) ** 2
    estimate = 100 * math.sqrt(squares / count) / total
    nearest = round(estimate)
    if abs(estimate - nearest) > 1e-10 * (1 + estimate):
        return int(estimate)
    return _settled(sums, common, total // common, nearest)


@compiled
def _settled(sums: Ints, common: int, total: int, nearest: int) -> int:
    """Whether the root reaches the whole number next to it, by whole numbers alone."""
    if nearest == 0:
        return 0
    count, squares, most = len(sums), 0, 2**20
    if total > most // 4 or nearest > MOST_VARIATION:
        return UNKNOWN
    for month in sums:
        away = count * (month // common) - total
        if abs(away) > most:
            return UNKNOWN
        squares += away * away
    reached = nearest * nearest * count * total * total <= 10_000 * squares
    return nearest if reached else nearest - 1
