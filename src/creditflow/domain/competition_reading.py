"""Read the steps by which more of the need is covered where others sell hard."""

from decimal import Decimal

from creditflow.domain.competition_rule import CompetitionStep
from creditflow.domain.plain_data import Place
from creditflow.domain.sentences import say

_MOST = 3


def read_competition(place: Place) -> tuple[CompetitionStep, ...]:
    """Steps in rising order of `above`; with more competition no less of the need is covered."""
    places = place.items()
    steps = tuple(_step(p) for p in places)
    sound = [(p, step) for p, step in zip(places, steps, strict=True) if p.is_sound]
    for at, (p, step) in enumerate(sound[1:]):
        before = sound[at][1]
        if step.above <= before.above or step.times < before.times:
            p.wrong(
                say("A step for more competition covers less of the need than the one before it."),
                say("List the steps from little competition to much, each covering more."),
            )
    return steps


def _step(place: Place) -> CompetitionStep:
    f = place.fields("above", "times")
    return CompetitionStep(
        above=f.read("above", lambda p: p.number(-1, 1), Decimal(1)),
        times=f.read("times", lambda p: p.number(1, _MOST), Decimal(1)),
    )
