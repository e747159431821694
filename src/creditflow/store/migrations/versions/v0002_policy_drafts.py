"""Policies that somebody proposes and somebody else confirms."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import triggers, types

revision = "0002"
down_revision = "0001"

PROPOSED = [
    "id",
    "text",
    "sources",
    "based_on",
    "effective_on",
    "why",
    "proposed_by",
    "proposed_at",
]
"""What never changes once it was proposed."""


def upgrade() -> None:
    """Create the table, one open draft at most, and what keeps its record."""
    op.create_table(
        "policy_draft",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("text", types.Word, nullable=False),
        sa.Column("sources", types.Word, nullable=False),
        sa.Column("based_on", types.Whole, nullable=False),
        sa.Column("effective_on", types.Day(), nullable=False),
        sa.Column("why", types.Word, nullable=False),
        sa.Column("proposed_by", types.Word, nullable=False),
        sa.Column("proposed_at", types.Instant(), nullable=False),
        sa.Column("state", types.Word, nullable=False),
        sa.Column("decided_by", types.Word, nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.Column("comment", types.Word, nullable=False),
        sa.Column("version", types.Whole, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_draft")),
        sqlite_strict=True,
    )
    still_open = sa.text("state IN ('confirmed', 'waiting')")
    op.create_index(
        "uq_policy_draft_one_open",
        "policy_draft",
        ["based_on"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    dialect = op.get_context().dialect.name
    for statement in triggers.forbid_changes("policy_draft", dialect, PROPOSED):
        op.execute(statement)
