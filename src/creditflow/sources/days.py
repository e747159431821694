"""Business dates in explicit forms; a day that does not exist is refused, never moved."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from creditflow.domain.sentences import say
from creditflow.sources.amounts import Unreadable, formula

EARLIEST = date(1950, 1, 1)
LATEST = date(2099, 12, 31)

EXCEL = "excel"
"""The form of a date that a spreadsheet has given away as its day number."""

_EXCEL_ZERO = date(1899, 12, 30)
_EXCEL_FIRST = 61  # below it, spreadsheets disagree about 29 February 1900
_PLACES = {"yyyy": r"(?P<y>\d{4})", "mm": r"(?P<m>\d{2})", "dd": r"(?P<d>\d{2})",
           "y": r"(?P<y>\d{4})", "m": r"(?P<m>\d{1,2})", "d": r"(?P<d>\d{1,2})"}  # fmt: skip
_TOKENS = re.compile("yyyy|mm|dd|y|m|d|[^ymd]+")
_EXCEL_TEXT = re.compile(r"[0-9]{1,6}(?:\.0+)?")


@lru_cache(maxsize=64)
def _pattern(form: str) -> re.Pattern[str]:
    tokens = _TOKENS.findall(form)
    return re.compile("".join(_PLACES.get(t, re.escape(t)) for t in tokens), re.ASCII)


def is_form(form: str) -> bool:
    """Whether it is a form: year, month and day once each (`d/m/y`, `yyyymmdd`), or `excel`."""
    if form == EXCEL:
        return True
    letters = [t[0] for t in _TOKENS.findall(form) if t in _PLACES]
    compact = re.search("[ymd]{2}", form)
    return sorted(letters) == ["d", "m", "y"] and (not compact or "yyyy" in form)


def clash(forms: Sequence[str]) -> tuple[str, str] | None:
    """Two forms under which the same text could be two different days; None if there are none."""
    for i, one in enumerate(forms):
        for other in forms[i + 1 :]:
            if one != other and _shape(one) == _shape(other):
                return one, other
    return None


def _shape(form: str) -> str:
    """What a form looks like when nobody says which number is which."""
    shape = re.sub("yyyy|y", "Y", form)
    return re.sub("mm|dd|m|d", "9", shape)


def day(text: str, forms: Sequence[str]) -> date:
    """The day that the text says in one of the forms; raises Unreadable."""
    for form in forms:
        if form == EXCEL:
            if _EXCEL_TEXT.fullmatch(text):
                return serial(float(text))
            continue
        if match := _pattern(form).fullmatch(text):
            return _existing(int(match["y"]), int(match["m"]), int(match["d"]))
    if text.startswith(("=", "+", "@")):
        raise formula()
    raise Unreadable(
        say("This is not a date of the form {forms}.", forms=", ".join(forms)),
        say("Write it in that form, or name the right one in the column mapping (dates: …)."),
    )


def serial(number: float) -> date:
    """The day that a spreadsheet's day number means (since 1900); raises Unreadable."""
    if number != int(number):
        raise with_time()
    if not _EXCEL_FIRST <= number <= (LATEST - _EXCEL_ZERO).days:
        raise out_of_range()
    return within(_EXCEL_ZERO + timedelta(days=int(number)))


def typed(value: date) -> date:
    """A spreadsheet's own date, which may carry no time of day; raises Unreadable."""
    if isinstance(value, datetime):
        if value.time() != datetime.min.time():
            raise with_time()
        value = value.date()
    return within(value)


def within(value: date) -> date:
    """The day itself if it is believable; raises Unreadable."""
    if not EARLIEST <= value <= LATEST:
        raise out_of_range()
    return value


def _existing(year: int, month: int, day_: int) -> date:
    try:
        value = date(year, month, day_)
    except ValueError:
        raise Unreadable(
            say("There is no such day in the calendar."),
            say("Correct the date; check that day and month are in the right order."),
        ) from None
    return within(value)


def out_of_range() -> Unreadable:
    """The complaint about a day that nobody can mean."""
    return Unreadable(
        say("The date is not between {first} and {last}.", first=EARLIEST, last=LATEST),
        say("Correct the year."),
    )


def with_time() -> Unreadable:
    """The complaint about a moment where a day is wanted."""
    return Unreadable(
        say("The cell holds a time of day as well as a date."),
        say("Leave only the date in it."),
    )
