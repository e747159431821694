"""What would win points back is true: whoever makes that change gets those points and that grade."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.choosing import judge, judged_again, used
from creditflow.domain.counterfactual import Turn, supposing, ways_back
from creditflow.domain.grade import Grade
from creditflow.domain.policy import Policy
from creditflow.domain.scorecard import Condition, KnockOut
from creditflow.domain.signals import Evidence
from tests.domain.strategies import evidences
from tests.domain.test_choosing import BLENDED, known
from tests.domain.test_yardstick import POLICY
from tests.makers import ACME, NOW, TODAY, a_policy, a_scorecard, texts

POLICIES = st.sampled_from([POLICY, BLENDED])


def evaluated(evidence: Evidence, policy: Policy):
    return judge(evidence, policy, id="E", case_id="C", customer=ACME, on=TODAY, at=NOW)


def test_the_nearest_better_bin_is_named_with_its_edge_and_its_points() -> None:
    evidence = known(average_days_late=33, current_ratio=2, years_in_business=9, sector_outlook=1)
    policy = a_policy(new_until_days=1, new_until_settled=0)
    evaluation = evaluated(
        Evidence([*evidence.values(), *known(tenure_days=9, settled_12m=1).values()]), policy
    )
    (way,) = ways_back(evaluation, policy)
    assert (way.characteristic, way.turn, way.edge) == ("days_late", Turn.BELOW, Decimal(30))
    assert way.regained == Decimal(300)  # 0.5 × 60 × 10
    assert (evaluation.grade, way.after.grade) == (Grade.D, Grade.B)


@settings(max_examples=40)
@given(evidences(), POLICIES)
def test_every_way_back_keeps_its_word(evidence: Evidence, policy: Policy) -> None:
    evaluation = evaluated(evidence, policy)
    by = used(evaluation, policy)
    for way in ways_back(evaluation, policy):
        changed = supposing(evidence, evaluation, **{way.signal: way.supposed})
        again = judged_again(evaluation, changed, policy)
        assert again.points == evaluation.points + way.regained == way.after.points
        assert way.regained > 0
        if way.turn in (Turn.BELOW, Turn.AT_LEAST):
            value, edge = evidence.number(way.signal, on=TODAY), way.edge
            assert value is not None
            assert edge is not None
            below = way.turn is Turn.BELOW
            assert (value >= edge) if below else (value < edge)
            question = by.question(way.characteristic)
            # Nothing nearer would have done: at the near side of the edge the points are no better.
            near = edge if below else edge - Decimal("0.0001")
            assert (question.answer(near) or 0) <= (question.answer(value) or 0)


def test_a_knock_out_is_not_talked_away() -> None:
    rule = KnockOut("L", texts("x", "x"), (Condition("tenure_days", below=Decimal(10)),))
    card = a_scorecard(knock_outs=(rule,))
    policy = a_policy(
        new_until_days=1, new_until_settled=0, scorecards=dict.fromkeys(("new", "existing"), card)
    )
    evaluation = evaluated(known(average_days_late=33, tenure_days=9, settled_12m=1), policy)
    assert all(way.after.grade is Grade.G for way in ways_back(evaluation, policy))
    freed = replace(policy, scorecards=dict.fromkeys(("new", "existing"), a_scorecard()))
    again = judged_again(evaluation, evaluation.evidence, freed)
    assert any(way.after.grade is not Grade.G for way in ways_back(again, freed))


def test_who_lost_nothing_is_told_nothing() -> None:
    evidence = known(
        average_days_late=0, current_ratio=2, years_in_business=9, sector_outlook=1,
        tenure_days=900, settled_12m=9,
    )  # fmt: skip
    assert ways_back(evaluated(evidence, a_policy()), a_policy()) == ()


def test_unknown_values_show_what_knowing_them_could_bring() -> None:
    ways = ways_back(evaluated(known(tenure_days=900, settled_12m=9), a_policy()), a_policy())
    assert {way.turn for way in ways} == {Turn.KNOWN}
    assert ways[0].characteristic == "days_late"
    assert ways[0].regained == Decimal(300)  # 0.5 × (100 − 40) × 10
