"""Starts a warm worker as a process of its own: what the command line calls."""

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import anyio

from creditflow.runs.crew import Crew

if TYPE_CHECKING:
    from creditflow.runs.warm_worker import WarmWorker

GRACE: Final = 30.0


def run_worker(
    pool: str,
    *,
    processes: int,
    preload: Sequence[str],
    url: str | None = None,
    auth: str | None = None,
    doorbell: Path | None = None,
    observe_suspension: bool = True,
    grace: float = GRACE,
) -> None:
    """Work for `pool`, which is made if it is missing, until SIGTERM or SIGINT.

    Then it takes nothing more, finishes what it has in hand within `grace` seconds and
    gives back the rest; a second signal ends it at once. `preload` are dotted entrypoints
    of flows. `url` ends in /api and `auth` is `user:password`; without them Prefect's own
    settings in the environment say where the server is. `doorbell` is where to listen for
    rings from this machine; waiting runs are looked for every second anyway.
    `observe_suspension=False` halves the cost of a pass, see `warm_child.unobserved`.
    """
    # Before the processes start: they find the server through the environment.
    os.environ.setdefault("PREFECT_WORKER_QUERY_SECONDS", "1")
    os.environ.update({"PREFECT_API_URL": url} if url else {})
    os.environ.update({"PREFECT_API_AUTH_STRING": auth} if auth else {})
    crew = Crew(processes, preload, observe=observe_suspension)
    # Only now, so that the processes import everything at the same time as we do.
    from creditflow.runs.warm_worker import WarmWorker  # noqa: PLC0415

    worker = WarmWorker(pool)
    worker.equip(crew, doorbell)
    asyncio.run(until_told(worker, grace))


async def until_told(worker: "WarmWorker", grace: float) -> None:
    """Run the worker until a signal comes, then let it leave in order."""
    async with anyio.create_task_group() as group:
        group.start_soon(worker.start)
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            async for _ in signals:
                break
        # From here on signals do what they always do: nobody waits for us against his will.
        await worker.drain(grace)
        group.cancel_scope.cancel()
