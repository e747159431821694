"""Exposure adds up: by age, by kind, in one currency, and only what was known on the day."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.customer import CustomerId
from creditflow.domain.exposure import BUCKETS, bucket, exposure
from creditflow.domain.ledger import Invoice, InvoiceType, Ledger, Order, OrderStatus, Payment
from creditflow.domain.money import Money, total
from creditflow.domain.rates import NoRate, Rate, Rates
from tests.makers import ACME, TODAY, a_payment, a_rate, an_invoice, an_order, cny

RATES = Rates(
    Rate(c, date(2026, 2, 27), Decimal(r), "test") for c, r in [("CNY", "7.8"), ("USD", "1.1")]
)

days = st.integers(-200, 60).map(lambda n: TODAY + timedelta(n))
money = st.builds(Money, st.integers(0, 10**8), st.sampled_from(["CNY", "USD", "EUR"]))
documents = st.integers(0, 7).map("R-{}".format)


def unique(kind):
    return st.lists(kind, max_size=8, unique_by=lambda d: (d.source, d.document)).map(tuple)


invoices = st.builds(
    Invoice,
    customer=st.just(ACME),
    document=documents,
    issued_on=days,
    due_on=days,
    amount=money,
    type=st.sampled_from(InvoiceType),
    disputed=st.booleans(),
    source=st.sampled_from(["own", "branch"]),
    origin=st.none(),
)
payments = st.builds(
    Payment,
    customer=st.just(ACME),
    document=st.integers(0, 99).map("P-{}".format),
    paid_on=days,
    amount=money,
    invoice=st.none() | documents,
    source=st.sampled_from(["own", "branch"]),
    origin=st.none(),
)
orders = st.builds(
    Order,
    customer=st.just(ACME),
    document=st.integers(0, 99).map("O-{}".format),
    ordered_on=days,
    amount=money,
    status=st.sampled_from(OrderStatus),
    expected_on=st.none(),
    origin=st.none(),
)
ledgers = st.builds(Ledger, st.just(ACME), unique(invoices), unique(payments), unique(orders))


def measured(ledger: Ledger, on: date = TODAY, currency: str = "CNY"):
    return exposure(ledger, currency=currency, rates=RATES, on=on)


@settings(max_examples=40)
@given(ledgers, st.sampled_from(["CNY", "USD", "EUR"]))
def test_the_ages_add_up_to_the_receivables(ledger, currency):
    seen = measured(ledger, currency=currency)
    assert tuple(seen.ageing) == BUCKETS
    assert total(list(seen.ageing.values()), currency) == seen.receivables
    assert seen.overdue == seen.receivables - seen.ageing["not_due"]


@settings(max_examples=40)
@given(ledgers)
def test_nothing_is_negative_and_the_total_follows_from_its_parts(ledger):
    seen = measured(ledger)
    parts = [seen.receivables, seen.credits, seen.orders, seen.disputed, *seen.ageing.values()]
    assert min(parts) >= cny(0)
    balance = seen.receivables - seen.credits + seen.orders
    assert seen.total == max(balance, cny(0))
    assert seen.disputed <= seen.receivables


@settings(max_examples=40)
@given(ledgers)
def test_what_comes_later_does_not_count(ledger):
    assert measured(ledger) == measured(ledger.until(TODAY))


@settings(max_examples=40)
@given(ledgers, st.randoms())
def test_the_order_of_documents_does_not_matter(ledger, random):
    shuffled = Ledger(
        ACME,
        tuple(random.sample(ledger.invoices, len(ledger.invoices))),
        tuple(random.sample(ledger.payments, len(ledger.payments))),
        tuple(random.sample(ledger.orders, len(ledger.orders))),
    )
    one, other = measured(ledger), measured(shuffled)
    assert replace(one, rates=()) == replace(other, rates=())
    assert set(one.rates) == set(other.rates)


@settings(max_examples=40)
@given(ledgers, money.filter(bool))
def test_one_more_invoice_never_lowers_the_total_and_one_more_payment_never_raises_it(
    ledger, amount
):
    before = measured(ledger).total
    invoice = an_invoice("R-new", issued_on=TODAY, amount=amount)
    assert measured(replace(ledger, invoices=(*ledger.invoices, invoice))).total >= before
    payment = a_payment("P-new", paid_on=TODAY, amount=amount, invoice=None)
    assert measured(replace(ledger, payments=(*ledger.payments, payment))).total <= before


@pytest.mark.parametrize(
    ("late", "name"),
    [(-5, "not_due"), (0, "not_due"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"),
     (61, "61-90"), (90, "61-90"), (91, "90+"), (4000, "90+")],
)  # fmt: skip
def test_an_open_item_ages_from_the_day_after_it_was_due(late, name):
    assert bucket(late) == name
    due = TODAY - timedelta(late)
    item = an_invoice(amount=cny(7), issued_on=date(2010, 1, 1), due_on=due)
    seen = measured(Ledger(ACME, (item,)))
    assert {k: v for k, v in seen.ageing.items() if v} == {name: cny(7)}
    assert seen.oldest_days_late == max(late, 0)


def test_a_small_account_is_added_up_by_hand():
    ledger = Ledger(
        ACME,
        (
            an_invoice("R-1", amount=cny(1000), due_on=date(2026, 3, 20)),
            an_invoice("R-2", amount=cny(500), due_on=date(2026, 1, 20), disputed=True),
            an_invoice("R-3", amount=cny(900), due_on=date(2026, 1, 1)),
            an_invoice("C-1", amount=cny(50), type=InvoiceType.CREDIT_NOTE),
        ),
        (
            a_payment("P-1", invoice="R-2", amount=cny(200)),
            a_payment("P-2", invoice="R-3", amount=cny(900)),
            a_payment("P-3", invoice=None, amount=cny(25)),
        ),
        (
            an_order("O-1", amount=cny(300)),
            an_order("O-2", amount=cny(999), status=OrderStatus.DELIVERED),
            an_order("O-3", amount=cny(999), status=OrderStatus.CANCELLED),
        ),
    )
    seen = measured(ledger)
    assert (seen.receivables, seen.credits, seen.orders) == (cny(1300), cny(75), cny(300))
    assert (seen.total, seen.disputed, seen.overdue) == (cny(1525), cny(300), cny(300))
    assert seen.oldest_days_late == 41
    assert seen.rates == ()


def test_a_settled_item_is_late_no_more():
    paid = a_payment(invoice="R-1", amount=cny("12000.50"))
    old = an_invoice(due_on=date(2025, 1, 1))
    assert measured(Ledger(ACME, (old,))).oldest_days_late > 400
    assert measured(Ledger(ACME, (old,), (paid,))).oldest_days_late == 0


def test_an_empty_account_owes_nothing():
    assert measured(Ledger(ACME)).total == cny(0)


def test_more_credit_than_debt_is_an_exposure_of_zero():
    seen = measured(Ledger(ACME, payments=(a_payment(invoice=None, amount=cny(10)),)))
    assert (seen.credits, seen.total) == (cny(10), cny(0))


def test_each_document_is_converted_once_and_the_rates_are_told():
    ledger = Ledger(
        ACME, (an_invoice(amount=Money.of(110, "USD")),), (), (an_order(amount=cny(22)),)
    )
    seen = measured(ledger)
    assert seen.total == cny(780 + 22)
    assert {(r.currency, r.on) for r in seen.rates} == {
        ("CNY", date(2026, 2, 27)),
        ("USD", date(2026, 2, 27)),
    }


def test_a_currency_without_a_rate_is_refused_but_only_where_it_is_needed():
    ledger = Ledger(ACME, (an_invoice(amount=Money.of(110, "USD")),))
    known = Rates([a_rate()])
    with pytest.raises(NoRate, match="USD"):
        exposure(ledger, currency="CNY", rates=known, on=TODAY)
    assert exposure(ledger, currency="USD", rates=known, on=TODAY).total == Money.of(110, "USD")


# ------------------------------------------------------------ no amount is converted twice

COMPANIES = tuple(CustomerId(f"C00{n}") for n in range(3))
PARTS = ("receivables", "credits", "orders", "disputed")
books = st.lists(
    st.tuples(st.sampled_from(COMPANIES), unique(invoices), unique(orders)), max_size=4
)


def split(book):
    """The documents of each company; those of two entries of one company bear other numbers."""
    for place, (company, sold, ordered) in enumerate(book):
        yield Ledger(
            company,
            tuple(replace(i, customer=company, document=f"{place}-{i.document}") for i in sold),
            (),
            tuple(replace(o, customer=company, document=f"{place}-{o.document}") for o in ordered),
        )


def together(ledgers_):
    """All documents as if they were one company's."""
    return Ledger(
        ACME,
        tuple(replace(i, customer=ACME) for one in ledgers_ for i in one.invoices),
        (),
        tuple(replace(o, customer=ACME) for one in ledgers_ for o in one.orders),
    )


