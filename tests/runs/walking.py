"""A small flow that can wait, be slow, and die, for the tests of the machinery that carries flows.

Its `case_id` is a folder; files in it say what shall happen, and `log` tells what did.
"""

import os
import time
from pathlib import Path

from prefect import flow, task
from prefect.flow_runs import suspend_flow_run


def note(place: Path, what: str) -> None:
    with (place / "log").open("a") as log:
        log.write(f"{what} {os.getpid()} {time.time()}\n")


def noted(place: Path) -> list[str]:
    log = place / "log"
    return [line.split()[0] for line in log.read_text().splitlines()] if log.exists() else []


@task
def prepare(place: str) -> None:
    note(Path(place), "prepared")


@task
def finish(place: str) -> None:
    note(Path(place), "finished")


@flow(name="walk")
def walk(case_id: str) -> None:
    place = Path(case_id)
    note(place, "began")
    prepare(case_id)
    if (place / "slow").exists():
        time.sleep(float((place / "slow").read_text()))
    waits = 0
    while (place / "waits").exists() and not (place / "decided").exists():
        waits += 1
        suspend_flow_run(key=f"decision-{waits}", timeout=None)
    finish(case_id)
    note(place, "ended")
