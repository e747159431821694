"""Room for what looking back found: derived rows, replaced as a whole."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import types

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table; it is no record, so it has no trigger."""
    op.create_table(
        "retrospect",
        sa.Column("on_day", types.Day(), nullable=False),
        sa.Column("customer_id", types.Word, nullable=False),
        sa.Column("segment", types.Word, nullable=False),
        sa.Column("scorecard", types.Word, nullable=False),
        sa.Column("policy_version", types.Whole, nullable=False),
        sa.Column("points", types.Word, nullable=False),
        sa.Column("grade", types.Word, nullable=False),
        sa.Column("pd", types.Word, nullable=False),
        sa.Column("signals", types.Word, nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_retrospect_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("on_day", "customer_id", name=op.f("pk_retrospect")),
        sqlite_strict=True,
    )
