"""What is gathered from ledgers and statements: formulas, unknowns, and nothing from the future."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.catalogue import SIGNALS, is_category
from creditflow.domain.customer import Customer
from creditflow.domain.exposure import exposure
from creditflow.domain.gathering import gather
from creditflow.domain.ledger import (
    Invoice,
    InvoiceType,
    Ledger,
    Order,
    OrderStatus,
    Payment,
    Statement,
)
from creditflow.domain.limits import Limit
from creditflow.domain.money import Money
from creditflow.domain.observation import Observation
from creditflow.domain.policy import Policy
from creditflow.domain.rates import NoRate, Rates
from creditflow.domain.signals import Evidence
from tests.domain.strategies import ledgers, statements
from tests.makers import ACME, TODAY, a_customer, a_limit, a_policy, a_rate, a_statement, cny

RATES = Rates([a_rate("CNY", "8")])


def seen(
    ledger: Ledger,
    *,
    reports: Sequence[Statement] = (),
    customer: Customer | None = None,
    limit: Limit | None = None,
    on: date = TODAY,
    rates: Rates = RATES,
) -> Evidence:
    customer = customer or a_customer()
    return gather(
        customer,
        ledger=ledger,
        statements=reports,
        exposure=exposure(ledger, currency=customer.currency, rates=rates, on=on),
        limit=limit,
        policy=a_policy(),
        rates=rates,
        on=on,
    )


def gather_with(
    observations: Sequence[Observation], *, policy: Policy, on: date = TODAY
) -> Evidence:
    """What is gathered from what others say alone."""
    empty = ledger()
    return gather(
        a_customer(),
        ledger=empty,
        statements=(),
        exposure=exposure(empty, currency="CNY", rates=RATES, on=on),
        limit=None,
        policy=policy,
        rates=RATES,
        on=on,
        observations=observations,
    )


def billed(document: str, *, due: int, amount: int = 1000, disputed: bool = False) -> Invoice:
    """An invoice due so many days before today, on thirty days' terms."""
    due_on = TODAY - timedelta(days=due)
    return Invoice(
        ACME, document, due_on - timedelta(days=30), due_on, cny(amount), disputed=disputed
    )


def paid(document: str, *, ago: int, amount: int = 1000) -> Payment:
    return Payment(ACME, f"P-{document}-{ago}", TODAY - timedelta(days=ago), cny(amount), document)


def ledger(*documents: Invoice | Payment | Order) -> Ledger:
    return Ledger(
        ACME,
        tuple(d for d in documents if isinstance(d, Invoice)),
        tuple(d for d in documents if isinstance(d, Payment)),
        tuple(d for d in documents if isinstance(d, Order)),
    )


def test_every_signal_of_the_catalogue_is_there_even_when_nothing_is_known() -> None:
    evidence = seen(ledger(), customer=a_customer(onboarded_on=None, sector=None, country="XX"))
    assert set(evidence) == set(SIGNALS)
    assert [s.name for s in evidence.values() if s.value is not None] == ["country"]


def test_days_beyond_terms_weigh_by_amount_and_early_is_not_negative() -> None:
    book = ledger(
        billed("a", due=50, amount=3000), paid("a", ago=40, amount=3000),
        billed("b", due=50, amount=1000), paid("b", ago=70, amount=1000),
    )  # fmt: skip
    assert seen(book)["days_beyond_terms_3m"].value == Decimal("7.5")


def test_what_is_open_and_overdue_counts_with_what_is_still_owed() -> None:
    book = ledger(billed("a", due=20), paid("a", ago=25, amount=600), billed("b", due=-5))
    evidence = seen(book)
    assert evidence["days_beyond_terms_12m"].value == Decimal("20.0")
    assert evidence["overdue_share"].value == Decimal("0.2857")
    assert evidence["worst_days_late_12m"].value == Decimal(20)


