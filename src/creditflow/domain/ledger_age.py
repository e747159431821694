"""Ledger age: how far the documents reach, and what it means where they end long before the day.

That a customer buys nothing for months is something we know. That its ledger
was not handed in for months is something we do not know: what is due may have
been paid, or not. The two are told apart by the other customers of the same
sources: where none of them has a newer document either, the ledger has ended.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from creditflow.domain.catalogue import KINDS, Kind
from creditflow.domain.evidence_problem import EvidenceProblem, ProblemCode
from creditflow.domain.ledger import Ledger
from creditflow.domain.sentences import say
from creditflow.domain.signals import SignalValue

OWED = frozenset(
    name
    for name, kind in KINDS.items()
    if kind is Kind.LEDGER and (name.startswith("overdue_") or name == "oldest_days_past_due")
)
"""Signals of debts that are past due."""


def newest(ledger: Ledger) -> date | None:
    """The latest day that any document bears; None without documents."""
    days = [i.issued_on for i in ledger.invoices]
    days += [p.paid_on for p in ledger.payments]
    days += [o.ordered_on for o in ledger.orders]
    return max(days, default=None)


def reaches(ledger: Ledger, sources_until: date | None, on: date) -> date:
    """Until when what the ledger says holds; the day itself where nobody looked at its sources."""
    if sources_until is None:
        return on
    return min(on, max(sources_until, newest(ledger) or sources_until))


def lasts(name: str, value: SignalValue, until: date, on: date, life: int) -> date:
    """The last day on which a signal of a ledger that reaches until then may be used.

    A debt that was seen open stays open until a payment is seen, so what is
    overdue goes on counting; that nothing is overdue does not.
    """
    owed = name in OWED and isinstance(value, Decimal) and value > 0
    return (on if owed else until) + timedelta(days=life)


def ended(until: date, life: int, on: date) -> Iterator[EvidenceProblem]:
    """The problem that a ledger is past its shelf life of so many days, if it is."""
    if on - until <= timedelta(days=life):
        return
    yield EvidenceProblem(
        ProblemCode.STALE_LEDGER,
        say(
            "The newest document of the ledger is of {until}, {days} days before; after {life} days"
            " it says nothing any more but what was overdue then.",
            until=until,
            days=(on - until).days,
            life=life,
        ),
        say("Hand in the invoices and payments since then."),
    )
