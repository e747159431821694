"""The clock fires once on each working day, and whatever it does twice happens once."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow import heartbeat
from creditflow.bootstrap import App
from creditflow.business_days import BusinessDays
from creditflow.domain.calendar import weekdays_only
from creditflow.domain.case import CaseState
from creditflow.domain.letter import LetterState
from creditflow.heartbeat import Heartbeat, escalate_overdue, reconcile
from creditflow.ports import PromiseKind
from creditflow.services.promising import LEASE
from creditflow.services.reconciling import AT_REST
from creditflow.settings import Settings
from tests.flows.in_memory import InMemoryApp, a_book, begun, decided
from tests.makers import ACME, TODAY, an_added_limit

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
SECOND = timedelta(seconds=1)


def every_day(day: date) -> bool:
    return True


def firings(trigger: BusinessDays, start: datetime, count: int) -> list[datetime]:
    """So many firings behind a start, each told to the trigger as a scheduler does."""
    fired: list[datetime] = []
    moment = trigger.get_next_fire_time(None, start)
    while len(fired) < count:
        fired.append(moment)
        moment = trigger.get_next_fire_time(moment, moment + SECOND)
    return fired


# ------------------------------------------------------------------ on which days


def test_it_fires_on_working_days_at_the_local_time():
    trigger = BusinessDays(6, 30, SHANGHAI, weekdays_only)
    thursday = datetime(2026, 3, 5, 12, tzinfo=UTC)
    assert [m.isoformat() for m in firings(trigger, thursday, 3)] == [
        "2026-03-06T06:30:00+08:00",
        "2026-03-09T06:30:00+08:00",
        "2026-03-10T06:30:00+08:00",
    ]


@pytest.mark.parametrize(
    ("now", "day"),
    [("2026-03-05T22:29:59", 6), ("2026-03-05T22:30:00", 6), ("2026-03-05T22:30:01", 9)],
)
def test_the_moment_itself_counts_and_the_one_behind_it_does_not(now, day):
    # 06:30 on Friday in Shanghai is 22:30 on Thursday in UTC.
    start = datetime.fromisoformat(now).replace(tzinfo=UTC)
    trigger = BusinessDays(6, 30, SHANGHAI, weekdays_only)
    assert trigger.get_next_fire_time(None, start).day == day


def test_what_was_missed_while_nobody_looked_is_fired_no_more_than_once():
    trigger = BusinessDays(6, 30, SHANGHAI, weekdays_only)
    last = datetime(2026, 3, 5, 6, 30, tzinfo=SHANGHAI)
    a_week_later = datetime(2026, 3, 12, 12, tzinfo=SHANGHAI)
    assert trigger.get_next_fire_time(last, a_week_later).date() == date(2026, 3, 13)


def test_a_clock_that_was_set_back_fires_nothing_again():
    trigger = BusinessDays(6, 30, SHANGHAI, weekdays_only)
    last = datetime(2026, 3, 5, 6, 30, tzinfo=SHANGHAI)
    assert trigger.get_next_fire_time(last, last - timedelta(hours=3)).day == 6


@pytest.fixture
def chinese_calendar(tmp_path):
    return App(
        Settings(data_dir=tmp_path, country_calendar="CN", sender_address="a@test.example")
    ).works


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2025-01-26", True),  # a Sunday that makes up for the Spring Festival
        ("2025-01-28", False),
        ("2025-02-04", False),
        ("2025-02-08", True),  # a Saturday that does
        ("2025-02-09", False),
        ("2025-10-01", False),
        ("2025-10-08", False),
        ("2025-10-11", True),  # a Saturday that makes up for the National Day
        ("2025-10-13", True),
        ("2026-02-14", True),  # a Saturday that makes up for the Spring Festival
        ("2026-02-17", False),
        ("2026-03-01", False),
        ("2026-03-02", True),
    ],
)
def test_the_chinese_calendar_knows_holidays_and_the_days_that_make_up_for_them(
    chinese_calendar, day, works
):
    # Each on a fresh calendar, for it learns a year when it is first asked about it.
    assert chinese_calendar(date.fromisoformat(day)) is works


def test_the_review_follows_the_make_up_days(chinese_calendar):
    trigger = BusinessDays(6, 30, SHANGHAI, chinese_calendar)
    start = datetime(2025, 1, 26, tzinfo=SHANGHAI)
    days = [m.date().isoformat() for m in firings(trigger, start, 4)]
    assert days == ["2025-01-26", "2025-01-27", "2025-02-05", "2025-02-06"]


def test_without_a_country_only_weekends_are_free(tmp_path):
    app = App(Settings(data_dir=tmp_path, country_calendar="", sender_address="a@test.example"))
    assert app.works(date(2025, 10, 1))
    assert not app.works(date(2025, 10, 11))


# ------------------------------------------------------------------ where clocks change


def test_a_time_that_the_clock_skips_comes_an_hour_later_once():
    # On 29 March 2026 the clocks in Berlin go from 02:00 to 03:00.
    trigger = BusinessDays(2, 30, BERLIN, every_day)
    fired = firings(trigger, datetime(2026, 3, 28, tzinfo=BERLIN), 3)
    assert [m.isoformat() for m in fired] == [
        "2026-03-28T02:30:00+01:00",
        "2026-03-29T03:30:00+02:00",
        "2026-03-30T02:30:00+02:00",
    ]


def test_a_time_that_comes_twice_is_fired_the_first_time_only():
    # On 25 October 2026 they go from 03:00 back to 02:00.
    trigger = BusinessDays(2, 30, BERLIN, every_day)
    fired = firings(trigger, datetime(2026, 10, 24, tzinfo=BERLIN), 3)
    assert [m.isoformat() for m in fired] == [
        "2026-10-24T02:30:00+02:00",
        "2026-10-25T02:30:00+02:00",
        "2026-10-26T02:30:00+01:00",
    ]


@pytest.mark.parametrize("minute", [0, 10, 29, 30, 31, 59])
def test_who_starts_within_the_hour_that_comes_again_does_not_fire_in_the_past(minute):
    second_time = datetime(2026, 10, 25, 2, minute, tzinfo=BERLIN, fold=1)
    trigger = BusinessDays(2, 30, BERLIN, every_day)
    fired = firings(trigger, second_time, 2)
    assert [m.date() for m in fired] == [date(2026, 10, 26), date(2026, 10, 27)]


@settings(max_examples=60, deadline=None)
@given(
    hours=st.integers(0, 2 * 365 * 24),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Sydney"]
    ),
    offset=st.integers(0, 86_400),
)
def test_it_never_fires_twice_on_a_day_nor_leaves_one_out(hours, hour, minute, zone, offset):
    trigger = BusinessDays(hour, minute, ZoneInfo(zone), weekdays_only)
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    previous = None
    days = []
    for _ in range(12):
        moment = trigger.get_next_fire_time(previous, now)
        assert moment.astimezone(UTC) >= now
        assert weekdays_only(moment.date())
        days.append(moment.date())
        previous = moment
        now = moment.astimezone(UTC) + timedelta(seconds=offset % 3600)
    assert len(set(days)) == len(days)
    between = [days[0] + timedelta(n) for n in range((days[-1] - days[0]).days + 1)]
    assert days == [day for day in between if weekdays_only(day)]


# ------------------------------------------------------------------ what a beat does


@pytest.fixture
def app(tmp_path):
    return a_book(tmp_path)


def test_a_stuck_case_is_moved_on(app):
    case = begun(app)
    decided(app, case.id)
    assert reconcile(app) == 0
    app.passes(seconds=AT_REST.total_seconds())
    assert reconcile(app) == 1
    assert app.case(case.id).state is CaseState.APPLIED
    assert app.letter(case.id).state is LetterState.PENDING


def test_a_case_whose_time_ran_out_ends(app):
    case = begun(app)
    app.passes(days=365)
    reconcile(app)
    assert app.case(case.id).state is CaseState.EXPIRED


def test_only_one_of_two_clocks_reconciles(app):
    case = begun(app)
    decided(app, case.id)
    app.passes(minutes=10)
    with app.memory.work() as work:
        later = app.now() + timedelta(minutes=1)
        assert work.leases.take("reconciler", owner="another", at=app.now(), until=later)
    before = app.seen().kept
    assert reconcile(app) == 0
    assert app.seen().kept == before
    app.passes(minutes=1)
    assert reconcile(app) == 1


def test_what_is_overdue_goes_up_by_a_beat_of_its_own_and_of_one_clock(app):
    case = begun(app)
    app.passes(days=9)
    desk = app.case(case.id).desk
    reconcile(app)
    with app.memory.work() as work:
        later = app.now() + timedelta(minutes=1)
        assert work.leases.take("escalation", owner="another", at=app.now(), until=later)
    assert escalate_overdue(app) == 0
    assert app.case(case.id).desk == desk
    app.passes(minutes=1)
    assert escalate_overdue(app) == 1
    assert app.case(case.id).desk != desk
    assert escalate_overdue(app) == 0


def test_a_lost_run_is_replaced_where_prefect_answers(app):
    case = begun(app)
    assert app.keep_promise().kind is PromiseKind.START_RUN
    first = app.case(case.id).run_id
    app.asked.told[first] = "CRASHED"
    app.asked.answers = False
    reconcile(app)
    assert app.case(case.id).run_id == first
    app.asked.answers = True
    assert reconcile(app) == 1
    assert app.keep_promise().key == f"run:{case.id}:1"
    assert app.case(case.id).run_id not in {None, first}
    assert app.told(case.id)[-1] == "run.lost"


def test_without_prefect_no_run_is_missed(tmp_path):
    app = a_book(tmp_path, prefect=False)
    case = begun(app)
    app.keep_promise()
    app.asked.told[app.case(case.id).run_id] = "CRASHED"
    assert reconcile(app) == 0
    assert "run.lost" not in app.told(case.id)


def test_the_review_is_promised_once_and_left_to_prefect_where_it_answers(app):
    beat = Heartbeat(app)
    beat.review()
    beat.review()
    (promise,) = app.seen().outbox.all()
    assert (promise.kind, promise.subject) == (PromiseKind.START_REVIEW, TODAY.isoformat())
    assert app.seen().cases.open_of(ACME) is None


@pytest.mark.parametrize(("prefect", "answers"), [(True, False), (False, True), (False, False)])
def test_without_prefect_the_review_is_done_here_and_done_once(tmp_path, prefect, answers):
    app = a_book(tmp_path, prefect=prefect)
    app.asked.answers = answers
    Heartbeat(app).review()
    assert app.seen().cases.open_of(ACME).state is CaseState.AWAITING
    Heartbeat(app).review()
    assert len(app.seen().kept.cases) == 1


def test_the_review_is_of_the_business_date_and_not_of_the_one_in_greenwich(tmp_path):
    app = a_book(tmp_path, time_zone="Asia/Shanghai")
    app.at = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    Heartbeat(app).review()
    assert app.seen().outbox.all()[0].subject == "2026-03-03"


# ------------------------------------------------------------------ beating


def until(happened, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@contextmanager
def beating(app: InMemoryApp) -> Iterator[Heartbeat]:
    """A heartbeat that beats. Its scheduler looks at the real clock: so must the app."""
    heart = Heartbeat(app)
    heart.start()
    try:
        yield heart
    finally:
        heart.stop()


def test_it_keeps_promises_delivers_letters_sees_limits_end_and_stops(app):
    app.at = datetime.now(UTC)
    with app.memory.work() as work:
        work.added_limits.add(an_added_limit(until=app.today()), replacing=0)
    case = begun(app)
    decided(app, case.id)
    app.advance(case.id)
    threads = threading.active_count()
    with beating(app) as heart:
        until(lambda: app.case(case.id).state is CaseState.NOTIFIED)
        until(lambda: app.seen().outbox.waiting() == 0)
        until(lambda: "limit.ended" in app.told(ACME))
        assert heart.next_review() > app.now()
    assert threading.active_count() == threads
    assert len(app.mailman.taken) == 1


@pytest.mark.parametrize("owner", ["prefect", "nobody"])
def test_another_clock_may_own_the_review(tmp_path, owner):
    app = a_book(tmp_path, clock_owner=owner)
    app.at = datetime.now(UTC)
    with beating(app) as heart:
        assert heart.next_review() is None


@pytest.mark.parametrize(
    ("moment", "missed"),
    {
        "a Monday after the time": (datetime(2026, 3, 2, 10, tzinfo=SHANGHAI), True),
        "a Monday before it": (datetime(2026, 3, 2, 6, tzinfo=SHANGHAI), False),
        "a Sunday": (datetime(2026, 3, 1, 10, tzinfo=SHANGHAI), False),
    }.values(),
)
def test_a_review_that_was_missed_today_is_caught_up(app, moment, missed):
    app.at = moment.astimezone(UTC)
    assert Heartbeat(app)._missed_today() is missed


def test_a_beat_that_fails_is_not_the_last(app, monkeypatch, caplog):
    app.at = datetime.now(UTC)
    case = begun(app)
    failures = iter([RuntimeError("out of order"), OSError("disk")])
    keep = app.keep_promise

    def sometimes():
        for failure in failures:
            raise failure
        return keep()

    monkeypatch.setattr(app, "keep_promise", sometimes)
    # The clock has jumped by months here; what that makes of a case is another test's matter.
    monkeypatch.setattr(heartbeat, "overtake_moved", lambda _: [])
    with beating(app):
        until(lambda: app.case(case.id).run_id is not None)
    assert caplog.text.count("a beat failed and will be tried again") == 2


def test_a_promise_is_leased_longer_than_a_beat_takes():
    assert timedelta(seconds=10) <= LEASE <= timedelta(minutes=5)
