"""The season as policy data: whether the need follows that of the year before, and how far."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class SeasonRule:
    """The need follows the same season of the year before, times the trend within these bounds.

    `least` and `most` are factors: with a `least` of 0.5 a fall is followed
    down to a half.
    """

    least: Decimal
    most: Decimal

    def factor(self, trend: Decimal) -> Fraction:
        """What last year's sales are multiplied with, for a trend as a share (0: none)."""
        return min(max(1 + Fraction(trend), Fraction(self.least)), Fraction(self.most))
