"""Shadow a draft policy: judge the whole book by it and by the one in force, and change nothing.

Both read the evidence of each customer's latest evaluation, so that nothing but
the policy makes the difference, and the champion among learned models counts as
either of them says. Who was never evaluated, or has a currency without a rate,
is left out and counted. portfolio/shadowing.py does the same for a large book.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from creditflow.approvals.routing import route, start_of
from creditflow.domain.added_limits import AddedLimit
from creditflow.domain.backing import counted
from creditflow.domain.candidate import Candidate, LimitMethod
from creditflow.domain.caps import Asking, Granted
from creditflow.domain.choosing import judged_again
from creditflow.domain.covers import Held
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.dynamic_limits import movement
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.learned_judging import with_models
from creditflow.domain.limit_methods import usual_delay
from creditflow.domain.limit_setting import suggest
from creditflow.domain.limits import Limit
from creditflow.domain.model_registry import ModelState, RegisteredModel
from creditflow.domain.money import Money
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.operations import outlook
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Policy
from creditflow.domain.profit import yearly_profit
from creditflow.domain.profit_rule import ProfitRule
from creditflow.domain.raises import raised_lately
from creditflow.domain.rates import NoRate
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
from creditflow.services.sharing import capped


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one customer, whatever the policy."""

    customer: Customer
    evaluation: Evaluation
    limits: list[Limit]
    added: list[AddedLimit]
    exposure: Money
    own: OwnCurrency
    champion: tuple[RegisteredModel, ...]
    granted: Sequence[Granted]
    room: tuple[Candidate, ...]
    held: Held


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
    trial = Trial(draft, work)
    for customer in customers if customers is not None else work.customers.ids():
        trial.judge(customer)
        seen()
    return trial.outcome(loss_given_default)


class Trial:
    """A draft on its way through the book: everybody's move so far, and who has none."""

    def __init__(self, draft: Policy, work: Work) -> None:
        self.draft, self.work = draft, work
        self.current, self.rates = work.policies.current(), work.rates.all()
        self.champion = tuple(m for m in work.models.scoring() if m.state is ModelState.CHAMPION)
        self.moves: list[Move] = []
        self.left_out = self.without_rate = 0
        self._granted: dict[date, Sequence[Granted]] = {}

    def granted(self, on: date) -> Sequence[Granted]:
        """What the limits of everybody come to on that day, as far as either policy caps them."""
        if on not in self._granted:
            caps = (policy.caps for policy in (self.current, self.draft))
            parts = [part for each in caps if each is not None for part in each.parts]
            self._granted[on] = self.work.limits.granted(parts, on=on)
        return self._granted[on]

    def judge(self, customer: CustomerId) -> None:
        """Judge one customer by both policies, with the domain itself."""
        known = _known(customer, self)
        if known is None:
            self.left_out += 1
        elif (move := _move(known, self.current, self.draft)) is None:
            self.without_rate += 1
        else:
            self.moves.append(move)

    def outcome(self, loss_given_default: Decimal = LOSS_GIVEN_DEFAULT) -> Shadow:
        """Both sides in sum."""
        return shadow(
            self.moves,
            base_currency=self.current.base_currency,
            loss_given_default=loss_given_default,
            left_out=self.left_out,
            without_rate=self.without_rate,
        )


def _move(known: _Known, current: Policy, draft: Policy) -> Move | None:
    """Under both policies; None where there is no rate between its currency and the base."""
    base = OwnCurrency(current.base_currency, known.own.rates, known.own.on)
    try:
        orders = base.money(_orders(known))
        owed = base.money(known.exposure) - orders
        return Move(
            customer=known.customer.id,
            name=known.customer.name,
            before=_judged(known, current, base, draft.profit or current.profit),
            after=_judged(known, draft, base, draft.profit or current.profit),
            owed=max(owed, Money.zero(base.code)),
            orders=orders,
        )
    except NoRate:
        return None


def _known(customer_id: CustomerId, trial: Trial) -> _Known | None:
    """What is known of a customer; None where it was never evaluated."""
    work = trial.work
    evaluation = work.evaluations.latest(customer_id)
    if evaluation is None:
        return None
    customer = work.customers.get(customer_id)
    own = OwnCurrency(customer.currency, trial.rates, evaluation.on)
    case = work.cases.get(evaluation.case_id)
    exposure, room = Money.zero(own.code), tuple[Candidate, ...]()
    if case.proposal_id is not None:
        proposal = work.proposals.get(case.proposal_id)
        exposure = proposal.exposure
        room = tuple(c for c in proposal.candidates if c.method is LimitMethod.GROUP)
    limits = work.limits.history(customer_id)
    return _Known(
        customer=customer,
        evaluation=evaluation,
        limits=limits,
        added=work.added_limits.of(customer_id),
        exposure=exposure,
        own=own,
        champion=trial.champion,
        granted=trial.granted(evaluation.on),
        room=room,
        held=work.backings.of(customer_id),
    )


def _orders(known: _Known) -> Money:
    """Open orders as the evaluation saw them; none where none were seen."""
    seen = known.evaluation.evidence.number("open_orders", on=known.evaluation.on)
    return Money.of(seen, known.own.code) if seen is not None else Money.zero(known.own.code)


def _judged(known: _Known, policy: Policy, base: OwnCurrency, earns: ProfitRule | None) -> Judged:
    alone = judged_again(known.evaluation, _seen_by(known, policy), policy)
    evaluation = with_models(alone, known.champion if policy.learned else (), policy.learned)
    limit = known.limits[-1] if known.limits else None
    unmoved = situation_of(known.customer, limit, None, known.own)
    asking = Asking(known.customer, limit, unmoved.current, known.own)
    rooms = (*known.room, *capped(asking, policy, known.granted))
    backings = counted(known.held, policy.backing, known.own)
    situation = replace(unmoved, moved=movement(known.limits), rooms=rooms, backings=backings)
    suggestion = suggest(evaluation, situation, policy)
    proposal = drawn_up(evaluation, situation, suggestion, policy, owed=known.exposure)
    occasion = Occasion(OccasionKind.PERIODIC, known.customer.id, evaluation.on)
    factor = proposal.base_factor
    raised = raised_lately(known.limits, known.added, on=evaluation.on, base_factor=factor)
    start = start_of(known.limits, proposal, policy, on=evaluation.on)
    entity = known.customer.legal_entity
    way = route(
        *(proposal, evaluation, occasion, policy), raised=raised, start=start, legal_entity=entity
    )
    sector, granted = evaluation.evidence.get("sector"), base.money(suggestion.proposed)
    days = suggestion.terms_days + usual_delay(evaluation, policy)
    word = str(sector.value) if sector is not None and sector.value else None
    return Judged(
        grade=evaluation.grade,
        pd=evaluation.pd,
        limit=granted,
        profit=earned(granted, evaluation.pd, days, word, earns),
        desk=way.desk.id if way.desk else STRAIGHT_THROUGH,
    )


def earned(
    limit: Money, pd: Decimal, days: int, sector: str | None, rule: ProfitRule | None
) -> Money | None:
    """What a limit earns in a year by the one rule that both sides are reckoned by."""
    if rule is None:
        return None
    return yearly_profit(limit, pd, days=days, sector=sector, rule=rule)


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
