"""A loop over single customers: the store and the per-customer evaluator, on a sample of a book."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from benchmarks.ledgers import TODAY, rates
from creditflow.domain.choosing import judge
from creditflow.domain.exposure import exposure
from creditflow.domain.gathering import gather
from creditflow.domain.limit_setting import suggest
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Policy
from creditflow.portfolio.book import Book
from creditflow.portfolio.one import customer_of
from creditflow.services.proposing import situation_of
from creditflow.store.database import Database


def alone(book: Book, policy: Policy, database: Database, sample: int) -> float:
    """CPU seconds a customer takes alone: read by the store and evaluated; nothing is written."""
    places = np.linspace(0, len(book) - 1, min(sample, len(book))).astype(int).tolist()
    at = datetime(2026, 3, 2, tzinfo=UTC)
    with database.work() as work:
        work.rates.put_all(rates())
        work.customers.put_all([replace(customer_of(book, p), name="x") for p in places])
        for p in places:
            ledger = book.ledger(p)
            work.ledger.add(
                invoices=[replace(i, document=f"{p}-{i.document}") for i in ledger.invoices],
                payments=[
                    replace(x, document=f"{p}-{x.document}",
                            invoice=None if x.invoice is None else f"{p}-{x.invoice}")
                    for x in ledger.payments
                ],
                orders=[replace(o, document=f"{p}-{o.document}") for o in ledger.orders],
            )  # fmt: skip
    began = time.process_time()
    for p in places:
        with database.reading() as work:
            customer, known = work.customers.get(book.customer(p)), work.rates.all()
            ledger, limit = work.ledger.of(customer.id), work.limits.current(customer.id)
            own = OwnCurrency(customer.currency, known, TODAY)
            evidence = gather(
                customer, ledger=ledger, statements=work.statements.of(customer.id),
                exposure=exposure(ledger, currency=own.code, rates=known, on=TODAY),
                limit=limit, policy=policy, rates=known, on=TODAY,
            )  # fmt: skip
            found = judge(
                evidence, policy, id="", case_id="", customer=customer.id, on=TODAY, at=at
            )
            suggest(found, situation_of(customer, limit, None, own), policy)
    spent = time.process_time() - began
    return spent / len(places)
