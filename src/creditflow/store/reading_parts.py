"""Which waiting cases somebody has a part in, and so may not decide: what the inbox leaves out."""

import sqlalchemy as sa

from creditflow.domain.case import CaseState
from creditflow.store.tables import CASE, CUSTOMER, DECISION, HAND_IN, STATEMENT
from creditflow.store.transaction import Transaction


def cases_with_a_part_of(person: str, transaction: Transaction) -> frozenset[str]:
    """Waiting cases that the person asked for, edited, decided in part, owns or rests on.

    The same as approvals.impartiality and the board say of a single case.
    """
    spoken = sa.exists().where(
        DECISION.c.case_id == CASE.c.id,
        DECISION.c.round == CASE.c.round,
        sa.or_(DECISION.c.made_by == person, DECISION.c.on_behalf_of == person),
    )
    query = (
        sa.select(CASE.c.id)
        .join(CUSTOMER, CUSTOMER.c.id == CASE.c.customer_id)
        .where(
            CASE.c.state == CaseState.AWAITING.value,
            sa.or_(
                CASE.c.requested_by == person,
                CASE.c.edited_by == person,
                CUSTOMER.c.owner == person,
                spoken,
                _rests_on_a_statement_of(person),
            ),
        )
    )
    return frozenset(row.id for row in transaction.rows(query))


def _rests_on_a_statement_of(person: str) -> sa.Exists:
    """Whether the latest statement of the case's customer came in a file that the person gave."""
    other = STATEMENT.alias()
    latest = (
        sa.select(sa.func.max(other.c.period_end))
        .where(
            other.c.customer_id == CASE.c.customer_id, other.c.period_end <= CASE.c.business_date
        )
        .correlate(CASE)
        .scalar_subquery()
    )
    earlier = HAND_IN.alias()
    first = (
        sa.select(sa.func.min(earlier.c.made_at))
        .where(earlier.c.file_hash == HAND_IN.c.file_hash)
        .correlate(HAND_IN)
        .scalar_subquery()
    )
    return (
        sa.exists()
        .where(
            STATEMENT.c.customer_id == CASE.c.customer_id,
            STATEMENT.c.period_end == latest,
            HAND_IN.c.file_hash == STATEMENT.c.origin_file,
            HAND_IN.c.made_by == person,
            HAND_IN.c.made_at == first,
        )
        .correlate(CASE)
    )
