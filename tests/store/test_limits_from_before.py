"""Limits from before they were recorded for ever come out the same on both databases."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from creditflow.domain.customer import CustomerId
from tests.store.kept_schemas import opened_postgres, opened_sqlite

BEFORE = "0011"
COLUMNS = "customer_id, version, state, amount_minor, amount_currency, from_day, until_day, case_id"
CUT = (
    # An entry of before was cut where a later one began; one had no case, one a case unknown.
    *(f"DROP TRIGGER credit_limit_no_{event}" for event in ("update", "delete")),
    "UPDATE credit_limit SET until_day = '2026-12-01' WHERE customer_id = 'C00004'",
    "UPDATE credit_limit SET until_day = '2026-05-04' WHERE customer_id = 'C00001'",
    (f"INSERT INTO credit_limit ({COLUMNS}) VALUES"
    " ('C00004', 2, 'zero', NULL, NULL, '2026-12-01', NULL, 'CASE-GONE'),"
    " ('C00001', 2, 'amount', 5, 'CNY', '2026-05-04', '2026-06-01', NULL)"),
)  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request, tmp_path):
    """Opens the old database with its cut limits on one of both."""
    if request.param == "sqlite":
        return lambda: opened_sqlite(BEFORE, tmp_path, CUT)
    server = request.getfixturevalue("postgres")
    return lambda: opened_postgres(BEFORE, server, tmp_path, CUT)


def test_they_get_back_the_end_and_the_moment_that_they_were_recorded_with(opened):
    opening = datetime(2026, 11, 25, 5, 17, 17, 468257, UTC)
    applied = datetime(2026, 11, 25, 5, 17, 17, 871015, UTC)
    with opened() as database:
        database.migrate()
        with database.reading() as work:
            kept = {c: work.limits.history(CustomerId(c)) for c in ("C00001", "C00004", "C00008")}
        told = {c: [(x.version, x.until, x.recorded_at) for x in kept[c]] for c in kept}
        assert told["C00001"] == [(1, None, opening), (2, None, opening)]
        assert told["C00004"] == [
            (1, date(2027, 11, 25), applied),
            (2, None, datetime(2026, 12, 1, tzinfo=UTC)),
        ]
        assert [x.until for x in kept["C00008"]] == [date(2027, 5, 25)]
        assert {x.review_on for history in kept.values() for x in history} == {None}


@pytest.mark.parametrize(
    "change", ["UPDATE credit_limit SET state = 'zero'", "DELETE FROM credit_limit"]
)
def test_afterwards_they_are_guarded_again(opened, change):
    with opened() as database:
        database.migrate()
        with (
            pytest.raises(sa.exc.DBAPIError, match="record"),
            database._writers.begin() as connection,
        ):
            connection.exec_driver_sql(change)


def test_before_it_neither_database_has_what_is_given_back(opened):
    """Negative control: the old rows are cut, and do not say when they were recorded."""
    with opened() as database, database._writers.connect() as connection:
        columns = {c["name"] for c in sa.inspect(connection).get_columns("credit_limit")}
        assert not columns & {"recorded_at", "review_on"}
        cut = connection.exec_driver_sql(
            "SELECT until_day FROM credit_limit WHERE customer_id = 'C00004' AND version = 1"
        ).scalar_one()
        assert str(cut) == "2026-12-01"
