"""Escalate what nobody decides in time one desk up; waiting never approves anything."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from creditflow.approvals.board import board_of
from creditflow.approvals.impartiality import involved
from creditflow.approvals.mandates import objection, seated
from creditflow.domain.calendar import IsWorkingDay, add_working_days
from creditflow.domain.case import Case, CaseState, TaskState
from creditflow.domain.journal import Entry
from creditflow.domain.people import SYSTEM_ACTOR, Person
from creditflow.domain.policy import Desk, Policy
from creditflow.ports import Work

NOBODY = "case.nobody_may_decide"
"""What the journal calls it; filed under the case."""

GRACE_WORKING_DAYS = 1
"""So long after its day a task still waits where it is."""

PLENTY = 5
"""Where so many could decide, the customer's owner and a statement's importer leave somebody."""


def neglected(*, on: date, works: IsWorkingDay, work: Work) -> list[str]:
    """Waiting cases that are overdue, or that nobody may decide, to be taken up one by one.

    It only reads, however many wait, and asks of each as little as it takes.
    """
    policy = work.policies.current()
    return [
        case.id
        for case, at_the_desk in _waiting(policy, work)
        if _goes_up_to(case, policy, on, works) is not None
        or _nobody_may(case, at_the_desk, policy, work)
    ]


def orphaned(work: Work) -> list[str]:
    """Waiting cases that nobody may decide, the longest waiting first; it only reads."""
    policy = work.policies.current()
    return [
        case.id
        for case, at_the_desk in _waiting(policy, work)
        if _nobody_may(case, at_the_desk, policy, work)
    ]


def still_orphaned(cases: Iterable[str], work: Work) -> list[Case]:
    """Those among these cases that wait and that nobody may decide now."""
    policy, people, found = work.policies.current(), work.people.all(), []
    for name in cases:
        case = work.cases.get(name)
        if case.state is not CaseState.AWAITING:
            continue
        if _nobody_may(case, seated(people, case, policy), policy, work):
            found.append(case)
    return found


def _waiting(policy: Policy, work: Work) -> Iterator[tuple[Case, Sequence[Person]]]:
    """Every waiting case with those who sit where it waits, or higher."""
    people = work.people.all()
    seats: dict[str | None, Sequence[Person]] = {}
    for case in work.cases.in_states([CaseState.AWAITING]):
        if case.desk not in seats:
            seats[case.desk] = seated(people, case, policy)
        yield case, seats[case.desk]


def _nobody_may(case: Case, at_the_desk: Sequence[Person], policy: Policy, work: Work) -> bool:
    return not _is_plenty(case, at_the_desk, work) and not _somebody_may(
        case, at_the_desk, policy, work
    )


def escalate(
    case_id: str, *, at: datetime, on: date, works: IsWorkingDay, work: Work
) -> Case | None:
    """Lay an overdue case before the next desk up, once per stage and desk; None if it stays.

    Where there is no higher desk the case stays; where nobody may decide a case
    at all, that is journaled once, for an administrator to act on.
    """
    case, policy = work.cases.get(case_id), work.policies.current()
    if case.state is not CaseState.AWAITING:
        return None
    if not _somebody_may(case, seated(work.people.all(), case, policy), policy, work):
        facts = {"desk": case.desk or ""}
        # Pages look for cases by this entry, so that none has to try all that wait.
        key = f"nobody:{case.id}:{case.round}:{case.stage}:{case.desk}"
        entry = Entry(NOBODY, case.id, SYSTEM_ACTOR, at, facts)
        work.journal.record_once(key, entry)
    higher = _goes_up_to(case, policy, on, works)
    if higher is None:
        return None
    return _lift(case, higher, policy, at=at, on=on, works=works, work=work)


def _goes_up_to(case: Case, policy: Policy, on: date, works: IsWorkingDay) -> Desk | None:
    """The desk that an overdue case goes to; None where it is in time, or stays where it is."""
    if case.due_on is None or on <= case.due_on:
        return None
    if on <= add_working_days(case.due_on, GRACE_WORKING_DAYS, works):
        return None
    return _next_desk(case, policy)


def _is_plenty(case: Case, at_the_desk: Sequence[Person], work: Work) -> bool:
    """Whether so many could decide that somebody surely may."""
    if len(at_the_desk) < PLENTY:
        return False
    apart = {case.requested_by, case.edited_by}
    for given in work.decisions.of(case.id):
        apart |= {given.by, given.on_behalf_of}
    return sum(person.id not in apart for person in at_the_desk) >= PLENTY


def _somebody_may(case: Case, at_the_desk: Sequence[Person], policy: Policy, work: Work) -> bool:
    if not at_the_desk or case.proposal_id is None:
        return False
    board = board_of(case, work.proposals.get(case.proposal_id), work)
    barred = involved(case, work)
    return any(objection(person, board, policy, involved=barred) is None for person in at_the_desk)


def _next_desk(case: Case, policy: Policy) -> Desk | None:
    """The desk above the case's; None at the highest, and where the policy knows the desk no more.

    What a dropped desk left is already cleared by the highest one.
    """
    names = [desk.id for desk in policy.desks]
    if case.desk not in names:
        return None
    place = names.index(case.desk) + 1
    return policy.desks[place] if place < len(names) else None


def _lift(
    case: Case, desk: Desk, policy: Policy, *, at: datetime, on: date, works: IsWorkingDay,
    work: Work,
) -> Case:  # fmt: skip
    """Move the open stage; those after it get their time behind its new day."""
    due = add_working_days(on, desk.due_working_days, works)
    lifted = case.noted(at=at, desk=desk.id, due_on=due)
    work.cases.put(lifted)
    usual = {known.id: known.due_working_days for known in policy.desks}
    day = due
    for task in (t for t in work.tasks.of(case.id) if t.round == case.round):
        if task.state is TaskState.OPEN:
            work.tasks.put(replace(task.let_go, desk=desk.id, due_on=due))
        elif task.state is TaskState.PLANNED:
            day = add_working_days(day, usual.get(task.desk, desk.due_working_days), works)
            work.tasks.put(replace(task, due_on=day))
    facts = {"desk": desk.id, "due": due.isoformat(), "from": case.desk or ""}
    work.journal.record(Entry("case.escalated", lifted.id, SYSTEM_ACTOR, at, facts))
    return lifted
