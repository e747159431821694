"""Say which letter a decided case leads to, and with which facts; the same before and after.

An approver sees the letter that a verdict would cause before it is kept. Both
follow from what stands here, so that a preview promises nothing else than what leaves.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from creditflow.domain.added_limits import AddedKind, Consumption, OnTop
from creditflow.domain.case import Case
from creditflow.domain.customer import Customer
from creditflow.domain.grant_rule import GrantRule
from creditflow.domain.granting import Condition, Grant
from creditflow.domain.in_force import in_force
from creditflow.domain.letter import Addressed, LetterFacts
from creditflow.domain.letter_notices import ProjectLimit, TemporaryLimit, TermsChanged
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import LimitMethod, Outcome, Proposal, outcome
from creditflow.domain.texts import in_language
from creditflow.ports import Work
from creditflow.services.explaining import disclosed_reasons
from creditflow.services.freezing import Opening


@dataclass(frozen=True, slots=True)
class News:
    """What becomes of the limit, as the customer sees it.

    `binding` is what set the amount; None where a person decided on another one.
    `before_days` are the terms that the customer had, None where nobody knows.
    With `on_top` it is about credit besides the base limit: `limit` is how much.
    `conditions` are those that a letter may say, in the customer's language.
    """

    outcome: Outcome
    before: Money | None = None
    limit: Money | None = None
    from_: date | None = None
    until: date | None = None
    terms_days: int | None = None
    binding: LimitMethod | None = None
    before_days: int | None = None
    on_top: OnTop | None = None
    conditions: tuple[str, ...] = ()

    @property
    def changes_terms_alone(self) -> bool:
        """Whether the limit stays, and the customer has other terms of payment from now on."""
        known = None not in (self.before_days, self.terms_days)
        stays = self.outcome is Outcome.UNCHANGED and bool(self.limit) and not self.conditions
        return stays and known and self.before_days != self.terms_days


def after_grant(
    proposal: Proposal,
    granted: Money,
    *,
    from_: date,
    until: date | None,
    terms_days: int | None,
    before_days: int | None,
    conditions: tuple[str, ...] = (),
) -> News:
    """What a limit tells that is granted on a proposal, as proposed or with a change."""
    told = outcome(proposal.current, granted)
    if proposal.current_state is LimitState.UNLIMITED:
        told = Outcome.REDUCED
    binding = proposal.binding if granted == proposal.proposed else None
    if told is Outcome.DECLINED:
        return News(told, binding=binding)
    return News(
        told, proposal.current, granted, from_, until, terms_days, binding, before_days,
        conditions=conditions,
    )  # fmt: skip


def disclosable(conditions: Iterable[Condition], rule: GrantRule, language: str) -> tuple[str, ...]:
    """What a letter says of conditions: those that the policy lets it, in that language.

    What an approver wrote stays inside: nobody has looked at whether it may be told.
    """
    offered = (rule.offered(condition.code) for condition in conditions if condition.code)
    return tuple(in_language(one.text, language) for one in offered if one is not None and one.told)


def after_top(
    asked: OnTop,
    granted: Money | None,
    decided: Grant,
    current: Limit | None,
    *,
    on: date,
    conditions: tuple[str, ...] = (),
) -> News:
    """What credit on top tells, granted from that day on; where none is, what there was goes on."""
    if granted is None or granted.minor <= 0:
        return after_rejection(current, on)
    return News(
        Outcome.RAISED, None, granted, max(on, asked.from_), decided.until, decided.terms_days,
        on_top=replace(asked, until=decided.until), conditions=conditions,
    )  # fmt: skip


def after_rejection(current: Limit | None, on: date) -> News:
    """A rejected proposal changes nothing: what there was goes on, or there is nothing."""
    over = current is None or (current.until is not None and current.until <= on)
    if current is None or over or current.state in {LimitState.ZERO, LimitState.NONE_SET}:
        return News(Outcome.DECLINED)
    amount = current.amount
    return News(Outcome.UNCHANGED, amount, amount, current.from_, current.until, current.terms_days)


def terms_before(limit: Limit | None, customer: Customer) -> int | None:
    """The days that a customer had under its limit so far, or by its master data."""
    days = limit.terms_days if limit is not None else None
    return customer.terms_days if days is None else days


def is_worth_a_letter(news: News, occasion: Occasion, policy: Policy) -> bool:
    """Whether the customer is written to at all."""
    asked = occasion.kind is OccasionKind.REQUEST
    changes = news.outcome is not Outcome.UNCHANGED or news.changes_terms_alone or news.conditions
    return bool(changes) or asked or policy.tell_unchanged


def facts_of(
    news: News, case: Case, opening: Opening, *, customer: Customer, work: Work
) -> Addressed:
    """The facts of the letter; a letter of its own where terms alone change unasked."""
    if news.on_top is not None:
        return _on_top(news, news.on_top, case, opening, customer=customer, work=work)
    if news.changes_terms_alone and case.occasion.kind is not OccasionKind.REQUEST:
        return TermsChanged(
            **opening,
            before_days=news.before_days or 0,
            terms_days=news.terms_days or 0,
            from_=news.from_ or opening["on"],
        )
    proposal = work.proposals.get(case.proposal_id or "")
    reasons = disclosed_reasons(
        work.evaluations.get(proposal.evaluation_id),
        outcome=news.outcome,
        policy=work.policies.version(proposal.policy_version),
        language=customer.language,
        binding=news.binding,
    )
    return LetterFacts(
        **opening,
        outcome=news.outcome,
        limit=news.limit,
        before=news.before,
        from_=news.from_,
        until=news.until,
        terms_days=news.terms_days,
        reasons=reasons,
        conditions=news.conditions,
    )


def _on_top(
    news: News, asked: OnTop, case: Case, opening: Opening, *, customer: Customer, work: Work
) -> Addressed:
    """The letter about credit on top; what the case itself has granted is not there already."""
    granted, from_ = news.limit or Money.zero(customer.currency), news.from_ or asked.from_
    others = [x for x in work.added_limits.of(customer.id) if x.case_id != case.id]
    history = work.limits.history(customer.id)
    base = in_force(history, others, currency=customer.currency, on=from_).general or None
    terms = news.terms_days or 0
    if asked.kind is AddedKind.TEMPORARY:
        return TemporaryLimit(
            **opening, limit=granted if base is None else base + granted, base=base,
            from_=from_, until=asked.until, terms_days=terms, conditions=news.conditions,
        )  # fmt: skip
    return ProjectLimit(
        **opening, project=asked.project, limit=granted, base=base, from_=from_,
        until=asked.until, terms_days=terms, shares=str(asked.consumption or Consumption.OWN_ONLY),
        conditions=news.conditions,
    )  # fmt: skip
