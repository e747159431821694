"""Business days: on which days invented companies invoice and pay."""

import calendar
from datetime import date, timedelta
from enum import StrEnum

_SATURDAY, _FRIDAY = 5, 4
_DAY = timedelta(days=1)


class PayRun(StrEnum):
    """When a company's treasury sends money out."""

    DAILY = "daily"
    FRIDAYS = "fridays"
    TWICE_A_MONTH = "twice_a_month"


def first_of_month(day: date, months_before: int) -> date:
    """The first day of the month that lies so many months before the month of `day`."""
    at = day.year * 12 + day.month - 1 - months_before
    return date(at // 12, at % 12 + 1, 1)


def last_of_month(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def is_business_day(day: date) -> bool:
    """Not a weekend, and not one of the fixed holidays around 1 January, 1 May and 1 October."""
    if day.weekday() >= _SATURDAY:
        return False
    return (day.month, day.day) not in _HOLIDAYS


_HOLIDAYS = frozenset({(1, 1), (5, 1), *((10, d) for d in range(1, 8))})


def business_day(day: date, step: int = 1) -> date:
    """The day itself, or the next business day after (`step` 1) or before (`step` -1) it."""
    while not is_business_day(day):
        day += step * _DAY
    return day


def pay_day(day: date, run: PayRun, step: int) -> date:
    """The pay run on the day, or else the next one after or before it."""
    day = business_day(day, step)
    if run is PayRun.DAILY:
        return day
    while not (_is_run(day, run) and is_business_day(day)):
        day += step * _DAY
    return day


def _is_run(day: date, run: PayRun) -> bool:
    if run is PayRun.FRIDAYS:
        return day.weekday() == _FRIDAY
    ends = (business_day(day.replace(day=15), -1), business_day(last_of_month(day), -1))
    return day in ends
