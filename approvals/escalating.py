"""Escalate what nobody decides in time one desk up; waiting never approves anything."""

from dataclasses import replace
from datetime import date, datetime

from creditflow.approvals.board import Board, board_of
from creditflow.approvals.impartiality import involved
from creditflow.approvals.mandates import objection
from creditflow.domain.calendar import IsWorkingDay, add_working_days
from creditflow.domain.case import Case, CaseState
from creditflow.domain.journal import Entry
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.policy import Desk, Policy
from creditflow.ports import Work

GRACE_WORKING_DAYS = 1
"""So long after its day a task still waits where it is."""


def escalate_overdue(*, at: datetime, on: date, works: IsWorkingDay, work: Work) -> list[Case]:
    """Lay overdue cases before the next desk up, once per stage and desk; those that moved.

    Where there is no higher desk the case stays; where nobody may decide a case
    at all, that is journaled once, for an administrator to act on.
    """
    policy, moved = work.policies.current(), []
    for case in work.cases.in_states([CaseState.AWAITING]):
        if case.proposal_id is None:
            continue
        board = board_of(case, work.proposals.get(case.proposal_id), work)
        if not _somebody_may(board, policy, work):
            facts = {"desk": case.desk or ""}
            key = f"nobody:{case.id}:{case.round}:{case.stage}:{case.desk}"
            entry = Entry("case.nobody_may_decide", case.id, SYSTEM_ACTOR, at, facts)
            work.journal.record_once(key, entry)
        if _is_overdue(case, on, works) and (higher := _next_desk(case, policy)) is not None:
            moved.append(_lift(board, higher, at=at, on=on, works=works, work=work))
    return moved


def _is_overdue(case: Case, on: date, works: IsWorkingDay) -> bool:
    return case.due_on is not None and on > add_working_days(case.due_on, GRACE_WORKING_DAYS, works)


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
    board: Board, desk: Desk, *, at: datetime, on: date, works: IsWorkingDay, work: Work
) -> Case:
    due = add_working_days(on, desk.due_working_days, works)
    lifted = board.case.noted(at=at, desk=desk.id, due_on=due)
    work.cases.put(lifted)
    if board.task is not None:
        work.tasks.put(replace(board.task, desk=desk.id, due_on=due))
    facts = {"desk": desk.id, "due": due.isoformat(), "from": board.case.desk or ""}
    work.journal.record(Entry("case.escalated", lifted.id, SYSTEM_ACTOR, at, facts))
    return lifted


def _somebody_may(board: Board, policy: Policy, work: Work) -> bool:
    barred = involved(board.case, work)
    return any(
        objection(person, board, policy, involved=barred) is None for person in work.people.all()
    )
