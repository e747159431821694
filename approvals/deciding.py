"""Decide a case.

The one place where a person's verdict becomes a decision. It is held against
what the person saw and what the person may answer for, written to the journal
and promised to the run that carries the case: all of it or none, because the
caller's transaction is the only one.
"""

from dataclasses import replace
from datetime import datetime

from creditflow.approvals.board import Board, board_of
from creditflow.approvals.impartiality import involved
from creditflow.approvals.mandates import objection
from creditflow.domain.case import Case, CaseState, TaskState
from creditflow.domain.decision import Decision, Say, Verdict
from creditflow.domain.errors import Conflict, Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.money import Money
from creditflow.domain.people import SYSTEM_ACTOR, Person
from creditflow.domain.proposal import Candidate, LimitMethod, Proposal
from creditflow.domain.sentences import say
from creditflow.ports import Promise, PromiseKind, Work

MOST_COMMENT = 4_000
"""The longest comment that is kept, in characters."""


class AlreadyDecided(Conflict):
    """Somebody was quicker."""


class NotWaiting(Conflict):
    """The case does not wait for a decision (any more)."""


class SeenOtherwise(Conflict):
    """The proposal is not the one that the approver had seen."""


class MayNotDecide(Refusal):
    """Role, desk, mandate or separation of duties stand against it."""


class Incomplete(Refusal):
    """The verdict lacks something that it needs."""


class TooLate(Refusal):
    """The time in which the case could be decided has run out."""


NEXT = {
    Say.APPROVE: CaseState.APPROVED,
    Say.APPROVE_WITH_CHANGE: CaseState.APPROVED,
    Say.RETURN: CaseState.RETURNED,
    Say.REJECT: CaseState.REJECTED,
}


def decide(
    case_id: str, verdict: Verdict, *, by: Person, key: str, at: datetime, work: Work
) -> Decision:
    """Record an approver's verdict and promise to carry the case on.

    `key` identifies the click: the same verdict sent twice under one key is
    answered with the decision that it already made.
    """
    if earlier := work.decisions.by_key(key):
        return _same_again(earlier, case_id, verdict, by)
    case = work.cases.get(case_id)
    proposal = _proposal_awaiting(case, work)
    board = board_of(case, proposal, work)
    _ensure_seen(verdict, board)
    _ensure_in_time(case, at)
    limit = _granted(verdict, board)
    _ensure_complete(verdict, board)
    policy = work.policies.current()
    if no := objection(by, board, policy, involved=involved(case, work), limit=limit):
        raise MayNotDecide(no)

    more = limit is not None and limit > board.standing
    final = more or verdict.say in (Say.RETURN, Say.REJECT) or _completes(board, by, limit)
    decision = Decision(
        case_id=case.id,
        stage=case.stage,
        say=verdict.say,
        by=by.id,
        at=at,
        proposal_hash=proposal.hash,
        rule=f"mandate:{by.id}:{case.desk}",
        policy_version=policy.version,
        limit=limit,
        comment=verdict.comment.strip(),
        round=case.round,
        final=final,
        idempotency_key=key,
    )
    work.decisions.add(decision)
    work.journal.record(Entry(f"case.{verdict.say}", case.id, by.id, at, _facts(decision)))
    if limit is not None and more:
        _route_anew(board, limit, by=by, at=at, work=work)
    elif final:
        _finish(board, NEXT[verdict.say], by=by, at=at, work=work)
    else:
        _go_on(board, decision, at=at, work=work)
    return decision


def _completes(board: Board, by: Person, limit: Money | None) -> bool:
    """Whether this agreement is the last one that the case needs."""
    return board.following is None and _stage_done(board, by, limit)


def _stage_done(board: Board, by: Person, limit: Money | None) -> bool:
    """Whether enough people agree to that very amount at the present stage, this one included."""
    task = board.task
    if task is None or limit is None:
        return True
    return len(board.agreed(task.stage, limit) | {by.id}) >= task.needed


def _finish(board: Board, to: CaseState, *, by: Person, at: datetime, work: Work) -> None:
    decided = board.case.moved(to, at=at)
    work.cases.put(decided)
    _close_tasks(board, by=by, at=at, work=work)
    if to is not CaseState.RETURNED:
        promise_nudge(decided, at=at, work=work)


