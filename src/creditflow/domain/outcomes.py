"""Outcomes: who was performing on a day, and whose invoice became too late afterwards.

An outcome is over once its whole horizon has passed; before that it is not
known, also where nothing bad has happened yet.
"""

from dataclasses import dataclass
from datetime import timedelta

from creditflow.domain.behaviour import Line, lines
from creditflow.domain.learned import BadOutcome
from creditflow.domain.ledger import Ledger
from creditflow.domain.own_currency import OwnCurrency

ACTIVE = timedelta(days=180)
"""A customer counts on a day if an invoice was issued within so long before it."""

OF_DISPUTES = frozenset({"disputed_share_12m", "open_disputed_share", "oldest_disputed_days"})
"""Signals that follow from which invoices are in dispute."""

OF_ORDERS = frozenset({"open_orders", "pipeline_months"})
"""Signals that follow from which orders are open."""

NEVER_KNOWN_THEN = frozenset({"limit_utilisation"})
"""Signals that models never learn from: limits follow from the very judgement."""


@dataclass(frozen=True, slots=True)
class Undated:
    """The sources that say how a dispute or an order stands, but not since when.

    A source has days where one of its disputes has, and none that runs lacks them;
    its orders have where one that is closed has, and none of those lacks it. A
    source without any of them says nothing of then, since nobody knows whether it would.
    """

    disputes: frozenset[str] = frozenset()
    orders: frozenset[str] = frozenset()

    def unknown(self, sources: frozenset[str]) -> frozenset[str]:
        """The signals of a customer with documents from these that cannot be put back to a day."""
        disputes = OF_DISPUTES if sources & self.disputes else frozenset[str]()
        return disputes | (OF_ORDERS if sources & self.orders else frozenset[str]())


def fate(ledger: Ledger, own: OwnCurrency, outcome: BadOutcome) -> bool | None:
    """Whether a customer turned bad after `own.on`; None where it was not performing on that day.

    It performs if it was invoiced within ACTIVE and nothing open is as late as
    the outcome already. It turns bad if an undisputed invoice becomes that many
    days past due within the horizon, whether it was issued before or after.
    """
    on, late = own.on, timedelta(days=outcome.days_past_due)
    end = on + timedelta(days=outcome.within_days)
    before = lines(ledger.until(on), own)
    if not any(line.issued_on > on - ACTIVE for line in before):
        return None
    if any(line.overdue(on, days=outcome.days_past_due - 1) for line in _undisputed(before)):
        return None
    after = _undisputed(lines(ledger.until(end), own))
    return any(on < line.due_on + late <= end and _open_then(line, late) for line in after)


def _undisputed(found: tuple[Line, ...]) -> tuple[Line, ...]:
    return tuple(line for line in found if not line.disputed)


def _open_then(line: Line, late: timedelta) -> bool:
    """Whether it was still open when it became that late; a covering credit leaves it unknown."""
    if line.settled_on is None:
        return line.open > 0
    return line.settled_on >= line.due_on + late
