"""Make a decision the limit in force: once, and only if everything still holds."""

from dataclasses import replace
from datetime import date, datetime

from creditflow.approvals.board import board_of
from creditflow.approvals.impartiality import involved
from creditflow.approvals.mandates import lapsed
from creditflow.approvals.superseding import supersede
from creditflow.domain.caps import Asking, counts
from creditflow.domain.case import Case, CaseState
from creditflow.domain.decision import Decision
from creditflow.domain.delegation import stand_in
from creditflow.domain.errors import NotFound
from creditflow.domain.granting import Grant
from creditflow.domain.journal import Entry
from creditflow.domain.limit_setting import months_after
from creditflow.domain.limits import Limit, limit_state
from creditflow.domain.money import Money
from creditflow.domain.moving import Ground
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.people import POLICY_ACTOR, SYSTEM_ACTOR, Person
from creditflow.domain.proposal import Proposal
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work
from creditflow.services.backing import lost_meanwhile
from creditflow.services.granting import grant, take_back_all
from creditflow.services.sharing import rooms_left, taken_meanwhile

NOTHING_LEFT = "the base limit was taken away"
"""Why credit on top ends with it."""


def apply(case_id: str, *, at: datetime, on: date, work: Work) -> Case:
    """Put the decided limit into the history, behind the very entry the proposal replaces.

    The limit is in force from the business date `on`. A case that is not
    approved (any more) is returned as it is. Where the limit has changed since
    the proposal, the case is superseded; where others have taken the room since,
    or what it rests on holds no more, another case takes its place; where the
    approver's authority has lapsed, it asks for approval again.
    """
    case = work.cases.get(case_id)
    if case.state is not CaseState.APPROVED or case.proposal_id is None:
        return case
    proposal = work.proposals.get(case.proposal_id)
    decision = _decision(case, work)
    decided = decision.grant(proposal)
    if decided is None or decision.proposal_hash != proposal.hash:
        return _supersede(case, say("The decision is not about this proposal."), at, work)
    limit = decided.limit
    if no := _authority_lapsed(case, decision, proposal, limit, work):
        return _ask_again(case, no, at, work)
    current = work.limits.current(case.customer)
    version = current.version if current else 0
    if version != proposal.current_version:
        return _supersede(case, say("The limit was changed by somebody else meanwhile."), at, work)
    gone = _taken_meanwhile(case, proposal, limit, on=on, work=work)
    if gone := gone or lost_meanwhile(decided, proposal, on=on, work=work):
        return _begin_anew(case, gone, at=at, on=on, work=work)
    return _put_into_force(case, proposal, decided, current, at=at, on=on, work=work)


def _put_into_force(
    case: Case,
    proposal: Proposal,
    decided: Grant,
    current: Limit | None,
    *,
    at: datetime,
    on: date,
    work: Work,
) -> Case:
    """The base limit, or credit on top of it, behind the entry that is current."""
    if proposal.on_top is not None:
        why = grant(case, proposal, decided, at=at, on=on, work=work)
        return _applied(case, at, work) if why is None else _supersede(case, why, at, work)
    version, limit = current.version if current else 0, decided.limit
    work.limits.add(
        Limit(
            customer=case.customer,
            version=version + 1,
            state=limit_state(limit),
            amount=limit or None,
            from_=max(on, current.from_) if current else on,
            until=decided.until,
            terms_days=decided.terms_days,
            case_id=case.id,
            review_on=_review_on(proposal, decided.until, on, work),
            recorded_at=_recorded(at, current),
            open=_open(proposal, limit),
        ),
        replacing=version,
    )
    if not limit:
        take_back_all(case.customer, on=on, why=NOTHING_LEFT, at=at, work=work)
    facts = {"limit": str(limit), "version": str(version + 1), "until": decided.until.isoformat()}
    work.journal.record(Entry("limit.applied", case.id, SYSTEM_ACTOR, at, facts))
    return _applied(case, at, work)


