"""No limit, a limit of zero, an amount and no bound are four things."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.limits import (
    Limit,
    LimitState,
    as_believed,
    limit_on,
    limit_state,
    spans,
)
from creditflow.domain.money import Money
from tests.makers import ACME, TODAY, a_limit, cny, later


@pytest.mark.parametrize("state", LimitState)
@pytest.mark.parametrize("amount", [None, cny(0), cny(1), Money(-1, "CNY")])
def test_a_limit_has_an_amount_exactly_when_its_state_says_so(state, amount):
    if (state is LimitState.AMOUNT) is (amount == cny(1)):
        assert Limit(ACME, 1, state, amount, TODAY, None).amount == amount
    else:
        with pytest.raises(ValueError, match="above zero"):
            Limit(ACME, 1, state, amount, TODAY, None)


@given(st.integers(0, 10**12))
def test_an_amount_stands_for_zero_or_for_itself(minor):
    state = limit_state(Money(minor, "CNY"))
    assert state is (LimitState.AMOUNT if minor else LimitState.ZERO)


def test_the_first_day_counts_and_the_last_does_not():
    limit = a_limit(from_=date(2026, 3, 9), until=date(2027, 3, 9))
    days = [limit.from_ - timedelta(1), limit.from_, limit.until - timedelta(1), limit.until]
    assert [limit.in_force(day) for day in days] == [False, True, True, False]


def test_an_open_end_never_comes():
    assert a_limit(until=None).in_force(date(2999, 1, 1))


# ------------------------------------------------------------------ two times


def history_of(*entries):
    """Entries as (first day, days it lasts or None, recorded after so many hours)."""
    return [
        a_limit(
            cny(n * 1000),
            version=n,
            from_=TODAY + timedelta(first),
            until=None if lasts is None else TODAY + timedelta(first + lasts),
            recorded_at=later(hours=hours),
        )
        for n, (first, lasts, hours) in enumerate(entries, start=1)
    ]


@st.composite
def histories(draw):
    entries = draw(
        st.lists(
            st.tuples(
                st.integers(-60, 60), st.one_of(st.none(), st.integers(0, 60)), st.integers(0, 400)
            ),
            max_size=7,
        )
    )
    hours = sorted(hours for _, _, hours in entries)
    return history_of(*((a, b, h) for (a, b, _), h in zip(entries, hours, strict=True)))


DAYS = st.integers(-80, 140).map(lambda days: TODAY + timedelta(days))
MOMENTS = st.integers(0, 400).map(lambda hours: later(hours=hours, minutes=30))


def test_what_a_limit_took_the_place_of_does_not_come_back_when_it_ends():
    history = history_of((0, None, 0), (10, 5, 1))
    days = [TODAY + timedelta(n) for n in (9, 10, 14, 15)]
    versions = [limit and limit.version for limit in (limit_on(history, day) for day in days)]
    assert versions == [1, 2, 2, None]


@given(histories(), DAYS)
def test_spans_say_the_same_as_asking_for_each_day(history, day):
    counting = [
        s.limit for s in spans(history) if s.from_ <= day and (s.until is None or day < s.until)
    ]
    assert counting == [x for x in [limit_on(history, day)] if x]


@given(histories(), DAYS, MOMENTS)
def test_what_was_believed_at_a_moment_that_is_over_never_changes(history, day, moment):
    before = [x for x in history if x.recorded_at < moment]
    said = limit_on(as_believed(before, moment), day)
    assert limit_on(as_believed(history, moment), day) == said


def test_a_history_that_were_rewritten_would_be_noticed():
    """The counterpart: an end that is cut afterwards changes what was believed before."""
    first, second = history_of((0, None, 0), (10, None, 48))
    cut = [replace(first, until=second.from_), second]
    moment, day = later(hours=24), TODAY + timedelta(20)
    assert limit_on(as_believed([first, second], moment), day) == first
    assert limit_on(as_believed(cut, moment), day) is None


def test_what_was_not_recorded_yet_was_not_believed():
    history = history_of((-30, None, 5))
    assert as_believed(history, later(hours=5)) == []
    assert as_believed(history, later(hours=5, minutes=1)) == history
