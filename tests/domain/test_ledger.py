"""The ledger matches payments to invoices, and knows on each day what could be known."""

from datetime import date, timedelta

import pytest

from creditflow.domain.ledger import InvoiceType, Ledger, OrderStatus
from creditflow.domain.money import Money
from tests.makers import ACME, TODAY, a_payment, an_invoice, an_order, cny


def only(ledger: Ledger):
    (item,) = ledger.items()
    return item


def test_what_was_paid_lowers_what_is_open():
    paid = (a_payment("P-1", amount=cny(2000)), a_payment("P-2", amount=cny("0.50")))
    item = only(Ledger(ACME, (an_invoice(),), paid))
    assert (item.paid, item.open, item.is_settled) == (cny("2000.50"), cny(10000), False)


@pytest.mark.parametrize(
    ("amount", "settled"), [("12000.49", False), ("12000.50", True), ("12000.51", True)]
)
def test_an_item_is_settled_at_its_amount_and_an_overpaid_one_owes_nothing(amount, settled):
    item = only(Ledger(ACME, (an_invoice(),), (a_payment(amount=cny(amount)),)))
    assert item.is_settled is settled
    assert item.open == (cny(0) if settled else cny("0.01"))


def test_a_number_is_known_within_its_source_only():
    ours, theirs = an_invoice(source="own"), an_invoice(source="branch")
    ledger = Ledger(ACME, (ours, theirs), (a_payment(source="branch", amount=cny("12000.50")),))
    assert [item.is_settled for item in ledger.items()] == [False, True]


def test_a_payment_in_another_currency_settles_nothing():
    paid = a_payment(amount=Money.of("12000.50", "USD"))
    item = only(Ledger(ACME, (an_invoice(),), (paid,)))
    assert (item.paid, item.last_paid_on) == (cny(0), None)


def test_days_late_stand_still_once_an_item_is_settled():
    invoice = an_invoice(due_on=date(2026, 2, 10))
    part = a_payment("P-1", paid_on=date(2026, 2, 5))
    rest = a_payment("P-2", paid_on=date(2026, 2, 14), amount=cny(10000))
    settled = only(Ledger(ACME, (invoice,), (rest, part)))
    assert settled.last_paid_on == date(2026, 2, 14)
    assert settled.days_late(TODAY) == settled.days_late(date(2030, 1, 1)) == 4
    open_ = only(Ledger(ACME, (invoice,), (part,)))
    assert open_.days_late(TODAY) == 20


def test_days_late_are_negative_before_the_due_date():
    assert only(Ledger(ACME, (an_invoice(),))).days_late(date(2026, 3, 1)) == -5


def test_an_invoice_over_nothing_is_settled_without_a_payment():
    item = only(Ledger(ACME, (an_invoice(amount=cny(0), due_on=TODAY),)))
    assert item.is_settled
    assert item.days_late(TODAY + timedelta(3)) == 3


def test_credit_notes_and_payments_on_account_are_credits_and_no_items():
    ledger = Ledger(
        ACME,
        (an_invoice(), an_invoice("C-1", type=InvoiceType.CREDIT_NOTE, amount=cny(30))),
        (a_payment(invoice=None, amount=cny(7)), a_payment("P-2")),
    )
    assert [item.invoice.document for item in ledger.items()] == ["R-1"]
    assert ledger.credits() == (cny(30), cny(7))


def test_only_open_orders_will_become_invoices():
    orders = tuple(an_order(f"O-{s.value}", status=s) for s in OrderStatus)
    assert [o.document for o in Ledger(ACME, orders=orders).open_orders()] == ["O-open"]


def test_nothing_from_later_was_known_at_the_end_of_a_day():
    ledger = Ledger(
        ACME,
        tuple(an_invoice(f"R-{n}", issued_on=TODAY + timedelta(n)) for n in (-1, 0, 1)),
        tuple(a_payment(f"P-{n}", paid_on=TODAY + timedelta(n)) for n in (-1, 0, 1)),
        tuple(an_order(f"O-{n}", ordered_on=TODAY + timedelta(n)) for n in (-1, 0, 1)),
    )
    known = ledger.until(TODAY)
    assert [i.document for i in known.invoices] == ["R--1", "R-0"]
    assert [p.document for p in known.payments] == ["P--1", "P-0"]
    assert [o.document for o in known.orders] == ["O--1", "O-0"]
    assert known.until(TODAY) == known
