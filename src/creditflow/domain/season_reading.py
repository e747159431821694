"""Read whether the need follows the season of the year before, and how far."""

from decimal import Decimal

from creditflow.domain.plain_data import Place
from creditflow.domain.season import SeasonRule

_MOST = 10


def read_season(place: Place) -> SeasonRule:
    """The rule; to be thrown away where problems were noted."""
    f = place.fields("least", "most")
    least = f.read("least", lambda p: p.number(0, 1), Decimal(0))
    most = f.read("most", lambda p: p.number(1, _MOST), Decimal(1))
    return SeasonRule(least, most)