def _route_anew(board: Board, amount: Money, *, by: Person, at: datetime, work: Work) -> None:
    """Somebody wants more than was proposed: a proposal of its own, which others decide."""
    _close_tasks(board, by=by, at=at, work=work)
    raised = replace(
        board.proposal,
        id=f"PR-{work.counters.next('proposal'):06d}",
        at=at,
        proposed=amount,
        binding=LimitMethod.RAISED,
        candidates=(
            *board.proposal.candidates,
            Candidate(LimitMethod.RAISED, amount, say("Raised by {person}.", person=by.name)),
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
            work.tasks.put(replace(task, state=TaskState.DONE, done_by=by.id, done_at=at))
        elif task.state is TaskState.PLANNED:
            work.tasks.put(replace(task, state=TaskState.CANCELLED, done_at=at))


def _go_on(board: Board, decision: Decision, *, at: datetime, work: Work) -> None:
    """Keep an agreement that does not decide the case yet; open the next stage where it is due."""
    task, following = board.task, board.following
    agreed = board.agreed(decision.stage, decision.limit) if decision.limit else frozenset()
    if task is None or following is None or len(agreed | {decision.by}) < task.needed:
        work.cases.put(board.case.noted(at=at))
        return
    work.tasks.put(replace(task, state=TaskState.DONE, done_by=decision.by, done_at=at))
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


def _same_again(earlier: Decision, case_id: str, verdict: Verdict, by: Person) -> Decision:
    said = (earlier.case_id, earlier.say, earlier.by, earlier.proposal_hash, earlier.comment)
    same = said == (case_id, verdict.say, by.id, verdict.proposal_hash, verdict.comment.strip())
    if same and verdict.amount in (None, earlier.limit):
        return earlier
    raise Conflict(say("This form was used before, for another decision. Reload the case."))


def _proposal_awaiting(case: Case, work: Work) -> Proposal:
    if case.state is CaseState.AWAITING and case.proposal_id is not None:
        return work.proposals.get(case.proposal_id)
    final = [d for d in work.decisions.of(case.id) if d.round == case.round and d.final]
    if final:
        raise AlreadyDecided(
            say(
                "{who} was quicker and decided this case at {when}: {verdict}.",
                who=_name(final[-1].by, work),
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


def _name(person: str, work: Work) -> str:
    known = {p.id: p.name for p in work.people.all()}
    return known.get(person, person)


def _ensure_seen(verdict: Verdict, board: Board) -> None:
    if verdict.proposal_hash != board.seen:
        raise SeenOtherwise(
            say(
                "The proposal has changed since you opened it: it is now {proposed}, grade {grade}."
                " Look at it again, then repeat your decision.",
                proposed=board.standing,
                grade=board.proposal.grade.value,
            )
        )


def _ensure_in_time(case: Case, at: datetime) -> None:
    if case.expires_at is not None and at >= case.expires_at:
        raise TooLate(
            say(
                "The time to decide this case ran out at {when}. Start a new review of the"
                " customer; it will use today's facts.",
                when=case.expires_at,
            )
        )


def _granted(verdict: Verdict, board: Board) -> Money | None:
    if verdict.say is not Say.APPROVE_WITH_CHANGE:
        if verdict.amount is not None:
            raise Incomplete(
                say("An amount goes only with an approval of another amount. Choose that, or"
                    " leave the amount out.")
            )  # fmt: skip
        return board.standing if verdict.say is Say.APPROVE else None
    if verdict.amount is None:
        raise Incomplete(say("Say which amount you approve instead of {amount}.",
                             amount=board.standing))  # fmt: skip
    return verdict.amount


def _ensure_complete(verdict: Verdict, board: Board) -> None:
    comment = verdict.comment.strip()
    if verdict.say is not Say.APPROVE and not comment:
        raise Incomplete(
            say("A change, a return and a rejection need a comment. Say why, in a sentence.")
        )
    if len(comment) > MOST_COMMENT:
        raise Incomplete(
            say(
                "The comment has {length} characters; {most} are kept. Shorten it.",
                length=len(comment),
                most=MOST_COMMENT,
            )
        )
    if verdict.amount is not None:
        _ensure_allowed(verdict.amount, board.proposal)


def _ensure_allowed(amount: Money, proposal: Proposal) -> None:
    """An amount of the approver's own: in the customer's currency, from zero up to the caps."""
    if amount.currency != proposal.proposed.currency or amount.minor < 0:
        raise Incomplete(
            say(
                "The amount must be in {currency} and not below zero.",
                currency=proposal.proposed.currency,
            )
        )
    hard = (LimitMethod.CAP, LimitMethod.KNOCK_OUT)
    for candidate in proposal.candidates:
        cap = candidate.amount if candidate.method in hard else None
        # A cap of zero is a cap: it must not be mistaken for none.
        if cap is not None and amount > cap:
            raise MayNotDecide(
                say(
                    "{amount} exceeds the policy's cap of {cap} for this customer."
                    " Approve at most that; the cap itself is changed by a new policy version.",
                    amount=amount,
                    cap=cap,
                )
            )


def _facts(decision: Decision) -> dict[str, str]:
    facts = {"proposal": decision.proposal_hash, "rule": decision.rule}
    if decision.limit is not None:
        facts["limit"] = str(decision.limit)
    if decision.comment:
        facts["comment"] = decision.comment
    return facts
