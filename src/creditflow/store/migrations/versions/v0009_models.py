"""Models that are learned from the company's own history, and what each of them may do."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import triggers, types

revision = "0009"
down_revision = "0008"

LEARNED = ["id", "text", "hash", "report", "trained_by", "trained_at"]
"""What never changes once it was learned."""


def upgrade() -> None:
    """Create the table, one champion at most, and what keeps its record."""
    op.create_table(
        "learned_model",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("text", types.Word, nullable=False),
        sa.Column("hash", types.Word, nullable=False),
        sa.Column("report", types.Word, nullable=False),
        sa.Column("trained_by", types.Word, nullable=False),
        sa.Column("trained_at", types.Instant(), nullable=False),
        sa.Column("state", types.Word, nullable=False),
        sa.Column("proposed_by", types.Word, nullable=True),
        sa.Column("proposed_at", types.Instant(), nullable=True),
        sa.Column("decided_by", types.Word, nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.Column("why", types.Word, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learned_model")),
        sa.UniqueConstraint("hash", name=op.f("uq_learned_model_hash")),
        sqlite_strict=True,
    )
    champion = sa.text("state = 'champion'")
    op.create_index(
        "uq_learned_model_one_champion",
        "learned_model",
        ["state"],
        unique=True,
        sqlite_where=champion,
        postgresql_where=champion,
    )
    dialect = op.get_context().dialect.name
    for statement in triggers.forbid_changes("learned_model", dialect, LEARNED):
        op.execute(statement)
