"""Rows of what stands behind the debts of customers: covers and guarantees; append-only."""

from datetime import date, datetime

import sqlalchemy as sa

from creditflow.store.tables.base import (
    args,
    bounds,
    code,
    day,
    instant,
    refers,
    table,
    whole,
    word,
)
from creditflow.store.tables.facts import Sourced


class CoverRow(Sourced, table=True):
    """An insurer's limit on a customer; the last row under a key counts."""

    __tablename__ = "cover"
    __table_args__ = args(
        *bounds("amount"), sa.Index(None, "customer_id"), refers("customer_id", "customer.id")
    )
    id: int | None = whole(key=True)
    customer_id: str = word()
    insurer: str = word()
    number: str = word()
    amount_minor: int = whole()
    amount_currency: str = code()
    insured_percent: str = word()
    from_day: date = day()
    until_day: date | None = day()
    source: str = word()
    recorded_at: datetime = instant()


class GuaranteeRow(Sourced, table=True):
    """What secures a customer's debts; the last row under a key counts."""

    __tablename__ = "guarantee"
    __table_args__ = args(
        *bounds("amount"), sa.Index(None, "customer_id"), refers("customer_id", "customer.id")
    )
    id: int | None = whole(key=True)
    customer_id: str = word()
    kind: str = word()
    guarantor: str = word()
    number: str = word()
    amount_minor: int = whole()
    amount_currency: str = code()
    from_day: date = day()
    until_day: date | None = day()
    source: str = word()
    recorded_at: datetime = instant()


COVER = table(CoverRow)
GUARANTEE = table(GuaranteeRow)
