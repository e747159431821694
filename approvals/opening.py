"""Send a proposal on its way: straight through by policy, or to a desk as a review task."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from creditflow.approvals.carrying import carry_over
from creditflow.approvals.impartiality import involved
from creditflow.approvals.routing import Route, usual
from creditflow.approvals.undecided import undecided
from creditflow.domain.authority import EVERYBODY
from creditflow.domain.calendar import IsWorkingDay, add_working_days
from creditflow.domain.case import Case, CaseState, ReviewTask, TaskState
from creditflow.domain.decision import Decision, Say
from creditflow.domain.journal import Entry
from creditflow.domain.people import POLICY_ACTOR, SYSTEM_ACTOR, Role
from creditflow.domain.policy import Desk, Policy
from creditflow.domain.proposal import Proposal
from creditflow.domain.sentences import Sentence, say
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

    way = undecided(case.occasion, proposal, evaluation, policy, on=on, work=work).way()
    if not way.steps and case.edited_by is not None:
        # A person has changed the amount, so another person looks at it.
        way = Route((usual(proposal, evaluation, policy),), way.why)
    if not way.steps:
        return _straight_through(case, proposal, at=at, work=work)
    return lay_before(case, way, policy, at=at, on=on, works=works, work=work)


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


def lay_before(
    case: Case,
    way: Route,
    policy: Policy,
    *,
    at: datetime,
    on: date,
    works: IsWorkingDay,
    work: Work,
) -> Case:
    """Open the first review task of the way and plan the others; the case waits from then on."""
    asks_all = any(step.needed == EVERYBODY for step in way.steps)
    barred = involved(case, work) if asks_all else {}
    tasks = tasks_of(case, way, barred=barred, at=at, on=on, works=works, work=work)
    first = tasks[0]
    waiting = case.moved(
        CaseState.AWAITING,
        at=at,
        stage=1,
        desk=first.desk,
        due_on=first.due_on,
        expires_at=at + timedelta(days=policy.expiry_days),
    )
    work.cases.put(waiting)
    for task in tasks:
        work.tasks.add(task)
    facts = {
        "desk": ", ".join(task.desk for task in tasks),
        "why": str(way.why),
        "due": first.due_on.isoformat(),
        "rule": way.rule,
    }
    work.journal.record(Entry("case.opened", case.id, SYSTEM_ACTOR, at, facts))
    waiting = carry_over(waiting, at=at, work=work)
    promise_run(waiting, at=at, work=work)
    return waiting


def tasks_of(
    case: Case,
    way: Route,
    *,
    barred: Mapping[str, Sentence],
    at: datetime,
    on: date,
    works: IsWorkingDay,
    work: Work,
) -> list[ReviewTask]:
    """One task per step; each is due so many working days after the one before it.

    `barred` have a part in the case; it counts where everybody else has to agree.
    """
    tasks, due = [], on
    for stage, step in enumerate(way.steps, start=1):
        due = add_working_days(due, step.desk.due_working_days, works)
        needed = step.needed if step.needed != EVERYBODY else _members(step.desk, barred, work)
        state = TaskState.OPEN if stage == 1 else TaskState.PLANNED
        tasks.append(
            ReviewTask(
                case.id, case.round, stage, step.desk.id, way.why, opened_at=at, due_on=due,
                state=state, needed=needed, rule=way.rule,
            )
        )  # fmt: skip
    return tasks


def _members(desk: Desk, barred: Mapping[str, Sentence], work: Work) -> int:
    """How many of that very desk hold a mandate and have no part in the case.

    One at least: nobody at the desk still needs somebody, from a higher one.
    """
    members = [
        person
        for person in work.people.all()
        if person.may(Role.APPROVER)
        and person.mandate is not None
        and desk.id in person.desks
        and person.id not in barred
    ]
    return max(1, len(members))


def reopen(case_id: str, *, at: datetime, on: date, works: IsWorkingDay, work: Work) -> Case:
    """Ask for approval again, in a new round, where the approver's authority has lapsed."""
    case = work.cases.get(case_id)
    if case.state is not CaseState.REAPPROVAL_REQUIRED or case.proposal_id is None:
        return case
    proposal = work.proposals.get(case.proposal_id)
    evaluation = work.evaluations.get(proposal.evaluation_id)
    policy = work.policies.current()
    again = case.noted(at=at, round=case.round + 1)
    work.cases.put(again)
    way = undecided(again.occasion, proposal, evaluation, policy, on=on, work=work).way()
    steps = way.steps or (usual(proposal, evaluation, policy),)
    why = say("The authority behind the first approval has lapsed before the limit was applied.")
    way = Route(steps, why, way.rule)
    return lay_before(again, way, policy, at=at, on=on, works=works, work=work)


def promise_run(case: Case, *, at: datetime, work: Work) -> None:
    """Promise that a Prefect run carries the case; once per epoch, however often it is said."""
    key = f"run:{case.id}:{case.run_epoch}"
    work.outbox.add(Promise(key, PromiseKind.START_RUN, case.id, {}, due_at=at))
