"""The database is opened the way durability needs it, or not at all."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa

from creditflow.domain.errors import Refusal, Unavailable
from creditflow.domain.sentences import say
from creditflow.store.database import Database
from creditflow.store.engine import Busy, UnfitDatabase, refuse_network_filesystem
from tests.databases import sqlite_url, tiny_policy
from tests.makers import a_case, a_customer, an_occasion


def pragma(connection, name):
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def test_sqlite_runs_wal_with_full_synchronous(tmp_path):
    database = Database(sqlite_url(tmp_path), policy_from_json=tiny_policy)
    for engine, reads_only in ((database._writers, 0), (database._readers, 1)):
        with engine.connect() as connection:
            assert pragma(connection, "journal_mode") == "wal"
            assert pragma(connection, "synchronous") == 2
            assert pragma(connection, "foreign_keys") == 1
            assert pragma(connection, "busy_timeout") == 30_000
            assert pragma(connection, "query_only") == reads_only
    database.close()


def test_a_writer_holds_the_database_from_its_beginning(tmp_path):
    database = Database(sqlite_url(tmp_path), policy_from_json=tiny_policy, busy_timeout_ms=50)
    with database.work(), pytest.raises(Busy) as refused, database.work():
        pass
    assert isinstance(refused.value, Unavailable)
    assert refused.value.may_pass
    with database.work() as work:
        work.counters.next("free again")
    database.close()


def test_run_tries_again_as_a_whole_while_others_are_in_the_way(tmp_path):
    database = Database(sqlite_url(tmp_path), policy_from_json=tiny_policy, busy_timeout_ms=1)
    holder = database._writers.connect()
    holder.begin()
    tried = []

    def use_case(work):
        tried.append(work.counters.next("case"))
        if len(tried) < 3:
            raise Busy(say("Somebody else writes."), may_pass=True)
        return tried[-1]

    with pytest.raises(Busy):
        database.run(use_case, attempts=2)
    assert tried == []
    holder.close()
    # What the first two tries counted was undone with them.
    assert database.run(use_case) == 1
    assert tried == [1, 1, 1]
    database.close()


def test_postgresql_runs_durably_and_readers_see_a_snapshot(postgres_emptied):
    with postgres_emptied._writers.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
        level = connection.exec_driver_sql("SHOW transaction_isolation").scalar_one()
        assert level == "read committed"
    with postgres_emptied._readers.connect() as connection:
        level = connection.exec_driver_sql("SHOW transaction_isolation").scalar_one()
        assert level == "repeatable read"
        with pytest.raises(sa.exc.DBAPIError, match="read-only"):
            connection.exec_driver_sql("DELETE FROM counter")


def test_postgresql_without_synchronous_commit_is_refused(postgres, postgres_emptied):
    name = sa.make_url(postgres_emptied.url).database
    with postgres_emptied._writers.execution_options(isolation_level="AUTOCOMMIT").connect() as c:
        c.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
        try:
            careless = Database(postgres_emptied.url, policy_from_json=tiny_policy)
            with pytest.raises(UnfitDatabase, match="synchronous_commit"):
                careless.schema_is_current()
            careless.close()
        finally:
            c.exec_driver_sql(f"ALTER DATABASE {name} RESET synchronous_commit")


def test_without_its_driver_postgresql_is_refused_with_a_remedy(monkeypatch):
    monkeypatch.setattr("creditflow.store.engine.find_spec", lambda name: None)

    with pytest.raises(Refusal, match=r"creditflow\[postgres\]"):
        Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing", policy_from_json=tiny_policy)


def test_a_server_that_does_not_answer_is_unavailable():
    pytest.importorskip("psycopg")
    database = Database(
        "postgresql+psycopg://nobody@127.0.0.1:1/nothing", policy_from_json=tiny_policy
    )
    with pytest.raises(Unavailable), database.work():
        pass
    calls = []
    with pytest.raises(Unavailable):
        database.run(calls.append)
    assert calls == []
    database.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql+pymysql://host/name"])
def test_a_database_that_cannot_keep_anything_is_refused(url):
    with pytest.raises(UnfitDatabase):
        Database(url, policy_from_json=tiny_policy)


def test_a_network_file_system_is_refused(tmp_path):
    mounts = tmp_path / "mounts"
    shared = tmp_path / "shared drive"
    written = str(shared).replace(" ", "\\040")
    mounts.write_text(
        f"/dev/sda1 / ext4 rw 0 0\nserver:/export {written} nfs4 rw 0 0\n"
        f"/dev/sdb1 {written}/local xfs rw 0 0\n"
    )
    with pytest.raises(UnfitDatabase, match="nfs4"):
        refuse_network_filesystem(shared / "creditflow.db", mounts)
    refuse_network_filesystem(shared / "local" / "creditflow.db", mounts)
    refuse_network_filesystem(tmp_path / "creditflow.db", mounts)
    refuse_network_filesystem(tmp_path / "shared drive 2" / "creditflow.db", mounts)
    refuse_network_filesystem(shared / "creditflow.db", tmp_path / "no such file")


def test_moments_need_a_time_zone_and_days_are_no_moments(sql_database):
    naive = datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001 - that is the point
    with sql_database.work() as work:
        work.customers.put_all([a_customer(onboarded_on=date(2020, 1, 1))])
        for wrong in (a_case(opened_at=naive), a_case(occasion=an_occasion(on=naive))):
            with pytest.raises(sa.exc.StatementError):
                work.cases.add(wrong)
