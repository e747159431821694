"""Which open orders fit under the limits: the oldest first, each if it fits behind those before.

An order fits where it leaves no more uncovered than there was. One that does not
is held and takes no room from a later, smaller one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from creditflow.domain.in_force import InForce, consume, least_general
from creditflow.domain.ledger import Order
from creditflow.domain.money import Money, total
from creditflow.domain.owed import Owed
from creditflow.domain.project import GENERAL, project_key


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

    `owed` is what invoices less credits come to, without orders. `all_from` is the
    base limit from which on every order fits; None where none does, because an
    order exceeds a limit that its project alone may use.
    """

    orders: Sequence[OrderFit]
    owed: Money
    all_from: Money | None

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


def fitting(orders: Iterable[tuple[Order, Money]], owed: Owed, limits: InForce) -> list[bool]:
    """Whether each of these orders, in turn, fits; `owed` is what is owed without them."""
    found = []
    for order, amount in orders:
        fits = consume(limits, owed).fits(amount, order.project)
        owed = owed.and_all([(order.project, amount)]) if fits else owed
        found.append(fits)
    return found


def base_for_all(
    orders: Sequence[tuple[Order, Money]], owed: Owed, limits: InForce
) -> Money | None:
    """The base limit from which on all these orders fit, with what is in force on top of it.

    Nothing where none of them needs general credit; None where no base limit helps.
    """
    zero = Money.zero(limits.currency)
    with_all = owed.and_all((order.project, amount) for order, amount in orders)
    of_its_own = [x for x in consume(limits, with_all).projects if not x.shares and x.over]
    if any(x.over > consume(limits, owed).over_of(x.name) for x in of_its_own):
        return None
    need = least_general(limits, with_all)
    if need == least_general(limits, owed):
        return zero
    temporary = total([x.amount for x in limits.temporary], limits.currency)
    return max(need - temporary, zero)


def uncovered_orders(
    orders: Iterable[Order], *, invoiced: Owed, owed: Owed, limits: InForce
) -> Money:
    """What holds these orders back; `invoiced` is what is owed without them, `owed` with them.

    What the orders leave uncovered, and what of their own projects was so before.
    What invoices of another project exceed holds none of them.
    """
    before = consume(limits, invoiced)
    own = {x.key for x in before.projects}
    keys = {key if (key := project_key(order.project)) in own else GENERAL for order in orders}
    more = consume(limits, owed).over - before.over
    return total([more, *(before.over_of(key) for key in sorted(keys))], limits.currency)
