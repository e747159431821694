"""A Prefect worker that executes runs in processes which have everything imported.

Prefect's own `process` worker starts Python, Prefect and the flow for every pass: 5 to 8 s
of CPU. Here a pass costs what the flow and Prefect's bookkeeping cost. It takes runs
of ordinary deployments from an ordinary work pool; what it does not honour are job variables,
since its processes are shared by all runs.

What it promises beyond executing: a process that dies takes one run with it, which
becomes CRASHED; a run that is cancelled stops; a worker that is told to stop finishes what
it has in hand and gives back what it cannot finish; runs of workers that are gone are put back.
"""

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import anyio
import httpx
from anyio import wait_readable
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import WorkerFlowRunResponse
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Crashed, Scheduled
from prefect.workers.base import (
    BaseJobConfiguration,
    BaseVariables,
    BaseWorker,
    BaseWorkerResult,
)

from creditflow.runs.crew import Crew, WarmProcess
from creditflow.runs.doorbell import hang, hush
from creditflow.runs.sweeping import PATIENCE, SETTLING, myself, sweep

if TYPE_CHECKING:
    from anyio.abc import TaskGroup, TaskStatus

POOL_TYPE: Final = "creditflow-warm"
WATCHING: Final = 2.0
"""Seconds between two looks for runs in hand that somebody cancelled."""
SWEEPING: Final = 30.0
"""Seconds between two looks for runs of workers that are gone."""
ENTRYPOINT_KNOWN: Final = 60.0
"""Seconds for which a deployment's entrypoint is believed without asking again."""
PROCESSES: Final = 2
"""Processes of a worker that nobody gave a number."""
LEAVING: Final = 10.0
"""Seconds to tell Prefect about runs that are given back."""
BATCH: Final = 200
NOT_BEGUN: Final = -1


class WarmResult(BaseWorkerResult):
    """How a run's process did: status code 0 unless the process died."""


@dataclass(eq=False)
class Held:
    """A run that this worker has taken."""

    run: FlowRun
    since: float
    process: WarmProcess | None = None
    instead: State[object] | None = None
    """What becomes of the run when its process has been ended on purpose."""
    over: anyio.Event = field(default_factory=anyio.Event)


