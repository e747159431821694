"""Decide a case.

The one place where a person's verdict becomes a decision. It is held against
what the person saw and what the person may answer for, written to the journal
and promised to the run that carries the case: all of it or none, because the
caller's transaction is the only one.
"""

from dataclasses import replace
from datetime import datetime

from creditflow.approvals.mandates import objection
from creditflow.domain.case import Case, CaseState, TaskState
from creditflow.domain.decision import Decision, Say, Verdict
from creditflow.domain.errors import Conflict, Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.money import Money
from creditflow.domain.people import Person
from creditflow.domain.proposal import LimitMethod, Proposal
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
    _ensure_seen(verdict, proposal)
    _ensure_in_time(case, at)
    limit = _granted(verdict, proposal)
    _ensure_complete(verdict, proposal)
    policy = work.policies.current()
    if no := objection(by, case, proposal, policy, limit=limit):
        raise MayNotDecide(no)

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
        idempotency_key=key,
    )
    work.decisions.add(decision)
    decided = case.moved(NEXT[verdict.say], at=at)
    work.cases.put(decided)
    _finish_tasks(case, by=by, at=at, work=work)
    work.journal.record(Entry(f"case.{verdict.say}", case.id, by.id, at, _facts(decision)))
    if verdict.say is not Say.RETURN:
        promise_nudge(decided, at=at, work=work)
    return decision


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


def _ensure_seen(verdict: Verdict, proposal: Proposal) -> None:
    if verdict.proposal_hash != proposal.hash:
        raise SeenOtherwise(
            say(
                "The proposal has changed since you opened it: it is now {proposed}, grade {grade}."
                " Look at it again, then repeat your decision.",
                proposed=proposal.proposed,
                grade=proposal.grade.value,
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


def _granted(verdict: Verdict, proposal: Proposal) -> Money | None:
    if verdict.say is not Say.APPROVE_WITH_CHANGE:
        if verdict.amount is not None:
            raise Incomplete(
                say("An amount goes only with an approval of another amount. Choose that, or"
                    " leave the amount out.")
            )  # fmt: skip
        return proposal.proposed if verdict.say is Say.APPROVE else None
    if verdict.amount is None:
        raise Incomplete(say("Say which amount you approve instead of {amount}.",
                             amount=proposal.proposed))  # fmt: skip
    return verdict.amount


def _ensure_complete(verdict: Verdict, proposal: Proposal) -> None:
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
        _ensure_allowed(verdict.amount, proposal)


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


def _finish_tasks(case: Case, *, by: Person, at: datetime, work: Work) -> None:
    for task in work.tasks.of(case.id):
        if task.state is TaskState.OPEN:
            work.tasks.put(replace(task, state=TaskState.DONE, done_by=by.id, done_at=at))


def _facts(decision: Decision) -> dict[str, str]:
    facts = {"proposal": decision.proposal_hash, "rule": decision.rule}
    if decision.limit is not None:
        facts["limit"] = str(decision.limit)
    if decision.comment:
        facts["comment"] = decision.comment
    return facts
