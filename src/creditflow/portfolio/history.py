"""Payment behaviour in columns: kernels that mirror domain/behaviour.py, signal by signal.

Each function gives the values of the names above it, in their order, in units
of the places that stand with them: days in tenths, shares in ten-thousandths.
"""

from collections.abc import Mapping

from creditflow.portfolio.arithmetic import NO_DAY, UNKNOWN, rounded, share
from creditflow.portfolio.compiled import compiled
from creditflow.portfolio.settling import Lines

QUARTER, HALF_YEAR, YEAR = 91, 182, 365
TENTHS, SHARES = 10, 10_000
NO_PURCHASES = 99 * SHARES
"""Months of purchases that an old debt stands for when nothing is bought any more."""


@compiled
def days_late(lines: Lines, line: int, on: int) -> int:
    """Days beyond terms until paid, or until the day; zero when early."""
    end = on if lines.settled[line] == NO_DAY else lines.settled[line]
    return max(0, int(end - lines.due[line]))


@compiled
def overdue(lines: Lines, line: int, on: int, days: int) -> bool:
    """Open and more than so many days past due."""
    return bool(lines.open[line] > 0 and on - lines.due[line] > days)


@compiled
def counts(lines: Lines, line: int, on: int, window: int) -> bool:
    """Undisputed, and paid within the window or overdue now."""
    if lines.disputed[line]:
        return False
    settled = lines.settled[line]
    return (settled != NO_DAY and on - settled < window) or overdue(lines, line, on, 0)


@compiled
def beyond_terms(lines: Lines, count: int, on: int, window: int) -> int:
    """Σ(amount × days late) / Σ amount; an open invoice counts with what is still owed."""
    late = whole = 0
    for line in range(count):
        if counts(lines, line, on, window):
            open_ = lines.settled[line] == NO_DAY
            weight = lines.open[line] if open_ else lines.amount[line]
            whole += weight
            late += weight * days_late(lines, line, on)
    return share(late, whole, TENTHS)


LATENESS: Mapping[str, int] = {
    "days_beyond_terms_3m": 1,
    "days_beyond_terms_6m": 1,
    "days_beyond_terms_12m": 1,
    "lateness_trend": 1,
}


@compiled
def lateness(lines: Lines, count: int, on: int) -> tuple[int, int, int, int]:
    """How late payments come, over three windows, and how the shortest compares with the year."""
    now = beyond_terms(lines, count, on, QUARTER)
    usual = beyond_terms(lines, count, on, YEAR)
    known = UNKNOWN not in (now, usual)
    half = beyond_terms(lines, count, on, HALF_YEAR)
    return now, half, usual, now - usual if known else UNKNOWN


PUNCTUALITY: Mapping[str, int] = {
    "paid_on_time_12m": 4,
    "paid_on_time_count_12m": 0,
    "judged_invoices_12m": 0,
    "settled_12m": 0,
    "worst_days_late_12m": 0,
    "paid_in_parts_12m": 4,
}


@compiled
def punctuality(lines: Lines, count: int, on: int) -> tuple[int, int, int, int, int, int]:
    """How many of the year's invoices were paid on time, in parts, and how late the worst was."""
    judged = on_time = settled = in_parts = worst = 0
    for line in range(count):
        if counts(lines, line, on, YEAR):
            judged += 1
            late = days_late(lines, line, on)
            worst = max(worst, late)
            on_time += late == 0
            if lines.settled[line] != NO_DAY:
                settled += 1
                in_parts += lines.payments[line] > 1
    return (
        share(on_time, judged, SHARES),
        on_time if judged else UNKNOWN,
        judged or UNKNOWN,
        settled if count else UNKNOWN,
        worst if judged else UNKNOWN,
        share(in_parts, settled, SHARES),
    )


BALANCE: Mapping[str, int] = {
    "overdue_share": 4,
    "overdue_60_share": 4,
    "overdue_90_share": 4,
    "overdue_90_months": 4,
    "disputed_share_12m": 4,
    "high_credit_12m": -1,
}


@compiled
def balance(lines: Lines, count: int, highest: int, on: int) -> tuple[int, int, int, int, int, int]:
    """Overdue parts of the open balance; zero for a balance of zero, unknown without invoices."""
    if count == 0:
        return UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN
    whole = late = late_60 = late_90 = bought = in_dispute = 0
    for line in range(count):
        if on - lines.issued[line] < YEAR:
            bought += lines.amount[line]
            in_dispute += lines.amount[line] if lines.disputed[line] else 0
        if lines.disputed[line]:
            continue
        open_ = lines.open[line]
        whole += open_
        late += open_ if overdue(lines, line, on, 0) else 0
        late_60 += open_ if overdue(lines, line, on, 60) else 0
        late_90 += open_ if overdue(lines, line, on, 90) else 0
    return (
        part(late, whole),
        part(late_60, whole),
        part(late_90, whole),
        months(late_90, bought),
        share(in_dispute, bought, SHARES),
        highest,
    )


@compiled
def part(amount: int, whole: int) -> int:
    """A share of the balance; of a balance of zero it is zero."""
    return rounded(amount, whole, SHARES) if whole > 0 else 0


@compiled
def months(debt: int, bought: int) -> int:
    """How many average months of the year's purchases an old debt is."""
    if debt == 0:
        return 0
    if bought == 0 or debt * 12 // bought >= NO_PURCHASES // SHARES:
        return NO_PURCHASES
    return min(NO_PURCHASES, rounded(debt * 12, bought, SHARES))
