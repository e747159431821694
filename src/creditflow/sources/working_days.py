"""The company's working days: its country's calendar, and the days that it works or rests itself.

A file of own days has one to a line, `2027-02-13 work` or `2027-03-05 free`, with
anything behind it as a remark. It wins over the country's calendar: a make-up day
that was announced yesterday (调休), a factory's own holidays.
"""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from creditflow.domain.calendar import IsWorkingDay, weekdays_only
from creditflow.domain.errors import Refusal
from creditflow.domain.sentences import Sentence, say

if TYPE_CHECKING:
    from holidays import HolidayBase

_LINE = re.compile(r"(\d{4}-\d{2}-\d{2})\s+(work|free)(?:\s+.*)?")
MOST_BYTES = 200_000


class BadDays(Refusal):
    """The file of own working days cannot be read as one."""


def working_days(country: str, own: Path | None = None) -> IsWorkingDay:
    """Whether people work on a day. Without a country (ISO 3166) weekends alone are free.

    Raises BadDays with every line of the file that is wrong.
    """
    usual = _calendar(country).is_working_day if country else weekdays_only
    named = _own_days(own) if own is not None else {}
    if not named:
        return usual

    def works(day: date) -> bool:
        known = named.get(day)
        return usual(day) if known is None else known

    return works


def make_up_days(country: str, year: int) -> int:
    """How many weekend days of that year are worked to make up for holidays, as far as is known."""
    if not country:
        return 0
    calendar = _calendar(country, year)
    return sum(day.year == year for day in getattr(calendar, "weekend_workdays", ()))


def _calendar(country: str, year: int | None = None) -> "HolidayBase":
    import holidays  # noqa: PLC0415 - a large package, and not every installation has a country

    return holidays.country_holidays(country, years=year)


def _own_days(file: Path) -> Mapping[date, bool]:
    try:
        text = file.read_bytes()[:MOST_BYTES].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as trouble:
        raise BadDays(
            say("The file of own working days {file} cannot be read: {trouble}", file=str(file),
                trouble=str(trouble))
        ) from None  # fmt: skip
    found: dict[date, bool] = {}
    problems: list[Sentence] = []
    for number, line in enumerate(text.splitlines(), start=1):
        said = line.partition("#")[0].strip()
        if not said:
            continue
        day = _day(said)
        if day is None:
            problems.append(
                say("Line {number} of {file} is {line}; write it like 2027-02-13 work, or"
                    " 2027-03-05 free.", number=number, file=file.name, line=repr(said))
            )  # fmt: skip
        elif found.setdefault(day[0], day[1]) is not day[1]:
            problems.append(
                say("Line {number} of {file} says otherwise than a line before it.",
                    number=number, file=file.name)
            )  # fmt: skip
    if problems:
        raise BadDays(problems[0], details=problems)
    return found


def _day(said: str) -> tuple[date, bool] | None:
    parts = _LINE.fullmatch(said)
    if parts is None:
        return None
    try:
        return date.fromisoformat(parts[1]), parts[2] == "work"
    except ValueError:
        return None
