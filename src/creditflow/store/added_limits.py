"""Temporary and project limits in SQL; entries are only added, and each end is kept once."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from creditflow.domain.added_limits import AddedKind, AddedLimit, Consumption, ensure_follows
from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Conflict
from creditflow.domain.money import Money
from creditflow.domain.sentences import say
from creditflow.store.tables import ADDED_LIMIT, LIMIT_ENDING
from creditflow.store.transaction import Transaction, parts


class SqlAddedLimits:
    """Credit on top of base limits."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, limit: str) -> AddedLimit:
        """The entry that counts of one; raises NotFound."""
        query = sa.select(ADDED_LIMIT).where(ADDED_LIMIT.c.id == limit)
        missing = say("There is no limit {limit}.", limit=limit)
        latest = query.order_by(ADDED_LIMIT.c.version.desc()).limit(1)
        return added_of(self._transaction.needed(latest, missing))

    def of(self, customer: CustomerId) -> list[AddedLimit]:
        """All entries of the customer's, in the order in which they were recorded."""
        query = sa.select(ADDED_LIMIT).where(ADDED_LIMIT.c.customer_id == customer)
        order = (ADDED_LIMIT.c.recorded_at, ADDED_LIMIT.c.id, ADDED_LIMIT.c.version)
        return [added_of(row) for row in self._transaction.rows(query.order_by(*order))]

    def over(self, on: date) -> list[AddedLimit]:
        """Those that count no more on that day and whose end nobody has seen to, by end and id."""
        later = ADDED_LIMIT.alias()
        newer = sa.exists().where(
            later.c.id == ADDED_LIMIT.c.id, later.c.version > ADDED_LIMIT.c.version
        )
        seen_to = sa.exists().where(LIMIT_ENDING.c.limit_id == ADDED_LIMIT.c.id)
        query = sa.select(ADDED_LIMIT).where(ADDED_LIMIT.c.until_day <= on, ~newer, ~seen_to)
        order = (ADDED_LIMIT.c.until_day, ADDED_LIMIT.c.id)
        return [added_of(row) for row in self._transaction.rows(query.order_by(*order))]

    def add(self, limit: AddedLimit, *, replacing: int) -> None:
        """Compare and swap: add the entry behind version `replacing` (0 for the first).

        Raises Conflict where the highest version is another one or where its
        end was seen to, and ValueError for an entry that cannot follow.
        """
        query = sa.select(ADDED_LIMIT).where(ADDED_LIMIT.c.id == limit.id)
        row = self._transaction.row(query.order_by(ADDED_LIMIT.c.version.desc()).limit(1))
        before = None if row is None else added_of(row)
        ensure_follows(limit, before, replacing)
        there = 0 if before is None else before.version
        ended = self._transaction.row(
            sa.select(LIMIT_ENDING.c.limit_id).where(LIMIT_ENDING.c.limit_id == limit.id)
        )
        if (
            ended
            or there != replacing
            or not self._transaction.insert_new(ADDED_LIMIT, [_row(limit)])
        ):
            raise Conflict(say("Limit {limit} has changed meanwhile. Reload it.", limit=limit.id))

    def end(self, limit: str, *, on: date, at: datetime) -> bool:
        """Keep that its end on that day was seen to; False where somebody else has."""
        row = {"limit_id": limit, "ended_on": on, "recorded_at": at}
        return bool(self._transaction.insert_new(LIMIT_ENDING, [row]))


def added_of(row: sa.Row[Any]) -> AddedLimit:
    """An entry out of its row."""
    return AddedLimit(
        id=row.id,
        version=row.version,
        customer=CustomerId(row.customer_id),
        kind=AddedKind(row.kind),
        amount=Money(row.amount_minor, row.amount_currency),
        from_=row.from_day,
        until=row.until_day,
        reason=row.reason,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        project=row.project,
        consumption=None if row.consumption is None else Consumption(row.consumption),
        terms_days=row.terms_days,
        case_id=row.case_id,
    )


def _row(limit: AddedLimit) -> dict[str, object]:
    return {
        "id": limit.id,
        "version": limit.version,
        "customer_id": limit.customer,
        "kind": limit.kind.value,
        **parts("amount", limit.amount),
        "from_day": limit.from_,
        "until_day": limit.until,
        "reason": limit.reason,
        "project": limit.project,
        "consumption": None if limit.consumption is None else limit.consumption.value,
        "terms_days": limit.terms_days,
        "case_id": limit.case_id,
        "recorded_at": limit.recorded_at,
        "recorded_by": limit.recorded_by,
    }
