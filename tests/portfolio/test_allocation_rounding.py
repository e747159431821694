"""Rounded limits: of the grid, within every budget to the minor unit, and near the optimum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.portfolio.allocation.certificate import certify
from creditflow.portfolio.allocation.rounding import SignificantDigits, rounded
from creditflow.portfolio.allocation.solving import solve
from tests.portfolio.instances import book, instances

GRID = SignificantDigits()


@given(st.lists(st.integers(0, 9 * 10**15), min_size=1, max_size=20))
def test_the_grid_has_two_digits_and_the_neighbours_are_next(limits):
    limits = np.array(limits, np.int64)
    down, above = GRID.down(limits), GRID.above(limits)

    for limit, low, high in zip(limits, down, above, strict=True):
        assert low <= limit < high
        assert len(str(low).rstrip("0")) <= 2
        assert GRID.down(np.array([high - 1]))[0] == low


@settings(max_examples=60, deadline=None)
@given(instances())
def test_rounded_limits_keep_every_budget_exactly(instance):
    solution = solve(instance)

    limits = rounded(instance, solution.limits, solution.prices, GRID)

    assert certify(instance, limits, solution.prices).violation == 0
    assert (GRID.down(limits) == limits).all()


@pytest.mark.parametrize("insured_share", [None, 0.5])
def test_rounding_keeps_nearly_all_of_the_bound_and_rounding_down_alone_does_not(insured_share):
    instance = book(20_000, 5, insured_share=insured_share)
    solution = solve(instance)

    limits = rounded(instance, solution.limits, solution.prices, GRID)
    alone = certify(instance, GRID.down(solution.limits), solution.prices)

    certificate = certify(instance, limits, solution.prices)
    assert certificate.violation == 0
    assert certificate.profit >= 0.995 * certificate.bound
    assert alone.profit < 0.993 * alone.bound
