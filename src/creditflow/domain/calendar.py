"""Business days and deadlines; never asks what time it is."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

IsWorkingDay = Callable[[date], bool]
"""Answers whether people work on that day where the company is."""

EndOf = Callable[[date], datetime]
"""Answers at which moment a business date is over: midnight where the company is."""


def weekdays_only(day: date) -> bool:
    """A calendar that knows weekends and no holidays."""
    return day.weekday() < 5  # noqa: PLR2004 - Monday to Friday


def add_working_days(start: date, days: int, works: IsWorkingDay = weekdays_only) -> date:
    """The day that lies `days` working days after `start`."""
    day = start
    for _ in range(days):
        day = next_working_day(day, works)
    return day


def next_working_day(day: date, works: IsWorkingDay = weekdays_only) -> date:
    """The first working day after `day`."""
    following = day + timedelta(days=1)
    while not works(following):
        following += timedelta(days=1)
    return following
