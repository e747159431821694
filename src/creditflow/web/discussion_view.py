"""Who has a case, who was asked about it and what was said, as its page shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from creditflow.approvals.board import Board
from creditflow.approvals.entitling import (
    HeldByAnother,
    MayNotDecide,
    ensure_free,
    entitled,
    holder,
)
from creditflow.approvals.holding import receivers
from creditflow.approvals.referring import unanswered
from creditflow.domain.attachment import Attachment
from creditflow.domain.case import Case, CaseState
from creditflow.domain.discussion import Comment, Referral
from creditflow.domain.people import Person
from creditflow.domain.permissions import Permission, permits
from creditflow.domain.sentences import Sentence
from creditflow.ports import Work


@dataclass(frozen=True, slots=True)
class Said:
    """One question, comment or answer, in the order in which they came."""

    at: datetime
    by: str
    text: str
    to: str | None = None
    is_open: bool = False
    answers: str | None = None
    files: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class Discussion:
    """Who has the case, what was said on it, and what this person may do about either.

    `held` says who else has it, None where this person may go on. `receivers`
    and `askable` are empty where this person may not reassign or refer.
    """

    holder: Person | None
    held_until: datetime | None
    held: Sentence | None
    is_mine: bool
    may_claim: bool
    may_comment: bool
    receivers: Sequence[Person]
    askable: Sequence[Person]
    asked_of_me: Sequence[Referral]
    said: Sequence[Said]
    names: Mapping[str, str] = field(default_factory=dict)


def view_discussion(
    case: Case, board: Board | None, me: Person, *, at: datetime, on: date, work: Work
) -> Discussion:
    """Gather it for a person."""
    people = work.people.all()
    comments = work.discussions.comments(case.id)
    referrals = work.discussions.referrals(case.id)
    waits = board is not None and case.state is CaseState.AWAITING
    open_ = unanswered(referrals, comments, round_=case.round) if waits else []
    had_by, held, may = None, None, False
    policy = work.policies.current()
    if board is not None and waits:
        had_by = holder(board, policy, at=at, on=on, work=work)
        held, may = _may(me, board, at=at, on=on, work=work)
    return Discussion(
        holder=had_by,
        held_until=board.task.held_until if board and board.task and had_by else None,
        held=held,
        is_mine=had_by is not None and had_by.id == me.id,
        may_claim=may and held is None,
        may_comment=permits(me, Permission.COMMENT) and not case.is_finished,
        receivers=receivers(board, policy, work) if may and board else (),
        askable=[p for p in people if may and p.id != me.id and permits(p, Permission.COMMENT)],
        asked_of_me=[referral for referral in open_ if referral.asked == me.id],
        said=_said(comments, referrals, open_, work),
        names={person.id: person.name for person in people},
    )


def _may(
    me: Person, board: Board, *, at: datetime, on: date, work: Work
) -> tuple[Sentence | None, bool]:
    """Who else has it, where somebody has; and whether this person could decide it at all."""
    policy = work.policies.current()
    try:
        way = entitled(me, board, policy, on=on, work=work)
    except MayNotDecide:
        return None, False
    try:
        ensure_free(way, board, policy, at=at, on=on, work=work)
    except HeldByAnother as problem:
        return problem.sentence, True
    return None, True


def _said(
    comments: Sequence[Comment], referrals: Sequence[Referral], open_: Sequence[Referral],
    work: Work,
) -> list[Said]:  # fmt: skip
    asked = {referral.id: referral for referral in referrals}
    questions = [
        Said(r.asked_at, r.asked_by, r.question, to=r.asked, is_open=r in open_) for r in referrals
    ]
    answers = [
        Said(
            c.at,
            c.by,
            c.text,
            answers=asked[c.answers].asked_by if c.answers else None,
            files=work.attachments.of(c.id),
        )
        for c in comments
    ]
    return sorted([*questions, *answers], key=lambda said: said.at)
