"""What monitoring reads: evaluations, decisions, review tasks and late payers, many at a time.

Every reading is of a day: evaluations and decisions kept after its end, and
documents dated after it, are not seen. None asks the database once per customer.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from creditflow.domain.case import TaskState
from creditflow.domain.customer import CustomerId
from creditflow.domain.decision import Say
from creditflow.domain.grade import Grade
from creditflow.domain.ledger import InvoiceType
from creditflow.domain.money import Money
from creditflow.domain.monitoring import Judged
from creditflow.domain.monitoring_approvals import Stage
from creditflow.domain.monitoring_lateness import Spell, spells
from creditflow.domain.monitoring_overrides import Ruling
from creditflow.domain.people import POLICY_ACTOR
from creditflow.domain.rates import NoRate, Rates
from creditflow.domain.scorecard import Segment
from creditflow.domain.signals import SignalValue
from creditflow.store.dialects import days_after, words_inside
from creditflow.store.ledgers import SqlLedgers
from creditflow.store.tables import (
    CASE,
    CUSTOMER,
    DECISION,
    EVALUATION,
    INVOICE,
    PAYMENT,
    PROPOSAL,
    REVIEW_TASK,
)
from creditflow.store.transaction import Transaction, money_or_none


@dataclass(frozen=True, slots=True)
class Moment:
    """A business date as monitoring sees it: `end` is the first moment after it.

    `business_date` tells on which day a moment lies where the company is.
    """

    on: date
    end: datetime
    business_date: Callable[[datetime], date]


@dataclass(frozen=True, slots=True)
class Which:
    """Which customers: of all sectors and currencies, or of one."""

    sector: str | None = None
    currency: str | None = None


_WORDS = ("on", "segment", "scorecard", "policy_version", "pd")
"""What is asked of an evaluation's body; it never changes, so nothing here can go stale."""


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
        return [_judged(row) for row in self._transaction.rows(query)]

    def with_values(self, judged: Sequence[Judged]) -> list[Judged]:
        """The same evaluations with the signals that were known and fresh."""
        query = sa.select(EVALUATION.c.id, EVALUATION.c.body)
        ids = [one.evaluation for one in judged]
        bodies = {row.id: row.body for row in self._transaction.chosen(query, EVALUATION.c.id, ids)}
        return [replace(one, values=_values(bodies[one.evaluation], one.on)) for one in judged]

    def rulings(self, moment: Moment, which: Which = Which()) -> list[Ruling]:
        """Final decisions up to the end of the day, with what had been proposed."""
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
        rows = self._transaction.rows(_of(which, query, PROPOSAL.c.customer_id))
        return [_ruling(row, moment) for row in rows]

    def stages(self, moment: Moment, which: Which = Which()) -> list[Stage]:
        """Review tasks that were opened up to the end of the day."""
        query = (
            sa.select(REVIEW_TASK)
            .join(CASE, CASE.c.id == REVIEW_TASK.c.case_id)
            .where(REVIEW_TASK.c.opened_at < moment.end)
            .order_by(REVIEW_TASK.c.opened_at, REVIEW_TASK.c.case_id)
        )
        rows = self._transaction.rows(_of(which, query, CASE.c.customer_id))
        return [_stage(row, moment) for row in rows]

    def spells(
        self, on: date, *, days: int, rates: Rates, which: Which = Which()
    ) -> dict[CustomerId, tuple[Spell, ...] | None]:
        """Times of being so many days late, of all customers that ever were, by that day.

        None where they cannot be known for want of an exchange rate.
        """
        currencies = self._late_payers(on, days, which)
        found: dict[CustomerId, tuple[Spell, ...] | None] = {}
        for ledger in SqlLedgers(self._transaction).many(currencies, until=on):
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
        """Customers with an invoice that payments had not settled by then, with their currency.

        A first sieve that lets nobody slip through: what makes up lateness in
        detail is the domain's to say.
        """
        since = days_after(INVOICE.c.due_on, days)
        paid = (
            sa.select(sa.func.coalesce(sa.func.sum(PAYMENT.c.amount_minor), 0))
            .where(
                PAYMENT.c.customer_id == INVOICE.c.customer_id,
                PAYMENT.c.source == INVOICE.c.source,
                PAYMENT.c.invoice == INVOICE.c.document,
                PAYMENT.c.amount_currency == INVOICE.c.amount_currency,
                PAYMENT.c.paid_on <= since,
            )
            .correlate(INVOICE)
            .scalar_subquery()
        )
        query = (
            sa.select(CUSTOMER.c.id, CUSTOMER.c.currency)
            .join(INVOICE, INVOICE.c.customer_id == CUSTOMER.c.id)
            .where(
                INVOICE.c.type == InvoiceType.INVOICE.value,
                sa.not_(INVOICE.c.disputed),
                INVOICE.c.due_on <= on - timedelta(days=days),
                paid * 100 < INVOICE.c.amount_minor * 99,
            )
            .distinct()
        )
        rows = self._transaction.rows(_only(which, query))
        return {CustomerId(row.id): row.currency for row in rows}


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


# ------------------------------------------------------------------ from rows


def _judged(row: sa.Row[Any]) -> Judged:
    return Judged(
        customer=CustomerId(row.customer_id),
        on=date.fromisoformat(row.on),
        segment=Segment(row.segment),
        scorecard=row.scorecard,
        policy_version=int(row.policy_version),
        points=Decimal(row.points),
        grade=Grade(row.grade),
        pd=Decimal(row.pd),
        evaluation=row.id,
    )


def _values(body: str, on: date) -> Mapping[str, SignalValue]:
    return MappingProxyType(dict(_usable(json.loads(body)["evidence"], on.isoformat())))


def _usable(evidence: Sequence[Mapping[str, Any]], on: str) -> Iterator[tuple[str, SignalValue]]:
    """Signals that were known and within their shelf life, as `Signal.usable` says."""
    for signal in evidence:
        value, stale_after = signal["value"], signal["stale_after"]
        if value is not None and (stale_after is None or on <= stale_after):
            yield signal["name"], value if isinstance(value, str) else Decimal(value["Decimal"])


def _ruling(row: sa.Row[Any], moment: Moment) -> Ruling:
    return Ruling(
        case=row.case_id,
        customer=CustomerId(row.customer_id),
        on=moment.business_date(row.made_at),
        at=row.made_at,
        by=row.made_by,
        desk=None if row.made_by == POLICY_ACTOR else row.desk,
        verdict=Say(row.verdict),
        proposed=Money(row.proposed_minor, row.proposed_currency),
        decided=money_or_none(row.limit_minor, row.limit_currency),
        grade=Grade(row.grade),
    )


def _stage(row: sa.Row[Any], moment: Moment) -> Stage:
    done_at = row.done_at if row.done_at is not None and row.done_at < moment.end else None
    return Stage(
        case=row.case_id,
        desk=row.desk,
        stage=row.stage,
        opened_at=row.opened_at,
        opened_on=moment.business_date(row.opened_at),
        due_on=row.due_on,
        done_at=done_at,
        done_on=None if done_at is None else moment.business_date(done_at),
        counts=row.state != TaskState.CANCELLED.value or done_at is None,
    )
