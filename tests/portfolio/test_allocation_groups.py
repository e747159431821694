"""Allocation under limits that groups share: the optimum, exactly within every limit of the tree."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from creditflow.portfolio.allocation import chaining, core
from creditflow.portfolio.allocation.bending import Full, InTree, narrowed
from creditflow.portfolio.allocation.certificate import bound_at, certify
from creditflow.portfolio.allocation.dividing import divided
from creditflow.portfolio.allocation.exact import excess_billionths, used_billionths
from creditflow.portfolio.allocation.instance import BILLION, Instance, NotSolvable
from creditflow.portfolio.allocation.reducing import reduced
from creditflow.portfolio.allocation.response import slope
from creditflow.portfolio.allocation.rounding import SignificantDigits, rounded
from creditflow.portfolio.allocation.solving import by_core, by_highs, solve
from creditflow.portfolio.allocation.tightening import tightened
from tests.portfolio.instances import family
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


def proven(instance):
    """The solution of a book in groups, and what is left of it after rounding."""
    solution = solve(instance)
    limits = rounded(instance, solution.limits, solution.prices, GRID)
    after = certify(instance, limits, solution.prices)
    assert (solution.method, solution.certificate.violation, after.violation) == ("core", 0, 0)
    assert solution.certificate.gap <= 1e-9
    return solution, after.profit / after.bound


@pytest.mark.parametrize("groups", [60, 1_500])
def test_a_book_in_groups_is_proven_to_be_solved(groups):
    solution, kept = proven(grouped_book(6_000, groups, seed=groups))

    assert np.count_nonzero(solution.prices[-groups:]) > groups // 10, "groups should bind"
    assert kept >= 0.985


# ------------------------------------------------------------------ many budgets in a tree


@pytest.fixture
def soon_many(monkeypatch):
    """A handful of budgets are many, so that small books take the way of large ones."""
    monkeypatch.setattr(chaining, "FEW", 10)
    monkeypatch.setattr(chaining, "MANY", 3)
    monkeypatch.setattr(core, "FIRST", 200)
    monkeypatch.setattr(core, "PER_ROW", 2)
    monkeypatch.setattr(core, "PER_SCARCE", 1)


def in_arrays(groups=80, seed=0):
    return reduced(divided(grouped_book(800, groups, seed)).instance)


@pytest.mark.parametrize("seed", range(4))
def test_with_many_groups_the_core_finds_what_highs_finds(seed, soon_many):
    small = in_arrays(seed=seed)
    assert len(small.columns.chain.levels) == 2

    ours, reference = by_core(small), by_highs(small)

    assert ours.certificate.gap <= 1e-9
    assert ours.certificate.violation == 0
    assert ours.certificate.profit == pytest.approx(reference.certificate.profit, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_newtons_equations_are_the_same_whether_or_not_the_tree_is_used(seed, soon_many):
    columns, dice = in_arrays(seed=seed).columns, np.random.default_rng(seed)
    prices, vector = dice.uniform(0, 0.05, columns.rows), dice.normal(size=columns.rows)
    damping, free = dice.uniform(1e-3, 1, columns.rows), dice.random(columns.rows) < 0.7

    in_tree, full = (
        slope(each, prices, 0.1).curvature.damped(damping)
        for each in (columns, replace(columns, chain=None))
    )

    assert (type(in_tree), type(full)) == (InTree, Full)
    assert in_tree.times(vector) == pytest.approx(full.times(vector))
    assert in_tree.solved(free, vector) == pytest.approx(full.solved(free, vector))


@pytest.mark.parametrize("seed", range(3))
def test_no_other_prices_of_the_groups_are_better_at_those_of_the_rest(seed, soon_many):
    small, dice = in_arrays(seed=seed), np.random.default_rng(seed)
    many = np.concatenate([level.rows for level in small.columns.chain.levels])
    prices = dice.uniform(0, 0.05, small.columns.rows)

    tight = tightened(small, prices)

    best = bound_at(small.instance, small.all_prices(tight))
    assert (np.delete(tight, many) == np.delete(prices, many)).all()
    for _ in range(40):
        other = tight.copy()
        some = dice.choice(many, 5)
        other[some] = np.maximum(0, other[some] + dice.normal(0, 0.02, 5))
        assert bound_at(small.instance, small.all_prices(other)) >= best * (1 - 1e-12)


def test_a_sample_needs_the_budgets_of_its_own_members_alone(soon_many):
    columns = in_arrays(groups=400).columns
    part = columns.taken_by(np.arange(0, 200))
    used = part.used(part.width.sum(axis=0, dtype=np.float64), slice(0, 200))
    small = replace(part, chain=narrowed(part.chain, used > 0))
    prices, damping = np.where(used > 0, 0.01, 0.0), np.full(columns.rows, 0.1)
    free, vector = used > 0, np.where(used > 0, 1.0, 0.0)

    few, all_ = (slope(each, prices, 0.1).curvature.damped(damping) for each in (small, part))

    assert sum(len(level.rows) for level in small.chain.levels) < 300
    assert few.times(vector) == pytest.approx(all_.times(vector))
    assert few.solved(free, vector) == pytest.approx(all_.solved(free, vector))


def test_families_that_do_not_stand_in_one_another_are_no_chain(soon_many):
    dice = np.random.default_rng(1)
    one, two = (
        family(name, np.full(8, 10**6), dice.integers(0, 8, 300)) for name in ("one", "two")
    )
    chain = reduced(Instance(np.full((1, 300), 10**6), np.full((1, 300), 0.1), (one, two)))

    assert [len(level.rows) for level in chain.columns.chain.levels] == [8]
    assert len(chain.columns.chain.few) == 8
