"""What pages and lists show: one query each, typed, never a row of the store."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from creditflow.domain.case import FINISHED, CaseState
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.grade import Grade
from creditflow.domain.journal import SealedEntry
from creditflow.domain.money import Money
from creditflow.domain.monitoring_lateness import Outcome
from creditflow.domain.precedent import Precedent
from creditflow.domain.proposal import Proposal
from creditflow.domain.rates import Rates
from creditflow.store.aftermath import Judgement, turned_bad_since
from creditflow.store.holding import asked_by, asked_of, held
from creditflow.store.journal import sealed_entry
from creditflow.store.letter_readings import LetterReadings
from creditflow.store.monitoring import MonitoringReadings
from creditflow.store.moving import waiting_with_news
from creditflow.store.news import moved_cases, sessions_that_hold
from creditflow.store.precedents import nearest
from creditflow.store.reading_parts import cases_with_a_part_of
from creditflow.store.reading_rows import (
    MOST,
    CaseRow,
    CustomerRow,
    HandInRow,
    InboxRow,
    PortfolioRow,
    case_row,
    customer_row,
    inbox_row,
)
from creditflow.store.requests import RequestReadings
from creditflow.store.tables import (
    CASE,
    CUSTOMER,
    EVALUATION,
    HAND_IN,
    JOURNAL,
    JOURNAL_HEAD,
    LIMIT,
    PROPOSAL,
)
from creditflow.store.transaction import Transaction
from creditflow.store.waiting import CASE_COLUMNS, WaitingReadings, named, with_proposal

__all__ = [
    "CaseRow",
    "CustomerRow",
    "HandInRow",
    "InboxRow",
    "PortfolioRow",
    "Readings",
]


class Readings(LetterReadings):
    """Lists for the web and the command line, all of one moment."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self.monitoring = MonitoringReadings(transaction)
        self.requests = RequestReadings(transaction)
        self.waiting = WaitingReadings(transaction)

    def precedents(self, proposal: Proposal, evaluation: Evaluation) -> list[Precedent]:
        """The cases that people decided which are nearest to this one, the nearest first."""
        return nearest(proposal, evaluation.segment.value, self._transaction)

    def turned_bad(
        self,
        found: Sequence[Precedent],
        outcome: Outcome,
        *,
        rates: Callable[[], Rates],
        on: date,
    ) -> list[bool | None]:
        """Whether each of these cases turned out badly by that day; None for want of a rate."""
        judgements = [Judgement(one.customer, one.at.date()) for one in found]
        return turned_bad_since(
            judgements, outcome, rates=rates, on=on, transaction=self._transaction
        )

    def inbox(
        self, *, desks: frozenset[str] | None = None, on_or_before: date | None = None
    ) -> list[InboxRow]:
        """Cases that wait at one of the desks (None: any), due first; optionally only due ones."""
        query = with_proposal().where(CASE.c.state == CaseState.AWAITING.value)
        if desks is not None:
            query = query.where(CASE.c.desk.in_(sorted(desks)))
        if on_or_before is not None:
            query = query.where(CASE.c.due_on <= on_or_before)
        query = query.order_by(CASE.c.due_on, CASE.c.opened_at, CASE.c.id)
        return [inbox_row(row) for row in self._transaction.rows(query)]

    def with_a_part_of(self, person: str) -> frozenset[str]:
        """Waiting cases in which the person has a part, and which it therefore never decides."""
        return cases_with_a_part_of(person, self._transaction)

    def held(self, at: datetime) -> dict[str, str]:
        """Who has which waiting case at that moment; cases that nobody has are absent."""
        return held(self._transaction, at)

    def asked_of(self, person: str) -> frozenset[str]:
        """Waiting cases on which the person was asked and has not answered."""
        return asked_of(self._transaction, person)

    def asked_by(self, person: str) -> frozenset[str]:
        """Waiting cases on which the person has asked somebody who has not answered."""
        return asked_by(self._transaction, person)

    def waiting_with_news(self) -> list[str]:
        """Waiting cases about which facts came in since they were judged."""
        return waiting_with_news(self._transaction)

    def inbox_row(self, case: str) -> InboxRow | None:
        """The same for one case in any state; None before it has a proposal."""
        row = self._transaction.row(with_proposal().where(CASE.c.id == case))
        return None if row is None else inbox_row(row)

    def moved_cases(self, *, after: int, until: int, most: int) -> dict[str, bool]:
        """Cases with entries in the journal between the two, and whether they came to a desk."""
        return moved_cases(self._transaction, after=after, until=until, most=most)

    def sessions_that_hold(self, hashes: Collection[str], *, at: datetime) -> frozenset[str]:
        """Which of these sessions still let somebody in at that moment."""
        return sessions_that_hold(self._transaction, hashes, at=at)

    def cases_by_state(self) -> dict[CaseState, int]:
        """How many cases there are, by state; states without any are absent."""
        query = sa.select(CASE.c.state, sa.func.count().label("cases")).group_by(CASE.c.state)
        return {CaseState(row.state): row.cases for row in self._transaction.rows(query)}

    def cases(
        self,
        *,
        states: frozenset[CaseState] | None = None,
        customer: str | None = None,
        requested_by: str | None = None,
        words: str = "",
        start: int = 0,
        most: int = MOST,
    ) -> list[CaseRow]:
        """Cases by state, customer or requester, the latest changed first; `start` leaves out some.

        Each of the `words` stands in the case's or customer's number or in one of the names.
        """
        query = (
            sa.select(
                *(CASE.c[name] for name in CASE_COLUMNS),
                CUSTOMER.c.name,
                CUSTOMER.c.name_en,
                PROPOSAL.c.current_minor,
                PROPOSAL.c.current_currency,
                PROPOSAL.c.proposed_minor,
                PROPOSAL.c.proposed_currency,
                PROPOSAL.c.grade,
            )
            .join(CUSTOMER, CUSTOMER.c.id == CASE.c.customer_id)
            .outerjoin(PROPOSAL, PROPOSAL.c.id == CASE.c.proposal_id)
        )
        if states is not None:
            query = query.where(CASE.c.state.in_(sorted(state.value for state in states)))
        if customer is not None:
            query = query.where(CASE.c.customer_id == customer)
        if requested_by is not None:
            query = query.where(CASE.c.requested_by == requested_by)
        query = query.where(*named(words))
        query = query.order_by(CASE.c.updated_at.desc(), CASE.c.id).limit(most).offset(start)
        return [case_row(row) for row in self._transaction.rows(query)]

    def customers(
        self, *, containing: str = "", after: str = "", most: int = MOST
    ) -> list[CustomerRow]:
        """Customers by id, behind `after`; `containing` looks at id and both names."""
        query = _with_standing().where(CUSTOMER.c.id > after)
        if containing:
            query = query.where(
                sa.or_(
                    CUSTOMER.c.id.icontains(containing, autoescape=True),
                    CUSTOMER.c.name.icontains(containing, autoescape=True),
                    CUSTOMER.c.name_en.icontains(containing, autoescape=True),
                )
            )
        query = query.order_by(CUSTOMER.c.id).limit(most)
        return [customer_row(row) for row in self._transaction.rows(query)]

    def customer(self, customer: str) -> CustomerRow | None:
        """One customer as it stands in the list."""
        row = self._transaction.row(_with_standing().where(CUSTOMER.c.id == customer))
        return None if row is None else customer_row(row)

    def hand_ins(self, *, most: int = MOST) -> list[HandInRow]:
        """Files that were handed in, the latest first, without their rejects."""
        columns = [column for column in HAND_IN.c if column.name not in ("rejects", "file_hash")]
        query = sa.select(*columns).order_by(HAND_IN.c.made_at.desc(), HAND_IN.c.id).limit(most)
        return [
            HandInRow(
                id=row.id,
                file_name=row.file_name,
                source=row.source,
                by=row.made_by,
                at=row.made_at,
                rows_read=row.rows_read,
                rows_kept=row.rows_kept,
                rows_known=row.rows_known,
                rows_rejected=row.rows_rejected,
            )
            for row in self._transaction.rows(query)
        ]

    def journal(self, *, most: int = 100) -> list[SealedEntry]:
        """The latest journal entries, newest first."""
        query = sa.select(JOURNAL).order_by(JOURNAL.c.seq.desc()).limit(most)
        return [sealed_entry(row) for row in self._transaction.rows(query)]

    def journal_length(self) -> int:
        """How many entries the journal has had; a shorter chain was cut off at its end."""
        row = self._transaction.row(sa.select(JOURNAL_HEAD.c.seq))
        return 0 if row is None else int(row.seq)

    def portfolio(self) -> list[PortfolioRow]:
        """The book by grade and currency, best grade first, never evaluated ones last."""
        standing = _with_standing().subquery()
        query = (
            sa.select(
                standing.c.grade,
                standing.c.currency,
                sa.func.count().label("customers"),
                sa.func.coalesce(sa.func.sum(standing.c.amount_minor), 0).label("limits"),
                sa.func.coalesce(sa.func.sum(standing.c.exposure_minor), 0).label("exposure"),
                (sa.func.count() - sa.func.count(standing.c.exposure_minor)).label("unknown"),
            )
            .group_by(standing.c.grade, standing.c.currency)
            .order_by(standing.c.grade.is_(None), standing.c.grade, standing.c.currency)
        )
        return [
            PortfolioRow(
                grade=None if row.grade is None else Grade(row.grade),
                currency=row.currency,
                customers=row.customers,
                limits=Money(int(row.limits), row.currency),
                exposure=Money(int(row.exposure), row.currency),
                without_exposure=row.unknown,
            )
            for row in self._transaction.rows(query)
        ]


