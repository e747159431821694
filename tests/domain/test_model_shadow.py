"""How a model grades beside the scorecard is counted, whoever has the say."""

from dataclasses import replace
from decimal import Decimal

from creditflow.domain.evaluation import Combined, LearnedJudgement
from creditflow.domain.grade import Grade
from creditflow.domain.judged import Judged
from creditflow.domain.model_shadow import model_shadow
from tests.makers import an_evaluation


def judged(scorecard: Grade, model: Grade | None, *, champion: bool = False):
    learned = ()
    if model is not None:
        pd = Decimal("0.02")
        learned = (
            LearnedJudgement("MD-1", "abc", "challenger",
                             Judged(600, pd, pd * 4, model, (), (), (), ())),
        )  # fmt: skip
    one = an_evaluation(grade=scorecard, pd=Decimal("0.04"), learned=learned)
    if not champion:
        return one
    combined = Combined("MD-1", "worse_of", Decimal(1), scorecard, Decimal("0.04"))
    return replace(one, grade=Grade.G, pd=Decimal("0.5"), combined=combined)


def test_same_better_and_worse_are_counted():
    found = model_shadow(
        "abc",
        [
            judged(Grade.B, Grade.B),
            judged(Grade.B, Grade.A),
            judged(Grade.B, Grade.D),
            judged(Grade.C, Grade.D, champion=True),
            judged(Grade.C, None),
        ],
    )

    assert (found.judged, found.same, found.better, found.worse) == (4, 1, 1, 2)
    assert found.grades[Grade.C, Grade.D] == 1  # not G, which the champion made of it
    assert (found.pd_by_scorecard, found.pd_by_model) == (Decimal("0.04"), Decimal("0.08"))


def test_a_model_that_judged_nothing_has_no_shadow():
    assert model_shadow("other", [judged(Grade.B, Grade.B)]) is None
    assert model_shadow("abc", []) is None
