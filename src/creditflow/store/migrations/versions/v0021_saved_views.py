"""People keep lists of the inbox under names, for themselves or for their desk."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import types

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Create the table; a view is a bookmark and no record, so it needs no triggers."""
    op.create_table(
        "saved_view",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("owner", types.Word, nullable=False),
        sa.Column("name", types.Word, nullable=False),
        sa.Column("query", types.Word, nullable=False),
        sa.Column("desk", types.Word, nullable=True),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["person.id"],
            name=op.f("fk_saved_view_owner"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_saved_view_owner"), "saved_view", ["owner"])
    op.create_index(op.f("ix_saved_view_desk"), "saved_view", ["desk"])
