"""As of: which invoices were in dispute and which orders open on a day; mirrors domain/ledger.py.

Where the days of a dispute or an order are not known it stands as it does now.
What is looked at are the customers of a block, whose documents lie side by side.
"""

import numpy as np

from creditflow.portfolio.arithmetic import NO_DAY, Ints
from creditflow.portfolio.arrow import Columns, days
from creditflow.portfolio.book import DISPUTED, Book, Days, Disputes, Invoices, Orders
from creditflow.portfolio.clustering import gathered, owners_of


def invoices_on(book: Book, on: int) -> Invoices:
    """The book's invoices with the disputes of that day."""
    invoices, disputes = book.invoices, book.disputes
    first, last = int(disputes.starts[0]), int(disputes.starts[-1])
    if first == last:
        return invoices
    some = slice(first, last)
    owners = owners_of(disputes.starts - first, np.arange(last - first))
    begin, end = int(invoices.starts[0]), int(invoices.starts[-1])
    rows = invoices.starts[owners] - begin + disputes.of[some]
    settled = disputes.settled[some]
    runs = (disputes.since[some] <= on) & ((settled == NO_DAY) | (settled > on))
    flags = invoices.flags[begin:end].copy()
    flags[rows] = np.where(runs, flags[rows] | DISPUTED, flags[rows] & ~np.int8(DISPUTED))
    own = Invoices._make([invoices.starts - begin, *(column[begin:end] for column in invoices[1:])])
    return own._replace(flags=flags)


def orders_on(book: Book, on: int) -> Orders:
    """The same for orders: one that was closed later was open on that day."""
    begin, end = int(book.orders.starts[0]), int(book.orders.starts[-1])
    own = Orders._make(
        [book.orders.starts - begin, *(column[begin:end] for column in book.orders[1:])]
    )
    return own._replace(open=own.open | (own.closed > on))


def disputes_of(table: Columns, starts: Ints, rows: Days) -> Disputes:
    """The days of those disputes that have any: few, so apart from the invoices."""
    names, found = ("disputed_on", "dispute_settled_on"), np.zeros(0, np.int64)
    since = settled = np.zeros(0, np.int32)
    if names[0] in table.column_names:
        since = gathered(days(table[names[0]]), rows)
        found = np.flatnonzero(since != NO_DAY)
        since = since[found]
        settled = days(table[names[1]])[rows[found]] if len(found) else since
    owners = owners_of(starts, found)
    return Disputes(
        starts=np.searchsorted(found, starts).astype(np.int64),
        of=(found - starts[owners]).astype(np.int32),
        since=since,
        settled=settled,
    )


def days_or_none(table: Columns, name: str, rows: int) -> Days:
    """A column of days, or as many unknown ones where the table has none."""
    return days(table[name]) if name in table.column_names else np.full(rows, NO_DAY, np.int32)
