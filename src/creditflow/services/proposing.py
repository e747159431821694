"""Propose a limit for an evaluated case, with every candidate and the one that binds."""

from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from creditflow.domain.added_limits import OnTop
from creditflow.domain.allocating import allocation_candidate
from creditflow.domain.caps import Asking
from creditflow.domain.case import Case, CaseState
from creditflow.domain.customer import Customer
from creditflow.domain.dynamic_limits import movement
from creditflow.domain.errors import Refusal
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.exposure import exposure
from creditflow.domain.journal import Entry
from creditflow.domain.limit_methods import Situation, usual_delay
from creditflow.domain.limit_setting import Suggestion
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.on_top_setting import besides, suggest_for
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.policy import Policy
from creditflow.domain.profit import profit_of
from creditflow.domain.profit_rule import Profit
from creditflow.domain.proposal import LimitMethod, Proposal
from creditflow.domain.rates import Rates
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.services.backing import backings_of
from creditflow.services.recalling import timeline_of
from creditflow.services.sharing import rooms_left


class NotEvaluated(Refusal):
    """A proposal rests on an evaluation, and there is none."""


def propose(case_id: str, *, at: datetime, work: Work) -> Case:
    """Suggest the limit that follows from the case's evaluation, by that evaluation's policy.

    A case that is not at `evaluated` (any more) is returned as it is. Raises
    NoRate where currencies cannot be compared.
    """
    case = work.cases.get(case_id)
    if case.state is not CaseState.EVALUATED:
        return case
    if case.evaluation_id is None:
        raise NotEvaluated(
            say("Case {case} has no evaluation. Take it up again from draft.", case=case.id)
        )
    evaluation = work.evaluations.get(case.evaluation_id)
    number = f"PR-{work.counters.next('proposal'):06d}"
    proposal = proposed_for(case, evaluation, id=number, at=at, work=work)
    work.proposals.add(proposal)
    moved = case.moved(
        CaseState.PROPOSED,
        at=at,
        proposal_id=proposal.id,
        proposal_hash=proposal.hash,
        base_limit_version=proposal.current_version,
    )
    work.cases.put(moved)
    work.journal.record(Entry("case.proposed", case.id, SYSTEM_ACTOR, at, journalled(proposal)))
    return moved


def proposed_for(
    case: Case,
    evaluation: Evaluation,
    *,
    id: str,  # noqa: A002 - the name of the field
    at: datetime,
    work: Work,
) -> Proposal:
    """The proposal that follows from an evaluation by its policy; nothing of it is kept."""
    policy = work.policies.version(evaluation.policy_version)
    customer, limit = work.customers.get(case.customer), work.limits.current(case.customer)
    own = OwnCurrency(customer.currency, work.rates.all(), evaluation.on)
    moved = movement(work.limits.history(customer.id))
    situation = _situation(case.occasion, customer, limit, own)
    rooms = rooms_left(Asking(customer, limit, situation.current, own), policy, work)
    backings = backings_of(customer.id, policy, own, work)
    situation = replace(situation, moved=moved, rooms=rooms, backings=backings)
    asked = case.occasion.on_top
    if asked is not None:
        situation = besides(asked, situation, timeline_of(customer, work))
    owed = exposure(
        work.ledger.of(customer.id), currency=own.code, rates=own.rates, on=evaluation.on
    )
    proposal = drawn_up(
        evaluation,
        situation,
        suggest_for(asked, evaluation, situation, policy),
        policy,
        owed=owed.total,
        id=id,
        at=at,
        current_version=limit.version if limit else 0,
    )
    used = Rates({*evaluation.rates, *own.rates.used()})
    kept = replace(situation, own=replace(own, rates=used))
    return replace(for_top(proposal, asked), situation=kept)


def for_top(proposal: Proposal, asked: OnTop | None) -> Proposal:
    """The same about credit on top, from its first day at the earliest; as it is without any."""
    if asked is None:
        return proposal
    return replace(proposal, on_top=asked, from_=max(proposal.from_, asked.from_))


