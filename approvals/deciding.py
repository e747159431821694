"""Decide a case.

The one place where a person's verdict becomes a decision. It is held against
what the person saw and what the person may answer for, written to the journal
and promised to the run that carries the case: all of it or none, because the
caller's transaction is the only one.
"""

from datetime import date, datetime

from creditflow.approvals.board import Board
from creditflow.approvals.entitling import (
    MayNotDecide,
    awaiting,
    ensure_free,
    ensure_in_time,
    entitled,
)
from creditflow.approvals.progressing import NEXT, completes, finish, go_on, route_anew
from creditflow.domain.decision import Decision, Say, Verdict
from creditflow.domain.errors import Conflict, Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.money import Money
from creditflow.domain.people import Person
from creditflow.domain.proposal import Proposal
from creditflow.domain.sentences import say
from creditflow.ports import Work

MOST_COMMENT = 4_000
"""The longest comment that is kept, in characters."""


class SeenOtherwise(Conflict):
    """The proposal is not the one that the approver had seen."""


class Incomplete(Refusal):
    """The verdict lacks something that it needs."""


def decide(
    case_id: str, verdict: Verdict, *, by: Person, key: str, at: datetime, on: date, work: Work
) -> Decision:
    """Record an approver's verdict and promise to carry the case on.

    `key` identifies the click: the same verdict sent twice under one key is
    answered with the decision that it already made. `on` is the business date
    at `at`; where the approver may not decide as such, a delegation that holds
    on that day may allow it.
    """
    if earlier := work.decisions.by_key(key):
        return _same_again(earlier, case_id, verdict, by)
    case = work.cases.get(case_id)
    board = awaiting(case, work)
    _ensure_seen(verdict, board)
    ensure_in_time(case, at)
    limit = _granted(verdict, board)
    _ensure_complete(verdict, board)
    policy = work.policies.current()
    way = entitled(by, board, policy, limit=limit, on=on, work=work)
    ensure_free(way, board, policy, at=at, on=on, work=work)
    more = limit is not None and limit > board.standing
    final = more or verdict.say in (Say.RETURN, Say.REJECT) or completes(board, by, limit)
    decision = Decision(
        case_id=case.id,
        stage=case.stage,
        say=verdict.say,
        by=by.id,
        at=at,
        proposal_hash=board.proposal.hash,
        rule=f"mandate:{way.authority}:{case.desk}",
        policy_version=policy.version,
        limit=limit,
        comment=verdict.comment.strip(),
        round=case.round,
        final=final,
        on_behalf_of=way.principal.id if way.principal else None,
        seen=board.seen,
        idempotency_key=key,
    )
    work.decisions.add(decision)
    work.journal.record(Entry(f"case.{verdict.say}", case.id, by.id, at, _facts(decision)))
    if limit is not None and more:
        route_anew(board, limit, by=by, at=at, work=work)
    elif final:
        finish(board, NEXT[verdict.say], by=by, at=at, work=work)
    else:
        go_on(board, decision, at=at, work=work)
    return decision


def _same_again(earlier: Decision, case_id: str, verdict: Verdict, by: Person) -> Decision:
    said = (earlier.case_id, earlier.say, earlier.by, earlier.seen, earlier.comment)
    same = said == (case_id, verdict.say, by.id, verdict.proposal_hash, verdict.comment.strip())
    if same and verdict.amount in (None, earlier.limit):
        return earlier
    raise Conflict(say("This form was used before, for another decision. Reload the case."))


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
    if proposal.on_top is not None and proposal.current is not None and amount < proposal.current:
        raise Incomplete(
            say(
                "{amount} is less than the {current} that stands besides. Approve a sum from there"
                " on, or reject the credit on top.",
                amount=amount,
                current=proposal.current,
            )
        )
    cap = proposal.cap
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
    if decision.on_behalf_of is not None:
        facts["on_behalf_of"] = decision.on_behalf_of
    if decision.limit is not None:
        facts["limit"] = str(decision.limit)
    if decision.comment:
        facts["comment"] = decision.comment
    return facts
