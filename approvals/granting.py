"""Hold a verdict against what it needs and against the policy's bounds; every problem at once."""

from collections.abc import Iterator
from datetime import date, timedelta

from creditflow.approvals.board import Board
from creditflow.approvals.entitling import MayNotDecide
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.errors import Refusal
from creditflow.domain.granting import Bounds, Grant, problems_of
from creditflow.domain.limit_setting import months_after
from creditflow.domain.money import Money
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import Proposal
from creditflow.domain.sentences import Sentence, say
from creditflow.domain.terms_rule import TermsBasis

MOST_COMMENT = 4_000
"""The longest comment that is kept, in characters."""

HARD = (TermsBasis.GRADE, TermsBasis.LAW)
"""What nobody's agreement may stretch; a custom or a habit an approver may."""


class Incomplete(Refusal):
    """The verdict lacks something that it needs, or changes what it may not."""


def granted(verdict: Verdict, board: Board) -> Grant | None:
    """What the verdict grants: what stands, or the change made to it; None where nothing is."""
    if verdict.say is Say.APPROVE:
        return board.grant
    if verdict.say is Say.APPROVE_WITH_CHANGE:
        return verdict.change.made_to(board.grant)
    return None


def bounds_of(board: Board, policy: Policy, *, on: date) -> Bounds:
    """How short and how long terms and validity may be, were it decided on that day.

    What stands already is always within them, whatever a newer policy says.
    """
    proposal, standing, rule = board.proposal, board.grant, policy.granting
    grade = policy.grades[proposal.grade]
    hard = [r.days for r in proposal.terms if r.basis in HARD and r.days is not None]
    most = max(min([grade.terms_days, *hard]), standing.terms_days)
    if proposal.on_top is None:
        first = on + timedelta(days=max(1, rule.least_validity_days))
        last = max(months_after(proposal.from_, grade.validity_months), standing.until)
    else:
        # Credit on top is short, and was asked for until a day; nobody needs it for longer.
        first, last = max(on, proposal.from_) + timedelta(days=1), standing.until
    return Bounds(
        least_terms=min(rule.least_terms_days, standing.terms_days),
        most_terms=most,
        first_until=min(first, standing.until),
        last_until=last,
    )


def ensure_complete(verdict: Verdict, board: Board, policy: Policy, *, on: date) -> None:
    """Raise Incomplete with everything that is wrong, or MayNotDecide beyond the policy's cap."""
    problems = [*_problems(verdict, board, policy, on)]
    if problems:
        raise Incomplete(problems[0], details=problems)
    if verdict.amount is not None:
        _ensure_below_cap(verdict.amount, board.proposal)


def _problems(verdict: Verdict, board: Board, policy: Policy, on: date) -> Iterator[Sentence]:
    comment, change = verdict.comment.strip(), verdict.change
    if verdict.say is not Say.APPROVE_WITH_CHANGE and not change.is_none:
        yield say(
            "Another amount, terms, end or condition goes only with an approval that changes"
            " something. Choose that, or leave it out."
        )
    elif verdict.say is Say.APPROVE_WITH_CHANGE and change.is_none:
        yield say(
            "Say what you approve instead of {amount}: another amount, other terms, another end,"
            " or conditions.",
            amount=board.standing,
        )
    elif verdict.say is Say.APPROVE_WITH_CHANGE:
        if change.amount is not None:
            yield from _against(change.amount, board.proposal)
        bounds = bounds_of(board, policy, on=on)
        yield from problems_of(change, board.grant, bounds, policy.granting)
        yield from _outliving(change.made_to(board.grant), board.proposal)
    if verdict.say is not Say.APPROVE and not comment:
        yield say("A change, a return and a rejection need a comment. Say why, in a sentence.")
    if len(comment) > MOST_COMMENT:
        yield say(
            "The comment has {length} characters; {most} are kept. Shorten it.",
            length=len(comment),
            most=MOST_COMMENT,
        )


def _outliving(grant: Grant, proposal: Proposal) -> Iterator[Sentence]:
    """A limit that rests on a cover or a guarantee ends with it at the latest."""
    if grant.limit.currency != proposal.proposed.currency:
        return
    parts = proposal.parts_of(grant.limit)
    if parts.until is not None and grant.until > parts.until:
        yield say(
            "{amount} of this limit would rest on covers and guarantees, the first of which ends on"
            " {day}. Choose a last day before that, or at most {open}.",
            amount=parts.secured + parts.insured,
            day=parts.until,
            open=parts.open,
        )


def _against(amount: Money, proposal: Proposal) -> Iterator[Sentence]:
    if amount.currency != proposal.proposed.currency or amount.minor < 0:
        yield say(
            "The amount must be in {currency} and not below zero.",
            currency=proposal.proposed.currency,
        )
    elif proposal.on_top is not None and proposal.current is not None and amount < proposal.current:
        yield say(
            "{amount} is less than the {current} that stands besides. Approve a sum from there"
            " on, or reject the credit on top.",
            amount=amount,
            current=proposal.current,
        )


def _ensure_below_cap(amount: Money, proposal: Proposal) -> None:
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
