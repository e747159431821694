"""Named kinds of patience, so that a task says in one word how stubborn it is."""

from typing import Any

from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from creditflow.domain.errors import Unavailable


def only_when_unavailable(
    task: Task[Any, Any],  # noqa: ARG001 - Prefect passes it
    run: TaskRun,  # noqa: ARG001 - Prefect passes it
    state: State[Any],
) -> bool:
    """Try again only what an outside thing prevented; a refusal stays one however often asked."""
    problem = state.result(raise_on_failure=False)
    return isinstance(problem, Unavailable)


# Nothing is cached in Prefect: what a task found out is a row in the database,
# and a resumed run has to read it there, not replay what it once believed.
BRISK: dict[str, Any] = {
    "cache_policy": NO_CACHE,
    "retries": 3,
    "retry_delay_seconds": [0.2, 1, 5],
    "retry_condition_fn": only_when_unavailable,
    "persist_result": False,
}
"""For steps inside our own database."""

PATIENT: dict[str, Any] = {**BRISK, "retries": 2, "retry_delay_seconds": [2, 10]}
"""For steps that ask something outside; the outbox goes on where this gives up."""
