"""Observations in SQL: every word is kept, the later one under the same key counts."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from creditflow.domain.customer import Customer
from creditflow.domain.observation import About, Key, Observation
from creditflow.store.tables import OBSERVATION
from creditflow.store.transaction import Transaction, origin_of, origin_parts


class SqlObservations:
    """What others have observed; append-only."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(self, customer: Customer) -> list[Observation]:
        """What was said of the customer, of its sector and of its country, by key."""
        subjects = [s for s in (customer.id, customer.sector, customer.country) if s]
        query = sa.select(OBSERVATION).order_by(OBSERVATION.c.id)
        rows = self._transaction.chosen(query, OBSERVATION.c.subject, subjects)
        found = _latest(row for row in rows if _observation(row).concerns(customer))
        return [found[key] for key in sorted(found)]

    def latest(self, subjects: Collection[str]) -> dict[Key, Observation]:
        """The latest word under each key about these subjects."""
        query = sa.select(OBSERVATION).order_by(OBSERVATION.c.id)
        return _latest(self._transaction.chosen(query, OBSERVATION.c.subject, subjects))

    def add(self, observations: Sequence[Observation]) -> None:
        """Keep them; what was said before under the same key stays, and counts no longer."""
        self._transaction.insert(OBSERVATION, [_row(observation) for observation in observations])


def _latest(rows: Iterable[sa.Row[Any]]) -> dict[Key, Observation]:
    observations = (_observation(row) for row in sorted(rows, key=lambda row: int(row.id)))
    return {observation.key: observation for observation in observations}


def _observation(row: sa.Row[Any]) -> Observation:
    return Observation(
        about=About(row.about),
        subject=row.subject,
        what=row.what,
        on=row.on_day,
        value=row.value,
        provider=row.provider,
        scale=row.scale,
        valid_until=row.valid_until,
        source=row.source,
        origin=origin_of(row),
    )


def _row(observation: Observation) -> dict[str, object]:
    of_customer = observation.about is About.CUSTOMER
    return {
        "about": observation.about.value,
        "subject": observation.subject,
        "customer_id": observation.subject if of_customer else None,
        "what": observation.what,
        "on_day": observation.on,
        "value": observation.value,
        "provider": observation.provider,
        "scale": observation.scale,
        "valid_until": observation.valid_until,
        "source": observation.source,
        **origin_parts(observation.origin),
    }
