"""Say what of a customer's invoices and orders no limit covers, and which orders another would."""

from dataclasses import replace
from datetime import date

from creditflow.domain.customer import Customer
from creditflow.domain.exposure import exposure
from creditflow.domain.in_force import InForce, in_force
from creditflow.domain.limits import Limit, LimitState, limit_state
from creditflow.domain.money import Money, total
from creditflow.domain.order_fit import OrderFit, OrdersFit, fitting, in_turn
from creditflow.domain.own_currency import OwnCurrency
from creditflow.ports import Work


def uncovered(customer: Customer, *, on: date, work: Work) -> Money | None:
    """What exceeds all limits in force together; None: nothing does, or there is no bound.

    Only orders are ever held back, so where there are none there is nothing to
    say. Raises NoRate where a document's currency cannot be converted.
    """
    bound = bound_of(limits_of(customer, on=on, work=work))
    if bound is None:
        return None
    owed = exposure(
        work.ledger.of(customer.id), currency=customer.currency, rates=work.rates.all(), on=on
    )
    over = owed.total - bound
    return over if owed.orders.minor > 0 and over.minor > 0 else None


def limits_of(customer: Customer, *, on: date, work: Work) -> InForce:
    """What is in force of a customer's on that day."""
    return in_force(
        work.limits.history(customer.id),
        work.added_limits.of(customer.id),
        currency=customer.currency,
        on=on,
    )


def bound_of(limits: InForce) -> Money | None:
    """What all limits in force come to together; None where there is no bound."""
    if limits.state is LimitState.UNLIMITED:
        return None
    granted = [x.amount for x in limits.projects]
    if limits.general is not None:
        granted.append(limits.general)
    return total(granted, limits.currency)


def orders_under(customer: Customer, base: Money, *, on: date, work: Work) -> OrdersFit:
    """Which open orders fit today, and which would with that base limit in place of the present.

    Raises NoRate where a document's currency cannot be converted.
    """
    ledger, rates = work.ledger.of(customer.id), work.rates.all()
    own = OwnCurrency(customer.currency, rates, on)
    account = exposure(ledger, currency=customer.currency, rates=rates, on=on)
    owed = account.receivables - account.credits
    orders = in_turn((order, own.money(order.amount)) for order in ledger.until(on).open_orders())
    amounts = [amount for _, amount in orders]
    limits = limits_of(customer, on=on, work=work)
    decided = Limit(customer.id, 0, limit_state(base), base or None, on, None)
    then = replace(limits, base=decided)
    beside = total([x.amount for x in (*limits.temporary, *limits.projects)], customer.currency)
    needed = owed + total(amounts, customer.currency) - beside
    fits = zip(
        orders,
        fitting(amounts, owed, bound_of(limits)),
        fitting(amounts, owed, bound_of(then)),
        strict=True,
    )
    return OrdersFit(
        [OrderFit(order, amount, now, later) for (order, amount), now, later in fits],
        owed,
        max(needed, Money.zero(customer.currency)),
    )
