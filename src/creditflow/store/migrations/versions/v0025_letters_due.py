"""What is due longest, letter or message, is the first of an index, however many wait."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Every letter that waits says from when on it may leave, and the index is in that order."""
    op.execute(
        sa.text("UPDATE letter SET due_at = created_at WHERE state = 'pending' AND due_at IS NULL")
    )
    op.drop_index(op.f("ix_letter_state_due_at"), "letter")
    op.create_index(
        op.f("ix_letter_state_due_at_created_at_id"),
        "letter",
        ["state", "due_at", "created_at", "id"],
    )
    op.drop_index(op.f("ix_message_channel_state_due_at"), "message")
    op.create_index(
        op.f("ix_message_channel_state_due_at_key"),
        "message",
        ["channel", "state", "due_at", "key"],
    )
