"""Who changes an evaluation in the database behind creditflow's back is found out by a replay."""

import json

import pytest

from creditflow.services.evaluating import evaluate
from creditflow.services.replaying import replay_evaluation
from creditflow.sources.policy_files import shipped_policy_text
from tests.makers import NOW, a_case, a_customer

EVALUATION = "EV-000001"


@pytest.fixture
def judged(sql_database):
    """One customer, judged by the shipped policy."""
    with sql_database.work() as work:
        work.policies.publish(shipped_policy_text(), by="test", at=NOW)
        work.customers.put_all([a_customer()])
        work.cases.add(a_case())
        evaluate("CASE-1", at=NOW, work=work)
    return sql_database


def tamper(database, change):
    with database._writers.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            connection.exec_driver_sql("DROP TRIGGER evaluation_no_update")
        body = connection.exec_driver_sql("SELECT body FROM evaluation").scalar_one()
        mark = "%s" if connection.dialect.name == "postgresql" else "?"
        column, value = change(body)
        statement = f"UPDATE evaluation SET {column} = {mark}"
        assert connection.exec_driver_sql(statement, (value,)).rowcount == 1


def outcome(database):
    with database.reading() as work:
        return replay_evaluation(EVALUATION, work=work)


def test_an_untouched_evaluation_replays(judged):
    assert outcome(judged).same


@pytest.mark.parametrize(
    "change",
    [
        lambda body: ("body", json.dumps({**json.loads(body), "grade": "A"})),
        lambda body: ("body", body.replace('"name":"country"', '"name":"land"')),
        lambda body: ("body", body[:-1]),
        lambda body: ("body", "{}"),
        lambda _: ("points", "999.00"),
        lambda _: ("grade", "A"),
    ],
)
def test_a_tampered_one_does_not(judged, change):
    tamper(judged, change)
    assert not outcome(judged).same
