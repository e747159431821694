"""Optimising: gather the book for the allocation, and let its outcome go the normal way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from creditflow.domain.allocating import AllocatedLine, Allocation, BookLine
from creditflow.domain.bounds import Bounds
from creditflow.domain.budgets import BudgetPlan
from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.people import Person, Role
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import LimitMethod
from creditflow.domain.rates import NoRate, Rates
from creditflow.domain.scope import Scope
from creditflow.domain.sentences import say
from creditflow.ports import LastProposal, Work
from creditflow.services.bounding import bounded_lines
from creditflow.services.proposing import base_factor

HARD = (LimitMethod.KNOCK_OUT, LimitMethod.CAP, LimitMethod.APPETITE, LimitMethod.CAPACITY)
"""Methods whose amounts no allocation may exceed; of equal ones the first is named."""


AT_ONCE = 1_000
"""Customers that are read together."""


class CannotAllocate(Refusal):
    """The book cannot be brought together; `details` has every reason."""


class MayNotPropose(Refusal):
    """Who lets an allocation become proposals has to be somebody who prepares them."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The book, and what bounds an allocation over it besides the budgets of a plan."""

    lines: list[BookLine]
    bounds: Bounds


def gather_book(
    plan: BudgetPlan, *, on: date, work: Work, seen: Callable[[int, int], None] | None = None
) -> Gathered:
    """Everybody who was evaluated, as the latest evaluation and proposal have it.

    `seen` is told how many of how many customers were looked at. Raises
    CannotAllocate for a plan in another currency than the policy's, and with
    every currency that has no rate on that day.
    """
    policy = work.policies.current()
    if plan.currency != policy.base_currency:
        raise CannotAllocate(
            say(
                "The budgets are in {currency}, the policy counts in {base}."
                " Write the budgets in {base}.",
                currency=plan.currency,
                base=policy.base_currency,
            )
        )
    lines, missing, ids = list[BookLine](), list[NoRate](), work.customers.ids()
    rates, limits = work.rates.all(), dict[CustomerId, Limit | None]()
    for start in range(0, len(ids), AT_ONCE):
        for known in work.last_judged.proposals(ids[start : start + AT_ONCE]):
            try:
                lines.append(_line(known, policy, rates=rates, on=on))
            except NoRate as no_rate:
                missing.append(no_rate)
            else:
                limits[known.customer.id] = known.limit
        if seen is not None:
            seen(min(start + AT_ONCE, len(ids)), len(ids))
    lines, bounds, unknown = bounded_lines(lines, limits, policy, on=on, work=work)
    if missing := [*missing, *unknown]:
        details = list({str(problem.sentence): problem.sentence for problem in missing}.values())
        raise CannotAllocate(details[0], details=details)
    return Gathered(lines, bounds)


def _line(known: LastProposal, policy: Policy, *, rates: Rates, on: date) -> BookLine:
    customer = known.customer
    own = OwnCurrency(customer.currency, rates, on)
    bound, bound_by = _bound(known, own)
    return BookLine(
        customer=customer,
        pd=known.pd,
        need=_need(known, own),
        bound=bound,
        bound_by=bound_by,
        current=_current(known.limit, own),
        terms_days=known.terms_days or customer.terms_days,
        factor=base_factor(own, policy.base_currency),
    )


def _bound(known: LastProposal, own: OwnCurrency) -> tuple[Money, LimitMethod]:
    """The smallest amount of the methods that bind whatever the book looks like."""
    hard = [
        (own.money(known.amounts[method]), place)
        for place, method in enumerate(HARD)
        if method in known.amounts
    ]
    amount, place = min(hard, default=(own.money(known.proposed), 0))
    return amount, HARD[place]


def _need(known: LastProposal, own: OwnCurrency) -> Money | None:
    """The need; where it could not be computed, the limit so far stands for it."""
    for method in (LimitMethod.NEED, LimitMethod.CURRENT):
        if method in known.amounts:
            return own.money(known.amounts[method])
    return None


def _current(limit: Limit | None, own: OwnCurrency) -> Money | None:
    if limit is None or limit.state is LimitState.UNLIMITED:
        return None
    return own.money(limit.amount) if limit.amount else Money.zero(own.code)


def ensure_may_propose(by: Person) -> None:
    """Proposals are prepared by analysts; whoever does never decides the cases."""
    if not by.may(Role.ANALYST):
        raise MayNotPropose(
            say(
                "Only an analyst may turn an allocation into proposals; {who} is not one.",
                who=by.id,
            )
        )


def changes(allocation: Allocation, policy: Policy) -> Iterator[AllocatedLine]:
    """Those whose limit should change: every cut, and every raise that is worth a letter.

    Cuts come first, for raises may need the room that they make.
    """
    for each in sorted(allocation.lines, key=lambda each: not _is_cut(each)):
        current = each.line.current
        if current is None:
            if each.limit:
                yield each
        elif _is_cut(each) or _is_worth_it(each.limit, current, policy.least_change):
            yield each


def _is_cut(each: AllocatedLine) -> bool:
    return each.line.current is not None and each.limit < each.line.current


def _is_worth_it(limit: Money, current: Money, least: Decimal) -> bool:
    return limit > current and limit.minor - current.minor > current.minor * least


def occasions(
    allocation: Allocation, *, by: Person, at: datetime, on: date, work: Work
) -> list[Occasion]:
    """Note the allocation in the journal; an occasion for each customer whose limit should change.

    Their cases are evaluated anew, and what was allocated is one more bound of
    the limit proposed: nothing is applied that would not be decided as usual.
    """
    ensure_may_propose(by)
    run = f"OPT-{work.counters.next('optimisation'):06d}"
    found = [
        Occasion(
            OccasionKind.OPTIMISATION,
            each.line.customer.id,
            on,
            requested_by=by.id,
            requested_limit=each.limit,
            note=each.held_by,
            reference=run,
        )
        for each in changes(allocation, work.policies.current())
    ]
    facts = {
        "earns": str(allocation.earns),
        "bound": str(allocation.bound),
        "gap": f"{allocation.gap:.3e}",
        "customers": str(len(allocation.lines)),
        "proposals": str(len(found)),
        **{
            f"budget {use.budget.key}": str(use.budget.most)
            for use in allocation.uses
            if use.is_told or use.budget.scope is not Scope.GROUP
        },
    }
    work.journal.record(Entry("limits.allocated", run, by.id, at, facts))
    return found
