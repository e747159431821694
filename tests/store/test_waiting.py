"""A page of what waits is the right page: who may decide it, in order, filtered, never all of it."""

import json
import sqlite3
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from alembic import command

from creditflow.approvals.board import board_of
from creditflow.approvals.delegating import acting
from creditflow.approvals.impartiality import involved
from creditflow.approvals.mandates import objection_to
from creditflow.approvals.seats import Seat, seats
from creditflow.domain.case import CaseState
from creditflow.domain.grade import Grade
from creditflow.domain.limits import LimitState
from creditflow.domain.people import Mandate
from creditflow.store import migrations
from creditflow.store.database import Database
from creditflow.store.encoding import encode
from creditflow.store.waiting import Move, Order, Wanted
from tests.databases import tiny_policy
from tests.makers import NOW, TODAY, a_delegation, a_person, a_policy, a_proposal, cny, later
from tests.store.test_reading_parts import PARTS
from tests.store.test_readings import DUE, counted, waiting_case

NONE_SET = {"current": None, "current_state": LimitState.NONE_SET, "current_version": 0}


@pytest.fixture
def book(sql_database):
    """Six waiting cases at two desks, and one that waits no more."""
    with sql_database.work() as work:
        waiting_case(work, 1, proposed=cny(500_000))
        waiting_case(work, 2, desk="committee", due_on=DUE - timedelta(days=1))
        waiting_case(work, 3, due_on=DUE + timedelta(days=1), **NONE_SET)
        waiting_case(work, 4, proposed=cny(900_000))
        waiting_case(work, 5, proposed=cny(0), current=cny(2_000_000))
        waiting_case(work, 6, grade=Grade.E, proposed=cny(600_000))
        waiting_case(work, 7)
        work.cases.put(work.cases.get("CASE-7").moved(CaseState.WITHDRAWN, at=later(hours=1)))
    return sql_database


ALL = Wanted()


def numbers(database, wanted=ALL, **how):
    with database.readings() as readings:
        rows = readings.waiting.page(wanted, **how)
        if not how:
            assert readings.waiting.count(wanted) == len(rows)
        return [int(row.case_id[-1]) for row in rows]


def test_the_most_urgent_come_first_and_of_one_day_those_with_most_at_stake(book):
    # A limit of two millions that is taken away weighs more than one of 900,000 that is granted.
    assert numbers(book) == [2, 5, 4, 1, 6, 3]
    assert numbers(book, order=Order.STAKE) == [5, 4, 2, 3, 1, 6]
    assert numbers(book, order=Order.AGE) == [1, 2, 3, 4, 5, 6]


def test_pages_follow_each_other_without_a_gap(book):
    pages = [numbers(book, start=start, most=2) for start in (0, 2, 4, 6)]

    assert pages == [[2, 5], [4, 1], [6, 3], []]


FILTERS = [
    (Wanted(desks=frozenset({"committee"})), [2]),
    (Wanted(desks=frozenset()), []),
    (Wanted(grade="E"), [6]),
    (Wanted(move=Move.FIRST), [3]),
    (Wanted(move=Move.RAISE), [2, 4]),
    (Wanted(move=Move.CUT), [5, 1]),
    (Wanted(move=Move.SAME), [6]),
    (Wanted(due_before=DUE), [2]),
    (Wanted(words="客户4 c004"), [4]),
    (Wanted(words="case-5"), [5]),
    (Wanted(words="客户4 c005"), []),
    (Wanted(words="%"), []),
    (Wanted(kind="request"), [2, 5, 4, 1, 6, 3]),
    (Wanted(kind="signal"), []),
    (Wanted(but="CASE-5", move=Move.CUT), [1]),
    (Wanted(cases=frozenset({"CASE-3", "CASE-7"})), [3]),
    (Wanted(seats=[]), []),
    (Wanted(seats=[], others=True), [2, 5, 4, 1, 6, 3]),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "expected"), FILTERS)
def test_a_filter_leaves_what_it_says(book, wanted, expected):
    assert numbers(book, wanted) == expected


def test_all_of_them_are_counted_in_one_go(book):
    seat = Seat(frozenset({"director"}), frozenset({"kim"}))
    seated = Wanted(seats=[seat], at=NOW, move=Move.CUT)
    with book.readings() as readings, counted(book) as seen:
        assert readings.waiting.counts([]) == []
        found = readings.waiting.counts([*(wanted for wanted, _ in FILTERS), seated])

    assert found == [*(len(expected) for _, expected in FILTERS), 2]
    assert len(seen) == 2  # one for who handed in what, one for all counts


