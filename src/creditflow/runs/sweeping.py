"""Finds runs whose worker is gone and puts them back, so that no run stays "Running" for ever.

Prefect does not do this by itself: a run whose process was killed keeps its state, and
resuming it changes nothing. Flows here may be executed again from the top at any time,
so putting a run back is always safe.
"""

import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

SETTLING: Final = timedelta(seconds=5)
"""A state younger than this may still be on its way from one worker's hand to another's."""

UNSIGNED: Final = timedelta(seconds=60)
"""After this long a run that a worker took without signing for it counts as forgotten."""

PATIENCE: Final = 12
"""Executions after which a run that was lost again is given up: it may kill its workers."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A worker process on some machine; `born` keeps it apart from a later one with its pid."""

    host: str
    pid: int
    born: int

    def __str__(self) -> str:
        """Write the name by which it signs for runs, and by which Prefect lists it."""
        return f"warm {self.host} {self.pid} {self.born}"

    @classmethod
    def named(cls, name: str | None) -> "Owner | None":
        """Read such a name; None for names that other kinds of workers give."""
        match (name or "").split(" "):
            case ["warm", host, pid, born] if pid.isdigit() and born.isdigit():
                return cls(host, int(pid), int(born))
        return None

    def alive(self) -> bool | None:
        """Whether its process is alive; None where that cannot be seen from here."""
        if self.host != socket.gethostname() or not myself().born:
            return None
        return birth(self.pid) == self.born


def birth(pid: int) -> int | None:
    """When a process was started, in clock ticks since boot; None when there is none."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    after_name = status.rpartition(")")[2].split()
    return None if after_name[0] in {"Z", "X"} else int(after_name[19])


@cache
def myself() -> Owner:
    """Return the owner that this process is."""
    return Owner(socket.gethostname(), os.getpid(), birth(os.getpid()) or 0)


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one look at the runs in workers' hands found."""

    lost: list["FlowRun"]
    unsettled: bool


def sweep(
    runs: Iterable["FlowRun"],
    *,
    in_hand: Iterable[object],
    offline: Iterable[str],
    now: datetime,
) -> Sweep:
    """Pick those of `runs` that nobody works on.

    `in_hand` are ids of runs that this worker has; `offline` names of workers that Prefect
    has not heard of for long. A run of a worker that cannot be judged is left alone.
    """
    mine, silent = set(in_hand), set(offline)
    lost: list[FlowRun] = []
    unsettled = False
    for run in runs:
        if run.id in mine or not _forsaken(run, silent, now):
            continue
        if _age(run, now) < SETTLING:
            unsettled = True
        else:
            lost.append(run)
    return Sweep(lost, unsettled)


def _forsaken(run: "FlowRun", silent: set[str], now: datetime) -> bool:
    if not run.infrastructure_pid:
        return _age(run, now) > UNSIGNED
    owner = Owner.named(run.infrastructure_pid)
    if owner is None:
        return False
    if owner == myself():
        return True  # We would know of it.
    alive = owner.alive()
    return str(owner) in silent if alive is None else not alive


def _age(run: "FlowRun", now: datetime) -> timedelta:
    since = run.state.timestamp if run.state else None
    return now - since.astimezone(UTC) if since else timedelta.max
