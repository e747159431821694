"""People keep lists of the inbox under names of their own."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import types

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Create the table; it holds no records and needs no triggers."""
    op.create_table(
        "saved_view",
        sa.Column("person_id", types.Word, nullable=False),
        sa.Column("name", types.Word, nullable=False),
        sa.Column("query", types.Word, nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "name", name=op.f("pk_saved_view")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_saved_view_person_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sqlite_strict=True,
    )
