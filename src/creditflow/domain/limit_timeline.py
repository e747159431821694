"""How what is in force changes over time: one period per day on which anything begins or ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest

from creditflow.domain.added_limits import AddedLimit, added_as_believed, latest
from creditflow.domain.in_force import InForce, in_force
from creditflow.domain.limits import Limit, as_believed, spans
from creditflow.domain.money import Money, total


@dataclass(frozen=True, slots=True)
class Period:
    """Days `[from_, until)` on which the same limits count; `until` is None for the last one."""

    from_: date
    until: date | None
    limits: InForce

    @property
    def projects(self) -> Money:
        """The limits of all projects together, which count for those projects alone."""
        return total([x.amount for x in self.limits.projects], self.limits.currency)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that was ever recorded of one customer's limits, in its currency."""

    currency: str
    base: tuple[Limit, ...] = ()
    added: tuple[AddedLimit, ...] = ()

    def believed(self, before: datetime) -> "Timeline":
        """What of it was recorded before that moment."""
        return Timeline(
            self.currency,
            tuple(as_believed(self.base, before)),
            tuple(added_as_believed(self.added, before)),
        )

    def on(self, day: date) -> InForce:
        """What counts on that day."""
        return in_force(self.base, self.added, currency=self.currency, on=day)

    def periods(self) -> list[Period]:
        """From the day on which the first limit began, oldest first; empty where none ever did."""
        base, added = spans(self.base), [x for x in latest(self.added) if x.from_ < x.until]
        begins = {s.from_ for s in base} | {x.from_ for x in added}
        ends = {s.until for s in base if s.until} | {x.until for x in added}
        days: Sequence[date] = sorted(begins | ends)
        return [Period(day, until, self.on(day)) for day, until in zip_longest(days, days[1:])]
