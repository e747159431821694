"""Lateness: whether a customer pays later than it used to, and how unevenly.

Everything here counts invoices, not amounts, and cuts a delay off at
MOST_DAYS, so that one forgotten invoice does not hide how the others are paid.
A month is a period of thirty days counted back from the day, the latest one
first; its mean is kept in thousandths of a day, as a whole number, so that
every evaluator gets the same digits.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from creditflow.domain.behaviour import Line
from creditflow.domain.quantities import exact, root, share

MOST_DAYS = 180
"""A delay beyond half a year counts as half a year."""

MONTH, MONTHS = 30, 12
LEAST_MONTHS = 3
"""Two points always lie on a line; a slope needs a third to mean anything."""

TOLERANCE, SERIOUS = 5, 30
"""Days late that a bank transfer over a weekend explains, and that nothing explains."""


def lateness(judged: Sequence[Line], year: Sequence[Line], on: date) -> dict[str, Decimal]:
    """The signals of how lateness is spread and moves; absent means unknown.

    `judged` are the undisputed invoices, `year` those of them that were paid
    within twelve months or are overdue now.
    """
    means = month_means(judged, on)
    days = [min(MOST_DAYS, line.late(on)) for line in year]
    found = {
        "late_5_share_12m": share(sum(1 for day in days if day >= TOLERANCE), len(days)),
        "lateness_spread_12m": _spread(days),
        "lateness_slope_12m": slope(means),
        "lateness_ewma_12m": ewma(means),
    }
    return {name: value for name, value in found.items() if value is not None}


def month_means(judged: Sequence[Line], on: date) -> tuple[int | None, ...]:
    """The mean days late of each of the last twelve months in thousandths of a day, latest first.

    An invoice belongs to the month in which it was paid; one that is overdue
    now belongs to the latest month. None is a month without any. Rounded half
    to even.
    """
    sums, counts = [0] * MONTHS, [0] * MONTHS
    for line in judged:
        if line.settled_on is not None:
            month = (on - line.settled_on).days // MONTH
        elif line.overdue(on):
            month = 0
        else:
            continue
        if month < MONTHS:
            sums[month] += min(MOST_DAYS, line.late(on))
            counts[month] += 1
    return tuple(
        round(Fraction(total * 1000, count)) if count else None
        for total, count in zip(sums, counts, strict=True)
    )


def slope(means: Sequence[int | None]) -> Decimal | None:
    """By how many days a month lateness grows: the least-squares line through the month means.

    (n Σxy − Σx Σy) / (n Σx² − (Σx)²) over the months that have a mean, x
    counting months towards the day; negative where payments come earlier and
    earlier. Unknown below three months.
    """
    points = [(-back, mean) for back, mean in enumerate(means) if mean is not None]
    n = len(points)
    if n < LEAST_MONTHS:
        return None
    sum_x, sum_y = sum(x for x, _ in points), sum(y for _, y in points)
    rise = n * sum(x * y for x, y in points) - sum_x * sum_y
    run = n * sum(x * x for x, _ in points) - sum_x * sum_x
    return exact(Fraction(rise, 1000 * run), 2)


def ewma(means: Sequence[int | None]) -> Decimal | None:
    """Days late as a moving average of the months, of which the latest counts one third.

    z ← (mean + 2 z) / 3 from the oldest month with a mean to the latest, in
    whole thousandths of a day (a third is never a tie, so nearest is nearest).
    Source: S. W. Roberts, "Control chart tests based on geometric moving
    averages", Technometrics 1 (1959), with λ = 1/3.
    """
    known = [mean for mean in reversed(means) if mean is not None]
    if not known:
        return None
    smooth = known[0]
    for mean in known[1:]:
        smooth = (mean + 2 * smooth + 1) // 3
    return exact(Fraction(smooth, 1000), 1)


def _spread(days: Sequence[int]) -> Decimal | None:
    """The standard deviation of the days late, √(n Σx² − (Σx)²) / n, cut off at two decimals."""
    n = len(days)
    if not n:
        return None
    return root(Fraction(n * sum(day * day for day in days) - sum(days) ** 2, n * n), 2)
