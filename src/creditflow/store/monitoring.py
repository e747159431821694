"""What monitoring reads: evaluations, decisions, review tasks and late payers, many at a time.

Every reading is of a day: evaluations and decisions kept after its end, and
documents dated after it, are not seen. None asks the database once per customer.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from creditflow.domain.case import TaskState
from creditflow.domain.customer import CustomerId
from creditflow.domain.ledger import InvoiceType, Ledger
from creditflow.domain.monitoring import Judged
from creditflow.domain.monitoring_approvals import Stage
from creditflow.domain.monitoring_lateness import Spell, spells
from creditflow.domain.monitoring_overrides import Ruling
from creditflow.domain.rates import NoRate, Rates
from creditflow.store import monitoring_rows as rows
from creditflow.store.dialects import days_after, words_inside
from creditflow.store.ledgers import SqlLedgers
from creditflow.store.monitoring_rows import Moment
from creditflow.store.retrospects import retrospect
from creditflow.store.tables import (
    CASE,
    CUSTOMER,
    DECISION,
    EVALUATION,
    INVOICE,
    PAYMENT,
    PROPOSAL,
    RETROSPECT,
    REVIEW_TASK,
)
from creditflow.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Which:
    """Which customers: of all sectors and currencies, or of one."""

    sector: str | None = None
    currency: str | None = None


_WORDS = ("on", "segment", "scorecard", "policy_version", "pd")
"""What is asked of an evaluation's body; it never changes, so nothing here can go stale."""

__all__ = ["Moment", "MonitoringReadings", "Which"]