def _open(proposal: Proposal, limit: Money) -> Money | None:
    """The part that rests on nothing, where that is not all of it."""
    parts = proposal.parts_of(limit)
    return parts.open if parts.rests_on else None


def _applied(case: Case, at: datetime, work: Work) -> Case:
    applied = case.moved(CaseState.APPLIED, at=at)
    work.cases.put(applied)
    return applied


def _review_on(proposal: Proposal, until: date, on: date, work: Work) -> date:
    """When the grade's cadence asks for the next look, the limit's end at the latest."""
    policy = work.policies.version(proposal.policy_version)
    return min(months_after(on, policy.grades[proposal.grade].cadence_months), until)


def _recorded(at: datetime, current: Limit | None) -> datetime:
    """This moment; never before the last entry's, were another machine's clock fast."""
    last = current.recorded_at if current else None
    return max(at, last) if last else at


def _decision(case: Case, work: Work) -> Decision:
    for decision in reversed(work.decisions.of(case.id)):
        if decision.final and decision.round == case.round:
            return decision
    raise NotFound(say("Case {case} is approved, but no decision is kept.", case=case.id))


def _authority_lapsed(
    case: Case, decision: Decision, proposal: Proposal, limit: Money, work: Work
) -> Sentence | None:
    """Authority is checked at list, at decide and again here, for everybody who agreed."""
    if decision.by == POLICY_ACTOR:
        return None
    policy, board = work.policies.current(), board_of(case, proposal, work)
    barred = involved(case, work)
    for given in board.decisions:
        person = _as_then(given, work)
        last = limit if given.stage == decision.stage else None
        no = (
            barred.get(given.by)
            or barred.get(given.on_behalf_of or "")
            or lapsed(person, board, given.desk, policy, limit=last)
        )
        if no is not None:
            return no
    return None


def _as_then(given: Decision, work: Work) -> Person:
    """Who decided, with what that one had to decide by: in somebody's place, what was delegated.

    A delegation that has run out since does not undo what was decided under it.
    """
    person = work.people.get(given.by)
    if given.on_behalf_of is None:
        return person
    principal = work.people.get(given.on_behalf_of)
    made = [d for d in work.delegations.to(given.by) if d.principal == principal.id]
    covering = [d for d in made if d.revoked_at is None or d.revoked_at > given.at]
    return stand_in(person, principal, covering[-1]) if covering else replace(person, mandate=None)


def _taken_meanwhile(
    case: Case, proposal: Proposal, limit: Money, *, on: date, work: Work
) -> Sentence | None:
    """Why a limit that takes more room than before does not fit into what is left any more."""
    policy, before = work.policies.current(), work.limits.current(case.customer)
    had = before.amount if before is not None and counts(before, on) else None
    if had is not None and had.currency == limit.currency and limit <= had:
        return None
    own = OwnCurrency(limit.currency, work.rates.all(), on)
    asking = Asking(work.customers.get(case.customer), before, own.money(had) if had else None, own)
    gone = taken_meanwhile(limit, proposal, rooms_left(asking, policy, work, alone=True))
    return (
        None if gone is None else say("Others have taken the room meanwhile. {why}", why=gone.why)
    )


def _begin_anew(case: Case, why: Sentence, *, at: datetime, on: date, work: Work) -> Case:
    supersede(case.id, {Ground.AMOUNT: why}, at=at, on=on, work=work, stands=CaseState.APPROVED)
    return work.cases.get(case.id)


def _supersede(case: Case, why: Sentence, at: datetime, work: Work) -> Case:
    superseded = case.moved(CaseState.SUPERSEDED, at=at)
    work.cases.put(superseded)
    work.journal.record(Entry("case.superseded", case.id, SYSTEM_ACTOR, at, {"why": str(why)}))
    return superseded


def _ask_again(case: Case, why: Sentence, at: datetime, work: Work) -> Case:
    asking = case.moved(CaseState.REAPPROVAL_REQUIRED, at=at)
    work.cases.put(asking)
    work.journal.record(
        Entry("case.reapproval_required", case.id, SYSTEM_ACTOR, at, {"why": str(why)})
    )
    return asking
