"""Set the letter that a verdict would cause, with the real press, before anybody decides."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from creditflow.domain.case import Case
from creditflow.domain.customer import Customer
from creditflow.domain.decision import Say
from creditflow.domain.letter import LetterFacts, Rendered
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.proposal import LimitMethod, Outcome, Proposal, outcome
from creditflow.ports import Letterpress, Work
from creditflow.services.addressing import usable_addresses
from creditflow.services.explaining import disclosed_reasons
from creditflow.services.freezing import Sender

NUMBER = "L-000000"
"""Stands for the number that a real letter will get."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a verdict would send; `letter` is None where the policy sends nothing."""

    verdict: Say
    outcome: Outcome
    letter: Rendered | None


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
) -> Preview:
    """The letter of a verdict on a case that has a proposal; raises what the press raises."""
    proposal = work.proposals.get(case.proposal_id or "")
    policy = work.policies.version(proposal.policy_version)
    customer = work.customers.get(case.customer)
    told, before, after, terms, until = _news(
        proposal, verdict, amount, work.limits.current(customer.id), on
    )
    asked = case.occasion.kind is OccasionKind.REQUEST
    if told is Outcome.UNCHANGED and not asked and not policy.tell_unchanged:
        return Preview(verdict, told, None)
    evaluation = work.evaluations.get(proposal.evaluation_id)
    reasons = disclosed_reasons(
        evaluation,
        outcome=told,
        policy=policy,
        language=customer.language,
        binding=_binding(proposal, verdict, amount),
    )
    facts = LetterFacts(
        number=NUMBER,
        outcome=told,
        language=customer.language,
        customer_name=customer.called(customer.language),
        customer_id=customer.id,
        on=on,
        proof=sender.links.proof(NUMBER, on=on) if sender.links else None,
        limit=after,
        before=before,
        from_=None if after is None else on,
        until=until,
        terms_days=terms,
        reasons=reasons,
        sender_company=sender.company,
        sender_name=sender.name,
        reply_to=sender.reply_to,
        object_by=on + timedelta(days=sender.objection_days),
    )
    return Preview(verdict, told, _rendered(facts, customer, at, press, sender))


def _binding(proposal: Proposal, verdict: Say, amount: Money | None) -> LimitMethod | None:
    """What bound the limit, where the one decided on is the one proposed; as the letter has it."""
    as_proposed = amount is None or amount == proposal.proposed
    return proposal.binding if verdict is not Say.REJECT and as_proposed else None


def _rendered(
    facts: LetterFacts, customer: Customer, at: datetime, press: Letterpress, sender: Sender
) -> Rendered:
    recipient = next(iter(usable_addresses(customer.email)), None)
    ident = f"<{NUMBER.lower()}@{sender.mail_domain}>"
    return press.render(facts, recipient=recipient, message_id=ident, at=at)


def _news(
    proposal: Proposal, verdict: Say, amount: Money | None, current: Limit | None, on: date
) -> tuple[Outcome, Money | None, Money | None, int | None, date | None]:
    """Outcome, limit before and after, terms and end, as the customer would be told."""
    if verdict is Say.REJECT:
        if current is None or not current.amount or (current.until and current.until <= on):
            return Outcome.DECLINED, None, None, None, None
        kept = current.amount
        return Outcome.UNCHANGED, kept, kept, current.terms_days, current.until
    granted = amount if amount is not None else proposal.proposed
    told = outcome(proposal.current, granted)
    if proposal.current_state is LimitState.UNLIMITED:
        told = Outcome.REDUCED
    if told is Outcome.DECLINED:
        return told, None, None, None, None
    return told, proposal.current, granted, proposal.terms_days, proposal.until
