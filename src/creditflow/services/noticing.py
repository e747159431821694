"""Write the letters that fall due without a case, as the policy's rules say, each once.

Who is to be written to is found by reading alone; each letter is then written
in a transaction of its own that looks again, so that two clocks, or a payment
that has arrived meanwhile, lead to no letter too many.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from creditflow.domain.added_limits import latest
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.errors import Problem
from creditflow.domain.journal import Entry
from creditflow.domain.letter import LastTold, Letter, Told
from creditflow.domain.letter_notices import BASE, LimitEnds
from creditflow.domain.limits import Limit
from creditflow.domain.notice import Notice
from creditflow.domain.notice_rules import NoticeRules
from creditflow.domain.noticing import TOLD_LATE, Due, Ending, Standing, fall_due
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.ports import Letterpress, Work
from creditflow.services.fitting import uncovered
from creditflow.services.freezing import Sender
from creditflow.services.notifying import account_on, notify
from creditflow.services.reviewing import NEAR_END

NOTICES = "notices"
"""The name under which a day's letters without a case are taken, once."""

OpenWork = Callable[[], AbstractContextManager[Work]]

WRITTEN = "letter.due"
"""What the journal calls it; filed under the customer."""


@dataclass(frozen=True, slots=True)
class DueNotice:
    """A letter that falls due for a customer."""

    customer: CustomerId
    name: str
    due: Due


@dataclass(frozen=True, slots=True)
class Done:
    """The letters that were written, and those that could not be, with what was in the way."""

    written: tuple[Letter, ...] = ()
    refused: tuple[tuple[DueNotice, Problem], ...] = ()


def write_all(
    *,
    work: OpenWork,
    reading: OpenWork,
    at: datetime,
    on: date,
    press: Letterpress,
    sender: Sender,
) -> Done:
    """Write every letter that falls due on that business date, once however many clocks say so."""
    with reading() as looking:
        if not looking.policies.current().notices:
            return Done()
    with work() as taking:
        if not taking.review_runs.claim_period(NOTICES, on):
            return Done()
    with reading() as looking:
        due = due_notices(on=on, work=looking)
    written: list[Letter] = []
    refused: list[tuple[DueNotice, Problem]] = []
    for notice in due:
        try:
            with work() as writing:
                letter = write_notice(
                    notice, at=at, on=on, work=writing, press=press, sender=sender
                )
        except Problem as problem:
            refused.append((notice, problem))
        else:
            written += [letter] if letter else []
    return Done(tuple(written), tuple(refused))


def due_notices(
    *, on: date, work: Work, customers: Iterable[CustomerId] | None = None
) -> list[DueNotice]:
    """Every letter that falls due on that day, of these customers or of all, by customer id.

    A customer whose ledger cannot be added up (a missing exchange rate) is left
    out: that is told where the ledger is handed in.
    """
    rules = work.policies.current().notices
    if not rules:
        return []
    found = []
    for customer in customers if customers is not None else work.customers.ids():
        known = work.customers.get(customer)
        try:
            standing = standing_of(known, on=on, work=work)
        except Problem:
            continue
        found += [DueNotice(customer, known.name, x) for x in fall_due(rules, standing)]
    return found


def write_notice(
    notice: DueNotice,
    *,
    at: datetime,
    on: date,
    work: Work,
    press: Letterpress,
    sender: Sender,
) -> Letter | None:
    """Write that letter if it still falls due; None where it does not, or was written before."""
    rules: NoticeRules = work.policies.current().notices
    standing = standing_of(work.customers.get(notice.customer), on=on, work=work)
    sought = (notice.due.notice, notice.due.limit)
    due = next((x for x in fall_due(rules, standing) if (x.notice, x.limit) == sought), None)
    if due is None:
        return None
    facts = {"notice": due.notice.value, "why": str(due.why), "on": on.isoformat()}
    if due.limit:
        facts["limit"] = due.limit
    key = f"notice:{due.notice.value}:{notice.customer}:{due.key}"
    if not work.journal.record_once(key, Entry(WRITTEN, notice.customer, SYSTEM_ACTOR, at, facts)):
        return None
    return notify(
        notice.customer, due.notice,
        by=SYSTEM_ACTOR, at=at, on=on, work=work, press=press, sender=sender,
        limit=due.limit,
    )  # fmt: skip


def standing_of(customer: Customer, *, on: date, work: Work) -> Standing:
    """What notices to that customer depend on; raises NoRate where amounts cannot be added up."""
    account = account_on(customer, on, work)
    limit = work.limits.current(customer.id)
    told = work.letters.last_told(customer.id)
    deliveries = [x for k in (Notice.HELD, Notice.RELEASED) if (x := told.get(k)) is not None]
    last = max(deliveries, key=lambda x: (x.at, x.number), default=None)
    is_held = last is not None and last is told.get(Notice.HELD)
    known = [x.period_end for x in work.statements.of(customer.id) if x.period_end <= on]
    return Standing(
        on=on,
        judged=account.judged,
        late=account.late,
        average_days=account.average_days,
        overdue=account.overdue,
        invoices=account.invoices,
        oldest_days=account.oldest_days,
        over=uncovered(customer, on=on, work=work),
        until=limit.until if limit is not None and limit.amount is not None else None,
        statement=max(known, default=None),
        review=_next_review(limit),
        said=_said(told, work),
        is_held=is_held,
        held_by_rule=is_held and last is not None and _is_ours(last.number, work),
        endings=_endings(customer, on, work),
    )


def _said(told: Mapping[Told, LastTold], work: Work) -> dict[Notice, date]:
    """When a letter of each kind was last written; the end of credit on top is no limit's end."""
    said = {kind: x.at.date() for kind, x in told.items() if isinstance(kind, Notice)}
    if (ends := told.get(Notice.LIMIT_ENDS)) is not None:
        facts = work.letters.get(ends.number).facts
        if isinstance(facts, LimitEnds) and facts.kind != BASE:
            del said[Notice.LIMIT_ENDS]
    return said


def _endings(customer: Customer, on: date, work: Work) -> tuple[Ending, ...]:
    """Temporary and project limits that count or are lately over, and whose end was not told."""
    near = [
        Ending(x.id, x.from_, x.until)
        for x in latest(work.added_limits.of(customer.id))
        if x.from_ <= on < x.until + TOLD_LATE and x.from_ < x.until
    ]
    if not near:
        return ()
    written = [x.entry for x in work.journal.of(customer.id) if x.entry.what == WRITTEN]
    told = {entry.facts.get("limit") for entry in written}
    return tuple(ending for ending in near if ending.limit not in told)


def _next_review(limit: Limit | None) -> date | None:
    """The day by which the limit is looked at again, or its end is near; None where neither is."""
    if limit is None:
        return None
    ends = limit.until - NEAR_END if limit.until is not None else None
    return min((x for x in (limit.review_on, ends) if x is not None), default=None)


def _is_ours(number: str, work: Work) -> bool:
    return any(
        x.entry.what == "letter.written" and x.entry.by == SYSTEM_ACTOR
        for x in work.journal.of(number)
    )
