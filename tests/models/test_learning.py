"""Both kinds of model learn a known pattern, and leave as data that scores to the same number."""

import dataclasses
import json
import time
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from creditflow.domain.grade import Grade
from creditflow.domain.learned import (
    BadOutcome,
    Calibration,
    GradeReach,
    LearnedModel,
    MeanForm,
    Origins,
)
from creditflow.domain.learned_reading import BadModel, model_from_json
from creditflow.domain.learned_scoring import FACTOR, OFFSET, judge, raw_log_odds
from creditflow.domain.learned_writing import model_hash, model_to_json
from creditflow.models import applying, trees
from creditflow.models.binning import BinRules, bin_numbers
from creditflow.models.points import PointsRules, fit_logistic, fit_points
from creditflow.models.trees import TreesRules, area_under, fit_trees
from tests.models.samples import made

SAMPLE = made()
POINTS = fit_points(SAMPLE.columns, SAMPLE.bad, PointsRules())
TREES = fit_trees(SAMPLE.columns, SAMPLE.bad, TreesRules(trees=30))


def model(form) -> LearnedModel:
    return LearnedModel(
        form,
        BadOutcome(30, 90),
        Calibration(-0.1, 1.1),
        tuple(
            GradeReach(g, m)
            for g, m in zip(Grade, (0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 1.0), strict=True)
        ),
        Origins(date(2020, 1, 31), date(2020, 12, 31), 3000, 100, 400, 0.05),
    )


MEAN = MeanForm((POINTS, TREES))
MODELS = {"points": model(POINTS), "trees": model(TREES), "mean": model(MEAN)}
number = (
    st.none() | st.floats(-50, 200, allow_nan=False) | st.sampled_from([float("inf"), float("nan")])
)
values = st.fixed_dictionaries(
    {},
    optional={
        "days_beyond_terms_12m": number,
        "equity_ratio": number,
        "noise": number,
        "sector": st.none() | st.sampled_from(["food", "steel", "rare", "never seen"]),
    },
)


@pytest.mark.parametrize("form", [POINTS, TREES, MEAN])
def test_the_pattern_is_found(form):
    fresh = made(seed=2)

    assert area_under(applying.raw_log_odds(form, fresh.columns), fresh.bad) > 0.78
    assert "constant" not in form.names


def test_what_is_told_apart_almost_surely_does_not_run_away():
    """Coefficients are those of the library, also where whole Newton steps would overshoot."""
    dice, bad = np.random.default_rng(0), np.arange(600) < 20
    common = np.where(bad, dice.normal(1.5, 1, 600), dice.normal(-0.5, 1, 600))[:, None]
    table = common * dice.uniform(0.2, 1, 40) + dice.normal(0, 0.4, (600, 40))

    intercept, slopes = fit_logistic(table, bad, 0.5)
    kept = table[:, slopes > 0]
    said = LogisticRegression(C=1 / 0.5, tol=1e-10, max_iter=5000).fit(kept, bad)

    assert np.allclose(slopes[slopes > 0], said.coef_[0], atol=1e-4)
    assert intercept == pytest.approx(said.intercept_[0], abs=1e-3)


def test_noise_earns_no_points():
    assert "noise" not in POINTS.names
    assert {"days_beyond_terms_12m", "equity_ratio"} <= set(POINTS.names)


def test_points_are_monotone_and_missing_has_its_own():
    late = next(c for c in POINTS.columns if c.name == "days_beyond_terms_12m")
    equity = next(c for c in POINTS.columns if c.name == "equity_ratio")

    assert list(late.points) == sorted(late.points, reverse=True)
    assert list(equity.points) == sorted(equity.points)
    assert late.points[-1] < late.missing_points < late.points[0]


@given(values)
@settings(max_examples=150)
@pytest.mark.parametrize("kind", MODELS)
def test_one_customer_and_columns_give_the_same_number(kind, row):
    columns = {
        name: np.array([row.get(name)], dtype=object if name == "sector" else np.float64)
        for name in SAMPLE.columns
    }

    alone = raw_log_odds(MODELS[kind], row)

    assert alone == applying.raw_log_odds(MODELS[kind].form, columns)[0]
    assert float(judge(MODELS[kind], row).pd) == pytest.approx(
        applying.probabilities(MODELS[kind], columns)[0], abs=1e-6
    )


def test_trees_give_the_number_that_the_library_gives(monkeypatch):
    kept = []
    fit = HistGradientBoostingClassifier.fit

    def keep(self, *args):
        kept.append(fit(self, *args))
        return kept[-1]

    monkeypatch.setattr(HistGradientBoostingClassifier, "fit", keep)
    form = fit_trees(SAMPLE.columns, SAMPLE.bad, TreesRules(trees=40, leaves=15))
    fresh = made(seed=3).columns
    fresh["equity_ratio"][::7] = np.nan

    said = kept[0].decision_function(applying.tree_matrix(form, fresh))

    assert np.array_equal(said, applying.raw_log_odds(form, fresh))


