"""Carry everything on without Prefect, until nothing moves any more."""

from datetime import timedelta

from creditflow.bootstrap import App
from creditflow.services import reconciling, relaying


def drain_all(app: App) -> tuple[int, int]:
    """Move on every case that a machine may move, deliver every letter that is due.

    Returns how many cases were moved and how many letters were handed over.
    What waits for a person, for a later try or for clarity stays.
    """
    at = app.now()
    with app.work() as work:
        relaying.recover_lapsed(work=work, at=at)
        reconciling.expire_overdue(at=at, work=work)
        stuck = reconciling.stuck(at=at, work=work, rest=timedelta(0))
    for case in stuck:
        app.advance(case)
    delivered = 0
    while app.deliver() is not None:
        delivered += 1
    return len(stuck), delivered
