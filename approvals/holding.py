"""Have a waiting case for a while: take it on, give it back, or give it to somebody of the desk.

Holding keeps two people from doing the same work. It is no authority: whoever
holds a case still has to be allowed to decide it, and a hold runs out by itself.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from creditflow.approvals.board import Board
from creditflow.approvals.delegating import Acting
from creditflow.approvals.entitling import (
    HeldByAnother,
    awaiting,
    ensure_free,
    ensure_in_time,
    entitled,
    holder,
)
from creditflow.approvals.impartiality import involved
from creditflow.approvals.mandates import objection
from creditflow.domain.case import Case, ReviewTask
from creditflow.domain.errors import Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.people import Person
from creditflow.domain.policy import Policy
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work

CLAIM_LASTS = timedelta(hours=4)
"""How long somebody has a case that was taken on; taking it on again begins anew."""

REASSIGNED_LASTS = timedelta(hours=48)
"""How long somebody has a case that was given; long enough to be seen, and no dead end."""

MOST_REASON = 1_000
"""The longest reason that is kept, in characters."""


class CannotReassign(Refusal):
    """Whom the case should be given to cannot decide it, or nobody said why."""


def claim(case_id: str, *, by: Person, at: datetime, on: date, work: Work) -> Case:
    """Take a waiting case on; raises HeldByAnother with who has it and until when."""
    board, policy, way, task = _at_hand(case_id, by=by, at=at, on=on, work=work)
    ensure_free(way, board, policy, at=at, on=on, work=work)
    held = replace(task, held_by=by.id, held_until=at + CLAIM_LASTS)
    facts = {"until": (at + CLAIM_LASTS).isoformat()}
    return _keep(board, held, "case.claimed", facts, by=by, at=at, work=work)


def release(case_id: str, *, by: Person, at: datetime, on: date, work: Work) -> Case:
    """Give a case back to its desk before the time runs out; only who has it can."""
    board = awaiting(work.cases.get(case_id), work)
    had_by = holder(board, work.policies.current(), at=at, on=on, work=work)
    if board.task is None or had_by is None:
        raise HeldByAnother(say("Nobody has this case; it waits for everybody at its desk."))
    if had_by.id != by.id:
        raise HeldByAnother(
            say("{who} has this case, so {who} gives it back, or you reassign it.", who=had_by.name)
        )
    return _keep(board, board.task.let_go, "case.released", {}, by=by, at=at, work=work)


def reassign(
    case_id: str, to: str, *, why: str, by: Person, at: datetime, on: date, work: Work
) -> Case:
    """Give a case to somebody who may decide it, also past whoever has it; the reason is kept.

    Raises CannotReassign with everything that is wrong at once.
    """
    board, policy, _, task = _at_hand(case_id, by=by, at=at, on=on, work=work)
    receiver, why = work.people.get(to), why.strip()
    if problems := [*_problems(receiver, why, board, policy, work)]:
        raise CannotReassign(problems[0], details=problems)
    until = at + REASSIGNED_LASTS
    had_by = holder(board, policy, at=at, on=on, work=work)
    held = replace(task, held_by=receiver.id, held_until=until)
    facts = {
        "to": receiver.id,
        "had": had_by.id if had_by else "",
        "until": until.isoformat(),
        "comment": why,
    }
    return _keep(board, held, "case.reassigned", facts, by=by, at=at, work=work)


def receivers(board: Board, policy: Policy, work: Work) -> list[Person]:
    """To whom a case could be given: everybody who may decide it."""
    barred = involved(board.case, work)
    return [
        person
        for person in work.people.all()
        if objection(person, board, policy, involved=barred) is None
    ]


def _at_hand(
    case_id: str, *, by: Person, at: datetime, on: date, work: Work
) -> tuple[Board, Policy, Acting, ReviewTask]:
    """A case that somebody who could decide it acts on, with its open task."""
    board, policy = awaiting(work.cases.get(case_id), work), work.policies.current()
    ensure_in_time(board.case, at)
    way = entitled(by, board, policy, on=on, work=work)
    if board.task is None:
        raise HeldByAnother(say("No stage of this case is open. Reload it."))
    return board, policy, way, board.task


def _problems(
    receiver: Person, why: str, board: Board, policy: Policy, work: Work
) -> Iterator[Sentence]:
    able = receivers(board, policy, work)
    if receiver not in able:
        yield say(
            "{who} may not decide this case: for want of a mandate at its desk or a higher one, or"
            " because of a part in it. It can be given to: {names}.",
            who=receiver.name,
            names=", ".join(person.name for person in able) or "–",
        )
    if not why:
        yield say("Say in a sentence why somebody else gets the case.")
    if len(why) > MOST_REASON:
        yield say(
            "The reason has {length} characters; {most} are kept. Shorten it.",
            length=len(why),
            most=MOST_REASON,
        )


def _keep(
    board: Board,
    task: ReviewTask,
    what: str,
    facts: dict[str, str],
    *,
    by: Person,
    at: datetime,
    work: Work,
) -> Case:
    """Keep who has the task; the case's version makes two at once one."""
    noted = board.case.noted(at=at)
    work.cases.put(noted)
    work.tasks.put(task)
    work.journal.record(Entry(what, noted.id, by.id, at, facts))
    return noted
