"""Decide a case.

The one place where a person's verdict becomes a decision. It is held against
what the person saw and what the person may answer for, written to the journal
and promised to the run that carries the case: all of it or none, because the
caller's transaction is the only one.
"""

from datetime import date, datetime
from typing import Any

from creditflow.approvals.board import Board
from creditflow.approvals.entitling import awaiting, ensure_free, ensure_in_time, entitled
from creditflow.approvals.granting import ensure_complete, granted
from creditflow.approvals.progressing import NEXT, completes, finish, go_on, route_anew
from creditflow.domain.decision import Decision, Say, Verdict
from creditflow.domain.errors import Conflict
from creditflow.domain.granting import Grant, widens
from creditflow.domain.journal import Entry
from creditflow.domain.people import Person
from creditflow.domain.proposal import Proposal
from creditflow.domain.sentences import say
from creditflow.ports import Work


class SeenOtherwise(Conflict):
    """The proposal is not the one that the approver had seen."""


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
    board = awaiting(case := work.cases.get(case_id), work)
    _ensure_seen(verdict, board)
    ensure_in_time(case, at)
    policy = work.policies.current()
    ensure_complete(verdict, board, policy, on=on)
    grant = granted(verdict, board)
    limit = grant.limit if grant is not None else None
    way = entitled(by, board, policy, limit=limit, on=on, work=work)
    ensure_free(way, board, policy, at=at, on=on, work=work)
    more = grant is not None and widens(grant, board.grant)
    final = more or verdict.say in (Say.RETURN, Say.REJECT) or completes(board, by, grant)
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
        **_changed(grant, board.proposal),
    )
    work.decisions.add(decision)
    work.journal.record(Entry(f"case.{verdict.say}", case.id, by.id, at, _facts(decision)))
    if grant is not None and more:
        route_anew(board, grant, by=by, at=at, work=work)
    elif final:
        finish(board, NEXT[verdict.say], by=by, at=at, work=work)
    else:
        go_on(board, decision, at=at, work=work)
    return decision


def _same_again(earlier: Decision, case_id: str, verdict: Verdict, by: Person) -> Decision:
    said = (earlier.case_id, earlier.say, earlier.by, earlier.seen, earlier.comment)
    same = said == (case_id, verdict.say, by.id, verdict.proposal_hash, verdict.comment.strip())
    if same and _changes_the_same(earlier, verdict):
        return earlier
    raise Conflict(say("This form was used before, for another decision. Reload the case."))


def _changes_the_same(earlier: Decision, verdict: Verdict) -> bool:
    """Whether it asks for what was kept; what was the proposal's own is not kept."""
    return (
        verdict.amount in (None, earlier.limit)
        and (verdict.terms_days is None or earlier.terms_days in (None, verdict.terms_days))
        and (verdict.until is None or earlier.until in (None, verdict.until))
        and (earlier.conditions is None or set(earlier.conditions) >= set(verdict.conditions))
    )


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


def _changed(grant: Grant | None, proposal: Proposal) -> dict[str, Any]:
    """What the decision keeps besides the amount: only what is not the proposal's own."""
    if grant is None:
        return {}
    own = proposal.grant
    return {
        "terms_days": None if grant.terms_days == own.terms_days else grant.terms_days,
        "until": None if grant.until == own.until else grant.until,
        "conditions": None if grant.conditions == own.conditions else grant.conditions,
    }


def _facts(decision: Decision) -> dict[str, str]:
    facts = {"proposal": decision.proposal_hash, "rule": decision.rule}
    if decision.on_behalf_of is not None:
        facts["on_behalf_of"] = decision.on_behalf_of
    if decision.limit is not None:
        facts["limit"] = str(decision.limit)
    if decision.terms_days is not None:
        facts["terms_days"] = str(decision.terms_days)
    if decision.until is not None:
        facts["until"] = decision.until.isoformat()
    if decision.conditions is not None:
        facts["conditions"] = "; ".join(one.code or one.text for one in decision.conditions)
    if decision.comment:
        facts["comment"] = decision.comment
    return facts
