"""Find what is stuck and move it on; the database is the truth, Prefect's states are hearsay."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from creditflow.approvals.opening import promise_run
from creditflow.approvals.progressing import promise_nudge
from creditflow.approvals.withdrawing import expire
from creditflow.domain.case import FINISHED, MACHINE_MOVES, Case, CaseState
from creditflow.domain.journal import Entry
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.ports import Work

AT_REST = timedelta(minutes=2)
"""A case that a machine should move and that rested so long is stuck."""

LOOK_BACK = timedelta(days=2)
"""Finished cases are watched so long for runs that do not know it yet."""

WAITING = frozenset({CaseState.AWAITING, CaseState.RETURNED})
LIVE = frozenset({"SCHEDULED", "PENDING", "RUNNING", "PAUSED"})


@dataclass(frozen=True, slots=True)
class Watched:
    """Cases whose runs are worth a look, read in one transaction."""

    waiting: tuple[Case, ...]
    finished: tuple[Case, ...]

    @property
    def runs(self) -> list[str]:
        """The runs of all of them."""
        return [c.run_id for c in (*self.waiting, *self.finished) if c.run_id]


def stuck(*, at: datetime, work: Work, rest: timedelta = AT_REST) -> list[str]:
    """Cases that a machine should have moved and did not."""
    states = MACHINE_MOVES | {CaseState.REAPPROVAL_REQUIRED}
    return [case.id for case in work.cases.in_states(states, untouched_since=at - rest)]


def expire_overdue(*, at: datetime, work: Work) -> list[Case]:
    """End the cases whose time ran out; how many wait does not matter."""
    waiting = work.cases.in_states(WAITING)
    late = [c for c in waiting if c.expires_at is not None and c.expires_at <= at]
    return [expire(case.id, at=at, work=work) for case in late]


def watched(*, at: datetime, work: Work) -> Watched:
    """The cases whose Prefect runs should be compared with what is so."""
    finished = work.cases.in_states(FINISHED)
    return Watched(
        waiting=tuple(c for c in work.cases.in_states(WAITING) if c.run_id),
        finished=tuple(c for c in finished if c.run_id and c.updated_at > at - LOOK_BACK),
    )


def correct(
    seen: Watched, states: dict[str, str], *, at: datetime, work: Work
) -> tuple[list[str], list[str]]:
    """Give lost runs a successor and wake those that wait for what has long happened.

    Returns the ids of the cases whose run was lost, and of those whose run is
    woken. A lost run is journaled: nobody but Prefect's own trouble, or
    somebody who reached its API, ends a run while its case waits.
    """
    lost = [c for c in seen.waiting if states.get(c.run_id or "", "GONE") not in LIVE]
    for case in lost:
        _succeed(case, states.get(case.run_id or "", "GONE"), at=at, work=work)
    asleep = [c for c in seen.finished if states.get(c.run_id or "") == "PAUSED"]
    for case in asleep:
        promise_nudge(case, at=at, work=work, again=True)
    return _ids(lost), _ids(asleep)


def _succeed(case: Case, state: str, *, at: datetime, work: Work) -> None:
    fresh = work.cases.get(case.id)
    if fresh.run_id != case.run_id or fresh.state not in WAITING:
        return
    next_epoch = fresh.noted(at=fresh.updated_at, run_id=None, run_epoch=fresh.run_epoch + 1)
    work.cases.put(next_epoch)
    facts = {"run": case.run_id or "", "state": state, "epoch": str(next_epoch.run_epoch)}
    work.journal.record(Entry("run.lost", case.id, SYSTEM_ACTOR, at, facts))
    promise_run(next_epoch, at=at, work=work)


def _ids(cases: Iterable[Case]) -> list[str]:
    return [case.id for case in cases]