class MonitoringReadings:
    """The readings of one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def judged(
        self, moment: Moment, which: Which = Which(), *, since: date | None = None
    ) -> list[Judged]:
        """Evaluations up to the day (and since another), oldest first, without their values."""
        words, source = words_inside(EVALUATION.c.body, _WORDS, self._transaction.dialect)
        query = (
            sa.select(
                EVALUATION.c.id,
                EVALUATION.c.customer_id,
                EVALUATION.c.grade,
                EVALUATION.c.points,
                *(words[name].label(name) for name in _WORDS),
            )
            .select_from(source)
            .where(EVALUATION.c.made_at < moment.end, words["on"] <= moment.on.isoformat())
            .order_by(words["on"], EVALUATION.c.id)
        )
        if since is not None:
            query = query.where(words["on"] > since.isoformat())
        query = _of(which, query, EVALUATION.c.customer_id)
        return [rows.judged(row) for row in self._transaction.rows(query)]

    def with_values(
        self, judged: Sequence[Judged], signals: Collection[str] | None = None
    ) -> list[Judged]:
        """The same evaluations with the signals (or only these) that were known and fresh."""
        query = sa.select(EVALUATION.c.id, EVALUATION.c.body)
        ids = [one.evaluation for one in judged]
        bodies = {row.id: row.body for row in self._transaction.chosen(query, EVALUATION.c.id, ids)}
        return [
            replace(one, values=rows.values(bodies[one.evaluation], one.on, signals))
            for one in judged
        ]

    def retrospects(
        self,
        moment: Moment,
        which: Which = Which(),
        *,
        since: date | None = None,
        with_values: bool = False,
    ) -> list[Judged]:
        """What looking back found, of days up to that one (and since another), oldest first."""
        columns = [c for c in RETROSPECT.c if with_values or c.name != "signals"]
        query = sa.select(*columns).where(RETROSPECT.c.on_day <= moment.on)
        if since is not None:
            query = query.where(RETROSPECT.c.on_day > since)
        query = query.order_by(RETROSPECT.c.on_day, RETROSPECT.c.customer_id)
        found = self._transaction.rows(_of(which, query, RETROSPECT.c.customer_id))
        return [retrospect(row, with_values=with_values) for row in found]

    def looked_back_at(self) -> datetime | None:
        """When somebody last looked back; None where nobody has."""
        row = self._transaction.row(sa.select(sa.func.max(RETROSPECT.c.made_at).label("at")))
        return None if row is None else row.at

    def first_evaluation_at(self) -> datetime | None:
        """When the first evaluation was made; None before it."""
        row = self._transaction.row(sa.select(sa.func.min(EVALUATION.c.made_at).label("at")))
        return None if row is None else row.at

    def rulings(
        self, moment: Moment, which: Which = Which(), *, since: Moment | None = None
    ) -> list[Ruling]:
        """Final decisions up to the end of the day (after another), with what was proposed."""
        query = (
            sa.select(
                DECISION,
                PROPOSAL.c.customer_id,
                PROPOSAL.c.proposed_minor,
                PROPOSAL.c.proposed_currency,
                PROPOSAL.c.grade,
                REVIEW_TASK.c.desk,
            )
            .join(
                PROPOSAL,
                sa.and_(
                    PROPOSAL.c.case_id == DECISION.c.case_id,
                    PROPOSAL.c.hash == DECISION.c.proposal_hash,
                ),
            )
            .outerjoin(
                REVIEW_TASK,
                sa.and_(
                    REVIEW_TASK.c.case_id == DECISION.c.case_id,
                    REVIEW_TASK.c.round == DECISION.c.round,
                    REVIEW_TASK.c.stage == DECISION.c.stage,
                ),
            )
            .where(DECISION.c.made_at < moment.end, DECISION.c.final)
            .order_by(DECISION.c.seq)
        )
        if since is not None:
            query = query.where(DECISION.c.made_at >= since.end)
        found = self._transaction.rows(_of(which, query, PROPOSAL.c.customer_id))
        return [rows.ruling(row, moment) for row in found]

    def stages(
        self, moment: Moment, which: Which = Which(), *, since: Moment | None = None
    ) -> list[Stage]:
        """Review tasks that were opened up to the end of the day (and done after another, if ever).

        None that was only planned.
        """
        query = (
            sa.select(REVIEW_TASK)
            .join(CASE, CASE.c.id == REVIEW_TASK.c.case_id)
            .where(
                REVIEW_TASK.c.opened_at < moment.end,
                REVIEW_TASK.c.state != TaskState.PLANNED.value,
                sa.not_(_called_off_before_it_began()),
            )
            .order_by(REVIEW_TASK.c.opened_at, REVIEW_TASK.c.case_id)
        )
        if since is not None:
            done = REVIEW_TASK.c.done_at
            query = query.where(sa.or_(done.is_(None), done >= since.end))
        found = self._transaction.rows(_of(which, query, CASE.c.customer_id))
        return [rows.stage(row, moment) for row in found]

    def spells(
        self, on: date, *, days: int, rates: Rates, which: Which = Which()
    ) -> dict[CustomerId, tuple[Spell, ...] | None]:
        """Times of being so many days late, of all customers that ever were, by that day.

        None where they cannot be known for want of an exchange rate.
        """
        currencies = self._late_payers(on, days, which)
        found: dict[CustomerId, tuple[Spell, ...] | None] = {}
        for ledger in self._ledgers(currencies, on, days):
            try:
                found[ledger.customer] = spells(
                    ledger,
                    currency=currencies[ledger.customer],
                    rates=rates,
                    days=days,
                    on=on,
                )
            except NoRate:
                found[ledger.customer] = None
        return found

    def choices(self) -> tuple[list[str], list[str]]:
        """The sectors and the currencies that customers have, in alphabetical order."""
        return (
            self._distinct(CUSTOMER.c.sector),
            self._distinct(CUSTOMER.c.currency),
        )

    def _distinct(self, column: sa.Column[Any]) -> list[str]:
        query = sa.select(column.label("name")).where(column.is_not(None)).distinct()
        return sorted(row.name for row in self._transaction.rows(query) if row.name)

    def _late_payers(self, on: date, days: int, which: Which) -> dict[CustomerId, str]:
        """Customers with an invoice that payments had not settled by then, with their currency."""
        query = (
            sa.select(CUSTOMER.c.id, CUSTOMER.c.currency)
            .join(INVOICE, INVOICE.c.customer_id == CUSTOMER.c.id)
            .where(INVOICE.c.due_on <= on - timedelta(days=days), unsettled(days))
            .distinct()
        )
        found = self._transaction.rows(_only(which, query))
        return {CustomerId(row.id): row.currency for row in found}

    def _ledgers(self, customers: Collection[CustomerId], on: date, days: int) -> Iterator[Ledger]:
        """What their lateness depends on: whole accounts only of those who have credits."""
        ledgers = SqlLedgers(self._transaction)
        credited = self._credited()
        yield from ledgers.many(credited.intersection(customers), until=on)
        plain = {customer for customer in customers if customer not in credited}
        yield from ledgers.many(plain, until=on, of=unsettled(days))

    def _credited(self) -> set[str]:
        notes = sa.select(INVOICE.c.customer_id).where(
            INVOICE.c.type == InvoiceType.CREDIT_NOTE.value
        )
        on_account = sa.select(PAYMENT.c.customer_id).where(PAYMENT.c.invoice.is_(None))
        return {
            row.customer_id
            for query in (notes, on_account)
            for row in self._transaction.rows(query.distinct())
        }


def _called_off_before_it_began() -> sa.ColumnElement[bool]:
    """A later stage that kept the moment of the first one was never laid before anybody."""
    first = REVIEW_TASK.alias("first")
    began = (
        sa.select(first.c.opened_at)
        .where(
            first.c.case_id == REVIEW_TASK.c.case_id,
            first.c.round == REVIEW_TASK.c.round,
            first.c.stage == 1,
        )
        .correlate(REVIEW_TASK)
        .scalar_subquery()
    )
    return sa.and_(
        REVIEW_TASK.c.state == TaskState.CANCELLED.value,
        REVIEW_TASK.c.stage > 1,
        REVIEW_TASK.c.opened_at == sa.func.coalesce(began, REVIEW_TASK.c.opened_at),
    )


@cache
def unsettled(days: int) -> sa.ColumnElement[bool]:
    """Invoices that payments had not settled so many days after they were due.

    A first sieve that lets nobody slip through: what makes up lateness in
    detail is the domain's to say.
    """
    in_time = sa.case(
        (PAYMENT.c.paid_on <= days_after(INVOICE.c.due_on, days), PAYMENT.c.amount_minor), else_=0
    )
    # The day is no condition of the search: SQLite would look for an invoice's few payments
    # among all that came in before it.
    paid = (
        sa.select(sa.func.coalesce(sa.func.sum(in_time), 0))
        .where(
            PAYMENT.c.customer_id == INVOICE.c.customer_id,
            PAYMENT.c.source == INVOICE.c.source,
            PAYMENT.c.invoice == INVOICE.c.document,
            PAYMENT.c.amount_currency == INVOICE.c.amount_currency,
        )
        .correlate(INVOICE)
        .scalar_subquery()
    )
    return sa.and_(
        INVOICE.c.type == InvoiceType.INVOICE.value,
        sa.not_(INVOICE.c.disputed),
        paid * 100 < INVOICE.c.amount_minor * 99,
    )


# ------------------------------------------------------------------ which rows


def _of(which: Which, query: sa.Select[Any], customer: sa.Column[Any]) -> sa.Select[Any]:
    """The query for these customers only; without a wish it needs no join."""
    if which == Which():
        return query
    return _only(which, query.where(CUSTOMER.c.id == customer))


def _only(which: Which, query: sa.Select[Any]) -> sa.Select[Any]:
    if which.sector is not None:
        query = query.where(CUSTOMER.c.sector == which.sector)
    if which.currency is not None:
        query = query.where(CUSTOMER.c.currency == which.currency)
    return query
