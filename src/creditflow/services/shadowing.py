"""Shadow a draft policy: judge the whole book by it and by the one in force, and change nothing.

Both read the evidence of each customer's latest evaluation, so that nothing but
the policy makes the difference. Where a policy lets a learned model count, it is the champion
of now. Who was never evaluated is left out and counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal

from creditflow.approvals.routing import route
from creditflow.domain.choosing import judged_again
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.learned_judging import with_models
from creditflow.domain.limit_setting import Situation, Suggestion, suggest
from creditflow.domain.limits import Limit
from creditflow.domain.model_registry import ModelState, RegisteredModel
from creditflow.domain.money import Money
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.operations import outlook
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import Proposal
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
from creditflow.services.proposing import base_factor, situation_of


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one customer, whatever the policy."""

    customer: Customer
    evaluation: Evaluation
    limit: Limit | None
    exposure: Money
    own: OwnCurrency


@dataclass(frozen=True, slots=True)
class _Sides:
    """The two policies that are compared, and what counts under both alike.

    `champion` holds the learned model that is champion now, or none.
    """

    current: Policy
    draft: Policy
    rates: Rates
    champion: tuple[RegisteredModel, ...]


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
    champion = tuple(m for m in work.models.scoring() if m.state is ModelState.CHAMPION)
    sides = _Sides(work.policies.current(), draft, work.rates.all(), champion)
    ids = customers if customers is not None else work.customers.ids()
    moves: list[Move] = []
    for customer in ids:
        if (move := _move(customer, sides, work)) is not None:
            moves.append(move)
        seen()
    return shadow(
        moves,
        base_currency=sides.current.base_currency,
        loss_given_default=loss_given_default,
        left_out=len(ids) - len(moves),
    )


def _move(customer: CustomerId, sides: _Sides, work: Work) -> Move | None:
    known = _known(customer, sides.rates, work)
    if known is None:
        return None
    base = OwnCurrency(sides.current.base_currency, sides.rates, known.own.on)
    try:
        orders = base.money(_orders(known))
        owed = base.money(known.exposure) - orders
        return Move(
            customer=customer,
            name=known.customer.name,
            before=_judged(known, sides.current, base, sides.champion),
            after=_judged(known, sides.draft, base, sides.champion),
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


def _judged(
    known: _Known, policy: Policy, base: OwnCurrency, champion: tuple[RegisteredModel, ...]
) -> Judged:
    evaluation = judged_again(known.evaluation, _seen_by(known, policy), policy)
    if policy.learned is not None:
        evaluation = with_models(evaluation, champion, policy.learned)
    situation = situation_of(known.customer, known.limit, None, known.own)
    suggestion = suggest(evaluation, situation, policy)
    proposal = _proposal(known, evaluation, situation, suggestion, policy)
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


def _proposal(
    known: _Known,
    evaluation: Evaluation,
    situation: Situation,
    suggestion: Suggestion,
    policy: Policy,
) -> Proposal:
    """What would be proposed, as far as its way depends on it; it is never kept."""
    return Proposal(
        id="",
        case_id=evaluation.case_id,
        customer=known.customer.id,
        evaluation_id=evaluation.id,
        at=datetime.combine(evaluation.on, time(), UTC),
        current=situation.current,
        current_state=situation.current_state,
        current_version=known.limit.version if known.limit else 0,
        proposed=suggestion.proposed,
        base_currency=policy.base_currency,
        base_factor=base_factor(known.own, policy.base_currency),
        binding=suggestion.binding,
        candidates=suggestion.candidates,
        terms_days=suggestion.terms_days,
        from_=evaluation.on,
        until=suggestion.until,
        grade=evaluation.grade,
        exposure=known.exposure,
        policy_version=policy.version,
        requested=situation.requested,
    )