def test_disputed_invoices_are_counted_apart() -> None:
    evidence = seen(ledger(billed("a", due=100, disputed=True), billed("b", due=-5)))
    assert evidence["overdue_90_share"].value == 0
    assert evidence["days_beyond_terms_12m"].value is None
    assert evidence["disputed_share_12m"].value == Decimal("0.5000")
    undisputed = seen(ledger(billed("a", due=100), billed("b", due=-5)))
    assert undisputed["overdue_90_share"].value == Decimal("0.5000")


def test_a_credit_note_covers_the_oldest_open_invoice() -> None:
    note = Invoice(ACME, "c", TODAY, TODAY, cny(1000), InvoiceType.CREDIT_NOTE)
    assert seen(ledger(billed("a", due=100), note))["overdue_90_share"].value == 0
    assert seen(ledger(billed("a", due=100)))["overdue_90_share"].value == 1


def test_a_rest_of_bank_charges_counts_as_paid() -> None:
    assert (
        seen(ledger(billed("a", due=100), paid("a", ago=100, amount=995)))["overdue_share"].value
        == 0
    )
    assert (
        seen(ledger(billed("a", due=100), paid("a", ago=100, amount=985)))["overdue_share"].value
        == 1
    )


def test_the_trend_compares_the_last_quarter_with_the_year() -> None:
    book = ledger(
        billed("a", due=200), paid("a", ago=200), billed("b", due=40), paid("b", ago=20)
    )  # fmt: skip
    assert seen(book)["lateness_trend"].value == Decimal("10.0")


def test_amounts_in_other_currencies_are_converted_at_the_days_rate() -> None:
    invoice = Invoice(ACME, "e", TODAY - timedelta(days=40), TODAY, Money.of(100, "EUR"))
    evidence = seen(ledger(invoice))
    assert evidence["high_credit_12m"].value == Decimal("800.00")
    with pytest.raises(NoRate):
        seen(ledger(invoice), rates=Rates([]))


def test_sales_per_day_and_their_peak() -> None:
    bills = [
        Invoice(
            ACME, f"m{n}", TODAY - timedelta(days=30 * n), TODAY, cny(36500 if n == 2 else 3650)
        )
        for n in range(13)
    ]
    evidence = seen(ledger(*bills))
    # 36,500 + 12 × 3,650 over the 361 days since the first purchase; 43,800 in the best 90 days.
    assert evidence["sales_per_day_12m"].value == Decimal("222.43")
    assert evidence["sales_peak_per_day_12m"].value == Decimal("486.66")
    assert evidence["largest_purchase_12m"].value == Decimal("36500.00")


def test_utilisation_needs_a_limit_of_an_amount_in_force() -> None:
    book = ledger(billed("a", due=-5, amount=300_000))
    limit = a_limit(cny(600_000), from_=TODAY)
    assert seen(book, limit=limit)["limit_utilisation"].value == Decimal("0.5000")
    for absent in (
        None,
        a_limit(cny(0), from_=TODAY),
        a_limit(cny(600_000), from_=date(2030, 1, 1)),
    ):
        assert seen(book, limit=absent)["limit_utilisation"].value is None


def test_no_orders_at_all_are_unknown_and_no_open_ones_are_zero() -> None:
    delivered = Order(ACME, "o", TODAY, cny(5), OrderStatus.DELIVERED)
    assert seen(ledger())["open_orders"].value is None
    assert seen(ledger(delivered))["open_orders"].value == 0


def test_ratios_of_a_statement() -> None:
    full = a_statement(
        retained_earnings=cny(3_000_000),
        interest_expense=cny(380_000),
        inventory=cny(3_000_000),
        operating_cash_flow=cny(1_600_000),
    )
    before = a_statement(period_end=date(2024, 12, 31), revenue=cny(20_000_000))
    evidence = seen(ledger(), reports=[full, before])
    values = {
        "current_ratio": "1.5000", "quick_ratio": "1.0000", "liabilities_to_assets": "0.5333",
        "equity_ratio": "0.4667", "net_margin": "0.0500", "interest_coverage": "5.00",
        "cash_flow_to_liabilities": "0.2000", "revenue_growth": "0.2000",
        # 3.25 + 6.56 × 3/15 + 3.26 × 3/15 + 6.72 × 1.9/15 + 1.05 × 7/8
        "altman_z_em": "6.98",
    }  # fmt: skip
    assert {name: str(evidence[name].value) for name in values} == values
    assert evidence["current_ratio"].source == "statement 2025-12-31 (audited)"
    assert evidence["statement_audited"].value == "yes"


