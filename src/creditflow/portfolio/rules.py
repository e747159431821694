"""Rules: what a policy says about limits and desks, as whole numbers that a kernel can read."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from creditflow.domain.authority import BY_AMOUNT, AuthorityRule
from creditflow.domain.dynamic_limits import DynamicRule
from creditflow.domain.errors import Problem
from creditflow.domain.grade import Grade
from creditflow.domain.legal_entity import granting_entity
from creditflow.domain.limit_setting import FALLBACK_STEP
from creditflow.domain.money import Money, decimals
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import GradeRule, Policy
from creditflow.domain.rates import Rates
from creditflow.domain.scorecard import Segment
from creditflow.domain.season import SeasonRule
from creditflow.domain.sentences import say
from creditflow.portfolio.arithmetic import MOST_PRODUCT, UNKNOWN, Ints
from creditflow.portfolio.book import CODES
from creditflow.portfolio.compiled import inlined
from creditflow.portfolio.sheets import FULL, TooFine
from creditflow.services.proposing import base_factor

GRADES = tuple(Grade)
ANY = -1
"""In a rule of authority: no condition; as a desk: the one that answers for the amount."""

NO_RATE = UNKNOWN + 1
_FINEST = Decimal("1E-12")


class Grades(NamedTuple):
    """What each grade is allowed; shares are fractions, top and bottom.

    A bottom of zero in `working` says that working capital is no bound.
    """

    need: Ints
    worth: Ints
    working: Ints
    turnover: Ints
    terms: Ints
    months: Ints
    open_credit: Ints


class Dynamic(NamedTuple):
    """How limits follow by themselves, see domain/dynamic_limits.py; shares are fractions."""

    holds: bool
    raise_from: tuple[int, int]
    cut_from: tuple[int, int]
    hold_days: int
    raise_after_cut_days: int
    largest_raise: tuple[int, int]
    largest_cut: tuple[int, int]


class Bounds(NamedTuple):
    """What holds whatever the currency is; confidences in units of the scores' own.

    `season` are the least and the most that the trend may come to, as fractions; a
    bottom of zero says that the need does not follow the season.
    """

    full_confidence: int
    delay_cap: int
    least_change: tuple[int, int]
    season: tuple[int, int, int, int]
    has_name_cap: bool
    ceiling: int
    worst_grade: int
    least_confidence: int
    largest_raise: tuple[int, int]
    largest_cut: tuple[int, int]
    dynamic: Dynamic


class Rules(NamedTuple):
    """A policy on one day. `most`, `name_cap` and `step` are by currency, in its minor units.

    `thin` are the rules for thin evidence, strictest first: the bound of
    confidence, desks up, then the months of each grade; grades have `months`
    where none of them holds. `market` are the shares that are left by step, `competition`
    what the need is multiplied with.
    `base` is the number of minor base units for one of the currency, as a fraction with a
    bottom of zero where there is no rate.
    """

    grades: Grades
    bounds: Bounds
    most: Ints
    name_cap: Ints
    step: Ints
    unit: Ints
    base: Ints
    desks: Ints
    authority: Ints
    thin: Ints
    market: Ints
    competition: Ints


def rules_of(policy: Policy, rates: Rates, on: date, scale: int) -> Rules:
    """The rules of a policy at the rates of a day; raises TooFine.

    Confidences are made whole by ten to the power of `scale`, times FULL.
    """
    unit = 10**scale * FULL
    through = policy.straight_through
    currencies = [_Currency(code, policy, rates, on) for code in CODES]
    return Rules(
        grades=_grades([policy.grades[grade] for grade in GRADES]),
        bounds=Bounds(
            full_confidence=_whole(policy.full_confidence * unit),
            delay_cap=policy.usual_delay_cap_days,
            least_change=_parts(policy.least_change),
            season=_season(policy.season),
            has_name_cap=policy.name_cap is not None,
            ceiling=through.ceiling.minor,
            worst_grade=GRADES.index(through.worst_grade),
            least_confidence=_whole(through.least_confidence * unit),
            largest_raise=_parts(through.largest_raise),
            largest_cut=_parts(through.largest_cut),
            dynamic=_dynamic(policy.dynamic),
        ),
        most=np.array([c.most for c in currencies], np.int64),
        name_cap=np.array([c.name_cap for c in currencies], np.int64),
        step=np.array([c.step for c in currencies], np.int64),
        unit=np.array([c.unit for c in currencies], np.int64),
        base=np.array([c.base for c in currencies], np.int64),
        desks=np.array(
            [(MOST_PRODUCT if d.ceiling is None else d.ceiling.minor, GRADES.index(d.worst_grade))
             for d in policy.desks], np.int64,
        ),
        authority=np.array(
            [_authority(rule, policy, unit) for rule in policy.authority], np.int64
        ).reshape(-1, 10),
        thin=_thin(policy, unit),
        market=_fractions([step.share for step in policy.market]).reshape(-1, 2),
        competition=_fractions([step.times for step in policy.competition]).reshape(-1, 2),
    )  # fmt: skip


@inlined
def thinness(confidence: int, thin: Ints) -> int:
    """The strictest rule for thin evidence that holds; below zero where none does."""
    for rule in range(len(thin)):
        if confidence < thin[rule, 0]:
            return rule
    return -1


class _Currency:
    """What a policy's amounts are in one currency."""

    def __init__(self, code: str, policy: Policy, rates: Rates, on: date) -> None:
        own = OwnCurrency(code, rates, on)
        step = policy.rounding_steps.get(code) or Money.of(FALLBACK_STEP, code)
        self.step, self.unit = step.minor, 10 ** decimals(code)
        self.most = [_own(policy.grades[grade].cap, own) for grade in GRADES]
        self.name_cap = UNKNOWN if policy.name_cap is None else _own(policy.name_cap, own)
        self.base = _base(own, policy.base_currency)


