"""The limit frame in columns: what each method would grant, which one binds, who has to agree.

The kernel mirrors domain/limit_setting.py and approvals/routing.py amount by
amount. Raises of the ninety days before are not in a book; there, who has to
agree is said for the proposal alone, as when nothing was raised before.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.limits import LimitState
from creditflow.portfolio.arithmetic import UNKNOWN, Ints, times
from creditflow.portfolio.book import LIMIT_STATES, Customers
from creditflow.portfolio.compiled import compiled, inlined
from creditflow.portfolio.room import Moment
from creditflow.portfolio.rules import ANY, GRADES, NO_RATE, Rules, thinness
from creditflow.portfolio.settling import own

METHODS = ("knock_out", "cap", "appetite", "capacity", "requested", "need", "current")
"""The methods in the order in which the first of equal amounts is named."""

KNOCK_OUT, CAP, APPETITE, CAPACITY, REQUESTED, NEED, CURRENT = range(len(METHODS))
STRAIGHT_THROUGH = -1
"""In place of a desk: the policy decides by itself."""

MOST_MINOR = 9_000_000_000_000_000
_NOTHING, _UNLIMITED, _AMOUNT = (
    LIMIT_STATES.index(state)
    for state in (LimitState.NONE_SET, LimitState.UNLIMITED, LimitState.AMOUNT)
)
_WORST = len(GRADES) - 1


class Facts(NamedTuple):
    """What a limit follows from; amounts in the customer's currency, UNKNOWN where unknown.

    `raised` is what was granted on top within the window before, in minor units
    of the base currency, rounded up.
    """

    peak: Ints
    largest: Ints
    orders: Ints
    equity: Ints
    revenue: Ints
    delay: Ints
    existing: NDArray[np.bool_]
    grade: NDArray[np.int8]
    confidence: Ints
    knock_outs: Ints
    raised: Ints


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
    fine: bool


def room_for(customers: int) -> Frame:
    """Room for so many customers."""
    return Frame(
        amounts=np.full((customers, len(METHODS)), UNKNOWN, np.int64),
        binding=np.zeros(customers, np.int8),
        current=np.full(customers, UNKNOWN, np.int64),
        proposed=np.zeros(customers, np.int64),
        terms=np.zeros(customers, np.int32),
        months=np.zeros(customers, np.int32),
        until=np.zeros(customers, np.int32),
        desk=np.zeros(customers, np.int8),
        rule=np.full(customers, ANY, np.int16),
    )


@compiled
def frame(
    day: Moment, customers: Customers, facts: Facts, rules: Rules, room: tuple[Frame, Ints]
) -> None:
    """Fill each row; the second of the room gets a one where the domain has to look.

    `day.tops[a, b] / day.bottoms[a, b]` makes minor units of currency a of those of b.
    """
    into, unsure = room
    for row in range(len(unsure)):
        currency = customers.currency[row]
        own_day = Moment(day.on, day.tops[currency], day.bottoms[currency])
        now = standing(row, own_day, customers)
        amounts = into.amounts[row]
        candidates(row, now, (facts, rules), currency, amounts)
        for amount in amounts:
            if amount == NO_RATE or amount > MOST_MINOR:
                now = Standing(now.current, now.state, now.requested, now.terms, False)
        if not now.fine or rules.base[currency, 1] == 0:
            unsure[row] = 1
            continue
        propose(row, now, (facts, rules), currency, into)
        route(row, now, (facts, rules), currency, into)


@inlined
def standing(row: int, day: Moment, customers: Customers) -> Standing:
    """What was granted and asked for so far; a first limit answers what master data asks for."""
    state, current, requested, fine = _NOTHING, UNKNOWN, UNKNOWN, True
    if customers.limit_version[row] > 0:
        state = int(customers.limit_state[row])
        if state == _AMOUNT:
            current = own(customers.limit_amount[row], customers.limit_currency[row], day)
            fine = current != UNKNOWN
        elif state != _UNLIMITED:
            current = 0
    elif customers.requested[row] != UNKNOWN:
        requested = own(customers.requested[row], customers.requested_currency[row], day)
        fine = requested != UNKNOWN
    return Standing(current, state, requested, int(customers.terms[row]), fine)


@inlined
def candidates(
    row: int, now: Standing, of: tuple[Facts, Rules], currency: int, amounts: Ints
) -> None:
    """What each method would give; UNKNOWN where its evidence is missing or it does not apply."""
    facts, rules = of
    grade, grades, bounds = facts.grade[row], rules.grades, rules.bounds
    amounts[:] = UNKNOWN
    if facts.knock_outs[row] != 0:
        amounts[KNOCK_OUT] = 0
    if bounds.has_name_cap:
        amounts[CAP] = rules.name_cap[currency]
    most = rules.most[currency, grade]
    amounts[APPETITE] = most
    if grades.open_credit[grade] and most != NO_RATE:
        firm = min(facts.confidence[row], bounds.full_confidence)
        amounts[APPETITE] = times(most, firm, bounds.full_confidence)
    worth, turnover = UNKNOWN, UNKNOWN
    if facts.equity[row] != UNKNOWN:
        worth = max(0, times(facts.equity[row], grades.worth[grade, 0], grades.worth[grade, 1]))
    if facts.revenue[row] != UNKNOWN:
        top, bottom = grades.turnover[grade]
        turnover = max(0, times(facts.revenue[row], top, bottom))
    if UNKNOWN in (worth, turnover):
        amounts[CAPACITY] = max(worth, turnover)
    else:
        amounts[CAPACITY] = min(worth, turnover)
    amounts[REQUESTED] = now.requested
    amounts[NEED] = need(row, now, of)
    if amounts[NEED] == UNKNOWN:
        amounts[CURRENT] = now.current


@inlined
def need(row: int, now: Standing, of: tuple[Facts, Rules]) -> int:
    """What the customer is expected to owe at its busiest, in the share that the grade allows."""
    facts, rules = of
    grade = facts.grade[row]
    if not facts.existing[row] and now.requested != UNKNOWN:
        return now.requested
    per_day, floor = facts.peak[row], max(0, facts.largest[row], facts.orders[row])
    if per_day == UNKNOWN and floor == 0:
        nothing = now.state == _NOTHING and now.requested == UNKNOWN
        return 0 if nothing else UNKNOWN
    expected = floor
    if per_day > 0:
        delay = max(0, facts.delay[row]) // 10
        days = terms_of(row, now, of) + min(delay, rules.bounds.delay_cap)
        expected = max(floor, per_day * days)
    return times(expected, rules.grades.need[grade, 0], rules.grades.need[grade, 1])


@inlined
def terms_of(row: int, now: Standing, of: tuple[Facts, Rules]) -> int:
    """The grade's terms; a customer that has shorter ones keeps them."""
    facts, rules = of
    terms = int(rules.grades.terms[facts.grade[row]])
    return terms if now.terms < 0 else min(terms, now.terms)


