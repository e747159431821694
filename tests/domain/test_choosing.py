"""Which scorecard judges, from the first invoice to the hundredth, and for whom."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.choosing import choose, judge, judged_again, own_weight, used
from creditflow.domain.evaluation import Blend
from creditflow.domain.scorecard import Scorecard, Segment
from creditflow.domain.signals import Evidence, Signal
from tests.domain.strategies import evidences
from tests.domain.test_yardstick import POLICY
from tests.makers import ACME, NOW, TODAY, a_policy, a_scorecard

BLENDED = replace(POLICY, blend_invoices=12)


def known(**values: object) -> Evidence:
    return Evidence(
        Signal(name, v if isinstance(v, str) else Decimal(str(v)), TODAY, "test")
        for name, v in values.items()
    )


@pytest.mark.parametrize(
    ("settled", "weight"),
    [(None, "0"), ("0", "0"), ("-1", "0"), ("1", "0.0769"), ("12", "0.5"), ("24", "0.6667"),
     ("108", "0.9"), ("999999", "1")],
)  # fmt: skip
def test_the_own_record_weighs_more_with_every_invoice(settled: str | None, weight: str) -> None:
    assert own_weight(None if settled is None else Decimal(settled), 12) == Decimal(weight)


@given(st.integers(0, 400), st.integers(1, 60))
def test_the_weight_only_rises(settled: int, k: int) -> None:
    one, more = own_weight(Decimal(settled), k), own_weight(Decimal(settled + 1), k)
    assert 0 <= one <= more <= 1


def test_without_a_blend_the_scorecard_changes_at_once() -> None:
    before, after = known(tenure_days=364, settled_12m=50), known(tenure_days=365, settled_12m=50)
    assert [choose(e, a_policy(), on=TODAY).scorecard for e in (before, after)] == [
        "tiny-new",
        "tiny-existing",
    ]
    assert choose(after, a_policy(), on=TODAY).blend is None


def test_with_a_blend_no_single_invoice_makes_a_jump() -> None:
    """Negative control beside it: without the blend the seventh invoice does."""

    def points(policy: object, settled: int) -> Decimal:
        evidence = known(
            tenure_days=800, settled_12m=settled, average_days_late=40, current_ratio=2,
            years_in_business=9, sector_outlook=1,
        )  # fmt: skip
        return judge(evidence, policy, id="E", case_id="C", customer=ACME, on=TODAY, at=NOW).points  # type: ignore[arg-type]

    smooth = [points(a_policy(blend_invoices=12), n) for n in range(60)]
    at_once = [points(a_policy(), n) for n in range(60)]
    step = [abs(b - a) for a, b in pairwise(smooth)]
    jump = [abs(b - a) for a, b in pairwise(at_once)]
    assert max(step) < max(jump) / 5
    assert max(jump) > 100


def test_an_evaluation_names_both_scorecards_and_their_weight() -> None:
    evidence = known(tenure_days=800, settled_12m=12)
    evaluation = judge(evidence, BLENDED, id="E", case_id="C", customer=ACME, on=TODAY, at=NOW)
    assert evaluation.blend == Blend("new-2026", "existing-2026", Decimal("0.5"))
    assert (evaluation.segment, evaluation.scorecard) == (Segment.EXISTING, "existing-2026")
    assert used(evaluation, BLENDED) is choose(evidence, BLENDED, on=TODAY).yardstick


@given(evidences())
def test_judging_again_gives_the_same(evidence: Evidence) -> None:
    evaluation = judge(evidence, BLENDED, id="E", case_id="C", customer=ACME, on=TODAY, at=NOW)
    assert judged_again(evaluation, evidence, BLENDED) == evaluation


# ------------------------------------------------------------------ several scorecards


def _policy(**cards: Scorecard) -> object:
    return a_policy(scorecards={**a_policy().scorecards, **cards})


def only(segment: Segment, name: str, **words: tuple[str, ...]) -> Scorecard:
    return a_scorecard(segment, id=name, applies_to=words)


@pytest.mark.parametrize(
    ("audited", "card"),
    [("yes", "audited"), ("no", "rest"), ("qualified", "rest"), (None, "rest")],
)
def test_a_scorecard_is_for_the_words_that_it_names(audited: str | None, card: str) -> None:
    policy = _policy(
        existing=only(Segment.EXISTING, "rest", statement_audited=("other",)),
        existing_audited=only(Segment.EXISTING, "audited", statement_audited=("yes",)),
    )
    evidence = Evidence(
        [*known(tenure_days=800, settled_12m=12).values(),
         Signal("statement_audited", audited, TODAY, "test")]
    )  # fmt: skip
    assert choose(evidence, policy, on=TODAY).scorecard == card  # type: ignore[arg-type]
    new = choose(known(statement_audited="yes"), policy, on=TODAY)  # type: ignore[arg-type]
    assert new.scorecard == "tiny-new"
