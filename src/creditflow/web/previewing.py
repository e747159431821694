"""What a verdict would cause, before anybody decides: the letter as it would leave, and orders."""

from dataclasses import dataclass
from datetime import date, datetime

from creditflow.approvals.board import Board, board_of
from creditflow.domain.case import Case
from creditflow.domain.customer import Customer
from creditflow.domain.decision import Say
from creditflow.domain.granting import Change
from creditflow.domain.letter import Addressed, Rendered
from creditflow.domain.money import Money
from creditflow.domain.order_fit import OrdersFit
from creditflow.domain.rates import NoRate
from creditflow.ports import Letterpress, Work
from creditflow.services.addressing import usable_addresses
from creditflow.services.fitting import orders_under, orders_with
from creditflow.services.freezing import Sender, opening_of
from creditflow.services.telling import (
    after_grant,
    after_rejection,
    after_top,
    disclosable,
    facts_of,
    is_worth_a_letter,
    terms_before,
)

NUMBER = "L-000000"
"""Stands for the number that a real letter will get."""


def foresee(
    case: Case,
    verdict: Say,
    change: Change,
    *,
    at: datetime,
    on: date,
    work: Work,
    press: Letterpress,
    sender: Sender,
) -> Rendered | None:
    """The letter of a verdict on a case that has a proposal; None where the policy sends none.

    Raises what the press raises.
    """
    customer = work.customers.get(case.customer)
    facts = foreseen(case, verdict, change, customer=customer, on=on, work=work, sender=sender)
    if facts is None:
        return None
    recipient = next(iter(usable_addresses(customer.email)), None)
    ident = f"<{NUMBER.lower()}@{sender.mail_domain}>"
    edition = work.templates.edition()
    return press.render(facts, recipient=recipient, message_id=ident, at=at, edition=edition)


def foreseen(
    case: Case,
    verdict: Say,
    change: Change,
    *,
    customer: Customer,
    on: date,
    work: Work,
    sender: Sender,
) -> Addressed | None:
    """The facts of that letter to the customer as given; None where the policy sends none."""
    proposal, current = work.proposals.get(case.proposal_id or ""), work.limits.current(customer.id)
    grant = change.made_to(board_of(case, proposal, work).grant)
    rule = work.policies.current().granting
    told = disclosable(grant.conditions, rule, customer.language)
    if verdict is Say.REJECT:
        news = after_rejection(current, on)
    elif proposal.on_top is not None:
        granted = grant.limit - (proposal.current or Money.zero(customer.currency))
        news = after_top(proposal.on_top, granted, grant, current, on=on, conditions=told)
    else:
        news = after_grant(
            proposal,
            grant.limit,
            from_=on,
            until=grant.until,
            terms_days=grant.terms_days,
            before_days=terms_before(current, customer),
            conditions=told,
        )
    if not is_worth_a_letter(news, case.occasion, work.policies.version(proposal.policy_version)):
        return None
    head = opening_of(NUMBER, customer, on=on, sender=sender)
    return facts_of(news, case, head, customer=customer, work=work)


@dataclass(frozen=True)
class OrdersUnder:
    """What becomes of open orders under an amount; `is_standing`: it is what a verdict is about.

    `is_on_top`: the amount is a sum, of what stands besides and credit on top.
    """

    fit: OrdersFit
    amount: Money
    is_standing: bool
    is_on_top: bool


def foresee_orders(
    board: Board | None, customer: Customer, asked: Money | None, *, on: date, work: Work
) -> OrdersUnder | None:
    """Which open orders fit today and under an amount; None where there are none, or no rate.

    Asked about nothing else it is the amount that stands. Credit on top is asked for as a
    sum: what it adds is the difference to what stands besides.
    """
    if board is None:
        return None
    amount = board.standing if asked is None else asked
    on_top, zero = board.proposal.on_top, Money.zero(amount.currency)
    try:
        if on_top is not None:
            more = max(zero, amount - (board.proposal.current or zero))
            fit = orders_with(customer, on_top, more, on=on, work=work)
        else:
            fit = orders_under(customer, amount, on=on, work=work)
    except NoRate:
        return None
    if not fit.orders:
        return None
    return OrdersUnder(fit, amount, amount == board.standing, is_on_top=on_top is not None)
