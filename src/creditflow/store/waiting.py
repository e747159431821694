"""Cases that wait, a page at a time: counted, filtered and put in order by the database.

What is asked of every waiting case stands in two indices; only those of the
page are read as rows. So ten thousand open cases cost a page what fifty do,
and a few milliseconds more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from creditflow.approvals.seats import Seat
from creditflow.domain.case import CaseState, TaskState
from creditflow.store.lines import Standing, standings
from creditflow.store.reading_parts import parts_of
from creditflow.store.reading_rows import InboxRow, inbox_row
from creditflow.store.tables import CASE, CUSTOMER, EVALUATION, JOURNAL, PROPOSAL, REVIEW_TASK
from creditflow.store.transaction import Transaction


class Order(StrEnum):
    """What comes first in a list of waiting cases."""

    URGENCY = "urgency"
    STAKE = "stake"
    AGE = "age"


class Move(StrEnum):
    """What is proposed: a first limit, a higher one, a lower one, or the same."""

    FIRST = "first"
    RAISE = "raise"
    CUT = "cut"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which waiting cases: all that is not said is not looked at.

    `seats` are those of somebody who may decide at the moment `at`, when nobody
    else has the case; `others` turns that round: what those seats may not
    decide. `due_before` is a business date, `but` a case that is left out.
    """

    seats: Sequence[Seat] | None = None
    at: datetime | None = None
    cases: frozenset[str] | None = None
    others: bool = False
    desks: frozenset[str] | None = None
    words: str = ""
    kind: str = ""
    grade: str = ""
    move: Move | None = None
    due_before: date | None = None
    but: str = ""


