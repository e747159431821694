"""Of eight approvers who decide at once one decides, and each of the others hears who was quicker.

`CREDITFLOW_RACES=300` runs as many races as one likes; `python -m tests.store.racing` prints them.
"""

import os
import random

import pytest
import sqlalchemy as sa

from creditflow.approvals import deciding
from creditflow.store.cases import SqlCases, _changing
from creditflow.store.tables import CASE, DECISION
from tests.store.racing import APPROVERS, ENDS, collide, open_case, prepare, race, races

RACES = int(os.environ.get("CREDITFLOW_RACES", "30"))
ONE_FINAL = "uq_decision_one_final"


def test_each_race_has_one_final_decision_and_every_loser_hears_whose(sql_database):
    done = races(sql_database, RACES)

    assert [raced for raced in done if raced.wrong] == []
    assert {len(raced.told) for raced in done} == {len(APPROVERS) - 1}
    assert len({raced.winners for raced in done}) > 1, "always the same: that is no race"


def test_whatever_is_done_to_a_case_at_once_is_done_one_after_the_other(sql_database):
    """Two decide, others take it, give it away, ask, withdraw it, and the clock ends it."""
    prepare(sql_database)
    chance = random.Random(3)
    done = [collide(sql_database, number, chance=chance) for number in range(1, RACES + 1)]

    assert [raced for raced in done if raced.wrong] == []
    ends = {act for raced in done for act in raced.winners} & ENDS
    assert len(ends) > 1, "always the same end: that is no race"


@pytest.fixture
def unguarded(sql_database, monkeypatch):
    """Take guards away: nobody reads what is so now, and then the hash, the version, the index."""
    index = next(index for index in DECISION.indexes if index.name == ONE_FINAL)
    dropped = []

    def take_away(*guards):
        case = open_case(sql_database, 1)
        with sql_database.reading() as work:
            stale = work.cases.get(case)
        monkeypatch.setattr(SqlCases, "get", lambda _cases, _id: stale)
        monkeypatch.setattr("tests.store.racing.open_case", lambda _database, _number: case)
        monkeypatch.setattr("tests.store.racing.wrong_with", lambda _raced, _database: [])
        if "hash" in guards:
            monkeypatch.setattr(deciding, "_ensure_seen", lambda _verdict, _board: None)
        if "version" in guards:
            monkeypatch.setattr(SqlCases, "put", _put_whatever_is_there)
        if "index" in guards:
            with sql_database._writers.begin() as connection:
                index.drop(connection)
            dropped.append(index)

    prepare(sql_database)
    yield take_away
    with sql_database._writers.begin() as connection:
        connection.execute(sa.text("SELECT 1"))
        for one in dropped:
            _forget_decisions(connection)
            one.create(connection)


def _put_whatever_is_there(cases, case):
    assert cases._transaction.change(CASE, _changing(case), where={"id": case.id}) == 1


def _forget_decisions(connection):
    """PostgreSQL's database is used by other tests, whose index must stand again."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET session_replication_role = replica"))
        connection.execute(sa.text("DELETE FROM decision"))
        connection.execute(sa.text("SET session_replication_role = DEFAULT"))
    else:
        connection.execute(sa.text("DROP TRIGGER decision_no_delete"))
        connection.execute(sa.text("DELETE FROM decision"))


def decided(sql_database):
    raced = race(sql_database, 1, chance=random.Random(1))
    with sql_database.reading() as work:
        return raced, [d for d in work.decisions.of("CASE-1") if d.final]


@pytest.mark.parametrize("gone", [(), ("hash", "version"), ("hash", "index")])
def test_each_of_two_guards_alone_lets_only_one_through(sql_database, unguarded, gone):
    """Also of those who all read the case before anybody had decided it."""
    unguarded(*gone)
    raced, final = decided(sql_database)
    assert len(final) == len(raced.winners) == 1


def test_without_any_of_them_several_decide(sql_database, unguarded):
    unguarded("hash", "version", "index")
    raced, final = decided(sql_database)
    assert len(final) > 1
    assert len(raced.winners) == len(final)
