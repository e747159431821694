"""Carry agreements over from a superseded case to its successor, where nothing got worse.

An agreement is carried for the stage at which it was given, if its giver may
still give it, the grounds did not get worse, and it covers the amount that is
proposed now. The last stage is always decided anew: nothing is granted by
carrying alone.
"""

from dataclasses import replace
from datetime import datetime

from creditflow.approvals.board import APPROVALS, Board, board_of
from creditflow.approvals.impartiality import involved
from creditflow.approvals.mandates import lapsed
from creditflow.domain.case import Case, ReviewTask, TaskState
from creditflow.domain.decision import Decision
from creditflow.domain.journal import Entry
from creditflow.domain.money import Money
from creditflow.domain.moving import Grounds, worsened
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.proposal import Proposal
from creditflow.ports import Work


def carry_over(case: Case, *, at: datetime, work: Work) -> Case:
    """The successor with what it kept of the case before; as it is where nothing is kept."""
    policy = work.policies.current()
    if case.supersedes is None or case.proposal_id is None or policy.moved_beyond is None:
        return case
    if case.round > 1:
        # Somebody has sent it back since, or somebody's authority lapsed: all of it is looked at.
        return case
    before = work.cases.get(case.supersedes)
    if before.proposal_id is None:
        return case
    then = board_of(before, work.proposals.get(before.proposal_id), work)
    now = board_of(case, work.proposals.get(case.proposal_id), work)
    if worsened(_grounds(then, work), _grounds(now, work), policy.moved_beyond):
        return case
    for task in now.tasks[:-1]:
        kept = [d for d in then.decisions if _holds(d, task, then, now, work)]
        for given in kept:
            _carry(given, then, case, now.proposal, at=at, work=work)
        if len(kept) < task.needed:
            return case
        following = now.tasks[task.stage]
        case = _open_next(case, task, following, kept[-1].by, at=at, work=work)
    return case


def _grounds(board: Board, work: Work) -> Grounds:
    return Grounds.of(work.evaluations.get(board.proposal.evaluation_id), board.proposal)


def _holds(given: Decision, task: ReviewTask, then: Board, now: Board, work: Work) -> bool:
    """Whether an agreement of that stage still stands, and for the amount that is proposed now."""
    if given.stage != task.stage or given.say not in APPROVALS or given.limit is None:
        return False
    barred = involved(now.case, work)
    if given.by in barred or (given.on_behalf_of or "") in barred:
        return False
    # In somebody's place counts what that one may: the desk is the principal's.
    policy = work.policies.current()
    seat = work.people.get(given.on_behalf_of or given.by)
    if not work.people.get(given.by).active or lapsed(seat, now, task.desk, policy, limit=None):
        return False
    return _covers(given.limit, now.proposal) and then.granted_by(given) == then.grant


def _covers(agreed: Money, proposal: Proposal) -> bool:
    """Whether who agreed to that amount agreed to the one proposed now.

    Less than was agreed to is covered as long as it takes nothing away from the
    customer that the agreement had left it.
    """
    proposed, current = proposal.proposed, proposal.current
    if proposed.currency != agreed.currency or proposed > agreed:
        return False
    return proposed == agreed or current is None or proposed >= current


def _carry(
    given: Decision, then: Board, case: Case, proposal: Proposal, *, at: datetime, work: Work
) -> None:
    # Who asked for shorter terms, an earlier end or conditions agreed to nothing wider.
    terms, until, granted = given.terms_days, given.until, then.granted_by(given)
    carried = replace(
        given,
        terms_days=terms if terms is not None and terms < proposal.terms_days else None,
        until=until if until is not None and until < proposal.grant.until else None,
        conditions=(granted.conditions or None) if granted else None,
        case_id=case.id,
        round=case.round,
        proposal_hash=proposal.hash,
        limit=proposal.proposed,
        final=False,
        idempotency_key="",
        seen=proposal.hash,
        carried_from=given.carried_from or given.case_id,
    )
    work.decisions.add(carried)
    facts = {"to": given.by, "case": given.case_id, "limit": str(proposal.proposed)}
    work.journal.record(Entry("case.carried", case.id, SYSTEM_ACTOR, at, facts))


def _open_next(
    case: Case, task: ReviewTask, following: ReviewTask, by: str, *, at: datetime, work: Work
) -> Case:
    """Count a stage as done and lay the case before the next one."""
    work.tasks.put(replace(task, state=TaskState.DONE, done_by=by, done_at=at))
    work.tasks.put(replace(following, state=TaskState.OPEN, opened_at=at))
    moved = case.noted(at=at, stage=following.stage, desk=following.desk, due_on=following.due_on)
    work.cases.put(moved)
    facts = {"desk": following.desk, "due": following.due_on.isoformat()}
    work.journal.record(Entry("case.next_stage", moved.id, SYSTEM_ACTOR, at, facts))
    return moved
