"""Terms of payment: the shortest of what grade, habit, sector, money and law allow, with its reason."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.evaluation import Evaluation
from creditflow.domain.grade import Grade
from creditflow.domain.limit_setting import suggest
from creditflow.domain.money import Money
from creditflow.domain.policy import Policy
from creditflow.domain.signals import Evidence, Signal
from creditflow.domain.terms_rule import PaymentLaw, TermsBasis, TermsReason, TermsRule
from tests.domain.test_limit_setting import BUYS, POLICY, evaluations, facing, judged, situations
from tests.makers import TODAY

LAW = PaymentLaw(
    country="CN",
    since=date(2025, 6, 1),
    public_sectors=("government",),
    public_days=30,
    large_from=Money.of(400_000_000, "CNY"),
    large_days=60,
)
RULE = TermsRule(
    sectors={"food": 45, "machinery": 120},
    money_cost=Decimal("0.05"),
    most_cost=Decimal("0.01"),
    law=LAW,
)
WITH: Policy = replace(POLICY, terms=RULE)


def known(revenue: int | None = None, **words: str) -> Evaluation:
    numbers = {**BUYS} if revenue is None else {**BUYS, "annual_revenue": revenue}
    evaluation = judged(**numbers)
    told = [Signal(name, word, TODAY, "master data") for name, word in words.items()]
    return replace(evaluation, evidence=Evidence([*evaluation.evidence.values(), *told]))


def reasons(evaluation: Evaluation, policy: Policy = WITH, terms: int | None = None):
    return suggest(evaluation, facing(terms=terms), policy)


@pytest.mark.parametrize(
    ("evaluation", "present", "days", "binds"),
    [
        # 0.01 × 365 / 0.05 = 73 days; grade A has 90
        (known(), None, 73, TermsBasis.MONEY),
        (known(), 30, 30, TermsBasis.PRESENT),
        (known(sector="food"), None, 45, TermsBasis.SECTOR),
        (known(sector="machinery"), None, 73, TermsBasis.MONEY),
        (known(sector="government", country="CN"), None, 30, TermsBasis.LAW),
        (known(sector="government", country="DE"), None, 73, TermsBasis.MONEY),
        (known(400_000_000, country="CN"), None, 60, TermsBasis.LAW),
        (known(399_999_999, country="CN"), None, 73, TermsBasis.MONEY),
        (known(country="CN"), None, 73, TermsBasis.MONEY),
    ],
)
def test_the_shortest_terms_count(
    evaluation: Evaluation, present: int | None, days: int, binds: TermsBasis
) -> None:
    found = reasons(evaluation, terms=present)
    assert found.terms_days == days
    assert [r.basis for r in found.terms if r.days == days] == [binds]


def test_the_law_is_said_in_a_sentence_and_so_is_what_is_not_known_for_it() -> None:
    def by_law(evaluation: Evaluation) -> TermsReason:
        return next(r for r in reasons(evaluation).terms if r.basis is TermsBasis.LAW)

    large, unknown = by_law(known(500_000_000, country="CN")), by_law(known(country="CN"))
    assert "CNY 500,000,000.00" in str(large.why)
    assert "within 60 days of delivery (State Council Order 802)" in str(large.why)
    assert unknown.days is None
    assert "Its size is unknown." in str(unknown.why)


def test_before_its_day_the_law_does_not_count() -> None:
    later = replace(WITH, terms=replace(RULE, law=replace(LAW, since=TODAY + timedelta(days=1))))
    assert reasons(known(400_000_000, country="CN"), later).terms_days == 73


def test_without_a_rule_the_grade_and_the_customers_own_terms_count() -> None:
    assert reasons(known(sector="food"), POLICY).terms_days == 90
    assert [r.basis for r in reasons(known(), POLICY, terms=120).terms] == [
        TermsBasis.GRADE,
        TermsBasis.PRESENT,
    ]


def test_shorter_terms_need_a_smaller_limit() -> None:
    assert (
        reasons(known(sector="food")).proposed
        < reasons(known(sector="machinery")).proposed
        < reasons(known(), POLICY).proposed
    )


@settings(max_examples=60, deadline=None)
@given(evaluations, situations, st.sampled_from(Grade))
def test_terms_are_never_longer_than_any_reason_allows(
    evaluation: Evaluation, situation, grade: Grade
) -> None:
    found = suggest(replace(evaluation, grade=grade), situation, WITH)
    assert all(r.days is None or found.terms_days <= r.days for r in found.terms)


@settings(max_examples=40, deadline=None)
@given(evaluations, situations)
def test_with_such_terms_a_better_grade_still_never_lowers_a_limit(
    evaluation: Evaluation, situation
) -> None:
    proposed = [suggest(replace(evaluation, grade=g), situation, WITH).proposed for g in Grade]
    assert proposed == sorted(proposed, reverse=True)
