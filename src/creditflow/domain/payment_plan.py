"""Payment plan: what is past due, paid in instalments; it is kept or broken once, by the ledger.

A plan covers invoices in the customer's own currency with what was open of each
on the day of the offer, and its instalments add up to that. What came in since
is read from the ledger: payments on these invoices, and whatever was credited
to the account without naming an invoice. Nobody enters by hand that an instalment
was paid.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from creditflow.domain.calendar import IsWorkingDay, next_working_day
from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Conflict
from creditflow.domain.ledger import Ledger
from creditflow.domain.letter_notices import Instalment
from creditflow.domain.limit_setting import months_after
from creditflow.domain.money import Money, decimals
from creditflow.domain.sentences import say

MOST_INSTALMENTS = 24


class PlanState(StrEnum):
    """Where a plan is; it ends once, in one of the last four."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    KEPT = "kept"
    BROKEN = "broken"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


MOVES = {
    PlanState.OFFERED: frozenset({PlanState.ACCEPTED, PlanState.LAPSED, PlanState.WITHDRAWN}),
    PlanState.ACCEPTED: frozenset({PlanState.KEPT, PlanState.BROKEN, PlanState.WITHDRAWN}),
}
RUNNING = frozenset(MOVES)
"""States of a plan that has not ended; a customer has one such plan at most."""


class PlanHasMoved(Conflict):
    """A plan is not (any more) where it would have to be."""


@dataclass(frozen=True, slots=True)
class Covered:
    """An invoice of a plan, and what was open of it on the day of the offer."""

    source: str
    document: str
    due_on: date
    open: Money


@dataclass(frozen=True, slots=True)
class PaymentPlan:
    """Instalments for what is past due; void unless accepted until `accept_by`.

    `on_account` is what the account was credited with, without an invoice, when it
    was offered. An instalment breaks the plan once it is more than
    `tolerance_days` late. `missed` is that instalment; `case_id` the review that
    followed from it, None where another case of the customer was open.
    """

    id: str
    version: int
    customer: CustomerId
    covers: tuple[Covered, ...]
    on_account: Money
    instalments: tuple[Instalment, ...]
    tolerance_days: int
    offered_on: date
    accept_by: date
    offered_by: str
    offered_at: datetime
    state: PlanState = PlanState.OFFERED
    accepted_on: date | None = None
    accepted_by: str | None = None
    ended_on: date | None = None
    ended_by: str | None = None
    why: str = ""
    missed: Instalment | None = None
    letter_id: str | None = None
    case_id: str | None = None

    def __post_init__(self) -> None:
        owed = [part.open for part in self.covers]
        amounts = [part.amount for part in self.instalments]
        days = [part.on for part in self.instalments]
        if not owed or not amounts or len({a.currency for a in (*owed, *amounts)}) > 1:
            raise ValueError("a plan covers invoices and has instalments, in one currency")
        if sum(a.minor for a in amounts) != self.total.minor or min(a.minor for a in amounts) <= 0:
            raise ValueError("the instalments of a plan add up to what it covers")
        if days != sorted(set(days)) or days[0] <= self.accept_by:
            raise ValueError("instalments are due one after the other, after the plan begins")

    @property
    def total(self) -> Money:
        """What it covers in all."""
        return Money(sum(part.open.minor for part in self.covers), self.covers[0].open.currency)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.state in RUNNING

    def moved(self, to: PlanState, **changes: Any) -> Self:  # noqa: ANN401 - any of its fields
        """The plan in another state; raises PlanHasMoved where it cannot go there."""
        if to not in MOVES.get(self.state, ()):
            raise PlanHasMoved(
                say("Payment plan {plan} has moved on meanwhile. Reload it.", plan=self.id)
            )
        return replace(self, state=to, version=self.version + 1, **changes)

    def received(self, ledger: Ledger, on: date) -> Money:
        """What came in for it since the offer, by the ledger as of that day; at most its total."""
        known = ledger.until(on)
        open_ = {(x.invoice.source, x.invoice.document): x.open.minor for x in known.items()}
        paid = sum(
            max(0, part.open.minor - open_.get((part.source, part.document), part.open.minor))
            for part in self.covers
        )
        credited = max(0, on_account(known, self.total.currency).minor - self.on_account.minor)
        return Money(min(self.total.minor, paid + credited), self.total.currency)

    def missed_on(self, received: Money, on: date) -> Instalment | None:
        """The first instalment that is more than the tolerance late on that day, if one is."""
        for part, wanted in self.wanted():
            if (on - part.on).days > self.tolerance_days and received < wanted:
                return part
        return None

    def wanted(self) -> list[tuple[Instalment, Money]]:
        """Each instalment with what has to have come in by it, all before it included."""
        so_far, found = Money.zero(self.total.currency), []
        for part in self.instalments:
            so_far = so_far + part.amount
            found.append((part, so_far))
        return found

    def ended(self, ledger: Ledger, on: date) -> PlanState | None:
        """How it ends by the ledger as of that day; None where it goes on.

        An offer lapses behind its last day. An accepted plan is kept once all has come
        in, and broken once an instalment is too late; never both.
        """
        if self.state is PlanState.OFFERED:
            return PlanState.LAPSED if on > self.accept_by else None
        if self.state is not PlanState.ACCEPTED:
            return None
        received = self.received(ledger, on)
        if received == self.total:
            return PlanState.KEPT
        return PlanState.BROKEN if self.missed_on(received, on) else None


def on_account(ledger: Ledger, currency: str) -> Money:
    """What the account was credited with, in that currency, without naming an invoice."""
    credits_ = (credit for credit in ledger.credits() if credit.currency == currency)
    return sum(credits_, Money.zero(currency))


def past_due(ledger: Ledger, currency: str, on: date) -> tuple[Covered, ...]:
    """The invoices in that currency that are past due and not disputed, oldest first.

    What was paid on account counts for the oldest of all open invoices, as it does
    wherever lateness is judged.
    """
    known = ledger.until(on)
    credit = on_account(known, currency).minor
    found = []
    for item in sorted(known.items(), key=lambda x: (x.invoice.due_on, x.invoice.document)):
        invoice, open_ = item.invoice, item.open
        if open_.currency != currency or open_.minor <= 0 or invoice.disputed:
            continue
        used = min(credit, open_.minor)
        credit -= used
        rest = Money(open_.minor - used, currency)
        if rest and invoice.due_on < on:
            found.append(Covered(invoice.source, invoice.document, invoice.due_on, rest))
    return tuple(found)


def monthly(total: Money, count: int, on: date, works: IsWorkingDay) -> tuple[Instalment, ...]:
    """So many monthly instalments from a month later on, each by a working day.

    Whole units of the currency, as even as they can be; the last one is the rest.
    """
    unit = 10 ** decimals(total.currency)
    each = total.minor // count // unit * unit or total.minor // count
    amounts = [each] * (count - 1) + [total.minor - each * (count - 1)]
    days = [
        next_working_day(months_after(on, month) - timedelta(days=1), works)
        for month in range(1, count + 1)
    ]
    return tuple(
        Instalment(day, Money(minor, total.currency))
        for day, minor in zip(days, amounts, strict=True)
    )
