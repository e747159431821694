"""What is owed splits up by project without a cent lost; credits lower it in a fixed order."""

from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.exposure import exposure
from creditflow.domain.ledger import InvoiceType, Ledger
from creditflow.domain.money import Money
from creditflow.domain.owed import Owed, owed
from creditflow.domain.rates import Rates
from tests.makers import (
    ACME,
    TODAY,
    a_payment,
    a_rate,
    an_invoice,
    an_order,
    cny,
)

NAMES = st.sampled_from(["", "Bridge", "bridge ", "Tunnel"])
AMOUNTS = st.builds(Money, st.integers(1, 90_000), st.sampled_from(["CNY", "USD"]))
RATES = Rates([a_rate(), a_rate("USD", "1.1")])


@st.composite
def ledgers(draw):
    invoices, payments = [], []
    for n, (project, amount, note, paid) in enumerate(
        draw(st.lists(st.tuples(NAMES, AMOUNTS, st.booleans(), st.integers(0, 99)), max_size=6))
    ):
        kind = InvoiceType.CREDIT_NOTE if note else InvoiceType.INVOICE
        invoices.append(an_invoice(f"R-{n}", amount=amount, project=project, type=kind))
        part = Money(amount.minor * paid // 100, amount.currency)
        if part and not note:
            payments.append(a_payment(f"P-{n}", amount=part, invoice=f"R-{n}"))
    for n, amount in enumerate(draw(st.lists(AMOUNTS, max_size=2))):
        payments.append(a_payment(f"A-{n}", amount=amount, invoice=None))
    orders = [
        an_order(f"O-{n}", amount=amount, project=project)
        for n, (project, amount) in enumerate(draw(st.lists(st.tuples(NAMES, AMOUNTS), max_size=4)))
    ]
    return Ledger(ACME, tuple(invoices), tuple(payments), tuple(orders))


@given(ledgers())
def test_the_parts_are_never_below_zero_and_together_what_is_owed(ledger):
    found = exposure(ledger, currency="CNY", rates=RATES, on=TODAY)
    assert found.owed.total == found.total
    assert all(part.minor >= 0 for part in found.owed.parts.values())
    net = found.receivables - found.credits
    assert found.invoiced.total - found.invoiced.credit == net
    assert found.owed.credit == max(cny(0), -(net + found.orders))
    assert set(found.owed.parts) <= {"", "bridge", "tunnel"}


def test_a_credit_lowers_its_own_project_then_what_is_for_none_then_the_others():
    invoiced = [("Bridge", cny(50)), ("", cny(30)), ("Tunnel", cny(20)), ("Arch", cny(10))]

    def left(credit):
        parts = owed(invoiced, [("BRIDGE", cny(credit))], "CNY").parts
        return [parts[key].major for key in ("bridge", "", "arch", "tunnel")]

    assert left(40) == [10, 30, 10, 20]
    assert left(60) == [0, 20, 10, 20]
    assert left(85) == [0, 0, 5, 20]
    assert left(105) == [0, 0, 0, 5]


def test_what_is_left_of_credits_is_used_by_orders_the_oldest_first():
    none = owed([], [("", cny(100))], "CNY")
    with_orders = none.and_all([("Bridge", cny(70)), ("", cny(50))])
    assert none.credit == cny(100)
    assert (with_orders.credit, with_orders.of("bridge"), with_orders.of("")) == (
        cny(0), cny(0), cny(20),
    )  # fmt: skip


def test_a_projects_name_is_the_first_that_was_written():
    found = Owed(cny(0)).and_all([(" Harbour Bridge ", cny(1)), ("HARBOUR BRIDGE", cny(1))])
    assert found.names == {"harbour bridge": "Harbour Bridge"}
