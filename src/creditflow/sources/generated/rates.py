"""Rates: a plausible, invented path of exchange rates against the euro."""

from collections.abc import Iterator
from datetime import date, timedelta

from creditflow.sources.generated.business_days import (
    business_day,
    first_of_month,
    is_business_day,
    last_of_month,
)
from creditflow.sources.generated.dice import Dice

_RATE_STREAM = 1 << 29
_DAYS_AT_THE_END = 10
# Statements reach further back than the ledger, and are read at the rate of their day.
_MONTHS_BEFORE_LEDGER = 60
# Units of the currency per euro, times 10,000: lowest, highest, and a usual day's step.
_CORRIDORS = {"CNY": (78_000, 83_000, 160), "USD": (10_500, 11_800, 45)}
_SCALE = 10_000


def rates(*, months: int, until: date, seed: int) -> Iterator[tuple[date, str, str]]:
    """Day, currency and units of it per euro: month ends, then the last ten business days."""
    dice = Dice(seed, _RATE_STREAM)
    ends = (first_of_month(until, ago) for ago in range(months + _MONTHS_BEFORE_LEDGER, 0, -1))
    month_ends = [business_day(last_of_month(day), -1) for day in ends]
    recent: list[date] = []
    day = until
    while len(recent) < _DAYS_AT_THE_END:
        if is_business_day(day):
            recent.append(day)
        day -= timedelta(days=1)
    now = {
        currency: low + (high - low) * dice.between(20, 80) // 100
        for currency, (low, high, _) in _CORRIDORS.items()
    }
    last: date | None = None
    for on in sorted({*month_ends, *recent}):
        root = 1 if last and (on - last).days < 7 else 4  # noqa: PLR2004 - a month is 4 such steps
        last = on
        for currency, (low, high, step) in _CORRIDORS.items():
            middle = (low + high) // 2
            drift = (middle - now[currency]) * root // 40
            moved = now[currency] + drift + dice.around(0, step * root // 2)
            now[currency] = min(max(moved, low), high)
            yield on, currency, f"{now[currency] // _SCALE}.{now[currency] % _SCALE:04d}"
