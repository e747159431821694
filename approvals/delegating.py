"""Have somebody stand in for an approver, end it, and say for whom somebody stands in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from creditflow.domain.delegation import Delegation, stand_in
from creditflow.domain.errors import Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.money import Money
from creditflow.domain.people import Person, Role
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work

LONGEST = timedelta(days=183)
"""Who is away for longer needs a successor, not a stand-in."""


class BadDelegation(Refusal):
    """What was asked for cannot be a delegation."""


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody who acts: as oneself, or in place of a principal with what that one delegated."""

    person: Person
    principal: Person | None = None
    delegation: Delegation | None = None

    @property
    def authority(self) -> str:
        """Whose mandate it rests on, as it stands on the record."""
        return self.person.id if self.principal is None else self.principal.id


def delegate(
    principal: Person,
    to: str,
    *,
    from_: date,
    until: date,
    by: Person,
    at: datetime,
    on: date,
    work: Work,
    desks: frozenset[str] = frozenset(),
    ceiling: Money | None = None,
) -> Delegation:
    """Let somebody stand in; raises BadDelegation with everything that is wrong at once.

    A principal delegates for oneself, a user administrator for somebody who is
    already away.
    """
    stand_in_person = work.people.get(to)
    made = Delegation(
        id=f"DG-{work.counters.next('delegation'):04d}",
        principal=principal.id,
        delegate=to,
        from_=from_,
        until=until,
        made_by=by.id,
        made_at=at,
        desks=desks,
        ceiling=ceiling,
    )
    if problems := [*_problems(made, principal, stand_in_person, by, on)]:
        raise BadDelegation(problems[0], details=problems)
    work.delegations.add(made)
    facts = {
        "principal": principal.id,
        "delegate": to,
        "from": from_.isoformat(),
        "until": until.isoformat(),
        "desks": ", ".join(sorted(desks)),
        "ceiling": "" if ceiling is None else str(ceiling),
    }
    work.journal.record(Entry("delegation.made", made.id, by.id, at, facts))
    return made


def _problems(
    made: Delegation, principal: Person, to: Person, by: Person, on: date
) -> Iterator[Sentence]:
    if by.id != principal.id and not by.may(Role.USER_ADMIN):
        yield say("Only {person} or a user administrator may delegate this.", person=principal.name)
    if made.delegate == made.principal:
        yield say("Nobody stands in for oneself. Name somebody else.")
    if principal.mandate is None or not principal.may(Role.APPROVER):
        yield say("{person} holds no mandate to delegate.", person=principal.name)
    if to.mandate is None or not to.may(Role.APPROVER):
        yield say(
            "{person} holds no mandate and so cannot stand in. Name an approver.", person=to.name
        )
    if made.until <= made.from_:
        yield say("The last day lies before the first one.")
    elif made.until <= on:
        yield say("{day} is over already.", day=made.until)
    elif made.until - made.from_ > LONGEST:
        yield say(
            "A delegation lasts {days} days at most. Who is away for longer needs a successor.",
            days=LONGEST.days,
        )
    if strange := made.desks - principal.desks:
        yield say("{person} has no desk {desk}.", person=principal.name, desk=min(strange))


def revoke(delegation_id: str, *, by: Person, at: datetime, work: Work) -> Delegation:
    """End a delegation at once; what was decided under it stays."""
    made = work.delegations.get(delegation_id)
    if by.id not in (made.principal, made.delegate) and not by.may(Role.USER_ADMIN):
        raise BadDelegation(say("Only those whom it concerns or a user administrator may end it."))
    if made.revoked_at is not None:
        return made
    ended = replace(made, revoked_by=by.id, revoked_at=at)
    work.delegations.put(ended)
    work.journal.record(Entry("delegation.revoked", made.id, by.id, at, {}))
    return ended


def acting(person: Person, *, on: date, work: Work) -> tuple[Acting, ...]:
    """All that the person may act as on that day: first as oneself, then in place of others."""
    return (Acting(person), *_stand_ins(person, work.delegations.to(person.id), on, work))


def _stand_ins(
    person: Person, delegations: Iterable[Delegation], on: date, work: Work
) -> Iterator[Acting]:
    for made in delegations:
        if made.holds(on):
            principal = work.people.get(made.principal)
            yield Acting(stand_in(person, principal, made), principal, made)
