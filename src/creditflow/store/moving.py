"""Which waiting cases new facts came in about, so that only those are judged again."""

import sqlalchemy as sa

from creditflow.domain.case import CaseState
from creditflow.domain.observation import About
from creditflow.store.tables import (
    CASE,
    EVALUATION,
    HAND_IN,
    INVOICE,
    OBSERVATION,
    ORDER,
    PAYMENT,
    STATEMENT,
)
from creditflow.store.transaction import Transaction


def waiting_with_news(transaction: Transaction) -> list[str]:
    """Cases about whose customer something was handed in, or observed, since they were judged."""
    brought = [
        sa.exists().where(
            table.c.customer_id == CASE.c.customer_id,
            HAND_IN.c.file_hash == table.c.origin_file,
            HAND_IN.c.made_at > EVALUATION.c.made_at,
        )
        for table in (INVOICE, PAYMENT, ORDER, STATEMENT)
    ]
    observed = sa.exists().where(
        OBSERVATION.c.subject == CASE.c.customer_id,
        OBSERVATION.c.about == About.CUSTOMER.value,
        OBSERVATION.c.on_day > CASE.c.business_date,
    )
    query = (
        sa.select(CASE.c.id)
        .join(EVALUATION, EVALUATION.c.id == CASE.c.evaluation_id)
        .where(CASE.c.state == CaseState.AWAITING.value, sa.or_(*brought, observed))
        .order_by(CASE.c.opened_at, CASE.c.id)
    )
    return [row.id for row in transaction.rows(query)]
