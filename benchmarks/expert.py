"""The product's own scorecards, unfitted, on a foreign ledger: the way of a real evaluation."""

from datetime import date
from decimal import Decimal

import numpy as np

from benchmarks.receivables import Numbers, Receivables
from creditflow.domain.choosing import choose
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.exposure import exposure
from creditflow.domain.gathering import gather
from creditflow.domain.ledger import Invoice, Ledger, Payment
from creditflow.domain.money import Money
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.rates import Rates
from creditflow.domain.scoring import measure
from creditflow.sources.policy_files import shipped_policy_text

POLICY = policy_from_json(shipped_policy_text(), 1)
NO_RATES = Rates(())


class Expert:
    """Ledgers and customers as the domain knows them, and their points on a day."""

    def __init__(self, book: Receivables) -> None:
        self.customers = [_customer(book, i) for i in range(len(book))]
        self.ledgers = _ledgers(book)

    def risk(self, day: int, rows: np.typing.NDArray[np.bool_]) -> Numbers:
        """1,000 less the points of each of these customers: higher is worse; others unknown."""
        on, found = date.fromordinal(day), np.full(len(self.customers), np.nan)
        for i in np.flatnonzero(rows).tolist():
            found[i] = 1000 - float(self._points(i, on))
        return found

    def _points(self, i: int, on: date) -> Decimal:
        ledger = self.ledgers[i].until(on)
        evidence = gather(
            self.customers[i],
            ledger=ledger,
            statements=(),
            exposure=exposure(ledger, currency="BRL", rates=NO_RATES, on=on),
            limit=None,
            policy=POLICY,
            rates=NO_RATES,
            on=on,
        )
        return measure(evidence, choose(evidence, POLICY, on=on).yardstick, on=on).points


def _customer(book: Receivables, i: int) -> Customer:
    since = book.master[i].get("DATA_CADASTRO")
    return Customer(
        id=CustomerId(book.ids[i]),
        name=book.ids[i],
        currency="BRL",
        country="BR",
        language="en",
        onboarded_on=date.fromisoformat(since) if since else None,
    )


def _ledgers(book: Receivables) -> list[Ledger]:
    invoices: list[list[Invoice]] = [[] for _ in book.ids]
    payments: list[list[Payment]] = [[] for _ in book.ids]
    typical = np.nanmedian(book.amount)
    for n, i in enumerate(book.customer.tolist()):
        owner, document = CustomerId(book.ids[i]), str(n)
        value = book.amount[n] if book.amount[n] > 0 else typical
        amount = Money(round(value * 100), "BRL")
        issued, due = date.fromordinal(book.issued[n]), date.fromordinal(book.due[n])
        invoices[i].append(Invoice(owner, document, issued, due, amount))
        if book.paid[n] < date.max.toordinal():
            paid = date.fromordinal(book.paid[n])
            payments[i].append(Payment(owner, document, paid, amount, document))
    return [
        Ledger(CustomerId(customer), tuple(i), tuple(p))
        for customer, i, p in zip(book.ids, invoices, payments, strict=True)
    ]
