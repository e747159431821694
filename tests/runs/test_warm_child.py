"""The small parts of the warm worker, by themselves."""

import os
import subprocess
import sys
from pathlib import Path

from creditflow.runs.doorbell import hang, hush, ring
from tests.orchestration import ROOT


def readable(handle: int) -> bool:
    import select

    return bool(select.select([handle], [], [], 0)[0])


def test_a_ring_is_heard_once_and_nobody_has_to_be_at_home(tmp_path: Path) -> None:
    bell = tmp_path / "bell"
    ring(bell)
    handle = hang(bell)
    try:
        assert not readable(handle)
        ring(bell)
        ring(bell)
        assert readable(handle)
        hush(handle)
        assert not readable(handle)
    finally:
        os.close(handle)
    ring(bell)


def python(code: str) -> str:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PREFECT_HOME": "/nonexistent"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


OBSERVER = (
    "from prefect import flow_engine; from creditflow.runs import warm_child; import prefect;"
    "before = flow_engine.observe_flow_run_suspension; {}; warm_child.unobserved();"
    "print(flow_engine.observe_flow_run_suspension is before)"
)


def test_the_observer_is_taken_out_only_of_versions_that_were_looked_at() -> None:
    assert python(OBSERVER.format("pass")) == "False"
    assert python(OBSERVER.format("prefect.__version__ = '4.0.0'")) == "True"


def test_starting_processes_waits_for_no_prefect() -> None:
    code = (
        "import sys, creditflow.runs.crew, creditflow.runs.working; print('prefect' in sys.modules)"
    )
    assert python(code) == "False"
