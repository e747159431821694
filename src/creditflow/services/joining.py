"""Let a customer join or leave a group: it is recorded, journaled, and looked at again.

So are those whose limits, together with what came along, are more than a group
above them may have. What happens to a limit then is decided as in any review.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.errors import Refusal
from creditflow.domain.group_headroom import bounded
from creditflow.domain.groups import GroupId, Membership, tree_of
from creditflow.domain.journal import Entry
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.people import Person
from creditflow.domain.permissions import Permission, permits
from creditflow.domain.rates import NoRate
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work
from creditflow.services.grouping import book_below, group_limits
from creditflow.services.reviewing import open_case


class NotToMove(Refusal):
    """The customer cannot be moved like that."""


def join_group(
    customer: CustomerId,
    group: GroupId | None,
    *,
    by: Person,
    at: datetime,
    on: date,
    work: Work,
) -> Membership:
    """Put a customer into a group, or out of any.

    Raises NotToMove where nothing would change, and NoRate where nobody could say
    whether its new group has room for it.
    """
    if not permits(by, Permission.HAND_IN):
        raise NotToMove(say("Only who hands in master data may move a customer between groups."))
    known = work.customers.get(customer)
    if known.group == group:
        raise NotToMove(say("Nothing would change. Choose another group."))
    name = None if group is None else work.groups.get(group).name
    work.customers.put_all([replace(known, group=group, group_name=name)])
    (entry,) = record_moves([(known, group)], by=by.id, at=at, on=on, work=work)
    if unknown := review_moved([(known, group)], at=at, on=on, work=work):
        raise NoRate(unknown[0])
    return entry


def record_moves(
    moves: Sequence[tuple[Customer, GroupId | None]],
    *,
    by: str,
    at: datetime,
    on: date,
    work: Work,
) -> list[Membership]:
    """Keep where customers (as they were before) belong from that day on, and journal each."""
    before = work.memberships.latest([customer.id for customer, _ in moves])
    entries = []
    for customer, group in moves:
        last = before.get(customer.id)
        entries.append(
            Membership(
                customer=customer.id,
                version=1 if last is None else last.version + 1,
                group=group,
                from_=on if last is None else max(on, last.from_),
                recorded_at=at if last is None else max(at, last.recorded_at),
                recorded_by=by,
            )
        )
    work.memberships.add_all(entries)
    for entry in entries:
        last = before.get(entry.customer)
        if last is not None or entry.group is not None:
            work.journal.record(_journalled(entry, last))
    return entries


def review_moved(
    moves: Sequence[tuple[Customer, GroupId | None]], *, at: datetime, on: date, work: Work
) -> list[Sentence]:
    """Open a case for each who moved and has a limit, and for whom the move leaves no room.

    Customers as they were before. Returns what could not be found out, and what would help.
    """
    for customer, group in moves:
        _look_at(customer.id, group or GroupId(customer.group or ""), at=at, on=on, work=work)
    return review_overdrawn({group for _, group in moves if group}, at=at, on=on, work=work)


def review_overdrawn(
    groups: Collection[GroupId], *, at: datetime, on: date, work: Work
) -> list[Sentence]:
    """Have the members looked at of every group, up from these, that is asked too much of.

    That is where its members take more than its limit: what each was granted, or
    owes where that is more. Returns what could not be found out for want of a rate.
    """
    limits = group_limits(on=on, work=work)
    if not groups or not limits:
        return []
    tree, unknown = tree_of(work.groups.all()), []
    for above in sorted({x.id for group in groups for x in bounded(tree, group, limits)}):
        try:
            book = book_below(above, tree, limits, on=on, work=work)
            too_much = book.asks_too_much(above)
        except NoRate as no:
            unknown.append(no.sentence)
            continue
        for member in book.positions if too_much else ():
            _look_at(member.customer, above, at=at, on=on, work=work)
    return unknown


def _look_at(customer: CustomerId, group: GroupId, *, at: datetime, on: date, work: Work) -> None:
    """A case for one that was granted something; who has an open one is judged anew there."""
    if work.limits.current(customer) is not None:
        occasion = Occasion(OccasionKind.GROUP, customer, on, reference=group)
        open_case(occasion, at=at, work=work, run=True)


def _journalled(entry: Membership, before: Membership | None) -> Entry:
    left, joined = (before.group if before else None) or "", entry.group or ""
    what = "group.joined" if joined else "group.left"
    facts = {"group": joined or left, "before": left, "from": entry.from_.isoformat()}
    return Entry(what, entry.customer, entry.recorded_by, entry.recorded_at, facts)
