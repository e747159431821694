"""Where the outlook of a market is poor, less of the appetite for a name is left, never more."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.grade import Grade
from creditflow.domain.limit_setting import suggest
from creditflow.domain.market_rule import MarketStep
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import Candidate
from creditflow.domain.proposal import LimitMethod as M
from creditflow.domain.signals import Evidence, Signal
from tests.domain.test_limit_setting import POLICY, evaluations, facing, judged, situations
from tests.makers import TODAY, cny

STEPS = (
    MarketStep(Decimal(0), Decimal("0.9")),
    MarketStep(Decimal("-0.3"), Decimal("0.5")),
)
POOR: Policy = replace(POLICY, market=STEPS)


def appetite(policy: Policy = POOR, **outlooks: str) -> Candidate:
    found = suggest(judged(Grade.D, **outlooks), facing(), policy)
    return next(c for c in found.candidates if c.method is M.APPETITE)


@pytest.mark.parametrize(
    ("outlooks", "left"),
    [
        ({}, 5_000_000),
        ({"sector_outlook": "0"}, 5_000_000),
        ({"sector_outlook": "-0.1"}, 4_500_000),
        ({"sector_outlook": "-0.3"}, 4_500_000),
        ({"sector_outlook": "-0.31"}, 2_500_000),
        ({"sector_outlook": "0.5", "market_outlook": "-0.9"}, 2_500_000),
        ({"sector_outlook": "-0.9", "market_outlook": "0.5"}, 2_500_000),
    ],
)
def test_the_worse_outlook_counts(outlooks: dict[str, str], left: int) -> None:
    assert appetite(**outlooks).amount == cny(left)
    assert appetite(POLICY, **outlooks).amount == cny(5_000_000)


def test_it_is_said_how_much_is_left_and_why() -> None:
    assert str(appetite(sector_outlook="-0.6").why) == (
        "At most CNY 5,000,000.00 for one customer of grade D. Of this 50 % is left, because the"
        " outlook of its market is -0.6 (−1 very poor, +1 very good)."
    )


@settings(max_examples=60, deadline=None)
@given(evaluations, situations, st.decimals(-1, 1, places=2), st.decimals(-1, 1, places=2))
def test_a_better_outlook_never_lowers_a_limit(evaluation, situation, one, other) -> None:
    proposed = []
    for outlook in sorted((one, other)):
        said = Signal("market_outlook", outlook, TODAY, "test")
        evidence = Evidence([*evaluation.evidence.values(), said])
        proposed.append(suggest(replace(evaluation, evidence=evidence), situation, POOR).proposed)
    assert proposed == sorted(proposed)


@settings(max_examples=40, deadline=None)
@given(evaluations, situations)
def test_a_better_grade_still_never_lowers_one(evaluation, situation) -> None:
    proposed = [suggest(replace(evaluation, grade=g), situation, POOR).proposed for g in Grade]
    assert proposed == sorted(proposed, reverse=True)
