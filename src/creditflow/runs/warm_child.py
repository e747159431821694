# ruff: noqa: PLC0415  (Prefect is imported by the process that needs it, not by its starter)
"""A process that executes runs: everything imported once, one run at a time.

Importing this module loads no Prefect, so that the processes can be on their way while
the worker itself is still being imported.

A process never outlives its worker, and obeys nothing but its pipe: a Ctrl-C or SIGTERM
for the whole process group must not end a run that the worker wants to let finish.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from functools import cache
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun
    from prefect.flows import Flow

DONE: Final = 0
BROKEN: Final = 1
STARTED: Final = 2

OBSERVED_BY: Final = ("3.8.", "3.9.")
"""Prefect versions in which the suspension observer is known to be only an observer."""


def unobserved() -> None:
    """Keep Prefect from opening a thread and a websocket for each run (half of a run's cost).

    They only serve to stop a run that somebody suspends *from outside* while it is being
    executed. Here a run suspends itself. Private to Prefect, hence the guard; does nothing
    for a version that nobody has looked at.
    """
    import prefect
    from prefect import flow_engine

    name = "observe_flow_run_suspension"
    if not prefect.__version__.startswith(OBSERVED_BY) or not hasattr(flow_engine, name):
        return

    def nobody(*_: object, **__: object) -> AbstractContextManager[None]:
        return nullcontext()

    setattr(flow_engine, name, nobody)


def die_with_the_worker() -> None:
    """End this process at once when the worker is gone: somebody else will take up its run."""
    worker = multiprocessing.parent_process()
    if worker is not None:
        worker.join()
        os._exit(BROKEN)


def serve(pipe: Connection, preload: Sequence[str], observe: bool) -> None:
    """Be a process that executes runs: load the flows, then one run after the other."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=die_with_the_worker, daemon=True, name="tether").start()

    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    for entrypoint in preload:
        flow_of(entrypoint)
    if not observe:
        unobserved()
    # A heartbeat holds every synchronous run for a second, and the sweeper needs none.
    # Prefect accepts "none" for it from Python alone.
    with (
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
        ExitStack() as clients,
        suppress(EOFError, OSError),  # The worker lets this process go, or is gone.
    ):
        pipe.send(STARTED)
        while True:
            run, entrypoint = pipe.recv()
            pipe.send(attempt(run, entrypoint, clients))
            sys.stdout.flush()
            sys.stderr.flush()


@cache
def flow_of(entrypoint: str) -> "Flow[..., object]":
    """Import a flow by its dotted name, once."""
    from prefect.flows import load_flow_from_entrypoint

    return load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)


def attempt(run: "FlowRun", entrypoint: str, clients: ExitStack) -> int:
    """Execute one run to its end or to its suspension; whether the process did its part."""
    from prefect.context import SyncClientContext
    from prefect.exceptions import Abort, Pause
    from prefect.flow_engine import run_flow

    try:
        if SyncClientContext.get() is None:  # One connection for all runs of this process.
            clients.enter_context(SyncClientContext.get_or_create())
        outcome = run_flow(flow_of(entrypoint), flow_run=run, return_type="state")
        if asyncio.iscoroutine(outcome):
            asyncio.run(outcome)
    except (Pause, Abort):
        return DONE  # Suspended, or somebody else's by now: both are as they should be.
    except BaseException:  # noqa: BLE001  (whatever it was, the worker has to be told)
        traceback.print_exc()
        return BROKEN
    return DONE
