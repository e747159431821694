"""The evaluation of the whole book, as it was last made for a business date."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import types

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the table; it holds no records and needs no triggers."""
    op.create_table(
        "portfolio_evaluation",
        sa.Column("on_day", types.Day(), nullable=False),
        sa.Column("customer_id", types.Word, nullable=False),
        sa.Column("policy_version", types.Whole, nullable=False),
        sa.Column("segment", types.Word, nullable=False),
        sa.Column("scorecard", types.Word, nullable=False),
        sa.Column("points_cents", types.Whole, nullable=False),
        sa.Column("grade", types.Word, nullable=False),
        sa.Column("pd_ppm", types.Whole, nullable=False),
        sa.Column("confidence_ppm", types.Whole, nullable=False),
        sa.Column("reasons_for", types.Word, nullable=False),
        sa.Column("reasons_against", types.Word, nullable=False),
        sa.Column("knock_outs", types.Word, nullable=False),
        sa.Column("missing", types.Whole, nullable=False),
        sa.Column("currency", types.Currency, nullable=False),
        sa.Column("exposure_minor", types.Whole, nullable=False),
        sa.Column("current_minor", types.Whole, nullable=True),
        sa.Column("proposed_minor", types.Whole, nullable=False),
        sa.Column("binding", types.Word, nullable=False),
        sa.Column("terms_days", types.Whole, nullable=False),
        sa.Column("until_day", types.Day(), nullable=False),
        sa.Column("desk", types.Word, nullable=True),
        sa.PrimaryKeyConstraint("on_day", "customer_id", name=op.f("pk_portfolio_evaluation")),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_portfolio_evaluation_customer_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
