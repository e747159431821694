"""Who changes the journal behind creditflow's back is found out."""

import pytest

from creditflow.domain.journal import first_broken
from tests.makers import an_entry, later


@pytest.fixture
def written(sql_database):
    """A journal of ten entries."""
    with sql_database.work() as work:
        for n in range(10):
            work.journal.record(an_entry(f"step.{n}", facts={"limit": f"CNY {n}"}))
    return sql_database


def tamper(database, statement):
    """Change the journal as an intruder does who owns the database: past the triggers."""
    with database._writers.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            connection.exec_driver_sql("DROP TRIGGER journal_no_update")
            connection.exec_driver_sql("DROP TRIGGER journal_no_delete")
        assert connection.exec_driver_sql(statement).rowcount == 1


def broken(database):
    with database.reading() as work:
        return first_broken(work.journal.entries())


def test_an_untouched_journal_verifies(written):
    assert broken(written) is None


@pytest.mark.parametrize(
    ("statement", "found_at"),
    [
        ('UPDATE journal SET facts = \'{"limit":"CNY 999"}\' WHERE seq = 4', 4),
        ("UPDATE journal SET made_by = 'somebody else' WHERE seq = 7", 7),
        ("UPDATE journal SET what = 'step.x' WHERE seq = 1", 1),
        ("DELETE FROM journal WHERE seq = 5", 5),
        ("DELETE FROM journal WHERE seq = 1", 1),
        ("UPDATE journal SET seq = 20 WHERE seq = 10", 10),
        ("UPDATE journal SET hash = previous WHERE seq = 3", 3),
    ],
)
def test_a_changed_removed_or_moved_entry_is_found(written, statement, found_at):
    tamper(written, statement)
    assert broken(written) == found_at


def test_a_moment_that_was_moved_is_found(written):
    moved = later(seconds=1).isoformat(timespec="microseconds")
    tamper(written, f"UPDATE journal SET made_at = '{moved}' WHERE seq = 6")
    assert broken(written) == 6


def test_an_end_that_was_cut_off_is_found_by_the_length(written):
    tamper(written, "DELETE FROM journal WHERE seq = 10")
    assert broken(written) is None
    with written.readings() as readings, written.reading() as work:
        assert readings.journal_length() == 10
        assert len(work.journal.entries()) == 9
