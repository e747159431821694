"""Credit on top ends by itself at midnight where the company is, and its end is noted exactly once."""

from contextlib import contextmanager, suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.added_limits import Consumption
from creditflow.domain.journal import Entry
from creditflow.services import ending
from creditflow.services.broadcasting import EVENTS
from creditflow.services.granting import end_early
from creditflow.services.recalling import timeline_of
from tests.flows.in_memory import InMemoryApp
from tests.makers import ACME, NOW, TODAY, a_customer, a_limit, an_added_limit, cny, later

ZONES = ["Asia/Shanghai", "America/New_York", "Europe/Berlin"]


class Died(Exception):
    """The machine went down."""


class DyingApp(InMemoryApp):
    """Dies in some of its transactions: before they are kept, or right after."""

    def __init__(self, dies=(), **how):
        super().__init__(Path("/nonexistent"), **how)
        self.dies, self.count = dict(dies), 0

    @contextmanager
    def work(self):
        how = self.dies.get(self.count)
        self.count += 1
        with super().work() as work:
            yield work
            if how == "before":
                raise Died
        if how == "after":
            raise Died


def see_ends(app):
    on = app.business_date(app.now())
    return ending.see_ends(work=app.work, reading=app.reading, at=app.now(), on=on)


def beat(app):
    with suppress(Died):
        see_ends(app)


def ended(app):
    """The limits of which the journal says that they ended, in that order."""
    entries = [x.entry for x in app.seen().journal.entries()]
    return [e.facts["limit"] for e in entries if e.what == "limit.ended"]


def with_limits(app, *lasts):
    """A base limit of 100, and so many days of credit on top each, from today on."""
    with app.memory.work() as work:
        work.customers.put_all([a_customer()])
        base = a_limit(cny(100), from_=TODAY - timedelta(99), until=None)
        work.limits.add(base, replacing=0)
        for n, days in enumerate(lasts, start=1):
            limit = an_added_limit(
                f"AL-{n:06d}", amount=cny(50), from_=TODAY, until=TODAY + timedelta(days)
            )
            work.added_limits.add(limit, replacing=0)
    return app


def midnight(day, zone):
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


# ------------------------------------------------------------------ exactly once


@settings(deadline=None, max_examples=60)
@given(
    lasts=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    zone=st.sampled_from(ZONES),
    beats=st.lists(st.integers(-200, 500), max_size=12),
    dies=st.dictionaries(st.integers(0, 12), st.sampled_from(["before", "after"]), max_size=6),
    cut=st.none() | st.tuples(st.integers(0, 11), st.integers(1, 11)),
)
def test_it_ends_exactly_once_however_often_the_clock_beats_and_dies(lasts, zone, beats, dies, cut):
    """Beats come in any order, hours apart, as several machines with clocks of their own have them."""
    app = with_limits(DyingApp(dies, time_zone=zone), *lasts)
    noted_at = {}
    for number, hours in enumerate(beats):
        if cut is not None and number == cut[0]:
            with app.memory.work() as work:
                if "AL-000001" not in ended(app):
                    day = TODAY + timedelta(cut[1])
                    end_early("AL-000001", on=day, why="w", by="x", at=NOW, work=work)
        app.at = later(hours=hours)
        before = set(ended(app))
        beat(app)
        noted_at |= dict.fromkeys(set(ended(app)) - before, app.at)
    app.dies = {}
    app.at = later(days=30)
    beat(app)
    beat(app)

    work = app.seen()
    limits = [work.added_limits.get(f"AL-{n:06d}") for n in range(1, len(lasts) + 1)]
    assert sorted(ended(app)) == [limit.id for limit in limits]
    for limit in limits:
        if limit.id in noted_at:
            assert noted_at[limit.id] >= midnight(limit.until, zone)
    timeline = timeline_of(work.customers.get(ACME), work)
    assert timeline.on(max(x.until for x in limits)).general == cny(100)


def see_end_carelessly(limit, *, on, at, work):
    """As a first draft would have it: looks at the journal, and notes in another transaction."""
    counting = work.added_limits.get(limit)
    if on < counting.until:
        return None
    facts = {"limit": limit}
    work.journal.record(Entry("limit.ended", counting.customer, "system", at, facts))
    return counting


def test_an_end_that_is_not_kept_with_its_journal_row_would_be_noted_twice(monkeypatch):
    app = with_limits(DyingApp(), 3)
    app.at = later(days=4)
    beat(app)
    beat(app)
    assert ended(app) == ["AL-000001"]
    careless = with_limits(DyingApp(), 3)
    monkeypatch.setattr("creditflow.services.ending.see_end", see_end_carelessly)
    careless.at = later(days=4)
    beat(careless)
    beat(careless)
    assert ended(careless) == ["AL-000001", "AL-000001"]


def see_ends_in_two_steps(app):
    """As a second draft would have it: the end is kept first, and its row afterwards."""
    on = app.business_date(app.now())
    for limit in app.seen().added_limits.over(on):
        with app.work() as work:
            work.added_limits.end(limit.id, on=limit.until, at=app.now())
        with app.work() as work:
            facts = {"limit": limit.id}
            work.journal.record(Entry("limit.ended", ACME, "system", app.now(), facts))


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_row_that_is_not_kept_with_its_end_would_be_lost(how):
    app = with_limits(DyingApp({0: how}), 3)
    torn = with_limits(DyingApp({0: "after"}), 3)
    for clock, each in ((app, see_ends), (torn, see_ends_in_two_steps)):
        clock.at = later(days=4)
        for _ in range(3):
            with suppress(Died):
                each(clock)
    assert ended(app) == ["AL-000001"]
    assert ended(torn) == []


@pytest.mark.parametrize("zone", ZONES)
def test_it_ends_at_the_midnight_of_the_company(zone):
    app = with_limits(DyingApp(time_zone=zone), 3)
    end = midnight(TODAY + timedelta(3), zone)
    app.at = end - timedelta(seconds=1)
    assert see_ends(app) == []
    app.at = end
    assert see_ends(app) == ["AL-000001"]
    assert see_ends(app) == []


# ------------------------------------------------------------------ what is noted


def test_the_journal_says_what_is_left_and_programs_hear_of_it():
    app = with_limits(DyingApp(), 3, 9)
    app.at = later(days=3)
    see_ends(app)
    (entry,) = [x.entry for x in app.seen().journal.of(ACME)]
    assert entry.facts == {
        "limit": "AL-000001", "kind": "temporary", "amount": str(cny(50)), "project": "",
        "until": (TODAY + timedelta(3)).isoformat(), "state": "amount", "left": str(cny(150)),
    }  # fmt: skip
    assert entry.what in EVENTS


def test_one_that_never_counted_is_put_aside_without_a_word():
    app = with_limits(DyingApp(), 3)
    with app.memory.work() as work:
        never = an_added_limit(
            "AL-000009", from_=TODAY, until=TODAY, project="P", consumption=Consumption.OWN_ONLY
        )
        work.added_limits.add(never, replacing=0)
    assert see_ends(app) == []
    assert app.seen().added_limits.over(TODAY) == []
    assert ended(app) == []