@inlined
def propose(row: int, now: Standing, of: tuple[Facts, Rules], currency: int, into: Frame) -> None:
    """The smallest candidate, rounded down; a change too small to matter is not made."""
    facts, rules = of
    amounts, binding = into.amounts[row], APPETITE
    for method in range(len(amounts)):
        if amounts[method] != UNKNOWN and (
            amounts[method] < amounts[binding]
            or (amounts[method] == amounts[binding] and method < binding)
        ):
            binding = method
    amount = amounts[binding]
    step = step_of(amount, rules.step[currency], rules.unit[currency])
    proposed = amount // step * step
    if keeps(now, proposed, amounts, facts.grade[row], rules.bounds.least_change):
        proposed, binding = now.current, CURRENT
    grade, thin = facts.grade[row], thinness(facts.confidence[row], rules.thin)
    into.binding[row], into.proposed[row] = binding, proposed
    into.current[row] = now.current
    into.terms[row] = terms_of(row, now, of) if proposed > 0 else 0
    into.months[row] = rules.grades.months[grade] if thin < 0 else rules.thin[thin, 2 + grade]


@inlined
def step_of(amount: int, step: int, unit: int) -> int:
    """The policy's step; below ten such steps what leaves two significant digits."""
    if amount >= step * 10:
        return step
    finer = 1
    while amount // finer >= 100:  # noqa: PLR2004 - three digits or more
        finer *= 10
    return min(step, max(finer, unit))


@inlined
def keeps(now: Standing, proposed: int, amounts: Ints, grade: int, least: tuple[int, int]) -> bool:
    """Whether the change is too small to bother anybody, and keeping is within every bound."""
    if now.current in (UNKNOWN, 0) or proposed == 0 or grade == _WORST or now.requested != UNKNOWN:
        return False
    for method in range(NEED):
        if amounts[method] != UNKNOWN and now.current > amounts[method]:
            return False
    return abs(proposed - now.current) <= times(now.current, least[0], least[1])


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
        for rule in range(len(rules.authority)):
            if holds(rules.authority[rule], row, facts, base, increase):
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
    return abs(change) > times(now.current, top, bottom)


@inlined
def holds(rule: Ints, row: int, facts: Facts, base: int, increase: int) -> bool:
    """Whether all conditions of a rule of authority are met; nobody has asked in a review."""
    segment, grade_from, limit_above, increase_above, raised_above = rule[1:6]
    below, requested, knocked_out = rule[6:9]
    raised = facts.raised[row] + increase if increase > 0 else 0
    return bool(
        (segment == ANY or segment == facts.existing[row])
        and (grade_from == ANY or facts.grade[row] >= grade_from)
        and (limit_above == ANY or base > limit_above)
        and (increase_above == ANY or increase > increase_above)
        and (raised_above == ANY or raised > raised_above)
        and (below == ANY or facts.confidence[row] < below)
        and (requested in (ANY, 0))
        and (knocked_out == ANY or (knocked_out == 1) == (facts.knock_outs[row] != 0))
    )
