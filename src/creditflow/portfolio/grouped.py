"""Groups in columns: what every group above leaves each member; see domain/group_headroom.py.

What members owe comes from the book, what they were granted from the limits of
everybody. Both are added up by group and currency, the sums converted once.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import numpy as np

from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Problem
from creditflow.domain.group_headroom import Exchange, Room, bounded
from creditflow.domain.group_limits import GroupLimit
from creditflow.domain.groups import Group, GroupId, Tree, tree_of
from creditflow.domain.money import MAX_MINOR, Money
from creditflow.domain.rates import NoRate, Rates
from creditflow.portfolio.arithmetic import UNKNOWN, Ints
from creditflow.portfolio.book import CODES, PLACES, Book, chosen
from creditflow.portfolio.rules import NO_RATE
from creditflow.portfolio.signals import signals_at
from creditflow.ports import Work
from creditflow.services.grouping import granted_to, group_limits, has_projects, position

_LOW = 31
"""Amounts are added up in two parts of so many bits, so that no sum outgrows a column."""


@dataclass(frozen=True, slots=True)
class Member:
    """Who stands beneath a group that has a bound, and what it was granted, in its own currency.

    `granted` is None where its credit has no bound. `owed` is what it owes where
    the book does not have it, in its own currency too. `taken` is what it takes
    where projects have limits of their own, which no column knows; else None.
    """

    group: GroupId
    granted: Money | None
    currency: str
    owed: Money | None = None
    taken: Money | None = None


@dataclass(frozen=True, slots=True)
class Shares:
    """The groups, their limits in force, and everybody beneath those that have a bound."""

    tree: Tree
    limits: Mapping[GroupId, GroupLimit]
    members: Mapping[CustomerId, Member]


@dataclass(frozen=True, slots=True)
class GroupRooms:
    """What is left for each member, or why nobody can say; others have no such bound."""

    found: Mapping[CustomerId, Room | Problem] = field(default_factory=dict)

    def column(self, book: Book) -> Ints:
        """By the places of a book: minor units, UNKNOWN without a bound, NO_RATE for a problem."""
        rooms = np.full(len(book), UNKNOWN, np.int64)
        if not self.found:
            return rooms
        for place, name in enumerate(book.ids.tolist()):
            room = self.found.get(CustomerId(name.decode()))
            if room is not None:
                rooms[place] = room.left.minor if isinstance(room, Room) else NO_RATE
        return rooms


def shares_of(on: date, work: Work, customers: Collection[str] | None = None) -> Shares:
    """Everybody beneath a group that has a bound on that day.

    Where the book is of these customers alone, what the others owe is read too.
    Raises NoRate where it cannot be converted.
    """
    tree, limits = tree_of(work.groups.all()), group_limits(on=on, work=work)
    bounds = [group for group, limit in limits.items() if limit.bound is not None]
    beneath = frozenset[GroupId]().union(*(tree.below(group) for group in bounds))
    rates, known = work.rates.all(), None if customers is None else frozenset(customers)
    members = {}
    for customer in work.memberships.members(beneath):
        group, owed, taken = GroupId(customer.group or ""), None, None
        inside = known is None or customer.id in known
        by_project = has_projects(customer, on=on, work=work)
        if by_project or not inside:
            try:
                found = position(customer, group, rates, on=on, work=work)
            except NoRate:
                if not inside:
                    raise
                # The columns find it out by themselves, and say of whom.
            else:
                owed = None if inside else found.exposure
                taken = found.taken if by_project else None
        credit = granted_to(customer, on=on, work=work)
        members[customer.id] = Member(group, credit, customer.currency, owed, taken)
    return Shares(tree, limits, members)


def group_rooms(
    book: Book, shares: Shares, on: date, rates: Rates, factors: tuple[Ints, Ints]
) -> GroupRooms:
    """What is left for everybody beneath a bound; `factors` are the day's rates in columns."""
    names, taken, problem = _taken(book, shares, on, factors)
    groups = sorted(shares.tree.groups)
    place = {group: at for at, group in enumerate(groups)}
    of = np.array([place[shares.members[name].group] for name in names], np.int64)
    currency = np.array([PLACES[shares.members[name].currency] for name in names], np.int64)
    sums: dict[GroupId, Fraction | Problem] = {}
    for above in {x.id for m in shares.members.values() for x in _path(shares, m.group)}:
        inside = np.isin(of, [place[group] for group in shares.tree.below(above)])
        unknown = next(
            (problem[at] for at in np.flatnonzero(inside).tolist() if at in problem), None
        )
        into = _bound(shares, above).currency
        sums[above] = unknown or _sum(taken[inside], currency[inside], into, on, rates)
    day = Exchange(rates, on)
    return GroupRooms(
        {name: _room(shares, name, int(taken[at]), sums, day) for at, name in enumerate(names)}
    )


