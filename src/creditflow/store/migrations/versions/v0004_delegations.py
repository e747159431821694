"""Somebody may stand in for an approver, and both names stand on the record."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import triggers, types

revision = "0004"
down_revision = "0003"

DELEGATED = [
    "id",
    "principal",
    "delegate",
    "from_day",
    "until_day",
    "desks",
    "ceiling_minor",
    "ceiling_currency",
    "made_by",
    "made_at",
]
"""What never changes once it was delegated."""


def upgrade() -> None:
    """Create the table with its triggers, and add whom a decision was made in place of."""
    op.create_table(
        "delegation",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("principal", types.Word, nullable=False),
        sa.Column("delegate", types.Word, nullable=False),
        sa.Column("from_day", types.Day(), nullable=False),
        sa.Column("until_day", types.Day(), nullable=False),
        sa.Column("desks", types.Word, nullable=False),
        sa.Column("ceiling_minor", types.Whole, nullable=True),
        sa.Column("ceiling_currency", types.Currency, nullable=True),
        sa.Column("made_by", types.Word, nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("revoked_by", types.Word, nullable=True),
        sa.Column("revoked_at", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "(ceiling_minor IS NULL) = (ceiling_currency IS NULL)",
            name=op.f("ck_delegation_ceiling_whole"),
        ),
        sa.CheckConstraint(
            "ceiling_minor BETWEEN 0 AND 9000000000000000",
            name=op.f("ck_delegation_ceiling_bounds"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_delegation_delegate"), "delegation", ["delegate"], unique=False)
    dialect = op.get_context().dialect.name
    for statement in triggers.forbid_changes("delegation", dialect, DELEGATED):
        op.execute(statement)
    op.add_column("decision", sa.Column("on_behalf_of", types.Word, nullable=True))
    op.add_column("decision", sa.Column("seen", types.Word, nullable=False, server_default=""))
