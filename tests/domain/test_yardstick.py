"""One scorecard or a blend of two as a yardstick: the very same points, and nothing special."""

import time
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.scorecard import Bin, Scorecard, Segment
from creditflow.domain.scoring import bin_points, measure, score
from creditflow.domain.signals import Evidence, Signal
from creditflow.domain.yardstick import blended, yardstick
from creditflow.sources.policy_files import shipped_policy_text
from tests.domain.strategies import evidences
from tests.makers import TODAY, a_characteristic, a_scorecard

POLICY = policy_from_json(shipped_policy_text(), 1)
NEW, EXISTING = POLICY.scorecards[Segment.NEW], POLICY.scorecards[Segment.EXISTING]
CARDS = st.sampled_from([NEW, EXISTING])
weights = st.decimals(0, 1, places=4)


@settings(max_examples=60)
@given(evidences(), CARDS)
def test_multiplying_out_changes_no_points(evidence: Evidence, card: Scorecard) -> None:
    """Each contribution is dimension weight × weight × bin points × 10, by the bins themselves."""
    card_of = {c.name: c for c in card.characteristics}
    for contribution in score(evidence, card, on=TODAY).contributions:
        c = card_of[contribution.characteristic]
        points = None if contribution.missing else bin_points(c, contribution.value)
        given_ = c.missing_points if points is None else points
        assert contribution.points == card.weights[c.dimension] * c.weight * given_ * 10


@settings(max_examples=80)
@given(evidences(), weights)
def test_a_blend_is_the_weighted_mean_of_both_results(evidence: Evidence, own: Decimal) -> None:
    new, existing = (measure(evidence, yardstick(c), on=TODAY) for c in (NEW, EXISTING))
    both = measure(evidence, blended(NEW, EXISTING, own), on=TODAY)
    parts = [
        {c.characteristic: c.points for c in scored.contributions} for scored in (new, existing)
    ]
    exact = [sum(part.values()) for part in parts]
    assert abs(both.points - ((1 - own) * exact[0] + own * exact[1])) <= Decimal("0.005")
    assert both.confidence == (1 - own) * new.confidence + own * existing.confidence
    for c in both.contributions:
        before, after = (part.get(c.characteristic, Decimal(0)) for part in parts)
        assert c.points == (1 - own) * before + own * after


@settings(max_examples=40)
@given(evidences(), weights)
def test_a_blend_keeps_every_bound(evidence: Evidence, own: Decimal) -> None:
    by = blended(NEW, EXISTING, own)
    result = measure(evidence, by, on=TODAY)
    assert sum(q.weight for q in by.questions) == 1
    assert 0 <= result.points <= 1000
    assert all(0 <= c.points <= c.best for c in result.contributions)
    assert not set(result.reasons_for) & set(result.reasons_against)
    assert [t.at_least for t in by.thresholds] == sorted(
        (t.at_least for t in by.thresholds), reverse=True
    )


@pytest.mark.parametrize(("own", "card"), [("0", NEW), ("1", EXISTING), ("1.0000", EXISTING)])
def test_at_its_ends_a_blend_is_one_scorecard_alone(own: str, card: Scorecard) -> None:
    assert blended(NEW, EXISTING, Decimal(own)) is yardstick(card)


def test_bins_of_both_scorecards_are_added_where_they_differ() -> None:
    coarse = a_scorecard(Segment.NEW)
    finer = a_characteristic(
        bins=(Bin(100, below=Decimal(2)), Bin(70, below=Decimal(10)), Bin(0)), missing_points=10
    )
    fine = a_scorecard(characteristics=(finer, *a_scorecard().characteristics[1:]))
    question = blended(coarse, fine, Decimal("0.5")).question("days_late")
    assert question.edges == (2, 5, 10, 30)
    for value in ("-1", "2", "4.9", "5", "9", "10", "29", "30", "1e6"):
        parts = [yardstick(c).question("days_late").answer(Decimal(value)) for c in (coarse, fine)]
        assert question.answer(Decimal(value)) == sum(Decimal("0.5") * (p or 0) for p in parts)


@pytest.mark.parametrize("odd", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_no_number_counts_as_unknown(odd: str) -> None:
    evidence = Evidence([Signal("average_days_late", Decimal(odd), TODAY, "test")])
    assert score(evidence, a_scorecard(), on=TODAY) == score(Evidence([]), a_scorecard(), on=TODAY)


def test_a_yardstick_is_made_once_per_scorecard_and_not_mistaken_for_another() -> None:
    assert yardstick(NEW) is yardstick(NEW)
    changed = replace(NEW, weights=EXISTING.weights)
    assert yardstick(changed) is not yardstick(NEW)
    assert yardstick(changed).weights != yardstick(NEW).weights


def test_one_customer_costs_no_more_than_some_thousand_additions() -> None:
    """Under 5 ms with reasons; held by a ratio, since machines differ and are busy."""
    evidence = Evidence(
        Signal(q.signal, Decimal(1), TODAY, "test") for q in yardstick(EXISTING).questions
    )
    by = blended(NEW, EXISTING, Decimal("0.5"))

    def seconds(times: int) -> float:
        start = time.process_time()
        for _ in range(times):
            measure(evidence, by, on=TODAY)
        return time.process_time() - start

    def unit() -> float:
        start, total = time.process_time(), Decimal(0)
        for _ in range(20_000):
            total += Decimal("0.1")
        return (time.process_time() - start) / 20_000

    one = min(seconds(40) for _ in range(5)) / 40
    addition = min(unit() for _ in range(5))
    assert one < 5_000 * addition, f"{one * 1e3:.2f} ms, {one / addition:.0f} additions"
