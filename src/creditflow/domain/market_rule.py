"""The market as policy data: how much of the appetite is left where the outlook is poor."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from creditflow.domain.plain_data import Place
from creditflow.domain.sentences import say

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


def read_market(place: Place) -> tuple[MarketStep, ...]:
    """Steps in falling order of `below`; with a poorer outlook nothing may become easier."""
    places = place.items()
    steps = tuple(_step(p) for p in places)
    sound = [(p, step) for p, step in zip(places, steps, strict=True) if p.is_sound]
    for at, (p, step) in enumerate(sound[1:]):
        before = sound[at][1]
        if step.below >= before.below or step.share > before.share:
            p.wrong(
                say("A step for a poorer outlook leaves more than the one before it."),
                say("List the steps from a fair outlook to a poor one, each leaving less."),
            )
    return steps


def _step(place: Place) -> MarketStep:
    f = place.fields("below", "share")
    return MarketStep(
        below=f.read("below", lambda p: p.number(-1, 1), Decimal(0)),
        share=f.read("share", lambda p: p.number(0, 1), Decimal(0)),
    )