def in_parts(seen):
    return {name: getattr(seen, name) for name in PARTS}


@settings(max_examples=40)
@given(books, st.sampled_from(["CNY", "USD", "EUR"]), st.randoms())
def test_the_sum_over_companies_has_no_order_and_converts_each_document_once(
    book, currency, random
):
    companies = list(split(book))
    whole = in_parts(measured(together(companies), currency=currency))
    shuffled = random.sample(companies, len(companies))
    for order in (companies, shuffled):
        alone = [in_parts(measured(ledger, currency=currency)) for ledger in order]
        assert {name: total([one[name] for one in alone], currency) for name in PARTS} == whole
    exact = {
        currency: sum(
            (i.amount.minor * RATES.factor(i.amount.currency, currency, on=TODAY)[0]
             for ledger in companies for i in ledger.until(TODAY).invoices
             if i.type is InvoiceType.INVOICE),
            Fraction(0),
        )
    }  # fmt: skip
    most = sum(len(ledger.invoices) for ledger in companies)
    credits_aside = all(
        i.type is InvoiceType.INVOICE for ledger in companies for i in ledger.invoices
    )
    if credits_aside:
        assert abs(whole["receivables"].minor - exact[currency]) <= Fraction(most, 2)


def test_converted_by_way_of_each_companys_own_currency_it_would_be_another_sum():
    """Negative control: an amount that is rounded in between is not the one that was owed."""
    cents = [an_invoice(f"R-{n}", amount=Money(1, "CNY")) for n in range(40)]
    once = measured(Ledger(ACME, tuple(cents), ()), currency="EUR").receivables
    twice = RATES.convert(measured(Ledger(ACME, tuple(cents), ())).receivables, "EUR", on=TODAY)
    assert once != twice.amount
