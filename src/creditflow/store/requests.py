"""Who asked for what, and where it is: one query for a list, the latest changed first."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from creditflow.domain.added_limits import OnTop
from creditflow.domain.case import CaseState
from creditflow.domain.money import Money
from creditflow.domain.occasion import OccasionKind
from creditflow.store.encoding import decode
from creditflow.store.reading_rows import MOST, CaseRow, case_row
from creditflow.store.tables import CASE, CUSTOMER, PROPOSAL
from creditflow.store.transaction import Transaction, money_or_none
from creditflow.store.waiting import CASE_COLUMNS


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A case that somebody asked for: the base limit or how much on top, and why."""

    case: CaseRow
    amount: Money | None
    note: str
    on_top: OnTop | None


class RequestReadings:
    """Lists of requests."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(
        self,
        person: str | None,
        states: Collection[CaseState],
        *,
        start: int = 0,
        most: int = MOST,
    ) -> list[RequestRow]:
        """Requests of one person, or (None) of everybody, in these states; `start` are left out."""
        asked = ("requested_minor", "requested_currency", "note", "on_top")
        amounts = ("current_minor", "current_currency", "proposed_minor", "proposed_currency")
        query = (
            sa.select(
                *(CASE.c[name] for name in (*CASE_COLUMNS, *asked)),
                CUSTOMER.c.name,
                CUSTOMER.c.name_en,
                *(PROPOSAL.c[name] for name in (*amounts, "grade")),
            )
            .join(CUSTOMER, CUSTOMER.c.id == CASE.c.customer_id)
            .outerjoin(PROPOSAL, PROPOSAL.c.id == CASE.c.proposal_id)
            .where(CASE.c.kind == OccasionKind.REQUEST.value)
            .where(CASE.c.state.in_(sorted(state.value for state in states)))
        )
        if person is not None:
            query = query.where(CASE.c.requested_by == person)
        query = query.order_by(CASE.c.updated_at.desc(), CASE.c.id).limit(most).offset(start)
        return [
            RequestRow(
                case=case_row(row),
                amount=money_or_none(row.requested_minor, row.requested_currency),
                note=row.note,
                on_top=None if row.on_top is None else decode(row.on_top, OnTop),
            )
            for row in self._transaction.rows(query)
        ]
