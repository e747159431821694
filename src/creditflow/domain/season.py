"""The season as policy data: whether the need follows that of the year before, and how far."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from creditflow.domain.plain_data import Place

_MOST = 10


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


def read_season(place: Place) -> SeasonRule:
    """The rule; to be thrown away where problems were noted."""
    f = place.fields("least", "most")
    least = f.read("least", lambda p: p.number(0, 1), Decimal(0))
    most = f.read("most", lambda p: p.number(1, _MOST), Decimal(1))
    return SeasonRule(least, most)
