"""Invoices, payments and orders in SQL, tens of thousands at a time."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

import sqlalchemy as sa

from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.ledger import Invoice, InvoiceType, Ledger, Order, OrderStatus, Payment
from creditflow.domain.money import Money
from creditflow.domain.outcomes import Undated
from creditflow.domain.sentences import say
from creditflow.store.tables import INVOICE, ORDER, PAYMENT
from creditflow.store.transaction import Transaction, Values, origin_of, origin_parts

Document = TypeVar("Document", Invoice, Payment, Order)


class SqlLedgers:
    """Documents of all customers."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(self, customer: CustomerId) -> Ledger:
        """One customer's account, documents in order of date and number."""
        return Ledger(
            customer,
            self._account(INVOICE, INVOICE.c.issued_on, customer, _invoice),
            self._account(PAYMENT, PAYMENT.c.paid_on, customer, _payment),
            self._account(ORDER, ORDER.c.ordered_on, customer, _order),
        )

    def many(
        self,
        customers: Collection[str],
        *,
        until: date,
        of: sa.ColumnElement[bool] | None = None,
    ) -> Iterator[Ledger]:
        """Accounts of many customers up to a day, without orders, in order of customer id.

        With `of` only invoices of which that holds, and what was paid on them.
        """
        chosen = sa.select(INVOICE).where(INVOICE.c.issued_on <= until)
        paid = sa.select(PAYMENT).where(PAYMENT.c.paid_on <= until)
        if of is not None:
            chosen = chosen.where(of)
            named = sa.and_(
                INVOICE.c.source == PAYMENT.c.source, INVOICE.c.document == PAYMENT.c.invoice
            )
            paid = paid.join(INVOICE, named).where(of)
        invoices = self._accounts(chosen, INVOICE, INVOICE.c.issued_on, customers, _invoice)
        payments = self._accounts(paid, PAYMENT, PAYMENT.c.paid_on, customers, _payment)
        for customer in sorted(customers):
            yield Ledger(
                CustomerId(customer),
                tuple(invoices.get(customer, ())),
                tuple(payments.get(customer, ())),
            )

    def existing_invoices(self, source: str, documents: Collection[str]) -> dict[str, Invoice]:
        """Invoices and credit notes that are already there, by document number."""
        return self._existing(INVOICE, source, documents, _invoice)

    def existing_payments(self, source: str, documents: Collection[str]) -> dict[str, Payment]:
        """Payments that are already there, by document number."""
        return self._existing(PAYMENT, source, documents, _payment)

    def existing_orders(self, source: str, documents: Collection[str]) -> dict[str, Order]:
        """Orders that are already there, by document number."""
        return self._existing(ORDER, source, documents, _order)

    def paid_on(self, source: str, documents: Collection[str]) -> dict[str, list[Payment]]:
        """Payments that name one of these invoices, by invoice number."""
        query = (
            sa.select(PAYMENT)
            .where(PAYMENT.c.source == source)
            .order_by(PAYMENT.c.paid_on, PAYMENT.c.document)
        )
        found: dict[str, list[Payment]] = defaultdict(list)
        for row in self._transaction.chosen(query, PAYMENT.c.invoice, documents):
            found[row.invoice].append(_payment(row))
        return dict(found)

    def currencies(self) -> set[str]:
        """The currencies of all invoices, payments and orders; reads every one of them."""
        return {
            row.amount_currency
            for table in (INVOICE, PAYMENT, ORDER)
            for row in self._transaction.rows(sa.select(table.c.amount_currency).distinct())
        }

    def ends(self) -> dict[str, date]:
        """The latest day that an invoice or payment of each source bears."""
        found: dict[str, date] = {}
        for table, day in ((INVOICE, INVOICE.c.issued_on), (PAYMENT, PAYMENT.c.paid_on)):
            latest = sa.select(table.c.source, sa.func.max(day).label("day"))
            for row in self._transaction.rows(latest.group_by(table.c.source)):
                found[row.source] = max(row.day, found.get(row.source, row.day))
        return found

    def newest(self, sources: Collection[str], *, until: date) -> date | None:
        """The latest day up to that one that an invoice or payment of these sources bears."""
        days = [
            self._transaction.rows(
                sa.select(sa.func.max(day).label("day")).where(
                    table.c.source == source, day <= until
                )
            )
            for source in sorted(sources)
            for table, day in ((INVOICE, INVOICE.c.issued_on), (PAYMENT, PAYMENT.c.paid_on))
        ]
        return max((row.day for rows in days for row in rows if row.day is not None), default=None)

    def add(
        self,
        *,
        invoices: Sequence[Invoice] = (),
        payments: Sequence[Payment] = (),
        orders: Sequence[Order] = (),
    ) -> None:
        """Add documents that are not there yet; raises Conflict where one is."""
        self._add(INVOICE, [_invoice_row(invoice) for invoice in invoices])
        self._add(PAYMENT, [_payment_row(payment) for payment in payments])
        self._add(ORDER, [_order_row(order) for order in orders])

    def put_projects(self, invoices: Sequence[Invoice]) -> None:
        """Say to which project invoices belong; raises NotFound where one is not there."""
        for invoice in invoices:
            own = {"source": invoice.source, "document": invoice.document}
            if self._transaction.change(INVOICE, {"project": invoice.project}, where=own) != 1:
                raise NotFound(say("There is no invoice {document}.", document=invoice.document))

    def put_orders(self, orders: Sequence[Order]) -> None:
        """Replace orders that are there; raises NotFound where one is not."""
        for order in orders:
            own = {"source": order.source, "document": order.document}
            if self._transaction.change(ORDER, _order_row(order), where=own) != 1:
                raise NotFound(
                    say("There is no order {document} to replace.", document=order.document)
                )

    def put_invoices(self, invoices: Sequence[Invoice]) -> None:
        """Replace invoices that are there; raises NotFound where one is not.

        Each gets a number behind all others, so that whoever has read so far reads it again.
        """
        for invoice in invoices:
            gone = sa.delete(INVOICE).where(
                INVOICE.c.source == invoice.source, INVOICE.c.document == invoice.document
            )
            if self._transaction.write(gone).rowcount != 1:
                raise NotFound(say("There is no invoice {document}.", document=invoice.document))
        self._add(INVOICE, [_invoice_row(invoice) for invoice in invoices])

    def undated(self) -> Undated:
        """The sources that do not say since when a dispute or an order stands as it does."""
        in_dispute = sa.or_(INVOICE.c.disputed, INVOICE.c.disputed_on.is_not(None))
        closed = ORDER.c.status != OrderStatus.OPEN.value
        return Undated(
            self._undated(INVOICE, INVOICE.c.disputed_on, in_dispute),
            self._undated(ORDER, ORDER.c.closed_on, closed),
        )

    def _undated(
        self, table: sa.Table, day: sa.Column[Any], needs: sa.ColumnElement[bool]
    ) -> frozenset[str]:
        """Sources of which none of those that need a day has one, or not all have."""
        query = sa.select(
            table.c.source,
            sa.func.count(sa.case((needs, 1))).label("needed"),
            sa.func.count(day).label("given"),
        ).group_by(table.c.source)
        rows = self._transaction.rows(query)
        return frozenset(r.source for r in rows if not r.given or r.given < r.needed)

    def _account(
        self,
        table: sa.Table,
        day: sa.Column[Any],
        customer: CustomerId,
        made: Callable[[sa.Row[Any]], Document],
    ) -> tuple[Document, ...]:
        query = (
            sa.select(table)
            .where(table.c.customer_id == customer)
            .order_by(day, table.c.document, table.c.source)
        )
        return tuple(made(row) for row in self._transaction.rows(query))

    def _accounts(
        self,
        query: sa.Select[Any],
        table: sa.Table,
        day: sa.Column[Any],
        customers: Collection[str],
        made: Callable[[sa.Row[Any]], Document],
    ) -> dict[str, list[Document]]:
        ordered = query.order_by(table.c.customer_id, day, table.c.document, table.c.source)
        found: dict[str, list[Document]] = defaultdict(list)
        for row in self._transaction.chosen(ordered, table.c.customer_id, customers):
            found[row.customer_id].append(made(row))
        return found

    def _existing(
        self,
        table: sa.Table,
        source: str,
        documents: Collection[str],
        made: Callable[[sa.Row[Any]], Document],
    ) -> dict[str, Document]:
        query = sa.select(table).where(table.c.source == source)
        rows = self._transaction.chosen(query, table.c.document, documents)
        return {row.document: made(row) for row in rows}

    def _add(self, table: sa.Table, rows: Sequence[Values]) -> None:
        added = self._transaction.insert_new(table, rows)
        if added != len(rows):
            raise Conflict(
                say(
                    "{count} of the documents are there already; none of these was added.",
                    count=len(rows) - added,
                )
            )


