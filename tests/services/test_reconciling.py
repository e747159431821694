"""What is stuck is found, what was lost gets a successor, and nothing else is touched."""

from datetime import timedelta

import pytest

from creditflow.domain.case import FINISHED, MACHINE_MOVES, CaseState
from creditflow.domain.customer import CustomerId
from creditflow.ports import PromiseKind
from creditflow.services.reconciling import (
    AT_REST,
    LIVE,
    LOOK_BACK,
    WAITING,
    Watched,
    correct,
    expire_overdue,
    stuck,
    watched,
)
from tests.fakes import FakeWork
from tests.makers import NOW, a_case, a_policy, later

S = CaseState


def cases(*changes: dict) -> FakeWork:
    """Cases CASE-1, CASE-2, … of a customer each."""
    work = FakeWork(a_policy())
    for n, change in enumerate(changes, start=1):
        work.cases.add(a_case(f"CASE-{n}", customer=CustomerId(f"C{n:03}"), **change))
    return work


# ------------------------------------------------------------------ stuck


@pytest.mark.parametrize("state", CaseState)
def test_a_case_is_stuck_where_a_machine_should_have_moved_it(state):
    work = cases({"state": state})
    expected = ["CASE-1"] if state in MACHINE_MOVES | {S.REAPPROVAL_REQUIRED} else []
    assert stuck(at=NOW + AT_REST, work=work) == expected


@pytest.mark.parametrize(("rested", "is_stuck"), [(-1, False), (0, True), (1, True)])
def test_a_case_may_rest_for_a_while(rested, is_stuck):
    at = NOW + AT_REST + timedelta(microseconds=rested)
    assert bool(stuck(at=at, work=cases({"state": S.APPROVED}))) is is_stuck


def test_how_long_a_case_may_rest_can_be_said():
    work = cases({"state": S.APPROVED})
    assert stuck(at=NOW, work=work) == []
    assert stuck(at=NOW, work=work, rest=timedelta(0)) == ["CASE-1"]


# ------------------------------------------------------------------ out of time


def test_what_ran_out_of_time_ends_and_the_rest_goes_on_waiting():
    work = cases(
        {"state": S.AWAITING, "expires_at": NOW},
        {"state": S.AWAITING, "expires_at": later(microseconds=1)},
        {"state": S.AWAITING, "expires_at": None},
        {"state": S.RETURNED, "expires_at": later(days=-1)},
        {"state": S.APPROVED, "expires_at": later(days=-1)},
    )
    assert [c.id for c in expire_overdue(at=NOW, work=work)] == ["CASE-1", "CASE-4"]
    states = [work.cases.get(f"CASE-{n}").state for n in range(1, 6)]
    assert states == [S.EXPIRED, S.AWAITING, S.AWAITING, S.EXPIRED, S.APPROVED]
    assert expire_overdue(at=NOW, work=work) == []


# ------------------------------------------------------------------ which runs are looked at


@pytest.mark.parametrize("state", CaseState)
def test_runs_are_watched_while_the_case_waits_and_for_a_while_behind_its_end(state):
    seen = watched(at=NOW, work=cases({"state": state, "run_id": "run-1"}))
    assert bool(seen.waiting) is (state in WAITING)
    assert bool(seen.finished) is (state in FINISHED)
    assert seen.runs == (["run-1"] if state in WAITING | FINISHED else [])


@pytest.mark.parametrize("state", [S.AWAITING, S.NOTIFIED])
def test_a_case_without_a_run_is_not_watched(state):
    assert watched(at=NOW, work=cases({"state": state})).runs == []


@pytest.mark.parametrize(("early", "is_watched"), [(1, True), (0, False), (-1, False)])
def test_a_finished_case_is_not_watched_for_ever(early, is_watched):
    work = cases({"state": S.NOTIFIED, "run_id": "run-1"})
    at = NOW + LOOK_BACK - timedelta(microseconds=early)
    assert bool(watched(at=at, work=work).runs) is is_watched


# ------------------------------------------------------------------ lost runs


def compared(work: FakeWork, states: dict[str, str], *, at=NOW, seen: Watched | None = None):
    return correct(seen or watched(at=at, work=work), states, at=at, work=work)


def waiting_with_run(state=S.AWAITING) -> FakeWork:
    return cases({"state": state, "run_id": "run-1", "version": 6})


