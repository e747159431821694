"""Origins in columns: which sources a customer's documents are from, and how far these reach.

Mirrors domain/ledger_age.py: a ledger whose sources have ended says, after its
shelf life, nothing any more but what was overdue then.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.catalogue import KINDS, Kind
from creditflow.domain.ledger_age import OWED
from creditflow.portfolio.arithmetic import NO_DAY, UNKNOWN, Ints
from creditflow.portfolio.book import Book, Days, Orders, day_number
from creditflow.portfolio.compiled import allocating, compiled
from creditflow.portfolio.witnesses import Origins

Ends = Mapping[str, date]
"""By source the latest day up to the one that is judged that any invoice or payment of it bears."""

Pairs = tuple[NDArray[np.int32], NDArray[np.int32]]
"""Customers and, beside them, sources; by their places."""

LEDGER_SIGNALS = tuple(name for name, kind in KINDS.items() if kind is Kind.LEDGER)


@allocating
def pairs(starts: Ints, sources: Days) -> Pairs:
    """Whose documents are from which sources; clustered, and one for documents side by side."""
    count = 0
    owners = np.empty(len(sources), np.int32)
    found = np.empty(len(sources), np.int32)
    for customer in range(len(starts) - 1):
        for row in range(starts[customer], starts[customer + 1]):
            if row == starts[customer] or sources[row] != sources[row - 1]:
                owners[count], found[count] = customer, sources[row]
                count += 1
    return owners[:count].copy(), found[:count].copy()


def joined(parts: Sequence[tuple[Pairs, Sequence[str]]], customers: int) -> Origins:
    """Pairs that name their sources each in their own way, as the origins of so many customers."""
    names = tuple(sorted({name for _, words in parts for name in words}))
    places = {name: place for place, name in enumerate(names)}
    keys = [np.zeros(0, np.int64)]
    for (owners, sources), words in parts:
        mine = np.array([places[word] for word in words], np.int64)
        if len(owners):
            keys.append(owners * np.int64(len(names)) + mine[sources])
    unlike = np.unique(np.concatenate(keys))
    many = max(1, len(names))
    starts = np.zeros(customers + 1, np.int64)
    starts[1:] = np.cumsum(np.bincount(unlike // many, minlength=customers))
    return Origins(starts, (unlike % many).astype(np.int32), names)


def pairs_of(origins: Origins) -> Pairs:
    """The pairs that these origins are made of."""
    counts = np.diff(origins.starts)
    return np.repeat(np.arange(len(counts), dtype=np.int32), counts), _rows(origins)


def _rows(origins: Origins) -> NDArray[np.int32]:
    # A block's origins begin anywhere in those of the whole book.
    first, last = int(origins.starts[0]), int(origins.starts[-1])
    return np.asarray(origins.source[first:last])


def of_sources(book: Book, sources: Collection[str]) -> NDArray[np.bool_]:
    """Who has any document from one of these sources."""
    places = [place for place, name in enumerate(book.origins.names) if name in sources]
    owners, found = pairs_of(book.origins)
    has = np.zeros(len(book), np.bool_)
    has[owners[np.isin(found, places)]] = True
    return has


def sources_until(book: Book, place: int, ends: Ends | None) -> date | None:
    """The latest day of any document of one customer's sources; None where nobody looked."""
    if ends is None:
        return None
    first, last = (int(at) for at in book.origins.starts[place : place + 2])
    names = (book.origins.names[source] for source in book.origins.source[first:last])
    return max((ends[name] for name in names if name in ends), default=None)


def ended(book: Book, on: int, life: int | None, ends: Ends | None) -> NDArray[np.bool_] | None:
    """Whose ledger is past its shelf life of so many days; None where nobody looked."""
    if ends is None or life is None:
        return None
    days = [ends.get(name) for name in book.origins.names]
    until = np.full(len(book), on, np.int64)
    reach(on, book.origins.starts, book.origins.source,
          np.array([day_number(day) for day in days], np.int64), (book.orders, until))  # fmt: skip
    past: NDArray[np.bool_] = on > until + life
    return past if past.any() else None


@compiled
def reach(on: int, starts: Ints, sources: Days, ends: Ints, into: tuple[Orders, Ints]) -> None:
    """Until when each ledger holds: the end of its sources, or its own order after that.

    No customer's invoice or payment is later than the end of its source.
    """
    orders, until = into
    for place in range(len(until)):
        last = NO_DAY
        for row in range(starts[place], starts[place + 1]):
            last = max(last, ends[sources[row]])
        if last == NO_DAY:
            continue
        for row in range(orders.starts[place], orders.starts[place + 1]):
            if orders.ordered[row] <= on:
                last = max(last, int(orders.ordered[row]))
        until[place] = min(on, last)


def forget(table: Ints, at: Mapping[str, int], rows: NDArray[np.bool_] | Ints) -> None:
    """Make what these customers' ledgers say unknown, but for debts that were overdue."""
    for name in LEDGER_SIGNALS:
        column = table[:, at[name]]
        column[rows] = (
            np.where(column[rows] > 0, column[rows], UNKNOWN) if name in OWED else UNKNOWN
        )
