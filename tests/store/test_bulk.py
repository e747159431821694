"""A whole ledger is written and read in one go, quickly."""

import time
from datetime import timedelta

from creditflow.domain.customer import Origin
from tests.makers import NOW, a_case, a_customer, a_payment, an_entry, an_invoice, an_occasion, cny

DOCUMENTS = 60_000
CUSTOMERS = 300


def test_sixty_thousand_documents_are_added_within_five_seconds(sql_database):
    ids = [f"C{n:04}" for n in range(CUSTOMERS)]
    origin = Origin("ab" * 32, "ledger.csv", 1)
    first = an_invoice().issued_on
    invoices = [
        an_invoice(
            f"R-{n}",
            customer=ids[n % CUSTOMERS],
            issued_on=first - timedelta(days=n % 700),
            amount=cny(n),
            origin=origin,
        )
        for n in range(DOCUMENTS // 2)
    ]
    payments = [
        a_payment(f"P-{n}", customer=ids[n % CUSTOMERS], invoice=f"R-{n}", origin=origin)
        for n in range(DOCUMENTS // 2)
    ]
    with sql_database.work() as work:
        work.customers.put_all([a_customer(i) for i in ids])

    begin = time.process_time()
    with sql_database.work() as work:
        work.ledger.add(invoices=invoices, payments=payments)
    assert time.process_time() - begin < 5

    begin = time.process_time()
    with sql_database.reading() as work:
        ledger = work.ledger.of(ids[7])
        numbers = [invoice.document for invoice in invoices]
        assert len(work.ledger.existing_invoices("own", numbers)) == len(invoices)
    assert time.process_time() - begin < 5
    assert len(ledger.invoices) == len(ledger.payments) == DOCUMENTS // 2 // CUSTOMERS
    assert list(ledger.invoices) == sorted(ledger.invoices, key=lambda i: (i.issued_on, i.document))


def test_two_thousand_reviews_are_known_at_once(sql_database):
    with sql_database.work() as work:
        ids = [f"C{n:04}" for n in range(2_000)]
        work.customers.put_all([a_customer(i) for i in ids])
        for i in ids:
            work.cases.add(a_case(f"CASE-{i}", customer=i, occasion=an_occasion(customer=i)))
            work.journal.record(an_entry("case.opened", subject=f"CASE-{i}", at=NOW))
    begin = time.process_time()
    with sql_database.reading() as work:
        assert len(work.cases.last_reviewed()) == 2_000
    assert time.process_time() - begin < 0.5
