"""A deployment of the walking flow, a folder per run, and workers that are cleaned up."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from creditflow.runs.deploying import Deployment, ensure_deployments
from creditflow.runs.prefect import PrefectRuns
from tests.orchestration import RunningPrefect, WorkerProcess

POOL = "walkers"
WALK = Deployment(
    name="walk",
    entrypoint="tests.runs.walking.walk",
    description="Walks.",
    parameters=(("case_id", {"type": "string"}),),
)


@pytest.fixture(scope="session")
def walking(prefect_server: RunningPrefect) -> RunningPrefect:
    """The server, with the walking flow deployed to a pool of its own."""
    ensure_deployments(
        prefect_server.url, prefect_server.auth, version="1", pool=POOL, deployments=[WALK]
    )
    return prefect_server


@pytest.fixture
def hire(walking: RunningPrefect) -> Iterator[Callable[..., WorkerProcess]]:
    """Start warm workers for the walking flow; they are gone after the test."""
    hired: list[WorkerProcess] = []

    def one(**options: object) -> WorkerProcess:
        hired.append(WorkerProcess(walking, POOL, [WALK.entrypoint], **options))
        return hired[-1]

    yield one
    for worker in hired:
        worker.remove()


@pytest.fixture
def runs(walking: RunningPrefect) -> Iterator[PrefectRuns]:
    """The adapter for the server, and the doorbell of the workers there."""
    adapter = walking.runs(bell_of(walking))
    yield adapter
    adapter.close()


def bell_of(server: RunningPrefect) -> Path:
    return server.home / "bell"
