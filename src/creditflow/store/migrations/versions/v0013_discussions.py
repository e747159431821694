"""A task can be somebody's for a while; people discuss a case and ask each other."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import triggers, types

revision = "0013"
down_revision = "0012"

SAID: dict[str, list[str]] = {"referral": [], "case_comment": []}
"""Tables whose rows never change."""


def upgrade() -> None:
    """Add who holds a task, and the tables of what is said, with what keeps their records."""
    op.add_column("review_task", sa.Column("held_by", types.Word, nullable=True))
    op.add_column("review_task", sa.Column("held_until", types.Instant(), nullable=True))
    op.create_table(
        "referral",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("case_id", types.Word, nullable=False),
        sa.Column("round", types.Whole, nullable=False),
        sa.Column("asked", types.Word, nullable=False),
        sa.Column("asked_by", types.Word, nullable=False),
        sa.Column("asked_at", types.Instant(), nullable=False),
        sa.Column("question", types.Word, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["credit_case.id"],
            name=op.f("fk_referral_case_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_referral_case_id"), "referral", ["case_id"])
    op.create_index(op.f("ix_referral_asked"), "referral", ["asked"])
    op.create_table(
        "case_comment",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("case_id", types.Word, nullable=False),
        sa.Column("made_by", types.Word, nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("text", types.Word, nullable=False),
        sa.Column("answers", types.Word, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_comment")),
        sa.UniqueConstraint("answers", name=op.f("uq_case_comment_answers")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["credit_case.id"],
            name=op.f("fk_case_comment_case_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["answers"],
            ["referral.id"],
            name=op.f("fk_case_comment_answers"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_case_comment_case_id"), "case_comment", ["case_id"])
    dialect = op.get_context().dialect.name
    for table, columns in SAID.items():
        for statement in triggers.forbid_changes(table, dialect, columns):
            op.execute(statement)
