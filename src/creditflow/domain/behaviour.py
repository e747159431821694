"""Payment behaviour: how a customer has paid, measured on its ledger as it stood on a day.

Three rules hold throughout. What is disputed says nothing about willingness
to pay, so it is left out of lateness and overdue shares and counted apart; so
is what was due before it was issued, which is a mistake.
Credit notes and payments on account cover the oldest open invoices first. A
rest of at most one per cent, as bank charges leave it, counts as paid.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from creditflow.domain.ledger import Invoice, InvoiceType, Item, Ledger
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.quantities import exact, share

QUARTER, HALF_YEAR, YEAR = timedelta(days=91), timedelta(days=182), timedelta(days=365)
NO_PURCHASES = Decimal(99)
"""Months of purchases that an old debt stands for when nothing is bought any more."""


@dataclass(frozen=True, slots=True)
class Line:
    """One invoice on the day, in minor units of the customer's currency.

    `settled_on` is the day it was paid in full; None while it is open, and
    also where a credit covers it, for then nobody knows when it was paid.
    """

    document: str
    issued_on: date
    due_on: date
    amount: int
    open: int
    settled_on: date | None
    payments: int
    disputed: bool

    @property
    def weight(self) -> int:
        """What it counts for in a weighted mean: its amount, or while open what is still owed."""
        return self.open if self.settled_on is None else self.amount

    def late(self, on: date) -> int:
        """Days beyond terms until paid, or until `on`; zero when early."""
        return max(0, ((self.settled_on or on) - self.due_on).days)

    def overdue(self, on: date, *, days: int = 0) -> bool:
        """Open and more than so many days past due."""
        return self.open > 0 and (on - self.due_on).days > days


def lines(ledger: Ledger, own: OwnCurrency) -> tuple[Line, ...]:
    """The invoices of a ledger (already cut off at the day), oldest due date first."""
    times = Counter((p.source, p.invoice) for p in ledger.payments)
    found = sorted(
        (
            _line(item, own, times[item.invoice.source, item.invoice.document])
            for item in ledger.items()
        ),
        key=lambda line: (line.due_on, line.issued_on, line.document),
    )
    return tuple(_covered(found, sum(own.minor(credit) for credit in ledger.credits())))


def behaviour(
    ledger: Ledger, found: tuple[Line, ...], own: OwnCurrency, on: date
) -> dict[str, Decimal]:
    """The signals of credit history that can be known; absent means unknown."""
    judged = undisputed(found)
    year = of_the_year(judged, on)
    settled = [line for line in year if line.settled_on is not None]
    on_time = sum(1 for line in year if line.late(on) == 0)
    signals: dict[str, Decimal | None] = {
        "days_beyond_terms_3m": _days_beyond_terms(_in_window(judged, on, QUARTER), on),
        "days_beyond_terms_6m": _days_beyond_terms(_in_window(judged, on, HALF_YEAR), on),
        "days_beyond_terms_12m": _days_beyond_terms(year, on),
        "paid_on_time_12m": share(on_time, len(year)),
        "paid_on_time_amount_12m": _part_late(year, on, until=0),
        "late_30_share_12m": _part_late(year, on, least=30),
        "settled_12m": Decimal(len(settled)) if found else None,
        "paid_in_parts_12m": share(sum(1 for line in settled if line.payments > 1), len(settled)),
        "disputed_share_12m": _disputed(found, on),
        **_overdue(found, on),
    }
    if year:
        signals["paid_on_time_count_12m"] = Decimal(on_time)
        signals["judged_invoices_12m"] = Decimal(len(year))
        signals["worst_days_late_12m"] = Decimal(max(line.late(on) for line in year))
    if found:
        highest = _highest_balance(ledger, own, on)
        signals["high_credit_12m"] = own.major(highest)
        signals["balance_to_high_credit"] = share(sum(line.open for line in found), highest)
    now, usual = signals["days_beyond_terms_3m"], signals["days_beyond_terms_12m"]
    if now is not None and usual is not None:
        signals["lateness_trend"] = now - usual
    return {name: value for name, value in signals.items() if value is not None}


def undisputed(found: Iterable[Line]) -> list[Line]:
    """The invoices that say something about willingness to pay.

    Neither a disputed one does, nor one that was due before it was issued.
    """
    return [line for line in found if not line.disputed and line.issued_on <= line.due_on]


def of_the_year(judged: Iterable[Line], on: date) -> list[Line]:
    """Those that were paid within twelve months or are overdue now."""
    return _in_window(judged, on, YEAR)


def started_on(onboarded_on: date | None, ledger: Ledger, on: date) -> date | None:
    """The day the relation began: the earlier of master data and first invoice."""
    days = [i.issued_on for i in ledger.invoices]
    if onboarded_on is not None and onboarded_on <= on:
        days.append(onboarded_on)
    return min(days, default=None)


def _line(item: Item, own: OwnCurrency, payments: int) -> Line:
    amount, rest = own.minor(item.invoice.amount), own.minor(item.open)
    paid = item.last_paid_on is not None and rest * 100 <= amount
    return Line(
        item.invoice.document,
        item.invoice.issued_on,
        item.invoice.due_on,
        amount,
        0 if paid else rest,
        item.last_paid_on if paid else None,
        payments,
        item.invoice.disputed,
    )


def _covered(found: Iterable[Line], credit: int) -> Iterable[Line]:
    for line in found:
        used = min(credit, line.open)
        credit -= used
        yield line if not used else replace(line, open=line.open - used)


def _in_window(judged: Iterable[Line], on: date, window: timedelta) -> list[Line]:
    """What was paid within the window or is overdue now."""
    start = on - window
    return [
        line
        for line in judged
        if (line.settled_on is not None and line.settled_on > start) or line.overdue(on)
    ]


def _days_beyond_terms(judged: list[Line], on: date) -> Decimal | None:
    """Σ(amount × days late) / Σ amount; an open invoice counts with what is still owed."""
    late = sum(line.weight * line.late(on) for line in judged)
    return share(late, sum(line.weight for line in judged), places=1)


def _part_late(
    judged: list[Line], on: date, *, least: int = 0, until: int | None = None
) -> Decimal | None:
    """The share by amount of what is at least, and where given at most, so many days late."""
    part = sum(
        line.weight
        for line in judged
        if line.late(on) >= least and (until is None or line.late(on) <= until)
    )
    return share(part, sum(line.weight for line in judged))


def _disputed(found: tuple[Line, ...], on: date) -> Decimal | None:
    recent = [line for line in found if line.issued_on > on - YEAR]
    return share(sum(x.amount for x in recent if x.disputed), sum(x.amount for x in recent))


def _overdue(found: tuple[Line, ...], on: date) -> Mapping[str, Decimal]:
    """Overdue parts of the open balance; zero for a balance of zero, unknown without invoices."""
    if not found:
        return {}
    judged = undisputed(found)
    balance = sum(line.open for line in judged)
    late = {d: sum(x.open for x in judged if x.overdue(on, days=d)) for d in (0, 60, 90)}
    month = Fraction(sum(x.amount for x in found if x.issued_on > on - YEAR), 12)
    months = min(NO_PURCHASES, exact(late[90] / month)) if month else NO_PURCHASES
    return {
        "overdue_share": share(late[0], balance) or Decimal(0),
        "overdue_60_share": share(late[60], balance) or Decimal(0),
        "overdue_90_share": share(late[90], balance) or Decimal(0),
        "overdue_90_months": months if late[90] else Decimal(0),
    }


def _highest_balance(ledger: Ledger, own: OwnCurrency, on: date) -> int:
    """The highest end-of-day balance of the last twelve months, never below zero."""
    moves: Counter[date] = Counter()
    for document in ledger.invoices:
        moves[document.issued_on] += _signed(document, own)
    for payment in ledger.payments:
        moves[payment.paid_on] -= own.minor(payment.amount)
    balance = highest = 0
    for day in sorted(moves):
        if day > on - YEAR:
            highest = max(highest, balance)
        balance += moves[day]
        if day > on - YEAR:
            highest = max(highest, balance)
    return max(highest, balance)


def _signed(document: Invoice, own: OwnCurrency) -> int:
    amount = own.minor(document.amount)
    return amount if document.type is InvoiceType.INVOICE else -amount
