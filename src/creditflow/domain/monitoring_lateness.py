"""Lateness: when a customer had an invoice far past due, as outcomes of what was judged before.

An invoice is so many days late when it is still open at the end of that day
past its due date; what is paid on that very day is not. The rules are those of
the payment behaviour: what is disputed, or was due before it was issued, says
nothing, a rest of one per cent counts as paid, credit notes and payments on
account cover the oldest first.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from creditflow.domain.behaviour import lines
from creditflow.domain.ledger import Invoice, InvoiceType, Ledger, Payment
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.rates import Rates

LATENESS = (30, 60, 90)
WITHIN = (90, 180, 365)

Covered = Callable[[Invoice, date], bool]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is looked for: an invoice that becomes `days` late within `within` days."""

    days: int = 30
    within: int = 90

    def seen_by(self, judged_on: date, on: date) -> bool:
        """Whether enough time had passed by `on` to know."""
        return judged_on + timedelta(days=self.within) <= on


@dataclass(frozen=True, slots=True)
class Spell:
    """One invoice's time of being so late: from the day it was until the day it was settled."""

    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether it was that late and open at the end of the day."""
        return self.since <= day and (self.until is None or day < self.until)


def turned_bad(spells: Iterable[Spell], judged_on: date, outcome: Outcome) -> bool:
    """Whether a spell began after that day, and within the outcome's time."""
    end = judged_on + timedelta(days=outcome.within)
    return any(judged_on < spell.since <= end for spell in spells)


def is_late(spells: Iterable[Spell], day: date) -> bool:
    """Whether the customer was that late already at the end of the day."""
    return any(spell.covers(day) for spell in spells)


def spells(
    ledger: Ledger, *, currency: str, rates: Rates, days: int, on: date
) -> tuple[Spell, ...]:
    """All times at which an invoice was so many days late, as known at the end of `on`.

    Raises NoRate where credits in another currency cannot be compared.
    """
    known = ledger.until(on)
    covered = _covered_by_credits(known, currency, rates)
    found: list[Spell] = []
    for invoice, spell in _unpaid(known, days, on):
        if covered is None:
            found.append(spell)
        else:
            found += _with_credits(known, invoice, spell, covered)
    return tuple(sorted(found, key=lambda spell: (spell.since, spell.until or date.max)))


def went_bad(
    ledger: Ledger, judged_on: date, outcome: Outcome, *, currency: str, rates: Rates, on: date
) -> bool:
    """The same as `turned_bad` says of all spells, without looking for the end of any.

    Raises NoRate where `spells` does, for the invoices that it has to look at.
    """
    known = ledger.until(on)
    covered = _covered_by_credits(known, currency, rates)
    return any(
        turned_bad([spell], judged_on, outcome)
        and (covered is None or not covered(invoice, spell.since))
        for invoice, spell in _unpaid(known, outcome.days, on)
    )


def _unpaid(known: Ledger, days: int, on: date) -> Iterator[tuple[Invoice, Spell]]:
    """Invoices that payments had not settled when they were so late, credits left aside."""
    paid = _payments(known)
    for invoice in known.invoices:
        since = invoice.due_on + timedelta(days=days)
        if invoice.type is not InvoiceType.INVOICE or since > on or not _tells(invoice):
            continue
        settled = _settled_on(invoice, paid[invoice.source, invoice.document])
        if invoice.amount.minor and (settled is None or settled > since):
            yield invoice, Spell(since, settled)


def _covered_by_credits(known: Ledger, currency: str, rates: Rates) -> Covered | None:
    """Whether payments and credits cover an invoice on a day; None where there are no credits."""
    if not known.credits():
        return None

    def covered(invoice: Invoice, day: date) -> bool:
        standing = lines(known.until(day), OwnCurrency(currency, rates, day))
        own = [x for x in standing if (x.document, x.due_on) == (invoice.document, invoice.due_on)]
        return not any(line.open for line in own)

    return covered


def _tells(invoice: Invoice) -> bool:
    """Whether it says something about willingness to pay, as `behaviour.undisputed` has it."""
    return not invoice.disputed and invoice.issued_on <= invoice.due_on


def _payments(ledger: Ledger) -> dict[tuple[str, str], list[Payment]]:
    paid: dict[tuple[str, str], list[Payment]] = defaultdict(list)
    for payment in ledger.payments:
        if payment.invoice is not None:
            paid[payment.source, payment.invoice].append(payment)
    return paid


def _settled_on(invoice: Invoice, payments: Sequence[Payment]) -> date | None:
    """The first day on which at most one per cent was left."""
    left = invoice.amount.minor
    for payment in sorted(payments, key=lambda p: p.paid_on):
        if payment.amount.currency == invoice.amount.currency:
            left -= payment.amount.minor
            if left * 100 <= invoice.amount.minor:
                return payment.paid_on
    return None


def _with_credits(
    known: Ledger, invoice: Invoice, spell: Spell, covered: Covered
) -> Iterator[Spell]:
    """The spell where credits may have covered the invoice before any payment settled it."""
    if covered(invoice, spell.since):
        return
    # More credit only covers more, so the first day that does is found by halving.
    moves = {i.issued_on for i in known.invoices if i.type is not InvoiceType.INVOICE}
    moves |= {p.paid_on for p in known.payments}
    later = sorted(day for day in moves if spell.since < day and spell.covers(day))
    place = bisect_left(later, True, key=lambda day: covered(invoice, day))
    yield Spell(spell.since, later[place] if place < len(later) else spell.until)
