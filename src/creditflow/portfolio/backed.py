"""Who is backed by covers and guarantees: these customers of a book go one by one.

They are few beside a book, and what backs them has its own currencies, ends
and order; the per-customer evaluator knows all that.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from creditflow.domain.covers import Held
from creditflow.domain.customer import CustomerId
from creditflow.domain.money import Money
from creditflow.portfolio.arithmetic import Ints
from creditflow.portfolio.book import Book
from creditflow.ports import Work


@dataclass(frozen=True, slots=True)
class Behind:
    """What is held behind a customer, and the open part of its limit (None: all of it)."""

    held: Held
    open: Money | None = None


NOTHING = Behind(Held())


def behind_of(work: Work, customers: Collection[str] | None = None) -> Mapping[CustomerId, Behind]:
    """Everybody, or those of these customers, who was ever backed by anything."""
    found = {}
    for customer, held in work.backings.all(customers).items():
        limit = work.limits.current(customer)
        found[customer] = Behind(held, None if limit is None else limit.open)
    return found


def rows_behind(book: Book, behind: Mapping[CustomerId, Behind]) -> Ints:
    """The rows of the book whose customers are backed."""
    if not behind:
        return np.zeros(0, np.int64)
    names = np.array([name.encode() for name in behind], book.ids.dtype)
    return np.flatnonzero(np.isin(book.ids, names))
