from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.sending import Hours

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = Hours(time(9), time(18), quiet_days=True, zone=SHANGHAI)


def local(text, zone=SHANGHAI):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        ("2026-11-25 08:59", "2026-11-25 09:00"),
        ("2026-11-25 12:00", "2026-11-25 12:00"),
        ("2026-11-25 18:01", "2026-11-26 09:00"),
        ("2026-11-27 18:01", "2026-11-30 09:00"),
        ("2026-11-28 12:00", "2026-11-30 09:00"),
    ],
)
def test_letters_leave_in_office_hours_on_working_days(at, leaves):
    assert OFFICE.next(local(at)) == local(leaves)


def test_a_window_may_go_past_midnight():
    night = Hours(time(22), time(6), zone=SHANGHAI)
    assert night.next(local("2026-11-25 12:00")) == local("2026-11-25 22:00")
    assert night.allow(local("2026-11-26 03:00"))
    assert not night.allow(local("2026-11-26 06:01"))


def test_holidays_are_quiet_days_where_the_calendar_says_so():
    spring = {date(2026, 2, 16) + timedelta(days=n) for n in range(8)}
    hours = Hours(
        time(9), time(18), quiet_days=True, zone=SHANGHAI, works=lambda d: d not in spring
    )
    assert hours.next(local("2026-02-17 10:00")) == local("2026-02-24 09:00")


@given(
    st.integers(0, 10 * 365 * 86_400),
    st.times(),
    st.times(),
    st.booleans(),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
)
def test_the_next_moment_is_allowed_and_not_before(seconds, begin, end, quiet, zone):
    hours = Hours(begin, end, quiet_days=quiet, zone=ZoneInfo(zone))
    at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    next_ = hours.next(at)
    assert next_ >= at
    # A clock that skips an hour can skip the whole window of a day; a letter then leaves at once.
    assert hours.allow(next_) or next_ == at
    assert hours.next(next_) == next_
    assert next_ - at < timedelta(days=5)


def test_at_any_hour_nothing_waits():
    at = datetime(2026, 11, 28, 23, 59, 59, tzinfo=UTC)
    assert Hours().next(at) == at