class WaitingReadings:
    """The readings of one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def by_desk(self) -> dict[str, int]:
        """How many cases wait at each desk."""
        query = (
            sa.select(CASE.c.desk, sa.func.count().label("cases"))
            .where(CASE.c.state == CaseState.AWAITING.value, CASE.c.desk.is_not(None))
            .group_by(CASE.c.desk)
        )
        return {row.desk: row.cases for row in self._transaction.rows(query)}

    def stuck(self, *, most: int) -> list[str]:
        """Waiting cases of which the journal says that nobody may decide them, oldest first.

        Somebody may be able to since; that is not asked here.
        """
        query = (
            sa.select(CASE.c.id)
            .join(JOURNAL, JOURNAL.c.subject == CASE.c.id)
            .where(
                # Written out, so that the database sees that the index has them all.
                sa.text("journal.what = 'case.nobody_may_decide'"),
                CASE.c.state == CaseState.AWAITING.value,
            )
            .group_by(CASE.c.id)
            .order_by(CASE.c.id)
            .limit(most)
        )
        return [row.id for row in self._transaction.rows(query)]

    def count(self, wanted: Wanted) -> int:
        """How many there are."""
        row = self._transaction.row(self._of(wanted, sa.func.count().label("cases")))
        return 0 if row is None else int(row.cases)

    def counts(self, many: Sequence[Wanted]) -> list[int]:
        """How many there are of each, found in one walk over what waits."""
        if not many:
            return []
        columns: list[sa.ColumnElement[Any]] = [
            sa.func.count(
                sa.case((sa.and_(sa.true(), *self._conditions(one), *named(one.words)), 1))
            ).label(f"n{number}")
            for number, one in enumerate(many)
        ]
        query: sa.Select[Any] = (
            sa.select(*columns)
            .select_from(CASE)
            .join(PROPOSAL, PROPOSAL.c.id == CASE.c.proposal_id)
            .where(CASE.c.state == CaseState.AWAITING.value)
        )
        if any(one.words.split() for one in many):
            query = query.join(CUSTOMER, CUSTOMER.c.id == CASE.c.customer_id)
        row = self._transaction.row(query)
        return [0] * len(many) if row is None else [int(count) for count in row]

    def page(
        self, wanted: Wanted, *, order: Order = Order.URGENCY, start: int = 0, most: int = 50
    ) -> list[InboxRow]:
        """So many of them in that order, without the first `start`."""
        query = self._of(wanted, CASE.c.id).order_by(*_ORDERS[order]).limit(most).offset(start)
        ids = [row.id for row in self._transaction.rows(query)]
        rows = self._transaction.rows(with_proposal().where(CASE.c.id.in_(ids))) if ids else ()
        found = {row.id: inbox_row(row) for row in rows}
        return [found[case] for case in ids if case in found]

    def among(self, wanted: Wanted) -> frozenset[str]:
        """Which of the cases that are named there they are."""
        query = self._of(wanted, CASE.c.id)
        return frozenset(row.id for row in self._transaction.rows(query))

    def standings(self, cases: Collection[str]) -> dict[str, Standing]:
        """What a verdict from a list is held against, of those among them that wait."""
        return standings(cases, self._transaction)

    def _of(self, wanted: Wanted, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
        query = (
            sa.select(*columns)
            .select_from(CASE)
            .join(PROPOSAL, PROPOSAL.c.id == CASE.c.proposal_id)
            .where(CASE.c.state == CaseState.AWAITING.value, *self._conditions(wanted))
        )
        if wanted.words.split():
            query = query.join(CUSTOMER, CUSTOMER.c.id == CASE.c.customer_id)
            query = query.where(*named(wanted.words))
        return query

    def _conditions(self, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
        return [*self._seated(wanted), *_filtered(wanted)]

    def _seated(self, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
        if wanted.seats is None:
            return []
        may = sa.or_(
            sa.false(),
            *(
                sa.and_(
                    CASE.c.desk.in_(sorted(seat.desks)),
                    CASE.c.id.not_in(sa.select(parts_of(seat.people, self._transaction).c.id)),
                    *([CASE.c.id.not_in(_held(wanted.at, but=seat.people))] if wanted.at else []),
                )
                for seat in wanted.seats
            ),
        )
        return [sa.not_(may) if wanted.others else may]


def _held(at: datetime, *, but: Collection[str]) -> sa.Select[Any]:
    """Cases that somebody has for now, besides these people."""
    return sa.select(REVIEW_TASK.c.case_id).where(
        REVIEW_TASK.c.held_by.is_not(None),
        REVIEW_TASK.c.held_by.not_in(sorted(but)),
        REVIEW_TASK.c.held_until > at,
        REVIEW_TASK.c.state == TaskState.OPEN.value,
    )


def _filtered(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.desks is not None:
        found.append(CASE.c.desk.in_(sorted(wanted.desks)))
    if wanted.cases is not None:
        found.append(CASE.c.id.in_(sorted(wanted.cases)))
    if wanted.but:
        found.append(CASE.c.id != wanted.but)
    if wanted.kind:
        found.append(CASE.c.kind == wanted.kind)
    if wanted.grade:
        found.append(PROPOSAL.c.grade == wanted.grade)
    if wanted.move is not None:
        found.append(_MOVES[wanted.move])
    if wanted.due_before is not None:
        found.append(CASE.c.due_on < wanted.due_before)
    return found


def named(words: str) -> list[sa.ColumnElement[bool]]:
    """Each word stands in the case's or customer's number or in one of the names."""
    columns = (CASE.c.id, CUSTOMER.c.id, CUSTOMER.c.name, CUSTOMER.c.name_en)
    return [
        sa.or_(*(column.icontains(word, autoescape=True) for column in columns))
        for word in words.split()
    ]


_ORDERS: dict[Order, tuple[sa.ColumnElement[Any], ...]] = {
    Order.URGENCY: (CASE.c.due_on, PROPOSAL.c.stake_minor.desc(), CASE.c.id),
    Order.STAKE: (PROPOSAL.c.stake_minor.desc(), CASE.c.due_on, CASE.c.id),
    Order.AGE: (CASE.c.opened_at, CASE.c.id),
}
_MOVES: dict[Move, sa.ColumnElement[bool]] = {
    Move.FIRST: PROPOSAL.c.current_minor.is_(None),
    Move.RAISE: PROPOSAL.c.proposed_minor > PROPOSAL.c.current_minor,
    Move.CUT: PROPOSAL.c.proposed_minor < PROPOSAL.c.current_minor,
    Move.SAME: PROPOSAL.c.proposed_minor == PROPOSAL.c.current_minor,
}

CASE_COLUMNS = (
    *("id", "customer_id", "kind", "state", "desk", "due_on"),
    *("opened_at", "updated_at", "requested_by", "run_id", "version"),
)


def with_proposal() -> sa.Select[Any]:
    """Cases with their customer, proposal and evaluation, as the inbox shows them."""
    return (
        sa.select(
            *(CASE.c[name] for name in CASE_COLUMNS),
            CUSTOMER.c.name,
            CUSTOMER.c.name_en,
            CUSTOMER.c.currency,
            *(
                PROPOSAL.c[f"{name}_{part}"]
                for name in ("current", "proposed", "base", "exposure")
                for part in ("minor", "currency")
            ),
            PROPOSAL.c.stake_minor,
            PROPOSAL.c.grade,
            PROPOSAL.c.binding,
            EVALUATION.c.confidence,
        )
        .join(CUSTOMER, CUSTOMER.c.id == CASE.c.customer_id)
        .join(PROPOSAL, PROPOSAL.c.id == CASE.c.proposal_id)
        .join(EVALUATION, EVALUATION.c.id == PROPOSAL.c.evaluation_id)
    )
