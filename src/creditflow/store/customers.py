"""Customers, statements, exchange rates and hand-ins in SQL."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from creditflow.domain.customer import Customer, CustomerId, LetterWay
from creditflow.domain.errors import Unavailable
from creditflow.domain.ledger import Statement
from creditflow.domain.money import Money
from creditflow.domain.rates import Rate, Rates
from creditflow.domain.sentences import say
from creditflow.ports import HandInRecord
from creditflow.store.granted import SqlGranted
from creditflow.store.tables import CUSTOMER, FIGURES, HAND_IN, RATE, STATEMENT
from creditflow.store.transaction import (
    Transaction,
    money_or_none,
    origin_of,
    origin_parts,
    parts,
)


class SqlCustomers:
    """Customer master data."""

    def __init__(self, transaction: Transaction, granted: SqlGranted) -> None:
        self._transaction = transaction
        self._granted = granted

    def get(self, customer: CustomerId) -> Customer:
        """The customer; raises NotFound."""
        query = sa.select(CUSTOMER).where(CUSTOMER.c.id == customer)
        missing = say("There is no customer {customer}.", customer=customer)
        return customer_of(self._transaction.needed(query, missing))

    def known(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that exist."""
        found = self._transaction.chosen(sa.select(CUSTOMER.c.id), CUSTOMER.c.id, ids)
        return {row.id for row in found}

    def put_all(self, customers: Sequence[Customer]) -> None:
        """Add customers, or replace what was known of them."""
        self._transaction.put(CUSTOMER, [_customer_row(customer) for customer in customers])
        self._granted.touched(customer.id for customer in customers)

    def ids(self) -> list[CustomerId]:
        """All customers, by id."""
        query = sa.select(CUSTOMER.c.id)
        return sorted(CustomerId(row.id) for row in self._transaction.rows(query))

    def currencies(self) -> set[str]:
        """The currencies that customers have."""
        rows = self._transaction.rows(sa.select(CUSTOMER.c.currency).distinct())
        return {row.currency for row in rows}


class SqlStatements:
    """Financial statements."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(self, customer: CustomerId) -> list[Statement]:
        """One customer's statements, latest period first."""
        query = (
            sa.select(STATEMENT)
            .where(STATEMENT.c.customer_id == customer)
            .order_by(STATEMENT.c.period_end.desc(), STATEMENT.c.source)
        )
        return [_statement(row) for row in self._transaction.rows(query)]

    def put_all(self, statements: Sequence[Statement]) -> None:
        """Add statements, or replace the one of the same customer, period and source."""
        self._transaction.put(STATEMENT, [_statement_row(statement) for statement in statements])


class SqlRates:
    """Exchange rates."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def all(self) -> Rates:
        """All rates known."""
        return Rates(_rate(row) for row in self._transaction.rows(sa.select(RATE)))

    def add(self, rates: Sequence[Rate]) -> list[Rate]:
        """Keep those whose currency and day are not known; of the others, those that stand."""
        first = min((rate.on for rate in rates), default=date.max)
        query = sa.select(RATE).where(RATE.c.on_day >= first)
        given = {(rate.currency, rate.on) for rate in rates}
        found = (_rate(row) for row in self._transaction.rows(query))
        standing = {(r.currency, r.on): r for r in found if (r.currency, r.on) in given}
        new = [rate for rate in rates if (rate.currency, rate.on) not in standing]
        if self._transaction.insert_new(RATE, [_rate_row(rate) for rate in new]) < len(new):
            # Somebody else kept one of them in the very moment: that one stands.
            raise Unavailable(say("Rates are being kept by somebody else. Try again."))
        return list(standing.values())

    def put_all(self, rates: Sequence[Rate]) -> None:
        """Add rates, or replace the one of the same currency and day, as a correction does."""
        self._transaction.put(RATE, [_rate_row(rate) for rate in rates])


class SqlHandIns:
    """Files that were handed in."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of_file(self, file_hash: str) -> HandInRecord | None:
        """The first hand-in of a file with these bytes, if it was handed in before."""
        query = (
            sa.select(HAND_IN)
            .where(HAND_IN.c.file_hash == file_hash)
            .order_by(HAND_IN.c.made_at, HAND_IN.c.id)
        )
        row = self._transaction.row(query)
        return None if row is None else _hand_in(row)

    def get(self, hand_in: str) -> HandInRecord:
        """One hand-in; raises NotFound."""
        query = sa.select(HAND_IN).where(HAND_IN.c.id == hand_in)
        missing = say("There is no hand-in {hand_in}.", hand_in=hand_in)
        return _hand_in(self._transaction.needed(query, missing))

    def put(self, record: HandInRecord) -> None:
        """Keep a record."""
        row = {
            "id": record.id,
            "file_hash": record.file_hash,
            "file_name": record.file_name,
            "source": record.source,
            "made_by": record.by,
            "made_at": record.at,
            "rows_read": record.rows_read,
            "rows_kept": record.rows_kept,
            "rows_known": record.rows_known,
            "rows_rejected": record.rows_rejected,
            "rejects": record.rejects,
        }
        self._transaction.put(HAND_IN, [row])


