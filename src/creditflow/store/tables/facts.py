"""Rows of what is known: customers, their documents and statements, rates, hand-ins."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from creditflow.store.tables.base import (
    Row,
    args,
    bounds,
    code,
    data,
    day,
    flag,
    instant,
    refers,
    signed_bounds,
    table,
    whole,
    whole_or_none,
    word,
)


class Sourced(Row):
    """The columns that say where a row came from."""

    origin_file: str | None = word()
    origin_name: str | None = word()
    origin_row: int | None = whole()


class CustomerRow(Sourced, table=True):
    """A customer's master data."""

    __tablename__ = "customer"
    __table_args__ = args(
        *bounds("requested"),
        *whole_or_none("requested"),
        sa.Index(None, "group_id"),
        sa.Index(None, "owner"),
    )
    id: str = word(key=True)
    name: str = word()
    name_en: str | None = word()
    currency: str = code()
    country: str = word()
    language: str = word()
    email: str | None = word()
    sector: str | None = word()
    region: str | None = word()
    group_id: str | None = word()
    group_name: str | None = word()
    onboarded_on: date | None = day()
    terms_days: int | None = whole()
    registration_no: str | None = word()
    requested_minor: int | None = whole()
    requested_currency: str | None = code()
    owner: str | None = word()
    letters_by: str = word()
    legal_entity: str | None = word()


def _document(day_column: str) -> tuple[SchemaItem, ...]:
    return (
        sa.UniqueConstraint("source", "document"),
        sa.Index(None, "customer_id", day_column, "document"),
        refers("customer_id", "customer.id"),
        *bounds("amount"),
    )


class InvoiceRow(Sourced, table=True):
    """An invoice or a credit note."""

    __tablename__ = "invoice"
    __table_args__ = args(*_document("issued_on"), sa.Index(None, "source", "issued_on"))
    id: int | None = whole(key=True)
    source: str = word()
    document: str = word()
    customer_id: str = word()
    type: str = word()
    issued_on: date = day()
    due_on: date = day()
    amount_minor: int = whole()
    amount_currency: str = code()
    disputed: bool = flag()
    disputed_on: date | None = day()
    dispute_settled_on: date | None = day()
    project: str = word()


class PaymentRow(Sourced, table=True):
    """Money received."""

    __tablename__ = "payment"
    __table_args__ = args(
        *_document("paid_on"),
        sa.Index(None, "source", "invoice"),
        sa.Index(None, "source", "paid_on"),
    )
    id: int | None = whole(key=True)
    source: str = word()
    document: str = word()
    customer_id: str = word()
    paid_on: date = day()
    amount_minor: int = whole()
    amount_currency: str = code()
    invoice: str | None = word()


class OrderRow(Sourced, table=True):
    """Goods ordered."""

    __tablename__ = "sales_order"
    __table_args__ = args(*_document("ordered_on"))
    id: int | None = whole(key=True)
    source: str = word()
    document: str = word()
    customer_id: str = word()
    ordered_on: date = day()
    expected_on: date | None = day()
    amount_minor: int = whole()
    amount_currency: str = code()
    status: str = word()
    closed_on: date | None = day()
    project: str = word()


FIGURES = (
    "revenue",
    "cost_of_sales",
    "ebit",
    "interest_expense",
    "net_profit",
    "total_assets",
    "current_assets",
    "cash",
    "inventory",
    "receivables",
    "total_liabilities",
    "current_liabilities",
    "equity",
    "retained_earnings",
    "operating_cash_flow",
)
"""The figures of a financial statement, all in its own currency."""


class StatementRow(Sourced, table=True):
    """A financial statement."""

    __tablename__ = "statement"
    __table_args__ = args(refers("customer_id", "customer.id"), *signed_bounds(*FIGURES))
    customer_id: str = word(key=True)
    period_end: date = day(key=True)
    source: str = word(key=True)
    months: int = whole()
    currency: str = code()
    audited: bool | None = flag()
    revenue_minor: int | None = whole()
    cost_of_sales_minor: int | None = whole()
    ebit_minor: int | None = whole()
    interest_expense_minor: int | None = whole()
    net_profit_minor: int | None = whole()
    total_assets_minor: int | None = whole()
    current_assets_minor: int | None = whole()
    cash_minor: int | None = whole()
    inventory_minor: int | None = whole()
    receivables_minor: int | None = whole()
    total_liabilities_minor: int | None = whole()
    current_liabilities_minor: int | None = whole()
    equity_minor: int | None = whole()
    retained_earnings_minor: int | None = whole()
    operating_cash_flow_minor: int | None = whole()


class ObservationRow(Sourced, table=True):
    """What somebody outside has said; `customer_id` is the subject where it is a customer."""

    __tablename__ = "observation"
    __table_args__ = args(
        refers("customer_id", "customer.id"),
        sa.Index(None, "subject", "about"),
        sa.CheckConstraint("(about = 'customer') = (customer_id IS NOT NULL)", name="customer"),
    )
    id: int | None = whole(key=True)
    about: str = word()
    subject: str = word()
    customer_id: str | None = word()
    what: str = word()
    on_day: date = day()
    value: str = word()
    provider: str = word()
    scale: str | None = word()
    valid_until: date | None = day()
    source: str = word()


class RateRow(Row, table=True):
    """An exchange rate; `per_pivot` is the exact decimal as text."""

    __tablename__ = "rate"
    __table_args__ = args()
    currency: str = word(key=True)
    on_day: date = day(key=True)
    per_pivot: str = word()
    source: str = word()


class HandInRow(Row, table=True):
    """That a file was handed in, and what came of it."""

    __tablename__ = "hand_in"
    __table_args__ = args(sa.Index(None, "file_hash"), sa.Index(None, "made_at"))
    id: str = word(key=True)
    file_hash: str = word()
    file_name: str = word()
    source: str = word()
    made_by: str = word()
    made_at: datetime = instant()
    rows_read: int = whole()
    rows_kept: int = whole()
    rows_known: int = whole()
    rows_rejected: int = whole()
    rejects: bytes = data()


CUSTOMER = table(CustomerRow)
INVOICE = table(InvoiceRow)
PAYMENT = table(PaymentRow)
ORDER = table(OrderRow)
STATEMENT = table(StatementRow)
OBSERVATION = table(ObservationRow)
RATE = table(RateRow)
HAND_IN = table(HandInRow)
