"""Book: everybody's ledger in columns, customer after customer, in whole minor units.

Documents of one customer lie side by side, in the order in which a ledger has
them: by day, number and source. Payments lie in the order of the invoices that
they pay, so that one pass over a customer sees each document once. Days are
days since 1970, currencies places in CODES.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.customer import CustomerId
from creditflow.domain.ledger import (
    Invoice,
    InvoiceType,
    Ledger,
    Order,
    OrderStatus,
    Payment,
)
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import CURRENCIES, Money
from creditflow.domain.rates import Rate
from creditflow.portfolio.arithmetic import NO_DAY, UNKNOWN, Ints
from creditflow.portfolio.witnesses import Observations, Observed, Origins

CODES = tuple(sorted(CURRENCIES))
"""Every currency, by its place in columns."""

PLACES: Mapping[str, int] = {code: place for place, code in enumerate(CODES)}

CREDIT_NOTE, DISPUTED = 1, 2
"""Flags of an invoice."""

ON_ACCOUNT, UNMATCHED = -1, -2
"""In place of an invoice: a payment on account; one for an invoice that is not on the ledger."""

LIMIT_STATES = tuple(LimitState)
EPOCH = date(1970, 1, 1)

Days = NDArray[np.int32]
Bytes = NDArray[np.int8]
Columns = TypeVar("Columns", bound=tuple[NDArray[Any], ...])


class Invoices(NamedTuple):
    """Invoices and credit notes; those of customer i are `starts[i]` to `starts[i + 1]`."""

    starts: Ints
    issued: Days
    due: Days
    amount: Ints
    currency: Bytes
    flags: Bytes


class Payments(NamedTuple):
    """Payments; `of` is the place of the invoice among its customer's, or why there is none."""

    starts: Ints
    paid: Days
    amount: Ints
    currency: Bytes
    of: Days


class Orders(NamedTuple):
    """Orders; `open` is one where it still counts, `closed` since when it does not, if known."""

    starts: Ints
    ordered: Days
    amount: Ints
    currency: Bytes
    open: Bytes
    closed: Days


class Disputes(NamedTuple):
    """Of the few invoices of which that is known: since when they were in dispute, and until when.

    `of` is the place of the invoice among its customer's; the end is NO_DAY while it runs.
    """

    starts: Ints
    of: Days
    since: Days
    settled: Days


class Customers(NamedTuple):
    """Master data and the current entry of the limit history; UNKNOWN and NO_DAY are None.

    `limit_state` is a place in LIMIT_STATES; `limit_version` zero means that
    no limit was ever set. `limit_changed` and `limit_cut` are the first days of
    its latest change and cut. `sector`, `country`, `region` and
    `entity`, the company of ours that grants, are places in the book's words.
    """

    currency: Bytes
    sector: NDArray[np.int16]
    country: NDArray[np.int16]
    region: NDArray[np.int16]
    entity: NDArray[np.int16]
    onboarded: Days
    terms: Days
    requested: Ints
    requested_currency: Bytes
    limit_version: Days
    limit_state: Bytes
    limit_amount: Ints
    limit_currency: Bytes
    limit_from: Days
    limit_until: Days
    limit_changed: Days
    limit_cut: Days


class Statements(NamedTuple):
    """Financial statements, each customer's in order of period, audit and source.

    `figures` has a column for each of FIGURES, `ratios` one for each of the
    signals that a statement gives whatever the day is (statements.RATIOS).
    """

    starts: Ints
    end: Days
    months: Days
    currency: Bytes
    audited: Bytes
    figures: Ints
    ratios: Ints


