"""Added limit: credit on top for a while, for anything (temporary) or for one project alone.

It ends by itself: on `until`, at midnight where the company is, it counts no
more, whether or not anybody looks. Like the base limit's, its entries are never
changed; a later version of the same one says that it ends earlier.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from creditflow.domain.customer import CustomerId
from creditflow.domain.money import Money


class AddedKind(StrEnum):
    """What credit on top is for."""

    TEMPORARY = "temporary"
    PROJECT = "project"


class Consumption(StrEnum):
    """What a project's documents use up, in which order; other documents never use its limit."""

    OWN_ONLY = "own_only"
    OWN_FIRST = "own_first"
    GENERAL_FIRST = "general_first"


@dataclass(frozen=True, slots=True)
class OnTop:
    """What is asked for besides an amount: kind, days `[from_, until)`, and the project."""

    kind: AddedKind
    from_: date
    until: date
    project: str = ""
    consumption: Consumption | None = None


@dataclass(frozen=True, slots=True)
class AddedLimit:
    """Credit on top of the base limit, in force `[from_, until)`.

    `version` counts the entries of this one limit; the highest counts. An entry
    that ends on the day it begins was taken back before it ever counted.
    `project` and `consumption` belong to a project limit alone.
    """

    id: str
    version: int
    customer: CustomerId
    kind: AddedKind
    amount: Money
    from_: date
    until: date
    reason: str
    recorded_at: datetime
    recorded_by: str
    project: str = ""
    consumption: Consumption | None = None
    terms_days: int | None = None
    case_id: str | None = None

    def __post_init__(self) -> None:
        if self.amount.minor <= 0:
            raise ValueError("credit on top is an amount above zero")
        if self.until < self.from_:
            raise ValueError("a limit does not end before it begins")
        is_project = self.kind is AddedKind.PROJECT
        if is_project != bool(self.project) or is_project != (self.consumption is not None):
            raise ValueError("a project and an order of consumption belong to a project limit")

    def in_force(self, on: date) -> bool:
        """Whether it counts on that day: the first day does, the last does not."""
        return self.from_ <= on < self.until


def latest(history: Iterable[AddedLimit]) -> list[AddedLimit]:
    """The entry that counts of each one, by first day and id."""
    found: dict[str, AddedLimit] = {}
    for entry in history:
        if entry.id not in found or found[entry.id].version < entry.version:
            found[entry.id] = entry
    return sorted(found.values(), key=lambda x: (x.from_, x.id))


def added_on(history: Iterable[AddedLimit], on: date) -> list[AddedLimit]:
    """What was in force on a day, by first day and id."""
    return [entry for entry in latest(history) if entry.in_force(on)]


def added_as_believed(history: Iterable[AddedLimit], before: datetime) -> list[AddedLimit]:
    """The entries that were recorded before that moment."""
    return [entry for entry in history if entry.recorded_at < before]


def ensure_follows(entry: AddedLimit, before: AddedLimit | None, replacing: int) -> None:
    """Raise ValueError for an entry that cannot stand behind the one before.

    A later version may only end earlier: more credit is another limit, with an
    approval of its own.
    """
    if entry.version != replacing + 1:
        raise ValueError(f"version {entry.version} cannot stand behind {replacing}")
    if before is None:
        return
    if entry.recorded_at < before.recorded_at:
        raise ValueError(f"recorded at {entry.recorded_at}, before {before.recorded_at}")
    kept = (before.customer, before.kind, before.amount, before.from_, before.project)
    if kept != (entry.customer, entry.kind, entry.amount, entry.from_, entry.project):
        raise ValueError("a later version of an added limit only ends it earlier")
    if entry.until > before.until:
        raise ValueError("an added limit is never made longer")
