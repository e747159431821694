"""Evidence read through a scorecard: monotone, open about what is missing, the same every time."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.catalogue import is_category
from creditflow.domain.grade import Grade
from creditflow.domain.policy import Policy
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.scorecard import Characteristic, Condition, KnockOut, Scorecard, Segment
from creditflow.domain.scoring import Scored, bin_points, choose_segment, score
from creditflow.domain.signals import Evidence, Signal
from creditflow.sources.policy_files import shipped_policy_text
from tests.domain.strategies import evidences
from tests.makers import TODAY, a_policy, a_scorecard, texts

POLICY: Policy = policy_from_json(shipped_policy_text(), 1)
CARDS = st.sampled_from([POLICY.scorecards[s] for s in Segment])


def known(**values: Decimal | int | str | None) -> Evidence:
    return Evidence(
        Signal(name, Decimal(v) if isinstance(v, int) else v, TODAY, "test")
        for name, v in values.items()
    )


def scored(evidence: Evidence, card: Scorecard) -> Scored:
    return score(evidence, card, on=TODAY)


def changed(evidence: Evidence, name: str, value: Decimal | str | None) -> Evidence:
    signals = {**evidence, name: Signal(name, value, TODAY, "test")}
    return Evidence(signals.values())


def test_points_are_weights_times_bins() -> None:
    card = a_scorecard()
    evidence = known(average_days_late=10, current_ratio=2, years_in_business=9, sector_outlook=1)
    result = scored(evidence, card)
    assert result.points == Decimal("800.00")  # 0.5 × 60 + 0.3 × 100 + 0.1 × 100 + 0.1 × 100
    assert (result.grade, result.confidence, result.missing) == (Grade.B, Decimal("1.0"), ())
    assert list(map(str, result.dimension_points.values())) == [
        "600.00",
        "1000.00",
        "1000.00",
        "1000.00",
    ]


@pytest.mark.parametrize(
    ("value", "points"), [("4.9999", 100), ("5", 60), ("29.9", 60), ("30", 0), ("-5", 100)]
)
def test_a_bin_takes_what_lies_below_its_bound(value: str, points: int) -> None:
    assert bin_points(a_scorecard().characteristics[0], Decimal(value)) == points


def test_unknown_is_not_zero() -> None:
    card = a_scorecard()
    zero, unknown = known(average_days_late=0), known(average_days_late=None)
    first = {e: scored(e, card).contributions[0] for e in (zero, unknown)}
    assert (first[zero].points, first[zero].missing) == (Decimal(500), False)
    assert (first[unknown].points, first[unknown].missing, first[unknown].value) == (
        Decimal(200),
        True,
        None,
    )


def test_stale_evidence_counts_as_missing() -> None:
    stale = Evidence([replace(s, stale_after=s.as_of) for s in known(average_days_late=0).values()])
    assert scored(stale, a_scorecard()).missing == (
        "current_ratio",
        "years_in_business",
        "sector_outlook",
    )
    day_after = score(stale, a_scorecard(), on=TODAY.replace(day=3))
    assert "days_late" in day_after.missing


def test_reasons_are_ranked_by_distance_from_neutral_and_ties_by_name() -> None:
    evidence = known(average_days_late=40, current_ratio=2, years_in_business=9, sector_outlook=1)
    result = scored(evidence, a_scorecard())
    assert result.reasons_for == ("current_ratio", "sector_outlook", "years_in_business")
    assert result.reasons_against == ("days_late",)


def test_a_knock_out_forces_the_worst_grade_and_unknown_never_knocks_out() -> None:
    rule = KnockOut(
        "OLD", texts("Old", "旧"), (Condition("average_days_late", at_least=Decimal(30)),)
    )
    card = a_scorecard(knock_outs=(rule,))
    late = known(average_days_late=40, current_ratio=2, years_in_business=9, sector_outlook=1)
    assert (scored(late, card).grade, scored(late, card).knock_outs) == (Grade.G, ("OLD",))
    assert scored(late, a_scorecard()).grade is Grade.D
    assert scored(known(current_ratio=2), card).knock_outs == ()


@pytest.mark.parametrize(
    ("tenure", "settled", "segment"),
    [
        (400, 10, Segment.EXISTING), (365, 6, Segment.EXISTING), (364, 10, Segment.NEW),
        (400, 5, Segment.NEW), (None, 10, Segment.NEW), (400, None, Segment.NEW),
    ],
)  # fmt: skip
def test_who_counts_as_new(tenure: int | None, settled: int | None, segment: Segment) -> None:
    evidence = known(tenure_days=tenure, settled_12m=settled)
    assert choose_segment(evidence, a_policy(), on=TODAY) is segment


@settings(max_examples=60, deadline=None)
@given(evidences(), CARDS)
def test_any_evidence_gives_points_within_bounds(evidence: Evidence, card: Scorecard) -> None:
    result = scored(evidence, card)
    assert 0 <= result.points <= 1000
    assert 0 <= result.confidence <= 1
    assert not set(result.reasons_for) & set(result.reasons_against)
    assert not set(result.missing) & {*result.reasons_for, *result.reasons_against}
    assert all(0 <= c.points <= c.best for c in result.contributions)
    assert result == scored(evidence, card)


@settings(max_examples=60, deadline=None)
@given(evidences(), CARDS, st.randoms(use_true_random=False))
def test_order_does_not_matter(evidence: Evidence, card: Scorecard, random: object) -> None:
    shuffle = random.sample  # type: ignore[attr-defined]
    signals = Evidence(shuffle(list(evidence.values()), len(evidence)))
    mixed = replace(
        card, characteristics=tuple(shuffle(list(card.characteristics), len(card.characteristics)))
    )
    assert scored(signals, mixed) == scored(evidence, card)


@settings(max_examples=60, deadline=None)
@given(evidences(), CARDS, st.data())
def test_missing_never_beats_the_best_and_lowers_confidence(
    evidence: Evidence, card: Scorecard, data: st.DataObject
) -> None:
    characteristic = data.draw(st.sampled_from(card.characteristics))
    without = scored(changed(evidence, characteristic.signal, None), card)
    best = scored(changed(evidence, characteristic.signal, _best_value(characteristic)), card)
    assert without.points <= best.points
    assert without.confidence < best.confidence
    assert characteristic.name in without.missing


@settings(max_examples=60, deadline=None)
@given(evidences(), CARDS, st.data())
def test_a_better_value_never_gives_fewer_points(
    evidence: Evidence, card: Scorecard, data: st.DataObject
) -> None:
    numeric = [c for c in card.characteristics if not is_category(c.signal) and _direction(c)]
    characteristic = data.draw(st.sampled_from(numeric))
    number = st.decimals(-50, 500, places=3)
    low, high = sorted([data.draw(number), data.draw(number)])
    worse, better = (low, high) if _direction(characteristic) > 0 else (high, low)
    assert (
        scored(changed(evidence, characteristic.signal, better), card).points
        >= scored(changed(evidence, characteristic.signal, worse), card).points
    )


def test_every_numeric_characteristic_of_the_shipped_policy_is_monotone() -> None:
    """But for purchases: to leap up is as much of a warning as to fall."""
    cards = POLICY.scorecards.values()
    assert [
        c.name
        for card in cards
        for c in card.characteristics
        if not is_category(c.signal) and not _direction(c)
    ] == ["sales_trend_6m"]


def test_new_and_existing_customers_are_judged_by_different_characteristics_and_weights() -> None:
    new, existing = POLICY.scorecards[Segment.NEW], POLICY.scorecards[Segment.EXISTING]
    assert new.weights != existing.weights
    assert {c.name for c in new.characteristics} != {c.name for c in existing.characteristics}


def test_a_weight_that_is_changed_changes_the_points() -> None:
    """Negative control: the tests above would not see it if weights did nothing."""
    evidence, card = known(average_days_late=40, current_ratio=2), a_scorecard()
    tilted = replace(card, weights=a_scorecard(Segment.NEW).weights)
    assert scored(evidence, tilted).points != scored(evidence, card).points


def _direction(c: Characteristic) -> int:
    """+1 where more is better, −1 where less is, 0 where neither holds throughout."""
    points = [b.points for b in c.bins]
    if points == sorted(points):
        return 1
    return -1 if points == sorted(points, reverse=True) else 0


def _best_value(c: Characteristic) -> Decimal | str:
    best = max(c.bins, key=lambda b: b.points)
    if is_category(c.signal):
        return best.values[0]
    if best.below is None:
        return Decimal(10**6)
    return best.below - Decimal("0.00001")
