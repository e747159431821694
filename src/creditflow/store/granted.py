"""What limits come to together, in SQL: one aggregate over the current entries."""

from collections.abc import Collection
from datetime import date
from typing import Any

import sqlalchemy as sa

from creditflow.domain.caps import Granted
from creditflow.domain.limits import LimitState
from creditflow.domain.scope import Scope
from creditflow.store.tables import CUSTOMER, JOURNAL_HEAD, LIMIT
from creditflow.store.transaction import Transaction

_COLUMNS = {
    Scope.SECTOR: CUSTOMER.c.sector,
    Scope.COUNTRY: CUSTOMER.c.country,
    Scope.REGION: CUSTOMER.c.region,
}


def granted(
    transaction: Transaction,
    parts: Collection[tuple[Scope, str]],
    *,
    on: date,
    alone: bool = False,
) -> list[Granted]:
    """What the current limits of everybody in any of these parts come to on that day.

    With `alone` the head of the journal is held: whoever applies a limit needs
    it at the end, so two raises never see the same room.
    """
    if not parts:
        return []
    if alone:
        transaction.locked(sa.select(JOURNAL_HEAD))
    return [
        Granted(
            sector=row.sector,
            country=row.country,
            region=row.region,
            currency=row.currency,
            minor=int(row.minor),
            unbound=int(row.unbound),
        )
        for row in transaction.rows(_query(parts, on))
    ]


def _query(parts: Collection[tuple[Scope, str]], on: date) -> sa.Select[Any]:
    """Sums over current entries that have not ended, by sector, country, region and currency."""
    current = (
        sa.select(LIMIT.c.customer_id, sa.func.max(LIMIT.c.version).label("version"))
        .group_by(LIMIT.c.customer_id)
        .subquery()
    )
    # A limit without a bound has no currency of its own.
    currency = sa.func.coalesce(LIMIT.c.amount_currency, CUSTOMER.c.currency)
    group = (CUSTOMER.c.sector, CUSTOMER.c.country, CUSTOMER.c.region, currency)
    unbound = sa.case((LIMIT.c.state == LimitState.UNLIMITED.value, 1), else_=0)
    return (
        sa.select(
            *group[:3],
            currency.label("currency"),
            sa.func.coalesce(sa.func.sum(LIMIT.c.amount_minor), 0).label("minor"),
            sa.func.sum(unbound).label("unbound"),
        )
        .join(CUSTOMER, CUSTOMER.c.id == LIMIT.c.customer_id)
        .join(
            current,
            sa.and_(
                current.c.customer_id == LIMIT.c.customer_id,
                current.c.version == LIMIT.c.version,
            ),
        )
        .where(
            LIMIT.c.state.in_([LimitState.AMOUNT.value, LimitState.UNLIMITED.value]),
            sa.or_(LIMIT.c.until_day.is_(None), LIMIT.c.until_day > on),
            *_inside(parts),
        )
        .group_by(*group)
    )


def _inside(parts: Collection[tuple[Scope, str]]) -> list[sa.ColumnElement[bool]]:
    """The condition on customers; none where everybody counts."""
    if any(scope is Scope.BOOK for scope, _ in parts):
        return []
    wanted = {
        column: sorted(part for scope, part in parts if scope is of)
        for of, column in _COLUMNS.items()
    }
    return [sa.or_(*(column.in_(words) for column, words in wanted.items() if words))]
