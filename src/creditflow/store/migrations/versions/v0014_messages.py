"""Messages to colleagues and other programs, mail choices, and who has read the journal how far."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import triggers, types

revision = "0014"
down_revision = "0013"

TOLD = ["key", "channel", "receiver", "about", "subject", "facts", "made_at"]
"""What never changes about a message."""


def upgrade() -> None:
    """Create the tables."""
    _message()
    op.create_table(
        "mail_choice",
        sa.Column("person_id", types.Word, nullable=False),
        sa.Column("choice", types.Word, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_mail_choice_person_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_mail_choice")),
        sqlite_strict=True,
    )
    op.create_table(
        "bookmark",
        sa.Column("reader", types.Word, nullable=False),
        sa.Column("seq", types.Whole, nullable=False),
        sa.PrimaryKeyConstraint("reader", name=op.f("pk_bookmark")),
        sqlite_strict=True,
    )


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("key", types.Word, nullable=False),
        sa.Column("channel", types.Word, nullable=False),
        sa.Column("receiver", types.Word, nullable=False),
        sa.Column("about", types.Word, nullable=False),
        sa.Column("subject", types.Word, nullable=False),
        sa.Column("facts", types.Word, nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("state", types.Word, nullable=False),
        sa.Column("attempts", types.Whole, nullable=False),
        sa.Column("due_at", types.Instant(), nullable=True),
        sa.Column("lease_until", types.Instant(), nullable=True),
        sa.Column("lease_owner", types.Word, nullable=True),
        sa.Column("sent_at", types.Instant(), nullable=True),
        sa.Column("answer", types.Word, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_message")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_message_channel_state_due_at"), "message", ["channel", "state", "due_at"]
    )
    op.create_index(op.f("ix_message_made_at"), "message", ["made_at"])
    dialect = op.get_context().dialect.name
    for statement in triggers.forbid_changes("message", dialect, TOLD):
        op.execute(statement)
