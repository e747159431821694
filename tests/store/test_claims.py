"""Taking the next letter, message or promise reads the beginning of an index, never all that wait."""

from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from creditflow.domain.message import Channel
from tests.makers import NOW, later

UNTIL = later(minutes=20)
CLAIMS = {
    "letter": lambda work: work.letters.claim(owner="relay", at=NOW, until=UNTIL),
    "message": lambda work: work.messages.claim(Channel.MAIL, owner="relay", at=NOW, until=UNTIL),
    "promise": lambda work: work.outbox.claim(owner="relay", at=NOW, until=UNTIL),
}


@pytest.fixture
def plans(sql_database):
    """How the database would carry out what a claim writes."""
    if "sqlite" not in str(sql_database.url):
        pytest.skip("SQLite alone tells its plan so plainly")

    def plan(claim):
        with statements(sql_database) as said, sql_database.work() as work:
            claim(work)
        (text, values) = next(x for x in said if x[0].startswith("UPDATE"))
        with sql_database._readers.connect() as connection:
            return str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all())

    return plan


@contextmanager
def statements(database):
    said = []

    def hear(_connection, _cursor, statement, values, *_rest):
        said.append((statement, values))

    sa.event.listen(database._writers, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        sa.event.remove(database._writers, "before_cursor_execute", hear)


@pytest.mark.parametrize("what", CLAIMS)
def test_a_claim_sorts_nothing(plans, what):
    assert "TEMP B-TREE" not in plans(CLAIMS[what])


@pytest.mark.parametrize(("table", "what"), [("letter", "letter"), ("message", "message")])
def test_without_its_index_it_would(sql_database, plans, table, what):
    index = next(
        x
        for x in sa.inspect(sql_database._writers).get_indexes(table)
        if "due_at" in x["column_names"]
    )
    with sql_database._writers.begin() as connection:
        connection.exec_driver_sql(f"DROP INDEX {index['name']}")
    assert "TEMP B-TREE" in plans(CLAIMS[what])
