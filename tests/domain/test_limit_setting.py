"""From an evaluation to a limit: the smallest candidate binds, and nothing exceeds its bound."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.evaluation import Evaluation
from creditflow.domain.freshness import ThinEvidence
from creditflow.domain.grade import Grade
from creditflow.domain.limit_methods import Situation
from creditflow.domain.limit_setting import Suggestion, months_after, rounding_step, suggest
from creditflow.domain.limits import LimitState, limit_state
from creditflow.domain.money import Money
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Policy
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.proposal import LimitMethod as M
from creditflow.domain.rates import Rates
from creditflow.domain.scorecard import Segment
from creditflow.domain.signals import Evidence, Signal
from creditflow.sources.policy_files import shipped_policy_text
from tests.domain.strategies import evidences
from tests.makers import TODAY, a_policy, a_rate, an_evaluation, cny

POLICY: Policy = policy_from_json(shipped_policy_text(), 1)
RATES = Rates([a_rate("CNY", "8"), a_rate("USD", "1.1")])
OWN = OwnCurrency("CNY", RATES, TODAY)


def judged(grade: Grade = Grade.A, confidence: str = "1", knock_outs: tuple[str, ...] = (),
           segment: Segment = Segment.EXISTING, **values: str | int) -> Evaluation:  # fmt: skip
    evidence = Evidence(Signal(k, Decimal(v), TODAY, "test") for k, v in values.items())
    return an_evaluation(grade=grade, confidence=Decimal(confidence), evidence=evidence,
                         knock_outs=knock_outs, segment=segment)  # fmt: skip


def facing(
    current: int | None = None,
    requested: int | None = None,
    terms: int | None = 30,
    own: OwnCurrency = OWN,
) -> Situation:
    amount = None if current is None else Money.of(current, own.code)
    return Situation(
        own=own,
        current=amount,
        current_state=LimitState.NONE_SET if amount is None else limit_state(amount),
        requested=None if requested is None else Money.of(requested, own.code),
        terms_days=terms,
    )


BUYS = {"sales_peak_per_day_12m": 10_000, "days_beyond_terms_12m": 10}


@pytest.mark.parametrize(
    ("evaluation", "situation", "proposed", "binding"),
    [
        # 10,000 × (30 + 10) × 1.2
        (judged(**BUYS), facing(), 480_000, M.NEED),
        # the delay is capped at 30 days: 10,000 × 60 × 1.2
        (judged(**{**BUYS, "days_beyond_terms_12m": 90}), facing(), 720_000, M.NEED),
        # the grade's 60 days are fewer than the customer's 90
        (judged(**BUYS), facing(terms=90), 840_000, M.NEED),
        # at least the largest purchase
        (judged(**BUYS, largest_purchase_12m=500_000), facing(), 600_000, M.NEED),
        (judged(open_orders=500_000), facing(), 600_000, M.NEED),
        # a fifth of its equity, a tenth of its turnover
        (judged(**BUYS, equity_amount=1_000_000), facing(), 200_000, M.CAPACITY),
        (judged(**BUYS, annual_revenue=1_500_000), facing(), 150_000, M.CAPACITY),
        (judged(**BUYS, equity_amount=-5), facing(), 0, M.CAPACITY),
        # grade E: at most 300,000; half the evidence known, so five sevenths of it
        (judged(Grade.E, **BUYS), facing(), 300_000, M.APPETITE),
        (judged(Grade.E, "0.5", **BUYS), facing(), 210_000, M.APPETITE),
        (judged(Grade.G, **BUYS), facing(400_000), 0, M.APPETITE),
        (judged(Grade.G, knock_outs=("X",), **BUYS), facing(400_000), 0, M.KNOCK_OUT),
        # a request bounds, and is the need of a new customer
        (judged(**BUYS), facing(requested=200_000), 200_000, M.REQUESTED),
        (judged(segment=Segment.NEW), facing(requested=300_000), 300_000, M.REQUESTED),
        (judged(Grade.F, segment=Segment.NEW), facing(requested=300_000), 0, M.APPETITE),
        # nothing to go by
        (judged(segment=Segment.NEW), facing(), 0, M.NEED),
        (judged(), facing(250_000), 250_000, M.CURRENT),
        (judged(Grade.E), facing(450_000), 300_000, M.APPETITE),
        # rounded down to 10,000
        (judged(sales_peak_per_day_12m="7654.32"), facing(), 270_000, M.NEED),
        # within five per cent of the current limit nothing changes
        (judged(**BUYS), facing(490_000), 490_000, M.CURRENT),
        (judged(**BUYS), facing(600_000), 480_000, M.NEED),
        # but a bound is a bound
        (judged(Grade.E, **BUYS), facing(305_000), 300_000, M.APPETITE),
    ],
)  # fmt: skip
def test_limits(evaluation: Evaluation, situation: Situation, proposed: int, binding: M) -> None:
    suggestion = suggest(evaluation, situation, a_policy())
    assert (suggestion.proposed, suggestion.binding) == (cny(proposed), binding)


def by_working_capital(share: str) -> Policy:
    """The policy of the tests, where a share of working capital bounds every grade."""
    rules = a_policy().grades.items()
    grades = {grade: replace(rule, working_share=Decimal(share)) for grade, rule in rules}
    return a_policy(grades=grades)


@pytest.mark.parametrize(
    ("capital", "proposed", "binding", "told"),
    [
        (1_000_000, 150_000, M.CAPACITY, "15 % of its working capital of CNY 1,000,000.00."),
        # What is due soon is more than what there is.
        (-5_000, 0, M.CAPACITY, "15 % of its working capital of CNY -5,000.00."),
        # A fifth of its equity is less, and more than it needs.
        (9_000_000, 480_000, M.NEED, "20 % of its equity of CNY 5,000,000.00."),
    ],
)
def test_working_capital_bounds_the_limit_where_the_policy_says_so(
    capital: int, proposed: int, binding: M, told: str
) -> None:
    evaluation = judged(**BUYS, equity_amount=5_000_000, working_capital_amount=capital)
    found = suggest(evaluation, facing(), by_working_capital("0.15"))
    assert (found.proposed, found.binding) == (cny(proposed), binding)
    (why,) = [c.why for c in found.candidates if c.method is M.CAPACITY]
    assert str(why) == told


def test_a_policy_that_says_nothing_of_working_capital_means_what_it_meant() -> None:
    known = {**BUYS, "equity_amount": 5_000_000}
    before = suggest(judged(**known), facing(), POLICY)
    now = suggest(judged(**known, working_capital_amount=1), facing(), POLICY)
    unknown = suggest(judged(**known), facing(), by_working_capital("0.15"))
    assert now.candidates == before.candidates
    assert unknown.binding is M.NEED


def test_without_a_usable_statement_capacity_is_absent_and_says_so() -> None:
    (capacity,) = [
        c for c in suggest(judged(**BUYS), facing(), POLICY).candidates if c.method is M.CAPACITY
    ]
    assert capacity.amount is None
    assert "statement" in str(capacity.why)


def test_the_sentence_of_the_need_gives_its_numbers() -> None:
    need = suggest(judged(Grade.D, **BUYS), facing(), a_policy()).candidates[0]
    assert str(need.why) == (
        "Purchases of CNY 10,000.00 a day at the busiest over 40 days"
        " (30 days terms, 10 days usual delay), of which 80 % is covered."
    )


def test_caps_are_converted_into_the_customers_currency() -> None:
    dollars = OwnCurrency("USD", RATES, TODAY)
    suggestion = suggest(judged(Grade.E, **BUYS), facing(own=dollars), a_policy())
    assert suggestion.proposed == Money.of(41_000, "USD")  # CNY 300,000 × 1.1 / 8 = 41,250


def test_thin_evidence_halves_the_validity() -> None:
    assert suggest(judged(**BUYS), facing(), a_policy()).until == date(2027, 3, 2)
    assert suggest(judged(confidence="0.69", **BUYS), facing(), a_policy()).until == date(
        2026, 9, 2
    )


def test_a_limit_of_zero_has_no_terms() -> None:
    assert suggest(judged(Grade.G, **BUYS), facing(), a_policy()).terms_days == 0
    assert suggest(judged(**BUYS), facing(), a_policy()).terms_days == 30


@pytest.mark.parametrize(
    ("minor", "rounded"),
    [
        (27_555_500, 27_000_000), (10_000_001, 10_000_000), (9_999_999, 9_900_000),
        (841_625, 840_000), (12_345, 12_000), (199, 100), (99, 0), (0, 0),
    ],
)  # fmt: skip
def test_small_limits_keep_two_digits_instead_of_being_rounded_away(
    minor: int, rounded: int
) -> None:
    amount = Money(minor, "CNY")
    assert amount.rounded_down(rounding_step(amount, a_policy())) == Money(rounded, "CNY")


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_rounding_keeps_the_order(one: int, other: int) -> None:
    low, high = (Money(n, "CNY") for n in sorted((one, other)))
    assert low.rounded_down(rounding_step(low, POLICY)) <= high.rounded_down(
        rounding_step(high, POLICY)
    )


def test_months_end_where_a_month_is_shorter() -> None:
    assert months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_after(date(2026, 12, 15), 12) == date(2027, 12, 15)


situations = st.builds(
    facing,
    st.none() | st.integers(0, 10**7),
    st.none() | st.integers(0, 10**7),
    st.none() | st.integers(0, 120),
)
evaluations = st.builds(
    lambda evidence, confidence, segment: an_evaluation(
        evidence=evidence, confidence=confidence, segment=segment
    ),
    evidences(),
    st.decimals(0, 1, places=2),
    st.sampled_from(Segment),
)


def graded(evaluation: Evaluation, grade: Grade) -> Evaluation:
    return replace(evaluation, grade=grade)


@settings(max_examples=80, deadline=None)
@given(evaluations, situations)
def test_a_better_grade_never_lowers_the_limit(
    evaluation: Evaluation, situation: Situation
) -> None:
    proposed = [suggest(graded(evaluation, g), situation, POLICY).proposed for g in Grade]
    assert proposed == sorted(proposed, reverse=True)


@settings(max_examples=80, deadline=None)
@given(evaluations, situations, st.sampled_from(Grade))
def test_no_bound_is_exceeded_and_rounding_never_raises(
    evaluation: Evaluation, situation: Situation, grade: Grade
) -> None:
    suggestion = suggest(graded(evaluation, grade), situation, POLICY)
    soft = {M.NEED, M.CURRENT}
    for candidate in suggestion.candidates:
        if candidate.amount is not None and candidate.method not in soft:
            assert suggestion.proposed <= candidate.amount
    assert suggestion.proposed <= POLICY.grades[grade].cap
    assert suggestion.proposed.minor >= 0
    if suggestion.binding is not M.CURRENT:
        binding = next(c.amount for c in suggestion.candidates if c.method is suggestion.binding)
        assert binding is not None
        assert suggestion.proposed == binding.rounded_down(rounding_step(binding, POLICY))


@settings(max_examples=60, deadline=None)
@given(evaluations, situations)
def test_the_same_evidence_never_moves_a_limit_twice(
    evaluation: Evaluation, situation: Situation
) -> None:
    once = _again(evaluation, replace(situation, requested=None))
    twice = _again(
        evaluation,
        replace(
            situation,
            requested=None,
            current=once.proposed,
            current_state=limit_state(once.proposed),
        ),
    )
    assert twice.proposed == once.proposed


def _again(evaluation: Evaluation, situation: Situation) -> Suggestion:
    return suggest(graded(evaluation, Grade.C), situation, POLICY)


@pytest.mark.parametrize(
    ("known", "months"), [("0.7", 12), ("0.6999", 6), ("0.5", 6), ("0.4999", 3), ("0", 3)]
)
def test_the_thinner_the_evidence_the_sooner_a_limit_ends(known: str, months: int) -> None:
    policy = a_policy(
        thin_evidence=(
            ThinEvidence(Decimal("0.7"), Decimal("0.5"), 0),
            ThinEvidence(Decimal("0.5"), Decimal("0.25"), 1),
        )
    )
    until = suggest(judged(confidence=known, **BUYS), facing(), policy).until
    assert until == months_after(judged().on, months)
