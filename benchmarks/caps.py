"""What it costs to know what all limits under a policy's caps come to, and to keep it known.

    python -m benchmarks.caps [--customers 100000] [--rounds 200]

Generated customers with two entries each in their limit history, in three currencies,
twelve sectors, nine countries and eight sales regions, in SQLite on this machine's disk.
Asked is what one proposal asks for, its sector, its country, its region and the
whole book, as the kept sums answer and as adding up all current entries anew
would: both have to come to the same. Then raises come into force one by one,
each in a transaction of its own, with the sums kept as they always are and
without. All figures are CPU milliseconds of this process, medians; the last
line is JSON with them.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.limits import Limit
from creditflow.domain.money import Money
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.scope import Scope
from creditflow.store.database import Database
from creditflow.store.granted import SqlGranted
from creditflow.store.records import _limit_row
from creditflow.store.tables import LIMIT
from creditflow.store.work import SqlWork
from tests.databases import sqlite_database
from tests.makers import TODAY, a_customer, a_limit

CURRENCIES = ("CNY", "EUR", "USD")
COUNTRIES = ("CN", "DE", "US", "FR", "IT", "JP", "KR", "VN", "NL")
PARTS = (
    (Scope.SECTOR, "sector 7"),
    (Scope.COUNTRY, "CN"),
    (Scope.REGION, "region 3"),
    (Scope.BOOK, ""),
)
BATCH = 20_000
FEW = 20
"""How often all entries are added up anew."""

ANEW = """
WITH now AS (
  SELECT l.*, c.sector, c.country, c.region, COALESCE(l.amount_currency, c.currency) AS code
  FROM credit_limit AS l JOIN customer AS c ON c.id = l.customer_id
  JOIN (SELECT customer_id, MAX(version) AS version FROM credit_limit GROUP BY customer_id) AS x
    ON x.customer_id = l.customer_id AND x.version = l.version
  WHERE l.state IN ('amount', 'unlimited') AND (l.until_day IS NULL OR l.until_day > :on)
)
SELECT sector, country, region, code, SUM(amount_minor) AS minor
FROM now GROUP BY sector, country, region, code
"""


def customer(number: int) -> Customer:
    return a_customer(
        f"C{number:06}",
        sector=f"sector {number % 12}",
        country=COUNTRIES[number % 9],
        region=f"region {number % 8}",
        currency=CURRENCIES[number % 3],
    )


def limit(number: int, version: int) -> Limit:
    """Its first limit, or the one a year later; ends are spread over a year."""
    until = date(2026, 3, 3) + timedelta(days=number % 365)
    return a_limit(
        Money(1_000_000 * version + number, CURRENCIES[number % 3]),
        version=version,
        customer=CustomerId(f"C{number:06}"),
        until=until,
    )


def fill(database: Database, customers: int) -> None:
    for start in range(0, customers, BATCH):
        numbers = range(start, min(start + BATCH, customers))
        with database.work() as work:
            work.customers.put_all([customer(n) for n in numbers])
            rows = [_limit_row(limit(n, version)) for version in (1, 2) for n in numbers]
            work.limits._transaction.insert(LIMIT, rows)


def kept(work: SqlWork) -> dict[tuple[Scope, str, str], int]:
    """What the sums say, by part and currency."""
    found = work.limits.granted(PARTS, on=TODAY)
    return {(row.scope, row.part, row.currency): row.minor for row in found}


def anew(work: SqlWork) -> dict[tuple[Scope, str, str], int]:
    """The same from the limits themselves."""
    sums: dict[tuple[Scope, str, str], int] = {}
    query = sa.text(ANEW).bindparams(on=TODAY.isoformat())
    for row in work.limits._transaction._connection.execute(query):
        of = {Scope.SECTOR: row.sector, Scope.COUNTRY: row.country, Scope.REGION: row.region,
              Scope.BOOK: ""}  # fmt: skip
        for scope, part in PARTS:
            if of[scope] == part:
                key = (scope, part, row.code)
                sums[key] = sums.get(key, 0) + row.minor
    return sums


def milliseconds(act: Callable[[], Any], rounds: int) -> float:
    spent = []
    for _ in range(rounds):
        began = time.process_time()
        act()
        spent.append((time.process_time() - began) * 1000)
    return round(statistics.median(spent), 2)


def raising(database: Database, first: int) -> Callable[[], None]:
    """One more raise with each call."""
    numbers = iter(range(first, 10**9))

    def raise_() -> None:
        number = next(numbers)
        with database.work() as work:
            now = work.limits.current(CustomerId(f"C{number:06}"))
            assert now is not None
            assert now.amount is not None
            more = Money(now.amount.minor + 1, now.amount.currency)
            work.limits.granted(PARTS, on=TODAY, alone=True)
            work.limits.add(replace(now, version=3, amount=more), replacing=2)

    return raise_


def main() -> None:
    """Fill a database, ask it and raise limits in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    asked = parser.parse_args()
    figures: dict[str, float] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        sqlite_database(Path(folder), policy_from_json=policy_from_json) as database,
    ):
        fill(database, asked.customers)
        with database.reading() as work:
            if kept(work) != anew(work):
                raise SystemExit("what is kept and what limits come to differ")
            figures["kept sums"] = milliseconds(lambda: kept(work), asked.rounds)
            figures["added up anew"] = milliseconds(lambda: anew(work), min(FEW, asked.rounds))
        figures["a raise"] = milliseconds(raising(database, 0), asked.rounds)
        with database.reading() as work:
            if kept(work) != anew(work):
                raise SystemExit("after raises, what is kept and what limits come to differ")
        with patch.object(SqlGranted, "touched", lambda *_: None):
            figures["a raise, sums not kept"] = milliseconds(
                raising(database, asked.rounds), asked.rounds
            )
    for name, spent in figures.items():
        print(f"{name:<24} {spent:>8.2f} ms")
    print(json.dumps({"benchmark": "caps", "customers": asked.customers, "cpu_ms": figures}))


if __name__ == "__main__":
    main()
