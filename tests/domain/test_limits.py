"""No limit, a limit of zero, an amount and no bound are four things."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.limits import Limit, LimitState, limit_state
from creditflow.domain.money import Money
from tests.makers import ACME, TODAY, a_limit, cny


@pytest.mark.parametrize("state", LimitState)
@pytest.mark.parametrize("amount", [None, cny(0), cny(1), Money(-1, "CNY")])
def test_a_limit_has_an_amount_exactly_when_its_state_says_so(state, amount):
    if (state is LimitState.AMOUNT) is (amount == cny(1)):
        assert Limit(ACME, 1, state, amount, TODAY, None).amount == amount
    else:
        with pytest.raises(ValueError, match="above zero"):
            Limit(ACME, 1, state, amount, TODAY, None)


@given(st.integers(0, 10**12))
def test_an_amount_stands_for_zero_or_for_itself(minor):
    state = limit_state(Money(minor, "CNY"))
    assert state is (LimitState.AMOUNT if minor else LimitState.ZERO)


def test_the_first_day_counts_and_the_last_does_not():
    limit = a_limit(from_=date(2026, 3, 9), until=date(2027, 3, 9))
    days = [limit.from_ - timedelta(1), limit.from_, limit.until - timedelta(1), limit.until]
    assert [limit.in_force(day) for day in days] == [False, True, True, False]


def test_an_open_end_never_comes():
    assert a_limit(until=None).in_force(date(2999, 1, 1))
