"""The spread and movement of delays in columns: kernels that mirror domain/lateness.py."""

from collections.abc import Mapping

from creditflow.portfolio.arithmetic import UNKNOWN, Ints, root, rounded, share
from creditflow.portfolio.compiled import inlined
from creditflow.portfolio.room import NEVER, Lines
from creditflow.portfolio.settling import ago

YEAR, MONTH, MONTHS, MOST_DAYS, TOLERANCE, LEAST_MONTHS = 365, 30, 12, 180, 5, 3
THOUSANDTHS, HUNDREDTHS, TENTHS, SHARES = 1_000, 100, 10, 10_000

DELAYS: Mapping[str, int] = {
    "late_5_share_12m": 4,
    "lateness_spread_12m": 2,
    "lateness_slope_12m": 2,
    "lateness_ewma_12m": 1,
}


@inlined
def delays(lines: Lines, count: int, on: int, room: tuple[Ints, Ints]) -> tuple[int, int, int, int]:
    """How often, how unevenly and with which tendency payments are late; each cut off at 180."""
    judged = beyond = sum_ = squares = 0
    sums, counts = room
    sums[:] = 0
    counts[:] = 0
    for line in range(count):
        days = ago(lines, line, on)
        if days == NEVER:
            continue
        late = min(MOST_DAYS, int(lines.late[line]))
        if days < YEAR:
            judged += 1
            beyond += late >= TOLERANCE
            sum_ += late
            squares += late * late
        if days < MONTH * MONTHS:
            sums[days // MONTH] += late
            counts[days // MONTH] += 1
    for month in range(MONTHS):
        sums[month] = share(sums[month], counts[month], THOUSANDTHS)
    return share(beyond, judged, SHARES), spread(judged, sum_, squares), slope(sums), ewma(sums)


@inlined
def spread(count: int, sum_: int, squares: int) -> int:
    """The standard deviation √(n Σx² − (Σx)²) / n, cut off at two decimals."""
    if count == 0:
        return UNKNOWN
    above, below = count * squares - sum_ * sum_, count * count
    scale = HUNDREDTHS * HUNDREDTHS
    return root(above // below * scale + above % below * scale // below)


@inlined
def slope(means: Ints) -> int:
    """The least-squares line through the months' means, latest first, in hundredths of a day."""
    n = sum_x = sum_y = sum_xy = sum_xx = 0
    for back in range(MONTHS):
        if means[back] != UNKNOWN:
            n += 1
            sum_x -= back
            sum_y += means[back]
            sum_xy -= back * means[back]
            sum_xx += back * back
    if n < LEAST_MONTHS:
        return UNKNOWN
    run = n * sum_xx - sum_x * sum_x
    return rounded(n * sum_xy - sum_x * sum_y, THOUSANDTHS * run, HUNDREDTHS)


@inlined
def ewma(means: Ints) -> int:
    """A moving average from the oldest month to the latest, which counts one third; in tenths."""
    smooth = UNKNOWN
    for back in range(MONTHS - 1, -1, -1):
        if means[back] != UNKNOWN:
            known = smooth != UNKNOWN
            smooth = (means[back] + 2 * smooth + 1) // 3 if known else means[back]
    return rounded(smooth, THOUSANDTHS, TENTHS) if smooth != UNKNOWN else UNKNOWN
