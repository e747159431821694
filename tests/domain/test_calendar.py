"""Working days are counted by the calendar that is given."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.calendar import add_working_days, next_working_day, weekdays_only

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
FRIDAY = date(2026, 3, 6)
HOLIDAY = date(2026, 3, 9)


def works_but_for_the_holiday(day: date) -> bool:
    return weekdays_only(day) and day != HOLIDAY


def test_a_weekend_is_skipped():
    assert next_working_day(FRIDAY) == date(2026, 3, 9)
    assert next_working_day(date(2026, 3, 7)) == date(2026, 3, 9)


def test_a_holiday_is_skipped_where_the_calendar_knows_it():
    assert next_working_day(FRIDAY, works_but_for_the_holiday) == date(2026, 3, 10)
    assert add_working_days(FRIDAY, 2, works_but_for_the_holiday) == date(2026, 3, 11)


def test_no_days_lead_nowhere_even_from_a_sunday():
    assert add_working_days(date(2026, 3, 8), 0) == date(2026, 3, 8)


@given(days, st.integers(0, 60))
def test_so_many_working_days_lie_between(start, count):
    end = add_working_days(start, count)
    between = [start + timedelta(n) for n in range(1, (end - start).days + 1)]
    assert sum(map(weekdays_only, between)) == count


@given(days, st.integers(0, 20), st.integers(0, 20))
def test_days_are_added_in_any_portions(start, some, more):
    assert add_working_days(add_working_days(start, some), more) == add_working_days(
        start, some + more
    )
