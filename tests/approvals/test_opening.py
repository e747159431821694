"""A proposal is sent on once: decided by policy, or put before a desk with a day and an end."""

from datetime import date, timedelta

import pytest

from creditflow.approvals.opening import promise_run, reopen, send_on
from creditflow.domain.calendar import weekdays_only
from creditflow.domain.case import CaseState, TaskState
from creditflow.domain.decision import Say
from creditflow.domain.grade import Grade
from creditflow.domain.limits import LimitState
from creditflow.domain.people import POLICY_ACTOR, Mandate
from creditflow.domain.policy import Desk
from creditflow.ports import PromiseKind
from creditflow.services.applying import apply
from tests.approvals.desks import waiting
from tests.makers import (
    NOW,
    TODAY,
    a_person,
    a_policy,
    a_proposal,
    an_evaluation,
    cny,
    later,
    texts,
)


def sent_on(scene, on=TODAY, works=weekdays_only):
    return send_on("CASE-1", at=NOW, on=on, works=works, work=scene.work)


def proposed(**proposal):
    return waiting(
        case={"state": CaseState.PROPOSED, "stage": 0, "desk": None, "expires_at": None},
        proposal=proposal,
    )


SMALL = {"proposed": cny(100_000), "current": None, "current_state": LimitState.NONE_SET}


def test_within_the_bounds_the_policy_decides_and_it_is_written_down():
    scene = proposed(**SMALL)
    case = sent_on(scene)
    assert case.state is CaseState.APPROVED
    (decision,) = scene.work.decisions.of("CASE-1")
    assert (decision.by, decision.say, decision.limit) == (POLICY_ACTOR, Say.APPROVE, cny(100_000))
    assert decision.rule == "straight_through"
    assert decision.proposal_hash == scene.proposal.hash
    assert scene.work.tasks.of("CASE-1") == []
    assert scene.work.outbox.all() == []
    (sealed,) = scene.work.journal.of("CASE-1")
    assert (sealed.entry.what, sealed.entry.by) == ("case.approved_by_policy", POLICY_ACTOR)


def test_beyond_the_bounds_a_task_waits_at_a_desk():
    scene = proposed()
    case = sent_on(scene)
    assert (case.state, case.stage, case.desk) == (CaseState.AWAITING, 1, "director")
    assert case.due_on == date(2026, 3, 5)
    assert case.expires_at == NOW + timedelta(days=30)
    (task,) = scene.work.tasks.of("CASE-1")
    assert (task.state, task.desk, task.due_on, task.round) == (
        TaskState.OPEN,
        "director",
        date(2026, 3, 5),
        1,
    )
    assert "exceeds the" in str(task.why)
    (promise,) = scene.work.outbox.all()
    assert (promise.kind, promise.key) == (PromiseKind.START_RUN, "run:CASE-1:0")
    assert [s.entry.what for s in scene.work.journal.of("CASE-1")] == ["case.opened"]


def test_the_day_by_which_it_is_due_is_a_working_day():
    friday = date(2026, 3, 6)
    assert sent_on(proposed(), on=friday).due_on == date(2026, 3, 11)
    without_tuesday = sent_on(
        proposed(), on=friday, works=lambda d: weekdays_only(d) and d.day != 10
    )
    assert without_tuesday.due_on == date(2026, 3, 12)


@pytest.mark.parametrize("proposal", [SMALL, {}])
def test_sending_on_twice_is_sending_on_once(proposal):
    scene = proposed(**proposal)
    case = sent_on(scene)
    before = scene.kept()
    assert sent_on(scene) == case
    assert scene.kept() == before


@pytest.mark.parametrize("state", sorted(set(CaseState) - {CaseState.PROPOSED}))
def test_a_case_that_is_not_proposed_is_left_alone(state):
    scene = waiting(case={"state": state})
    before = scene.kept()
    assert sent_on(scene) == scene.case
    assert scene.kept() == before


def test_it_is_routed_by_the_policy_that_it_was_proposed_under():
    scene = proposed(**SMALL)
    strict = a_policy(2, desks=(Desk("board", texts("Board", "董事会"), None, Grade.G, 9),))
    scene.work.kept.policies[2] = strict
    assert sent_on(scene).state is CaseState.APPROVED


# ------------------------------------------------------------------ again, where authority lapsed


def lapsed():
    """A case whose approver lost the mandate between the decision and its application."""
    scene = waiting()
    scene.decide()
    scene.work.people.put(a_person(mandate=Mandate(cny(1), Grade.C)))
    apply("CASE-1", at=later(hours=1), on=TODAY, work=scene.work)
    assert scene.case.state is CaseState.REAPPROVAL_REQUIRED
    return scene


def again(scene, at=None):
    return reopen("CASE-1", at=at or later(hours=2), on=TODAY, works=weekdays_only, work=scene.work)


def test_where_authority_lapsed_the_case_waits_in_a_new_round_with_a_new_task_and_time():
    scene = lapsed()
    case = again(scene)
    assert (case.state, case.round, case.desk) == (CaseState.AWAITING, 2, "director")
    assert case.expires_at == later(hours=2) + timedelta(days=30)
    assert [(t.round, t.state) for t in scene.work.tasks.of("CASE-1")] == [
        (1, TaskState.DONE),
        (2, TaskState.OPEN),
    ]
    assert scene.work.limits.current(case.customer).version == 1
    what = [s.entry.what for s in scene.work.journal.of("CASE-1")]
    assert what == ["case.approve", "case.reapproval_required", "case.opened"]


def test_the_second_approval_is_the_one_that_counts():
    scene = lapsed()
    again(scene)
    qian = a_person("approver.qian")
    scene.work.people.put(qian)
    scene.decide(by=qian, key="click-2", at=later(hours=3))
    applied = apply("CASE-1", at=later(hours=4), on=TODAY, work=scene.work)
    assert applied.state is CaseState.APPLIED
    assert scene.work.limits.current(applied.customer).amount == cny(800_000)


def test_reopening_twice_is_reopening_once():
    scene = lapsed()
    case = again(scene)
    before = scene.kept()
    assert again(scene, at=later(hours=5)) == case
    assert scene.kept() == before


def test_it_goes_to_the_desk_that_answers_for_it_today():
    scene = lapsed()
    manager, director, committee = a_policy().desks
    low = Desk(director.id, director.title, cny(700_000), director.worst_grade, 3)
    scene.work.kept.policies[2] = a_policy(2, desks=(manager, low, committee))
    assert again(scene).desk == "committee"


def test_a_run_is_promised_once_for_each_epoch():
    scene = waiting()
    for _ in range(3):
        promise_run(scene.case, at=NOW, work=scene.work)
    promise_run(scene.case.noted(at=NOW, run_epoch=1), at=NOW, work=scene.work)
    assert [p.key for p in scene.work.outbox.all()] == ["run:CASE-1:0", "run:CASE-1:1"]


def test_the_scene_is_what_these_tests_believe():
    assert a_proposal().grade is an_evaluation().grade is Grade.C
