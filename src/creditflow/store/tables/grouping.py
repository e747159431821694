"""Rows of groups of companies: the tree, who belonged where, shared limits and their changes."""

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


class GroupRow(Row, table=True):
    """A group of companies, under its parent."""

    __tablename__ = "company_group"
    __table_args__ = args(refers("parent_id", "company_group.id"))
    id: str = word(key=True)
    name: str = word()
    name_en: str | None = word()
    parent_id: str | None = word()


class MembershipRow(Row, table=True):
    """An entry of where a customer belongs; the highest version counts."""

    __tablename__ = "membership"
    __table_args__ = args(
        sa.Index(None, "group_id"),
        refers("customer_id", "customer.id"),
        refers("group_id", "company_group.id"),
    )
    customer_id: str = word(key=True)
    version: int = whole(key=True)
    group_id: str | None = word()
    from_day: date = day()
    recorded_at: datetime = instant()
    recorded_by: str = word()


class GroupLimitRow(Row, table=True):
    """An entry of a group's limit history; the highest version is current."""

    __tablename__ = "group_limit"
    __table_args__ = args(*bounds("amount"), refers("group_id", "company_group.id"))
    group_id: str = word(key=True)
    version: int = whole(key=True)
    state: str = word()
    amount_minor: int | None = whole()
    currency: str = code()
    from_day: date = day()
    until_day: date | None = day()
    recorded_at: datetime = instant()
    recorded_by: str = word()
    change_id: str | None = word()


class GroupLimitChangeRow(Row, table=True):
    """A group's limit that one person has proposed and another one has to confirm."""

    __tablename__ = "group_limit_change"
    __table_args__ = args(
        *bounds("amount"),
        sa.Index(None, "state"),
        sa.Index(None, "group_id"),
        refers("group_id", "company_group.id"),
    )
    id: str = word(key=True)
    group_id: str = word()
    limit_state: str = word()
    amount_minor: int | None = whole()
    currency: str = code()
    from_day: date = day()
    until_day: date | None = day()
    based_on: int = whole()
    why: str = word()
    proposed_by: str = word()
    proposed_at: datetime = instant()
    state: str = word()
    decided_by: str | None = word()
    decided_at: datetime | None = instant()
    comment: str = word()


COMPANY_GROUP = table(GroupRow)
MEMBERSHIP = table(MembershipRow)
GROUP_LIMIT = table(GroupLimitRow)
GROUP_LIMIT_CHANGE = table(GroupLimitChangeRow)
