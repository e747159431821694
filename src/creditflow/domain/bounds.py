"""Bounds: what an installation lets limits add up to, whatever the budgets of a plan say.

A limit that a group shares bounds what all companies beneath it take together: of
each the larger of what it owes and of all credit that it has. So a new limit up to
what its customer owes takes nothing more of it, and every unit beyond takes one.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from creditflow.domain.budgets import Budget, Measure
from creditflow.domain.caps import Granted, taken
from creditflow.domain.caps_rule import Caps
from creditflow.domain.customer import CustomerId
from creditflow.domain.group_headroom import Exchange, bounded
from creditflow.domain.group_limits import GroupLimit
from creditflow.domain.groups import GroupId, Tree
from creditflow.domain.money import MAX_MINOR, Money
from creditflow.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class Bounds:
    """The tree of groups, and what bounds an allocation besides the budgets of its plan."""

    tree: Tree
    budgets: tuple[Budget, ...] = ()


UNBOUNDED = Bounds(Tree({}))


@dataclass(frozen=True, slots=True)
class Share:
    """What a company beneath a shared limit takes of it whatever it is allocated.

    In its own currency. `owed` is what it owes and has ordered, `on_top` its credit
    besides the base limit. Of a company that is not in the book, and so keeps
    what it has, `taken` is all that it takes.
    """

    customer: CustomerId
    group: GroupId
    owed: Money
    on_top: Money
    taken: Money | None = None

    @property
    def least(self) -> Money:
        """What it takes with a base limit of zero."""
        return max(self.owed, self.on_top) if self.taken is None else self.taken

    @property
    def free(self) -> Money:
        """Up to here a base limit takes nothing more, for that much is owed already."""
        return self.least - self.on_top if self.taken is None else Money.zero(self.owed.currency)


@dataclass(frozen=True, slots=True)
class SharedLimits:
    """Limits of groups as budgets, and the most for each company where more is owed than allowed.

    There nobody may be granted more than what the others leave, though what it owes
    itself takes nothing more: the same as a case of its own would say.
    """

    budgets: tuple[Budget, ...]
    most: Mapping[CustomerId, Money]


def shared_limits(
    tree: Tree,
    limits: Mapping[GroupId, GroupLimit],
    shares: Sequence[Share],
    exchange: Exchange,
    base_currency: str,
) -> SharedLimits:
    """What every group that has a bound leaves, in the base currency, rounded against it.

    Raises NoRate where a currency cannot be converted.
    """
    sums = _rolled_up(tree, limits, shares)
    budgets, overdrawn = [], dict[GroupId, tuple[Fraction, str]]()
    for group, by_currency in sums.items():
        bound = limits[group].bound
        if bound is None:
            continue
        most = _in(base_currency, math.floor(exchange.exact([bound], base_currency)))
        gone = exchange.up(by_currency, base_currency)
        budgets.append(Budget(Measure.SHARED, Scope.GROUP, group, most, gone))
        if gone > most:
            left = bound.minor - exchange.exact(by_currency, bound.currency)
            overdrawn[group] = (left, bound.currency)
    return SharedLimits(tuple(budgets), _most(tree, limits, shares, exchange, overdrawn))


def _rolled_up(
    tree: Tree, limits: Mapping[GroupId, GroupLimit], shares: Iterable[Share]
) -> dict[GroupId, list[Money]]:
    """What all beneath each bounded group take at least, by group: one sum for each currency."""
    found: dict[GroupId, dict[str, int]] = {
        group: {} for group, limit in limits.items() if limit.bound is not None
    }
    for share in shares:
        own, minor = share.least.currency, share.least.minor
        for above in bounded(tree, share.group, limits):
            found[above.id][own] = found[above.id].get(own, 0) + minor
    return {
        group: [_in(own, minor) for own, minor in sums.items()] for group, sums in found.items()
    }


def _most(
    tree: Tree,
    limits: Mapping[GroupId, GroupLimit],
    shares: Iterable[Share],
    exchange: Exchange,
    overdrawn: Mapping[GroupId, tuple[Fraction, str]],
) -> dict[CustomerId, Money]:
    """What the others leave each member of an overdrawn group, in its own currency."""
    found: dict[CustomerId, Money] = {}
    for share in shares if overdrawn else ():
        for above in bounded(tree, share.group, limits):
            if share.taken is not None or above.id not in overdrawn:
                continue
            left, currency = overdrawn[above.id]
            rest = max(Fraction(0), left + exchange.exact([share.least], currency))
            own = exchange.down(rest, currency, share.least.currency)
            found[share.customer] = min(own, found.get(share.customer, own))
    return found


def caps_left(
    caps: Caps, others: Sequence[Granted], factor: Callable[[str], Fraction], *, kept_back: int = 0
) -> tuple[Budget, ...]:
    """The policy's caps as budgets; `others` are limits of customers that are not in the book.

    An allocation looks at all at once, so it keeps a cap also where limits exceed it
    today: it cuts where that costs least. `kept_back` are minor units by which a case
    may round what is left of a cap further down. Raises NoRate.
    """
    found = []
    for cap in caps.caps:
        gone = _in(cap.most.currency, taken(cap, others, factor).minor + kept_back)
        found.append(Budget(Measure.CAP, cap.scope, cap.part, cap.most, gone))
    return tuple(found)


def _in(currency: str, minor: int) -> Money:
    return Money(max(-MAX_MINOR, min(minor, MAX_MINOR)), currency)
