"""Raises in columns: what everybody was granted of late, and where dynamic limits began.

Rules of authority count it together with what is proposed, so that many small
raises ask for the same desk as one large one; see domain/raises.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditflow.domain.authority import WINDOW
from creditflow.domain.policy import Policy
from creditflow.portfolio.arithmetic import UNKNOWN, Ints
from creditflow.portfolio.arrow import currencies, one_array, whole_numbers
from creditflow.portfolio.book import Book
from creditflow.portfolio.building import spelled

Ids = NDArray[np.bytes_]
_NOBODY: Ids = np.zeros(0, "S1")


class Source(Protocol):
    """What reads limit histories by columns."""

    def raises(self, on: date, days: int, customers: Sequence[str] | None) -> pa.Table:
        """Each raise that a case granted within so many days up to that day: customer_id, minor."""

    def starts(self, on: date, customers: Sequence[str] | None) -> pa.Table:
        """The limit of each as it was on that day: customer_id, amount_minor, amount_currency."""


@dataclass(frozen=True, slots=True)
class Lately:
    """What bears on who has to agree, of those of whom there is anything; ids are in order.

    `raised` are minor units of the customer's own currency. `start` is what the
    limit was when the period of a dynamic limit began, in its currency of then.
    """

    raised_of: Ids = field(default_factory=_NOBODY.copy)
    raised: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    start_of: Ids = field(default_factory=_NOBODY.copy)
    start: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    start_currency: NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, np.int8))

    def raises(self, book: Book) -> Ints:
        """What each customer of the book was granted of late; zero where that is nothing."""
        return _found(book.ids, self.raised_of, self.raised, 0)

    def starts(self, book: Book) -> Ints:
        """Where each one's limit began; UNKNOWN where that was no amount of its own currency."""
        own = book.customers.currency
        amount = _found(book.ids, self.start_of, self.start, UNKNOWN)
        currency = _found(book.ids, self.start_of, self.start_currency, -1)
        return np.where(currency == own, amount, UNKNOWN)


def asks_raises(policy: Policy) -> bool:
    """Whether who has to agree depends on what was granted before."""
    return any(rule.raised_above is not None for rule in policy.authority)


def lately_of(
    source: Source, policy: Policy, on: date, customers: Sequence[str] | None = None
) -> Lately:
    """What was granted to these customers, or to everybody; what the policy never asks is not read.

    An amount that is the sum of many stays exact as long as a customer has less than a
    thousand raises of the largest amount that there is.
    """
    found = Lately()
    if asks_raises(policy):
        table = source.raises(on, WINDOW.days, customers)
        ids, places = np.unique(_ids(table), return_inverse=True)
        raised = np.zeros(len(ids), np.int64)
        np.add.at(raised, places, whole_numbers(table["minor"]))
        found = Lately(raised_of=ids, raised=raised)
    if policy.dynamic is None:
        return found
    table = source.starts(on - timedelta(days=policy.dynamic.period_days), customers)
    ids = _ids(table)
    order = np.argsort(ids)
    return Lately(
        found.raised_of,
        found.raised,
        start_of=ids[order],
        start=whole_numbers(table["amount_minor"])[order],
        start_currency=currencies(table["amount_currency"])[order],
    )


def _ids(table: pa.Table) -> Ids:
    return spelled(one_array(table["customer_id"]))


def _found(ids: Ids, of: Ids, values: NDArray[Any], otherwise: int) -> Ints:
    """The value of each id where there is one."""
    found = np.full(len(ids), otherwise, np.int64)
    if len(of):
        places = np.minimum(np.searchsorted(of, ids), len(of) - 1)
        known = of[places] == ids
        found[known] = values[places[known]]
    return found