def customer_of(row: sa.Row[Any]) -> Customer:
    """The customer that the row keeps."""
    return Customer(
        id=CustomerId(row.id),
        name=row.name,
        currency=row.currency,
        country=row.country,
        language=row.language,
        name_en=row.name_en,
        email=row.email,
        sector=row.sector,
        region=row.region,
        legal_entity=row.legal_entity,
        group=row.group_id,
        group_name=row.group_name,
        onboarded_on=row.onboarded_on,
        terms_days=row.terms_days,
        registration_no=row.registration_no,
        requested_limit=money_or_none(row.requested_minor, row.requested_currency),
        owner=row.owner,
        origin=origin_of(row),
        letters_by=LetterWay(row.letters_by),
    )


def _customer_row(customer: Customer) -> dict[str, object]:
    return {
        "id": customer.id,
        "name": customer.name,
        "currency": customer.currency,
        "country": customer.country,
        "language": customer.language,
        "name_en": customer.name_en,
        "email": customer.email,
        "sector": customer.sector,
        "region": customer.region,
        "legal_entity": customer.legal_entity,
        "group_id": customer.group,
        "group_name": customer.group_name,
        "onboarded_on": customer.onboarded_on,
        "terms_days": customer.terms_days,
        "registration_no": customer.registration_no,
        "owner": customer.owner,
        "letters_by": customer.letters_by.value,
        **parts("requested", customer.requested_limit),
        **origin_parts(customer.origin),
    }


def _statement(row: sa.Row[Any]) -> Statement:
    figures = {name: money_or_none(getattr(row, f"{name}_minor"), row.currency) for name in FIGURES}
    return Statement(
        customer=CustomerId(row.customer_id),
        period_end=row.period_end,
        months=row.months,
        currency=row.currency,
        audited=row.audited,
        source=row.source,
        origin=origin_of(row),
        **figures,
    )


def _statement_row(statement: Statement) -> dict[str, object]:
    row: dict[str, object] = {
        "customer_id": statement.customer,
        "period_end": statement.period_end,
        "source": statement.source,
        "months": statement.months,
        "currency": statement.currency,
        "audited": statement.audited,
        **origin_parts(statement.origin),
    }
    for name in FIGURES:
        figure: Money | None = getattr(statement, name)
        if figure is not None and figure.currency != statement.currency:
            raise ValueError(f"{name} is in {figure.currency}, the rest in {statement.currency}")
        row[f"{name}_minor"] = None if figure is None else figure.minor
    return row


def _hand_in(row: sa.Row[Any]) -> HandInRecord:
    return HandInRecord(
        id=row.id,
        file_hash=row.file_hash,
        file_name=row.file_name,
        source=row.source,
        by=row.made_by,
        at=row.made_at,
        rows_read=row.rows_read,
        rows_kept=row.rows_kept,
        rows_known=row.rows_known,
        rows_rejected=row.rows_rejected,
        rejects=row.rejects,
    )


def _rate(row: sa.Row[Any]) -> Rate:
    return Rate(row.currency, row.on_day, Decimal(row.per_pivot), row.source)


def _rate_row(rate: Rate) -> dict[str, object]:
    return {
        "currency": rate.currency,
        "on_day": rate.on,
        "per_pivot": str(rate.per_pivot),
        "source": rate.source,
    }
