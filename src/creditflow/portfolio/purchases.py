"""Purchases and orders in columns: kernels that mirror domain/operations.py, signal by signal."""

from collections.abc import Mapping

from creditflow.portfolio.arithmetic import NO_DAY, UNKNOWN, Ints, rounded, share, variation
from creditflow.portfolio.compiled import compiled, inlined
from creditflow.portfolio.room import Sales

YEAR, HALF_YEAR, QUARTER, MONTH, MONTHS, PEAK_DAYS, LEAST_HISTORY = 365, 182, 91, 30, 12, 90, 30
SEASON_DAYS, LEAST_SEASON, MOST_TREND = 90, 30, 99
LEAST_PURCHASE_DAYS, MOST_GAPS = 3, 99
TENTHS, HUNDREDTHS, SHARES = 10, 100, 10_000

PURCHASES: Mapping[str, int] = {
    "sales_per_day_12m": -1,
    "sales_peak_per_day_12m": -1,
    "largest_purchase_12m": -1,
    "season_sales_per_day": -1,
    "season_trend": 4,
    "sales_trend_3m": 4,
    "sales_trend_6m": 4,
    "sales_volatility_12m": 2,
    "purchases_per_month_12m": 1,
    "returned_share_12m": 4,
}


@inlined
def purchases(
    sales: Sales, count: int, on: int, months: Ints
) -> tuple[tuple[int, int, int, int, int, int, int, int, int, int], int, bool]:
    """The signals of purchases, the year's net sales, and whether all could be computed here.

    Net sales of the last twelve periods of thirty days go into `months`, latest first.
    """
    months[:] = 0
    year = invoiced = largest = bought = 0
    for document in range(count):
        ago, amount = on - sales.days[document], sales.amounts[document]
        if ago < YEAR:
            year += amount
            largest = max(largest, amount)
            if amount > 0:
                invoiced += amount
                bought += 1
        if ago < 12 * MONTH:
            months[ago // MONTH] += amount
    covered = min(YEAR, on - sales.days[0] + 1) if count else 0
    days = max(LEAST_HISTORY, covered)
    per_day = peak = UNKNOWN
    if year > 0:
        per_day = year // days
        peak = max(per_day, max(0, busiest(sales, count, on)) // min(days, PEAK_DAYS))
    trend = volatility = UNKNOWN
    fine = True
    if covered == YEAR:
        trend = change(sales, count, on, HALF_YEAR)
        if year_of(months) > 0:
            volatility = variation(months)
            fine = volatility != UNKNOWN
    recent = covered >= 2 * QUARTER
    coming, since = season(sales, count, on) if year > 0 else (UNKNOWN, UNKNOWN)
    found = (
        per_day,
        peak,
        largest if year > 0 else UNKNOWN,
        coming,
        since,
        change(sales, count, on, QUARTER) if recent else UNKNOWN,
        trend,
        volatility,
        rounded(bought * YEAR, days * 12, 10) if count else UNKNOWN,
        share(invoiced - year, invoiced, SHARES),
    )
    return found, year, fine


@inlined
def change(sales: Sales, count: int, on: int, days: int) -> int:
    """The last so many days by as many days before them, less one."""
    last = before = 0
    for document in range(count):
        ago = on - sales.days[document]
        last += sales.amounts[document] if ago < days else 0
        before += sales.amounts[document] if days <= ago < 2 * days else 0
    return share(last - before, before, SHARES)


@inlined
def season(sales: Sales, count: int, on: int) -> tuple[int, int]:
    """Daily sales of the coming ninety days a year ago, and how sales have moved since."""
    known = on - sales.days[0] + 1 if count else 0
    days = min(SEASON_DAYS, known - YEAR)
    if days < LEAST_SEASON:
        return UNKNOWN, UNKNOWN
    coming = last = before = 0
    for document in range(count):
        ago, amount = on - sales.days[document], sales.amounts[document]
        coming += amount if YEAR - SEASON_DAYS <= ago < YEAR else 0
        last += amount if ago < days else 0
        before += amount if YEAR <= ago < YEAR + days else 0
    trend = min(MOST_TREND * SHARES, share(last - before, before, SHARES))
    return max(0, coming) // SEASON_DAYS, trend


@inlined
def year_of(months: Ints) -> int:
    """Net sales of the twelve periods."""
    total = 0
    for month in months:
        total += month
    return total


@compiled
def busiest(sales: Sales, count: int, on: int) -> int:
    """The highest net sales of any ninety days in a row that end within the year."""
    first, within, highest, any_ = 0, 0, 0, False
    for document in range(count):
        day = sales.days[document]
        within += sales.amounts[document]
        while sales.days[first] <= day - PEAK_DAYS:
            within -= sales.amounts[first]
            first += 1
        last_of_day = document + 1 == count or sales.days[document + 1] != day
        if last_of_day and on - day < YEAR:
            highest = max(highest, within) if any_ else within
            any_ = True
    return highest


TURNOVER: Mapping[str, int] = {
    "dso_countback": 1,
    "days_since_last_purchase": 0,
    "purchase_gap": 2,
}


@inlined
def turnover(
    sales: Sales, count: int, on: int, months: Ints, owed: tuple[int, int]
) -> tuple[int, int, int]:
    """Days of sales outstanding and the rhythm of purchases: mirrors domain/turnover.py.

    `owed` are the number of invoices and their open balance.
    """
    invoices, balance = owed
    last = first = days = UNKNOWN
    for document in range(count):
        day = sales.days[document]
        if sales.amounts[document] <= 0:
            continue
        if on - day < YEAR:
            if days == UNKNOWN:
                first, days = int(day), 1
            elif day != last:
                days += 1
        last = int(day)
    gap = UNKNOWN
    if days >= LEAST_PURCHASE_DAYS:
        gap = min(
            MOST_GAPS * HUNDREDTHS, rounded((on - last) * (days - 1), last - first, HUNDREDTHS)
        )
    return (
        countback(months, balance) if invoices else UNKNOWN,
        on - last if last != UNKNOWN else UNKNOWN,
        gap,
    )


@inlined
def countback(months: Ints, balance: int) -> int:
    """How many days of sales the balance is, counted back from today, in tenths; 360 at most."""
    for back in range(MONTHS):
        sold = max(0, int(months[back]))
        if balance <= sold:
            if sold == 0:
                return MONTH * back * TENTHS
            return MONTH * back * TENTHS + rounded(MONTH * balance, sold, TENTHS)
        balance -= sold
    return MONTH * MONTHS * TENTHS


ORDERED: Mapping[str, int] = {"open_orders": -1, "pipeline_months": 2}


@inlined
def pipeline(orders: int, found: bool, year: int) -> tuple[int, int]:
    """Open orders, and how many average months of purchases they are; unknown without orders."""
    if not found:
        return UNKNOWN, UNKNOWN
    return orders, rounded(orders * 12, year, HUNDREDTHS) if year > 0 else UNKNOWN


USE: Mapping[str, int] = {"limit_utilisation": 4}


@inlined
def utilisation(total: int, limit: int) -> int:
    """The exposure by the limit in force; UNKNOWN where there is none above zero."""
    return share(total, limit, SHARES)


RELATION: Mapping[str, int] = {"tenure_days": 0}


@inlined
def tenure(onboarded: int, sales: Sales, count: int, on: int) -> int:
    """Days since the relation began: the earlier of master data and first document."""
    known = onboarded != NO_DAY and onboarded <= on
    if count == 0:
        return on - onboarded if known else UNKNOWN
    first = int(sales.days[0])
    return on - min(onboarded, first) if known else on - first
