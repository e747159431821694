"""The market as policy data: how much of the appetite is left where the outlook is poor."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

OUTLOOKS = ("sector_outlook", "market_outlook")
"""The policy's own view of a sector, and what others have said of a customer's market."""


@dataclass(frozen=True, slots=True)
class MarketStep:
    """Where the outlook is below a bound (−1 very poor, +1 very good), this share is left."""

    below: Decimal
    share: Decimal


def market_step(steps: Sequence[MarketStep], outlook: Decimal | None) -> MarketStep | None:
    """The strictest step that the outlook falls under; None where it is fair or unknown."""
    met = [step for step in steps if outlook is not None and outlook < step.below]
    return min(met, key=lambda step: step.below, default=None)
