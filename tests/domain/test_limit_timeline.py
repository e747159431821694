"""The periods of a timeline say of every day what the histories say of it, and of every belief."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.added_limits import Consumption
from creditflow.domain.limit_timeline import Timeline
from creditflow.domain.limits import Limit, LimitState
from tests.makers import ACME, TODAY, a_limit, an_added_limit, cny, later


def day(n):
    return TODAY + timedelta(n)


def a_timeline(base=(), added=()):
    return Timeline("CNY", tuple(base), tuple(added))


@st.composite
def timelines(draw):
    """Any history of base limits, each recorded after the one before, with credit on top."""
    base = []
    for version in range(1, draw(st.integers(0, 4)) + 1):
        first = draw(st.integers(-30, 30))
        state = draw(st.sampled_from(list(LimitState)))
        lasts = draw(st.none() | st.integers(1, 40))
        base.append(
            Limit(
                ACME, version, state, cny(version * 100) if state is LimitState.AMOUNT else None,
                day(first), None if lasts is None else day(first + lasts),
                recorded_at=later(hours=version * 24),
            )
        )  # fmt: skip
    added = []
    for n in range(1, draw(st.integers(0, 4)) + 1):
        first, lasts = draw(st.integers(-30, 30)), draw(st.integers(1, 40))
        project = draw(st.sampled_from(["", "Bridge"]))
        limit = an_added_limit(
            f"AL-{n:06d}", amount=cny(n), from_=day(first), until=day(first + lasts),
            recorded_at=later(hours=draw(st.integers(0, 96))), project=project,
            consumption=Consumption.OWN_ONLY if project else None,
        )  # fmt: skip
        added.append(limit)
    return a_timeline(base, added)


def what_counts(limits):
    return limits.base, limits.temporary, limits.projects


@given(timelines(), st.integers(-40, 80))
def test_every_day_lies_in_one_period_that_says_what_counts_on_it(timeline, n):
    of_it = [p for p in timeline.periods() if p.from_ <= day(n) < (p.until or day(999))]
    counting = what_counts(timeline.on(day(n)))
    if of_it:
        assert [what_counts(p.limits) for p in of_it] == [counting]
    else:
        assert counting == (None, (), ())


@given(timelines())
def test_periods_follow_each_other_without_a_gap(timeline):
    periods = timeline.periods()
    for one, next_ in pairwise(periods):
        assert one.from_ < next_.from_ == one.until
    assert not periods or periods[-1].until is None


@given(timelines(), st.integers(-40, 80), st.integers(0, 120))
def test_what_was_believed_is_not_changed_by_what_was_recorded_later(timeline, n, hours):
    moment = later(hours=hours)
    until_then = a_timeline(
        (x for x in timeline.base if x.recorded_at < moment),
        (x for x in timeline.added if x.recorded_at < moment),
    )
    assert timeline.believed(moment).on(day(n)) == until_then.on(day(n))


def test_what_was_believed_before_a_limit_was_cut_short_stays_known():
    base = a_limit(cny(100), from_=day(-100), until=None)
    first = an_added_limit(amount=cny(50), from_=day(0), until=day(30))
    shorter = an_added_limit(
        amount=cny(50), from_=day(0), until=day(10), version=2, recorded_at=later(hours=48)
    )
    timeline = a_timeline([base], [first, shorter])

    def believed(hours):
        return timeline.believed(later(hours=hours)).on(day(20)).general

    assert (believed(24), believed(72)) == (cny(150), cny(100))
    assert [(p.from_, p.limits.general) for p in timeline.periods()] == [
        (day(-100), cny(100)), (day(0), cny(150)), (day(10), cny(100)),
    ]  # fmt: skip


def test_what_never_came_to_count_makes_no_period():
    taken_back = an_added_limit(from_=day(5), until=day(5))
    assert a_timeline((), [taken_back]).periods() == []
