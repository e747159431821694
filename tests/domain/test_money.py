"""Money is exact: nothing is lost, nothing is raised, nothing is mixed."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.money import CURRENCIES, MAX_MINOR, Money, decimals, total
from tests.makers import cny

currencies = st.sampled_from(sorted(CURRENCIES))
small = st.integers(-(10**12), 10**12)
factors = st.fractions(min_value=0, max_value=1000, max_denominator=10**6)


@given(st.integers(-MAX_MINOR, MAX_MINOR), currencies)
def test_an_amount_written_and_read_is_the_same(minor, currency):
    money = Money(minor, currency)
    assert Money.of(money.major, currency) == money
    code, _, number = str(money).partition(" ")
    assert (code, Decimal(number.replace(",", ""))) == (currency, money.major)


@given(small, small, small)
def test_adding_has_no_order(a, b, c):
    x, y, z = (Money(minor, "CNY") for minor in (a, b, c))
    assert (x + y) + z == x + (y + z) == total([z, y, x], "CNY")
    assert x - y == -(y - x)
    assert (x < y) == (a < b)


@given(st.integers(0, 10**12), factors)
def test_a_share_is_rounded_down_and_by_less_than_a_unit(minor, factor):
    share = Money(minor, "CNY").times(factor)
    assert 0 <= minor * factor - share.minor < 1


@given(small, st.fractions(min_value=-1000, max_value=1000, max_denominator=10**6))
def test_rounding_never_raises_whatever_the_signs_are(minor, factor):
    assert Money(minor, "CNY").times(factor).minor <= minor * factor


@given(small, st.integers(1, 10**9))
def test_rounding_to_a_step_never_raises_and_loses_less_than_a_step(minor, step):
    rounded = Money(minor, "CNY").rounded_down(Money(step, "CNY"))
    assert 0 <= minor - rounded.minor < step
    assert rounded.minor % step == 0
    assert rounded.rounded_down(Money(step, "CNY")) == rounded


@given(small, small)
def test_a_ratio_gives_the_amount_back(a, b):
    ratio = Money(a, "CNY").ratio(Money(b, "CNY"))
    assert (ratio is None) == (b == 0)
    assert ratio is None or ratio * b == a


@pytest.mark.parametrize(
    ("currency", "places"), [("CNY", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("USD", 2)]
)
def test_a_currency_has_its_own_decimals(currency, places):
    assert decimals(currency) == places
    assert Money.of(1, currency).minor == 10**places


@pytest.mark.parametrize(
    "amount",
    [
        "0.001",
        "1.005",
        "NaN",
        "Infinity",
        "-Infinity",
        "1e308",
        "1e17",
        "1e-999999",
        # So many decimals that scaling the number would have rounded the last one away.
        "1.0000000000000000000000000000000000001",
    ],
)
def test_what_is_no_exact_amount_is_refused(amount):
    with pytest.raises(ValueError):
        Money.of(amount, "CNY")


def test_zeros_behind_the_last_decimal_are_harmless():
    assert Money.of("1.50" + "0" * 60, "CNY") == Money(150, "CNY")


def test_more_than_a_bigint_holds_is_refused():
    assert Money(MAX_MINOR, "CNY").minor == MAX_MINOR
    for minor in (MAX_MINOR + 1, -MAX_MINOR - 1):
        with pytest.raises(OverflowError):
            Money(minor, "CNY")
    with pytest.raises(OverflowError):
        Money(MAX_MINOR, "CNY") + Money(1, "CNY")


@pytest.mark.parametrize("minor", [1.0, True, Decimal(1), Fraction(1), "1", None])
def test_only_whole_numbers_are_minor_units(minor):
    with pytest.raises(TypeError):
        Money(minor, "CNY")


@pytest.mark.parametrize("currency", ["XXX", "cny", "", "CNY ", "RMB"])
def test_an_unknown_currency_is_refused(currency):
    with pytest.raises(ValueError, match="unknown currency"):
        Money(1, currency)
    with pytest.raises(ValueError, match="unknown currency"):
        decimals(currency)


@pytest.mark.parametrize(
    "mix",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a < b,
        max,
        lambda a, b: a.ratio(b),
        lambda a, b: a.rounded_down(b),
        lambda a, b: total([a, b], "CNY"),
    ],
)
def test_currencies_are_never_mixed(mix):
    mix(cny(1), cny(2))
    with pytest.raises(ValueError, match="convert first"):
        mix(cny(1), Money.of(1, "USD"))


def test_equal_numbers_of_different_currencies_are_different_amounts():
    assert cny(1) != Money.of(1, "USD")


def test_zero_is_false_and_nothing_else():
    assert not Money.zero("CNY")
    assert Money(1, "CNY")
    assert Money(-1, "CNY")


def test_a_step_of_nothing_is_refused():
    with pytest.raises(ValueError, match="step"):
        cny(1).rounded_down(cny(0))
