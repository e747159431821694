"""Sound ledger: documents that cannot be measured are left out, and named as problems."""

from collections.abc import Sequence
from datetime import date

from creditflow.domain.evidence_problem import EvidenceProblem, ProblemCode
from creditflow.domain.ledger import Invoice, Ledger, Order, Payment
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.sentences import say


def sound_ledger(ledger: Ledger, own: OwnCurrency) -> tuple[Ledger, list[EvidenceProblem]]:
    """The ledger without amounts beyond what can be kept, and what else is wrong with it.

    An invoice that was due before it was issued stays in the balance and is
    left out of lateness. Raises NoRate where there is no rate for a document.
    """
    fitting = Ledger(
        ledger.customer,
        tuple(i for i in ledger.invoices if _fits(i, own)),
        tuple(p for p in ledger.payments if _fits(p, own)),
        tuple(o for o in ledger.orders if _fits(o, own)),
    )
    problems = [
        *_too_large(ledger, fitting),
        *_due_before_issued(fitting.invoices),
        *_other_currency(fitting),
    ]
    return fitting, problems


def _fits(document: Invoice | Payment | Order, own: OwnCurrency) -> bool:
    try:
        own.minor(document.amount)
    except OverflowError:
        return False
    return True


def _too_large(ledger: Ledger, fitting: Ledger) -> list[EvidenceProblem]:
    out = [
        document
        for all_, kept in (
            (ledger.invoices, fitting.invoices),
            (ledger.payments, fitting.payments),
            (ledger.orders, fitting.orders),
        )
        if len(all_) != len(kept)
        for document in all_
        if document not in kept
    ]
    if not out:
        return []
    what = say(
        "{count} documents, such as {document} over {amount}, are larger than any amount that is"
        " kept in the customer's currency; they are left out.",
        count=len(out),
        document=out[0].document,
        amount=out[0].amount,
    )
    remedy = say("Check the unit and the currency of these documents.")
    return [EvidenceProblem(ProblemCode.TOO_LARGE, what, remedy)]


def _due_before_issued(invoices: Sequence[Invoice]) -> list[EvidenceProblem]:
    wrong = [invoice for invoice in invoices if invoice.due_on < invoice.issued_on]
    if not wrong:
        return []
    first = _first(wrong)
    what = say(
        "{count} invoices, such as {document}, were due on a day ({due_on}) before they were issued"
        " ({issued_on}); they say nothing about lateness and are left out of it.",
        count=len(wrong),
        document=first.document,
        due_on=first.due_on,
        issued_on=first.issued_on,
    )
    remedy = say("Correct the dates at their source; day and month may have changed places.")
    return [EvidenceProblem(ProblemCode.DUE_BEFORE_ISSUED, what, remedy)]


def _first(invoices: Sequence[Invoice]) -> Invoice:
    def order(invoice: Invoice) -> tuple[date, str, str]:
        return invoice.issued_on, invoice.document, invoice.source

    return min(invoices, key=order)


def _other_currency(ledger: Ledger) -> list[EvidenceProblem]:
    """Payments in another currency than their invoice, which pay nothing of it."""
    currencies = {(i.source, i.document): i.amount.currency for i in ledger.invoices}
    wrong = [
        p
        for p in ledger.payments
        if p.invoice is not None
        and currencies.get((p.source, p.invoice), p.amount.currency) != p.amount.currency
    ]
    if not wrong:
        return []
    first = min(wrong, key=lambda p: (p.paid_on, p.document, p.source))
    what = say(
        "{count} payments, such as {document} over {amount}, are in another currency than their"
        " invoice and pay nothing of it; the invoice counts as open.",
        count=len(wrong),
        document=first.document,
        amount=first.amount,
    )
    remedy = say("Hand the payment in with the amount in the invoice's currency.")
    return [EvidenceProblem(ProblemCode.PAYMENT_CURRENCY, what, remedy)]
