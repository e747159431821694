"""Monitoring: whether the judgements still hold, seen from a day on which nothing later is known.

What is here is shared by drift, migration, backtest, overrides and approvals.
Figures of monitoring are statistics and may be floats; they never become money.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from creditflow.domain.customer import CustomerId
from creditflow.domain.grade import Grade
from creditflow.domain.scorecard import Segment
from creditflow.domain.signals import SignalValue

FEWEST = 50
"""Of fewer evaluations than this nothing is said about how they are distributed."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What monitoring needs of one evaluation: who was judged, when, by what, and how.

    `on` is the business date. `pd` is the probability of default within a
    year that the grade stood for then. `values` are the signals that were
    known and fresh, by name; a signal that is absent was not. They are only
    there where they were asked for.
    """

    customer: CustomerId
    on: date
    segment: Segment
    scorecard: str
    policy_version: int
    points: Decimal
    grade: Grade
    pd: Decimal
    evaluation: str = ""
    values: Mapping[str, SignalValue] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Window:
    """The days after `after`, up to and including `until`."""

    after: date
    until: date

    def holds(self, day: date) -> bool:
        """Whether the day lies within."""
        return self.after < day <= self.until


@dataclass(frozen=True, slots=True)
class Period:
    """A current window that ends on a day, and the reference window that lies before it."""

    reference: Window
    current: Window


def period(on: date, *, days: int, reference_days: int) -> Period:
    """The last `days` days up to `on`, and the `reference_days` days before those."""
    start = on - timedelta(days=days)
    return Period(Window(start - timedelta(days=reference_days), start), Window(start, on))


def latest_each(judged: Iterable[Judged]) -> list[Judged]:
    """The latest evaluation of each customer, by customer: a population, not a count of work."""
    latest: dict[CustomerId, Judged] = {}
    for one in judged:
        known = latest.get(one.customer)
        if known is None or (known.on, known.evaluation) <= (one.on, one.evaluation):
            latest[one.customer] = one
    return [latest[customer] for customer in sorted(latest)]


def month_of(day: date) -> date:
    """The first day of its month, by which cohorts and trends are told apart."""
    return day.replace(day=1)


def months_between(first: date, last: date) -> Iterator[date]:
    """The first days of all months from one day's to another's."""
    month, end = month_of(first), month_of(last)
    while month <= end:
        yield month
        month = month_of(month + timedelta(days=31))


def month_ends(on: date, months: int) -> list[date]:
    """The last days of the so many months that had ended by that day, oldest first."""
    ends: list[date] = []
    end = month_of(on + timedelta(days=1)) - timedelta(days=1)
    while len(ends) < months:
        ends.append(end)
        end = month_of(end) - timedelta(days=1)
    return ends[::-1]
