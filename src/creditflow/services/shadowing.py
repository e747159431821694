"""Shadow a draft policy: judge the whole book by it and by the one in force, and change nothing.

Both read the evidence of each customer's latest evaluation, so that nothing but
the policy makes the difference. Who was never evaluated is left out and counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from creditflow.approvals.routing import route
from creditflow.domain.choosing import judged_again
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.limit_setting import suggest
from creditflow.domain.limits import Limit
from creditflow.domain.money import Money
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.operations import outlook
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Policy
from creditflow.domain.rates import NoRate, Rates
from creditflow.domain.shadow import (
    LOSS_GIVEN_DEFAULT,
    STRAIGHT_THROUGH,
    Judged,
    Move,
    Shadow,
    shadow,
)
from creditflow.domain.signals import Evidence, Signal
from creditflow.ports import Work
from creditflow.services.proposing import drawn_up, situation_of


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one customer, whatever the policy."""

    customer: Customer
    evaluation: Evaluation
    limit: Limit | None
    exposure: Money
    own: OwnCurrency


def shadow_run(
    draft: Policy,
    *,
    work: Work,
    customers: list[CustomerId] | None = None,
    loss_given_default: Decimal = LOSS_GIVEN_DEFAULT,
    seen: Callable[[], None] = lambda: None,
) -> Shadow:
    """What the draft would change for these customers (or all): nothing is kept.

    Both sides are in the base currency of the policy in force. `seen` is called
    after each customer.
    """
    current, rates = work.policies.current(), work.rates.all()
    ids = customers if customers is not None else work.customers.ids()
    moves: list[Move] = []
    for customer in ids:
        if (move := _move(customer, current, draft, rates, work)) is not None:
            moves.append(move)
        seen()
    return shadow(
        moves,
        base_currency=current.base_currency,
        loss_given_default=loss_given_default,
        left_out=len(ids) - len(moves),
    )


def _move(
    customer: CustomerId, current: Policy, draft: Policy, rates: Rates, work: Work
) -> Move | None:
    known = _known(customer, rates, work)
    if known is None:
        return None
    base = OwnCurrency(current.base_currency, rates, known.own.on)
    try:
        orders = base.money(_orders(known))
        owed = base.money(known.exposure) - orders
        return Move(
            customer=customer,
            name=known.customer.name,
            before=_judged(known, current, base),
            after=_judged(known, draft, base),
            owed=max(owed, Money.zero(base.code)),
            orders=orders,
        )
    except NoRate:
        return None


def _known(customer_id: CustomerId, rates: Rates, work: Work) -> _Known | None:
    evaluation = work.evaluations.latest(customer_id)
    if evaluation is None:
        return None
    customer = work.customers.get(customer_id)
    own = OwnCurrency(customer.currency, rates, evaluation.on)
    case = work.cases.get(evaluation.case_id)
    exposure = Money.zero(own.code)
    if case.proposal_id is not None:
        exposure = work.proposals.get(case.proposal_id).exposure
    return _Known(customer, evaluation, work.limits.current(customer_id), exposure, own)


def _orders(known: _Known) -> Money:
    """Open orders as the evaluation saw them; none where none were seen."""
    seen = known.evaluation.evidence.number("open_orders", on=known.evaluation.on)
    return Money.of(seen, known.own.code) if seen is not None else Money.zero(known.own.code)


def _judged(known: _Known, policy: Policy, base: OwnCurrency) -> Judged:
    evaluation = judged_again(known.evaluation, _seen_by(known, policy), policy)
    situation = situation_of(known.customer, known.limit, None, known.own)
    suggestion = suggest(evaluation, situation, policy)
    proposal = drawn_up(evaluation, situation, suggestion, policy, owed=known.exposure)
    occasion = Occasion(OccasionKind.PERIODIC, known.customer.id, evaluation.on)
    way = route(proposal, evaluation, occasion, policy)
    return Judged(
        grade=evaluation.grade,
        pd=evaluation.pd,
        limit=base.money(suggestion.proposed),
        desk=way.desk.id if way.desk else STRAIGHT_THROUGH,
    )


def _seen_by(known: _Known, policy: Policy) -> Evidence:
    """The stored evidence with what this policy thinks of the customer's sector and country."""
    on, thought = known.evaluation.on, outlook(known.customer, policy)
    source = f"policy {policy.version}"
    return Evidence(
        Signal(signal.name, thought.get(signal.name), on, source)
        if signal.name in ("sector_outlook", "country_outlook")
        else signal
        for signal in known.evaluation.evidence.values()
    )