def _taken(
    book: Book, shares: Shares, on: date, factors: tuple[Ints, Ints]
) -> tuple[list[CustomerId], Ints, dict[int, Problem]]:
    """Everybody, what each takes in its own currency, and of whom that cannot be told."""
    inside = {CustomerId(name.decode()): at for at, name in enumerate(book.ids.tolist())}
    here = [name for name in shares.members if name in inside]
    names = [*here, *(name for name in shares.members if name not in inside)]
    part = chosen(book, [inside[name] for name in here])
    seen = signals_at(part, on=on, policy=None, rates=factors)
    owed = np.zeros(len(names), np.int64)
    owed[: len(here)] = seen.column("exposure")
    granted = np.zeros(len(names), np.int64)
    for at, name in enumerate(names):
        member = shares.members[name]
        granted[at] = 0 if member.granted is None else member.granted.minor
        if at >= len(here):
            owed[at] = 0 if member.owed is None else member.owed.minor
        if member.taken is not None:
            granted[at] = member.taken.minor
    return names, np.maximum(owed, granted), dict(seen.refused)


def _sum(taken: Ints, currency: Ints, into: str, on: date, rates: Rates) -> Fraction | Problem:
    """What they take together, exactly, in minor units of that currency."""
    low, high = (np.zeros(len(CODES), np.int64) for _ in range(2))
    np.add.at(low, currency, taken & (2**_LOW - 1))
    np.add.at(high, currency, taken >> _LOW)
    exact = Fraction(0)
    for code in np.unique(currency).tolist():
        minor = (int(high[code]) << _LOW) + int(low[code])
        try:
            exact += rates.factor(CODES[code], into, on=on)[0] * minor
        except Problem as no:
            return no
    return exact


def _room(
    shares: Shares,
    name: CustomerId,
    own: int,
    sums: Mapping[GroupId, Fraction | Problem],
    day: Exchange,
) -> Room | Problem:
    """The least that is left on the way up; `own` is what the member takes itself."""
    member, found = shares.members[name], list[Room]()
    for above in _path(shares, member.group):
        total, bound = sums[above.id], _bound(shares, above.id)
        if isinstance(total, Problem):
            return total
        try:
            mine = day.exact([Money(own, member.currency)], bound.currency)
            rest = max(Fraction(0), bound.minor - (total - mine))
            left = day.down(rest, bound.currency, member.currency)
        except Problem as no:
            return no
        told = Money(min(MAX_MINOR, math.ceil(total - mine)), bound.currency)
        found.append(Room(above, bound, told, left))
    return min(found, key=lambda room: room.left.minor)


def _path(shares: Shares, group: GroupId) -> tuple[Group, ...]:
    return bounded(shares.tree, group, shares.limits)


def _bound(shares: Shares, group: GroupId) -> Money:
    bound = shares.limits[group].bound
    if bound is None:
        raise ValueError(f"{group} has no bound")
    return bound
