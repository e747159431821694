"""Say what of a customer's open invoices and confirmed orders no limit covers."""

from datetime import date

from creditflow.domain.customer import Customer
from creditflow.domain.exposure import exposure
from creditflow.domain.in_force import in_force
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money, total
from creditflow.ports import Work


def uncovered(customer: Customer, *, on: date, work: Work) -> Money | None:
    """What exceeds all limits in force together; None: nothing does, or there is no bound.

    Only orders are ever held back, so where there are none there is nothing to
    say. Raises NoRate where a document's currency cannot be converted.
    """
    limits = in_force(
        work.limits.history(customer.id),
        work.added_limits.of(customer.id),
        currency=customer.currency,
        on=on,
    )
    if limits.state is LimitState.UNLIMITED:
        return None
    owed = exposure(
        work.ledger.of(customer.id), currency=customer.currency, rates=work.rates.all(), on=on
    )
    granted = [x.amount for x in limits.projects]
    if limits.general is not None:
        granted.append(limits.general)
    over = owed.total - total(granted, customer.currency)
    return over if owed.orders.minor > 0 and over.minor > 0 else None