def test_a_page_asks_as_often_for_many_cases_as_for_few(book):
    seat = Seat(frozenset({"director", "committee"}), frozenset({"kim"}))

    def asked(most):
        with book.readings() as readings, counted(book) as seen:
            readings.waiting.page(Wanted(seats=[seat]), most=most)
        return len(seen)

    assert asked(1) == asked(6) == 3


def people():
    director = a_person("kim", name="Kim")
    return (
        director,
        a_person("lee", name="Lee", desks=frozenset({"committee"}), mandate=Mandate(None, Grade.G)),
        a_person("max", name="Max", desks=frozenset({"credit_manager"})),
        a_person("sales.wang", name="Wang"),
        a_person("gone", name="Gone", active=False),
        a_person("no.mandate", name="None", mandate=None),
        a_person("stand.in", name="Stand-in", desks=frozenset({"credit_manager"})),
    )


@pytest.mark.parametrize("happens", PARTS, ids=lambda happens: happens.__name__)
def test_the_list_is_what_the_rule_says_of_each_case(sql_database, happens):
    """For everybody, in every constellation: listed as mine exactly where nothing is against it."""
    with sql_database.work() as work:
        waiting_case(work, 1)
        waiting_case(work, 2, desk="committee")
        waiting_case(work, 3, desk="credit_manager")
        happens(work, 1)
        for person in people():
            work.people.put(person)
        work.delegations.add(
            a_delegation(principal="lee", delegate="stand.in", from_=TODAY, until=TODAY)
        )
    policy = a_policy()
    with sql_database.both() as (work, readings):
        for person in people():
            ways = acting(person, on=TODAY, work=work)
            found = Wanted(seats=seats(ways, readings.waiting.by_desk(), policy))
            mine = {row.case_id for row in readings.waiting.page(found)}
            rest = {row.case_id for row in readings.waiting.page(
                Wanted(seats=found.seats, others=True))}  # fmt: skip
            may = {case for case in ("CASE-1", "CASE-2", "CASE-3")
                   if nothing_against(case, ways, policy, work)}  # fmt: skip
            assert (mine, rest) == (may, {"CASE-1", "CASE-2", "CASE-3"} - may), person.id


def test_what_somebody_else_has_waits_for_others_until_the_time_is_over(book):
    seat = Seat(frozenset({"director", "committee"}), frozenset({"kim", "lee"}))
    with book.work() as work:
        for number, who in ((1, "max"), (4, "kim"), (5, "lee")):
            (task,) = work.tasks.of(f"CASE-{number}")
            work.tasks.put(replace(task, held_by=who, held_until=later(hours=4)))

    assert numbers(book, Wanted(seats=[seat], at=NOW)) == [2, 5, 4, 6, 3]
    assert numbers(book, Wanted(seats=[seat], at=NOW, others=True)) == [1]
    assert numbers(book, Wanted(seats=[seat], at=later(hours=4))) == [2, 5, 4, 1, 6, 3]


def nothing_against(case_id, ways, policy, work):
    case = work.cases.get(case_id)
    board = board_of(case, work.proposals.get(case.proposal_id), work)
    barred = involved(case, work)
    return any(objection_to(way, board, policy, involved=barred) is None for way in ways)


def test_what_was_proposed_before_gets_its_stake(tmp_path):
    """A database of the version before: a cut weighs as the limit that it takes away."""
    file = tmp_path / "old.db"
    database = Database(f"sqlite:///{file}", policy_from_json=tiny_policy)
    config = migrations._config()
    with database._writers.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0017")
    cut = a_proposal("P-1", current=cny(9), proposed=cny(0), base_factor=Fraction(71, 10))
    for proposal in (cut, a_proposal("P-2")):
        old_proposal(file, proposal)
    database.migrate()

    with database._readers.connect() as connection:
        query = "SELECT id, stake_minor FROM proposal ORDER BY id"
        assert connection.exec_driver_sql(query).all() == [("P-1", 6390), ("P-2", 80_000_000)]
    database.close()


def old_proposal(file, proposal):
    row = {
        **dict.fromkeys(("case_id", "customer_id", "evaluation_id", "binding"), "x"),
        "id": proposal.id, "hash": proposal.hash, "grade": "C", "body": encode(proposal),
        "current_minor": proposal.current.minor, "current_currency": "CNY",
        "proposed_minor": proposal.proposed.minor, "proposed_currency": "CNY",
        "base_minor": proposal.base_amount.minor, "base_currency": "CNY",
        "exposure_minor": 0, "exposure_currency": "CNY",
    }  # fmt: skip
    assert json.loads(row["body"])["base_factor"]
    with sqlite3.connect(file) as database:
        places = ", ".join("?" * len(row))
        database.execute(
            f"INSERT INTO proposal ({', '.join(row)}) VALUES ({places})", [*row.values()]
        )
    database.close()
