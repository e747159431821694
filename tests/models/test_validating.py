"""The measures agree with scikit-learn, and calibration brings probabilities to what happens."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.stats import beta
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    roc_auc_score,
    roc_curve,
)

from creditflow.domain.grade import Grade
from creditflow.domain.learned import Calibration
from creditflow.models.calibrating import anchored, master_scale, platt
from creditflow.models.validating import (
    auc_interval,
    calibration,
    index_of_stability,
    jeffreys,
    measure,
    stability,
)

shares = st.floats(0, 1).map(lambda p: round(p, 2))
pairs = (
    st.integers(4, 60)
    .flatmap(
        lambda n: st.tuples(
            arrays.arrays(np.float64, n, elements=shares), arrays.arrays(np.bool_, n)
        )
    )
    .filter(lambda pair: 0 < pair[1].sum() < len(pair[1]))
)


@given(pairs)
def test_measures_agree_with_scikit_learn(pair):
    pd, bad = pair
    found = measure(pd, bad)
    wrong, right, _ = roc_curve(bad, pd, drop_intermediate=False)

    assert found.auc == pytest.approx(roc_auc_score(bad, pd))
    assert found.gini == pytest.approx(2 * roc_auc_score(bad, pd) - 1)
    assert found.ks == pytest.approx((right - wrong).max())
    assert found.brier == pytest.approx(brier_score_loss(bad, pd))
    assert found.average_precision == pytest.approx(average_precision_score(bad, pd))


def dice(n=20_000, slope=0.5, shift=-3.0):
    rng = np.random.default_rng(5)
    raw = rng.normal(0, 2, n)
    return raw, rng.random(n) < 1 / (1 + np.exp(-(shift + slope * raw)))


def test_platt_finds_slope_and_level():
    raw, bad = dice()

    found = platt(raw, bad)

    assert found.slope == pytest.approx(0.5, abs=0.05)
    assert found.intercept == pytest.approx(-3.0, abs=0.1)


def test_a_handful_of_outcomes_leaves_the_slope_near_one():
    raw = np.linspace(-1, 1, 40)
    bad = raw > 0.9

    assert 0.2 <= platt(raw, bad).slope <= 3


def test_anchoring_moves_the_mean_and_nothing_else():
    raw, bad = dice()
    found = anchored(platt(raw, bad), raw, 0.2)

    mean = np.mean(1 / (1 + np.exp(-(found.intercept + found.slope * raw))))

    assert mean == pytest.approx(0.2, abs=1e-6)
    assert found.slope == platt(raw, bad).slope
    assert anchored(Calibration(9.0, 1.0), raw, 0.2).intercept < 9


def test_the_master_scale_cuts_at_geometric_means():
    scale = master_scale([(Grade.A, 0.01), (Grade.B, 0.04), (Grade.C, 0.16)])

    assert [reach.most for reach in scale] == pytest.approx([0.02, 0.08, 1.0])


def test_calibration_shows_what_was_foretold_and_what_came():
    pd = np.array([0.1] * 100 + [0.5] * 100)
    bad = np.array([True] * 10 + [False] * 90 + [True] * 80 + [False] * 20)

    good, wrong = calibration(pd, bad, ("low", "high", "none"), np.repeat([0, 1], 100))

    assert good.low < 0.1 < good.high
    assert not wrong.low < 0.5 < wrong.high


@pytest.mark.parametrize(("events", "rows"), [(10, 100), (3, 40), (0, 200), (150, 300)])
def test_the_interval_is_close_to_the_exact_one(events, rows):
    exact = beta(events + 0.5, rows - events + 0.5).ppf([0.05, 0.95])

    assert jeffreys(events, rows) == pytest.approx(exact)


def test_stability_is_zero_for_the_same_and_large_for_another_population():
    rng = np.random.default_rng(1)
    scores = rng.normal(size=4000)

    assert stability(scores, scores) == pytest.approx(0)
    assert stability(scores, rng.normal(size=4000)) < 0.02
    assert stability(scores, rng.normal(1, 1, 4000)) > 0.25
    assert index_of_stability(np.array([0.5, 0.5]), np.array([1.0, 0.0])) > 1


def test_the_interval_is_that_of_drawing_customers():
    dice = np.random.default_rng(3)
    customer = dice.integers(0, 40, 400)
    pd, bad = dice.uniform(size=400).round(1), dice.uniform(size=400) < 0.3
    low, high = auc_interval(pd, bad, customer, times=300)
    drawn = []
    for _ in range(300):
        rows = np.concatenate([np.flatnonzero(customer == c) for c in dice.integers(0, 40, 40)])
        drawn.append(roc_auc_score(bad[rows], pd[rows]))

    assert (low, high) == pytest.approx(np.quantile(drawn, [0.05, 0.95]), abs=0.02)
    assert low < roc_auc_score(bad, pd) < high


def test_without_both_outcomes_there_is_no_interval():
    assert np.isnan(auc_interval(np.ones(4), np.zeros(4, bool), np.arange(4))).all()
