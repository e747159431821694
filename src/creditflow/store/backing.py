"""Covers and guarantees in SQL: every word is kept, the later one under the same key counts."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from creditflow.domain.covers import Cover, Guarantee, GuaranteeKind, Held, in_order
from creditflow.domain.customer import CustomerId
from creditflow.domain.money import Money
from creditflow.store.tables import COVER, GUARANTEE
from creditflow.store.transaction import Transaction, origin_of, origin_parts, parts


class SqlBackings:
    """Covers and guarantees; append-only."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(self, customer: CustomerId, *, before: datetime | None = None) -> Held:
        """What is known of one customer, or what was recorded before that moment."""
        found = []
        for table in (COVER, GUARANTEE):
            query = sa.select(table).where(table.c.customer_id == customer).order_by(table.c.id)
            if before is not None:
                query = query.where(table.c.recorded_at < before)
            found.append(self._transaction.rows(query))
        return Held(in_order(map(_cover, found[0])), in_order(map(_guarantee, found[1])))

    def all(self, customers: Collection[str] | None = None) -> Mapping[CustomerId, Held]:
        """What is known of everybody of whom something is, or of those among these customers."""
        covers: dict[str, list[Cover]] = defaultdict(list)
        guarantees: dict[str, list[Guarantee]] = defaultdict(list)
        for row in self._rows(COVER, customers):
            covers[row.customer_id].append(_cover(row))
        for row in self._rows(GUARANTEE, customers):
            guarantees[row.customer_id].append(_guarantee(row))
        return {
            CustomerId(name): Held(
                in_order(covers.get(name, ())), in_order(guarantees.get(name, ()))
            )
            for name in sorted({*covers, *guarantees})
        }

    def _rows(self, table: sa.Table, customers: Collection[str] | None) -> list[sa.Row[Any]]:
        query = sa.select(table).order_by(table.c.id)
        if customers is None:
            return list(self._transaction.rows(query))
        found = self._transaction.chosen(query, table.c.customer_id, list(customers))
        return sorted(found, key=lambda row: int(row.id))

    def add(
        self, *, covers: Sequence[Cover] = (), guarantees: Sequence[Guarantee] = (), at: datetime
    ) -> None:
        """Keep them as recorded at that moment; earlier words under the same key stay."""
        self._transaction.insert(COVER, [_cover_row(cover, at) for cover in covers])
        self._transaction.insert(GUARANTEE, [_guarantee_row(one, at) for one in guarantees])


def _cover(row: sa.Row[Any]) -> Cover:
    return Cover(
        customer=CustomerId(row.customer_id),
        insurer=row.insurer,
        number=row.number,
        amount=Money(row.amount_minor, row.amount_currency),
        insured_percent=Decimal(row.insured_percent),
        from_=row.from_day,
        until=row.until_day,
        source=row.source,
        origin=origin_of(row),
    )


def _guarantee(row: sa.Row[Any]) -> Guarantee:
    return Guarantee(
        customer=CustomerId(row.customer_id),
        kind=GuaranteeKind(row.kind),
        guarantor=row.guarantor,
        number=row.number,
        amount=Money(row.amount_minor, row.amount_currency),
        from_=row.from_day,
        until=row.until_day,
        source=row.source,
        origin=origin_of(row),
    )


def _cover_row(cover: Cover, at: datetime) -> dict[str, object]:
    return {
        "customer_id": cover.customer,
        "insurer": cover.insurer,
        "number": cover.number,
        **parts("amount", cover.amount),
        "insured_percent": str(cover.insured_percent),
        "from_day": cover.from_,
        "until_day": cover.until,
        "source": cover.source,
        "recorded_at": at,
        **origin_parts(cover.origin),
    }


def _guarantee_row(one: Guarantee, at: datetime) -> dict[str, object]:
    return {
        "customer_id": one.customer,
        "kind": one.kind.value,
        "guarantor": one.guarantor,
        "number": one.number,
        **parts("amount", one.amount),
        "from_day": one.from_,
        "until_day": one.until,
        "source": one.source,
        "recorded_at": at,
        **origin_parts(one.origin),
    }
