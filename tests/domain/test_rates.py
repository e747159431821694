"""Conversion is exact to half a unit, dated, and refused rather than guessed."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.money import Money, decimals, total
from creditflow.domain.rates import SHELF_LIFE, NoRate, Rate, Rates
from tests.makers import TODAY, a_rate, cny

OTHERS = ("CNY", "USD", "JPY", "KWD")
# Rates as far apart as real ones, and amounts whose sums can still be kept at all of them.
per_pivot = st.decimals("0.01", "2000", places=6)
tables = st.fixed_dictionaries(dict.fromkeys(OTHERS, per_pivot)).map(
    lambda rates: Rates(Rate(c, TODAY, r, "test") for c, r in rates.items())
)
codes = st.sampled_from((*OTHERS, "EUR"))
amounts = st.integers(0, 10**6)


def unit(rates: Rates, source: str, target: str) -> Fraction:
    """Minor units of `target` per minor unit of `source`, told from a large amount's conversion."""

    def per_euro(currency: str) -> Fraction:
        pair = rates.convert(Money(1, "EUR"), currency, on=TODAY).used
        rate = Fraction(pair[0].per_pivot) if pair else Fraction(1)
        return rate * 10 ** decimals(currency)

    return per_euro(target) / per_euro(source)


@given(tables, codes, codes, amounts)
def test_a_conversion_is_off_by_half_a_unit_at_most(rates, source, target, minor):
    converted = rates.convert(Money(minor, source), target, on=TODAY).amount
    exact = minor * unit(rates, source, target)
    assert abs(converted.minor - exact) <= Fraction(1, 2)


@given(tables, codes, codes, amounts)
def test_there_and_back_is_off_by_half_a_unit_of_each_at_most(rates, source, target, minor):
    there = rates.convert(Money(minor, source), target, on=TODAY).amount
    back = rates.convert(there, source, on=TODAY).amount
    half_there = unit(rates, target, source) / 2
    assert abs(back.minor - minor) <= half_there + Fraction(1, 2)


@given(tables, codes, st.lists(st.tuples(codes, amounts), max_size=6), st.randoms())
def test_a_sum_in_one_currency_has_no_order_and_converts_each_amount_once(
    rates, target, drawn, random
):
    def summed(parts):
        return total([rates.convert(p, target, on=TODAY).amount for p in parts], target)

    parts = [Money(minor, currency) for currency, minor in drawn]
    shuffled = random.sample(parts, len(parts))
    assert summed(parts) == summed(shuffled)
    exact = sum((p.minor * unit(rates, p.currency, target) for p in parts), Fraction(0))
    assert abs(summed(parts).minor - exact) <= Fraction(len(parts), 2)


@given(tables, codes, amounts)
def test_what_is_in_the_currency_already_stays_as_it_is(rates, currency, minor):
    converted = rates.convert(Money(minor, currency), currency, on=TODAY)
    assert (converted.amount, converted.used) == (Money(minor, currency), ())


def test_half_a_unit_goes_to_the_even_neighbour():
    rates = Rates([a_rate("USD", "0.5")])
    halves = [rates.convert(Money(m, "EUR"), "USD", on=TODAY).amount.minor for m in (1, 3, 5, 7)]
    assert halves == [0, 2, 2, 4]


def test_decimals_of_both_currencies_count():
    rates = Rates([a_rate("JPY", "160"), a_rate("KWD", "0.33")])
    assert rates.convert(Money.of(100, "EUR"), "JPY", on=TODAY).amount == Money(16_000, "JPY")
    assert rates.convert(Money(16_000, "JPY"), "KWD", on=TODAY).amount == Money.of(33, "KWD")


def test_the_rates_used_are_told_and_the_pivot_is_none_of_them():
    usd, yuan = a_rate("USD", "1.1"), a_rate("CNY", "7.7")
    rates = Rates([usd, yuan])
    assert rates.convert(Money.of(1, "USD"), "CNY", on=TODAY).used == (usd, yuan)
    assert rates.convert(Money.of(1, "EUR"), "CNY", on=TODAY).used == (yuan,)
    assert rates.convert(cny(1), "EUR", on=TODAY).used == (yuan,)


def test_the_latest_rate_up_to_the_day_counts_and_none_from_later():
    early, late = (
        a_rate(per_pivot=p, on=on) for p, on in (("7", TODAY - timedelta(9)), ("8", TODAY))
    )
    rates = Rates([late, early])
    assert rates.convert(cny(56), "EUR", on=TODAY).amount == Money.of(7, "EUR")
    assert rates.convert(cny(56), "EUR", on=TODAY - timedelta(1)).amount == Money.of(8, "EUR")
    with pytest.raises(NoRate):
        rates.convert(cny(56), "EUR", on=TODAY - timedelta(10))


def test_a_rate_serves_to_the_last_day_of_its_shelf_life():
    rates = Rates([a_rate()])
    assert rates.convert(cny(1), "EUR", on=TODAY + SHELF_LIFE).used
    with pytest.raises(NoRate):
        rates.convert(cny(1), "EUR", on=TODAY + SHELF_LIFE + timedelta(1))


@pytest.mark.parametrize(("source", "target"), [("USD", "CNY"), ("CNY", "USD")])
def test_a_missing_rate_is_refused_in_a_sentence_with_a_way_out(source, target):
    with pytest.raises(NoRate) as refused:
        Rates([a_rate("CNY")]).convert(Money.of(1, source), target, on=TODAY)
    facts = refused.value.sentence.facts
    assert facts == {"currency": "USD", "days": 45, "on": date(2026, 3, 2)}
    told = str(refused.value)
    assert "creditflow rates fetch" in told
    assert "creditflow import rates FILE" in told


@pytest.mark.parametrize("nonsense", ["0", "-1", "NaN", "Infinity"])
def test_a_rate_is_above_zero(nonsense):
    with pytest.raises(ValueError):
        Rate("USD", TODAY, Decimal(nonsense), "test")
