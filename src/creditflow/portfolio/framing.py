"""The limit frame in columns: what each method would grant, and which one binds.

The kernel mirrors domain/limit_methods.py and domain/limit_setting.py amount by
amount; portfolio/desks.py says who has to agree.
"""

import numpy as np

from creditflow.domain.limits import LimitState
from creditflow.portfolio.arithmetic import NO_DAY, UNKNOWN, Ints, times
from creditflow.portfolio.book import LIMIT_STATES, Customers
from creditflow.portfolio.compiled import compiled, inlined
from creditflow.portfolio.desks import Facts, Frame, Standing, route
from creditflow.portfolio.room import Moment
from creditflow.portfolio.rules import ANY, GRADES, NO_RATE, Dynamic, Rules, thinness
from creditflow.portfolio.settling import own

METHODS = (
    *("knock_out", "cap", "group", "sector_cap", "country_cap", "region_cap", "book_cap"),
    *("appetite", "capacity", "requested", "need", "current"),
)
"""The methods in the order in which the first of equal amounts is named."""

KNOCK_OUT, CAP, GROUP, SECTOR, COUNTRY, REGION, BOOK = range(7)
APPETITE, CAPACITY, REQUESTED, NEED, CURRENT = range(7, len(METHODS))
TREND_UNIT = 10_000
"""In units of which the trend of sales stands in its column."""

MOST_MINOR = 9_000_000_000_000_000
_NOTHING, _UNLIMITED, _AMOUNT = (
    LIMIT_STATES.index(state)
    for state in (LimitState.NONE_SET, LimitState.UNLIMITED, LimitState.AMOUNT)
)
_WORST = len(GRADES) - 1


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
                unsure[row] = 1
        fine = now.fine and facts.raised[row] <= MOST_MINOR
        if unsure[row] != 0 or not fine or rules.base[currency, 1] == 0:
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
    terms, changed = int(customers.terms[row]), int(customers.limit_changed[row])
    return Standing(
        current, state, requested, terms, changed, int(customers.limit_cut[row]), day.on, fine
    )


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
    for place in range(BOOK + 1 - GROUP):
        amounts[GROUP + place] = facts.rooms[row, place]
    most = rules.most[currency, grade]
    amounts[APPETITE] = most
    if grades.open_credit[grade] and most != NO_RATE:
        firm = min(facts.confidence[row], bounds.full_confidence)
        amounts[APPETITE] = times(most, firm, bounds.full_confidence)
        step = facts.market[row]
        if step >= 0:
            top, bottom = rules.market[step]
            amounts[APPETITE] = times(amounts[APPETITE], top, bottom)
    amounts[CAPACITY] = capacity(row, of)
    amounts[REQUESTED] = now.requested
    amounts[NEED] = need(row, now, of)
    if amounts[NEED] == UNKNOWN:
        amounts[CURRENT] = now.current


@inlined
def capacity(row: int, of: tuple[Facts, Rules]) -> int:
    """What the customer can carry: the least share of what its statement says."""
    facts, rules = of
    grade, grades = facts.grade[row], rules.grades
    least = UNKNOWN
    if facts.equity[row] != UNKNOWN:
        least = max(0, times(facts.equity[row], grades.worth[grade, 0], grades.worth[grade, 1]))
    if facts.revenue[row] != UNKNOWN:
        top, bottom = grades.turnover[grade]
        turnover = max(0, times(facts.revenue[row], top, bottom))
        least = turnover if least == UNKNOWN else min(least, turnover)
    if facts.working[row] != UNKNOWN and grades.working[grade, 1] != 0:
        top, bottom = grades.working[grade]
        liquid = max(0, times(facts.working[row], top, bottom))
        least = liquid if least == UNKNOWN else min(least, liquid)
    return least


@inlined
def need(row: int, now: Standing, of: tuple[Facts, Rules]) -> int:
    """What the customer is expected to owe at its busiest, in the share that the grade allows."""
    facts, rules = of
    grade = facts.grade[row]
    if not facts.existing[row] and now.requested != UNKNOWN:
        return against_competition(row, now.requested, of)
    per_day, floor = expected_sales(row, of), max(0, facts.largest[row], facts.orders[row])
    if per_day == UNKNOWN and floor == 0:
        nothing = now.state == _NOTHING and now.requested == UNKNOWN
        return 0 if nothing else UNKNOWN
    expected = floor
    if per_day > 0:
        delay = max(0, facts.delay[row]) // 10
        days = terms_of(row, now, of) + min(delay, rules.bounds.delay_cap)
        expected = max(floor, per_day * days)
    covered = times(expected, rules.grades.need[grade, 0], rules.grades.need[grade, 1])
    return against_competition(row, covered, of)


@inlined
def against_competition(row: int, covered: int, of: tuple[Facts, Rules]) -> int:
    """More of the need where others sell hard."""
    step = of[0].competition[row]
    if step < 0:
        return covered
    top, bottom = of[1].competition[step]
    return times(covered, top, bottom)


@inlined
def expected_sales(row: int, of: tuple[Facts, Rules]) -> int:
    """Sales a day: of the season to come where the policy follows it, else of the busiest days."""
    facts, (least, below, most, above) = of[0], of[1].bounds.season
    if below == 0 or facts.season[row] == UNKNOWN or facts.trend[row] == UNKNOWN:
        return int(facts.peak[row])
    top, bottom = TREND_UNIT + facts.trend[row], TREND_UNIT
    if top * below < least * bottom:
        top, bottom = least, below
    elif top * above > most * bottom:
        top, bottom = most, above
    return times(facts.season[row], top, bottom)


@inlined
def terms_of(row: int, now: Standing, of: tuple[Facts, Rules]) -> int:
    """The grade's terms, or the shorter ones that the customer has or something else asks for."""
    facts, rules = of
    terms = min(int(rules.grades.terms[facts.grade[row]]), int(facts.most_terms[row]))
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
    if may_keep(now, proposed, amounts, facts.grade[row]):
        top, bottom = rules.bounds.least_change
        small = abs(proposed - now.current) <= times(now.current, top, bottom)
        if not small and held(now, proposed, rules.bounds.dynamic):
            small, amounts[CURRENT] = True, now.current
        if small:
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
def may_keep(now: Standing, proposed: int, amounts: Ints, grade: int) -> bool:
    """Whether the limit so far is within every bound, so that it may stay."""
    if now.current in (UNKNOWN, 0) or proposed == 0 or grade == _WORST or now.requested != UNKNOWN:
        return False
    for method in range(NEED):
        if amounts[method] != UNKNOWN and now.current > amounts[method]:
            return False
    return True


@inlined
def held(now: Standing, proposed: int, rule: Dynamic) -> bool:
    """Whether a dynamic limit stays where it is although another would follow."""
    if not rule.holds:
        return False
    up = proposed > now.current
    top, bottom = rule.raise_from if up else rule.cut_from
    if abs(proposed - now.current) <= times(now.current, top, bottom):
        return True
    if now.changed != NO_DAY and now.on < now.changed + rule.hold_days:
        return True
    return up and now.cut != NO_DAY and now.on < now.cut + rule.raise_after_cut_days
