"""Signals of a whole book: everything that a ledger says about each customer on a day.

The numbers are whole: a signal with four places is kept in ten-thousandths, an
amount in minor units of the customer's own currency, and what is not known is
UNKNOWN. They equal what domain/gathering.py finds, digit by digit; customers
whose numbers are beyond what the kernel can add up are left to the domain.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.limits import LimitState
from creditflow.portfolio.aging import AGEING, ROLLS, ageing, rolls
from creditflow.portfolio.arithmetic import NO_DAY, UNKNOWN, Ints
from creditflow.portfolio.as_of import invoices_on, orders_on
from creditflow.portfolio.book import (
    LIMIT_STATES,
    Book,
    Customers,
    Invoices,
    Orders,
    Payments,
)
from creditflow.portfolio.compiled import compiled, inlined
from creditflow.portfolio.delays import DELAYS, delays
from creditflow.portfolio.history import (
    BALANCE,
    LATENESS,
    PUNCTUALITY,
    balance,
    lateness,
    punctuality,
)
from creditflow.portfolio.purchases import (
    ORDERED,
    PURCHASES,
    RELATION,
    TURNOVER,
    USE,
    pipeline,
    purchases,
    tenure,
    turnover,
    utilisation,
)
from creditflow.portfolio.room import BUCKETS, Lines, Moment, Scratch, scratch
from creditflow.portfolio.settling import ordered, own, settle

AMOUNT = -1
"""In place of a number of places: minor units of the customer's currency."""

EXPOSURE: Mapping[str, int] = {
    "year": AMOUNT,
    "receivables": AMOUNT,
    "credits": AMOUNT,
    "orders": AMOUNT,
    "disputed": AMOUNT,
    "exposure": AMOUNT,
    "oldest_days_late": 0,
    **{f"ageing_{bucket}": AMOUNT for bucket in range(BUCKETS)},
}
"""What is measured besides the signals: the year's net sales and the exposure."""

LEDGER: Mapping[str, int] = MappingProxyType(
    {
        **LATENESS,
        **PUNCTUALITY,
        **DELAYS,
        **AGEING,
        **ROLLS,
        **BALANCE,
        **PURCHASES,
        **TURNOVER,
        **ORDERED,
        **USE,
        **RELATION,
    }
)
"""The signals that come from the ledger, in the order of the columns, with their places."""

WIDTH = len(LEDGER) + len(EXPOSURE)
_AMOUNT_LIMIT = LIMIT_STATES.index(LimitState.AMOUNT)


class Documents(NamedTuple):
    """What is evaluated: customers with all their documents, as they stood on a day."""

    customers: Customers
    invoices: Invoices
    payments: Payments
    orders: Orders


def documents_on(book: Book, on: int) -> Documents:
    """The documents of a book, disputes and orders as they stood on that day."""
    return Documents(book.customers, invoices_on(book, on), book.payments, orders_on(book, on))


def ledger_features(book: Book, day: Moment, table: Ints, unsure: NDArray[np.bool_]) -> None:
    """Fill a row for each customer: LEDGER, then EXPOSURE; mark rows that the domain has to make.

    `day.tops[a, b] / day.bottoms[a, b]` makes minor units of currency a of those of b.
    """
    most = int(np.max(np.diff(book.invoices.starts), initial=1))
    documents = documents_on(book, day.on)
    fill(day, documents, scratch(most), table, unsure)


@compiled
def fill(day: Moment, of: Documents, room: Scratch, table: Ints, unsure: NDArray[np.bool_]) -> None:
    """Fill the table, customer after customer."""
    for place in range(len(unsure)):
        into = of.customers.currency[place]
        own_day = Moment(day.on, day.tops[into], day.bottoms[into])
        unsure[place] = not row_of(place, own_day, of, room, table[place])


@inlined
def row_of(place: int, day: Moment, of: Documents, room: Scratch, row: Ints) -> bool:
    """Fill one customer's row; whether all of it could be computed here."""
    account = settle(place, day, of.invoices, of.payments, room)
    open_orders, any_order, orders_fine = ordered(place, day, of.orders)
    if not (account.fine and orders_fine):
        return False
    limit, limit_fine = limit_in_force(place, day, of.customers)
    bought, year, bought_fine = purchases(room.sales, account.sales, day.on, room.months)
    count, sales = account.lines, account.sales
    exposure = max(0, account.receivables - account.credit + open_orders)
    onboarded = of.customers.onboarded[place]
    at = put(row, 0, lateness(room.lines, count, day.on))
    at = put(row, at, punctuality(room.lines, count, day.on))
    at = put(row, at, delays(room.lines, count, day.on, (room.delays, room.counts)))
    at = put(row, at, ageing(room.lines, count, day.on))
    at = put(row, at, rolls(room.lines, count, day.on))
    at = put(row, at, balance(room.lines, count, account.highest, day.on))
    at = put(row, at, bought)
    owing = (count, owed_on(room.lines, count))
    at = put(row, at, turnover(room.sales, sales, day.on, room.months, owing))
    at = put(row, at, pipeline(open_orders, any_order, year))
    at = put(row, at, (utilisation(exposure, limit),))
    at = put(row, at, (tenure(onboarded, room.sales, sales, day.on),))
    owed = (account.receivables, account.credit, open_orders, account.disputed)
    at = put(row, at, (year, *owed, exposure, account.oldest))
    for bucket in range(BUCKETS):
        row[at + bucket] = room.ageing[bucket]
    return limit_fine and bought_fine


@inlined
def owed_on(lines: Lines, count: int) -> int:
    """The open balance of all lines."""
    balance = 0
    for line in range(count):
        balance += lines.open[line]
    return balance


@inlined
def put(row: Ints, at: int, values: tuple[int, ...]) -> int:
    """Put values into a row from a place on; the place behind them."""
    for value in values:
        row[at] = value
        at += 1
    return at


@inlined
def limit_in_force(place: int, day: Moment, customers: Customers) -> tuple[int, bool]:
    """The limit in the customer's currency if it is an amount in force; whether that is sure."""
    until = customers.limit_until[place]
    if (
        customers.limit_version[place] == 0
        or customers.limit_state[place] != _AMOUNT_LIMIT
        or customers.limit_from[place] > day.on
        or (until != NO_DAY and day.on >= until)
    ):
        return UNKNOWN, True
    limit = own(customers.limit_amount[place], customers.limit_currency[place], day)
    return limit, limit != UNKNOWN
