"""Runs without Prefect: remembers what was asked for and executes nothing.

For installations without Prefect, where the heartbeat's reconciler moves every case on
by itself, and for tests. It keeps the same contract as `PrefectRuns`.
"""

import threading
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from creditflow.runs.state_types import TERMINAL


@dataclass(frozen=True, slots=True)
class AskedRun:
    """One run that was asked for."""

    id: str
    deployment: str
    parameters: Mapping[str, str]
    key: str
    tags: tuple[str, ...]
    name: str | None
    state: str


class InlineRuns:
    """The port `Runs` in memory; threads may share one."""

    def __init__(self) -> None:
        self._runs: dict[str, AskedRun] = {}
        self._by_key: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()

    def start(
        self,
        deployment: str,
        parameters: Mapping[str, str],
        *,
        key: str,
        tags: Sequence[str] = (),
        name: str | None = None,
    ) -> str:
        """Remember a run, once per key of its deployment; its id."""
        with self._lock:
            known = self._by_key.get((deployment, key))
            if known is not None:
                return known
            run = str(uuid.uuid4())
            self._by_key[deployment, key] = run
            self._runs[run] = AskedRun(
                id=run,
                deployment=deployment,
                parameters=dict(parameters),
                key=key,
                tags=tuple(tags),
                name=name,
                state="SCHEDULED",
            )
            return run

    def nudge(self, run: str) -> None:
        """Nothing waits here, so there is nothing to resume."""

    def states(self, runs: Iterable[str]) -> dict[str, str]:
        """SCHEDULED or CANCELLED by run id; unknown ones are absent."""
        with self._lock:
            return {run: self._runs[run].state for run in runs if run in self._runs}

    def cancel(self, run: str) -> None:
        """Remember that a run is of no use any more."""
        with self._lock:
            asked = self._runs.get(run)
            if asked is not None and asked.state not in TERMINAL:
                self._runs[run] = replace(asked, state="CANCELLED")

    def alive(self) -> bool:
        """There is nothing that could be down."""
        return True

    def close(self) -> None:
        """Nothing to give back."""

    def asked(self) -> list[AskedRun]:
        """Everything that was asked for, oldest first."""
        with self._lock:
            return list(self._runs.values())
