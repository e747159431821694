"""Carry a case on after an accepted verdict: to the next stage, a new round, or the end."""

from dataclasses import replace
from datetime import datetime

from creditflow.approvals.board import Board
from creditflow.domain.case import Case, CaseState, TaskState
from creditflow.domain.decision import Decision, Say
from creditflow.domain.granting import Grant
from creditflow.domain.journal import Entry
from creditflow.domain.people import SYSTEM_ACTOR, Person
from creditflow.domain.proposal import Candidate, LimitMethod
from creditflow.domain.sentences import say
from creditflow.ports import Promise, PromiseKind, Work

NEXT = {
    Say.APPROVE: CaseState.APPROVED,
    Say.APPROVE_WITH_CHANGE: CaseState.APPROVED,
    Say.RETURN: CaseState.RETURNED,
    Say.REJECT: CaseState.REJECTED,
}


def completes(board: Board, by: Person, grant: Grant | None) -> bool:
    """Whether this agreement is the last one that the case needs."""
    return board.following is None and _stage_done(board, by, grant)


def _stage_done(board: Board, by: Person, grant: Grant | None) -> bool:
    """Whether enough people agree to that very grant at the present stage, this one included."""
    task = board.task
    if task is None or grant is None:
        return True
    return len(board.agreed(task.stage, grant) | {by.id}) >= task.needed


def finish(board: Board, to: CaseState, *, by: Person, at: datetime, work: Work) -> None:
    """Decide the case: its state, its tasks, and a nudge to whoever carries it on."""
    decided = board.case.moved(to, at=at)
    work.cases.put(decided)
    _close_tasks(board, by=by, at=at, work=work)
    if to is not CaseState.RETURNED:
        promise_nudge(decided, at=at, work=work)


def route_anew(board: Board, wanted: Grant, *, by: Person, at: datetime, work: Work) -> None:
    """Somebody wants more than was proposed: a proposal of its own, which others decide."""
    _close_tasks(board, by=by, at=at, work=work)
    why = say("Raised by {person}.", person=by.name)
    if wanted.limit <= board.standing:
        why = say("Longer terms or validity asked for by {person}.", person=by.name)
    proposal, on_top = board.proposal, board.proposal.on_top
    raised = replace(
        proposal,
        id=f"PR-{work.counters.next('proposal'):06d}",
        at=at,
        proposed=wanted.limit,
        terms_days=wanted.terms_days,
        until=wanted.until if on_top is None else proposal.until,
        conditions=wanted.conditions,
        binding=proposal.binding if wanted.limit == proposal.proposed else LimitMethod.RAISED,
        candidates=(
            *proposal.candidates,
            Candidate(LimitMethod.RAISED, wanted.limit, why),
        ),
    )
    work.proposals.add(raised)
    again = board.case.moved(
        CaseState.PROPOSED,
        at=at,
        round=board.case.round + 1,
        stage=0,
        desk=None,
        edited_by=by.id,
        proposal_id=raised.id,
        proposal_hash=raised.hash,
    )
    work.cases.put(again)
    promise_nudge(again, at=at, work=work)


def _close_tasks(board: Board, *, by: Person, at: datetime, work: Work) -> None:
    for task in board.tasks:
        if task.state is TaskState.OPEN:
            done = replace(task.let_go, state=TaskState.DONE, done_by=by.id, done_at=at)
            work.tasks.put(done)
        elif task.state is TaskState.PLANNED:
            work.tasks.put(replace(task, state=TaskState.CANCELLED, done_at=at))


def go_on(board: Board, decision: Decision, *, at: datetime, work: Work) -> None:
    """Keep an agreement that does not decide the case yet; open the next stage where it is due."""
    task, following = board.task, board.following
    grant = board.granted_by(decision)
    agreed = board.agreed(decision.stage, grant) if grant else frozenset()
    if task is None or following is None or len(agreed | {decision.by}) < task.needed:
        work.cases.put(board.case.noted(at=at))
        if task is not None and task.held_by is not None:
            # Who has agreed is done with it; the others of the stage need not wait.
            work.tasks.put(task.let_go)
        return
    work.tasks.put(replace(task.let_go, state=TaskState.DONE, done_by=decision.by, done_at=at))
    work.tasks.put(replace(following, state=TaskState.OPEN, opened_at=at))
    moved = board.case.noted(
        at=at, stage=following.stage, desk=following.desk, due_on=following.due_on
    )
    work.cases.put(moved)
    facts = {"desk": following.desk, "due": following.due_on.isoformat()}
    work.journal.record(Entry("case.next_stage", moved.id, SYSTEM_ACTOR, at, facts))


def promise_nudge(case: Case, *, at: datetime, work: Work, again: bool = False) -> None:
    """Promise to wake the run that carries the case; the nudge itself decides nothing.

    Once per version of the case; with `again` once more per minute, for a run
    that was woken and still sleeps.
    """
    key = f"nudge:{case.id}:{case.version}" + (f":{at:%Y%m%dT%H%M}" if again else "")
    work.outbox.add(Promise(key, PromiseKind.NUDGE, case.id, {}, due_at=at))
