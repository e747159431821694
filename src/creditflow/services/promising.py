"""Keep the outbox's promises to Prefect: start runs, and wake those that wait."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from creditflow.approvals.opening import REVIEW_CUSTOMER
from creditflow.domain.errors import Problem
from creditflow.ports import Promise, PromiseKind, Runs, Work
from creditflow.services.scheduling import REVIEW_PORTFOLIO

LEASE = timedelta(seconds=60)
"""How long one relay may take over one promise before another takes it over."""

PATIENCE = (1, 2, 5, 10, 30, 60, 120)
"""Seconds between tries; the last one repeats for ever. A promise is never given up."""


def keep_one(
    *,
    work: Callable[[], AbstractContextManager[Work]],
    runs: Runs,
    owner: str,
    at: datetime,
    subject: str | None = None,
) -> Promise | None:
    """Take one promise that is due and keep it; None where none is due.

    What is claimed is committed before Prefect is asked, and what came of it
    after: a crash in between only makes the promise be kept twice, and Prefect
    answers the second time with the run that it already has.
    """
    with work() as claiming:
        promise = claiming.outbox.claim(owner=owner, at=at, until=at + LEASE, subject=subject)
    if promise is None:
        return None
    try:
        _KEEP[promise.kind](promise, work, runs, at)
    except Problem as problem:
        wait = PATIENCE[min(promise.attempts, len(PATIENCE)) - 1]
        with work() as noting:
            noting.outbox.again(
                promise.key, due_at=at + timedelta(seconds=wait), problem=str(problem)
            )
    else:
        with work() as noting:
            noting.outbox.kept(promise.key, at=at)
    return promise


def _start_run(
    promise: Promise,
    work: Callable[[], AbstractContextManager[Work]],
    runs: Runs,
    at: datetime,  # noqa: ARG001 - every keeper is called alike
) -> None:
    with work() as reading:
        case = reading.cases.get(promise.subject)
        customer = reading.customers.get(case.customer)
    if case.is_finished:
        return
    run = runs.start(
        REVIEW_CUSTOMER,
        {"case_id": case.id},
        key=promise.key,
        tags=[f"case:{case.id}", f"occasion:{case.occasion.kind.value}", customer.currency],
        name=f"{case.id} {case.customer}",
    )
    with work() as noting:
        fresh = noting.cases.get(case.id)
        if fresh.run_id != run:
            noting.cases.put(fresh.noted(at=fresh.updated_at, run_id=run))


def _nudge(
    promise: Promise,
    work: Callable[[], AbstractContextManager[Work]],
    runs: Runs,
    at: datetime,  # noqa: ARG001 - as above
) -> None:
    with work() as reading:
        case = reading.cases.get(promise.subject)
    # Without a run there is nobody to wake: the run that is still to be started
    # will find the decision, and so would the reconciler.
    if case.run_id is not None:
        runs.nudge(case.run_id)


def _start_review(
    promise: Promise,
    work: Callable[[], AbstractContextManager[Work]],  # noqa: ARG001 - as above
    runs: Runs,
    at: datetime,  # noqa: ARG001 - as above
) -> None:
    on = promise.subject
    runs.start(REVIEW_PORTFOLIO, {"on": on}, key=promise.key, name=f"review of {on}")


_KEEP = {
    PromiseKind.START_RUN: _start_run,
    PromiseKind.NUDGE: _nudge,
    PromiseKind.START_REVIEW: _start_review,
}
