"""Send a proposal on its way: straight through by policy, or to a desk as a review task."""

from datetime import date, datetime, timedelta

from creditflow.approvals.routing import Route, desk_for, route
from creditflow.domain.calendar import IsWorkingDay, add_working_days
from creditflow.domain.case import Case, CaseState, ReviewTask
from creditflow.domain.decision import Decision, Say
from creditflow.domain.journal import Entry
from creditflow.domain.people import POLICY_ACTOR, SYSTEM_ACTOR
from creditflow.domain.policy import Desk, Policy
from creditflow.domain.proposal import Proposal
from creditflow.domain.sentences import say
from creditflow.ports import Promise, PromiseKind, Work

REVIEW_CUSTOMER = "review-customer"
"""The deployment whose run carries one case; `runs` knows it by this name."""


def send_on(case_id: str, *, at: datetime, on: date, works: IsWorkingDay, work: Work) -> Case:
    """Decide by policy where the policy may; otherwise open a review task at a desk.

    A case that is not proposed (any more) is returned as it is.
    """
    case = work.cases.get(case_id)
    if case.state is not CaseState.PROPOSED or case.proposal_id is None:
        return case
    proposal = work.proposals.get(case.proposal_id)
    evaluation = work.evaluations.get(proposal.evaluation_id)
    policy = work.policies.version(proposal.policy_version)

    way = route(proposal, evaluation, case.occasion, policy)
    if way.desk is None:
        return _straight_through(case, proposal, at=at, work=work)
    return _to_desk(case, way, way.desk, policy, at=at, on=on, works=works, work=work)


def _straight_through(case: Case, proposal: Proposal, *, at: datetime, work: Work) -> Case:
    decision = Decision(
        case_id=case.id,
        stage=0,
        say=Say.APPROVE,
        by=POLICY_ACTOR,
        at=at,
        proposal_hash=proposal.hash,
        rule="straight_through",
        policy_version=proposal.policy_version,
        limit=proposal.proposed,
        round=case.round,
    )
    work.decisions.add(decision)
    approved = case.moved(CaseState.APPROVED, at=at)
    work.cases.put(approved)
    facts = {"policy": str(proposal.policy_version), "limit": str(proposal.proposed)}
    work.journal.record(Entry("case.approved_by_policy", case.id, POLICY_ACTOR, at, facts))
    return approved


def _to_desk(
    case: Case,
    way: Route,
    desk: Desk,
    policy: Policy,
    *,
    at: datetime,
    on: date,
    works: IsWorkingDay,
    work: Work,
) -> Case:
    due_on = add_working_days(on, desk.due_working_days, works)
    waiting = case.moved(
        CaseState.AWAITING,
        at=at,
        stage=1,
        desk=desk.id,
        due_on=due_on,
        expires_at=at + timedelta(days=policy.expiry_days),
    )
    work.cases.put(waiting)
    work.tasks.add(
        ReviewTask(case.id, case.round, 1, desk.id, way.why, opened_at=at, due_on=due_on)
    )
    facts = {"desk": desk.id, "why": str(way.why), "due": due_on.isoformat()}
    work.journal.record(Entry("case.opened", case.id, SYSTEM_ACTOR, at, facts))
    promise_run(waiting, at=at, work=work)
    return waiting


def reopen(case_id: str, *, at: datetime, on: date, works: IsWorkingDay, work: Work) -> Case:
    """Ask for approval again, in a new round, where the approver's authority has lapsed."""
    case = work.cases.get(case_id)
    if case.state is not CaseState.REAPPROVAL_REQUIRED or case.proposal_id is None:
        return case
    proposal = work.proposals.get(case.proposal_id)
    policy = work.policies.current()
    again = case.noted(at=at, round=case.round + 1)
    work.cases.put(again)
    evaluation = work.evaluations.get(proposal.evaluation_id)
    desk = desk_for(proposal.base_amount, proposal, policy, confidence=evaluation.confidence)
    way = Route(
        desk,
        say("The authority behind the first approval has lapsed before the limit was applied."),
    )
    return _to_desk(again, way, desk, policy, at=at, on=on, works=works, work=work)


def promise_run(case: Case, *, at: datetime, work: Work) -> None:
    """Promise that a Prefect run carries the case; once per epoch, however often it is said."""
    key = f"run:{case.id}:{case.run_epoch}"
    work.outbox.add(Promise(key, PromiseKind.START_RUN, case.id, {}, due_at=at))
