"""Exact decimals out of whole numbers and fractions: the same digits on every machine."""

import math
from decimal import Decimal
from fractions import Fraction


def exact(number: Fraction | int, places: int = 4) -> Decimal:
    """The number with so many decimals, rounded half to even; no context has a say in it."""
    return Decimal(round(Fraction(number) * 10**places)).scaleb(-places)


def share(part: int, whole: int, places: int = 4) -> Decimal | None:
    """Part of the whole, or None where the whole is not above zero."""
    return exact(Fraction(part, whole), places) if whole > 0 else None


def root(number: Fraction, places: int = 4) -> Decimal:
    """The square root with so many decimals, cut off; the number must not be negative."""
    scaled = math.floor(number * 10 ** (2 * places))
    return Decimal(math.isqrt(scaled)).scaleb(-places)