@dataclass(frozen=True, slots=True)
class Book:
    """The ledgers of many customers, their master data, limits and statements, and the rates.

    `observed` is None where nobody has said anything.
    """

    ids: NDArray[np.bytes_]
    customers: Customers
    invoices: Invoices
    payments: Payments
    orders: Orders
    disputes: Disputes
    statements: Statements
    origins: Origins
    sectors: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = ()
    observed: Observed | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def customer(self, place: int) -> CustomerId:
        """The id of the customer at that place."""
        return CustomerId(self.ids[place].decode())

    def ledger(self, place: int) -> Ledger:
        """One customer's ledger as the domain knows it; documents are numbered in their order."""
        customer = self.customer(place)
        first, last = _span(self.invoices.starts, place)
        contested = {int(self.disputes.of[d]): d
                     for d in range(*_span(self.disputes.starts, place))}  # fmt: skip
        invoices = tuple(
            self._invoice(customer, i, i - first, contested.get(i - first))
            for i in range(first, last)
        )
        payments = tuple(
            self._payment(customer, p) for p in range(*_span(self.payments.starts, place))
        )
        orders = tuple(self._order(customer, o) for o in range(*_span(self.orders.starts, place)))
        return Ledger(customer, invoices, payments, orders)

    def limit(self, place: int) -> Limit | None:
        """The current entry of a customer's limit history; None where there is none."""
        c = self.customers
        if not c.limit_version[place]:
            return None
        from_ = day(c.limit_from[place])
        return Limit(
            customer=self.customer(place),
            version=int(c.limit_version[place]),
            state=LIMIT_STATES[c.limit_state[place]],
            amount=money(c.limit_amount[place], c.limit_currency[place]),
            from_=from_ or EPOCH,
            until=day(c.limit_until[place]),
        )

    def _invoice(self, customer: CustomerId, row: int, number: int, dispute: int | None) -> Invoice:
        of, days = self.invoices, self.disputes
        flags = int(of.flags[row])
        return Invoice(
            customer=customer,
            document=_numbered(number),
            issued_on=_sure(of.issued[row]),
            due_on=_sure(of.due[row]),
            amount=Money(int(of.amount[row]), CODES[of.currency[row]]),
            type=InvoiceType.CREDIT_NOTE if flags & CREDIT_NOTE else InvoiceType.INVOICE,
            disputed=bool(flags & DISPUTED),
            disputed_on=None if dispute is None else day(int(days.since[dispute])),
            dispute_settled_on=None if dispute is None else day(int(days.settled[dispute])),
        )

    def _payment(self, customer: CustomerId, row: int) -> Payment:
        of = self.payments
        pays = int(of.of[row])
        named = {ON_ACCOUNT: None, UNMATCHED: "?"}
        return Payment(
            customer=customer,
            document=_numbered(row),
            paid_on=_sure(of.paid[row]),
            amount=Money(int(of.amount[row]), CODES[of.currency[row]]),
            invoice=named[pays] if pays < 0 else _numbered(pays),
        )

    def _order(self, customer: CustomerId, row: int) -> Order:
        of = self.orders
        return Order(
            customer=customer,
            document=_numbered(row),
            ordered_on=_sure(of.ordered[row]),
            amount=Money(int(of.amount[row]), CODES[of.currency[row]]),
            status=OrderStatus.OPEN if of.open[row] else OrderStatus.DELIVERED,
            closed_on=day(int(of.closed[row])),
        )


def chosen(book: Book, places: Sequence[int] | Ints) -> Book:
    """The book of these customers alone, in that order."""
    rows = np.asarray(places, np.int64)
    return replace(
        book,
        ids=book.ids[rows],
        customers=Customers._make(column[rows] for column in book.customers),
        invoices=Invoices(*_taken(book.invoices, rows)),
        payments=Payments(*_taken(book.payments, rows)),
        orders=Orders(*_taken(book.orders, rows)),
        disputes=Disputes(*_taken(book.disputes, rows)),
        statements=Statements(*_taken(book.statements, rows)),
        origins=Origins._make([*_taken(book.origins[:2], rows), book.origins.names]),
        observed=book.observed
        and book.observed._replace(customers=Observations(*_taken(book.observed.customers, rows))),
    )


def block(book: Book, start: int, stop: int) -> Book:
    """The customers from one place until before another, without copying a document."""
    stop = min(stop, len(book))
    seen = book.observed
    return replace(
        book,
        ids=book.ids[start:stop],
        customers=Customers._make(column[start:stop] for column in book.customers),
        invoices=book.invoices._replace(starts=book.invoices.starts[start : stop + 1]),
        payments=book.payments._replace(starts=book.payments.starts[start : stop + 1]),
        orders=book.orders._replace(starts=book.orders.starts[start : stop + 1]),
        disputes=book.disputes._replace(starts=book.disputes.starts[start : stop + 1]),
        statements=book.statements._replace(starts=book.statements.starts[start : stop + 1]),
        origins=book.origins._replace(starts=book.origins.starts[start : stop + 1]),
        observed=seen
        and seen._replace(
            customers=seen.customers._replace(starts=seen.customers.starts[start : stop + 1])
        ),
    )


def day(number: int) -> date | None:
    """A day of a column; None where there is none."""
    return None if number == NO_DAY else EPOCH + timedelta(days=int(number))


def day_number(day: date | None) -> int:
    """The number of a day in a column."""
    return NO_DAY if day is None else (day - EPOCH).days


def money(minor: int, currency: int) -> Money | None:
    """An amount of two columns; None where there is none."""
    return None if minor == UNKNOWN else Money(int(minor), CODES[currency])


def _taken(columns: tuple[NDArray[Any], ...], places: Ints) -> list[NDArray[Any]]:
    starts, *rest = columns
    counts = starts[places + 1] - starts[places]
    new = np.concatenate(([0], np.cumsum(counts)))
    rows = np.repeat(starts[places] - new[:-1], counts) + np.arange(new[-1])
    return [new, *(column[rows] for column in rest)]


def _sure(number: int) -> date:
    return EPOCH + timedelta(days=int(number))


def _span(starts: Ints, place: int) -> tuple[int, int]:
    return int(starts[place]), int(starts[place + 1])


def _numbered(number: int) -> str:
    return f"{number:012d}"
