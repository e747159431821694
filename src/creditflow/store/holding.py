"""Which waiting cases somebody has for now, and about which somebody is still asked."""

from datetime import datetime

import sqlalchemy as sa

from creditflow.domain.case import CaseState, TaskState
from creditflow.store.tables import CASE, COMMENT, REFERRAL, REVIEW_TASK
from creditflow.store.transaction import Transaction


def held(transaction: Transaction, at: datetime) -> dict[str, str]:
    """Who has a waiting case at that moment, by case; only cases that somebody has."""
    query = (
        sa.select(REVIEW_TASK.c.case_id, REVIEW_TASK.c.held_by)
        .join(CASE, CASE.c.id == REVIEW_TASK.c.case_id)
        .where(
            CASE.c.state == CaseState.AWAITING.value,
            REVIEW_TASK.c.state == TaskState.OPEN.value,
            REVIEW_TASK.c.held_by.is_not(None),
            REVIEW_TASK.c.held_until > at,
        )
    )
    return {row.case_id: row.held_by for row in transaction.rows(query)}


def asked_of(transaction: Transaction, person: str) -> frozenset[str]:
    """Waiting cases on which the person was asked and has not answered."""
    return _unanswered(transaction, REFERRAL.c.asked == person)


def asked_by(transaction: Transaction, person: str) -> frozenset[str]:
    """Waiting cases on which the person has asked somebody who has not answered."""
    return _unanswered(transaction, REFERRAL.c.asked_by == person)


def _unanswered(transaction: Transaction, which: sa.ColumnElement[bool]) -> frozenset[str]:
    query = (
        sa.select(REFERRAL.c.case_id)
        .join(CASE, CASE.c.id == REFERRAL.c.case_id)
        .outerjoin(COMMENT, COMMENT.c.answers == REFERRAL.c.id)
        .where(
            which,
            REFERRAL.c.round == CASE.c.round,
            CASE.c.state == CaseState.AWAITING.value,
            COMMENT.c.id.is_(None),
        )
    )
    return frozenset(row.case_id for row in transaction.rows(query))
