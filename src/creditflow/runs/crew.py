"""Keeps a fixed number of warm processes ready, hands them out one run each, and replaces the dead.

Loads no Prefect: the processes can be on their way while the worker is being imported.
"""

import multiprocessing
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from multiprocessing.context import ForkServerContext
from typing import TYPE_CHECKING, Final

import anyio
from anyio import wait_readable

from creditflow.runs.warm_child import BROKEN, serve

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

LIFETIME: Final = 500
"""Runs after which a process makes room for a fresh one, so that no leak grows for ever."""

FAREWELL: Final = 5.0
"""Seconds that an idle process has to leave by itself."""


class WarmProcess:
    """One process that executes runs, seen from the worker."""

    def __init__(
        self, context: ForkServerContext, preload: Sequence[str], *, observe: bool
    ) -> None:
        """Start it; returns before it is ready."""
        self._pipe, its_end = context.Pipe()
        self._process = context.Process(
            target=serve, args=(its_end, tuple(preload), observe), daemon=True
        )
        self._process.start()
        its_end.close()
        self._started = False
        self.runs = 0

    @property
    def pid(self) -> int | None:
        """Its process id."""
        return self._process.pid

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.is_alive()

    async def execute(self, run: "FlowRun", entrypoint: str) -> int:
        """Execute a run; 0 when it ended or suspended, else what the process died of."""
        self.runs += 1
        try:
            if not self._started:
                await self._answer()
                self._started = True
            self._pipe.send((run, entrypoint))
            return await self._answer()
        except (EOFError, OSError):
            await anyio.to_thread.run_sync(self._process.join, FAREWELL)
            return self._process.exitcode or BROKEN

    async def _answer(self) -> int:
        await wait_readable(self._pipe)
        status: int = self._pipe.recv()
        return status

    def kill(self) -> None:
        """End it now, whatever it does."""
        self._process.kill()
        self._process.join(FAREWELL)  # Milliseconds; after that nobody takes it for alive.

    def leave(self) -> None:
        """Let an idle process go, and wait for it a moment."""
        self._pipe.close()
        self._process.join(FAREWELL)
        self._process.kill()
        self._process.join()


class Crew:
    """A fixed number of warm processes."""

    def __init__(self, size: int, preload: Sequence[str], *, observe: bool = True) -> None:
        """Start them all; `preload` are dotted entrypoints of flows to import beforehand."""
        self._context = multiprocessing.get_context("forkserver")
        # One process imports everything; the others are forks of it and share its memory.
        modules = {entrypoint.rpartition(".")[0] for entrypoint in preload}
        self._context.set_forkserver_preload(["prefect.flow_engine", *sorted(modules)])
        self._preload, self._observe = preload, observe
        self._hands = anyio.Semaphore(size)
        self._idle = [self._another() for _ in range(size)]
        self.size = size

    def _another(self) -> WarmProcess:
        return WarmProcess(self._context, self._preload, observe=self._observe)

    @asynccontextmanager
    async def hand(self) -> AsyncIterator[WarmProcess]:
        """Wait for a free process and keep it for the block; a dead one is replaced after it."""
        async with self._hands:
            process = self._idle.pop()
            try:
                if not process.alive():  # It died while it had nothing to do.
                    process = self._another()
                yield process
            finally:
                if process.runs >= LIFETIME and process.alive():
                    process.leave()
                self._idle.append(process if process.alive() else self._another())

    def dismiss(self) -> None:
        """Let all of them go."""
        for process in self._idle:
            with suppress(OSError):
                process.leave()
        self._idle.clear()
