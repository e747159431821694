"""As of: which invoices were in dispute and which orders open on a day; mirrors domain/ledger.py.

Where the days of a dispute or an order are not known it stands as it does now.
What is looked at are the customers of a block, whose documents lie side by side.
"""

import numpy as np

from creditflow.portfolio.arithmetic import NO_DAY
from creditflow.portfolio.book import DISPUTED, Book, Invoices, Orders
from creditflow.portfolio.clustering import owners_of


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
