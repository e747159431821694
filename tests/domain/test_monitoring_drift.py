"""Drift and migration: populations are compared by the scorecard's own bins, nobody is lost."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.grade import Grade
from creditflow.domain.monitoring import (
    FEWEST,
    latest_each,
    month_ends,
    months_between,
    period,
)
from creditflow.domain.monitoring_drift import (
    MISSING,
    Finding,
    bin_key,
    drift,
    finding,
    score_drift,
)
from creditflow.domain.monitoring_migration import SHELF_LIFE, migration
from creditflow.domain.scorecard import Bin, Segment
from creditflow.domain.scoring import bin_points
from tests.domain.monitored import judged
from tests.makers import TODAY, a_characteristic, a_scorecard

PERIOD = period(TODAY, days=90, reference_days=365)
BEFORE, NOW = TODAY - timedelta(days=200), TODAY - timedelta(days=10)


def population(on, late, count=60, start=0):
    return [
        judged(f"C{start + n:03}", on, values={"average_days_late": Decimal(late)})
        for n in range(count)
    ]


def test_windows_touch_and_do_not_overlap():
    assert PERIOD.current.until == TODAY
    assert PERIOD.reference.until == PERIOD.current.after == TODAY - timedelta(days=90)
    assert not PERIOD.reference.holds(TODAY - timedelta(days=89))
    assert PERIOD.current.holds(TODAY - timedelta(days=89))


def test_customers_that_pay_later_are_noticed_in_that_characteristic_alone():
    found = drift([*population(BEFORE, 1), *population(NOW, 50)], a_scorecard(), PERIOD)

    shifts = {shift.name: shift for shift in found.characteristics}
    late = shifts["days_late"]
    assert late.finding is Finding.SHIFTED
    assert [(s.reference, s.current) for s in late.shares] == [(60, 0), (0, 0), (0, 60), (0, 0)]
    assert late.points == -100
    # Nothing else was known before or now: all in the bin of the unknown, and nothing moved.
    assert shifts["current_ratio"].finding is Finding.STABLE
    assert shifts["current_ratio"].shares[-1].key == MISSING
    assert shifts["current_ratio"].shares[-1].current == 60
    assert found.score.index == 0


def test_the_score_alone_is_the_score_of_the_whole_and_needs_no_values():
    worse = [judged(f"C{n:03}", NOW, points=Decimal(400)) for n in range(60)]
    everybody = [*population(BEFORE, 1), *worse]
    without = [replace(one, values={}) for one in everybody]

    alone = score_drift(without, a_scorecard(), PERIOD)

    assert alone == drift(everybody, a_scorecard(), PERIOD).score
    assert (alone.finding, alone.points) == (Finding.SHIFTED, Decimal(-290))
    assert alone.enough


def test_each_customer_counts_once_per_window_with_its_latest_evaluation():
    often = [judged("C001", TODAY - timedelta(days=d), Grade.C) for d in range(80)]

    found = drift(often, a_scorecard(), PERIOD)

    assert found.current == 1
    assert latest_each(often)[0].on == TODAY


def test_nothing_after_the_day_and_no_other_segment_is_seen():
    later = population(TODAY + timedelta(days=1), 50)
    new = [judged("N1", NOW, segment=Segment.NEW)]

    found = drift([*later, *new], a_scorecard(), PERIOD)

    assert (found.reference, found.current) == (0, 0)
    assert found.score.finding is Finding.TOO_FEW
    assert found.score.points is None
    assert not found.enough


@pytest.mark.parametrize(
    ("index", "chance", "size", "expected"),
    [
        (0.5, 0.1, FEWEST - 1, Finding.TOO_FEW),
        (0.09, 0.01, FEWEST, Finding.STABLE),
        (0.15, 0.2, FEWEST, Finding.CHANCE),
        (0.30, 0.4, FEWEST, Finding.CHANCE),
        (0.10, 0.05, FEWEST, Finding.WATCH),
        (0.25, 0.05, FEWEST, Finding.SHIFTED),
    ],
)
def test_the_usual_thresholds_hold_where_chance_cannot_have_done_it(index, chance, size, expected):
    assert finding(index, chance, reference=size, current=size) is expected


@given(st.none() | st.decimals(-50, 100, places=2) | st.sampled_from(["yes", "odd"]))
def test_a_value_is_put_into_the_bin_that_scoring_uses(value):
    numbers = a_characteristic()
    words = a_characteristic(bins=(Bin(80, values=("yes",)), Bin(20, values=("no",))))

    for characteristic in (numbers, words):
        key = bin_key(characteristic, value)
        points = bin_points(characteristic, value)
        assert (key == MISSING) is (points is None)
        if points is not None:
            assert characteristic.bins[int(key)].points == points


# ---------------------------------------------------------------------- migration

FIRST, SECOND = date(2025, 9, 30), date(2026, 2, 28)
evaluations = st.lists(
    st.builds(
        judged,
        st.sampled_from([f"C{n}" for n in range(6)]),
        st.dates(date(2024, 1, 1), date(2026, 6, 1)),
        st.sampled_from(list(Grade)),
    ),
    max_size=25,
)


def test_moves_by_hand():
    found = migration(
        [
            judged("stays", date(2025, 3, 1), Grade.B),
            judged("falls", date(2025, 3, 1), Grade.B),
            judged("falls", date(2026, 1, 1), Grade.E),
            judged("rises", date(2025, 3, 1), Grade.D),
            judged("rises", date(2025, 12, 1), Grade.C),
            judged("new", date(2026, 1, 1), Grade.A),
            judged("gone", SECOND - SHELF_LIFE, Grade.C),
            judged("later", SECOND + timedelta(days=1), Grade.A),
        ],
        first=FIRST,
        second=SECOND,
    )

    assert found.moves == {
        (Grade.B, Grade.B): 1,
        (Grade.B, Grade.E): 1,
        (Grade.D, Grade.C): 1,
        (None, Grade.A): 1,
        (Grade.C, None): 1,
    }
    assert (found.better, found.stayed, found.worse) == (1, 1, 1)
    assert found.share(Grade.B, Grade.E) == 0.5
    assert found.share(Grade.G, Grade.A) is None


@given(evaluations)
def test_rows_and_columns_sum_to_who_had_the_grade(every):
    found = migration(every, first=FIRST, second=SECOND)

    for day, sums in ((FIRST, found.before), (SECOND, found.after)):
        holds = latest_each(j for j in every if day - SHELF_LIFE < j.on <= day)
        assert Counter(one.grade for one in holds) == {g: sums(g) for g in Grade if sums(g)}
    assert found.count(None, None) == 0


@given(evaluations)
def test_between_a_day_and_itself_nobody_moves(every):
    found = migration(every, first=SECOND, second=SECOND)

    assert found.better == found.worse == found.before(None) == found.after(None) == 0


def test_month_ends_and_months_are_those_that_had_ended():
    assert month_ends(date(2026, 3, 30), 2) == [date(2026, 1, 31), date(2026, 2, 28)]
    assert month_ends(date(2026, 3, 31), 1) == [date(2026, 3, 31)]
    assert list(months_between(date(2025, 12, 31), date(2026, 1, 1))) == [
        date(2025, 12, 1),
        date(2026, 1, 1),
    ]
