"""Payment plans; a customer has one that has not ended at most."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import types

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Create the table; nobody had a plan before."""
    op.create_table(
        "payment_plan",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("version", types.Whole, nullable=False),
        sa.Column("customer_id", types.Word, nullable=False),
        sa.Column("state", types.Word, nullable=False),
        sa.Column("total_minor", types.Whole, nullable=False),
        sa.Column("total_currency", types.Currency, nullable=False),
        sa.Column("offered_on", types.Day(), nullable=False),
        sa.Column("body", types.Word, nullable=False),
        sa.CheckConstraint(
            "total_minor BETWEEN 0 AND 9000000000000000",
            name=op.f("ck_payment_plan_total_bounds"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_payment_plan_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_plan")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_payment_plan_customer_id"), "payment_plan", ["customer_id"])
    op.create_index(op.f("ix_payment_plan_state"), "payment_plan", ["state"])
    running = sa.text("state IN ('accepted', 'offered')")
    op.create_index(
        "uq_payment_plan_one_running",
        "payment_plan",
        ["customer_id"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
