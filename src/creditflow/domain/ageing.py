"""Ageing: how old the open items are, how debts roll from one bucket to the next, and disputes.

Days past due count from the day after the due date, and "more than 30" means
31 or more, as in the ageing of the exposure.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from creditflow.domain.behaviour import YEAR, Line
from creditflow.domain.quantities import share

ROLLS = ((0, 30), (30, 60), (60, 90))
"""From more than so many days late to more than so many."""


def ageing(found: Sequence[Line], judged: Sequence[Line], on: date) -> dict[str, Decimal]:
    """The signals of open items and of debts that grew older; absent means unknown.

    `found` are all invoices, `judged` the undisputed ones. Shares of an open
    balance of zero are zero; without any invoice everything is unknown.
    """
    if not found:
        return {}
    disputed = [line for line in found if line.disputed and line.open > 0]
    late = [line for line in judged if line.overdue(on)]
    signals: dict[str, Decimal | None] = {
        **_buckets(judged, on),
        "oldest_days_past_due": Decimal(max((line.late(on) for line in late), default=0)),
        "open_disputed_share": _part(
            sum(line.open for line in disputed), sum(line.open for line in found)
        ),
        "oldest_disputed_days": Decimal(
            max(((on - line.issued_on).days for line in disputed), default=0)
        ),
        **{
            f"roll_rate_{after}_12m": roll_rate(judged, on, before, after)
            for before, after in ROLLS
        },
    }
    return {name: value for name, value in signals.items() if value is not None}


def roll_rate(judged: Sequence[Line], on: date, before: int, after: int) -> Decimal | None:
    """Of the amounts that were more than `before` days late, the share that went past `after`.

    Looks at invoices that fell due within the 365 days that ended so long ago
    that each had the time to become more than `after` days late. A settled
    invoice counts with its amount, an open one with what is still owed; one
    that a credit covers says nothing. Unknown where nothing was late.
    """
    last = on - timedelta(days=after + 1)
    cohort = [
        (line.weight, line.late(on))
        for line in judged
        if last - YEAR < line.due_on <= last and (line.settled_on is not None or line.open > 0)
    ]
    return share(
        sum(amount for amount, days in cohort if days > after),
        sum(amount for amount, days in cohort if days > before),
    )


def _buckets(judged: Sequence[Line], on: date) -> dict[str, Decimal]:
    """The parts of the undisputed open balance that are 1–30, 31–60 and 61–90 days past due."""
    balance = sum(line.open for line in judged)
    beyond = {
        days: sum(line.open for line in judged if line.overdue(on, days=days))
        for days in (0, 30, 60, 90)
    }
    return {
        "overdue_1_30_share": _part(beyond[0] - beyond[30], balance),
        "overdue_31_60_share": _part(beyond[30] - beyond[60], balance),
        "overdue_61_90_share": _part(beyond[60] - beyond[90], balance),
    }


def _part(part: int, whole: int) -> Decimal:
    """A share of a balance; of a balance of zero it is zero."""
    return share(part, whole) or Decimal(0)
