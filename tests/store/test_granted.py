"""Sums of limits are what the limits come to, whatever was done in whichever order, by anybody."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.domain.scope import Scope
from creditflow.store.database import Database
from creditflow.store.granted import SqlGranted
from creditflow.store.tables import COUNTED_LIMIT, LIMIT_SUM
from creditflow.store.work import SqlWork
from tests.databases import sqlite_database
from tests.makers import NOW, TODAY, a_customer, a_limit
from tests.store.test_races import THREADS, all_at_once

PARTS = [
    *((Scope.SECTOR, sector) for sector in ("food", "retail")),
    *((Scope.COUNTRY, country) for country in ("CN", "DE")),
    (Scope.REGION, "East"),
    (Scope.BOOK, ""),
]


def kept(work: SqlWork, on: date) -> Counter[tuple[Scope, str, str, str]]:
    """What the sums say."""
    found = Counter[tuple[Scope, str, str, str]]()
    for row in work.limits.granted(PARTS, on=on):
        found[row.scope, row.part, row.currency, "minor"] += row.minor
        found[row.scope, row.part, row.currency, "unbound"] += row.unbound
    return +found


def by_hand(work: SqlWork, on: date) -> Counter[tuple[Scope, str, str, str]]:
    """The same from everybody's limit, one by one."""
    found = Counter[tuple[Scope, str, str, str]]()
    for id_ in work.customers.ids():
        who, limit = work.customers.get(id_), work.limits.current(id_)
        if limit is None or (limit.until is not None and limit.until <= on):
            continue
        of = {Scope.SECTOR: who.sector, Scope.COUNTRY: who.country, Scope.REGION: who.region,
              Scope.BOOK: ""}  # fmt: skip
        for scope, part in PARTS:
            if of[scope] == part and limit.amount is not None:
                found[scope, part, limit.amount.currency, "minor"] += limit.amount.minor
            if of[scope] == part and limit.state is LimitState.UNLIMITED:
                found[scope, part, who.currency, "unbound"] += 1
    return +found


def a_member(number: int, **changes: object):
    return a_customer(f"C{number}", **{"sector": None, "region": None, **changes})


members = st.builds(
    lambda number, sector, country, region, currency: a_member(
        number, sector=sector, country=country, region=region, currency=currency
    ),
    st.integers(0, 3),
    st.sampled_from([None, "food", "retail"]),
    st.sampled_from(["CN", "DE"]),
    st.sampled_from([None, "East"]),
    st.sampled_from(["CNY", "EUR"]),
)
entries = st.tuples(
    st.integers(0, 3),
    st.sampled_from([None, 0, 1, 700_000, 10**12]),
    st.sampled_from(["CNY", "JPY"]),
    st.sampled_from([None, TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=400)]),
)
deeds = st.lists(st.lists(members | entries, min_size=1, max_size=4), min_size=1, max_size=6)


def do(work: SqlWork, deed) -> None:
    if not isinstance(deed, tuple):
        work.customers.put_all([deed])
        return
    number, minor, currency, until = deed
    before = work.limits.current(a_member(number).id)
    version = 0 if before is None else before.version
    if minor is None:
        entry = Limit(a_member(number).id, version + 1, LimitState.UNLIMITED, None, TODAY, until,
                      recorded_at=NOW)  # fmt: skip
    else:
        amount = Money(minor, currency)
        entry = a_limit(amount, customer=a_member(number).id, version=version + 1, until=until)
        entry = replace(entry, from_=date(2020, 1, 1))
    work.limits.add(replace(entry, from_=date(2020, 1, 1)), replacing=version)


class _Enough(Exception):
    """Undo what the example did."""


@contextmanager
def undone(database: Database) -> Iterator[SqlWork]:
    """A transaction that is not kept."""
    with suppress(_Enough), database.work() as work:
        yield work
        raise _Enough


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    with sqlite_database(tmp_path_factory.mktemp("granted")) as database:
        yield database


@settings(max_examples=60, deadline=None)
@given(deeds=deeds)
def test_sums_are_what_limits_come_to(empty: Database, deeds) -> None:
    with undone(empty) as work:
        work.customers.put_all([a_member(number) for number in range(4)])
        for together in deeds:
            for deed in together:
                do(work, deed)
            for on in (TODAY, TODAY + timedelta(days=30)):
                assert kept(work, on) == by_hand(work, on)


def test_what_is_in_no_sum_any_more_leaves_no_row(empty: Database) -> None:
    with undone(empty) as work:
        work.customers.put_all([a_member(0, sector="food")])
        do(work, (0, 700_000, "CNY", None))
        assert kept(work, TODAY)
        do(work, (0, 0, "CNY", None))
        assert not kept(work, TODAY)
        rows = work.limits._transaction.rows
        assert rows(sa.select(LIMIT_SUM)) == rows(sa.select(COUNTED_LIMIT)) == []


def moved_while_raised(database: Database) -> tuple[Counter, Counter]:
    """Somebody moves a customer to another sector while its limit is being raised: both sums."""
    with database.work() as work:
        work.customers.put_all([a_member(0, sector="food")])
        do(work, (0, 1_000, "CNY", None))

    def move(work: SqlWork) -> None:
        work.customers.put_all([a_member(0, sector="retail")])
        raising = threading.Thread(
            target=database.run, args=(lambda other: do(other, (0, 5_000, "CNY", None)),)
        )
        raising.start()
        raising.join(30)
        assert not raising.is_alive()

    database.run(move)
    with database.reading() as work:
        return kept(work, TODAY), by_hand(work, TODAY)


def test_a_move_and_a_raise_at_the_same_moment_are_both_counted(postgres_emptied) -> None:
    found, expected = moved_while_raised(postgres_emptied)
    assert found == expected
    assert found[Scope.SECTOR, "retail", "CNY", "minor"] == 5_000


def test_a_raise_that_is_not_noted_shows(postgres_emptied, monkeypatch) -> None:
    """The counterpart: sums and limits can differ, and that is seen."""
    monkeypatch.setattr(SqlGranted, "touched", lambda *_: None)
    found, expected = moved_while_raised(postgres_emptied)
    assert not found
    assert expected[Scope.SECTOR, "retail", "CNY", "minor"] == 5_000


def test_many_at_once_leave_sums_that_are_right(sql_database) -> None:
    with sql_database.work() as work:
        work.customers.put_all([a_member(n) for n in range(4)])

    def act(work: SqlWork, number: int) -> None:
        for step in range(3):
            who = (number + step) % 4
            if number % 2:
                work.customers.put_all([a_member(who, sector="food" if step % 2 else "retail")])
        if not number % 2:
            do(work, (number // 2, 1_000 * (number + 1), "CNY", None))

    all_at_once(sql_database, act, count=THREADS)
    with sql_database.reading() as work:
        assert kept(work, TODAY) == by_hand(work, TODAY)
        assert kept(work, TODAY)[Scope.BOOK, "", "CNY", "minor"] == 16_000
