"""What deciding asks of the store: cases, tasks, decisions, limits, people, stand-ins."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Protocol

from creditflow.domain.added_limits import AddedLimit
from creditflow.domain.caps import Granted
from creditflow.domain.case import Case, CaseState, ReviewTask
from creditflow.domain.customer import CustomerId
from creditflow.domain.decision import Decision
from creditflow.domain.delegation import Delegation
from creditflow.domain.limits import Limit
from creditflow.domain.people import Person
from creditflow.domain.scope import Scope


class Cases(Protocol):
    """Cases, with a version that is compared whenever one is kept."""

    def get(self, case: str) -> Case:
        """One case; raises NotFound."""
        ...

    def add(self, case: Case) -> bool:
        """Keep a new case; False, and nothing kept, if its occasion's key has one already."""
        ...

    def put(self, case: Case) -> None:
        """Keep a changed case; raises Conflict unless the kept version is exactly one below."""
        ...

    def open_of(self, customer: CustomerId) -> Case | None:
        """The customer's case that is not finished, if there is one."""
        ...

    def of_occasion(self, key: str) -> Case | None:
        """The case that this occasion opened."""
        ...

    def in_states(
        self, states: Collection[CaseState], *, untouched_since: datetime | None = None
    ) -> list[Case]:
        """Cases in one of the states, oldest first, optionally only those at rest since then."""
        ...

    def last_reviewed(self) -> dict[CustomerId, date]:
        """The business date of each customer's latest case about its base limit, not withdrawn."""
        ...


class ReviewTasks(Protocol):
    """Review tasks, one per round and stage of a case."""

    def of(self, case: str) -> list[ReviewTask]:
        """All tasks of the case, in order."""
        ...

    def add(self, task: ReviewTask) -> None:
        """Keep a new one."""
        ...

    def put(self, task: ReviewTask) -> None:
        """Keep a changed one."""
        ...


class Decisions(Protocol):
    """Decisions; append-only, at most one final one per case and round."""

    def of(self, case: str) -> list[Decision]:
        """All decisions on the case, oldest first."""
        ...

    def add(self, decision: Decision) -> None:
        """Keep a new one; raises Conflict where the round has a final one already."""
        ...

    def by_key(self, idempotency_key: str) -> Decision | None:
        """The decision that was made with this key."""
        ...


class Limits(Protocol):
    """Limit history; entries are only added."""

    def current(self, customer: CustomerId) -> Limit | None:
        """The entry with the highest version; None where none was ever set."""
        ...

    def history(self, customer: CustomerId) -> list[Limit]:
        """All entries, oldest first."""
        ...

    def granted(
        self, parts: Collection[tuple[Scope, str]], *, on: date, alone: bool = False
    ) -> list[Granted]:
        """What the current limits of everybody in any of these parts come to on that day.

        Limits that have ended are left out. With `alone` nobody else can put a
        limit into force until this transaction ends.
        """
        ...

    def add(self, limit: Limit, *, replacing: int) -> None:
        """Compare and swap: add the entry behind version `replacing` (0 for the first).

        Raises Conflict where the highest version is another one, and ValueError
        for an entry that says no moment of recording, or one before the last.
        """
        ...


class AddedLimits(Protocol):
    """Credit on top of base limits; entries are only added, and each end is kept once."""

    def get(self, limit: str) -> AddedLimit:
        """The entry that counts of one; raises NotFound."""
        ...

    def of(self, customer: CustomerId) -> list[AddedLimit]:
        """All entries of the customer's, in the order in which they were recorded."""
        ...

    def over(self, on: date) -> list[AddedLimit]:
        """Those that count no more on that day and whose end nobody has seen to, by end and id."""
        ...

    def add(self, limit: AddedLimit, *, replacing: int) -> None:
        """Compare and swap: add the entry behind version `replacing` (0 for the first).

        Raises Conflict where the highest version is another one or where its
        end was seen to, and ValueError for an entry that cannot follow.
        """
        ...

    def end(self, limit: str, *, on: date, at: datetime) -> bool:
        """Keep that its end on that day was seen to; False where somebody else has."""
        ...


class People(Protocol):
    """People who sign in, and their mandates."""

    def get(self, person: str) -> Person:
        """One person; raises NotFound."""
        ...

    def all(self) -> list[Person]:
        """Everybody, by id."""
        ...

    def put(self, person: Person) -> None:
        """Add a person or replace what was known."""
        ...


class Delegations(Protocol):
    """Who stands in for whom; what was delegated never changes, only its end may come sooner."""

    def get(self, delegation: str) -> Delegation:
        """One delegation; raises NotFound."""
        ...

    def to(self, person: str) -> list[Delegation]:
        """All that were ever made to this person, the oldest first."""
        ...

    def all(self) -> list[Delegation]:
        """Every delegation, the latest first."""
        ...

    def add(self, delegation: Delegation) -> None:
        """Keep a new one."""
        ...

    def put(self, delegation: Delegation) -> None:
        """Keep that it was revoked."""
        ...
