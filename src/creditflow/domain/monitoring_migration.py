"""Migration: from which grade to which customers moved between two days, none of them lost."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from creditflow.domain.customer import CustomerId
from creditflow.domain.grade import Grade
from creditflow.domain.monitoring import Judged, Window, latest_each

SHELF_LIFE = timedelta(days=400)
"""For so long a grade counts without a new evaluation: a year, and some weeks to be late."""


@dataclass(frozen=True, slots=True)
class Migration:
    """How many customers went from a grade to a grade; None is: had none (any more).

    From None are new customers, to None those whose grade lapsed. Nobody is in
    both, so every row sums to who had that grade on the first day, and every
    column to who has it on the second.
    """

    first: date
    second: date
    moves: Mapping[tuple[Grade | None, Grade | None], int]

    def count(self, before: Grade | None, after: Grade | None) -> int:
        """How many made that move."""
        return self.moves.get((before, after), 0)

    def before(self, grade: Grade | None) -> int:
        """How many had the grade on the first day."""
        return sum(n for (from_, _), n in self.moves.items() if from_ == grade)

    def after(self, grade: Grade | None) -> int:
        """How many have the grade on the second day."""
        return sum(n for (_, to), n in self.moves.items() if to == grade)

    def share(self, before: Grade | None, after: Grade | None) -> float | None:
        """The share of those who had the first grade that moved to the second."""
        whole = self.before(before)
        return self.count(before, after) / whole if whole else None

    @property
    def stayed(self) -> int:
        """Customers with a grade on both days, and the same one."""
        return sum(n for (from_, to), n in self.moves.items() if from_ and from_ == to)

    @property
    def better(self) -> int:
        """Customers whose grade rose."""
        return sum(n for (from_, to), n in self.moves.items() if from_ and to and to < from_)

    @property
    def worse(self) -> int:
        """Customers whose grade fell."""
        return sum(n for (from_, to), n in self.moves.items() if from_ and to and to > from_)

    @property
    def both(self) -> int:
        """Customers with a grade on both days."""
        return self.stayed + self.better + self.worse


def migration(judged: Iterable[Judged], *, first: date, second: date) -> Migration:
    """Compare the grades that held on two days: the latest evaluation up to each, if not lapsed."""
    every = list(judged)
    before, after = _grades(every, first), _grades(every, second)
    moves = Counter(
        (before.get(customer), after.get(customer)) for customer in before.keys() | after.keys()
    )
    return Migration(first, second, dict(moves))


def _grades(judged: Iterable[Judged], on: date) -> dict[CustomerId, Grade]:
    window = Window(on - SHELF_LIFE, on)
    return {one.customer: one.grade for one in latest_each(j for j in judged if window.holds(j.on))}