@pytest.mark.parametrize("state", sorted(WAITING))
@pytest.mark.parametrize("told", ["COMPLETED", "FAILED", "CRASHED", "CANCELLED", None])
def test_a_lost_run_gets_one_successor(state, told):
    work = waiting_with_run(state)
    states = {} if told is None else {"run-1": told}
    assert compared(work, states) == (["CASE-1"], [])
    case = work.cases.get("CASE-1")
    assert (case.run_id, case.run_epoch, case.version) == (None, 1, 7)
    assert (case.state, case.updated_at) == (state, NOW)
    (promise,) = work.outbox.all()
    assert (promise.kind, promise.key) == (PromiseKind.START_RUN, "run:CASE-1:1")
    (sealed,) = work.journal.of("CASE-1")
    assert sealed.entry.what == "run.lost"
    assert sealed.entry.facts == {"run": "run-1", "state": told or "GONE", "epoch": "1"}


@pytest.mark.parametrize("told", sorted(LIVE))
def test_a_run_that_lives_is_left_alone(told):
    work = waiting_with_run()
    before = work.kept.copied()
    assert compared(work, {"run-1": told}) == ([], [])
    assert work.kept == before


def test_two_reconcilers_make_one_successor():
    work = waiting_with_run()
    seen = watched(at=NOW, work=work)
    compared(work, {}, seen=seen)
    before = work.kept.copied()
    compared(work, {}, seen=seen)
    assert work.kept == before


def test_the_successor_may_be_lost_as_well():
    work = waiting_with_run()
    compared(work, {})
    work.cases.put(work.cases.get("CASE-1").noted(at=NOW, run_id="run-2"))
    compared(work, {"run-1": "CRASHED", "run-2": "CRASHED"}, at=later(minutes=1))
    assert [p.key for p in work.outbox.all()] == ["run:CASE-1:1", "run:CASE-1:2"]


@pytest.mark.parametrize(
    "meanwhile",
    [
        {"state": S.APPROVED},
        {"state": S.WITHDRAWN},
        {"run_id": "run-2"},
    ],
)
def test_a_case_that_went_on_while_prefect_was_asked_is_left_alone(meanwhile):
    work = waiting_with_run()
    seen = watched(at=NOW, work=work)
    work.cases.put(work.cases.get("CASE-1").noted(at=NOW, **meanwhile))
    before = work.kept.copied()
    compared(work, {"run-1": "COMPLETED"}, seen=seen)
    assert work.kept == before


# ------------------------------------------------------------------ sleeping runs


@pytest.mark.parametrize("state", sorted(FINISHED))
def test_a_run_that_sleeps_though_its_case_is_finished_is_woken(state):
    work = cases({"state": state, "run_id": "run-1"})
    case = work.cases.get("CASE-1")
    assert compared(work, {"run-1": "PAUSED"}) == ([], ["CASE-1"])
    (promise,) = work.outbox.all()
    assert (promise.kind, promise.subject) == (PromiseKind.NUDGE, "CASE-1")
    assert work.cases.get("CASE-1") == case
    assert work.journal.entries() == []


def test_it_is_woken_once_a_minute_until_it_is_awake():
    work = cases({"state": S.EXPIRED, "run_id": "run-1"})
    for seconds in (0, 20, 40):
        compared(work, {"run-1": "PAUSED"}, at=NOW + timedelta(seconds=seconds - 30))
    assert len(work.outbox.all()) == 2
    compared(work, {"run-1": "COMPLETED"}, at=later(minutes=5))
    assert len(work.outbox.all()) == 2


@pytest.mark.parametrize("told", ["COMPLETED", "CRASHED", "RUNNING", "SCHEDULED", None])
def test_any_other_run_of_a_finished_case_is_left_alone(told):
    work = cases({"state": S.NOTIFIED, "run_id": "run-1"})
    before = work.kept.copied()
    assert compared(work, {} if told is None else {"run-1": told}) == ([], [])
    assert work.kept == before


def test_among_many_only_those_that_need_it_are_touched():
    work = cases(
        {"state": S.AWAITING, "run_id": "run-1"},
        {"state": S.AWAITING, "run_id": "run-2"},
        {"state": S.NOTIFIED, "run_id": "run-3"},
        {"state": S.NOTIFIED, "run_id": "run-4"},
        {"state": S.APPROVED, "run_id": "run-5"},
        {"state": S.INCIDENT, "run_id": "run-6"},
    )
    states = {"run-1": "PAUSED", "run-2": "CRASHED", "run-3": "PAUSED", "run-4": "COMPLETED"}
    before = dict(work.kept.cases)
    assert compared(work, states) == (["CASE-2"], ["CASE-3"])
    changed = {i for i, case in work.kept.cases.items() if case != before[i]}
    assert changed == {"CASE-2"}
    assert sorted(p.subject for p in work.outbox.all()) == ["CASE-2", "CASE-3"]
