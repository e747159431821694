"""Write the letter of a case: one per case, its bytes frozen in the transaction that needs it.

What the letter says follows from the limit and the decision as they are kept
(`telling`); how it says it lies in the templates, and why in the published policy.
Delivering it is another matter (`relaying`).
"""

from datetime import date, datetime

from creditflow.domain.case import Case, CaseState, WrongState
from creditflow.domain.granting import Grant
from creditflow.domain.journal import Entry
from creditflow.domain.letter import Letter, LetterState
from creditflow.domain.money import Money
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.proposal import Proposal
from creditflow.domain.sentences import say
from creditflow.ports import Letterpress, Work
from creditflow.services.freezing import Sender, freeze, opening
from creditflow.services.granting import granted_by
from creditflow.services.telling import (
    News,
    after_grant,
    after_rejection,
    after_top,
    disclosable,
    facts_of,
    is_worth_a_letter,
    terms_before,
)

WRITABLE = frozenset({CaseState.APPLIED, CaseState.REJECTED})
"""States whose case has something to tell the customer."""


def write_letter(
    case_id: str, *, at: datetime, on: date, work: Work, press: Letterpress, sender: Sender
) -> Letter | None:
    """Write and keep the letter of a case whose limit is applied or refused.

    `on` is the business date that the letter bears. Returns the letter that is
    there already if it is called again, and None where the policy has nothing
    to tell: the case is closed then. A customer without a usable address gets
    a letter that is held, visibly, for somebody to bring it on its way; its
    case is closed as well. Raises WrongState before there is anything to tell,
    and Refusal where a fact of the letter is missing.
    """
    if kept := work.letters.of_case(case_id):
        return kept
    case = work.cases.get(case_id)
    if case.state is CaseState.CLOSED:
        return None
    if case.state not in WRITABLE or case.proposal_id is None:
        raise WrongState(
            say(
                "Case {case} is {state}. Its letter is written once the limit is applied"
                " or the case is rejected.",
                case=case.id,
                state=case.state.value,
            )
        )
    proposal = work.proposals.get(case.proposal_id)
    policy = work.policies.version(proposal.policy_version)
    news = _news(case, proposal, on, work)
    if not is_worth_a_letter(news, case.occasion, policy):
        _close(case, "the policy sends no letter where the limit stays as it is", at, work)
        return None
    customer = work.customers.get(case.customer)
    head = opening(customer, on=on, work=work, sender=sender)
    facts = facts_of(news, case, head, customer=customer, work=work)
    letter = freeze(
        facts, customer, case_id=case.id, by=SYSTEM_ACTOR, at=at, work=work, press=press,
        sender=sender,
    )  # fmt: skip
    noted = case.noted(at=at, letter_id=letter.id)
    work.cases.put(noted)
    if letter.state is LetterState.NO_ADDRESS:
        # The letter is held on its own; an open case would keep the customer
        # from being looked at again.
        _close(noted, "its letter is held until the customer has an address", at, work)
    return letter


def _news(case: Case, proposal: Proposal, on: date, work: Work) -> News:
    if case.state is CaseState.REJECTED:
        return after_rejection(work.limits.current(case.customer), on)
    if proposal.on_top is not None:
        mine, current = granted_by(case, work), work.limits.current(case.customer)
        return after_top(
            proposal.on_top,
            mine.amount if mine else None,
            _decided(case, proposal, work)[0],
            current,
            on=on,
            conditions=_conditions(case, proposal, work),
        )
    history = work.limits.history(case.customer)
    limit = next(x for x in history if x.case_id == case.id)
    earlier = next((x for x in history if x.version == limit.version - 1), None)
    terms = proposal.terms_days if limit.terms_days is None else limit.terms_days
    return after_grant(
        proposal,
        limit.amount or Money.zero(proposal.proposed.currency),
        from_=limit.from_,
        until=limit.until,
        terms_days=terms,
        before_days=terms_before(earlier, work.customers.get(case.customer)),
        conditions=_conditions(case, proposal, work),
    )


def _decided(case: Case, proposal: Proposal, work: Work) -> tuple[Grant, int]:
    """What the present round ended with, and by which policy; as proposed where nobody said."""
    final = [d for d in work.decisions.of(case.id) if d.final and d.round == case.round]
    grant = final[-1].grant(proposal) if final else None
    if grant is None:
        return proposal.grant, proposal.policy_version
    return grant, final[-1].policy_version


def _conditions(case: Case, proposal: Proposal, work: Work) -> tuple[str, ...]:
    """What the letter says of the conditions on which it was decided."""
    grant, policy = _decided(case, proposal, work)
    language = work.customers.get(case.customer).language
    return disclosable(grant.conditions, work.policies.version(policy).granting, language)


def _close(case: Case, why: str, at: datetime, work: Work) -> None:
    work.cases.put(case.moved(CaseState.CLOSED, at=at))
    work.journal.record(Entry("case.closed", case.id, SYSTEM_ACTOR, at, {"why": why}))
