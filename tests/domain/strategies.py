"""Random evidence, ledgers and statements that are of the right type and may be anything else."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from creditflow.domain.catalogue import SIGNALS, is_category
from creditflow.domain.customer import CustomerId
from creditflow.domain.ledger import (
    Invoice,
    InvoiceType,
    Ledger,
    Order,
    OrderStatus,
    Payment,
    Statement,
)
from creditflow.domain.money import Money
from creditflow.domain.signals import Evidence, Signal
from tests.makers import ACME, TODAY

numbers = st.decimals(-1000, 1000, allow_nan=False, allow_infinity=False, places=4)
amounts = st.integers(0, 10**9).map(lambda n: Decimal(n).scaleb(-2))
days = st.integers(-900, 60).map(lambda n: TODAY + timedelta(days=n))


def value_of(name: str) -> st.SearchStrategy[Decimal | str | None]:
    if is_category(name):
        return st.sampled_from([None, "yes", "no", "other"])
    return st.none() | (amounts if SIGNALS[name] == "amount" else numbers)


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    return Evidence(
        Signal(
            name,
            draw(value_of(name)),
            TODAY,
            "test",
            draw(st.sampled_from([None, TODAY, TODAY - timedelta(days=1)])),
        )
        for name in SIGNALS
    )


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    invoices, payments, orders = [], [], []
    for number in range(draw(st.integers(0, 8))):
        issued = draw(days)
        currency = draw(st.sampled_from(["CNY", "EUR"]))
        amount = draw(st.integers(0, 10**7))
        invoices.append(
            Invoice(
                ACME,
                f"R-{number}",
                issued,
                issued + timedelta(days=draw(st.integers(0, 90))),
                Money(amount, currency),
                draw(st.sampled_from([InvoiceType.INVOICE] * 4 + [InvoiceType.CREDIT_NOTE])),
                draw(st.booleans()),
            )
        )
        payments += [
            Payment(
                ACME,
                f"P-{number}-{part}",
                draw(days),
                Money(draw(st.integers(0, amount)), currency),
                draw(st.sampled_from([f"R-{number}", None])),
            )
            for part in range(draw(st.integers(0, 2)))
        ]
        orders.append(
            Order(ACME, f"O-{number}", draw(days), Money(amount, "CNY"), OrderStatus.OPEN)
        )
    return Ledger(CustomerId(ACME), tuple(invoices), tuple(payments), tuple(orders))


figures = st.none() | st.integers(-(10**11), 10**11).map(lambda n: Money(n, "CNY"))


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    return Statement(
        customer=ACME,
        period_end=draw(st.dates(date(2022, 1, 1), date(2027, 1, 1))),
        months=draw(st.sampled_from([0, 3, 6, 12])),
        currency="CNY",
        audited=draw(st.none() | st.booleans()),
        **{
            name: draw(figures)
            for name in (
                "revenue",
                "ebit",
                "interest_expense",
                "net_profit",
                "total_assets",
                "current_assets",
                "inventory",
                "total_liabilities",
                "current_liabilities",
                "equity",
                "retained_earnings",
                "operating_cash_flow",
            )
        },
    )