def own_minor(amount: Money, code: str, rates: Rates, on: date) -> int:
    """The amount in minor units of that currency at the rates of a day, or NO_RATE."""
    return _own(amount, OwnCurrency(code, rates, on))


def _own(amount: Money, own: OwnCurrency) -> int:
    try:
        return own.minor(amount)
    except (Problem, OverflowError):
        return NO_RATE


def _base(own: OwnCurrency, base_currency: str) -> tuple[int, int]:
    try:
        factor = base_factor(own, base_currency)
    except Problem:
        return 1, 0
    if max(factor.numerator, factor.denominator) > MOST_PRODUCT:
        return 1, 0
    return factor.numerator, factor.denominator


def _grades(rules: Sequence[GradeRule]) -> Grades:
    return Grades(
        need=_fractions([r.need_share for r in rules]),
        worth=_fractions([r.worth_share for r in rules]),
        working=np.array(
            [(0, 0) if r.working_share is None else _parts(r.working_share) for r in rules],
            np.int64,
        ),
        turnover=_fractions([r.turnover_share for r in rules]),
        terms=np.array([r.terms_days for r in rules], np.int64),
        months=np.array([r.validity_months for r in rules], np.int64),
        open_credit=np.array([bool(r.cap) for r in rules], np.int64),
    )


def _dynamic(rule: DynamicRule | None) -> Dynamic:
    if rule is None:
        return Dynamic(False, (0, 1), (0, 1), 0, 0, (0, 1), (0, 1))
    return Dynamic(
        holds=True,
        raise_from=_parts(rule.raise_from),
        cut_from=_parts(rule.cut_from),
        hold_days=rule.hold_days,
        raise_after_cut_days=rule.raise_after_cut_days,
        largest_raise=_parts(rule.largest_raise),
        largest_cut=_parts(rule.largest_cut),
    )


def _season(rule: SeasonRule | None) -> tuple[int, int, int, int]:
    return (0, 0, 0, 0) if rule is None else (*_parts(rule.least), *_parts(rule.most))


def _thin(policy: Policy, unit: int) -> Ints:
    """What follows where little is known, by the bounds that the policy itself would ask."""
    bounds = {rule.below for rule in policy.thin_evidence} or {policy.full_confidence}
    rows = []
    for below in sorted(bounds):
        rule = policy.thinness(below - _FINEST)
        if rule is None:
            continue
        months = [
            max(1, int(policy.grades[grade].validity_months * rule.validity_share))
            for grade in GRADES
        ]
        rows.append([_whole(below * unit), rule.desks_up, *months])
    return np.array(rows, np.int64).reshape(-1, 2 + len(GRADES))


def _authority(rule: AuthorityRule, policy: Policy, unit: int) -> tuple[int, ...]:
    """The first desk, then every condition; ANY where there is none.

    Whoever is judged in columns has nothing that is secured: there the
    unsecured part is the whole.
    """
    first = rule.stages[0].desk
    desks = [desk.id for desk in policy.desks]
    entities = [entity.id for entity in policy.legal_entities]
    below = rule.confidence_below
    return (
        ANY if first == BY_AMOUNT else desks.index(first),
        ANY if rule.segment is None else int(rule.segment is Segment.EXISTING),
        ANY if rule.grade_from is None else GRADES.index(rule.grade_from),
        _minor(rule.limit_above, rule.unsecured_above),
        _minor(rule.increase_above, rule.unsecured_increase_above),
        _minor(rule.raised_above),
        ANY if below is None else _whole(below * unit),
        ANY if rule.requested is None else int(rule.requested),
        ANY if rule.knocked_out is None else int(rule.knocked_out),
        ANY if rule.legal_entity is None else entities.index(rule.legal_entity),
    )


def entities_of(words: Sequence[str], policy: Policy) -> Ints:
    """The place of the company that grants for each word of a book, and for none (the last)."""
    ids = [entity.id for entity in policy.legal_entities]
    granting = [granting_entity(policy.legal_entities, word) for word in (*words, None)]
    return np.array([ANY if g is None else ids.index(g) for g in granting], np.int64)


def _minor(*amounts: Money | None) -> int:
    """The largest of bounds that all have to be exceeded; ANY where there is none."""
    return max((amount.minor for amount in amounts if amount is not None), default=ANY)


def _fractions(shares: Sequence[Decimal]) -> Ints:
    return np.array([_parts(share) for share in shares], np.int64)


def _parts(share: Decimal) -> tuple[int, int]:
    part = Fraction(share)
    return part.numerator, part.denominator


def _whole(number: Decimal) -> int:
    whole = int(number)
    if whole != number:
        raise TooFine(
            say("The policy's bounds of confidence have more decimals than its scorecards."
                " Use as many as two.")
        )  # fmt: skip
    return whole
