"""Who has a part in a case is said twice, of one case and of all that wait; both say the same."""

from dataclasses import replace
from datetime import date

import pytest

from creditflow.approvals.board import board_of
from creditflow.approvals.impartiality import involved
from creditflow.domain.case import CaseState
from creditflow.domain.customer import CustomerId, Origin
from tests.makers import a_decision, a_hand_in, a_statement, later
from tests.store.test_readings import waiting_case

ENDED, BEFORE = date(2025, 12, 31), date(2024, 12, 31)
PEOPLE = ("sales.wang", "kim", "lee", "max")
"""The first has asked for each case; the others have the parts of which it is told below."""


def nothing(work, number):
    """A case in which nobody else has a part."""


def raised(work, number):
    case = work.cases.get(f"CASE-{number}")
    work.cases.put(case.noted(at=later(hours=1), edited_by="kim"))


def owned(work, number):
    customer = work.customers.get(CustomerId(f"C00{number}"))
    work.customers.put_all([replace(customer, owner="kim")])


def handed_in(work, number, by, *, ended=ENDED, source="own", file=None):
    file = file or f"{number}-{by}-{ended}"
    name = CustomerId(f"C00{number}")
    origin = Origin(file, "statements.csv", 2)
    work.statements.put_all(
        [a_statement(customer=name, period_end=ended, source=source, origin=origin)]
    )
    work.hand_ins.put(a_hand_in(f"H-{file}", file_hash=file, by=by))


def statement(work, number):
    handed_in(work, number, "lee", ended=BEFORE)
    handed_in(work, number, "kim")


def statement_twice(work, number):
    handed_in(work, number, "kim", file="twice")
    work.hand_ins.put(a_hand_in("H-again", file_hash="twice", by="lee", at=later(hours=1)))


def statement_of_the_future(work, number):
    handed_in(work, number, "kim")
    handed_in(work, number, "lee", ended=date(2026, 12, 31))


def statements_of_two_sources(work, number):
    handed_in(work, number, "kim", source="a")
    handed_in(work, number, "lee", source="b")


def decided(work, number, **how):
    made = a_decision(f"CASE-{number}", final=False, idempotency_key=f"{number}", **how)
    work.decisions.add(made)


def agreed(work, number):
    decided(work, number, by="kim")


def agreed_for_somebody(work, number):
    decided(work, number, by="kim", on_behalf_of="lee")


def agreed_in_an_earlier_round(work, number):
    decided(work, number, by="kim")
    case = work.cases.get(f"CASE-{number}")
    work.cases.put(case.noted(at=later(hours=1), round=2))


def everything(work, number):
    raised(work, number)
    owned(work, number)
    handed_in(work, number, "lee")
    decided(work, number, by="max")


PARTS = {
    nothing: set(),
    raised: {"kim"},
    owned: {"kim"},
    statement: {"kim"},
    statement_twice: {"kim"},
    statement_of_the_future: {"kim"},
    statements_of_two_sources: {"kim", "lee"},
    agreed: {"kim"},
    agreed_for_somebody: {"kim", "lee"},
    agreed_in_an_earlier_round: set(),
    everything: {"kim", "lee", "max"},
}


@pytest.mark.parametrize("happens", PARTS, ids=lambda happens: happens.__name__)
def test_of_one_case_and_of_all_that_wait_the_same_people_have_a_part(sql_database, happens):
    expected = {"sales.wang", *PARTS[happens]}
    with sql_database.work() as work:
        for number in (1, 2):
            waiting_case(work, number)
        happens(work, 1)
        ended = work.cases.get("CASE-2")
        work.cases.put(ended.moved(CaseState.WITHDRAWN, at=later(hours=1)))

    with sql_database.reading() as work:
        case = work.cases.get("CASE-1")
        board = board_of(case, work.proposals.get("PROP-1"), work)
        assert {*involved(case, work), *board.spoken} == expected
    with sql_database.readings() as readings:
        for person in PEOPLE:
            found = readings.with_a_part_of(person)
            assert found == ({"CASE-1"} if person in expected else set()), person
