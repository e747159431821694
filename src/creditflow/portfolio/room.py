"""Room for one customer at a time: what its documents come to, filled anew for each one."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.arithmetic import Ints
from creditflow.portfolio.book import Days

YEAR = 365
NEVER, MONTHS, PLACES = 2**31, 12, 2**31
BUCKETS = 5
"""Not due, 1–30, 31–60, 61–90 and more than 90 days past due."""


class Lines(NamedTuple):
    """A customer's invoices on the day, in its own currency; see domain/behaviour.py, Line.

    `late` are days beyond terms, never below zero; `weight` is what a line
    counts for in a weighted mean.
    """

    issued: Days
    due: Days
    amount: Ints
    open: Ints
    settled: Days
    payments: Days
    disputed: NDArray[np.bool_]
    late: Days
    weight: Ints


class Sales(NamedTuple):
    """A customer's signed sales, oldest first."""

    days: Days
    amounts: Ints


class Moment(NamedTuple):
    """A day, and the rates of that day into one currency: minor units × tops / bottoms."""

    on: int
    tops: Ints
    bottoms: Ints


class Paid(NamedTuple):
    """What was paid on one invoice, in its own currency, and what that moves in the customer's."""

    amount: int
    times: int
    last: int
    before: int
    mass: float
    fine: bool


class Account(NamedTuple):
    """Sums of one customer, in its own currency.

    `lines` and `sales` are counts. `highest` is the highest balance at the end
    of a day within the year. `fine` is false where the domain has to look.
    """

    lines: int
    sales: int
    credit: int
    receivables: int
    disputed: int
    oldest: int
    highest: int
    fine: bool


class Scratch(NamedTuple):
    """Room for one customer at a time, used again for the next one."""

    lines: Lines
    sales: Sales
    moves: Ints
    ageing: Ints
    months: Ints
    delays: Ints
    counts: Ints
    keys: Ints


def scratch(most: int) -> Scratch:
    """Room for customers with at most so many invoices."""
    days = [np.zeros(most, np.int32) for _ in range(6)]
    amounts = [np.zeros(most, np.int64) for _ in range(5)]
    lines = Lines(
        *(days[0], days[1], amounts[0], amounts[1], days[2], days[3]),
        *(np.zeros(most, np.bool_), days[4], amounts[2]),
    )
    by_month = [np.zeros(MONTHS, np.int64) for _ in range(3)]
    return Scratch(
        lines=lines,
        sales=Sales(days[5], amounts[3]),
        moves=np.zeros(YEAR, np.int64),
        ageing=np.zeros(BUCKETS, np.int64),
        months=by_month[0],
        delays=by_month[1],
        counts=by_month[2],
        keys=amounts[4],
    )
