"""Files that are put to cases and comments; their bytes are kept once, by their hash."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import triggers, types

revision = "0011"
down_revision = "0010"

ATTACHED: dict[str, list[str]] = {"content": [], "attachment": []}
"""Tables whose rows never change."""


def upgrade() -> None:
    """Create the tables and what keeps their records."""
    op.create_table(
        "content",
        sa.Column("sha256", types.Word, nullable=False),
        sa.Column("content", types.Bytes, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_content")),
        sqlite_strict=True,
    )
    op.create_table(
        "attachment",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("subject", types.Word, nullable=False),
        sa.Column("file_name", types.Word, nullable=False),
        sa.Column("media_type", types.Word, nullable=False),
        sa.Column("size", types.Whole, nullable=False),
        sa.Column("sha256", types.Word, nullable=False),
        sa.Column("made_by", types.Word, nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.ForeignKeyConstraint(
            ["sha256"],
            ["content.sha256"],
            name=op.f("fk_attachment_sha256"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_attachment_subject"), "attachment", ["subject"])
    dialect = op.get_context().dialect.name
    for table, columns in ATTACHED.items():
        for statement in triggers.forbid_changes(table, dialect, columns):
            op.execute(statement)
