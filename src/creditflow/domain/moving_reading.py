"""Read how far the grounds of a waiting case may move before it begins anew."""

from decimal import Decimal

from creditflow.domain.plain_data import Place
from creditflow.domain.tolerance import Tolerance

_MOST_POINTS = 1_000
_MOST_SHARE = 100


def read_tolerance(place: Place) -> Tolerance:
    """The tolerance; zero lets nothing move at all."""
    f = place.fields("points", "confidence", "amount_share", "exposure_share")

    def share(name: str, most: int) -> Decimal:
        return f.read(name, lambda p: p.number(0, most), Decimal(0))

    return Tolerance(
        points=share("points", _MOST_POINTS),
        confidence=share("confidence", 1),
        amount_share=share("amount_share", _MOST_SHARE),
        exposure_share=share("exposure_share", _MOST_SHARE),
    )
