"""Allocation: as good as HiGHS on everything, within every budget, and proven by itself."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from creditflow.portfolio.allocation import core, exact, solving
from creditflow.portfolio.allocation.certificate import certify
from creditflow.portfolio.allocation.exact import excess_billionths, used_billionths
from creditflow.portfolio.allocation.instance import BILLION, Instance, NotSolvable
from creditflow.portfolio.allocation.reducing import reduced
from creditflow.portfolio.allocation.solving import by_core, by_highs, solve
from tests.portfolio.instances import book, family, instances


def weight_of(budgets, customer):
    return BILLION if budgets.weight is None else int(budgets.weight[customer])


def used_by_hand(instance, limits):
    return [
        sum(
            int(limits[c]) * weight_of(budgets, c)
            for c in range(instance.customers)
            if budgets.member[c] == part
        )
        for budgets in instance.families
        for part in range(len(budgets.names))
    ]


def bound_by_hand(instance, prices):
    """The dual bound in exact fractions, one customer and segment at a time."""
    total = sum(Fraction(float(p)) * int(m) for p, m in zip(prices, instance.most, strict=True))
    for c in range(instance.customers):
        cost = Fraction(0)
        for budgets, offset in zip(instance.families, instance.offsets, strict=False):
            if budgets.member[c] >= 0:
                price = Fraction(float(prices[offset + budgets.member[c]]))
                cost += price * Fraction(weight_of(budgets, c), BILLION)
        for k in range(instance.segments):
            earns = Fraction(float(instance.profit[k, c])) - cost
            total += max(earns, Fraction(0)) * int(instance.width[k, c])
    return total


# ------------------------------------------------------------------ against the reference


@settings(max_examples=80, deadline=None)
@given(instances())
def test_small_books_are_solved_to_the_optimum(instance):
    solution = solve(instance)

    certificate = solution.certificate
    assert certificate.violation == 0
    # Whole minor units: rounding down may cost up to a few of each customer in each budget.
    assert certificate.bound - certificate.profit <= 4 * instance.customers * (instance.rows + 1)
    assert used_by_hand(instance, solution.limits) == used_billionths(instance, solution.limits)
    assert float(bound_by_hand(instance, solution.prices)) == pytest.approx(certificate.bound)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("insured_share", [None, 0.5])
def test_the_core_finds_what_highs_finds(seed, insured_share, monkeypatch):
    monkeypatch.setattr(core, "FIRST", 300)
    monkeypatch.setattr(core, "PER_ROW", 1)
    small = reduced(book(1_500, seed, insured_share=insured_share))

    ours, reference = by_core(small), by_highs(small)

    assert ours is not None
    assert ours.certificate.violation == 0
    assert ours.certificate.gap <= 1e-9
    assert ours.certificate.profit == pytest.approx(reference.certificate.profit, rel=1e-9)
    assert np.count_nonzero(ours.prices) > 8, "the budgets should bind"


def test_a_core_that_begins_far_too_small_grows_until_it_is_right(monkeypatch):
    monkeypatch.setattr(core, "FIRST", 25)
    monkeypatch.setattr(core, "PER_ROW", 1)
    monkeypatch.setattr(core, "MOST_JOINING", 60)

    solution = by_core(reduced(book(3_000, 7)))

    assert solution is not None
    assert solution.certificate.gap <= 1e-9


def test_what_the_core_cannot_do_highs_does(monkeypatch):
    monkeypatch.setattr(solving, "by_core", lambda _small, _start: None)

    solution = solve(book(3_000))

    assert solution.method == "whole"
    assert solution.certificate.gap <= 1e-9


def test_a_changed_book_is_solved_from_the_prices_before():
    before = book(4_000, 3)
    width = before.width.copy()
    width[:, ::100] //= 2
    after = Instance(width, before.profit, before.families)

    warm = solve(after, start=solve(before).prices)

    assert warm.method == "core"
    assert warm.certificate.gap <= 1e-9
    assert warm.certificate.profit == pytest.approx(solve(after).certificate.profit, rel=1e-9)


# ------------------------------------------------------------------ by hand


def test_the_better_earner_gets_the_budget_and_the_price_is_what_the_next_would_earn():
    instance = Instance(
        np.array([[100, 100]]), np.array([[0.5, 0.2]]), (family("total", [150], [0, 0]),)
    )

    solution = solve(instance)

    assert solution.limits.tolist() == [100, 50]
    assert solution.prices == pytest.approx([0.2])
    assert solution.certificate.profit == pytest.approx(60)


def test_without_budgets_everything_that_earns_is_granted():
    instance = Instance(np.array([[100, 100]]), np.array([[0.5, -0.2]]), ())

    assert solve(instance).limits.tolist() == [100, 0]


def test_a_budget_of_zero_gives_its_members_nothing_and_says_what_it_costs():
    instance = Instance(
        np.array([[100, 100]]), np.array([[0.5, 0.2]]), (family("sector", [0], [0, -1]),)
    )

    solution = solve(instance)

    assert solution.limits.tolist() == [0, 100]
    assert solution.prices == pytest.approx([0.5])
    assert solution.certificate.gap <= 1e-9


def test_a_required_insured_share_lets_insured_limits_carry_uninsured_ones():
    half = BILLION // 2
    instance = Instance(
        np.array([[100, 100]]),
        np.array([[0.3, 0.01]]),
        (family("insured", [0], [0, 0], [half, -half]),),
    )

    assert solve(instance).limits.tolist() == [100, 100]


@pytest.mark.parametrize("at_a_time", [exact.MOST_CUSTOMERS, 3, 1])
def test_sums_are_exact_where_floats_are_not(monkeypatch, at_a_time):
    monkeypatch.setattr(exact, "MOST_CUSTOMERS", at_a_time)
    most = 9_000_000_000_000_000
    instance = Instance(
        np.array([[most] * 3 + [1]]),
        np.full((1, 4), 0.1),
        (family("loss", [most], [0] * 4, [333_333_333, 1, BILLION, 7]),),
    )

    limits = np.array([most, most - 1, most - 7, 1])

    assert used_billionths(instance, limits) == used_by_hand(instance, limits)
    assert float(used_by_hand(instance, limits)[0]) != used_by_hand(instance, limits)[0]


# ------------------------------------------------------------------ the certificate can fail


def test_the_certificate_sees_a_limit_that_is_one_minor_unit_too_high():
    instance = book(500)
    solution = solve(instance)
    tight = next(row for row, price in enumerate(solution.prices) if price > 0)
    over = solution.limits.copy()
    over[instance.families[0].member == 0] += 1

    assert solution.certificate.violation == 0
    assert max(excess_billionths(instance, over)) > 0, tight
    assert certify(instance, over, solution.prices).violation > 0


def test_the_certificate_sees_worse_limits_and_worse_prices():
    instance = book(500)
    solution = solve(instance)

    assert certify(instance, solution.limits // 2, solution.prices).gap > 0.01
    assert certify(instance, solution.limits, solution.prices * 1.5).gap > 0.01
    with pytest.raises(ValueError, match="zero or more"):
        certify(instance, solution.limits, -solution.prices)


# ------------------------------------------------------------------ refusals


def test_everything_that_is_wrong_is_said_at_once():
    instance = Instance(
        np.array([[-1, 5, 5], [5, 5, 5]]),
        np.array([[np.nan, 0.1, 0.1], [0.1, 0.2, np.inf]]),
        (
            family("sector", [5, -5], [0, 1, 2]),
            family("loss", [5], [0, 0, 0], [0, 0, 2 * BILLION]),
            family("country", [5], [0, 0]),
        ),
    )

    with pytest.raises(NotSolvable) as refused:
        solve(instance)

    said = " ".join(str(reason) for reason in refused.value.details)
    for part in ("negative width", "not a finite number", "sector-1 is below zero",
                 "does not name", "more than its whole limit", "for every customer"):  # fmt: skip
        assert part in said


def test_a_rising_profit_and_an_uncountable_book_are_refused():
    with pytest.raises(NotSolvable, match="than with an earlier one"):
        solve(Instance(np.array([[5], [5]]), np.array([[0.1], [0.2]]), ()))
    with pytest.raises(NotSolvable, match="more than can be counted"):
        solve(Instance(np.full((1, 3), 2 * 10**18), np.ones((1, 3)), ()))
    with pytest.raises(NotSolvable, match="same segments"):
        solve(Instance(np.array([[5]]), np.array([[0.1, 0.2]]), ()))
