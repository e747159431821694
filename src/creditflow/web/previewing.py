"""Set the letter that a verdict would cause, with the real press, before anybody decides."""

from datetime import date, datetime

from creditflow.domain.case import Case
from creditflow.domain.decision import Say
from creditflow.domain.letter import Rendered
from creditflow.domain.money import Money
from creditflow.ports import Letterpress, Work
from creditflow.services.addressing import usable_addresses
from creditflow.services.freezing import Sender, opening_of
from creditflow.services.telling import (
    after_grant,
    after_rejection,
    after_top,
    facts_of,
    is_worth_a_letter,
    terms_before,
)

NUMBER = "L-000000"
"""Stands for the number that a real letter will get."""


def foresee(
    case: Case,
    verdict: Say,
    amount: Money | None,
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
    proposal = work.proposals.get(case.proposal_id or "")
    customer, current = work.customers.get(case.customer), work.limits.current(case.customer)
    if verdict is Say.REJECT:
        news = after_rejection(current, on)
    elif proposal.on_top is not None:
        granted = (amount or proposal.proposed) - (
            proposal.current or Money.zero(customer.currency)
        )
        news = after_top(proposal, granted, proposal.on_top, current, on=on)
    else:
        news = after_grant(
            proposal,
            proposal.proposed if amount is None else amount,
            from_=on,
            until=proposal.until,
            terms_days=proposal.terms_days,
            before_days=terms_before(current, customer),
        )
    if not is_worth_a_letter(news, case.occasion, work.policies.version(proposal.policy_version)):
        return None
    head = opening_of(NUMBER, customer, on=on, sender=sender)
    recipient = next(iter(usable_addresses(customer.email)), None)
    ident = f"<{NUMBER.lower()}@{sender.mail_domain}>"
    facts = facts_of(news, case, head, customer=customer, work=work)
    return press.render(facts, recipient=recipient, message_id=ident, at=at)