def _invoice(row: sa.Row[Any]) -> Invoice:
    return Invoice(
        customer=CustomerId(row.customer_id),
        document=row.document,
        issued_on=row.issued_on,
        due_on=row.due_on,
        amount=Money(row.amount_minor, row.amount_currency),
        type=InvoiceType(row.type),
        disputed=row.disputed,
        disputed_on=row.disputed_on,
        dispute_settled_on=row.dispute_settled_on,
        project=row.project,
        source=row.source,
        origin=origin_of(row),
    )


def _payment(row: sa.Row[Any]) -> Payment:
    return Payment(
        customer=CustomerId(row.customer_id),
        document=row.document,
        paid_on=row.paid_on,
        amount=Money(row.amount_minor, row.amount_currency),
        invoice=row.invoice,
        source=row.source,
        origin=origin_of(row),
    )


def _order(row: sa.Row[Any]) -> Order:
    return Order(
        customer=CustomerId(row.customer_id),
        document=row.document,
        ordered_on=row.ordered_on,
        amount=Money(row.amount_minor, row.amount_currency),
        status=OrderStatus(row.status),
        expected_on=row.expected_on,
        closed_on=row.closed_on,
        project=row.project,
        source=row.source,
        origin=origin_of(row),
    )


def _common(document: Invoice | Payment | Order) -> dict[str, object]:
    return {
        "source": document.source,
        "document": document.document,
        "customer_id": document.customer,
        "amount_minor": document.amount.minor,
        "amount_currency": document.amount.currency,
        **origin_parts(document.origin),
    }


def _invoice_row(invoice: Invoice) -> Values:
    return {
        **_common(invoice),
        "type": invoice.type.value,
        "issued_on": invoice.issued_on,
        "due_on": invoice.due_on,
        "disputed": invoice.disputed,
        "disputed_on": invoice.disputed_on,
        "dispute_settled_on": invoice.dispute_settled_on,
        "project": invoice.project,
    }


def _payment_row(payment: Payment) -> Values:
    return {**_common(payment), "paid_on": payment.paid_on, "invoice": payment.invoice}


def _order_row(order: Order) -> Values:
    return {
        **_common(order),
        "ordered_on": order.ordered_on,
        "expected_on": order.expected_on,
        "status": order.status.value,
        "closed_on": order.closed_on,
        "project": order.project,
    }
