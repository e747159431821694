"""HandIn: what a file that was handed in says, row by row, and what is wrong with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from creditflow.domain.covers import Cover, Guarantee
from creditflow.domain.customer import Customer, CustomerId, Origin
from creditflow.domain.groups import Group
from creditflow.domain.ledger import Invoice, Order, Payment, Statement
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money
from creditflow.domain.observation import Observation
from creditflow.domain.rates import Rate
from creditflow.domain.sentences import Sentence

REASON = "creditflow: reason"
"""The column that is added to rejected rows; a file that has it is read as if it had not."""


class Kind(StrEnum):
    """What a row of a file can stand for, in the order in which kinds build on each other."""

    GROUPS = "groups"
    CUSTOMERS = "customers"
    INVOICES = "invoices"
    PAYMENTS = "payments"
    ORDERS = "orders"
    STATEMENTS = "statements"
    RATES = "rates"
    SIGNALS = "signals"
    COVERS = "covers"
    GUARANTEES = "guarantees"


class Severity(StrEnum):
    """Whether a row stays out because of a problem, or somebody should only look at it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing that is wrong in a file: where, what stands there, and what would help.

    `line` counts from 1 as an editor or a spreadsheet does; None means the file
    as a whole. `value` is what stands there, shortened.
    """

    line: int | None
    column: str
    value: str
    what: Sentence
    remedy: Sentence
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class OpeningLimit:
    """The limit that was in force before creditflow took over, from its first day on."""

    customer: CustomerId
    amount: Money
    from_: date
    terms_days: int | None
    line: int


@dataclass(frozen=True, slots=True)
class OpeningGroupLimit:
    """A limit that a group shared before creditflow took over, from its first day on."""

    state: LimitState
    amount: Money | None
    currency: str
    from_: date


@dataclass(frozen=True, slots=True)
class HandedGroup:
    """A group of companies as a row says it, with the limit that it opens with, if any.

    `given` are the columns that the file has: what it does not speak of stays.
    """

    group: Group
    limit: OpeningGroupLimit | None
    given: frozenset[str]
    origin: Origin


@dataclass(frozen=True, slots=True)
class HandedRate:
    """An exchange rate with the row that says it."""

    rate: Rate
    origin: Origin

    @property
    def document(self) -> str:
        """What the rate is called: its currency and day."""
        return f"{self.rate.currency} {self.rate.on}"


class Original(Protocol):
    """The file as it was handed in, for giving rejected rows back word by word."""

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns."""
        ...

    def rows(self, lines: Collection[int]) -> Mapping[int, tuple[str, ...]]:
        """The cells of these lines as text, by line."""
        ...


@dataclass(frozen=True, slots=True)
class HandIn:
    """A file that was read: its good rows as domain values, its bad ones as problems.

    `way` stands for how it was read (mapping, kinds, source), so that the same
    bytes read in another way are another hand-in. `given` are the fields of a
    customer that the file speaks of: what it does not speak of stays as it was.
    """

    file_hash: str
    file_name: str
    source: str
    way: str
    original: Original
    groups: tuple[HandedGroup, ...] = ()
    customers: tuple[Customer, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    payments: tuple[Payment, ...] = ()
    orders: tuple[Order, ...] = ()
    statements: tuple[Statement, ...] = ()
    rates: tuple[HandedRate, ...] = ()
    signals: tuple[Observation, ...] = ()
    covers: tuple[Cover, ...] = ()
    guarantees: tuple[Guarantee, ...] = ()
    limits: tuple[OpeningLimit, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    rows_read: int = 0
    rejected: frozenset[int] = frozenset()
    given: frozenset[str] = frozenset()
    keeps_known_customers: bool = False
    refused: bool = False


def shortened(value: str, most: int = 40) -> str:
    """A value fit for showing beside a problem: one line, no control characters, not too long."""
    seen = "".join(c if c.isprintable() else "�" for c in value[: most + 1])
    return seen if len(seen) <= most else seen[: most - 1] + "…"
