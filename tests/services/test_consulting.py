"""Consulting a provider: what is new is kept once, silence changes nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import NotFound, Unavailable
from creditflow.domain.observation import Observation
from creditflow.domain.sentences import say
from creditflow.services.consulting import consult
from tests.fakes import FakeDatabase
from tests.makers import ACME, NOW, TODAY, a_customer, an_observation
from tests.services.judging import POLICY

GRADE = an_observation(value="AA", scale="letters")


class Provider:
    """Says what it is told to say, or nothing at all."""

    def __init__(self, said: Sequence[Observation] | None) -> None:
        self.said = said

    def observe(self, customer, *, on) -> list[Observation]:
        if self.said is None:
            raise Unavailable(say("Nobody answers."))
        return [o for o in self.said if o.concerns(customer)]


@pytest.fixture
def database() -> FakeDatabase:
    database = FakeDatabase()
    with database.work() as work:
        work.policies._kept.policies[1] = POLICY
        work.customers.put_all([a_customer()])
    return database


def asked(database, *said, customer=ACME):
    observer = Provider(said)
    return consult(customer, observer=observer, work=database.work, at=NOW, on=TODAY)


def kept(database) -> list[Observation]:
    with database.reading() as work:
        return work.observations.of(a_customer())


def test_what_is_new_is_kept_once_and_a_change_replaces_it(database):
    assert asked(database, GRADE).kept == 1
    assert (asked(database, GRADE).kept, asked(database, GRADE).known) == (0, 1)
    assert asked(database, replace(GRADE, value="B")).kept == 1
    assert [o.value for o in kept(database)] == ["B"]


def test_what_cannot_be_read_is_told_and_not_kept(database):
    came = asked(database, replace(GRADE, value="Q"), an_observation("insolvency", value="no"))
    assert (came.kept, len(came.unreadable)) == (1, 1)
    assert [o.what for o in kept(database)] == ["insolvency"]


def test_what_is_dated_after_the_day_is_not_kept(database):
    assert asked(database, replace(GRADE, on=TODAY + timedelta(days=1))).kept == 0


def test_silence_leaves_what_is_known(database):
    asked(database, GRADE)
    with pytest.raises(Unavailable):
        consult(ACME, observer=Provider(None), work=database.work, at=NOW, on=TODAY)
    assert kept(database) == [GRADE]


def test_nobody_is_asked_about_a_customer_who_does_not_exist(database):
    with pytest.raises(NotFound):
        asked(database, GRADE, customer=CustomerId("C404"))