@given(values)
@settings(max_examples=150)
@pytest.mark.parametrize("kind", MODELS)
def test_parts_add_up_to_the_score(kind, row):
    judged = judge(MODELS[kind], row)
    bases = {
        "points": POINTS.base,
        "trees": OFFSET - FACTOR * (TREES.base + sum(tree.value[0] for tree in TREES.trees)),
    }
    usual = POINTS.base + sum(column.average for column in POINTS.columns)
    base = bases.get(kind, (bases["trees"] + usual) / 2)

    total = float(sum(part.points for part in judged.parts)) + base

    assert total == pytest.approx(judged.score, abs=0 if kind == "points" else 0.6)
    assert all(part.lost >= 0 for part in judged.parts)
    assert not set(judged.missing) & {*judged.reasons_for, *judged.reasons_against}


@pytest.mark.parametrize("kind", MODELS)
def test_reasons_name_what_is_bad(kind):
    judged = judge(
        MODELS[kind], {"days_beyond_terms_12m": 60.0, "equity_ratio": 0.9, "sector": None}
    )

    assert judged.reasons_against[0] == "days_beyond_terms_12m"
    assert judged.reasons_for[0] == "equity_ratio"
    assert "sector" in judged.missing


def test_a_column_that_turns_is_free_where_the_rules_say_so():
    """Bad at both ends, worse at the upper one: with a direction, the lower end looks good."""
    dice = np.random.default_rng(5)
    growth = dice.normal(0, 1, 4000)
    rate = np.where(growth > 1, 0.4, np.where(growth < -1.4, 0.25, 0.03))
    bad = dice.uniform(size=4000) < rate
    rules = TreesRules(trees=40, least_rows=20)

    held = fit_trees({"growth": growth}, bad, rules)
    free = fit_trees({"growth": growth}, bad, dataclasses.replace(rules, turns=True))
    ends = {"growth": np.array([-2.0, 0.0])}

    assert trees.direction(growth, bad, rules.sure) == 1
    assert trees.turns(growth, bad)
    assert not trees.turns(growth, dice.uniform(size=4000) < 1 / (1 + np.exp(3 - growth)))
    assert np.diff(applying.raw_log_odds(held, ends))[0] >= 0
    assert np.diff(applying.raw_log_odds(free, ends))[0] < -1


def test_later_is_never_better():
    odds = [raw_log_odds(MODELS["trees"], {"days_beyond_terms_12m": float(d)}) for d in range(120)]

    assert odds == sorted(odds)


@pytest.mark.parametrize("kind", MODELS)
def test_a_model_is_read_back_as_it_was_written(kind):
    text = model_to_json(MODELS[kind])

    assert model_from_json(text) == MODELS[kind]
    assert model_to_json(model_from_json(text)) == text
    other = dataclasses.replace(MODELS[kind], calibration=Calibration(0.0, 1.0))
    assert model_hash(model_to_json(other)) != model_hash(text)


def tampered(kind: str, change) -> str:
    plain = json.loads(model_to_json(MODELS[kind]))
    change(plain)
    return json.dumps(plain)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("trees", lambda m: m["trees"][0]["left"].__setitem__(0, 0)),
        ("trees", lambda m: m["trees"][0]["value"].pop()),
        ("trees", lambda m: m["trees"][0]["feature"].__setitem__(0, 99)),
        ("points", lambda m: m["columns"][0]["points"].pop()),
        ("points", lambda m: m["columns"][0]["edges"].reverse()),
        ("points", lambda m: m["calibration"].update(slope=-1)),
        ("points", lambda m: m["grades"].pop()),
        ("points", lambda m: m.update(base="NaN")),
        ("points", lambda m: m.pop("outcome")),
        ("points", lambda m: m.update(format="other")),
        ("mean", lambda m: m["members"].clear()),
        ("mean", lambda m: m["members"][0].update(kind="mean", members=[])),
        ("mean", lambda m: m["members"][1]["trees"][0]["value"].pop()),
    ],
)
def test_a_model_that_was_tampered_with_is_refused(kind, change):
    with pytest.raises(BadModel):
        model_from_json(tampered(kind, change))


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(BadModel) as refused:
        model_from_json(tampered("points", lambda m: (m.pop("outcome"), m.pop("grades"))))

    assert len(refused.value.details) == 2


def test_rare_delinquency_keeps_a_bin_of_its_own():
    late = np.concatenate([np.zeros(5000), np.full(60, 40.0)])
    bad = np.concatenate([np.zeros(4990, bool), np.ones(10, bool), np.ones(60, bool)])

    bins = bin_numbers(late, bad, BinRules())

    assert bins.rows[-1] == 60
    assert bins.weights[-1] > 3
    assert len(bin_numbers(late, bad, BinRules(least_rows=150)).rows) == 1  # 3 % merges it away


def test_without_scikit_learn_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.ensemble", None)

    with pytest.raises(Exception, match=r"creditflow\[models\]"):
        trees.fit_trees(SAMPLE.columns, SAMPLE.bad, TreesRules())


@pytest.mark.parametrize("kind", MODELS)
def test_one_customer_with_reasons_takes_less_than_five_milliseconds(kind):
    row = {"days_beyond_terms_12m": 60.0, "equity_ratio": 0.9}

    def seconds():
        began = time.process_time()
        judge(MODELS[kind], row)
        return time.process_time() - began

    assert min(seconds() for _ in range(20)) < 0.005
