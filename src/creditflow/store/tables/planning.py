"""Rows of payment plans: kept whole in `body`, and as the columns that queries need."""

from datetime import date

import sqlalchemy as sa

from creditflow.domain.payment_plan import RUNNING
from creditflow.store.tables.base import (
    Row,
    args,
    bounds,
    code,
    day,
    refers,
    table,
    whole,
    word,
)

NOT_ENDED = "state IN ({})".format(", ".join(f"'{state}'" for state in sorted(RUNNING)))
"""The SQL condition of a plan that has not ended."""


class PaymentPlanRow(Row, table=True):
    """A payment plan at its present version."""

    __tablename__ = "payment_plan"
    __table_args__ = args(
        sa.Index(None, "customer_id"),
        sa.Index(None, "state"),
        sa.Index(
            "uq_payment_plan_one_running",
            "customer_id",
            unique=True,
            sqlite_where=sa.text(NOT_ENDED),
            postgresql_where=sa.text(NOT_ENDED),
        ),
        refers("customer_id", "customer.id"),
        *bounds("total"),
    )
    id: str = word(key=True)
    version: int = whole()
    customer_id: str = word()
    state: str = word()
    total_minor: int = whole()
    total_currency: str = code()
    offered_on: date = day()
    body: str = word()


PAYMENT_PLAN = table(PaymentPlanRow)
