"""Which open orders fit under a limit: the oldest first, each if it still fits behind those before.

An order that does not fit is held and takes no room from a later, smaller one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from creditflow.domain.ledger import Order
from creditflow.domain.money import Money


@dataclass(frozen=True, slots=True)
class OrderFit:
    """An open order, its amount in the customer's currency, and whether it fits now and then."""

    order: Order
    amount: Money
    now: bool
    then: bool


@dataclass(frozen=True, slots=True)
class OrdersFit:
    """All open orders under the limit in force and under another one.

    `owed` are receivables less credits, without orders. `all_from` is the least
    limit under which every order fits.
    """

    orders: Sequence[OrderFit]
    owed: Money
    all_from: Money

    @property
    def total(self) -> Money:
        """What all orders come to."""
        return sum((one.amount for one in self.orders), Money.zero(self.owed.currency))

    @property
    def fit_now(self) -> int:
        """How many fit under the limit in force."""
        return sum(one.now for one in self.orders)

    @property
    def fit_then(self) -> int:
        """How many would fit under the other one."""
        return sum(one.then for one in self.orders)


def in_turn(orders: Iterable[tuple[Order, Money]]) -> list[tuple[Order, Money]]:
    """Orders in the order in which they are served: the oldest first."""
    return sorted(orders, key=lambda one: (one[0].ordered_on, one[0].document))


def fitting(amounts: Sequence[Money], owed: Money, bound: Money | None) -> list[bool]:
    """Whether each of these orders, in turn, stays within the bound; None bounds nothing."""
    if bound is None:
        return [True] * len(amounts)
    used, found = owed, []
    for amount in amounts:
        fits = used + amount <= bound
        used = used + amount if fits else used
        found.append(fits)
    return found
