"""Turnover: how many days of sales are outstanding, and whether purchases go on as usual."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from creditflow.domain.behaviour import Line
from creditflow.domain.operations import Sales
from creditflow.domain.quantities import exact, share

MONTH, MONTHS = 30, 12
LEAST_PURCHASE_DAYS = 3
"""Two purchases make one gap, which is not yet a habit."""

MOST_GAPS = Decimal(99)


def turnover(sales: Sales, found: Sequence[Line]) -> dict[str, Decimal]:
    """The signals of days outstanding and of the rhythm of purchases; absent means unknown."""
    signals: dict[str, Decimal | None] = {"days_to_pay_12m": _days_to_pay(found, sales.on)}
    if found:
        signals["dso_countback"] = countback(sales, sum(line.open for line in found))
    bought = [day for day, amount in zip(sales.days, sales.amounts, strict=True) if amount > 0]
    if bought:
        signals["days_since_last_purchase"] = Decimal((sales.on - bought[-1]).days)
        signals["purchase_gap"] = _gap(bought, sales.on)
    return {name: value for name, value in signals.items() if value is not None}


def countback(sales: Sales, balance: int) -> Decimal:
    """Days sales outstanding by counting back: how many days of sales the open balance is.

    The sales of the latest thirty days are taken off the balance, then those of
    the thirty days before, up to twelve times. Each period that is used up
    counts thirty days, the last one in the part that is needed; a period whose
    net sales are not above zero takes nothing off. 360 stands for "that or
    more". Source: the countback (exhaustion) method of credit management.
    """
    rest = balance
    for back in range(MONTHS):
        sold = max(0, sales.last(MONTH, ago=MONTH * back))
        if rest <= sold:
            part = Fraction(MONTH * rest, sold) if sold else Fraction(0)
            return exact(MONTH * back + part, 1)
        rest -= sold
    return exact(MONTH * MONTHS, 1)


def _days_to_pay(found: Sequence[Line], on: date) -> Decimal | None:
    """Σ(amount × days from issue to payment) / Σ amount over what was paid within 365 days."""
    paid = [
        (line.amount, (line.settled_on - line.issued_on).days)
        for line in found
        if not line.disputed
        and line.settled_on is not None
        and line.settled_on > on - timedelta(days=365)
    ]
    whole = sum(amount for amount, _ in paid)
    return share(sum(amount * max(0, days) for amount, days in paid), whole, places=1)


def _gap(bought: Sequence[date], on: date) -> Decimal | None:
    """Days since the last purchase by the usual gap between days with purchases in 365 days."""
    days = sorted({day for day in bought if day > on - timedelta(days=365)})
    if len(days) < LEAST_PURCHASE_DAYS:
        return None
    usual = Fraction((days[-1] - days[0]).days, len(days) - 1)
    return min(MOST_GAPS, exact((on - days[-1]).days / usual, 2))
