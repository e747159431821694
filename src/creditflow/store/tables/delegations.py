"""Rows of delegations: who stands in for whom, from when until when."""

from datetime import date, datetime

import sqlalchemy as sa

from creditflow.store.tables.base import (
    Row,
    args,
    bounds,
    code,
    day,
    instant,
    table,
    whole,
    whole_or_none,
    word,
)


class DelegationRow(Row, table=True):
    """A delegation; only its end may come sooner."""

    __tablename__ = "delegation"
    __table_args__ = args(sa.Index(None, "delegate"), *bounds("ceiling"), *whole_or_none("ceiling"))
    id: str = word(key=True)
    principal: str = word()
    delegate: str = word()
    from_day: date = day()
    until_day: date = day()
    desks: str = word()
    ceiling_minor: int | None = whole()
    ceiling_currency: str | None = code()
    made_by: str = word()
    made_at: datetime = instant()
    revoked_by: str | None = word()
    revoked_at: datetime | None = instant()


DELEGATION = table(DelegationRow)
