"""Covers and guarantees: what others answer for, or what is pledged, behind a customer's debts.

A word that came later about the same number and first day takes the place of
the earlier one; one with a later first day counts from that day on. So it can
be said what held on a day, and what was believed of it at a moment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from creditflow.domain.customer import CustomerId, Origin
from creditflow.domain.money import Money

FULL = Decimal(100)
"""Percent of a loss that an insurer pays at most."""


class GuaranteeKind(StrEnum):
    """What secures a customer's debts, the surest first."""

    DEPOSIT = "deposit"
    BANK_GUARANTEE = "bank_guarantee"
    LETTER_OF_CREDIT = "letter_of_credit"
    PARENT_GUARANTEE = "parent_guarantee"
    PERSONAL_GUARANTEE = "personal_guarantee"
    PLEDGE = "pledge"
    MORTGAGE = "mortgage"


@dataclass(frozen=True, slots=True)
class Cover:
    """An insurer's limit on a customer: how much is insured, and how many percent of a loss.

    `number` is that of the policy or of the insurer's decision. `until` is the
    last day on which it holds, None where it is open-ended. An amount of zero
    says that the insurer covers nothing.
    """

    customer: CustomerId
    insurer: str
    number: str
    amount: Money
    insured_percent: Decimal
    from_: date
    until: date | None = None
    source: str = "own"
    origin: Origin | None = field(default=None, compare=False)

    @property
    def name(self) -> tuple[str, str, str]:
        """What it is known by, whatever the day."""
        return self.customer, self.insurer, self.number

    @property
    def document(self) -> str:
        """What to call it in a message."""
        return f"{self.insurer} {self.number} {self.customer} {self.from_}"


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What secures a customer's debts: a guarantor's promise, money, or a thing.

    `guarantor` is who answers for it: the bank, the parent company, the owner
    of what is pledged. `until` is as for a cover.
    """

    customer: CustomerId
    kind: GuaranteeKind
    guarantor: str
    number: str
    amount: Money
    from_: date
    until: date | None = None
    source: str = "own"
    origin: Origin | None = field(default=None, compare=False)

    @property
    def name(self) -> tuple[str, str, str]:
        """What it is known by, whatever the day."""
        return self.customer, self.guarantor, self.number

    @property
    def document(self) -> str:
        """What to call it in a message."""
        return f"{self.guarantor} {self.number} {self.customer} {self.from_}"


Key = tuple[str, str, str, date]
Record = TypeVar("Record", Cover, Guarantee)


@dataclass(frozen=True, slots=True)
class Held:
    """All covers and guarantees of one customer that were ever handed in, by name and first day."""

    covers: tuple[Cover, ...] = ()
    guarantees: tuple[Guarantee, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.covers or self.guarantees)


def key_of(record: Cover | Guarantee) -> Key:
    """What a later word about the very same thing replaces."""
    return *record.name, record.from_


def in_order(records: Iterable[Record]) -> tuple[Record, ...]:
    """The records by name and first day, of those with one key the last that is given."""
    found = {key_of(record): record for record in records}
    return tuple(found[key] for key in sorted(found))


def last_day(record: Record, among: Sequence[Record]) -> date | None:
    """The last day on which it holds, a later word about it thought of; None: open-ended."""
    later = [r.from_ for r in among if r.name == record.name and r.from_ > record.from_]
    ends: list[date] = [day - timedelta(days=1) for day in later]
    if record.until is not None:
        ends.append(record.until)
    return min(ends, default=None)


def lapsed(records: Sequence[Record], since: date, on: date) -> list[Record]:
    """Those that held on the day `since` and on `on` hold no more, or for less."""
    now = {r.name: r.amount for r in holding(records, on)}

    def is_worth_as_much(record: Record) -> bool:
        left = now.get(record.name)
        same = left is not None and left.currency == record.amount.currency
        return same and left is not None and left >= record.amount

    return [r for r in holding(records, since) if r.amount and not is_worth_as_much(r)]


def holding(records: Sequence[Record], on: date) -> list[Record]:
    """Those that hold on a day: begun, not ended, and not overtaken by a later word."""
    return [
        r
        for r in records
        if r.from_ <= on and ((last := last_day(r, records)) is None or on <= last)
    ]
