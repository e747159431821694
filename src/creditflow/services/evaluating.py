"""Evaluate a case's customer: gather its evidence, score it, keep the evaluation."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from creditflow.domain.case import Case, CaseState
from creditflow.domain.choosing import judge
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.exposure import exposure
from creditflow.domain.gathering import gather
from creditflow.domain.journal import Entry
from creditflow.domain.learned_judging import rejudged, with_models
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.policy import Policy
from creditflow.domain.rates import Rates
from creditflow.domain.replay import fingerprint
from creditflow.domain.signals import Evidence
from creditflow.ports import Work


def evaluate(case_id: str, *, at: datetime, work: Work) -> Case:
    """Judge the customer as of the case's business date, by the policy in force.

    A case that is not a draft (any more) is returned as it is. Raises NoRate
    where a document's currency cannot be converted.
    """
    case = work.cases.get(case_id)
    if case.state is not CaseState.DRAFT:
        return case
    number = f"EV-{work.counters.next('evaluation'):06d}"
    evaluation = judged_now(case, id=number, at=at, work=work)
    work.evaluations.add(evaluation)
    moved = case.moved(CaseState.EVALUATED, at=at, evaluation_id=evaluation.id)
    work.cases.put(moved)
    work.journal.record(Entry("case.evaluated", case.id, SYSTEM_ACTOR, at, journalled(evaluation)))
    return moved


def judged_now(
    case: Case,
    *,
    id: str,  # noqa: A002 - the name of the field
    at: datetime,
    work: Work,
) -> Evaluation:
    """The judgement that follows as of the case's business date; nothing of it is kept."""
    policy, on, rates = work.policies.current(), case.occasion.on, work.rates.all()
    alone = judge(
        gathered(case, policy, on=on, at=at, work=work, rates=rates),
        policy,
        id=id,
        case_id=case.id,
        customer=case.customer,
        on=on,
        at=at,
    )
    judged = with_models(alone, work.models.scoring(), policy.learned)
    return replace(judged, rates=rates.used())


def replay(
    evaluation: Evaluation, policy: Policy, models: Mapping[str, str] | None = None
) -> Evaluation:
    """Judge the stored evidence again; under the same policy version the result is equal.

    Segment, scorecard and blend are chosen anew too.

    `policy` must be the version that the evaluation names, `models` the texts
    of the learned models that it names, by hash.
    """
    return rejudged(evaluation, evaluation.evidence, policy, models or {})


def gathered(
    case: Case, policy: Policy, *, on: date, at: datetime, work: Work, rates: Rates | None = None
) -> Evidence:
    """The evidence about the case's customer as of a business date; raises NoRate.

    `rates` are all that are known, for whoever wants to see which of them were used.
    """
    customer, rates = work.customers.get(case.customer), rates or work.rates.all()
    ledger = work.ledger.of(customer.id)
    return gather(
        customer,
        ledger=ledger,
        statements=work.statements.of(customer.id),
        exposure=exposure(ledger, currency=customer.currency, rates=rates, on=on),
        limit=work.limits.current(customer.id),
        policy=policy,
        rates=rates,
        on=on,
        observations=work.observations.of(customer),
        seen_on=at.date(),
        sources_until=work.ledger.newest(ledger.sources(), until=on),
    )


def journalled(evaluation: Evaluation) -> dict[str, str]:
    """What the journal says of an evaluation, and what it is held against for ever after."""
    return {
        "evaluation": evaluation.id,
        "grade": evaluation.grade.value,
        "points": str(evaluation.points),
        "confidence": str(evaluation.confidence),
        "scorecard": evaluation.scorecard,
        "policy": str(evaluation.policy_version),
        "knock_outs": ", ".join(evaluation.knock_outs),
        "models": ", ".join(m.model for m in evaluation.learned),
        "evidence": fingerprint(evaluation.evidence),
    }
