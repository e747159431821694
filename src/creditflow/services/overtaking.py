"""Find waiting cases whose grounds have moved too far, and let another case take their place.

A case is judged again by today's facts and by the policy that judged it, without
keeping anything. Only where that differs by more than the policy in force
tolerates does the case begin anew; a new version of the policy alone moves none.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from creditflow.approvals.superseding import supersede
from creditflow.domain.case import Case, CaseState
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.learned_judging import rejudged
from creditflow.domain.moving import Ground, Grounds, moved
from creditflow.domain.sentences import Sentence
from creditflow.ports import Work
from creditflow.services.advancing import Means, advance
from creditflow.services.evaluating import gathered
from creditflow.services.proposing import proposed_for


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A case that was superseded, and the one that took its place, as far as it has come."""

    before: Case
    after: Case


def grounds_moved(case_id: str, *, at: datetime, on: date, work: Work) -> dict[Ground, Sentence]:
    """What has moved too far since the case was proposed; keeps nothing.

    Empty where the case waits no more, or the policy has no such rule. Raises
    NoRate where today's documents cannot be converted.
    """
    case, policy = work.cases.get(case_id), work.policies.current()
    tolerance = policy.moved_beyond
    if tolerance is None or case.state is not CaseState.AWAITING or case.proposal_id is None:
        return {}
    proposal = work.proposals.get(case.proposal_id)
    kept = work.evaluations.get(proposal.evaluation_id)
    fresh = _judged_now(case, kept, on=on, at=at, work=work)
    now = Grounds.of(fresh, proposed_for(case, fresh, id=proposal.id, at=at, work=work))
    before = Grounds.of(kept, proposal)
    return moved(before, now, tolerance, amount_too=case.edited_by is None)


def _judged_now(case: Case, kept: Evaluation, *, on: date, at: datetime, work: Work) -> Evaluation:
    """Today's facts by the policy and the models that judged then: only the facts have moved."""
    policy = work.policies.version(kept.policy_version)
    evidence = gathered(case, policy, on=on, at=at, work=work)
    models = work.models.texts([judgement.hash for judgement in kept.learned])
    return rejudged(replace(kept, on=on, at=at), evidence, policy, models)


def overtake(case_id: str, means: Means, work: Work) -> Overtaken | None:
    """Supersede the case where its grounds moved too far, and carry its successor to a desk.

    None where it stays. Everything happens in the caller's transaction: there
    is never a case that ended without its successor.
    """
    why = grounds_moved(case_id, at=means.at, on=means.on, work=work)
    if not why:
        return None
    successor = supersede(case_id, why, at=means.at, on=means.on, work=work)
    if successor is None:
        return None
    after = advance(successor.id, means, work)
    return Overtaken(work.cases.get(case_id), after)
