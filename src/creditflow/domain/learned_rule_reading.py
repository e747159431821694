"""Reading the policy's rule on learned models: how the champion counts, and with which weight."""

from decimal import Decimal

from creditflow.domain.plain_data import Place
from creditflow.domain.policy import Combine, LearnedRule


def read_learned_rule(place: Place) -> LearnedRule:
    """The rule; to be thrown away where problems were noted."""
    f = place.fields("combine", optional=("weight",))
    ways = tuple(way.value for way in Combine)
    return LearnedRule(
        combine=Combine(f.read("combine", lambda p: p.one_of(ways), ways[0])),
        weight=f.read("weight", lambda p: p.number(0, 1), Decimal("0.5")),
    )
