"""Open items by age in columns: kernels that mirror domain/ageing.py, signal by signal."""

from collections.abc import Mapping

from creditflow.portfolio.arithmetic import NO_DAY, UNKNOWN, rounded, share
from creditflow.portfolio.compiled import inlined
from creditflow.portfolio.room import Lines

YEAR, SHARES = 365, 10_000

AGEING: Mapping[str, int] = {
    "overdue_share": 4,
    "overdue_1_30_share": 4,
    "overdue_31_60_share": 4,
    "overdue_61_90_share": 4,
    "overdue_60_share": 4,
    "overdue_90_share": 4,
    "oldest_days_past_due": 0,
    "open_disputed_share": 4,
    "oldest_disputed_days": 0,
}


@inlined
def ageing(lines: Lines, count: int, on: int) -> tuple[int, int, int, int, int, int, int, int, int]:
    """Parts of the undisputed open balance by age, and the disputed part of the whole one."""
    if count == 0:
        nothing = UNKNOWN
        return (
            nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing,
        )  # fmt: skip
    balance = beyond_0 = beyond_30 = beyond_60 = beyond_90 = oldest = in_dispute = dispute_days = 0
    for line in range(count):
        open_, days = lines.open[line], on - lines.due[line]
        if open_ == 0:
            continue
        if lines.disputed[line]:
            in_dispute += open_
            dispute_days = max(dispute_days, on - lines.issued[line])
            continue
        balance += open_
        beyond_0 += open_ if days > 0 else 0
        beyond_30 += open_ if days > 30 else 0  # noqa: PLR2004 - the edges of the buckets
        beyond_60 += open_ if days > 60 else 0  # noqa: PLR2004 - the edges of the buckets
        beyond_90 += open_ if days > 90 else 0  # noqa: PLR2004 - the edges of the buckets
        oldest = max(oldest, days)
    return (
        part(beyond_0, balance),
        part(beyond_0 - beyond_30, balance),
        part(beyond_30 - beyond_60, balance),
        part(beyond_60 - beyond_90, balance),
        part(beyond_60, balance),
        part(beyond_90, balance),
        oldest,
        part(in_dispute, balance + in_dispute),
        dispute_days,
    )


@inlined
def part(amount: int, whole: int) -> int:
    """A share of a balance; of a balance of zero it is zero."""
    return rounded(amount, whole, SHARES) if whole > 0 else 0


ROLLS: Mapping[str, int] = {"roll_rate_30_12m": 4, "roll_rate_60_12m": 4, "roll_rate_90_12m": 4}


@inlined
def rolls(lines: Lines, count: int, on: int) -> tuple[int, int, int]:
    """Of the amounts that were 0, 30, 60 days late, the share that went past 30, 60, 90."""
    return (
        roll_rate(lines, count, on, 30),
        roll_rate(lines, count, on, 60),
        roll_rate(lines, count, on, 90),
    )


@inlined
def roll_rate(lines: Lines, count: int, on: int, after: int) -> int:
    """From thirty days before `after`, of a year's invoices that had the time to be that late."""
    went, whole = 0, 0
    for line in range(count):
        age = on - lines.due[line] - (after + 1)
        if lines.disputed[line] or age < 0 or age >= YEAR:
            continue
        if lines.settled[line] != NO_DAY or lines.open[line] > 0:
            late, weight = lines.late[line], lines.weight[line]
            went += weight if late > after else 0
            whole += weight if late > after - 30 else 0
    return share(went, whole, SHARES)
