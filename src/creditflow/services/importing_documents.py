"""Import documents: invoices, payments and orders, each known by its source and its number."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from creditflow.domain.hand_in import Kind
from creditflow.domain.ledger import Invoice, InvoiceType, Order, Payment
from creditflow.domain.money import Money
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.services.sifting import Sifted, differences, row_of
from creditflow.services.sifting_rows import not_of_the_future, of_known_customers

MOST_TIMES_PAID = 2
"""Paid more than so many times its amount, an invoice was not overpaid but mistyped."""


def import_documents(sifted: Sifted, *, on: date, work: Work) -> None:
    """Add documents that are new on the business date `on`; orders that are known may move on.

    Of a known invoice a dispute may begin or be settled. To which project a known
    document belongs may be said, or corrected, later.
    """
    invoices, assigned, contested = _new_invoices(sifted, on, work)
    payments = _new_payments(sifted, invoices, on, work)
    orders, moved = _new_orders(sifted, on, work)
    # A row is kept as a whole: an invoice does not come in beside its rejected payment.
    bad = sifted.rejected
    invoices = [i for i in invoices if row_of(i) not in bad]
    assigned = [i for i in assigned if row_of(i) not in bad]
    contested = [i for i in contested if row_of(i) not in bad]
    payments = [p for p in payments if row_of(p) not in bad]
    orders = [o for o in orders if row_of(o) not in bad]
    work.ledger.add(invoices=invoices, payments=payments, orders=orders)
    work.ledger.put_orders(moved)
    work.ledger.put_projects(assigned)
    work.ledger.put_invoices(contested)
    sifted.keep(Kind.INVOICES, invoices)
    sifted.keep(Kind.INVOICES, [*assigned, *contested], replaced=True)
    sifted.keep(Kind.PAYMENTS, payments)
    sifted.keep(Kind.ORDERS, orders)
    sifted.keep(Kind.ORDERS, moved, replaced=True)


def _new_invoices(
    sifted: Sifted, on: date, work: Work
) -> tuple[list[Invoice], list[Invoice], list[Invoice]]:
    """New invoices, and known ones of which only the project or the dispute is said otherwise."""
    kind = Kind.INVOICES
    good = of_known_customers(sifted, kind, sifted.hand_in.invoices, work)
    for field in ("issued_on", "disputed_on", "dispute_settled_on"):
        good = not_of_the_future(sifted, kind, good, field, on=on)
    good = sifted.distinct(kind, good, lambda i: i.document)
    source = sifted.hand_in.source
    existing = work.ledger.existing_invoices(source, [i.document for i in good])
    good = [_as_known(i, existing.get(i.document)) for i in good]
    moved = {i.document: i for i in good if (old := existing.get(i.document)) and _stays(old, i)}
    rest = [i for i in good if i.document not in moved]
    assigned = [i for i in moved.values() if _dispute(i) == _dispute(existing[i.document])]
    contested = [i for i in moved.values() if _dispute(i) != _dispute(existing[i.document])]
    return sifted.unknown_to(kind, rest, existing), assigned, contested


_MOVES = frozenset({"project", "disputed", "disputed_on", "dispute_settled_on"})
"""What may be said otherwise of a known invoice: the document itself never changes."""


def _as_known(new: Invoice, old: Invoice | None) -> Invoice:
    """The same, with the project and the days of its dispute where the file is silent of them."""
    new = _in_its_project(new, old)
    if old is None or new.disputed_on is not None or new.disputed != old.disputed:
        return new
    return replace(new, disputed_on=old.disputed_on, dispute_settled_on=old.dispute_settled_on)


def _dispute(invoice: Invoice) -> tuple[bool, date | None, date | None]:
    return invoice.disputed, invoice.disputed_on, invoice.dispute_settled_on


def _stays(old: Invoice, new: Invoice) -> bool:
    """Whether it is the same invoice of which only the project or the dispute has moved on.

    A dispute of which the days are known is not settled, nor begins again, without one.
    """
    other = {name for name, _, _ in differences(old, new)}
    undated = old.disputed_on is not None and new.disputed_on is None
    return bool(other) and other <= _MOVES and not undated


Belonging = TypeVar("Belonging", Invoice, Order)


def _in_its_project(new: Belonging, old: Belonging | None) -> Belonging:
    """The same; where the file does not say to which project it belongs, it stays where it was."""
    return new if new.project or old is None else replace(new, project=old.project)


def _new_payments(
    sifted: Sifted, invoices: Sequence[Invoice], on: date, work: Work
) -> list[Payment]:
    kind, source = Kind.PAYMENTS, sifted.hand_in.source
    good = of_known_customers(sifted, kind, sifted.hand_in.payments, work)
    good = not_of_the_future(sifted, kind, good, "paid_on", on=on)
    good = sifted.distinct(kind, good, lambda p: p.document)
    existing = work.ledger.existing_payments(source, [p.document for p in good])
    good = sifted.unknown_to(kind, good, existing)
    named = {p.invoice for p in good if p.invoice is not None}
    known: dict[str, Invoice] = {i.document: i for i in invoices if i.document in named}
    known |= work.ledger.existing_invoices(source, named - known.keys())
    return _believable(sifted, good, known, work.ledger.paid_on(source, named))


def _believable(
    sifted: Sifted,
    payments: Sequence[Payment],
    invoices: Mapping[str, Invoice],
    before: Mapping[str, Sequence[Payment]],
) -> list[Payment]:
    """Payments that fit the invoices that they name."""
    paid = {
        document: sum(p.amount.minor for p in earlier if _same_currency(p, invoices.get(document)))
        for document, earlier in before.items()
    }
    good = []
    for payment in payments:
        if payment.invoice is None or _fits(sifted, payment, invoices, paid):
            good.append(payment)
        else:
            sifted.counts[Kind.PAYMENTS].rejected += 1
    return good


def _same_currency(payment: Payment, invoice: Invoice | None) -> bool:
    return invoice is not None and payment.amount.currency == invoice.amount.currency


def _fits(
    sifted: Sifted, payment: Payment, invoices: Mapping[str, Invoice], paid: dict[str, int]
) -> bool:
    document = payment.invoice or ""
    invoice = invoices.get(document)
    if invoice is None:
        sifted.warn(
            row_of(payment),
            "invoice",
            document,
            say("The invoice {invoice} is not known, so this pays nothing.", invoice=document),
            say("Hand in the invoice too; the payment then counts by itself."),
        )
        return True
    if _contradicts(sifted, payment, invoice):
        return False
    total = paid.get(document, 0) + payment.amount.minor
    if total > MOST_TIMES_PAID * invoice.amount.minor:
        sifted.reject(
            payment,
            "amount",
            payment.amount,
            say(
                "With this payment, {invoice} over {amount} would be paid more than {times} times.",
                invoice=document,
                amount=invoice.amount,
                times=MOST_TIMES_PAID,
            ),
            say("Correct the amount; leave the invoice empty if it was paid on account."),
        )
        return False
    if total > invoice.amount.minor:
        over = Money(total - invoice.amount.minor, invoice.amount.currency)
        sifted.warn(
            row_of(payment),
            "amount",
            payment.amount,
            say("The invoice {invoice} is overpaid by {over}.", invoice=document, over=over),
            say("Check whether a part of it belongs to another invoice."),
        )
    paid[document] = total
    return True


def _contradicts(sifted: Sifted, payment: Payment, invoice: Invoice) -> bool:
    """Whether payment and invoice cannot belong together; then the row is rejected."""
    if payment.customer != invoice.customer:
        sifted.reject(
            payment,
            "customer",
            payment.customer,
            say(
                "The invoice {invoice} is one of {customer}.",
                invoice=invoice.document,
                customer=invoice.customer,
            ),
            say("Correct the customer or the invoice; leave the invoice empty if others pay."),
        )
    elif not _same_currency(payment, invoice):
        sifted.reject(
            payment,
            "currency",
            payment.amount,
            say(
                "The invoice {invoice} is in {currency}.",
                invoice=invoice.document,
                currency=invoice.amount.currency,
            ),
            say("Write the amount in the invoice's currency, as it was credited to it."),
        )
    elif invoice.type is InvoiceType.CREDIT_NOTE:
        sifted.reject(
            payment,
            "invoice",
            invoice.document,
            say("{invoice} is a credit note, which nobody pays.", invoice=invoice.document),
            say("Name the invoice that was paid, or leave the cell empty."),
        )
    else:
        return False
    return True


def _new_orders(sifted: Sifted, on: date, work: Work) -> tuple[list[Order], list[Order]]:
    """Orders that are new, and known ones that have moved on."""
    kind = Kind.ORDERS
    good = of_known_customers(sifted, kind, sifted.hand_in.orders, work)
    for field in ("ordered_on", "closed_on"):
        good = not_of_the_future(sifted, kind, good, field, on=on)
    good = sifted.distinct(kind, good, lambda o: o.document)
    source = sifted.hand_in.source
    existing = work.ledger.existing_orders(source, [o.document for o in good])
    good = [_as_closed(o, existing.get(o.document)) for o in good]
    good = [_in_its_project(o, existing.get(o.document)) for o in good]
    moved = [o for o in good if (old := existing.get(o.document)) and _moved_on(old, o)]
    names = {o.document for o in moved}
    rest = [o for o in good if o.document not in names]
    return sifted.unknown_to(kind, rest, existing), moved


def _as_closed(new: Order, old: Order | None) -> Order:
    """An order with the day on which it was closed, where a file says no other but has no day."""
    if old is None or new.closed_on is not None or new.status is not old.status:
        return new
    return replace(new, closed_on=old.closed_on)


def _moved_on(old: Order, new: Order) -> bool:
    """Whether it is the same order in another state: its customer, day and currency stay."""
    same = (old.customer, old.ordered_on, old.amount.currency) == (
        new.customer,
        new.ordered_on,
        new.amount.currency,
    )
    return same and bool(differences(old, new))
