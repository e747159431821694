"""Say where somebody sits: at which desks, and whose part in a case bars from deciding it there."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from creditflow.approvals.delegating import Acting
from creditflow.approvals.mandates import answers_for
from creditflow.domain.people import Role
from creditflow.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Seat:
    """One way in which somebody may decide: as oneself, or in place of a principal.

    `desks` are those whose cases may be decided that way. `people` are oneself
    and the principal: neither may have a part in such a case, and nobody else
    may have it for now.
    """

    desks: frozenset[str]
    people: frozenset[str]


def seats(ways: Iterable[Acting], desks: Collection[str], policy: Policy) -> list[Seat]:
    """The seats of somebody who acts in these ways, among the desks where cases wait.

    What a single case is held against in approvals.mandates, said of a whole list.
    """
    found = []
    for way in ways:
        if not way.person.may(Role.APPROVER) or way.person.mandate is None:
            continue
        own = frozenset(desk for desk in desks if answers_for(way.person, desk, policy))
        names = {way.person.id} | ({way.principal.id} if way.principal is not None else set())
        if own:
            found.append(Seat(own, frozenset(names)))
    return found
