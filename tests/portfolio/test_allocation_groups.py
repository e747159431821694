"""Allocation under limits that groups share: the optimum, exactly within every limit of the tree."""

import numpy as np
import pytest
from hypothesis import given, settings

from creditflow.portfolio.allocation.certificate import certify
from creditflow.portfolio.allocation.dividing import divided
from creditflow.portfolio.allocation.exact import excess_billionths, used_billionths
from creditflow.portfolio.allocation.instance import BILLION, Instance, NotSolvable
from creditflow.portfolio.allocation.rounding import SignificantDigits, rounded
from creditflow.portfolio.allocation.solving import solve
from tests.portfolio.reference import best_profit
from tests.portfolio.trees import grouped_book, in_trees, shared

GRID = SignificantDigits()


def used_by_hand(instance, limits):
    """What members take of each group's limit beyond what they owe, one at a time."""
    return [
        BILLION * sum(
            max(0, int(limit) - int(owed))
            for limit, owed, at in zip(limits, instance.free, budgets.member, strict=True)
            if at == part
        )
        for budgets in instance.families if budgets.beyond
        for part in range(len(budgets.names))
    ]  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(in_trees())
def test_small_trees_are_solved_as_well_as_by_highs(instance):
    solution = solve(instance)

    certificate, best = solution.certificate, best_profit(instance)
    few = 4 * instance.customers * (instance.rows + 1)
    assert certificate.violation == 0
    assert certificate.profit <= best + 1e-6 * max(1.0, best)
    assert certificate.bound >= best - 1e-6 * max(1.0, best)
    # Whole minor units: rounding down may cost up to a few of each customer in each budget.
    assert certificate.bound - certificate.profit <= few
    by_hand = used_by_hand(instance, solution.limits)
    assert by_hand == used_billionths(instance, solution.limits)[-len(by_hand) :]


@settings(max_examples=60, deadline=None)
@given(in_trees())
def test_rounded_limits_keep_every_limit_of_the_tree_exactly(instance):
    solution = solve(instance)

    limits = rounded(instance, solution.limits, solution.prices, GRID)

    assert certify(instance, limits, solution.prices).violation == 0
    assert (GRID.down(limits) == limits).all()


def test_what_is_owed_takes_nothing_more_and_the_better_earner_gets_the_rest():
    width, profit = np.array([[100, 100, 100]]), np.array([[0.1, 0.5, 0.4]])
    group = (shared("group", [50], [0, 0, -1]),)
    instance = Instance(width, profit, group, np.array([40, 20, 0]))

    solution = solve(instance)

    assert solution.limits.tolist() == [40, 70, 100]
    assert solution.prices == pytest.approx([0.5])
    assert solution.certificate.gap <= 1e-9
    # Without what is owed, the same limits would be too much.
    assert excess_billionths(Instance(width, profit, group), solution.limits) == [60 * BILLION]


def test_the_least_that_is_left_on_the_way_up_binds():
    width, profit = np.array([[100] * 3]), np.array([[0.3, 0.2, 0.1]])
    levels = (shared("upper", [120], [0, 0, 0]), shared("lower", [60, 500], [0, 0, 1]))

    solution = solve(Instance(width, profit, levels, np.zeros(3, np.int64)))

    assert solution.limits.tolist() == [60, 0, 60]
    assert solution.prices == pytest.approx([0.1, 0.2, 0])


def test_a_divided_customer_is_one_again():
    instance = grouped_book(500, 40)
    parts = divided(instance)

    assert parts.instance.customers > instance.customers
    whole = parts.together(parts.instance.width.sum(axis=0))
    assert (whole == instance.width.sum(axis=0)).all()


def test_a_free_part_that_is_no_amount_is_refused():
    with pytest.raises(NotSolvable, match="free of a limit"):
        solve(Instance(np.array([[1]]), np.array([[0.1]]), (), np.array([-1])))


@pytest.mark.parametrize("groups", [60, 400])
def test_a_book_in_groups_is_proven_to_be_solved(groups):
    instance = grouped_book(4_000, groups, seed=groups)

    solution = solve(instance)
    limits = rounded(instance, solution.limits, solution.prices, GRID)

    assert solution.certificate.gap <= 1e-9
    assert solution.certificate.violation == 0
    assert np.count_nonzero(solution.prices[-groups:]) > groups // 10, "groups should bind"
    after = certify(instance, limits, solution.prices)
    assert after.violation == 0
    assert after.profit >= 0.985 * after.bound
