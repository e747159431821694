"""Charts show what the ledger says, and nothing where it says nothing."""

from datetime import date
from decimal import Decimal

import pytest

from creditflow.domain.errors import Refusal
from creditflow.domain.exposure import BUCKETS
from creditflow.domain.ledger import Ledger
from creditflow.domain.money import Money
from creditflow.domain.rates import Rates
from creditflow.web import charts
from creditflow.web.amounts import read_amount, read_whole
from creditflow.web.trends import Month, last_months, month_ends
from tests.makers import ACME, a_customer, a_limit, a_payment, an_invoice, cny


def months(ledger, limits=(), on=date(2026, 3, 31)):
    return last_months(a_customer(), ledger, limits, Rates([]), on)


def test_twelve_months_end_with_today():
    ends = month_ends(date(2026, 3, 15))

    assert len(ends) == 12
    assert ends[-3:] == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 15)]
    assert ends[0] == date(2025, 4, 30)


def test_each_month_shows_what_was_owed_at_its_end_by_age():
    invoice = an_invoice(issued_on=date(2026, 1, 5), due_on=date(2026, 2, 10), amount=cny(100))
    paid = a_payment(paid_on=date(2026, 3, 12), amount=cny(100))

    found = months(Ledger(ACME, (invoice,), (paid,)))

    assert [m.owed for m in found[-4:]] == [cny(0), cny(100), cny(100), cny(0)]
    assert found[-2].ageing["1-30"] == cny(100)
    assert found[-1].days_late == Decimal("30.0")
    assert found[-2].days_late is None


def test_the_limit_is_the_one_in_force_then():
    limit = a_limit(cny(500), from_=date(2026, 2, 1), until=date(2026, 3, 1))

    found = months(Ledger(ACME), [limit])

    assert [m.limit for m in found[-3:]] == [None, cny(500), None]


def test_an_unknown_rate_leaves_a_gap_and_no_zero():
    foreign = an_invoice(amount=Money.of(10, "USD"))

    found = months(Ledger(ACME, (foreign,)))

    assert found[-1].owed is None
    assert charts.owed_against_limit(found) is None


def test_columns_stack_up_to_what_was_owed_and_stay_inside():
    ageing = dict(zip(BUCKETS, map(cny, (100, 50, 0, 20, 30)), strict=True))
    found = [Month(end, ageing, cny(200), cny(150), None) for end in month_ends(date(2026, 3, 31))]

    chart = charts.owed_against_limit(found)

    column = chart.blocks[:4]
    assert [block.kind for block in column] == ["a0", "a1", "a3", "a4"]
    assert sum(b.height for b in column) == pytest.approx(chart.floor - column[-1].y, abs=0.5)
    assert all(b.y >= 0 and b.y + b.height <= chart.floor + 0.2 for b in chart.blocks)
    assert chart.ticks[0].value == 0
    assert chart.ticks[-1].value >= 200
    assert chart.line.count("M") == 1


def test_there_is_no_chart_of_nothing():
    assert charts.owed_against_limit(months(Ledger(ACME))) is None
    assert charts.days_late(months(Ledger(ACME))) is None


@pytest.mark.parametrize("highest", [0, 0.4, 1, 7, 99, 100, 101, 12_345, 9e13])
def test_the_axis_has_few_round_marks_and_covers_everything(highest):
    ticks = charts.round_ticks(highest)

    assert 2 <= len(ticks) <= 7
    assert ticks[-1] >= highest


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("2600000", "2600000"),
        ("2,600,000.00", "2600000"),
        ("CNY 2 600 000", "2600000"),
        ("２６０万", "2600000"),
        ("1.5亿", "150000000"),
        ("2.6m", "2600000"),
        ("0", "0"),
    ],
)
def test_amounts_are_read_as_people_write_them(typed, amount):
    assert read_amount(typed, "CNY") == cny(amount)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("7", 7), ("007", 7), ("", 1), ("-1", 1), ("²", 1), ("٣", 1), ("9" * 5000, 1)],
)
def test_a_count_is_read_or_is_none(typed, number):
    assert read_whole(typed, otherwise=1) == number


@pytest.mark.parametrize(
    "typed", ["", "a lot", "-5", "1e9", "NaN", "inf", "1,23", "1.234", "1_000", "9" * 30, "1,2,3"]
)
def test_what_is_no_amount_is_refused_with_an_example(typed):
    with pytest.raises(Refusal, match="Write it like 2600000"):
        read_amount(typed, "CNY")
