"""What looking back found is kept, replaced and thrown away; it can always be found again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from creditflow.domain.grade import Grade
from creditflow.domain.scorecard import Segment
from tests.domain.monitored import judged
from tests.makers import NOW, a_customer

VALUES = {"days_late": Decimal("7.50"), "audited": "yes", "number_like": "12", "zero": Decimal(0)}
MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 30)


@pytest.fixture
def peopled(sql_database):
    with sql_database.work() as work:
        work.customers.put_all([a_customer("C001"), a_customer("C002")])
    return sql_database


def test_every_field_comes_back(peopled):
    one = judged(
        "C001",
        MARCH,
        Grade.F,
        segment=Segment.NEW,
        scorecard="s",
        policy_version=7,
        points=Decimal("412.25"),
        pd=Decimal("0.18"),
        values=VALUES,
    )
    with peopled.work() as work:
        work.retrospects.put_all([one], at=NOW)
    with peopled.work() as work:
        (back,) = work.retrospects.all()

    assert back == one
    assert {name: type(value) for name, value in back.values.items()} == {
        name: type(value) for name, value in VALUES.items()
    }


def test_a_later_look_replaces_and_what_it_did_not_find_goes(peopled):
    later = NOW + timedelta(hours=1)
    with peopled.work() as work:
        work.retrospects.put_all(
            [judged("C001", MARCH), judged("C002", MARCH), judged("C001", APRIL)], at=NOW
        )
    with peopled.work() as work:
        work.retrospects.put_all([judged("C002", MARCH, Grade.A)], at=later)
        assert len(work.retrospects.all()) == 3
        work.retrospects.drop_before(later)
    with peopled.work() as work:
        assert [(one.customer, one.grade) for one in work.retrospects.all()] == [("C002", Grade.A)]


def test_they_come_by_day_then_by_customer(peopled):
    every = [judged("C002", MARCH), judged("C001", APRIL), judged("C001", MARCH)]
    with peopled.work() as work:
        work.retrospects.put_all(every, at=NOW)
        found = [(one.on, one.customer) for one in work.retrospects.all()]

    assert found == [(MARCH, "C001"), (MARCH, "C002"), (APRIL, "C001")]
