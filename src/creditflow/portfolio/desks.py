"""Desks in columns: who is asked first about a proposal, and by which rule of the policy.

The kernel mirrors approvals/routing.py. Raises of the days before and what a
limit was when its period began are not in a book but read beside it
(portfolio/raises.py); where nobody has read them, nothing was changed before.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.limits import LimitState
from creditflow.portfolio.arithmetic import UNKNOWN, Ints, times
from creditflow.portfolio.book import LIMIT_STATES
from creditflow.portfolio.compiled import inlined
from creditflow.portfolio.rules import ANY, Dynamic, Rules, thinness

STRAIGHT_THROUGH = -1
"""In place of a desk: the policy decides by itself."""

_UNLIMITED = LIMIT_STATES.index(LimitState.UNLIMITED)


class Facts(NamedTuple):
    """What a limit follows from; amounts in the customer's currency, UNKNOWN where unknown.

    `raised` is what was granted within the window before, `start` what the limit was when the
    period of a dynamic limit began, `most_terms` the days that sector, money and law allow,
    `market` the step of the outlook of its market, below zero where none. `rooms` are what its
    groups (portfolio/grouped.py) and then the caps of portfolio/caps.py leave for it,
    `competition` is the step that it is above, `entity` the place of the company that grants it.
    """

    peak: Ints
    season: Ints
    trend: Ints
    largest: Ints
    orders: Ints
    equity: Ints
    working: Ints
    revenue: Ints
    delay: Ints
    existing: NDArray[np.bool_]
    grade: NDArray[np.int8]
    confidence: Ints
    knock_outs: Ints
    raised: Ints
    start: Ints
    most_terms: Ints
    market: Ints
    rooms: Ints
    competition: Ints
    entity: Ints


class Frame(NamedTuple):
    """A row for each customer: what the METHODS give, which binds, what is proposed for how long.

    `desk` is the place of the desk that is asked first, or STRAIGHT_THROUGH;
    `rule` that of the policy's rule which asks for it, or ANY.
    """

    amounts: Ints
    binding: NDArray[np.int8]
    current: Ints
    proposed: Ints
    terms: NDArray[np.int32]
    months: NDArray[np.int32]
    until: NDArray[np.int32]
    desk: NDArray[np.int8]
    rule: NDArray[np.int16]


class Standing(NamedTuple):
    """One customer's limit so far and what was asked for, in its own currency."""

    current: int
    state: int
    requested: int
    terms: int
    changed: int
    cut: int
    on: int
    fine: bool


@inlined
def route(row: int, now: Standing, of: tuple[Facts, Rules], currency: int, into: Frame) -> None:
    """Which desk is asked first, and by which rule."""
    facts, rules = of
    proposed = into.proposed[row]
    base = in_base(proposed, rules.base[currency])
    before = in_base(now.current, rules.base[currency]) if now.current > 0 else 0
    increase = max(0, base - before)
    objected = objects(row, now, of, proposed, base)
    into.desk[row], into.rule[row] = STRAIGHT_THROUGH, ANY
    if objected or increase > 0:
        raised = in_base(facts.raised[row], rules.base[currency])
        for rule in range(len(rules.authority)):
            if holds(rules.authority[rule], row, facts, (base, increase, raised)):
                desk = rules.authority[rule, 0]
                into.rule[row] = rule
                into.desk[row] = desk_for(row, of, max(base, before)) if desk == ANY else desk
                return
    if objected:
        into.desk[row] = desk_for(row, of, max(base, before))


@inlined
def in_base(amount: int, factor: Ints) -> int:
    """An amount in the base currency, rounded up."""
    return -times(-amount, factor[0], factor[1])


@inlined
def desk_for(row: int, of: tuple[Facts, Rules], at_stake: int) -> int:
    """The lowest desk that answers for that limit at that grade, higher up for thin evidence."""
    facts, rules = of
    last, thin = len(rules.desks) - 1, thinness(facts.confidence[row], rules.thin)
    up = 0 if thin < 0 else rules.thin[thin, 1]
    for desk in range(last):
        if at_stake <= rules.desks[desk, 0] and facts.grade[row] <= rules.desks[desk, 1]:
            return min(desk + up, last)
    return last


@inlined
def objects(row: int, now: Standing, of: tuple[Facts, Rules], proposed: int, base: int) -> bool:
    """Whether anything speaks against letting the proposal straight through."""
    facts, bounds = of[0], of[1].bounds
    less = now.requested != UNKNOWN and proposed < now.requested
    if facts.knock_outs[row] != 0 or now.state == _UNLIMITED or less:
        return True
    if proposed > 0 and proposed == now.current:
        return False
    thin = facts.confidence[row] < bounds.least_confidence
    if base > bounds.ceiling or facts.grade[row] > bounds.worst_grade or thin:
        return True
    if now.current in (UNKNOWN, 0):
        return False
    change = proposed - now.current
    top, bottom = bounds.largest_raise if change > 0 else bounds.largest_cut
    if abs(change) > times(now.current, top, bottom):
        return True
    start = now.current if facts.start[row] == UNKNOWN else facts.start[row]
    return leaves_corridor(proposed, start, bounds.dynamic)


@inlined
def holds(rule: Ints, row: int, facts: Facts, of: tuple[int, int, int]) -> bool:
    """Whether all conditions of a rule of authority are met; nobody has asked in a review.

    Given are the limit, its increase and what was raised before, in the base currency.
    """
    base, increase, before = of
    segment, grade_from, limit_above, increase_above, raised_above = rule[1:6]
    below, requested, knocked_out, entity = rule[6:10]
    raised = before + increase if increase > 0 else 0
    return bool(
        (segment == ANY or segment == facts.existing[row])
        and (grade_from == ANY or facts.grade[row] >= grade_from)
        and (limit_above == ANY or base > limit_above)
        and (increase_above == ANY or increase > increase_above)
        and (raised_above == ANY or raised > raised_above)
        and (below == ANY or facts.confidence[row] < below)
        and (requested in (ANY, 0))
        and (entity in (ANY, facts.entity[row]))
        and (knocked_out == ANY or (knocked_out == 1) == (facts.knock_outs[row] != 0))
    )


@inlined
def leaves_corridor(proposed: int, start: int, rule: Dynamic) -> bool:
    """Whether a dynamic limit would move further than it may by itself."""
    if not rule.holds or start <= 0:
        return False
    change = proposed - start
    top, bottom = rule.largest_raise if change > 0 else rule.largest_cut
    return abs(change) > times(start, top, bottom)
