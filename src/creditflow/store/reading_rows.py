"""What lists show, row by row: typed values, never a row of the store."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from creditflow.domain.case import CaseState
from creditflow.domain.grade import Grade
from creditflow.domain.letter import LetterState, Told, told
from creditflow.domain.letter_answer import AnswerKind
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.proposal import LimitMethod
from creditflow.store.transaction import money_or_none

MOST = 500
"""How many rows a list shows unless it is asked for more."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A case that waits at a desk (or, in other lists, one with a proposal).

    Amounts are in the customer's currency, `base_amount` and `stake` in the
    policy's. `confidence` is a share of one, `version` that of the case.
    """

    case_id: str
    customer_id: str
    customer_name: str
    customer_name_en: str | None
    currency: str
    kind: OccasionKind
    state: CaseState
    current: Money | None
    proposed: Money
    base_amount: Money
    stake: Money
    exposure: Money
    grade: Grade
    confidence: Decimal
    binding: LimitMethod
    desk: str | None
    due_on: date | None
    opened_at: datetime
    requested_by: str | None
    version: int


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list, however far it has come; what it has not yet is None."""

    case_id: str
    customer_id: str
    customer_name: str
    customer_name_en: str | None
    kind: OccasionKind
    state: CaseState
    desk: str | None
    due_on: date | None
    opened_at: datetime
    updated_at: datetime
    requested_by: str | None
    current: Money | None
    proposed: Money | None
    grade: Grade | None
    run_id: str | None


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer with its current limit, its latest grade and exposure, and its open case.

    `exposure` is the one of the latest proposal and None before the first;
    `limit_state` is NONE_SET where no limit was ever set.
    """

    customer_id: str
    name: str
    name_en: str | None
    country: str
    currency: str
    sector: str | None
    group_name: str | None
    limit_state: LimitState
    limit: Money | None
    limit_until: date | None
    grade: Grade | None
    exposure: Money | None
    reviewed_at: datetime | None
    open_case: str | None


@dataclass(frozen=True, slots=True)
class HandInRow:
    """A file that was handed in."""

    id: str
    file_name: str
    source: str
    by: str
    at: datetime
    rows_read: int
    rows_kept: int
    rows_known: int
    rows_rejected: int


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter in a list, without its text."""

    id: str
    case_id: str | None
    customer_id: str
    customer_name: str
    customer_name_en: str | None
    outcome: Told
    subject: str
    recipient: str | None
    state: LetterState
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer of a customer in a list, with the letter that it is about."""

    letter_id: str
    outcome: Told
    customer_name: str
    customer_name_en: str | None
    kind: AnswerKind
    at: datetime
    due_on: date | None


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """The customers of one grade and one currency: how many, their limits, their exposure.

    `grade` is None for customers that were never evaluated. An exposure that is
    not known is in no sum; `without_exposure` says how many those are.
    """

    grade: Grade | None
    currency: str
    customers: int
    limits: Money
    exposure: Money
    without_exposure: int


def inbox_row(row: sa.Row[Any]) -> InboxRow:
    """A row of the inbox."""
    return InboxRow(
        case_id=row.id,
        customer_id=row.customer_id,
        customer_name=row.name,
        customer_name_en=row.name_en,
        currency=row.currency,
        kind=OccasionKind(row.kind),
        state=CaseState(row.state),
        current=money_or_none(row.current_minor, row.current_currency),
        proposed=Money(row.proposed_minor, row.proposed_currency),
        base_amount=Money(row.base_minor, row.base_currency),
        stake=Money(row.stake_minor, row.base_currency),
        exposure=Money(row.exposure_minor, row.exposure_currency),
        grade=Grade(row.grade),
        confidence=Decimal(row.confidence),
        binding=LimitMethod(row.binding),
        desk=row.desk,
        due_on=row.due_on,
        opened_at=row.opened_at,
        requested_by=row.requested_by,
        version=row.version,
    )


def case_row(row: sa.Row[Any]) -> CaseRow:
    """A row of a list of cases."""
    return CaseRow(
        case_id=row.id,
        customer_id=row.customer_id,
        customer_name=row.name,
        customer_name_en=row.name_en,
        kind=OccasionKind(row.kind),
        state=CaseState(row.state),
        desk=row.desk,
        due_on=row.due_on,
        opened_at=row.opened_at,
        updated_at=row.updated_at,
        requested_by=row.requested_by,
        current=money_or_none(row.current_minor, row.current_currency),
        proposed=money_or_none(row.proposed_minor, row.proposed_currency),
        grade=None if row.grade is None else Grade(row.grade),
        run_id=row.run_id,
    )


def customer_row(row: sa.Row[Any]) -> CustomerRow:
    """A row of the customers with how each stands."""
    return CustomerRow(
        customer_id=row.id,
        name=row.name,
        name_en=row.name_en,
        country=row.country,
        currency=row.currency,
        sector=row.sector,
        group_name=row.group_name,
        limit_state=LimitState(row.limit_state or LimitState.NONE_SET),
        limit=money_or_none(row.amount_minor, row.amount_currency),
        limit_until=row.until_day,
        grade=None if row.grade is None else Grade(row.grade),
        exposure=money_or_none(row.exposure_minor, row.exposure_currency),
        reviewed_at=row.made_at,
        open_case=row.open_case,
    )


def letter_row(row: sa.Row[Any]) -> LetterRow:
    """A row of the letters."""
    return LetterRow(
        id=row.id,
        case_id=row.case_id,
        customer_id=row.customer_id,
        customer_name=row.name,
        customer_name_en=row.name_en,
        outcome=told(row.outcome),
        subject=row.subject,
        recipient=row.recipient,
        state=LetterState(row.state),
        attempts=row.attempts,
        created_at=row.created_at,
        sent_at=row.sent_at,
        answer=row.answer,
    )


def answer_row(row: sa.Row[Any]) -> AnswerRow:
    """A row of the answers."""
    return AnswerRow(
        letter_id=row.letter_id,
        outcome=told(row.outcome),
        customer_name=row.name,
        customer_name_en=row.name_en,
        kind=AnswerKind(row.kind),
        at=row.made_at,
        due_on=row.due_on,
    )
