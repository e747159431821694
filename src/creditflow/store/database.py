"""The database of an installation: transactions that are all or nothing, and its schema.

`work()` is one transaction: kept when its block ends well, gone when it does
not. `run()` is the same around a function, done again as a whole where others
were in the way; the function must therefore do nothing outside the database.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from creditflow.domain.policy import Policy
from creditflow.domain.sentences import say
from creditflow.store import migrations
from creditflow.store.engine import (
    BUSY_TIMEOUT_MS,
    Busy,
    is_busy,
    is_gone,
    reader_engine,
    writer_engine,
)
from creditflow.store.readings import Readings
from creditflow.store.records import PolicyShelf
from creditflow.store.transaction import Transaction
from creditflow.store.work import SqlWork

T = TypeVar("T")

FIRST_PAUSE = 0.02
LONGEST_PAUSE = 1.0
"""Seconds between two tries of `run`; each is drawn at random below the current bound."""


class Database:
    """One database, SQLite or PostgreSQL.

    `policy_from_json` makes a policy of its published text and version; the
    store itself knows no rules.
    """

    def __init__(
        self,
        url: str,
        *,
        policy_from_json: Callable[[str, int], Policy],
        busy_timeout_ms: int = BUSY_TIMEOUT_MS,
    ) -> None:
        self.url = url
        self._writers = writer_engine(url, busy_timeout_ms=busy_timeout_ms)
        self._readers = reader_engine(url, busy_timeout_ms=busy_timeout_ms)
        self._shelf = PolicyShelf(policy_from_json)

    @contextmanager
    def work(self) -> Iterator[SqlWork]:
        """A transaction that writes: all of it is kept, or nothing.

        Raises Busy (Unavailable) where others were in the way for too long.
        """
        with self._opened(self._writers, writes=True) as transaction:
            yield SqlWork(transaction, self._shelf)

    @contextmanager
    def reading(self) -> Iterator[SqlWork]:
        """One moment's state of everything; whoever writes to it gets a TypeError."""
        with self._opened(self._readers, writes=False) as transaction:
            yield SqlWork(transaction, self._shelf)

    @contextmanager
    def readings(self) -> Iterator[Readings]:
        """What pages and lists show, all of one moment."""
        with self._opened(self._readers, writes=False) as transaction:
            yield Readings(transaction)

    @contextmanager
    def both(self) -> Iterator[tuple[SqlWork, Readings]]:
        """What is kept and what lists show, of the same moment; nothing can be written."""
        with self._opened(self._readers, writes=False) as transaction:
            yield SqlWork(transaction, self._shelf), Readings(transaction)

    def run(self, use_case: Callable[[SqlWork], T], *, attempts: int = 8) -> T:
        """Run the use case in a transaction of its own, again where others were in the way.

        Raises Busy (Unavailable) after so many attempts.
        """
        for attempt in range(1, attempts):
            try:
                with self.work() as work:
                    return use_case(work)
            except Busy as busy:
                if not busy.may_pass:
                    raise
                bound = min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE)
                time.sleep(random.uniform(0, bound))  # noqa: S311 - spreads tries, keeps no secret
        with self.work() as work:
            return use_case(work)

    def migrate(self) -> None:
        """Bring the schema up to date; does nothing where it is."""
        migrations.upgrade(self._writers)

    def schema_is_current(self) -> bool:
        """Whether the schema is the one that this version of creditflow needs."""
        return migrations.is_current(self._readers)

    def close(self) -> None:
        """Close all connections."""
        self._writers.dispose()
        self._readers.dispose()

    @contextmanager
    def _opened(self, engine: Engine, *, writes: bool) -> Iterator[Transaction]:
        try:
            with engine.begin() as connection:
                transaction = Transaction(connection, writes=writes)
                yield transaction
                transaction.finish()
        except sa.exc.TimeoutError as error:
            raise Busy(
                say("Too much is going on at once. Try again in a moment."), may_pass=True
            ) from error
        except sa.exc.DBAPIError as error:
            if is_busy(error):
                raise Busy(
                    say("The database is busy. Try again in a moment."), may_pass=True
                ) from error
            if is_gone(error):
                raise Busy(
                    say("The database does not answer. See whether its server runs."),
                    may_pass=False,
                ) from error
            raise
