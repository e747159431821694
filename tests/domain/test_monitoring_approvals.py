"""Approvals in figures: times, breaches, backlog and shares, as they stood on a day."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.decision import Say
from creditflow.domain.monitoring import Window
from creditflow.domain.monitoring_approvals import approvals, working_days
from creditflow.domain.people import POLICY_ACTOR
from tests.domain.monitored import ruling, stage
from tests.makers import TODAY

WINDOW = Window(date(2026, 2, 1), date(2026, 3, 31))
DAYS = st.dates(date(2026, 1, 1), date(2026, 4, 20))


def measured(stages=(), rulings=()):
    return approvals(stages, rulings, window=WINDOW)


def test_times_and_breaches_by_hand():
    found = measured(
        [
            stage("a", date(2026, 3, 2), date(2026, 3, 2), hours=2),
            stage("b", date(2026, 3, 2), date(2026, 3, 4), hours=50),
            stage("c", date(2026, 3, 6), date(2026, 3, 10), hours=96),  # due on the 9th
            stage("called off", date(2026, 3, 2), date(2026, 3, 20), counts=False),
        ]
    )

    assert (found.total.done, found.total.breached) == (3, 1)
    assert found.total.median_hours == 50
    assert found.total.median_working_days == 2
    assert found.total.breached_share == Fraction(1, 3)
    assert found.total.open == 0


def test_working_days_skip_the_weekend():
    friday, tuesday = date(2026, 3, 6), date(2026, 3, 10)

    assert working_days(friday, tuesday, lambda day: day.weekday() < 5) == 2
    assert working_days(friday, friday, lambda day: True) == 0


def test_what_was_done_later_was_still_open_on_the_day():
    found = measured(
        [
            stage("a", date(2026, 3, 20), date(2026, 4, 2)),
            stage("b", date(2026, 3, 31)),
            stage("c", date(2026, 4, 1)),
        ]
    )

    assert (found.total.done, found.total.open, found.total.overdue) == (0, 2, 1)
    assert found.total.oldest == 11
    assert found.backlog[-1].day == date(2026, 3, 31)
    assert (found.backlog[-1].open, found.backlog[-1].overdue) == (2, 1)


def test_shares_by_month_by_hand():
    found = measured(
        rulings=[
            ruling(on=date(2026, 2, 10), by=POLICY_ACTOR),
            ruling(on=date(2026, 2, 11), by=POLICY_ACTOR),
            ruling(Say.APPROVE_WITH_CHANGE, 80, on=date(2026, 2, 12)),
            ruling(on=date(2026, 2, 12)),
            ruling(Say.REJECT, None, on=date(2026, 3, 1)),
            ruling(on=date(2026, 4, 1)),
        ]
    )

    february, march = found.months
    assert february.straight_through == Fraction(1, 2)
    assert february.modified_share == Fraction(1, 2)
    assert february.mean_change == Fraction(-1, 5)
    assert (march.decided, march.rejected, march.straight_through) == (1, 1, 0)
    assert found.decisions.decided == 5


def test_nothing_is_nothing_and_no_zero():
    found = measured()

    assert found.total.median_hours is None
    assert found.total.breached_share is None
    assert found.decisions.straight_through is None
    assert found.total.oldest is None


@given(st.lists(st.tuples(DAYS, st.none() | st.integers(0, 40), st.sampled_from("xyz"))))
def test_desks_sum_to_the_whole(drawn):
    from datetime import timedelta

    stages = [
        stage(str(n), opened, None if days is None else opened + timedelta(days=days), desk=desk)
        for n, (opened, days, desk) in enumerate(drawn)
    ]

    found = measured(stages)

    for name in ("done", "breached", "open", "overdue"):
        assert sum(getattr(d, name) for d in found.desks) == getattr(found.total, name)
    assert found.backlog[-1].open == found.total.open
    assert found.backlog[-1].overdue == found.total.overdue


def test_a_change_of_terms_alone_is_no_modified_amount():
    """Who approves the proposed amount on shorter terms neither raises nor lowers it."""
    terms = ruling(Say.APPROVE_WITH_CHANGE, decided=100)
    lower = ruling(Say.APPROVE_WITH_CHANGE, decided=50)
    found = approvals([], [terms, lower], window=Window(TODAY - timedelta(days=30), TODAY))

    assert found.decisions.modified_share == Fraction(1, 2)
    assert found.decisions.mean_change == Fraction(-1, 2)


def test_times_are_told_by_stage_too_and_add_up_to_those_by_desk():
    found = measured(
        [
            stage("a", date(2026, 3, 2), date(2026, 3, 2), hours=2),
            stage("a", date(2026, 3, 2), date(2026, 3, 6), hours=90, stage=2),
            stage("b", date(2026, 3, 2), date(2026, 3, 3), hours=20),
            stage("c", date(2026, 3, 20), stage=2),
            stage("off", date(2026, 3, 2), date(2026, 3, 20), counts=False, stage=3),
        ]
    )

    by_stage = {one.stage: one.figures for one in found.stages}
    assert {n: f.done for n, f in by_stage.items()} == {1: 2, 2: 1, 3: 0}
    assert (by_stage[1].median_hours, by_stage[2].median_hours) == (11, 90)
    assert by_stage[3].median_hours is None
    assert (by_stage[2].open, by_stage[2].overdue) == (1, 1)
    assert sum(f.done for f in by_stage.values()) == found.total.done
    assert sum(f.open for f in by_stage.values()) == found.total.open
