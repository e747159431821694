"""Payment behaviour in columns: kernels that mirror domain/behaviour.py, signal by signal.

Each function gives the values of the names above it, in their order, in units
of the places that stand with them: days in tenths, shares in ten-thousandths.
"""

from collections.abc import Mapping

from creditflow.portfolio.arithmetic import NO_DAY, UNKNOWN, rounded, share
from creditflow.portfolio.compiled import inlined
from creditflow.portfolio.room import Lines
from creditflow.portfolio.settling import ago, overdue

QUARTER, HALF_YEAR, YEAR = 91, 182, 365
TENTHS, SHARES = 10, 10_000
NO_PURCHASES = 99 * SHARES
"""Months of purchases that an old debt stands for when nothing is bought any more."""

LATENESS: Mapping[str, int] = {
    "days_beyond_terms_3m": 1,
    "days_beyond_terms_6m": 1,
    "days_beyond_terms_12m": 1,
    "lateness_trend": 1,
    "days_to_pay_12m": 1,
}


@inlined
def lateness(lines: Lines, count: int, on: int) -> tuple[int, int, int, int, int]:
    """Σ(weight × days late) / Σ weight of what was paid in a window or is overdue; days to pay."""
    late_3 = late_6 = late_12 = whole_3 = whole_6 = whole_12 = to_pay = paid = 0
    for line in range(count):
        days = ago(lines, line, on)
        if days >= YEAR:
            continue
        weight, late = lines.weight[line], lines.weight[line] * lines.late[line]
        whole_12 += weight
        late_12 += late
        if days < HALF_YEAR:
            whole_6 += weight
            late_6 += late
        if days < QUARTER:
            whole_3 += weight
            late_3 += late
        if lines.settled[line] != NO_DAY:
            paid += weight
            to_pay += weight * max(0, lines.settled[line] - lines.issued[line])
    now, usual = share(late_3, whole_3, TENTHS), share(late_12, whole_12, TENTHS)
    trend = UNKNOWN if UNKNOWN in (now, usual) else now - usual
    return now, share(late_6, whole_6, TENTHS), usual, trend, share(to_pay, paid, TENTHS)


PUNCTUALITY: Mapping[str, int] = {
    "paid_on_time_12m": 4,
    "paid_on_time_amount_12m": 4,
    "late_30_share_12m": 4,
    "paid_on_time_count_12m": 0,
    "judged_invoices_12m": 0,
    "settled_12m": 0,
    "worst_days_late_12m": 0,
    "paid_in_parts_12m": 4,
}


@inlined
def punctuality(lines: Lines, count: int, on: int) -> tuple[int, int, int, int, int, int, int, int]:
    """How many of the year's invoices were paid on time, in parts, and how late the worst was."""
    judged = on_time = settled = in_parts = worst = whole = in_time = serious = 0
    for line in range(count):
        if ago(lines, line, on) >= YEAR:
            continue
        late, weight = lines.late[line], lines.weight[line]
        judged += 1
        whole += weight
        worst = max(worst, late)
        if late == 0:
            on_time += 1
            in_time += weight
        if late >= 30:  # noqa: PLR2004 - as the name of the signal says
            serious += weight
        if lines.settled[line] != NO_DAY:
            settled += 1
            in_parts += lines.payments[line] > 1
    return (
        share(on_time, judged, SHARES),
        share(in_time, whole, SHARES),
        share(serious, whole, SHARES),
        on_time if judged else UNKNOWN,
        judged or UNKNOWN,
        settled if count else UNKNOWN,
        worst if judged else UNKNOWN,
        share(in_parts, settled, SHARES),
    )


BALANCE: Mapping[str, int] = {
    "overdue_90_months": 4,
    "disputed_share_12m": 4,
    "high_credit_12m": -1,
    "balance_to_high_credit": 4,
}


@inlined
def balance(lines: Lines, count: int, highest: int, on: int) -> tuple[int, int, int, int]:
    """Old debts by purchases, disputes, and the balance by the highest one of the year."""
    if count == 0:
        return UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN
    whole = old = bought = in_dispute = 0
    for line in range(count):
        disputed = lines.disputed[line]
        if on - lines.issued[line] < YEAR:
            bought += lines.amount[line]
            in_dispute += lines.amount[line] if disputed else 0
        whole += lines.open[line]
        if not disputed and overdue(lines, line, on, 90):
            old += lines.open[line]
    return (
        months(old, bought),
        share(in_dispute, bought, SHARES),
        highest,
        share(whole, highest, SHARES),
    )


@inlined
def months(debt: int, bought: int) -> int:
    """How many average months of the year's purchases an old debt is."""
    if debt == 0:
        return 0
    if bought == 0 or debt * 12 // bought >= NO_PURCHASES // SHARES:
        return NO_PURCHASES
    return min(NO_PURCHASES, rounded(debt * 12, bought, SHARES))