def _with_standing() -> sa.Select[Any]:
    """Customers with the entry of the limit history, the evaluation and the case that count."""
    version = (
        sa.select(sa.func.max(LIMIT.c.version))
        .where(LIMIT.c.customer_id == CUSTOMER.c.id)
        .correlate(CUSTOMER)
        .scalar_subquery()
    )
    latest = (
        sa.select(EVALUATION.c.id)
        .where(EVALUATION.c.customer_id == CUSTOMER.c.id)
        .order_by(EVALUATION.c.made_at.desc(), EVALUATION.c.id.desc())
        .limit(1)
        .correlate(CUSTOMER)
        .scalar_subquery()
    )
    return (
        sa.select(
            CUSTOMER,
            LIMIT.c.state.label("limit_state"),
            LIMIT.c.amount_minor,
            LIMIT.c.amount_currency,
            LIMIT.c.until_day,
            EVALUATION.c.grade,
            EVALUATION.c.made_at,
            PROPOSAL.c.exposure_minor,
            PROPOSAL.c.exposure_currency,
            CASE.c.id.label("open_case"),
        )
        .outerjoin(LIMIT, sa.and_(LIMIT.c.customer_id == CUSTOMER.c.id, LIMIT.c.version == version))
        .outerjoin(EVALUATION, EVALUATION.c.id == latest)
        .outerjoin(PROPOSAL, PROPOSAL.c.evaluation_id == EVALUATION.c.id)
        .outerjoin(CASE, sa.and_(CASE.c.customer_id == CUSTOMER.c.id, _UNFINISHED))
    )


_UNFINISHED = CASE.c.state.not_in([state.value for state in sorted(FINISHED)])
