"""Where others sell hard, more of the need is covered, and never beyond a bound."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.competition_rule import CompetitionStep
from creditflow.domain.grade import Grade
from creditflow.domain.limit_setting import suggest
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import LimitMethod as M
from creditflow.domain.scorecard import Segment
from creditflow.domain.signals import Evidence, Signal
from creditflow.web.language import speech
from tests.domain.test_limit_setting import BUYS, POLICY, evaluations, facing, judged, situations
from tests.makers import TODAY, a_policy, cny

STEPS = (
    CompetitionStep(Decimal("0.3"), Decimal("1.10")),
    CompetitionStep(Decimal("0.7"), Decimal("1.25")),
)
COMPETING: Policy = replace(POLICY, competition=STEPS)


@pytest.mark.parametrize(
    ("seen", "need"),
    [
        ({}, 480_000), ({"competition": "-1"}, 480_000), ({"competition": "0.3"}, 480_000),
        ({"competition": "0.31"}, 528_000), ({"competition": "0.7"}, 528_000),
        ({"competition": "1"}, 600_000),
    ],
)  # fmt: skip
def test_the_highest_step_that_competition_is_above_counts(seen: dict[str, str], need: int) -> None:
    found = suggest(judged(**BUYS, **seen), facing(), a_policy(competition=STEPS))
    (amount,) = [c.amount for c in found.candidates if c.method is M.NEED]
    assert amount == cny(need)


def test_a_policy_without_steps_means_what_it_meant() -> None:
    alone = suggest(judged(**BUYS), facing(), POLICY)
    assert suggest(judged(**BUYS, competition="1"), facing(), POLICY) == alone


def test_it_is_said_in_both_languages_what_competition_adds() -> None:
    found = suggest(judged(**BUYS, competition="0.9"), facing(), a_policy(competition=STEPS))
    (why,) = [c.why for c in found.candidates if c.method is M.NEED]
    assert str(why).endswith(
        "Times 1.25, because others compete for it: 0.9 (−1 hardly at all, +1 very hard)."
    )
    assert "竞争" in speech("zh-CN").tell(why)


def test_what_a_new_customer_asks_for_stays_the_most_that_it_gets() -> None:
    asked = facing(requested=200_000)
    found = suggest(judged(segment=Segment.NEW, competition="1"), asked, COMPETING)
    assert found.proposed <= cny(200_000)


@settings(max_examples=40, deadline=None)
@given(evaluations, situations, st.sampled_from(Grade), st.decimals(-1, 1, places=2))
def test_no_bound_is_exceeded_and_a_better_grade_never_lowers_a_limit(
    evaluation, situation, grade, competition
) -> None:  # fmt: skip
    said = Signal("competition", competition, TODAY, "sales")
    seen = replace(evaluation, evidence=Evidence([*evaluation.evidence.values(), said]))
    found = [suggest(replace(seen, grade=g), situation, COMPETING) for g in Grade]
    proposed = [each.proposed for each in found]
    assert proposed == sorted(proposed, reverse=True)
    for candidate in found[list(Grade).index(grade)].candidates:
        if candidate.amount is not None and candidate.method not in {M.NEED, M.CURRENT}:
            assert found[list(Grade).index(grade)].proposed <= candidate.amount
