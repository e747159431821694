"""What looking back found, in SQL: rows that can be thrown away and found again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from creditflow.domain.customer import CustomerId
from creditflow.domain.grade import Grade
from creditflow.domain.monitoring import Judged
from creditflow.domain.scorecard import Segment
from creditflow.domain.signals import SignalValue
from creditflow.store.encoding import canonical
from creditflow.store.tables import RETROSPECT
from creditflow.store.transaction import Transaction


class SqlRetrospects:
    """What the scorecards of now would have said in the past."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def drop_before(self, at: datetime) -> None:
        """Throw away what was found before that moment."""
        self._transaction.write(sa.delete(RETROSPECT).where(RETROSPECT.c.made_at < at))

    def put_all(self, judged: Sequence[Judged], *, at: datetime) -> None:
        """Keep what was found, in place of the same customer's and day's."""
        self._transaction.put(RETROSPECT, [_row(one, at) for one in judged])

    def all(self) -> list[Judged]:
        """Everything, oldest day first, then by customer."""
        query = sa.select(RETROSPECT).order_by(RETROSPECT.c.on_day, RETROSPECT.c.customer_id)
        return [retrospect(row) for row in self._transaction.rows(query)]


def retrospect(row: sa.Row[Any], *, with_values: bool = True) -> Judged:
    """A row as monitoring knows it, with the values or quicker without."""
    light = Judged(
        customer=CustomerId(row.customer_id),
        on=row.on_day,
        segment=Segment(row.segment),
        scorecard=row.scorecard,
        policy_version=row.policy_version,
        points=Decimal(row.points),
        grade=Grade(row.grade),
        pd=Decimal(row.pd),
    )
    return replace(light, values=_values(row.signals)) if with_values else light


def _row(judged: Judged, at: datetime) -> dict[str, object]:
    signals = {name: _packed(value) for name, value in judged.values.items()}
    return {
        "on_day": judged.on,
        "customer_id": judged.customer,
        "segment": judged.segment.value,
        "scorecard": judged.scorecard,
        "policy_version": judged.policy_version,
        "points": str(judged.points),
        "grade": judged.grade.value,
        "pd": str(judged.pd),
        "signals": canonical(signals),
        "made_at": at,
    }


def _packed(value: SignalValue) -> str | list[str] | None:
    """A word as it is, a number as text in a list."""
    return [str(value)] if isinstance(value, Decimal) else value


def _values(text: str) -> Mapping[str, SignalValue]:
    return MappingProxyType(
        {
            name: Decimal(value[0]) if isinstance(value, list) else value
            for name, value in json.loads(text).items()
        }
    )
