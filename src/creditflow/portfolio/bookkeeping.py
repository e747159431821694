"""Bookkeeping: the snapshot follows the database, at the cost of what changed.

The documents of everybody lie in one snapshot, those of customers that changed
since in a second, small one, which counts instead. Master data, limits, orders,
statements and observations are never kept but read each time, so they cannot grow old.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from creditflow.domain.rates import Rate
from creditflow.portfolio import snapshot
from creditflow.portfolio.book import Book, chosen
from creditflow.portfolio.building import RawBook, build
from creditflow.portfolio.origins import joined, pairs_of
from creditflow.portfolio.statements import statements_in
from creditflow.portfolio.witnesses import Origins

MOST_CHANGED = 0.2
"""Where more than this share of the customers changed, everything is made anew."""


class Source(Protocol):
    """What reads a database by columns, all of one moment; tables as in RawBook."""

    def marks(self) -> dict[str, int]:
        """How far invoices and payments have come in."""

    def changed(self, marks: dict[str, int]) -> list[str]:
        """Whose invoices or payments came in behind these marks."""

    def invoices(self, customers: Sequence[str] | None) -> pa.Table:
        """Invoices of these customers, or of everybody."""

    def payments(self, customers: Sequence[str] | None) -> pa.Table:
        """Their payments."""

    def masters(self, customers: Sequence[str] | None) -> pa.Table:
        """Customers in order of id."""

    def standing(self, customers: Sequence[str] | None) -> tuple[pa.Table, pa.Table]:
        """Their orders and their current limits."""

    def statements(self, customers: Sequence[str] | None) -> pa.Table:
        """Financial statements with all their figures."""

    def observations(self, customers: Sequence[str] | None) -> pa.Table:
        """What others said of them, of sectors and of countries, in the order in which it came."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh found: whose documents are new, and whether everything was made anew."""

    changed: tuple[str, ...]
    customers: int
    anew: bool


def refresh(folder: Path, source: Source, *, anew: bool = False) -> Refreshed:
    """Bring the snapshot in that folder up to the database; only what changed is read."""
    base = None if anew else snapshot.read(_base(folder))
    if base is None:
        return _anew(folder, source)
    book, marks = base
    later = snapshot.read(_changed(folder))
    before = later[1] if later else marks
    new = source.changed(before)
    if not new:
        return Refreshed((), len(book), anew=False)
    ids = sorted({*new, *(_ids(later[0]) if later else ())})
    if len(ids) > max(10, MOST_CHANGED * len(book)):
        return replace(_anew(folder, source), changed=tuple(new))
    marks = source.marks()
    snapshot.write(_documents(source, ids), _changed(folder), marks)
    return Refreshed(tuple(new), len(book), anew=False)


def book_of(
    folder: Path, source: Source, rates: Sequence[Rate], customers: Sequence[str] | None = None
) -> Book | None:
    """The book of everybody, or of these customers at their cost alone.

    Documents are those of the snapshot, the rest as it stands now. None where
    there is no snapshot yet.
    """
    found = [snapshot.read(part(folder)) for part in (_base, _changed)]
    if found[0] is None:
        return None
    masters = source.masters(customers)
    orders, limits = source.standing(customers)
    statements = statements_in(source.statements(customers))
    raw = RawBook(
        masters, _NO_INVOICES, _NO_PAYMENTS, orders, limits, statements, rates,
        source.observations(customers),
    )  # fmt: skip
    return _joined(build(raw), [book[0] for book in found if book is not None])


def _anew(folder: Path, source: Source) -> Refreshed:
    marks = source.marks()
    book = _documents(source, None)
    snapshot.remove(_changed(folder))
    snapshot.write(book, _base(folder), marks)
    return Refreshed((), len(book), anew=True)


def _documents(source: Source, customers: Sequence[str] | None) -> Book:
    """Documents alone: whatever else is known of a customer is read each time."""
    return build(
        RawBook(
            source.masters(customers),
            partial(source.invoices, customers),
            partial(source.payments, customers),
        )
    )


def _joined(now: Book, books: Sequence[Book]) -> Book:
    """What stands now, with the documents of the last of the books that knows a customer."""
    at = np.full((2, len(now)), -1, np.int64)
    for number, book in enumerate(books):
        order = np.argsort(book.ids)
        place = np.minimum(np.searchsorted(book.ids[order], now.ids), max(len(book) - 1, 0))
        known = book.ids[order][place] == now.ids if len(book) else np.zeros(len(now), np.bool_)
        at[0, known] = number
        at[1, known] = order[place[known]]
    origins = _origins(now, books, at)
    if len(books) == 1 and np.array_equal(at[1], np.arange(len(books[0]))):
        old = books[0]
        return replace(
            now,
            invoices=old.invoices,
            payments=old.payments,
            disputes=old.disputes,
            origins=origins,
        )
    return replace(now, **_gathered(books, at), origins=origins)


def _origins(now: Book, books: Sequence[Book], at: Any) -> Origins:  # noqa: ANN401 - see below
    """The sources of each customer's documents: of orders as they stand, of the rest as read."""
    parts = [(pairs_of(now.origins), now.origins.names)]
    for number, book in enumerate(books):
        owners = np.flatnonzero(at[0] == number).astype(np.int32)
        origins = chosen(book, at[1][owners]).origins
        mine, sources = pairs_of(origins)
        parts.append(((owners[mine], sources), origins.names))
    return joined(parts, len(now))


def _gathered(books: Sequence[Book], at: Any) -> dict[str, Any]:  # noqa: ANN401 - an array of places
    """Documents of each customer from the book that has them; customers without any have none."""
    merged: dict[str, Any] = {}
    for group in ("invoices", "payments", "disputes"):
        parts = []
        for number, book in enumerate(books):
            columns = getattr(chosen(book, at[1][at[0] == number]), group)
            parts.append(columns)
        counts = np.zeros(at.shape[1], np.int64)
        for number, part in enumerate(parts):
            counts[at[0] == number] = np.diff(part.starts)
        starts = np.concatenate(([0], np.cumsum(counts)))
        owner = [np.repeat(np.flatnonzero(at[0] == n), np.diff(p.starts))
                 for n, p in enumerate(parts)]  # fmt: skip
        order = np.argsort(np.concatenate(owner), kind="stable")
        columns = [
            np.concatenate(column)[order] for column in zip(*(p[1:] for p in parts), strict=True)
        ]
        merged[group] = type(parts[0])(starts, *columns)
    return merged


def _base(folder: Path) -> Path:
    return folder / "everybody"


def _changed(folder: Path) -> Path:
    return folder / "changed"


def _ids(book: Book) -> list[str]:
    return [id_.decode() for id_ in book.ids.tolist()]


_DOCUMENT = {"customer_id": pa.string(), "document": pa.string(), "amount_minor": pa.int64(),
             "amount_currency": pa.string()}  # fmt: skip
_NO_INVOICES = pa.schema(
    {**_DOCUMENT, "type": pa.string(), "issued_on": pa.date32(), "due_on": pa.date32(),
     "disputed": pa.int64()}
).empty_table()  # fmt: skip
_NO_PAYMENTS = pa.schema(
    {**_DOCUMENT, "invoice": pa.string(), "paid_on": pa.date32()}
).empty_table()
