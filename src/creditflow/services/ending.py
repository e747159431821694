"""See credit on top end: each end is noted once, whoever looks, when and how often.

That it counts no more follows from the calendar and waits for nobody. What
happens here is what else has to happen then: it stands in the journal, and
other programs hear of it.
"""

from datetime import date, datetime

from creditflow.domain.added_limits import AddedLimit
from creditflow.domain.journal import Entry
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.ports import Work
from creditflow.services.messaging import OpenWork
from creditflow.services.recalling import timeline_of


def see_ends(*, work: OpenWork, reading: OpenWork, at: datetime, on: date) -> list[str]:
    """Note every end until that business date; which ones were noted here.

    Looking only reads. Each end is noted in a transaction of its own, by one
    clock alone, so nobody needs a lease for it.
    """
    with reading() as looking:
        over = [limit.id for limit in looking.added_limits.over(on)]
    noted = []
    for limit in over:
        with work() as noting:
            if see_end(limit, on=on, at=at, work=noting) is not None:
                noted.append(limit)
    return noted


def see_end(limit: str, *, on: date, at: datetime, work: Work) -> AddedLimit | None:
    """Note that it has ended; None where it counts still, or where somebody has noted it.

    `on` is the business date at that moment where the company is. One that was
    taken back before it ever counted is put aside without a word.
    """
    counting = work.added_limits.get(limit)
    if on < counting.until or not work.added_limits.end(limit, on=counting.until, at=at):
        return None
    if counting.until <= counting.from_:
        return None
    left = timeline_of(work.customers.get(counting.customer), work).on(counting.until)
    facts = {
        "limit": counting.id,
        "kind": counting.kind.value,
        "amount": str(counting.amount),
        "project": counting.project,
        "until": counting.until.isoformat(),
        "state": left.state.value,
        "left": str(left.general) if left.general is not None else "",
    }
    subject = counting.case_id or counting.customer
    work.journal.record(Entry("limit.ended", subject, SYSTEM_ACTOR, at, facts))
    return counting