def test_flows_of_half_a_year_are_brought_to_a_year() -> None:
    evidence = seen(ledger(), reports=[a_statement(months=6)])
    assert evidence["annual_revenue"].value == Decimal("48000000.00")
    assert evidence["net_margin"].value == Decimal("0.0500")


def test_a_statement_goes_stale_and_one_of_the_future_is_not_seen() -> None:
    old = a_statement(period_end=date(2024, 6, 30))
    evidence = seen(ledger(), reports=[old, a_statement(period_end=date(2026, 12, 31))])
    assert evidence["current_ratio"].as_of == date(2024, 6, 30)
    assert evidence.number("current_ratio", on=TODAY) is None


def test_a_figure_in_another_currency_than_its_statement_is_unknown() -> None:
    mixed = a_statement(current_assets=Money.of(9_000_000, "EUR"))
    assert seen(ledger(), reports=[mixed])["current_ratio"].value is None
    assert seen(ledger(), reports=[a_statement()])["current_ratio"].value is not None


def test_the_outlook_is_the_policys_and_unknown_where_it_is_silent() -> None:
    evidence = seen(ledger(), customer=a_customer(sector="hardware", country="ZZ"))
    assert evidence["sector_outlook"].value == Decimal("0.5")
    assert evidence["sector_outlook"].source == "policy 1"
    assert evidence["country_outlook"].value is None


@settings(max_examples=60, deadline=None)
@given(ledgers(), st.lists(statements(), max_size=3))
def test_gathering_never_fails_and_gives_exact_numbers_or_nothing(
    book: Ledger, reports: list[Statement]
) -> None:
    evidence = seen(book, reports=reports)
    assert set(evidence) == set(SIGNALS)
    for name, signal in evidence.items():
        if signal.value is not None:
            assert isinstance(signal.value, str if is_category(name) else Decimal)
        if isinstance(signal.value, Decimal):
            assert signal.value.is_finite()


@settings(max_examples=60, deadline=None)
@given(ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_documents_does_not_matter(book: Ledger, random: object) -> None:
    shuffled = Ledger(
        book.customer,
        *(_shuffled(part, random) for part in (book.invoices, book.payments, book.orders)),
    )
    assert seen(shuffled) == seen(book)


def _shuffled(part: Sequence[object], random: object) -> tuple[object, ...]:
    return tuple(random.sample(list(part), len(part)))  # type: ignore[attr-defined]


@settings(max_examples=60, deadline=None)
@given(ledgers(), st.integers(1, 400))
def test_nothing_of_the_future_is_seen(book: Ledger, later: int) -> None:
    on = TODAY - timedelta(days=100)
    changed = Ledger(
        book.customer,
        tuple(i for i in book.invoices if i.issued_on <= on),
        tuple(
            p
            if p.paid_on <= on
            else Payment(
                p.customer, p.document, p.paid_on + timedelta(days=later), p.amount, p.invoice
            )
            for p in book.payments
        ),
        tuple(o for o in book.orders if o.ordered_on <= on),
    )
    rates = Rates([a_rate("CNY", "8", on=on)])
    assert seen(changed, on=on, rates=rates) == seen(book, on=on, rates=rates)


def test_a_payment_of_the_past_does_change_what_is_seen() -> None:
    early = ledger(billed("a", due=50), paid("a", ago=49))
    late = ledger(billed("a", due=50), paid("a", ago=10))
    assert seen(early) != seen(late)