def replay_proposal(kept: Proposal, evaluation: Evaluation, policy: Policy) -> Proposal | None:
    """What follows from the kept situation and rates; the same but for a change of the program.

    `policy` must be the version that the evaluation names. What somebody wanted
    more of – amount, terms, validity – is taken over as it is. None where a proposal from before
    did not keep its situation.
    """
    if kept.situation is None:
        return None
    again = drawn_up(
        evaluation,
        kept.situation,
        suggest_for(kept.on_top, evaluation, kept.situation, policy),
        policy,
        owed=kept.exposure,
        id=kept.id,
        at=kept.at,
        current_version=kept.current_version,
    )
    if wanted := [c for c in kept.candidates if c.method is LimitMethod.RAISED]:
        again = replace(
            again,
            proposed=kept.proposed,
            terms_days=kept.terms_days,
            until=kept.until,
            conditions=kept.conditions,
            binding=kept.binding,
            candidates=(*again.candidates, *wanted),
        )
    return replace(for_top(again, kept.on_top), situation=kept.situation)


def drawn_up(
    evaluation: Evaluation,
    situation: Situation,
    suggestion: Suggestion,
    policy: Policy,
    *,
    owed: Money,
    id: str = "",  # noqa: A002 - the name of the field
    at: datetime | None = None,
    current_version: int = 0,
) -> Proposal:
    """The proposal that follows; without an id it is one to see its way by and never kept."""
    return Proposal(
        id=id,
        case_id=evaluation.case_id,
        customer=evaluation.customer,
        evaluation_id=evaluation.id,
        at=at or evaluation.at,
        current=situation.current,
        current_state=situation.current_state,
        current_version=current_version,
        proposed=suggestion.proposed,
        base_currency=policy.base_currency,
        base_factor=base_factor(situation.own, policy.base_currency),
        binding=suggestion.binding,
        candidates=suggestion.candidates,
        terms_days=suggestion.terms_days,
        from_=evaluation.on,
        until=suggestion.until,
        grade=evaluation.grade,
        exposure=owed,
        policy_version=policy.version,
        requested=situation.requested,
        terms=suggestion.terms,
        profit=_profit(evaluation, suggestion, policy),
        backed=suggestion.backed,
        current_open=situation.current_open,
    )


def _profit(evaluation: Evaluation, suggestion: Suggestion, policy: Policy) -> Profit | None:
    """What the limit is expected to earn, where the policy says how that is reckoned."""
    if policy.profit is None or not suggestion.proposed:
        return None
    sector = evaluation.evidence.get("sector")
    return profit_of(
        suggestion.proposed,
        evaluation.pd,
        days=suggestion.terms_days + usual_delay(evaluation, policy),
        sector=str(sector.value) if sector is not None and sector.value else None,
        rule=policy.profit,
    )


def _situation(
    occasion: Occasion, customer: Customer, limit: Limit | None, own: OwnCurrency
) -> Situation:
    """An allocation is no request: it bounds the limit, and nobody waits for an answer to it."""
    if occasion.kind is not OccasionKind.OPTIMISATION:
        return situation_of(customer, limit, occasion.requested_limit, own)
    situation = situation_of(customer, limit, None, own)
    return replace(situation, allocation=allocation_candidate(occasion))


def situation_of(
    customer: Customer, limit: Limit | None, requested: Money | None, own: OwnCurrency
) -> Situation:
    """What bears on a customer's limit besides its evaluation; `requested` as somebody asked."""
    current = None
    if limit is not None and limit.state is not LimitState.UNLIMITED:
        current = own.money(limit.amount) if limit.amount else Money.zero(own.code)
    if requested is None and limit is None:
        # What master data says was asked for counts until a first limit has answered it.
        requested = customer.requested_limit
    return Situation(
        own=own,
        current=current,
        current_state=limit.state if limit else LimitState.NONE_SET,
        requested=None if requested is None else own.money(requested),
        terms_days=customer.terms_days,
        current_open=None if limit is None or limit.open is None else own.money(limit.open),
    )


def base_factor(own: OwnCurrency, base_currency: str) -> Fraction:
    """Minor units of the base currency per minor unit of the customer's, exact at that day."""
    return own.factor_to(base_currency)


def journalled(proposal: Proposal) -> dict[str, str]:
    """What the journal says of a proposal, and what it is held against for ever after."""
    return {
        "proposal": proposal.id,
        "current": str(proposal.current) if proposal.current is not None else "",
        "proposed": str(proposal.proposed),
        "binding": proposal.binding.value,
        "until": proposal.until.isoformat(),
        "hash": proposal.hash,
    }
