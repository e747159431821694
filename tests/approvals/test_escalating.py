"""What nobody decides in time goes one desk up; time never approves anything."""

from dataclasses import replace
from datetime import timedelta

import pytest

from creditflow.approvals.deciding import MayNotDecide
from creditflow.approvals.escalating import escalate_overdue
from creditflow.domain.calendar import weekdays_only
from creditflow.domain.case import CaseState
from creditflow.domain.grade import Grade
from creditflow.domain.people import Mandate
from tests.approvals.desks import waiting
from tests.makers import NOW, TODAY, a_person

DAY = timedelta(days=1)
CHAIR = a_person("chair", desks=frozenset({"committee"}), mandate=Mandate(None, Grade.G))


@pytest.fixture
def scene():
    made = waiting(case={"due_on": TODAY})
    made.work.people.put(CHAIR)
    return made


def escalate(scene, on):
    return escalate_overdue(at=NOW, on=on, works=weekdays_only, work=scene.work)


def test_a_working_day_after_its_day_a_case_goes_one_desk_up(scene):
    assert escalate(scene, TODAY + DAY) == []

    (lifted,) = escalate(scene, TODAY + 2 * DAY)

    assert (lifted.desk, lifted.state) == ("committee", CaseState.AWAITING)
    assert lifted.due_on > TODAY + 2 * DAY
    (task,) = scene.work.tasks.of("CASE-1")
    assert (task.desk, task.due_on) == (lifted.desk, lifted.due_on)
    assert scene.work.journal.of("CASE-1")[-1].entry.what == "case.escalated"
    with pytest.raises(MayNotDecide, match="another desk"):
        scene.decide()
    assert scene.decide(by=CHAIR).final


def test_a_weekend_is_no_delay():
    friday = TODAY + 4 * DAY
    made = waiting(case={"due_on": friday})

    assert escalate(made, friday + 3 * DAY) == []
    assert len(escalate(made, friday + 4 * DAY)) == 1


def test_the_same_day_again_moves_nothing_and_the_highest_desk_keeps_it(scene):
    escalate(scene, TODAY + 2 * DAY)
    assert escalate(scene, TODAY + 2 * DAY) == []
    assert escalate(scene, TODAY + 90 * DAY) == []
    assert scene.case.state is CaseState.AWAITING


def test_a_case_that_nobody_may_decide_is_journaled_once():
    made = waiting(case={"due_on": TODAY})
    made.work.people.put(replace(made.person, active=False))

    for _ in range(3):
        escalate(made, TODAY)

    whats = [sealed.entry.what for sealed in made.work.journal.of("CASE-1")]
    assert whats == ["case.nobody_may_decide"]
