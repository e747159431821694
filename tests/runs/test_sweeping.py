"""Whose runs are lost: the rules by which a sweeper may take a run out of another's hand."""

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelling, Pending, Running

from creditflow.runs.sweeping import PATIENCE, Owner, birth, myself, sweep
from creditflow.runs.warm_worker import verdict_on

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ELSEWHERE = Owner("another-machine", 7, 70)


def run_of(owner: Owner | str | None, *, seconds: float = 120.0) -> FlowRun:
    state = Running(timestamp=NOW - timedelta(seconds=seconds))
    return FlowRun(flow_id=uuid4(), state=state, infrastructure_pid=str(owner) if owner else None)


def lost(run: FlowRun, *, in_hand: bool = False, offline: tuple[Owner, ...] = ()) -> bool:
    found = sweep(
        [run],
        in_hand=[run.id] if in_hand else [],
        offline=[str(owner) for owner in offline],
        now=NOW,
    )
    return found.lost == [run]


@pytest.fixture
def gone() -> Owner:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    born = birth(ended.pid)
    ended.wait()
    assert born is not None
    return Owner(socket.gethostname(), ended.pid, born)


def test_an_owner_is_read_back_from_its_name() -> None:
    assert Owner.named(str(ELSEWHERE)) == ELSEWHERE
    for name in (None, "", "host:4711", "ProcessWorker 5d2c", "warm host seven 70"):
        assert Owner.named(name) is None


def test_a_run_of_a_dead_process_is_lost_and_one_of_a_living_process_is_not(gone: Owner) -> None:
    assert lost(run_of(gone))
    parent = os.getppid()
    assert not lost(run_of(Owner(socket.gethostname(), parent, birth(parent) or 0)))


def test_a_process_that_has_its_number_from_a_dead_one_is_told_apart() -> None:
    parent = os.getppid()
    assert lost(run_of(Owner(socket.gethostname(), parent, (birth(parent) or 0) - 1)))


def test_our_own_run_is_lost_only_when_we_know_nothing_of_it() -> None:
    assert not lost(run_of(myself()), in_hand=True)
    assert lost(run_of(myself()))


def test_a_run_on_another_machine_is_lost_when_prefect_has_not_heard_of_its_worker() -> None:
    assert not lost(run_of(ELSEWHERE))
    assert lost(run_of(ELSEWHERE), offline=(ELSEWHERE,))


def test_a_run_of_another_kind_of_worker_is_none_of_our_business() -> None:
    assert not lost(run_of("some-host:4711"))


def test_a_run_that_nobody_signed_for_is_forgotten_after_a_minute() -> None:
    assert not lost(run_of(None, seconds=50))
    assert lost(run_of(None, seconds=70))


def test_a_state_that_has_just_changed_is_looked_at_again_later(gone: Owner) -> None:
    young = run_of(gone, seconds=2)
    found = sweep([young], in_hand=[], offline=[], now=NOW)
    assert found.lost == []
    assert found.unsettled


def test_what_becomes_of_a_lost_run_depends_on_what_it_was() -> None:
    def verdict(run: FlowRun) -> str:
        return verdict_on(run).type.value

    assert verdict(FlowRun(flow_id=uuid4(), state=Running(), run_count=2)) == "SCHEDULED"
    assert verdict(FlowRun(flow_id=uuid4(), state=Pending(), run_count=0)) == "SCHEDULED"
    assert verdict(FlowRun(flow_id=uuid4(), state=Cancelling(), run_count=2)) == "CANCELLED"
    assert verdict(FlowRun(flow_id=uuid4(), state=Running(), run_count=PATIENCE)) == "CRASHED"