class WarmWorker(BaseWorker[BaseJobConfiguration, BaseVariables, WarmResult]):
    """Takes runs from a work pool and has a crew of warm processes execute them."""

    type = POOL_TYPE
    job_configuration = BaseJobConfiguration
    job_configuration_variables = BaseVariables
    _description = "Executes runs in processes that have Prefect and the flows imported."

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  (Prefect's own)
        """Take Prefect's own arguments; `equip` adds what Prefect does not know of."""
        super().__init__(*args, **kwargs)
        if not kwargs.get("name"):
            self.name = str(myself())
        self._crew: Crew | None = None
        self._bell: Path | None = None
        self._held: dict[UUID, Held] = {}
        self._entrypoints: dict[UUID, tuple[float, str]] = {}
        self._looking = anyio.Lock()
        self._leaving = False
        self._backlog = False

    def equip(self, crew: Crew, doorbell: Path | None = None) -> None:
        """Give it processes that are already on their way, and a doorbell to listen to."""
        self._crew, self._bell = crew, doorbell

    # ---------------------------------------------------------------- coming and going

    async def setup(self) -> None:
        """Get the processes ready, put back what dead workers left, and start to listen."""
        if self._crew is None:
            self._crew = Crew(self._limit or PROCESSES, ())
        await super().setup()
        group = self._tasks()
        group.start_soon(self._watch)
        group.start_soon(self._sweep_now_and_then)
        if self._bell is not None:
            group.start_soon(self._listen, self._bell)

    async def teardown(self, *exc_info: object) -> None:
        """Give back whatever is still in hand, and let the processes go."""
        with anyio.CancelScope(shield=True):
            await self.drain(0.0)
        self._tasks().cancel_scope.cancel()
        try:
            await super().teardown(*exc_info)
        finally:
            if self._crew is not None:
                self._crew.dismiss()
                self._crew = None

    async def drain(self, grace: float) -> None:
        """Take nothing more, finish what is being executed within `grace` seconds.

        What cannot be finished is given back; what was taken but not begun, at once.
        """
        self._leaving = True
        for held in self._held.values():
            if held.process is None:
                held.instead = put_back("its worker is leaving")
        with anyio.move_on_after(grace):
            await self._empty_handed()
        for held in self._held.values():
            self._end(held, put_back("its worker had to leave"))
        with anyio.move_on_after(LEAVING):
            await self._empty_handed()

    async def _empty_handed(self) -> None:
        while self._held:
            await next(iter(self._held.values())).over.wait()

    # ---------------------------------------------------------------- taking runs

    async def sync_with_backend(self) -> None:
        """Tell Prefect that this worker is there; a server that is away is asked again later."""
        try:
            await super().sync_with_backend()
        except httpx.HTTPError as error:
            self._logger.warning("Prefect does not answer (%s).", type(error).__name__)

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Take as many waiting runs as there is room for; called at each poll and each ring."""
        if self._leaving or not self._has_successfully_synced:
            return []
        try:
            async with self._looking:
                return await self._take()
        except httpx.HTTPError as error:
            self._logger.warning("Prefect does not answer (%s).", type(error).__name__)
            return []

    async def _take(self) -> list[FlowRun]:
        self._last_polled_time = datetime.now(UTC)
        room = 2 * self._team().size - len(self._held)
        if room <= 0:
            self._backlog = True
            return []
        # Runs in hand may still look like waiting ones for a moment, or do so again: one that
        # was resumed before its process had finished suspending it is taken when it has.
        wanted = room + len(self._held)
        found = await self._waiting(wanted)
        waiting = [run for run in found if run.id not in self._held][:room]
        self._backlog = len(waiting) == room or len(waiting) < len(found)
        for run in waiting:
            held = self._held[run.id] = Held(run, since=time.monotonic())
            self._tasks().start_soon(self._carry, held)
        return waiting

    async def _waiting(self, limit: int) -> list[FlowRun]:
        """Ask for the runs that are due; unlike Prefect's own question, for no more than needed."""
        answer = await self.client.request(
            "POST",
            "/work_pools/{name}/get_scheduled_flow_runs",
            path_params={"name": self._work_pool_name},
            json={
                "work_queue_names": sorted(self._work_queues) or None,
                "scheduled_before": datetime.now(UTC).isoformat(),
                "limit": min(limit, BATCH),
            },
        )
        return [WorkerFlowRunResponse.model_validate(one).flow_run for one in answer.json()]

    async def _carry(self, held: Held) -> None:
        """See one run through: take it, have it executed, tell Prefect if its process died."""
        run = held.run
        try:
            if not await self._propose_pending_state(run):
                return
            await self._sign(run)
            status = await self._execute(held)
            if status and held.instead is not None:
                await self._declare(run, held.instead)
            elif status:
                await self._propose_crashed_state(run, f"Its process ended with {status}.")
        except anyio.get_cancelled_exc_class():
            with anyio.move_on_after(LEAVING, shield=True):
                await self._declare(run, put_back("its worker was stopped"))
            raise
        except Exception:  # One run's trouble must not end the worker and all other runs.
            self._logger.exception("Lost track of run %s.", run.id)
        finally:
            self._let_go(held)
        if self._backlog:
            await self.get_and_submit_flow_runs()

    async def _execute(self, held: Held) -> int:
        entrypoint = await self._entrypoint(held.run)
        async with self._team().hand() as process:
            if held.instead is not None:  # Cancelled or given back while it waited its turn.
                return NOT_BEGUN
            held.process = process
            try:
                return await process.execute(held.run, entrypoint)
            except BaseException:
                process.kill()
                raise
            finally:
                held.process = None

    async def _entrypoint(self, run: FlowRun) -> str:
        """Look up what to execute; the answer is believed for a minute."""
        if run.deployment_id is None:
            raise ValueError(f"run {run.id} belongs to no deployment")
        asked, entrypoint = self._entrypoints.get(run.deployment_id, (-ENTRYPOINT_KNOWN, ""))
        if time.monotonic() - asked > ENTRYPOINT_KNOWN:
            deployment = await self.client.read_deployment(run.deployment_id)
            entrypoint = deployment.entrypoint or ""
            self._entrypoints[run.deployment_id] = (time.monotonic(), entrypoint)
        return entrypoint

    async def _sign(self, run: FlowRun) -> None:
        """Write on the run who has it, for the sweepers."""
        await self.client.update_flow_run(run.id, infrastructure_pid=str(myself()))

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration,
        task_status: "TaskStatus[int] | None" = None,
    ) -> WarmResult:
        """Execute a run that Prefect's base class took: what `get_and_submit_flow_runs` avoids."""
        del configuration  # Shared processes have no settings per run.
        held = self._held[flow_run.id] = Held(flow_run, since=time.monotonic())
        try:
            if task_status is not None:
                task_status.started(os.getpid())
            status = await self._execute(held)
            return WarmResult(identifier=str(flow_run.id), status_code=status)
        finally:
            self._let_go(held)

    # ---------------------------------------------------------------- looking after runs

    async def _listen(self, bell: Path) -> None:
        """Look for work as soon as somebody rings."""
        handle = hang(bell)
        try:
            while True:
                await wait_readable(handle)
                hush(handle)
                await self.get_and_submit_flow_runs()
        finally:
            os.close(handle)

    async def _watch(self) -> None:
        """Stop runs in hand that somebody cancelled."""
        while True:
            await anyio.sleep(WATCHING)
            old = time.monotonic() - WATCHING / 2
            ids = [run for run, held in self._held.items() if held.since < old]
            if not ids:
                continue
            with suppress(httpx.HTTPError):
                for run in await self._runs_in([StateType.CANCELLING], ids):
                    if held := self._held.get(run.id):
                        self._end(held, Cancelled(message="Cancelled; its process was ended."))

    async def _sweep_now_and_then(self) -> None:
        """Put back runs whose worker is gone: at the start, and every half minute."""
        while True:
            unsettled = True
            with suppress(httpx.HTTPError):
                unsettled = await self._sweep()
            await anyio.sleep(SETTLING.total_seconds() if unsettled else SWEEPING)

    async def _sweep(self) -> bool:
        """Put lost runs back; whether it is worth looking again soon."""
        states = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
        runs = await self._runs_in(states)
        found = sweep(
            runs,
            in_hand=self._held,
            offline=await self._offline() if runs else (),
            now=datetime.now(UTC),
        )
        for run in found.lost:
            self._logger.warning("Run %s was lost with its worker.", run.id)
            await self._declare(run, verdict_on(run))
        return found.unsettled

    async def _runs_in(
        self, states: list[StateType], ids: list[UUID] | None = None
    ) -> list[FlowRun]:
        return await self.client.read_flow_runs(
            work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[self._work_pool_name])),
            flow_run_filter=FlowRunFilter(
                id=FlowRunFilterId(any_=ids) if ids else None,
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states)),
            ),
            limit=BATCH,
        )

    async def _offline(self) -> list[str]:
        workers = await self.client.read_workers_for_work_pool(self._work_pool_name)
        return [worker.name for worker in workers if worker.status == "OFFLINE"]

    async def _declare(self, run: FlowRun, state: State[object]) -> None:
        with suppress(ObjectNotFound):
            await self.client.set_flow_run_state(run.id, state, force=True)

    def _end(self, held: Held, instead: State[object]) -> None:
        """End a run's process on purpose; what becomes of the run is said then."""
        held.instead = instead
        if held.process is not None:
            held.process.kill()

    def _let_go(self, held: Held) -> None:
        del self._held[held.run.id]
        held.over.set()

    def _tasks(self) -> "TaskGroup":
        if self._runs_task_group is None:
            raise RuntimeError("the worker is not set up")
        return self._runs_task_group

    def _team(self) -> Crew:
        if self._crew is None:
            raise RuntimeError("the worker is not set up")
        return self._crew


def put_back(why: str) -> State[object]:
    """Make the state of a run that shall be executed again, from the top."""
    return Scheduled(name="Rescheduled", message=f"Put back: {why}.")


def verdict_on(lost: FlowRun) -> State[object]:
    """Judge what becomes of a run whose worker is gone."""
    if lost.state is not None and lost.state.is_cancelling():
        return Cancelled(message="Cancelled; its worker is gone.")
    if lost.run_count >= PATIENCE:
        return Crashed(message=f"Lost with its worker after {lost.run_count} executions.")
    return put_back("its worker is gone")
