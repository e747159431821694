"""Say what of a customer's invoices and orders no limit covers, and which orders another would."""

from dataclasses import replace
from datetime import date

from creditflow.domain.added_limits import OnTop
from creditflow.domain.customer import Customer
from creditflow.domain.exposure import exposure
from creditflow.domain.in_force import InForce, in_force
from creditflow.domain.ledger import in_turn
from creditflow.domain.limits import Limit, LimitState, limit_state
from creditflow.domain.money import Money
from creditflow.domain.on_top_setting import with_top
from creditflow.domain.order_fit import (
    OrderFit,
    OrdersFit,
    base_for_all,
    fitting,
    uncovered_orders,
)
from creditflow.domain.own_currency import OwnCurrency
from creditflow.ports import Work


def uncovered(customer: Customer, *, on: date, work: Work) -> Money | None:
    """What holds orders back: what exceeds the limits in force, by their order of consumption.

    None where nothing does or nothing is bound. Only orders are ever held back, so
    what is owed counts where there are orders beside it. Raises NoRate where a
    document's currency cannot be converted.
    """
    limits = limits_of(customer, on=on, work=work)
    if limits.state is LimitState.UNLIMITED and not limits.projects:
        return None
    ledger = work.ledger.of(customer.id)
    orders = ledger.until(on).open_orders()
    found = exposure(ledger, currency=customer.currency, rates=work.rates.all(), on=on)
    return uncovered_orders(orders, invoiced=found.invoiced, owed=found.owed, limits=limits) or None


def limits_of(customer: Customer, *, on: date, work: Work) -> InForce:
    """What is in force of a customer's on that day."""
    return in_force(
        work.limits.history(customer.id),
        work.added_limits.of(customer.id),
        currency=customer.currency,
        on=on,
    )


def orders_under(customer: Customer, base: Money, *, on: date, work: Work) -> OrdersFit:
    """Which open orders fit today, and which would with that base limit in place of the present.

    Raises NoRate where a document's currency cannot be converted.
    """
    limits = limits_of(customer, on=on, work=work)
    decided = Limit(customer.id, 0, limit_state(base), base or None, on, None)
    return _orders(customer, limits, replace(limits, base=decided), work)


def orders_with(
    customer: Customer, asked: OnTop, amount: Money, *, on: date, work: Work
) -> OrdersFit:
    """Which open orders fit today, and which would if that much were in force on top.

    Raises NoRate where a document's currency cannot be converted.
    """
    limits = limits_of(customer, on=on, work=work)
    return _orders(customer, limits, with_top(limits, asked, amount), work)


def _orders(customer: Customer, limits: InForce, then: InForce, work: Work) -> OrdersFit:
    ledger, rates, on = work.ledger.of(customer.id), work.rates.all(), limits.on
    own = OwnCurrency(customer.currency, rates, on)
    owed = exposure(ledger, currency=customer.currency, rates=rates, on=on).invoiced
    orders = in_turn((order, own.money(order.amount)) for order in ledger.until(on).open_orders())
    fits = zip(orders, fitting(orders, owed, limits), fitting(orders, owed, then), strict=True)
    return OrdersFit(
        [OrderFit(order, amount, now, later) for (order, amount), now, later in fits],
        owed.total - owed.credit,
        base_for_all(orders, owed, then),
    )
