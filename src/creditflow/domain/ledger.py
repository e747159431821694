"""Ledger: invoices, credit notes, payments and orders of one customer, as facts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from creditflow.domain.customer import CustomerId, Origin
from creditflow.domain.money import Money
from creditflow.domain.project import GENERAL

PUBLISHED_AFTER = timedelta(days=120)
"""Who looks back takes a statement as known so long after its period: nobody kept when it came."""


class InvoiceType(StrEnum):
    """What a document on the ledger asks for."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class OrderStatus(StrEnum):
    """Where an order stands; only open ones count as exposure."""

    OPEN = "open"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Invoice:
    """A document that the customer owes (or, as a credit note, is owed); never negative.

    `disputed` is how it stands; the days say since when it was in dispute and from
    when on it was no more. Without the first nobody knows how it stood before.
    `project` is empty for one that belongs to none.
    """

    customer: CustomerId
    document: str
    issued_on: date
    due_on: date
    amount: Money
    type: InvoiceType = InvoiceType.INVOICE
    disputed: bool = False
    project: str = ""
    source: str = "own"
    origin: Origin | None = field(default=None, compare=False)
    disputed_on: date | None = None
    dispute_settled_on: date | None = None

    def as_of(self, on: date) -> "Invoice":
        """The invoice as it could be known at the end of that day."""
        if self.disputed_on is None:
            return self
        if self.disputed_on > on:
            return replace(self, disputed=False, disputed_on=None, dispute_settled_on=None)
        settled = self.dispute_settled_on
        if settled is not None and settled <= on:
            return self if not self.disputed else replace(self, disputed=False)
        return replace(self, disputed=True, dispute_settled_on=None)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received; `invoice` is the document it pays, None for one on account."""

    customer: CustomerId
    document: str
    paid_on: date
    amount: Money
    invoice: str | None = None
    source: str = "own"
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Order:
    """Goods ordered; an open one will become an invoice. `project` is empty for none.

    `closed_on` is the day from which it was not open any more; without it nobody
    knows until when one that is delivered or cancelled was open.
    """

    customer: CustomerId
    document: str
    ordered_on: date
    amount: Money
    status: OrderStatus
    expected_on: date | None = None
    project: str = ""
    source: str = "own"
    origin: Origin | None = field(default=None, compare=False)
    closed_on: date | None = None

    def as_of(self, on: date) -> "Order":
        """The order as it could be known at the end of that day."""
        if self.closed_on is None or self.closed_on <= on:
            return self
        return replace(self, status=OrderStatus.OPEN, closed_on=None)


@dataclass(frozen=True, slots=True)
class Statement:
    """A financial statement of the customer; a figure it does not give is None, never zero.

    All amounts are in the statement's own currency. `months` is the length of
    the period that the flows (revenue, profit, cash flow) cover.
    """

    customer: CustomerId
    period_end: date
    months: int
    currency: str
    audited: bool | None = None
    revenue: Money | None = None
    cost_of_sales: Money | None = None
    ebit: Money | None = None
    interest_expense: Money | None = None
    net_profit: Money | None = None
    total_assets: Money | None = None
    current_assets: Money | None = None
    cash: Money | None = None
    inventory: Money | None = None
    receivables: Money | None = None
    total_liabilities: Money | None = None
    current_liabilities: Money | None = None
    equity: Money | None = None
    retained_earnings: Money | None = None
    operating_cash_flow: Money | None = None
    source: str = "own"
    origin: Origin | None = field(default=None, compare=False)

    def published_by(self, on: date) -> bool:
        """Whether somebody who looks back may take it as known on that day."""
        return self.period_end + PUBLISHED_AFTER <= on


@dataclass(frozen=True, slots=True)
class Item:
    """An invoice with what had been paid on it by some day."""

    invoice: Invoice
    paid: Money
    last_paid_on: date | None

    @property
    def open(self) -> Money:
        """What is still owed on it; never below zero."""
        rest = self.invoice.amount - self.paid
        return rest if rest.minor > 0 else Money.zero(rest.currency)

    @property
    def is_settled(self) -> bool:
        """Nothing is owed on it any more."""
        return self.open.minor == 0

    def days_late(self, on: date) -> int:
        """Days beyond the due date until settled, or until `on` while open; negative when early."""
        end = self.last_paid_on if self.is_settled and self.last_paid_on else on
        return (end - self.invoice.due_on).days


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything known of one customer's account, in document order."""

    customer: CustomerId
    invoices: tuple[Invoice, ...] = ()
    payments: tuple[Payment, ...] = ()
    orders: tuple[Order, ...] = ()

    def until(self, on: date) -> "Ledger":
        """The ledger as it could be known at the end of that day: nothing from later."""
        return Ledger(
            self.customer,
            tuple(i.as_of(on) for i in self.invoices if i.issued_on <= on),
            tuple(p for p in self.payments if p.paid_on <= on),
            tuple(o.as_of(on) for o in self.orders if o.ordered_on <= on),
        )

    def sources(self) -> frozenset[str]:
        """Where its documents are from."""
        own: tuple[Invoice | Payment | Order, ...] = (
            *self.invoices, *self.payments, *self.orders,
        )  # fmt: skip
        return frozenset(document.source for document in own)

    def items(self) -> tuple[Item, ...]:
        """The invoices (no credit notes) with what was paid on each in its own currency.

        A number is known within its source only: two systems may both have an R-1.
        """
        paid: dict[tuple[str, str], list[Payment]] = defaultdict(list)
        for payment in self.payments:
            if payment.invoice is not None:
                paid[payment.source, payment.invoice].append(payment)
        return tuple(_item(i, paid[i.source, i.document]) for i in self.invoices if _is_invoice(i))

    def credits(self) -> tuple[Money, ...]:
        """What lowers the balance and belongs to no invoice: credit notes, payments on account."""
        return tuple(amount for _, amount in self.credits_by_project())

    def credits_by_project(self) -> tuple[tuple[str, Money], ...]:
        """The same, each with the project it belongs to; payments on account belong to none."""
        notes = [(i.project, i.amount) for i in self.invoices if not _is_invoice(i)]
        return (*notes, *((GENERAL, p.amount) for p in self.payments if p.invoice is None))

    def open_orders(self) -> tuple[Order, ...]:
        """Orders that will become invoices."""
        return tuple(o for o in self.orders if o.status is OrderStatus.OPEN)


def _is_invoice(document: Invoice) -> bool:
    return document.type is InvoiceType.INVOICE


def _item(invoice: Invoice, payments: Iterable[Payment]) -> Item:
    paid = Money.zero(invoice.amount.currency)
    last = None
    for payment in payments:
        if payment.amount.currency == paid.currency:
            paid = paid + payment.amount
            last = payment.paid_on if last is None else max(last, payment.paid_on)
    return Item(invoice, paid, last)


def in_turn(orders: Iterable[tuple[Order, Money]]) -> list[tuple[Order, Money]]:
    """Orders, each with its amount, in the order in which they are served: the oldest first."""
    return sorted(orders, key=lambda one: (one[0].ordered_on, one[0].document))
