"""Say whether somebody may act on a waiting case now, and as whom, whatever the act."""

from datetime import date, datetime

from creditflow.approvals.board import Board, board_of
from creditflow.approvals.delegating import Acting, acting
from creditflow.approvals.impartiality import involved
from creditflow.approvals.mandates import objection_to
from creditflow.domain.case import Case, CaseState
from creditflow.domain.errors import Conflict, Refusal
from creditflow.domain.money import Money
from creditflow.domain.people import Person
from creditflow.domain.policy import Policy
from creditflow.domain.sentences import say
from creditflow.ports import Work


class AlreadyDecided(Conflict):
    """Somebody was quicker."""


class NotWaiting(Conflict):
    """The case does not wait for a decision (any more)."""


class MayNotDecide(Refusal):
    """Role, desk, mandate or separation of duties stand against it."""


class TooLate(Refusal):
    """The time in which the case could be decided has run out."""


class HeldByAnother(Conflict):
    """Somebody else has taken the case on, or was given it."""


def awaiting(case: Case, work: Work) -> Board:
    """What stands on a case that waits; raises AlreadyDecided with who was quicker."""
    if case.state is CaseState.AWAITING and case.proposal_id is not None:
        return board_of(case, work.proposals.get(case.proposal_id), work)
    final = [d for d in work.decisions.of(case.id) if d.round == case.round and d.final]
    if final:
        raise AlreadyDecided(
            say(
                "{who} was quicker and decided this case at {when}: {verdict}.",
                who=name_of(final[-1].by, work),
                when=final[-1].at,
                verdict=final[-1].say.value,
            )
        )
    raise NotWaiting(
        say(
            "Case {case} is {state} and waits for no decision. Reload it to see what happened.",
            case=case.id,
            state=case.state.value,
        )
    )


def ensure_in_time(case: Case, at: datetime) -> None:
    """Raise TooLate where the case waits only to be found expired."""
    if case.expires_at is not None and at >= case.expires_at:
        raise TooLate(
            say(
                "The time to decide this case ran out at {when}. Start a new review of the"
                " customer; it will use today's facts.",
                when=case.expires_at,
            )
        )


def entitled(
    by: Person, board: Board, policy: Policy, *, on: date, work: Work, limit: Money | None = None
) -> Acting:
    """As whom the person may act: as oneself, or in place of somebody; raises MayNotDecide."""
    barred = involved(board.case, work)
    ways = acting(by, on=on, work=work)
    noes = [objection_to(way, board, policy, involved=barred, limit=limit) for way in ways]
    for way, no in zip(ways, noes, strict=True):
        if no is None:
            return way
    raise MayNotDecide(next(no for no in reversed(noes) if no is not None))


def holder(board: Board, policy: Policy, *, at: datetime, on: date, work: Work) -> Person | None:
    """Who has the open task at that moment; nobody, where that one may not decide it any more."""
    held_by = board.task.holder(at) if board.task else None
    if held_by is None:
        return None
    person = work.people.get(held_by)
    barred = involved(board.case, work)
    ways = acting(person, on=on, work=work)
    if all(objection_to(way, board, policy, involved=barred) is not None for way in ways):
        return None
    return person


def ensure_free(
    way: Acting, board: Board, policy: Policy, *, at: datetime, on: date, work: Work
) -> None:
    """Raise HeldByAnother where somebody else has the task, whom one does not stand in for."""
    held_by, task = holder(board, policy, at=at, on=on, work=work), board.task
    if held_by is None or task is None or task.held_until is None:
        return
    if held_by.id not in (way.person.id, way.principal.id if way.principal else None):
        raise HeldByAnother(
            say(
                "{who} has this case until {until}. Ask for it, or have it reassigned and say why.",
                who=held_by.name,
                until=task.held_until,
            )
        )


def name_of(person: str, work: Work) -> str:
    """What somebody is called; the sign-in name where nobody of that name is known."""
    known = {p.id: p.name for p in work.people.all()}
    return known.get(person, person)
