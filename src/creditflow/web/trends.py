"""A customer's last twelve months, month by month: what was owed, what was allowed, how it paid."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from creditflow.domain.behaviour import Line, lines
from creditflow.domain.customer import Customer
from creditflow.domain.exposure import exposure
from creditflow.domain.ledger import Ledger
from creditflow.domain.limits import Limit, limit_on
from creditflow.domain.money import Money
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.quantities import share
from creditflow.domain.rates import NoRate, Rates

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """One month, or the part of the present one that has passed; None is unknown.

    `ageing` are the receivables at its end by days past due, `limit` the limit
    in force then, `days_late` the average by amount over what was paid in it.
    """

    end: date
    ageing: Mapping[str, Money] | None
    owed: Money | None
    limit: Money | None
    days_late: Decimal | None


def last_months(
    customer: Customer, ledger: Ledger, limits: Sequence[Limit], rates: Rates, on: date
) -> list[Month]:
    """The last twelve months up to that day, oldest first."""
    paid = _paid(customer, ledger, rates, on)
    return [_month(end, customer, ledger, limits, rates=rates, paid=paid) for end in month_ends(on)]


def month_ends(on: date) -> list[date]:
    """The last days of the eleven months before, and the day itself."""
    ends = [on]
    year, month = on.year, on.month
    while len(ends) < MONTHS:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        ends.append(date(year, month, calendar.monthrange(year, month)[1]))
    return ends[::-1]


def _month(
    end: date,
    customer: Customer,
    ledger: Ledger,
    limits: Sequence[Limit],
    *,
    rates: Rates,
    paid: Sequence[Line],
) -> Month:
    limit = limit_on(limits, end)
    settled = [
        line
        for line in paid
        if line.settled_on
        and (line.settled_on.year, line.settled_on.month) == (end.year, end.month)
    ]
    weighed = sum(line.amount * line.late(end) for line in settled)
    days_late = share(weighed, sum(line.amount for line in settled), places=1)
    amount = None
    if limit is not None:
        amount = limit.amount or Money.zero(customer.currency)
    try:
        seen = exposure(ledger, currency=customer.currency, rates=rates, on=end)
    except NoRate:
        return Month(end, None, None, amount, days_late)
    return Month(end, seen.ageing, seen.receivables, amount, days_late)


def _paid(customer: Customer, ledger: Ledger, rates: Rates, on: date) -> list[Line]:
    own = OwnCurrency(customer.currency, rates, on)
    try:
        return [line for line in lines(ledger.until(on), own) if not line.disputed]
    except NoRate:
        return []
