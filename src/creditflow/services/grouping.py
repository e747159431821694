"""See how groups of companies stand: their tree, limits in force, and what their members take."""

from collections.abc import Collection
from datetime import date

from creditflow.domain.customer import Customer
from creditflow.domain.exposure import exposure
from creditflow.domain.group_headroom import Exchange, GroupBook, Position, bounded
from creditflow.domain.group_limits import GroupLimit
from creditflow.domain.groups import Group, GroupId, Tree, tree_of
from creditflow.domain.in_force import in_force
from creditflow.domain.limits import LimitState, limit_on
from creditflow.domain.money import Money, total
from creditflow.domain.rates import Rates
from creditflow.ports import Work


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
    return _book(tree, limits, [tree.groups[group], *path], on=on, work=work)


def bounding_book(group: GroupId | None, *, on: date, work: Work) -> GroupBook | None:
    """The same where some group on the way up has a bound; None where none has.

    So nobody's ledger is read for a customer whom no group bounds.
    """
    if group is None or not (limits := group_limits(on=on, work=work)):
        return None
    tree = tree_of(work.groups.all())
    path = bounded(tree, group, limits)
    return _book(tree, limits, path, on=on, work=work) if path else None


def book_below(
    group: GroupId, tree: Tree, limits: dict[GroupId, GroupLimit], *, on: date, work: Work
) -> GroupBook:
    """The group with all beneath it; raises NoRate where a document cannot be converted."""
    return _book(tree, limits, [tree.groups[group]], on=on, work=work)


def position(customer: Customer, group: GroupId, rates: Rates, *, on: date, work: Work) -> Position:
    """What a member owes and what it is granted on that day, in its own currency."""
    ledger, own = work.ledger.of(customer.id), customer.currency
    owed = exposure(ledger, currency=own, rates=rates, on=on)
    return Position(customer.id, group, owed.total, _granted(customer, on=on, work=work))


def _granted(customer: Customer, *, on: date, work: Work) -> Money | None:
    """All the credit in force: the base limit and what is on top of it; None without a bound."""
    history, added = work.limits.history(customer.id), work.added_limits.of(customer.id)
    limits = in_force(history, added, currency=customer.currency, on=on)
    if limits.state is LimitState.UNLIMITED:
        return None
    projects = [x.amount for x in limits.projects]
    return total([*([limits.general] if limits.general else []), *projects], customer.currency)


def _book(
    tree: Tree,
    limits: dict[GroupId, GroupLimit],
    whose: Collection[Group],
    *,
    on: date,
    work: Work,
) -> GroupBook:
    rates = work.rates.all()
    within = frozenset[GroupId]().union(*(tree.below(group.id) for group in whose))
    positions = [
        position(member, GroupId(member.group), rates, on=on, work=work)
        for member in work.memberships.members(within)
        if member.group is not None
    ]
    return GroupBook(tree, limits, positions, Exchange(rates, on))
