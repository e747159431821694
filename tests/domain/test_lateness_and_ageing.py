"""How lateness moves, how debts age and how long sales stay unpaid: by hand, and against oracles."""

import math
import statistics
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.behaviour import Line
from creditflow.domain.lateness import MOST_DAYS, ewma, month_means, slope
from creditflow.domain.ledger import Invoice, InvoiceType, Ledger, Payment
from creditflow.domain.money import Money
from creditflow.domain.operations import Sales
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.rates import Rates
from creditflow.domain.turnover import countback
from tests.domain.strategies import ledgers
from tests.domain.test_gathering import RATES, billed, ledger, paid, seen
from tests.makers import ACME, TODAY, a_statement, cny

OWN = OwnCurrency("CNY", Rates([]), TODAY)
months = st.lists(st.none() | st.integers(0, MOST_DAYS * 1000), min_size=12, max_size=12)


def late(document: str, days: int, *, ago: int, amount: int = 1000) -> tuple[Invoice, Payment]:
    """An invoice that was paid so many days ago, so many days late."""
    return billed(document, due=ago + days, amount=amount), paid(document, ago=ago, amount=amount)


def book(*pairs: tuple[Invoice, Payment], more: Sequence[Invoice | Payment] = ()) -> Ledger:
    return ledger(*(document for pair in pairs for document in pair), *more)


def value(name: str, account: Ledger) -> Decimal | None:
    found = seen(account)[name].value
    assert not isinstance(found, str)
    return found


# ------------------------------------------------------------------ lateness


def test_lateness_grows_by_the_slope_through_the_month_means() -> None:
    # Means of 0, 10 and 20 days in three consecutive months: ten days more every month.
    growing = book(late("a", 0, ago=70), late("b", 10, ago=40), late("c", 20, ago=10))
    assert value("lateness_slope_12m", growing) == Decimal("10.00")
    falling = book(late("a", 20, ago=70), late("b", 10, ago=40), late("c", 0, ago=10))
    assert value("lateness_slope_12m", falling) == Decimal("-10.00")
    assert value("lateness_slope_12m", book(late("a", 0, ago=70), late("b", 9, ago=40))) is None


def test_the_moving_average_gives_the_latest_month_one_third() -> None:
    account = book(late("a", 0, ago=70), late("b", 30, ago=40), late("c", 30, ago=10))
    # 0 → (30 + 0)/3 = 10 → (30 + 20)/3 = 16.667
    assert value("lateness_ewma_12m", account) == Decimal("16.7")


def test_what_is_overdue_now_belongs_to_the_latest_month() -> None:
    waiting = book(late("a", 0, ago=40), more=[billed("b", due=60)])
    assert value("lateness_ewma_12m", waiting) == Decimal("20.0")
    assert value("lateness_ewma_12m", book(late("a", 0, ago=40))) == 0


def test_one_forgotten_invoice_does_not_hide_the_others() -> None:
    account = book(late("a", 500, ago=10), late("b", 0, ago=10))
    assert value("lateness_ewma_12m", account) == Decimal(MOST_DAYS) / 2
    assert value("lateness_spread_12m", account) == Decimal(MOST_DAYS) / 2
    assert value("worst_days_late_12m", account) == 500


def test_shares_of_late_and_prompt_payment() -> None:
    account = book(
        late("a", 0, ago=10, amount=6000), late("b", 4, ago=20), late("c", 5, ago=30),
        late("d", 30, ago=40, amount=2000),
    )  # fmt: skip
    assert value("paid_on_time_12m", account) == Decimal("0.2500")
    assert value("paid_on_time_amount_12m", account) == Decimal("0.6000")
    assert value("late_5_share_12m", account) == Decimal("0.5000")
    assert value("late_30_share_12m", account) == Decimal("0.2000")


@given(months)
def test_the_slope_is_that_of_the_textbook(means: list[int | None]) -> None:
    points = [(-back, mean) for back, mean in enumerate(means) if mean is not None]
    found = slope(means)
    if len(points) < 3:
        assert found is None
    else:
        expected = statistics.linear_regression(*zip(*points, strict=True)).slope / 1000
        assert found is not None
        assert math.isclose(float(found), expected, abs_tol=0.0051)


