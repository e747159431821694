"""End or restart a case without a decision: withdraw, expire, hand in again."""

from dataclasses import replace
from datetime import date, datetime

from creditflow.approvals.progressing import promise_nudge
from creditflow.domain.case import Case, CaseState, TaskState, WrongState
from creditflow.domain.errors import Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.people import SYSTEM_ACTOR, Person, Role
from creditflow.domain.sentences import say
from creditflow.ports import Work


class NotYours(Refusal):
    """Only the person who asked, or an analyst, may do that."""


def withdraw(case_id: str, *, by: Person, at: datetime, work: Work) -> Case:
    """Take a case back before it was decided."""
    case = work.cases.get(case_id)
    if by.id != case.requested_by and not by.may(Role.ANALYST):
        raise NotYours(
            say("Only the person who asked for the limit, or an analyst, may withdraw a case.")
        )

    return _end(case, CaseState.WITHDRAWN, "case.withdrawn", by=by.id, at=at, work=work)


def expire(case_id: str, *, at: datetime, work: Work) -> Case:
    """End a case whose time ran out; a time-out never approves anything."""
    case = work.cases.get(case_id)
    waits = case.state in (CaseState.AWAITING, CaseState.RETURNED)
    if not waits or case.expires_at is None or at < case.expires_at:
        return case

    return _end(case, CaseState.EXPIRED, "case.expired", by=SYSTEM_ACTOR, at=at, work=work)


def hand_in_again(
    case_id: str, *, note: str, by: Person, at: datetime, on: date, work: Work
) -> Case:
    """Send a returned case into its next round; it is judged afresh on the facts of `on`.

    Whoever hands it in has prepared it and must not be able to decide it.
    """
    case = work.cases.get(case_id)
    if by.id != case.requested_by and not by.may(Role.ANALYST):
        raise NotYours(
            say("Only the person who asked for the limit, or an analyst, may hand it in again.")
        )
    if by.may(Role.APPROVER) and case.requested_by not in (None, by.id):
        raise NotYours(
            say(
                "You hold a mandate, and who hands a case in may not be able to decide it."
                " Ask the person who requested the limit, or an analyst without a mandate."
            )
        )
    if case.state is not CaseState.RETURNED:
        raise WrongState(
            say(
                "Case {case} is {state}. Only a returned case can be handed in again.",
                case=case.id,
                state=case.state.value,
            )
        )

    again = case.moved(
        CaseState.DRAFT,
        at=at,
        round=case.round + 1,
        stage=0,
        desk=None,
        occasion=replace(case.occasion, on=on, requested_by=case.requested_by or by.id),
        evaluation_id=None,
        proposal_id=None,
        proposal_hash=None,
        edited_by=None,
    )
    work.cases.put(again)
    facts = {"round": str(again.round), "note": note}
    work.journal.record(Entry("case.handed_in_again", case.id, by.id, at, facts))
    promise_nudge(again, at=at, work=work)
    return again


def _end(case: Case, state: CaseState, what: str, *, by: str, at: datetime, work: Work) -> Case:
    ended = case.moved(state, at=at)
    work.cases.put(ended)
    for task in work.tasks.of(case.id):
        if task.state in (TaskState.OPEN, TaskState.PLANNED):
            work.tasks.put(replace(task.let_go, state=TaskState.CANCELLED, done_at=at))
    work.journal.record(Entry(what, case.id, by, at, {}))
    promise_nudge(ended, at=at, work=work)
    return ended
