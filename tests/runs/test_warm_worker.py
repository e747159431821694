"""A warm worker carries runs, and no death of anything leaves a run "Running" for ever."""

import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from creditflow.runs.prefect import PrefectRuns
from tests.orchestration import RunningPrefect, WorkerProcess, eventually
from tests.runs.conftest import POOL, WALK, bell_of
from tests.runs.walking import noted

pytestmark = [pytest.mark.orchestrated, pytest.mark.crash]


@pytest.fixture(scope="module")
def worker(walking: RunningPrefect) -> Iterator[WorkerProcess]:
    """One worker for the tests that do not kill it."""
    one = WorkerProcess(walking, POOL, [WALK.entrypoint], doorbell=bell_of(walking))
    yield one
    one.remove()


class Walk:
    """One run of the walking flow, and the folder that steers it."""

    def __init__(self, runs: PrefectRuns, place: Path, **files: str) -> None:
        self.place = place / uuid.uuid4().hex
        self.place.mkdir(parents=True)
        for name, content in files.items():
            (self.place / name).write_text(content)
        self._runs = runs
        self.id = runs.start("walk", {"case_id": str(self.place)}, key=self.place.name)

    def state(self) -> str:
        return self._runs.states([self.id])[self.id]

    def becomes(self, state: str, timeout: float = 60.0) -> None:
        eventually(lambda: self.state() == state, timeout)

    def began(self, times: int = 1) -> None:
        eventually(lambda: noted(self.place).count("began") == times)

    def notes(self) -> list[str]:
        return noted(self.place)

    def process(self) -> int:
        return int((self.place / "log").read_text().split()[1])


def test_a_run_suspends_is_resumed_and_ends(
    worker: WorkerProcess, runs: PrefectRuns, tmp_path: Path
) -> None:
    walk = Walk(runs, tmp_path, waits="")
    walk.becomes("PAUSED")
    (walk.place / "decided").touch()
    runs.nudge(walk.id)
    walk.becomes("COMPLETED")
    assert walk.notes() == ["began", "prepared", "began", "prepared", "finished", "ended"]
    runs.nudge(walk.id)
    assert walk.state() == "COMPLETED"


def test_a_run_that_is_resumed_without_reason_waits_again(
    worker: WorkerProcess, runs: PrefectRuns, tmp_path: Path
) -> None:
    walk = Walk(runs, tmp_path, waits="")
    walk.becomes("PAUSED")
    runs.nudge(walk.id)
    walk.began(2)
    walk.becomes("PAUSED")
    assert "finished" not in walk.notes()
    runs.cancel(walk.id)
    assert walk.state() == "CANCELLED"


def test_a_failing_flow_fails_its_run_and_nothing_else(
    worker: WorkerProcess, runs: PrefectRuns, tmp_path: Path
) -> None:
    failing = Walk(runs, tmp_path, slow="not a number")
    failing.becomes("FAILED")
    Walk(runs, tmp_path).becomes("COMPLETED")


def test_a_killed_process_crashes_its_run_and_is_replaced(
    worker: WorkerProcess, runs: PrefectRuns, tmp_path: Path
) -> None:
    walks = [Walk(runs, tmp_path, slow="30") for _ in range(2)]
    for walk in walks:
        walk.began()
        os.kill(walk.process(), signal.SIGKILL)
    for walk in walks:
        walk.becomes("CRASHED")
    after = Walk(runs, tmp_path)
    after.becomes("COMPLETED")
    assert after.process() not in {walk.process() for walk in walks}


def test_a_cancelled_run_is_stopped(
    worker: WorkerProcess, runs: PrefectRuns, tmp_path: Path
) -> None:
    walk = Walk(runs, tmp_path, slow="40")
    walk.began()
    runs.cancel(walk.id)
    walk.becomes("CANCELLED", 20)
    assert "ended" not in walk.notes()


def test_no_more_runs_are_executed_at_once_than_there_are_processes(
    worker: WorkerProcess, runs: PrefectRuns, tmp_path: Path
) -> None:
    walks = [Walk(runs, tmp_path, slow="0.5") for _ in range(7)]
    for walk in walks:
        walk.becomes("COMPLETED")
    spans = []
    for walk in walks:
        times = [float(line.split()[2]) for line in (walk.place / "log").read_text().splitlines()]
        spans.append((times[0], times[-1]))
    busiest = max(sum(first <= moment < last for first, last in spans) for moment, _ in spans)
    assert busiest == 2


def test_a_nudge_that_comes_while_a_run_is_executed_is_not_lost(
    worker: WorkerProcess, runs: PrefectRuns, tmp_path: Path
) -> None:
    from creditflow.domain.errors import Unavailable

    walk = Walk(runs, tmp_path, slow="1", waits="")
    walk.began()
    eventually(lambda: walk.state() == "RUNNING")
    with pytest.raises(Unavailable):
        runs.nudge(walk.id)
    walk.becomes("PAUSED")
    (walk.place / "decided").touch()
    runs.nudge(walk.id)
    walk.becomes("COMPLETED")


def test_runs_of_a_killed_worker_are_put_back_by_the_next_one(
    hire: Callable[..., WorkerProcess], worker: WorkerProcess, runs: PrefectRuns, tmp_path: Path
) -> None:
    worker.terminate()
    first = hire()
    walk = Walk(runs, tmp_path, slow="4")
    walk.began()
    eventually(lambda: walk.state() == "RUNNING")
    first.kill()
    eventually(lambda: not alive(walk.process()), 10)  # Its processes die with it.
    time.sleep(1)
    assert walk.state() == "RUNNING"  # The control: by itself Prefect notices nothing.
    (walk.place / "slow").unlink()
    second = hire()
    walk.becomes("COMPLETED")
    assert walk.notes().count("began") == 2

    # A worker that is asked to leave finishes what it can …
    short = Walk(runs, tmp_path, slow="2")
    short.began()
    assert second.terminate() == 0
    assert short.state() == "COMPLETED"

    # … and gives back what it cannot, and what it has not begun.
    third = hire(grace=0.5)
    long = [Walk(runs, tmp_path, slow="60") for _ in range(3)]
    eventually(lambda: sum("began" in walk.notes() for walk in long) == 2)
    assert third.terminate() == 0
    assert {walk.state() for walk in long} == {"SCHEDULED"}
    for walk in long:
        runs.cancel(walk.id)


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
