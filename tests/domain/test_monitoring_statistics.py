"""The statistics of monitoring are what textbooks say, on numbers that can be checked by hand."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.monitoring_statistics import (
    beta_below,
    brier,
    chance_index,
    exact_interval,
    jeffreys_interval,
    quantile,
    separation,
    stability_index,
)

counts = st.dictionaries(st.sampled_from("ABCDEFG"), st.integers(0, 400), max_size=7)
outcomes = st.lists(st.tuples(st.integers(0, 20).map(float), st.booleans()), max_size=40)


def test_the_stability_index_by_hand():
    # Shares .5 .3 .2 against .2 .3 .5: (−.3)·ln(.4) + 0 + .3·ln(2.5) = .6·ln(2.5)
    assert stability_index({"a": 50, "b": 30, "c": 20}, {"a": 20, "b": 30, "c": 50}) == (
        pytest.approx(0.6 * math.log(2.5))
    )


def test_an_empty_bin_counts_as_half_an_observation():
    # 10 and ½ of 10½ against 5 and 5 of 10.
    shares = (10 / 10.5, 0.5 / 10.5)
    by_hand = sum((0.5 - s) * math.log(0.5 / s) for s in shares)

    assert stability_index({"a": 10}, {"a": 5, "b": 5}) == pytest.approx(by_hand)


@given(counts, counts)
def test_the_index_is_never_below_zero_and_the_same_both_ways(before, after):
    index = stability_index(before, after)

    assert index >= 0
    assert math.isfinite(index)
    assert index == pytest.approx(stability_index(after, before))


@given(counts, st.integers(1, 9))
def test_equal_shares_have_no_distance_whatever_the_size(before, times):
    after = {name: count * times for name, count in before.items()}

    assert stability_index(before, after) == pytest.approx(0, abs=1e-12)


@given(counts.filter(lambda c: sum(c.values())), counts.filter(lambda c: sum(c.values())))
def test_only_equal_shares_have_no_distance(before, after):
    equal = all(
        before.get(k, 0) * sum(after.values()) == after.get(k, 0) * sum(before.values())
        for k in {*before, *after}
    )

    assert equal or stability_index(before, after) > 0


def test_what_chance_alone_does_to_the_index():
    # χ² at 95 % with 6 degrees of freedom is 12.592.
    assert chance_index(7, 250, 250) == pytest.approx(12.592 / 125, rel=0.01)
    assert chance_index(2, 100, 100) == pytest.approx(3.841 / 50, rel=0.03)
    assert chance_index(7, 0, 100) == math.inf
    assert chance_index(1, 10, 10) == 0


# Published bounds: Clopper and Pearson for 0 of 10, 1 of 10, 4 of 20; Brown, Cai, DasGupta (2001)
# for Jeffreys' rule.
@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0, 0.3085), (1, 10, 0.0025, 0.4450), (4, 20, 0.0573, 0.4366), (10, 10, 0.6915, 1)],
)
def test_the_exact_interval_has_the_published_bounds(hits, of, low, high):
    interval = exact_interval(hits, of)

    assert interval.low == pytest.approx(low, abs=5e-5)
    assert interval.high == pytest.approx(high, abs=5e-5)


def at_most(hits: int, of: int, share: Fraction) -> Fraction:
    """The exact probability of at most so many hits."""
    return sum(
        (math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(hits + 1)),
        Fraction(0),
    )


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_exact_interval_leaves_a_fortieth_on_each_side(case):
    hits, of = case
    interval = exact_interval(hits, of)

    if hits < of:
        assert float(at_most(hits, of, Fraction(interval.high))) == pytest.approx(0.025, abs=1e-9)
    if hits:
        above = 1 - at_most(hits - 1, of, Fraction(interval.low))
        assert float(above) == pytest.approx(0.025, abs=1e-9)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_jeffreys_interval_lies_within_the_exact_one_and_holds_the_share(case):
    hits, of = case
    exact, narrow = exact_interval(hits, of), jeffreys_interval(hits, of)

    assert exact.low <= narrow.low <= hits / of <= narrow.high <= exact.high
    assert exact.holds(hits / of)


def test_jeffreys_interval_by_hand():
    # One of two: Beta(1.5, 1.5) is symmetric; one of three from tables of Beta(1.5, 2.5).
    narrow = jeffreys_interval(1, 2)

    assert narrow.low + narrow.high == pytest.approx(1)
    assert beta_below(narrow.low, 1.5, 1.5) == pytest.approx(0.025)


def test_the_incomplete_beta_function_where_it_has_a_closed_form():
    assert beta_below(0.3, 1, 1) == pytest.approx(0.3)
    assert beta_below(0.3, 2, 1) == pytest.approx(0.09)
    assert beta_below(0.3, 1, 5) == pytest.approx(1 - 0.7**5)
    assert beta_below(0.25, 0.5, 0.5) == pytest.approx(2 / math.pi * math.asin(0.5))
    assert (beta_below(0, 2, 3), beta_below(1, 2, 3)) == (0, 1)


def test_separation_by_hand():
    # Bad at 1 and 3, good at 2, 3 and 4. Pairs won by the good: 3 of 3 and 1½ of 3.
    found = separation([(1.0, True), (2.0, False), (3.0, True), (3.0, False), (4.0, False)])

    assert found.auc == pytest.approx(4.5 / 6)
    assert found.gini == pytest.approx(0.5)
    assert found.ks == pytest.approx(0.5)
    assert found.interval.low < found.auc < found.interval.high


def test_the_error_of_the_area_is_hanleys_and_mcneils():
    # Their own formula for an area of .8, 50 good and 50 bad: .0444.
    points = [(float(i), False) for i in range(50)]
    assert separation([*points, (-1.0, True)]).error == 0
    auc, good, bad = 0.8, 50, 50
    by_hand = math.sqrt(
        (0.16 + 49 * (0.8 / 1.2 - 0.64) + 49 * (2 * 0.64 / 1.8 - 0.64)) / (good * bad)
    )
    from creditflow.domain.monitoring_statistics import _error

    assert _error(auc, good, bad) == pytest.approx(by_hand) == pytest.approx(0.0444, abs=5e-4)


@given(outcomes)
def test_separation_is_what_counting_all_pairs_gives(found):
    bad = [points for points, turned in found if turned]
    good = [points for points, turned in found if not turned]
    seen = separation(found)

    if not bad or not good:
        assert seen is None
        return
    wins = sum((g > b) + (g == b) / 2 for g in good for b in bad)
    assert seen.auc == pytest.approx(wins / len(good) / len(bad))
    gaps = [
        abs(sum(g <= c for g in good) / len(good) - sum(b <= c for b in bad) / len(bad))
        for c in {*good, *bad}
    ]
    assert seen.ks == pytest.approx(max(gaps))
    assert 0 <= seen.ks <= 1


def test_brier_and_quantiles_by_hand():
    assert brier([(0.2, True), (0.1, False)]) == pytest.approx((0.64 + 0.01) / 2)
    assert brier([]) is None
    assert quantile([4.0, 1.0, 2.0], 0.5) == 2
    assert quantile([1.0, 2.0, 3.0, 4.0], 0.9) == pytest.approx(3.7)
    assert quantile([], 0.5) is None


@given(outcomes)
def test_libraries_say_the_same(found):
    metrics = pytest.importorskip("sklearn.metrics")
    stats = pytest.importorskip("scipy.stats")
    seen = separation(found)
    if seen is not None:
        turned, points = [t for _, t in found], [-p for p, _ in found]
        assert seen.auc == pytest.approx(metrics.roc_auc_score(turned, points))
    bad, of = sum(turned for _, turned in found), len(found)
    if of:
        narrow = jeffreys_interval(bad, of)
        if 0 < bad < of:
            assert narrow.low == pytest.approx(stats.beta.ppf(0.025, bad + 0.5, of - bad + 0.5))
        by_scipy = stats.binomtest(bad, of).proportion_ci(method="exact")
        assert exact_interval(bad, of).low == pytest.approx(by_scipy.low, abs=1e-9)
        assert exact_interval(bad, of).high == pytest.approx(by_scipy.high, abs=1e-9)
