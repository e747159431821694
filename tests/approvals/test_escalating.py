"""What nobody decides in time goes one desk up; time never approves anything."""

from dataclasses import replace
from datetime import timedelta

import pytest

from creditflow.approvals import escalating
from creditflow.approvals.entitling import MayNotDecide
from creditflow.domain.case import CaseState, TaskState
from creditflow.domain.grade import Grade
from creditflow.domain.people import Mandate
from tests.approvals.desks import escalated, waiting
from tests.makers import NOW, TODAY, a_decision, a_person, a_task

DAY = timedelta(days=1)
CHAIR = a_person("chair", desks=frozenset({"committee"}), mandate=Mandate(None, Grade.G))


@pytest.fixture
def scene():
    made = waiting(case={"due_on": TODAY})
    made.work.people.put(CHAIR)
    return made


def escalate(scene, on):
    return escalated(scene.work, at=NOW, on=on)


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


def test_a_case_that_was_stuck_is_told_of_until_somebody_may_decide_it():
    made = waiting(case={"due_on": TODAY})
    assert escalating.still_orphaned(["CASE-1"], made.work) == []
    made.work.people.put(replace(made.person, active=False))
    assert [c.id for c in escalating.still_orphaned(["CASE-1"], made.work)] == ["CASE-1"]
    made.work.people.put(CHAIR)
    assert escalating.still_orphaned(["CASE-1"], made.work) == []


def test_a_case_that_somebody_surely_may_decide_is_not_asked_who_has_a_part_in_it(monkeypatch):
    made = waiting(case={"due_on": TODAY})
    asked = []
    monkeypatch.setattr(escalating, "involved", lambda case, _work: asked.append(case.id) or {})
    escalate(made, TODAY)
    assert asked == ["CASE-1"], "with one approver alone it is asked"
    for number in range(escalating.PLENTY):
        made.work.people.put(replace(CHAIR, id=f"chair.{number}"))
    asked.clear()

    escalate(made, TODAY)

    assert asked == []


def test_of_many_all_may_have_a_part():
    made = waiting(case={"due_on": TODAY})
    made.work.people.put(replace(made.person, active=False))
    chairs = [replace(CHAIR, id=f"chair.{number}") for number in range(escalating.PLENTY)]
    for chair in chairs:
        made.work.people.put(chair)
        made.work.decisions.add(a_decision(by=chair.id, final=False))

    escalate(made, TODAY)

    assert [s.entry.what for s in made.work.journal.of("CASE-1")] == ["case.nobody_may_decide"]


def test_the_stages_after_the_one_that_goes_up_get_their_time_behind_it():
    made = waiting(case={"due_on": TODAY})
    planned = a_task(stage=2, desk="committee", due_on=TODAY + DAY, state=TaskState.PLANNED)
    made.work.tasks.add(planned)

    escalate(made, TODAY + 2 * DAY)

    first, second = made.work.tasks.of("CASE-1")
    assert (second.state, second.desk) == (TaskState.PLANNED, "committee")
    assert second.due_on > first.due_on > TODAY + 2 * DAY
