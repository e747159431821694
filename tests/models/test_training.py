"""Training keeps to its word: later days validate, too little is refused, the card has it all."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from creditflow.domain.grade import Grade
from creditflow.domain.learned import BadOutcome, ModelKind
from creditflow.domain.learned_writing import model_hash, model_to_json
from creditflow.domain.model_registry import RegisteredModel
from creditflow.models.applying import raw_log_odds
from creditflow.models.calibrating import master_scale
from creditflow.models.sample import Sample, columns_of
from creditflow.models.training import (
    TooFewEvents,
    TrainingRules,
    alongside,
    learner,
    milder,
    split,
    train,
)
from creditflow.models.trees import area_under
from creditflow.web.model_card import card_html
from tests.makers import NOW
from tests.models.samples import made

SCALE = master_scale(list(zip(Grade, (0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.9), strict=True)))
RULES = TrainingRules(BadOutcome(30, 60), SCALE)
SAMPLE = made(2400)


@pytest.fixture(scope="module", params=list(ModelKind))
def trained(request):
    return train(SAMPLE, request.param, RULES)


def test_validation_is_on_later_days_whose_past_was_over(trained):
    early, later = split(SAMPLE, RULES.outcome)

    assert early.day.max() + 60 <= later.day.min()
    assert trained.report["validated_from"] == later.first_and_last()[0].isoformat()
    assert trained.report["measures"]["auc"] > 0.75
    assert trained.report["measures"]["rows"] == len(later)
    assert trained.model.origins.rows == len(SAMPLE)


def test_what_validates_does_not_teach():
    """Outcomes of later days turned around leave the tried model as it was: its AUC turns too."""
    _, later = split(SAMPLE, RULES.outcome)
    turned = np.where(SAMPLE.day >= later.day.min(), ~SAMPLE.bad, SAMPLE.bad)

    right = train(SAMPLE, ModelKind.POINTS, RULES).report["measures"]["auc"]
    wrong = train(replace(SAMPLE, bad=turned), ModelKind.POINTS, RULES).report["measures"]["auc"]

    assert wrong == pytest.approx(1 - right, abs=1e-4)


def rare_and_mild(seed: int) -> tuple[Sample, Sample]:
    """Few bad outcomes, and the same customers' milder ones: the pattern is one, at two levels."""
    whole = made(2400, seed)
    rare = whole.bad & (np.random.default_rng(seed).random(len(whole)) < 0.12)
    return replace(whole, bad=rare), whole


def test_a_rare_outcome_learns_from_a_milder_one():
    rules = replace(RULES, least_events=10)
    gains = []
    for seed in (11, 12, 13):
        rare, mild = rare_and_mild(seed)
        fresh = made(3000, seed + 100)
        forms = [learner(ModelKind.MEAN, rules, m)(rare) for m in (None, mild)]
        assert [len(form.members) for form in forms] == [2, 4]
        alone, helped = (area_under(raw_log_odds(f, fresh.columns), fresh.bad) for f in forms)
        gains.append(helped - alone)

    assert min(gains) > 0.01


def test_a_milder_outcome_teaches_of_the_same_days_and_customers_only():
    early, later = split(SAMPLE, RULES.outcome)
    some = early.where(early.customer < 100)
    part = alongside(SAMPLE, some)

    assert set(part.day) == set(some.day)
    assert part.customer.max() < 100
    turned = replace(SAMPLE, bad=np.where(SAMPLE.day >= later.day.min(), ~SAMPLE.bad, SAMPLE.bad))
    right, same = (train(SAMPLE, ModelKind.MEAN, RULES, m).report["measures"]
                   for m in (SAMPLE, turned))  # fmt: skip
    assert right == same


def test_milder_is_half_as_late():
    assert milder(BadOutcome(30, 60)) == BadOutcome(15, 60)
    assert milder(BadOutcome(1, 60)) == BadOutcome(1, 60)


def test_the_level_is_that_of_the_long_run():
    rules = replace(RULES, long_run_rate=0.02)
    anchored = train(SAMPLE, ModelKind.POINTS, rules)

    assert anchored.model.origins.long_run_rate == 0.02
    assert anchored.report["measures"]["mean_pd"] < 0.05


@pytest.mark.parametrize("kind", list(ModelKind))
def test_too_few_events_are_refused_with_the_numbers(kind):
    events = np.flatnonzero(SAMPLE.bad)[:49]
    rare = replace(SAMPLE, bad=np.isin(np.arange(len(SAMPLE)), events))

    with pytest.raises(TooFewEvents, match=r"^49 bad outcomes in 2,400 .* takes 50"):
        train(rare, kind, RULES)


def test_an_empty_ledger_is_too_little():
    nothing = np.empty(0, dtype=np.int64)

    with pytest.raises(TooFewEvents, match="0 bad outcomes"):
        train(Sample({}, nothing.astype(bool), nothing, nothing), ModelKind.POINTS, RULES)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_card_stands_alone_and_shows_everything(trained, language):
    text = model_to_json(trained.model)
    report = json.dumps(trained.report, allow_nan=False)
    card = card_html(RegisteredModel("MD-1", text, model_hash(text), report, "li", NOW), language)

    assert card.count("<svg") >= 2 + len(trained.report["grades"])
    assert f"{trained.report['measures']['gini']:.3f}" in card
    assert model_hash(text) in card
    assert "http" not in card.replace("http://www.w3.org", "")
    assert ("Limits of its use" in card) == (language == "en")


def test_rows_become_columns_and_unknown_stays_unknown():
    rows = [{"a": 1.5, "w": "x"}, {"a": None}, {"w": None, "a": "no number"}]

    columns = columns_of(rows, frozenset({"w"}))

    assert np.array_equal(columns["a"], [1.5, np.nan, np.nan], equal_nan=True)
    assert columns["w"].tolist() == ["x", None, None]


def test_dates_of_a_sample():
    assert SAMPLE.first_and_last()[0] == date.fromordinal(737000)
