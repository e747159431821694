"""Say who may decide what: role, desk, mandate and separation of duties in one place.

Every channel asks here: when a list is made, when a verdict comes in, and again
when the decision is applied.
"""

from collections.abc import Iterable, Mapping

from creditflow.approvals.board import Board
from creditflow.approvals.delegating import Acting
from creditflow.domain.case import Case
from creditflow.domain.money import Money
from creditflow.domain.people import Mandate, Person, Role
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import Proposal
from creditflow.domain.sentences import Sentence, say


def objection(
    person: Person,
    board: Board,
    policy: Policy,
    *,
    involved: Mapping[str, Sentence],
    limit: Money | None = None,
) -> Sentence | None:
    """Why this person may not decide what stands on the board; None where nothing is against it.

    `involved` are those who have a part in the case. `limit` is the amount to
    be granted, in the customer's currency; without one (a rejection, a return,
    or just opening the page) the mandate's ceiling does not matter, because
    granting less is always possible. Nor does it at a stage before the last:
    who signs there does not grant anything yet.
    """
    return (
        _not_an_approver(person)
        or involved.get(person.id)
        or _spoken(person, board)
        or _other_desk(person, board.case.desk, policy)
        or (
            _beyond(person, limit, board.proposal)
            if limit is not None and board.following is None
            else None
        )
    )


def objection_to(
    way: Acting,
    board: Board,
    policy: Policy,
    *,
    involved: Mapping[str, Sentence],
    limit: Money | None = None,
) -> Sentence | None:
    """The same for somebody who may stand in for another: neither of the two has a part in it."""
    no = objection(way.person, board, policy, involved=involved, limit=limit)
    if no is not None or way.principal is None:
        return no
    return involved.get(way.principal.id) or _spoken(way.principal, board)


def lapsed(
    person: Person, board: Board, desk: str, policy: Policy, *, limit: Money | None
) -> Sentence | None:
    """Why an agreement that was given at that desk does not hold any more; None where it does."""
    return (
        _not_an_approver(person)
        or _other_desk(person, desk, policy)
        or (_beyond(person, limit, board.proposal) if limit is not None else None)
    )


def seated(people: Iterable[Person], case: Case, policy: Policy) -> list[Person]:
    """Who holds a mandate at the case's desk or at a higher one, whatever part they have in it."""
    return [
        person
        for person in people
        if _not_an_approver(person) is None and _other_desk(person, case.desk, policy) is None
    ]


def desks_of(person: Person, policy: Policy) -> frozenset[str]:
    """The desks whose cases the person may decide: the own ones and all below the highest."""
    ranks = [rank for rank, desk in enumerate(policy.desks) if desk.id in person.desks]
    if not ranks:
        return frozenset()
    return frozenset(desk.id for desk in policy.desks[: max(ranks) + 1])


def answers_for(person: Person, desk: str, policy: Policy) -> bool:
    """Whether the person sits at that desk or at a higher one.

    Where a newer policy has dropped the desk, the highest one clears what it left.
    """
    if all(known.id != desk for known in policy.desks):
        return policy.desks[-1].id in person.desks
    return desk in desks_of(person, policy)


def _not_an_approver(person: Person) -> Sentence | None:
    if not person.active:
        return say("This account is no longer active. Ask an administrator.")
    if not person.may(Role.APPROVER) or person.mandate is None:
        return say("You hold no mandate to decide. An administrator can grant one.")
    return None


def _spoken(person: Person, board: Board) -> Sentence | None:
    if person.id in board.spoken:
        return say("You have agreed to this case already; the others are somebody else's to give.")
    return None


def _other_desk(person: Person, desk: str | None, policy: Policy) -> Sentence | None:
    if desk is None or answers_for(person, desk, policy):
        return None
    return say(
        "This case waits at another desk: {desk}. Somebody of that desk, or of a higher one,"
        " has to decide it.",
        desk=desk,
    )


def _beyond(person: Person, limit: Money, proposal: Proposal) -> Sentence | None:
    mandate = person.mandate or Mandate(Money.zero(proposal.base_currency), proposal.grade)
    amount = proposal.in_base(limit)
    if mandate.covers(amount, proposal.grade):
        return None
    if not proposal.grade.is_at_least(mandate.worst_grade):
        return say(
            "Grade {grade} is beyond your mandate, which reaches down to grade {worst}."
            " Reject the case, return it, or leave it to a higher desk.",
            grade=proposal.grade.value,
            worst=mandate.worst_grade.value,
        )
    return say(
        "{amount} is beyond your mandate of {ceiling}."
        " Approve a lower amount, or leave the case to a higher desk.",
        amount=amount,
        ceiling=mandate.ceiling,
    )
