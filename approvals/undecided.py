"""Undecided: a proposal with all that its way depends on, for its own amount or any other one.

Cases are opened by it, and whoever asks who would decide something asks it too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

from creditflow.approvals.routing import Route, route, start_of
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.money import MAX_MINOR, Money
from creditflow.domain.occasion import Occasion
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import Proposal
from creditflow.domain.raises import raised_lately
from creditflow.ports import Work

Stages = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """What nobody has decided yet.

    `raised` is what was granted on top within the window before, in minor units
    of the base currency. `start` is what a dynamic limit was when its period
    began (None: what it is now). `legal_entity` is the company of ours that master data
    names as the one that grants it.
    """

    proposal: Proposal
    evaluation: Evaluation
    occasion: Occasion
    policy: Policy
    raised: Fraction = Fraction(0)
    start: Money | None = None
    legal_entity: str | None = None

    def way(self, amount: Money | None = None) -> Route:
        """Where it goes as proposed, or were that amount proposed (in the customer's currency)."""
        proposal = self.proposal if amount is None else replace(self.proposal, proposed=amount)
        return route(
            proposal,
            self.evaluation,
            self.occasion,
            self.policy,
            raised=self.raised,
            start=self.start,
            legal_entity=self.legal_entity,
        )


def undecided(
    occasion: Occasion,
    proposal: Proposal,
    evaluation: Evaluation,
    policy: Policy,
    *,
    on: date,
    work: Work,
) -> Undecided:
    """The proposal with what was granted to the customer on top within the days before."""
    history = work.limits.history(proposal.customer)
    added = work.added_limits.of(proposal.customer)
    raised = raised_lately(history, added, on=on, base_factor=proposal.base_factor)
    # What comes on top and goes by itself is no step of a dynamic limit.
    start = None if proposal.on_top else start_of(history, proposal, policy, on=on)
    entity = work.customers.get(proposal.customer).legal_entity
    return Undecided(proposal, evaluation, occasion, policy, raised, start, entity)


@dataclass(frozen=True, slots=True)
class Band:
    """Amounts that go the same way: from `least` up to `most`, both included; None: any more.

    `way` is that of the least one.
    """

    least: Money
    most: Money | None
    way: Route


def bands(asked: Undecided) -> tuple[Band, ...]:
    """All amounts from zero on, by the way that they go; the borders are exact.

    They are found by asking for the way at amounts that stand in the policy and
    between them, and by halving where two neighbours go different ways.
    """
    currency = asked.proposal.proposed.currency

    def stages(minor: int) -> Stages:
        return stages_of(asked.way(Money(minor, currency)))

    borders = [0]
    knots = sorted(set(_knots(asked)))
    before = stages(0)
    for low, high in pairwise(knots):
        since = low
        while stages(high) != before:
            since = _first_other(stages, before, since, high)
            borders.append(since)
            before = stages(since)
    ends = [Money(border - 1, currency) for border in borders[1:]]
    starts = [Money(border, currency) for border in borders]
    return tuple(
        Band(least, most, asked.way(least))
        for least, most in zip(starts, [*ends, None], strict=True)
    )


def stages_of(way: Route) -> Stages:
    """The desks of a way in order, each with how many of it have to agree."""
    return tuple((step.desk.id, step.needed) for step in way.steps)


def _first_other(stages: Callable[[int], Stages], before: Stages, low: int, high: int) -> int:
    """The least amount above `low` that goes another way than it; `high` does."""
    while high - low > 1:
        middle = (low + high) // 2
        if stages(middle) == before:
            low = middle
        else:
            high = middle
    return high


def _knots(asked: Undecided) -> Iterator[int]:
    """Amounts in minor units of the customer's currency at which it is worth asking.

    Those of the policy, by themselves and on top of the present limit, and some
    in between. They only say where to look: the way itself says what holds.
    """
    proposal, policy = asked.proposal, asked.policy
    current = proposal.current.minor if proposal.current else 0
    named = [policy.straight_through.ceiling, *(desk.ceiling for desk in policy.desks)]
    for rule in policy.authority:
        named += [rule.limit_above, rule.increase_above, rule.raised_above]
        named += [rule.unsecured_above, rule.unsecured_increase_above]
    bounds = sorted({int(m.minor / proposal.base_factor) for m in named if m is not None})
    raised = int(asked.raised / proposal.base_factor)
    around = {0, current, *bounds, *(current + b for b in bounds)}
    around |= {current + b - raised for b in bounds}
    if proposal.backed is not None:
        open_ = current if proposal.current_open is None else proposal.current_open.minor
        on_top = proposal.backed.on_top.minor
        edges = {proposal.backed.most_open.minor, *bounds, *(open_ + b for b in bounds)}
        around |= edges | {edge + on_top for edge in edges}
    shares = [policy.straight_through.largest_raise, -policy.straight_through.largest_cut]
    if policy.dynamic is not None:
        shares += [policy.dynamic.largest_raise, -policy.dynamic.largest_cut]
    starts = {current, current - raised, asked.start.minor if asked.start else current}
    around |= {int(start * (1 + Fraction(share))) for share in shares for start in starts}
    highest = max(*around, 1) * 4
    step = 1
    while step < highest:
        around.add(step)
        step = step * 3 // 2 + 1
    # Twice as much, in either currency, can still be reckoned with.
    most = int(MAX_MINOR / (4 * max(Fraction(1), proposal.base_factor)))
    for knot in (*around, highest):
        yield from (min(max(near, 0), most) for near in (knot - 1, knot, knot + 1))
