"""Limit setting: what each method would grant, which one binds, and what is proposed for it.

Every figure comes from the evaluation's stored evidence, so the same
evaluation, policy and current limit always lead to the same suggestion.
"""

import calendar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from creditflow.domain.backing import OPEN_METHODS, Backed, Backing, comes_on_top, sum_of
from creditflow.domain.candidate import Candidate, LimitMethod
from creditflow.domain.dynamic_limits import held
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.grade import Grade
from creditflow.domain.limit_methods import Situation, candidates_of
from creditflow.domain.money import Money, decimals
from creditflow.domain.policy import GradeRule, Policy
from creditflow.domain.terms import shortest
from creditflow.domain.terms_rule import TermsReason

FALLBACK_STEP = 1000
"""Major units to round down to in a currency for which the policy names no step."""

# Of two methods that give the same amount, the one further left is named as binding.
_PRECEDENCE = (
    LimitMethod.KNOCK_OUT,
    LimitMethod.CAP,
    LimitMethod.GROUP,
    LimitMethod.SECTOR_CAP,
    LimitMethod.COUNTRY_CAP,
    LimitMethod.REGION_CAP,
    LimitMethod.BOOK_CAP,
    LimitMethod.APPETITE,
    LimitMethod.CAPACITY,
    LimitMethod.ALLOCATION,
    LimitMethod.REQUESTED,
    LimitMethod.NEED,
    LimitMethod.CURRENT,
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A limit to propose, the method that bound it and all that were looked at.

    `backed` is what stands behind it, None where no cover and no guarantee counts.
    """

    proposed: Money
    binding: LimitMethod
    candidates: tuple[Candidate, ...]
    terms_days: int
    until: date
    terms: tuple[TermsReason, ...] = ()
    backed: Backed | None = None


def suggest(evaluation: Evaluation, situation: Situation, policy: Policy) -> Suggestion:
    """The smallest candidate, rounded down; a change too small to matter is not made.

    What is secured and insured comes on top of what the methods give, up to what is
    needed and to the caps. Raises NoRate where the base currency cannot be converted.
    """
    rule = policy.grades[evaluation.grade]
    candidates = candidates_of(evaluation, situation, rule, policy)
    amount, binding = _smallest(candidates)
    proposed = amount.rounded_down(rounding_step(amount, policy))
    backed = backed_by(candidates, situation.backings, policy)
    if backed is not None:
        amount, binding = _with_backing(proposed, binding, candidates, backed)
        proposed = amount.rounded_down(rounding_step(amount, policy))
    if _may_keep(proposed, candidates, evaluation.grade, situation):
        current, why = situation.current or proposed, None
        small = abs(proposed.minor - current.minor) <= current.minor * Fraction(policy.least_change)
        if not small and policy.dynamic is not None:
            why = held(proposed, current, situation.moved, policy.dynamic, on=evaluation.on)
        if why is not None:
            candidates = _with_current(candidates, Candidate(LimitMethod.CURRENT, current, why))
        if small or why is not None:
            proposed, binding = current, LimitMethod.CURRENT
    terms = situation.terms_reasons(evaluation, policy)
    until = months_after(evaluation.on, _validity(rule, evaluation.confidence, policy))
    return Suggestion(
        proposed=proposed,
        binding=binding,
        candidates=candidates,
        terms_days=shortest(terms) if proposed else 0,
        until=no_longer_than(backed, proposed, until),
        terms=terms if proposed else (),
        backed=backed,
    )


def backed_by(
    candidates: tuple[Candidate, ...], backings: tuple[Backing, ...], policy: Policy
) -> Backed | None:
    """What stands behind a limit, with the most that is open by itself; None where nothing does."""
    if not backings or not comes_on_top(candidates):
        return None
    most = min(c.amount for c in candidates if c.method in OPEN_METHODS and c.amount is not None)
    return Backed(most.rounded_down(rounding_step(most, policy)), backings)


def no_longer_than(backed: Backed | None, limit: Money, until: date) -> date:
    """The end of a limit, at the latest when the first thing ends that it rests on."""
    ends = backed.parts(limit).until if backed is not None else None
    return until if ends is None else min(until, ends)


def rounding_step(amount: Money, policy: Policy) -> Money:
    """What a limit of about that amount is a whole multiple of.

    The policy's step for the currency; below ten such steps two significant
    digits, so that rounding never takes a small customer's limit away. Never
    less than one major unit.
    """
    currency = amount.currency
    step = policy.rounding_steps.get(currency) or Money.of(FALLBACK_STEP, currency)
    if amount.minor >= step.minor * 10:
        return step
    finer = 10 ** max(0, len(str(max(amount.minor, 0))) - 2)
    return Money(min(step.minor, max(finer, 10 ** decimals(currency))), currency)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


def _smallest(candidates: tuple[Candidate, ...]) -> tuple[Money, LimitMethod]:
    """Appetite always has an amount, so there is always a smallest."""
    known = [(c.amount, _PRECEDENCE.index(c.method)) for c in candidates if c.amount is not None]
    amount, place = min(known)
    return amount, _PRECEDENCE[place]


def _with_backing(
    open_: Money, binding: LimitMethod, candidates: tuple[Candidate, ...], backed: Backed
) -> tuple[Money, LimitMethod]:
    """The open part with all that backs it, unless need or a cap binds before."""
    bounds = tuple(c for c in candidates if c.method not in OPEN_METHODS and c.amount is not None)
    whole, (bound, by) = open_ + backed.on_top, _smallest(bounds)
    return (bound, by) if bound <= whole else (whole, binding)


def _with_current(candidates: tuple[Candidate, ...], current: Candidate) -> tuple[Candidate, ...]:
    others = tuple(c for c in candidates if c.method is not LimitMethod.CURRENT)
    return (*others, current)


def _may_keep(
    proposed: Money, candidates: tuple[Candidate, ...], grade: Grade, situation: Situation
) -> bool:
    """Whether the limit so far is within every bound, so that it may stay.

    Only the need may be exceeded, by no more than the dead band or for as long
    as a dynamic limit is held; a request is answered as it was made.
    """
    current = situation.current
    if not current or not proposed or grade is Grade.G or situation.requested is not None:
        return False
    soft = (LimitMethod.NEED, LimitMethod.CURRENT)
    on_top = sum_of(situation.backings, current.currency)
    none = Money.zero(current.currency)
    return all(
        current <= c.amount + (on_top if c.method in OPEN_METHODS else none)
        for c in candidates
        if c.method not in soft and c.amount is not None
    )


def _validity(rule: GradeRule, confidence: Decimal, policy: Policy) -> int:
    """Months that the limit holds: a part of the grade's, at least one, where evidence is thin."""
    thin = policy.thinness(confidence)
    share = Decimal(1) if thin is None else thin.validity_share
    return max(1, int(rule.validity_months * share))
