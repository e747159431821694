"""What every `Runs` promises, held against the one in memory and against a real Prefect server."""

import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from creditflow.domain.errors import NotFound, Unavailable
from creditflow.ports import Runs
from creditflow.runs.inline import InlineRuns
from creditflow.runs.prefect import PrefectRuns
from tests.orchestration import RunningPrefect, free_port

Start = Callable[[str], str]


@pytest.fixture(params=["inline", pytest.param("prefect", marks=pytest.mark.orchestrated)])
def any_runs(request: pytest.FixtureRequest) -> Runs:
    if request.param == "inline":
        return InlineRuns()
    adapter: PrefectRuns = request.getfixturevalue("runs")
    return adapter


def key() -> str:
    return f"case:{uuid.uuid4()}"


def test_the_same_key_starts_the_same_run_once(any_runs: Runs) -> None:
    name = key()
    first = any_runs.start("walk", {"case_id": "/nowhere"}, key=name, tags=["walk"], name="a walk")
    again = any_runs.start("walk", {"case_id": "/nowhere"}, key=name)
    other = any_runs.start("walk", {"case_id": "/nowhere"}, key=key())
    assert first == again != other
    any_runs.cancel(first)
    any_runs.cancel(other)


def test_states_are_told_by_run_and_unknown_runs_are_absent(any_runs: Runs) -> None:
    run = any_runs.start("walk", {"case_id": "/nowhere"}, key=key())
    unknown = [str(uuid.uuid4()) for _ in range(450)]
    assert any_runs.states([run, *unknown]) == {run: "SCHEDULED"}
    assert any_runs.states([]) == {}
    any_runs.cancel(run)


def test_a_run_that_nobody_needs_is_cancelled_and_stays_so(any_runs: Runs) -> None:
    run = any_runs.start("walk", {"case_id": "/nowhere"}, key=key())
    any_runs.cancel(run)
    any_runs.cancel(run)
    any_runs.cancel(str(uuid.uuid4()))
    assert any_runs.states([run]) == {run: "CANCELLED"}


def test_a_nudge_to_a_run_that_does_not_wait_changes_nothing(any_runs: Runs) -> None:
    run = any_runs.start("walk", {"case_id": "/nowhere"}, key=key())
    any_runs.nudge(run)
    any_runs.nudge(str(uuid.uuid4()))
    assert any_runs.states([run]) == {run: "SCHEDULED"}
    any_runs.cancel(run)
    any_runs.nudge(run)
    assert any_runs.states([run]) == {run: "CANCELLED"}


def test_it_answers(any_runs: Runs) -> None:
    assert any_runs.alive()


def test_a_prefect_that_is_away_is_unavailable_and_not_an_accident() -> None:
    away = PrefectRuns(f"http://127.0.0.1:{free_port()}/api", "a:b")
    assert not away.alive()
    for ask in (
        lambda: away.start("walk", {}, key="k"),
        lambda: away.nudge(str(uuid.uuid4())),
        lambda: away.states([str(uuid.uuid4())]),
        lambda: away.cancel(str(uuid.uuid4())),
    ):
        with pytest.raises(Unavailable, match="does not answer"):
            ask()
    away.close()


@pytest.mark.orchestrated
def test_a_wrong_password_is_said_to_be_one(prefect_server: RunningPrefect) -> None:
    stranger = PrefectRuns(prefect_server.url, "creditflow:guessed")
    assert not stranger.alive()
    with pytest.raises(Unavailable, match="password"):
        stranger.states([str(uuid.uuid4())])
    stranger.close()


@pytest.mark.orchestrated
def test_a_deployment_that_is_missing_is_named(runs: PrefectRuns) -> None:
    with pytest.raises(NotFound, match="no deployment fly"):
        runs.start("fly", {}, key=key())


def test_reaching_runs_loads_no_prefect() -> None:
    modules = "creditflow.runs.prefect, creditflow.runs.inline, creditflow.runs.deploying, creditflow.runs.server"
    code = (
        f"import sys, {modules}; sys.exit('prefect' in sys.modules or 'sqlalchemy' in sys.modules)"
    )
    source = Path(__file__).parents[2] / "src"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONPATH": str(source)}, check=False
        ).returncode
        == 0
    )