@given(months)
def test_the_moving_average_stays_within_the_months_and_follows_the_exact_one(
    means: list[int | None],
) -> None:
    known = [mean for mean in reversed(means) if mean is not None]
    found = ewma(means)
    if not known:
        assert found is None
        return
    exact = Fraction(known[0])
    for mean in known[1:]:
        exact = (mean + 2 * exact) / 3
    assert found is not None
    # Each step rounds to a thousandth, of which at most three can pile up; a tenth is shown.
    assert abs(Fraction(found) - exact / 1000) <= Fraction(1, 20) + Fraction(3, 2000)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=15))
def test_month_means_are_means(pairs: list[tuple[int, int]]) -> None:
    lines = [
        Line(str(n), TODAY, TODAY - timedelta(days=ago + days), 100, 0,
             TODAY - timedelta(days=ago), 1, disputed=False)
        for n, (ago, days) in enumerate(pairs)
    ]  # fmt: skip
    for month, mean in enumerate(month_means(lines, TODAY)):
        days = [min(MOST_DAYS, d) for ago, d in pairs if ago // 30 == month]
        assert mean == (round(Fraction(sum(days) * 1000, len(days))) if days else None)


# ------------------------------------------------------------------ ageing


def test_open_items_fall_into_one_bucket_each() -> None:
    account = ledger(
        billed("a", due=-1), billed("b", due=30, amount=2000), billed("c", due=31, amount=3000),
        billed("d", due=61, amount=1500), billed("e", due=91, amount=2500),
    )  # fmt: skip
    shares = ("overdue_1_30_share", "overdue_31_60_share", "overdue_61_90_share")
    assert [value(name, account) for name in (*shares, "overdue_90_share")] == [
        Decimal(part) for part in ("0.2000", "0.3000", "0.1500", "0.2500")
    ]
    assert value("oldest_days_past_due", account) == 91
    assert value("oldest_days_past_due", ledger(billed("a", due=-1))) == 0
    assert value("oldest_days_past_due", ledger()) is None


def test_roll_rates_follow_late_amounts_from_bucket_to_bucket() -> None:
    account = book(
        late("a", 0, ago=120, amount=9000), late("b", 10, ago=120), late("c", 31, ago=120),
        late("d", 70, ago=120, amount=2000),
    )  # fmt: skip
    # Late at all 4,000, more than 30 days 3,000, more than 60 days 2,000, more than 90 none.
    assert value("roll_rate_30_12m", account) == Decimal("0.7500")
    assert value("roll_rate_60_12m", account) == Decimal("0.6667")
    assert value("roll_rate_90_12m", account) == 0
    assert value("roll_rate_30_12m", book(late("a", 0, ago=120))) is None


def test_what_could_not_yet_have_rolled_does_not_count_as_saved() -> None:
    fresh = book(late("a", 40, ago=60), more=[billed("b", due=20)])
    assert value("roll_rate_30_12m", fresh) == 1
    older = book(late("a", 40, ago=60), late("b", 20, ago=60))
    assert value("roll_rate_30_12m", older) == Decimal("0.5000")


def test_disputes_are_measured_apart() -> None:
    account = ledger(billed("a", due=40, disputed=True), billed("b", due=-5, amount=3000))
    assert value("open_disputed_share", account) == Decimal("0.2500")
    assert value("oldest_disputed_days", account) == 70
    assert value("oldest_days_past_due", account) == 0


@settings(max_examples=60)
@given(ledgers())
def test_the_buckets_make_up_the_overdue_share(account: Ledger) -> None:
    evidence = seen(account)
    names = ("overdue_1_30_share", "overdue_31_60_share", "overdue_61_90_share", "overdue_90_share")
    parts = [evidence[name].value for name in names]
    whole = evidence["overdue_share"].value
    if whole is None:
        assert parts == [None] * 4
    else:
        total = sum(part for part in parts if isinstance(part, Decimal))
        assert abs(total - Decimal(whole)) <= Decimal("0.0003")
    for name in ("roll_rate_30_12m", "roll_rate_60_12m", "roll_rate_90_12m"):
        rate = evidence[name].value
        assert rate is None or (isinstance(rate, Decimal) and 0 <= rate <= 1)


# ------------------------------------------------------------------ turnover


def sold(*amounts: int) -> Sales:
    """Sales in the middle of each period of thirty days, the latest first."""
    return Sales(
        Ledger(ACME, tuple(
            Invoice(ACME, str(n), TODAY - timedelta(days=30 * n + 15), TODAY, cny(abs(amount)),
                    InvoiceType.INVOICE if amount >= 0 else InvoiceType.CREDIT_NOTE)
            for n, amount in enumerate(amounts)
        )),
        OWN,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("balance", "days"),
    [(0, "0.0"), (500, "15.0"), (1000, "30.0"), (1500, "37.5"), (3000, "60.0"), (9999, "360.0")],
)
def test_countback_takes_the_latest_sales_off_first(balance: int, days: str) -> None:
    assert countback(sold(1000, 2000), cny(balance).minor) == Decimal(days)


def test_a_month_of_returns_takes_nothing_off() -> None:
    assert countback(sold(0, -500, 1000), cny(500).minor) == Decimal("75.0")


def test_days_to_pay_weigh_by_amount() -> None:
    account = book(late("a", 0, ago=10, amount=3000), late("b", 20, ago=10))
    assert value("days_to_pay_12m", account) == Decimal("35.0")


def test_the_gap_since_the_last_purchase_is_measured_in_usual_gaps() -> None:
    def bought(*ago: int) -> Ledger:
        days = [TODAY - timedelta(days=n) for n in ago]
        return ledger(*(Invoice(ACME, str(day), day, day, cny(1)) for day in days))

    assert value("purchase_gap", bought(120, 90, 60)) == Decimal("2.00")
    assert value("days_since_last_purchase", bought(120, 90, 60)) == 60
    assert value("purchase_gap", bought(90, 60)) is None


def test_the_balance_is_compared_with_the_highest() -> None:
    account = book(late("a", 0, ago=40, amount=3000), more=[billed("b", due=-5)])
    assert value("balance_to_high_credit", account) == Decimal("0.3333")


def test_a_quarter_is_compared_with_the_one_before() -> None:
    account = ledger(
        *(
            Invoice(ACME, str(ago), TODAY - timedelta(days=ago), TODAY, cny(amount))
            for ago, amount in ((10, 1500), (100, 1000), (200, 7))
        )
    )
    assert value("sales_trend_3m", account) == Decimal("0.5000")
    assert value("sales_trend_6m", account) is None


# ------------------------------------------------------------------ statements


def test_the_wider_ratios_of_a_statement() -> None:
    full = a_statement(
        cost_of_sales=cny(18_000_000), cash=cny(1_500_000), inventory=cny(3_000_000),
        receivables=cny(2_400_000), retained_earnings=cny(3_000_000),
        interest_expense=cny(400_000), operating_cash_flow=cny(1_600_000),
    )  # fmt: skip
    before = a_statement(
        period_end=date(2024, 12, 31), equity=cny(5_600_000), total_assets=cny(12_000_000),
        total_liabilities=cny(6_400_000),
    )  # fmt: skip
    evidence = seen(ledger(), reports=[full, before])
    expected = {
        "cash_ratio": "0.2500", "working_capital_to_assets": "0.2000",
        "retained_to_assets": "0.2000", "liabilities_to_equity": "1.1429",
        "gross_margin": "0.2500", "operating_margin": "0.0792", "return_on_assets": "0.0800",
        "asset_turnover": "1.6000", "receivable_days": "36.5", "inventory_days": "60.8",
        "cash_interest_coverage": "5.00", "cash_flow_to_current_liabilities": "0.2667",
        # 6.56 × 3/15 + 3.26 × 3/15 + 6.72 × 1.9/15 + 1.05 × 7/8
        "altman_z_double_prime": "3.73",
        "equity_growth": "0.2500", "assets_growth": "0.2500",
    }  # fmt: skip
    assert {name: str(evidence[name].value) for name in expected} == expected
    lone = seen(ledger(), reports=[full])
    assert lone["equity_growth"].value is None


def test_both_forms_of_altman_differ_by_the_constant() -> None:
    full = a_statement(retained_earnings=cny(3_000_000))
    evidence = seen(ledger(), reports=[full])
    em, plain = evidence["altman_z_em"].value, evidence["altman_z_double_prime"].value
    assert isinstance(em, Decimal)
    assert isinstance(plain, Decimal)
    assert em - plain == Decimal("3.25")


def test_amounts_of_several_currencies_are_weighed_in_the_customers_own() -> None:
    foreign = Invoice(ACME, "e", TODAY - timedelta(days=70), TODAY - timedelta(days=40),
                      Money.of(100, "EUR"))  # fmt: skip
    evidence = seen(ledger(foreign, billed("a", due=-5, amount=800)), rates=RATES)
    assert evidence["overdue_31_60_share"].value == Decimal("0.5000")
