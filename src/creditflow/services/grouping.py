"""See how groups of companies stand: their tree, limits in force, and what their members take."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from creditflow.domain.candidate import Candidate
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.exposure import exposure
from creditflow.domain.group_headroom import Exchange, GroupBook, Position, bounded
from creditflow.domain.group_limits import GroupLimit
from creditflow.domain.group_room import group_candidate
from creditflow.domain.groups import Group, GroupId, Tree, tree_of
from creditflow.domain.in_force import InForce, consume
from creditflow.domain.limits import Limit, LimitState, limit_on
from creditflow.domain.money import Money, total
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.rates import NoRate, Rates
from creditflow.ports import Work
from creditflow.services.recalling import timeline_of


def group_limits(*, on: date, work: Work) -> dict[GroupId, GroupLimit]:
    """The limits of groups that are in force on that day."""
    found = {
        group: limit_on(history, on) for group, history in work.group_limits.histories().items()
    }
    return {group: limit for group, limit in found.items() if limit is not None}


def book_of(group: GroupId, *, on: date, work: Work) -> GroupBook:
    """The group with everything that bears on it: all beneath it, and beneath what bounds it.

    Raises NoRate where a member's documents cannot be converted.
    """
    tree, limits = tree_of(work.groups.all()), group_limits(on=on, work=work)
    path = bounded(tree, group, limits)
    return _book(tree, limits, [tree.groups[group], *path], work.rates.all(), on=on, work=work)


def bounding_book(
    group: GroupId, rates: Rates, *, on: date, work: Work, alone: bool = False
) -> GroupBook | None:
    """The same where some group on the way up has a bound; None where none has.

    So nobody's ledger is read for a customer whom no group bounds. With `alone`
    nobody else takes of it until this transaction ends.
    """
    if not (limits := group_limits(on=on, work=work)):
        return None
    tree = tree_of(work.groups.all())
    path = bounded(tree, group, limits)
    if path and alone:
        work.groups.held()
    return _book(tree, limits, path, rates, on=on, work=work) if path else None


def group_room(
    customer: Customer, own: OwnCurrency, work: Work, *, alone: bool = False
) -> tuple[Candidate, ...]:
    """What every group above leaves for the customer's limit; empty where none has a bound.

    `own` has the day, and the rates by which amounts are converted. With `alone`
    nobody else takes of it until this transaction ends. Raises NoRate where a
    member's amounts cannot be converted.
    """
    if customer.group is None:
        return ()
    group = GroupId(customer.group)
    book = bounding_book(group, own.rates, on=own.on, work=work, alone=alone)
    room = None if book is None else book.room(customer.id, group, customer.currency)
    return () if room is None else (group_candidate(room),)


def book_below(
    group: GroupId, tree: Tree, limits: dict[GroupId, GroupLimit], *, on: date, work: Work
) -> GroupBook:
    """The group with all beneath it; raises NoRate where a document cannot be converted."""
    return _book(tree, limits, [tree.groups[group]], work.rates.all(), on=on, work=work)


def begun_ahead(*, on: date, work: Work) -> dict[CustomerId, GroupLimit]:
    """Who stands beneath a limit that was set before the day from which it counts, and is exceeded.

    With that limit; the topmost where there are several. Groups of which nobody can
    say it for want of a rate are left out: their members' own reviews will tell.
    """
    limits = group_limits(on=on, work=work)
    ahead = [x for x in limits.values() if x.bound is not None and x.recorded_at.date() < x.from_]
    if not ahead:
        return {}
    tree, found = tree_of(work.groups.all()), dict[CustomerId, GroupLimit]()
    for limit in sorted(ahead, key=lambda x: len(tree.path(x.group)), reverse=True):
        try:
            book = book_below(limit.group, tree, limits, on=on, work=work)
            too_much = book.asks_too_much(limit.group)
        except NoRate:
            continue
        found |= {x.customer: limit for x in book.positions if too_much and x.granted}
    return found


def position(customer: Customer, group: GroupId, rates: Rates, *, on: date, work: Work) -> Position:
    """What a member owes and what it is granted on that day, in its own currency."""
    ledger, own = work.ledger.of(customer.id), customer.currency
    found = exposure(ledger, currency=own, rates=rates, on=on)
    limits = _coming(customer, on=on, work=work)
    consumed = consume(limits, found.owed) if limits.projects else None
    return Position(customer.id, group, found.total, _granted(limits), consumed)


def granted_to(customer: Customer, *, on: date, work: Work) -> Money | None:
    """All the credit that it can come to have: what is in force, and what was decided already.

    The base limit in force or the one decided last, whichever is more, and what
    is on top of it; None without a bound.
    """
    return _granted(_coming(customer, on=on, work=work))


def has_projects(customer: Customer, *, on: date, work: Work) -> bool:
    """Whether a limit of one project alone is in force."""
    return bool(_coming(customer, on=on, work=work).projects)


def _coming(customer: Customer, *, on: date, work: Work) -> InForce:
    """What is in force, with the base limit that was decided last where that is more."""
    timeline = timeline_of(customer, work)
    limits = timeline.on(on)
    last = timeline.base[-1] if timeline.base else None
    if last is None or _is_over(last, on):
        return limits
    return replace(limits, base=max([x for x in (limits.base, last) if x], key=_height))


def _height(base: Limit) -> tuple[bool, int]:
    return base.state is LimitState.UNLIMITED, base.amount.minor if base.amount else 0


def _granted(limits: InForce) -> Money | None:
    if limits.state is LimitState.UNLIMITED:
        return None
    granted = [x.amount for x in limits.projects]
    return total([*granted, *([limits.general] if limits.general else [])], limits.currency)


def _is_over(limit: Limit, on: date) -> bool:
    return limit.until is not None and limit.until <= on


def _book(
    tree: Tree,
    limits: dict[GroupId, GroupLimit],
    whose: Collection[Group],
    rates: Rates,
    *,
    on: date,
    work: Work,
) -> GroupBook:
    within = frozenset[GroupId]().union(*(tree.below(group.id) for group in whose))
    positions = [
        position(member, GroupId(member.group), rates, on=on, work=work)
        for member in work.memberships.members(within)
        if member.group is not None
    ]
    return GroupBook(tree, limits, positions, Exchange(rates, on))
