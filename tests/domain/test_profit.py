"""What a limit earns: margin against losses and the cost of money, and where the two meet."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.limit_setting import suggest
from creditflow.domain.money import Money
from creditflow.domain.profit import break_even, profit_of, yearly_profit
from creditflow.domain.profit_rule import ProfitRule
from creditflow.services.proposing import drawn_up
from tests.domain.test_limit_setting import BUYS, POLICY, facing, judged
from tests.makers import cny

RULE = ProfitRule(
    margin=Decimal("0.12"),
    only_on_credit=Decimal("0.3"),
    use=Decimal("0.6"),
    loss_given_default=Decimal("0.45"),
    money_cost=Decimal("0.05"),
    sector_margin={"food": Decimal("0.01")},
)


def test_profit_is_margin_less_losses_and_money() -> None:
    # 1,000,000 × 0.6 × (0.12 × 0.3 × 365/73 − 0.05 − 0.02 × 0.45) = 600,000 × (0.18 − 0.059)
    found = yearly_profit(cny(1_000_000), Decimal("0.02"), days=73, sector=None, rule=RULE)
    assert found == cny(72_600)
    # (0.18 − 0.05) / 0.45
    assert break_even(days=73, sector=None, rule=RULE) == Decimal("0.2888")


@pytest.mark.parametrize(
    ("pd", "sector", "says"),
    [
        ("0.02", None, "expected to earn CNY 72,600.00 a year. It would earn something up to"),
        ("0.40", None, "expected to cost CNY 30,000.00 a year: it earns something up to a default"),
        ("0.02", "food", "expected to cost CNY 26,400.00 a year"),
    ],
)
def test_it_is_said_with_the_probability_at_which_nothing_is_earned(
    pd: str, sector: str | None, says: str
) -> None:
    found = profit_of(cny(1_000_000), Decimal(pd), days=73, sector=sector, rule=RULE)
    assert says in str(found.why)


shares = st.decimals(0, 1, places=3)
rules = st.builds(
    ProfitRule,
    margin=shares,
    only_on_credit=shares,
    use=shares,
    loss_given_default=st.decimals("0.01", 1, places=3),
    money_cost=shares,
    sector_margin=st.just({}),
)


@given(rules, st.integers(0, 200), st.integers(0, 10**12))
def test_up_to_the_break_even_nothing_is_lost_and_beyond_it_nothing_is_earned(
    rule: ProfitRule, days: int, minor: int
) -> None:
    even, limit = break_even(days=days, sector=None, rule=rule), Money(minor, "CNY")
    at = yearly_profit(limit, even, days=days, sector=None, rule=rule)
    beyond = yearly_profit(limit, even + Decimal("0.0001"), days=days, sector=None, rule=rule)
    # Where even certain payment earns nothing, the break-even is zero and there is a loss at it.
    assert at.minor >= 0 or even == 0
    assert beyond.minor <= 0 or even == 1


@given(rules, st.integers(0, 200), shares, shares)
def test_a_larger_probability_never_earns_more(
    rule: ProfitRule, days: int, one: Decimal, other: Decimal
) -> None:
    better, worse = sorted((one, other))
    assert yearly_profit(cny(10**6), better, days=days, sector=None, rule=rule) >= yearly_profit(
        cny(10**6), worse, days=days, sector=None, rule=rule
    )


def test_a_proposal_has_it_where_the_policy_says_how_it_is_reckoned() -> None:
    evaluation, policy = judged(**BUYS), replace(POLICY, profit=RULE)
    found = suggest(evaluation, facing(), policy)
    proposal = drawn_up(evaluation, facing(), found, policy, owed=cny(0))
    assert proposal.profit is not None
    # 30 days of terms and 10 days of usual delay
    assert proposal.profit.yearly == yearly_profit(
        found.proposed, evaluation.pd, days=40, sector=None, rule=RULE
    )
    assert drawn_up(evaluation, facing(), found, POLICY, owed=cny(0)).profit is None
