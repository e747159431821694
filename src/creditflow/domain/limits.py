"""Limit: the credit granted to a customer, in force over a half-open period.

The history has two times: the days on which a limit counts, and the moment at
which it was recorded. An entry is never changed; a later one says what counts
from its first day on. So both questions have an answer for ever: what was in
force on a day, and what was believed to be at some moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from creditflow.domain.customer import CustomerId
from creditflow.domain.money import Money


class LimitState(StrEnum):
    """Three different things that must never be mistaken for each other, and an amount."""

    NONE_SET = "none_set"
    ZERO = "zero"
    AMOUNT = "amount"
    UNLIMITED = "unlimited"


@dataclass(frozen=True, slots=True)
class Limit:
    """One entry of a customer's limit history: in force `[from_, until)`, or open-ended.

    `until` is the end that it was recorded with; a later entry may have put
    something else in its place before. `version` counts the customer's entries
    without a gap; the one with the highest version is current. `case_id` is the
    case that set it, None for an opening limit that was imported. `review_on`
    is the day by which it has to be looked at again. `recorded_at` is None
    where an entry was never kept. `open` is the part of the amount that rests on
    no cover and no guarantee, None where that is all of it.
    """

    customer: CustomerId
    version: int
    state: LimitState
    amount: Money | None
    from_: date
    until: date | None
    terms_days: int | None = None
    case_id: str | None = None
    review_on: date | None = None
    recorded_at: datetime | None = None
    open: Money | None = None

    def __post_init__(self) -> None:
        if (self.state is LimitState.AMOUNT) != (self.amount is not None and self.amount.minor > 0):
            raise ValueError("a limit has an amount above zero exactly when its state says so")

    def in_force(self, on: date) -> bool:
        """Whether the limit counts on that day: the first day does, the last does not."""
        return self.from_ <= on and (self.until is None or on < self.until)


class Recorded(Protocol):
    """An entry of any history with two times: of limits, of a group's, of who belongs where."""

    @property
    def version(self) -> int:
        """Its number in the history; the highest is current."""
        ...

    @property
    def from_(self) -> date:
        """The first day on which it counts."""
        ...

    @property
    def until(self) -> date | None:
        """The first day on which it counts no more, as decided; None: open-ended."""
        ...

    @property
    def recorded_at(self) -> datetime | None:
        """When it was recorded."""
        ...


Entry = TypeVar("Entry", bound=Recorded)


@dataclass(frozen=True, slots=True)
class Span(Generic[Entry]):
    """The days on which one entry counts, as far as is known: `[from_, until)`."""

    limit: Entry
    from_: date
    until: date | None


def limit_on(history: Sequence[Entry], on: date) -> Entry | None:
    """The limit in force on a day, out of the history, oldest first; None where none was.

    The latest entry that had begun decides, also where it has ended: what it
    took the place of does not come back.
    """
    begun = next((limit for limit in reversed(history) if limit.from_ <= on), None)
    ended = begun is not None and begun.until is not None and begun.until <= on
    return None if ended else begun


def as_believed(history: Sequence[Entry], before: datetime) -> list[Entry]:
    """The history as it was recorded before that moment, oldest first."""
    return [x for x in history if x.recorded_at is not None and x.recorded_at < before]


def spans(history: Sequence[Entry]) -> list[Span[Entry]]:
    """On which days each entry counts, oldest first; what never came to count is left out."""
    found: list[Span[Entry]] = []
    next_from: date | None = None
    for limit in reversed(history):
        ends = [day for day in (limit.until, next_from) if day is not None]
        until = min(ends, default=None)
        if until is None or limit.from_ < until:
            found.append(Span(limit, limit.from_, until))
        next_from = limit.from_ if next_from is None else min(limit.from_, next_from)
    return found[::-1]


def ensure_behind(limit: Recorded, before: Recorded | None, replacing: int) -> None:
    """Raise ValueError for an entry that cannot stand behind the one before.

    What was recorded earlier must not come later: then nobody could say any
    more what was believed at a moment that is over.
    """
    if limit.version != replacing + 1:
        raise ValueError(f"version {limit.version} cannot stand behind {replacing}")
    if limit.recorded_at is None:
        raise ValueError("an entry of the history says when it was recorded")
    last = before.recorded_at if before is not None else None
    if last is not None and limit.recorded_at < last:
        raise ValueError(f"recorded at {limit.recorded_at}, before {last}")


def limit_state(amount: Money) -> LimitState:
    """The state that an amount stands for: zero, or an amount."""
    return LimitState.AMOUNT if amount.minor > 0 else LimitState.ZERO
