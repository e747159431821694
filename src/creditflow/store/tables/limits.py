"""Rows of credit on top of the base limit, that each has ended, and what limits come to."""

from datetime import date, datetime

import sqlalchemy as sa

from creditflow.store.tables.base import (
    Row,
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


class AddedLimitRow(Row, table=True):
    """An entry of a temporary or a project limit; the highest version counts."""

    __tablename__ = "added_limit"
    __table_args__ = args(
        *bounds("amount"),
        sa.Index(None, "customer_id"),
        sa.Index(None, "until_day"),
        refers("customer_id", "customer.id"),
    )
    id: str = word(key=True)
    version: int = whole(key=True)
    customer_id: str = word()
    kind: str = word()
    amount_minor: int = whole()
    amount_currency: str = code()
    from_day: date = day()
    until_day: date = day()
    reason: str = word()
    project: str = word()
    consumption: str | None = word()
    terms_days: int | None = whole()
    case_id: str | None = word()
    recorded_at: datetime = instant()
    recorded_by: str = word()


class LimitEndingRow(Row, table=True):
    """That the end of an added limit was seen to, once."""

    __tablename__ = "limit_ending"
    __table_args__ = args()
    limit_id: str = word(key=True)
    ended_on: date = day()
    recorded_at: datetime = instant()


class CountedLimitRow(Row, table=True):
    """What counts of a customer's latest limit, where its part of the sums is; follows from others.

    A limit without an end ends on the last day there is.
    """

    __tablename__ = "counted_limit"
    __table_args__ = args(refers("customer_id", "customer.id"))
    customer_id: str = word(key=True)
    sector: str | None = word()
    country: str = word()
    region: str | None = word()
    currency: str = code()
    until_day: date = day()
    minor: int = whole()
    unbound: int = whole()


class LimitSumRow(Row, table=True):
    """What the limits of a sector, a country, a region or all come to; follows from other rows."""

    __tablename__ = "limit_sum"
    __table_args__ = args()
    scope: str = word(key=True)
    part: str = word(key=True)
    currency: str = code(key=True)
    until_day: date = day(key=True)
    minor: int = whole()
    unbound: int = whole()


ADDED_LIMIT = table(AddedLimitRow)
LIMIT_ENDING = table(LimitEndingRow)
COUNTED_LIMIT = table(CountedLimitRow)
LIMIT_SUM = table(LimitSumRow)
