"""Delegation: somebody stands in for an approver, for some days, within bounds, and not further."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from creditflow.domain.grade import Grade
from creditflow.domain.money import Money
from creditflow.domain.people import Mandate, Person, Role


@dataclass(frozen=True, slots=True)
class Delegation:
    """That `delegate` may decide in place of `principal` from a day until another, exclusive.

    `desks` are the principal's desks that it covers, all of them where empty.
    `ceiling` is a bound of its own in the base currency, None where the
    mandates suffice.
    """

    id: str
    principal: str
    delegate: str
    from_: date
    until: date
    made_by: str
    made_at: datetime
    desks: frozenset[str] = frozenset()
    ceiling: Money | None = None
    revoked_by: str | None = None
    revoked_at: datetime | None = None

    @property
    def last_day(self) -> date:
        """The last day on which it counts, as people write it."""
        return self.until - timedelta(days=1)

    def holds(self, on: date) -> bool:
        """Whether it counts on that day: the first day does, the last does not."""
        return self.revoked_at is None and self.from_ <= on < self.until


def stand_in(delegate: Person, principal: Person, delegation: Delegation) -> Person:
    """The delegate with what it may use: the principal's desks, and the smaller of both mandates.

    Only the principal's own desks and mandate: what others delegated to the
    principal goes no further, and who may not decide any more leaves nothing.
    """
    desks = principal.desks & delegation.desks if delegation.desks else principal.desks
    mandate = _smaller(delegate.mandate, principal.mandate, delegation.ceiling)
    return replace(delegate, desks=desks, mandate=mandate if principal.may(Role.APPROVER) else None)


def _smaller(own: Mandate | None, given: Mandate | None, cap: Money | None) -> Mandate | None:
    if own is None or given is None:
        return None
    ceilings = [c for c in (own.ceiling, given.ceiling, cap) if c is not None]
    worst = own.worst_grade if own.worst_grade.is_at_least(given.worst_grade) else given.worst_grade
    return Mandate(min(ceilings) if ceilings else None, Grade(worst))
