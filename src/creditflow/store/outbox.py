"""Promises, leases, counters and claimed review runs in SQL: each taking is one statement."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from creditflow.domain.errors import NotFound
from creditflow.domain.sentences import say
from creditflow.ports import Promise, PromiseKind
from creditflow.store.encoding import decode_words, encode_words
from creditflow.store.tables import COUNTER, LEASE, PROMISE, REVIEW_RUN
from creditflow.store.transaction import Transaction


class SqlOutbox:
    """Promises of this installation."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, promise: Promise) -> None:
        """Promise; the same key again changes nothing."""
        row = {
            "key": promise.key,
            "kind": promise.kind.value,
            "subject": promise.subject,
            "detail": encode_words(promise.detail),
            "due_at": promise.due_at,
            "attempts": promise.attempts,
        }
        self._transaction.insert_new(PROMISE, [row])

    def claim(
        self, *, owner: str, at: datetime, until: datetime, subject: str | None = None
    ) -> Promise | None:
        """Take one that is due under a lease, the longest due first; None if none is.

        One whose lease ran out is free again. It comes back with this attempt
        counted in `attempts`.
        """
        first = sa.select(PROMISE.c.key).where(
            PROMISE.c.kept_at.is_(None),
            PROMISE.c.due_at <= at,
            sa.or_(PROMISE.c.lease_until.is_(None), PROMISE.c.lease_until <= at),
        )
        if subject is not None:
            first = first.where(PROMISE.c.subject == subject)
        first = first.order_by(PROMISE.c.due_at, PROMISE.c.key).limit(1)
        taken = self._transaction.written(
            sa.update(PROMISE)
            .where(PROMISE.c.key == first.with_for_update(skip_locked=True).scalar_subquery())
            .values(lease_owner=owner, lease_until=until, attempts=PROMISE.c.attempts + 1)
            .returning(*PROMISE.c)
        )
        return None if taken is None else _promise(taken)

    def kept(self, key: str, *, at: datetime) -> None:
        """It was done."""
        self._end_claim(key, kept_at=sa.func.coalesce(PROMISE.c.kept_at, at))

    def again(self, key: str, *, due_at: datetime, problem: str) -> None:
        """It failed this time; try again later."""
        self._end_claim(key, due_at=due_at, problem=problem)

    def waiting(self) -> int:
        """How many are not done."""
        query = sa.select(sa.func.count().label("waiting")).where(PROMISE.c.kept_at.is_(None))
        row = self._transaction.row(query)
        return 0 if row is None else int(row.waiting)

    def _end_claim(self, key: str, **changes: object) -> None:
        own = sa.update(PROMISE).where(PROMISE.c.key == key)
        ended = self._transaction.write(own.values(lease_owner=None, lease_until=None, **changes))
        if ended.rowcount != 1:
            raise NotFound(say("Nothing was promised as {key}.", key=key))


class SqlLeases:
    """Who leads: one holder per name until the lease runs out."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def take(self, name: str, *, owner: str, at: datetime, until: datetime) -> bool:
        """Take or renew the lease; False while somebody else holds it."""
        insert = self._transaction.insert_or(LEASE).values(name=name, owner=owner, until=until)
        taken = insert.on_conflict_do_update(
            index_elements=[LEASE.c.name],
            set_={"owner": insert.excluded.owner, "until": insert.excluded.until},
            where=sa.or_(LEASE.c.owner == owner, LEASE.c.until <= at),
        )
        return self._transaction.write(taken).rowcount == 1


class SqlCounters:
    """Numbers for people to quote."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def next(self, name: str) -> int:
        """The next number, without a gap as far as transactions commit."""
        insert = self._transaction.insert_or(COUNTER).values(name=name, value=1)
        counted = insert.on_conflict_do_update(
            index_elements=[COUNTER.c.name], set_={"value": COUNTER.c.value + 1}
        ).returning(COUNTER.c.value)
        return int(self._transaction.write(counted).scalar_one())


class SqlReviewRuns:
    """Periodic runs that have begun."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def claim_period(self, schedule: str, on: date) -> bool:
        """Take the run of that business date; False where it was taken before."""
        row = {"schedule": schedule, "business_date": on}
        return self._transaction.insert_new(REVIEW_RUN, [row]) == 1


def _promise(row: sa.Row[Any]) -> Promise:
    return Promise(
        key=row.key,
        kind=PromiseKind(row.kind),
        subject=row.subject,
        detail=decode_words(row.detail),
        due_at=row.due_at,
        attempts=row.attempts,
    )
