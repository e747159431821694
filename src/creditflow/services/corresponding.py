"""Write the letter of a case: one per case, its bytes frozen in the transaction that needs it.

What the letter says is decided here, by the limit and the decision as they are
kept; how it says it lies in the templates, and why in the published policy.
Delivering it is another matter (`relaying`).
"""

from dataclasses import dataclass
from datetime import date, datetime

from creditflow.domain.case import Case, CaseState, WrongState
from creditflow.domain.customer import Customer
from creditflow.domain.journal import Entry
from creditflow.domain.letter import Addressed, Letter, LetterFacts, LetterState
from creditflow.domain.letter_notices import TermsChanged
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import LimitMethod, Outcome, Proposal, outcome
from creditflow.domain.sentences import say
from creditflow.ports import Letterpress, Work
from creditflow.services.explaining import disclosed_reasons
from creditflow.services.freezing import Sender, freeze, opening

WRITABLE = frozenset({CaseState.APPLIED, CaseState.REJECTED})
"""States whose case has something to tell the customer."""


@dataclass(frozen=True, slots=True)
class _News:
    """What became of the limit, as the customer sees it.

    `binding` is what set the amount; None where a person decided on another one.
    `before_days` are the terms that the customer had, None where nobody knows.
    """

    outcome: Outcome
    before: Money | None = None
    limit: Money | None = None
    from_: date | None = None
    until: date | None = None
    terms_days: int | None = None
    binding: LimitMethod | None = None
    before_days: int | None = None

    @property
    def changes_terms_alone(self) -> bool:
        """Whether the limit stays, and the customer has other terms of payment from now on."""
        known = None not in (self.before_days, self.terms_days)
        stays = self.outcome is Outcome.UNCHANGED and bool(self.limit)
        return stays and known and self.before_days != self.terms_days


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
    if _not_worth_a_letter(news, case, policy):
        _close(case, "the policy sends no letter where the limit stays as it is", at, work)
        return None
    customer = work.customers.get(case.customer)
    facts: Addressed = _facts(customer, proposal, news, policy, on=on, work=work, sender=sender)
    if news.changes_terms_alone and case.occasion.kind is not OccasionKind.REQUEST:
        facts = _terms_changed(customer, news, on=on, work=work, sender=sender)
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


def _news(case: Case, proposal: Proposal, on: date, work: Work) -> _News:
    if case.state is CaseState.REJECTED:
        return _after_rejection(work.limits.current(case.customer), on)
    history = work.limits.history(case.customer)
    limit = next(x for x in history if x.case_id == case.id)
    after = limit.amount or Money.zero(proposal.proposed.currency)
    told = outcome(proposal.current, after)
    if proposal.current_state is LimitState.UNLIMITED:
        told = Outcome.REDUCED  # any amount is less than no limit at all
    binding = proposal.binding if after == proposal.proposed else None
    if told is Outcome.DECLINED:
        return _News(told, binding=binding)
    terms = proposal.terms_days if limit.terms_days is None else limit.terms_days
    earlier = next((x for x in history if x.version == limit.version - 1), None)
    had = earlier.terms_days if earlier else None
    if had is None:
        had = work.customers.get(case.customer).terms_days
    return _News(told, proposal.current, after, limit.from_, limit.until, terms, binding, had)


def _after_rejection(current: Limit | None, on: date) -> _News:
    """A rejected proposal changes nothing: what there was goes on, or there is nothing."""
    over = current is None or (current.until is not None and current.until <= on)
    if current is None or over or current.state in {LimitState.ZERO, LimitState.NONE_SET}:
        return _News(Outcome.DECLINED)
    amount = current.amount
    return _News(
        Outcome.UNCHANGED, amount, amount, current.from_, current.until, current.terms_days
    )


def _not_worth_a_letter(news: _News, case: Case, policy: Policy) -> bool:
    asked = case.occasion.kind is OccasionKind.REQUEST
    if news.changes_terms_alone:
        return False
    return news.outcome is Outcome.UNCHANGED and not asked and not policy.tell_unchanged


def _close(case: Case, why: str, at: datetime, work: Work) -> None:
    work.cases.put(case.moved(CaseState.CLOSED, at=at))
    work.journal.record(Entry("case.closed", case.id, SYSTEM_ACTOR, at, {"why": why}))


def _terms_changed(
    customer: Customer, news: _News, *, on: date, work: Work, sender: Sender
) -> TermsChanged:
    """A letter of its own: terms that change in silence are not kept."""
    return TermsChanged(
        **opening(customer, on=on, work=work, sender=sender),
        before_days=news.before_days or 0,
        terms_days=news.terms_days or 0,
        from_=news.from_ or on,
    )


def _facts(
    customer: Customer,
    proposal: Proposal,
    news: _News,
    policy: Policy,
    *,
    on: date,
    work: Work,
    sender: Sender,
) -> LetterFacts:
    evaluation = work.evaluations.get(proposal.evaluation_id)
    return LetterFacts(
        **opening(customer, on=on, work=work, sender=sender),
        outcome=news.outcome,
        limit=news.limit,
        before=news.before,
        from_=news.from_,
        until=news.until,
        terms_days=news.terms_days,
        reasons=disclosed_reasons(
            evaluation,
            outcome=news.outcome,
            policy=policy,
            language=customer.language,
            binding=news.binding,
        ),
    )
