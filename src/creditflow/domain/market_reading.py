"""Read the steps by which less of the appetite is left where the outlook is poor."""

from decimal import Decimal

from creditflow.domain.market_rule import MarketStep
from creditflow.domain.plain_data import Place
from creditflow.domain.sentences import say


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
