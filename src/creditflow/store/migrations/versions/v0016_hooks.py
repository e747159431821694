"""Other programs and chat groups that are told of events; address and secrets are sealed."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import triggers, types

revision = "0016"
down_revision = "0015"

PROPOSED = [
    *("id", "name", "kind", "host", "events", "language", "why", "asked_by", "asked_at"),
    "replaces",
]
"""What never changes about a hook."""


def upgrade() -> None:
    """Create the table; a name is unique among those that were let in."""
    words = ("name", "kind", "host", "url", "events", "language", "secret", "why", "asked_by")
    op.create_table(
        "hook",
        sa.Column("id", types.Word, nullable=False),
        *(sa.Column(name, types.Word, nullable=False) for name in words),
        sa.Column("asked_at", types.Instant(), nullable=False),
        sa.Column("replaces", types.Word, nullable=True),
        sa.Column("state", types.Word, nullable=False),
        sa.Column("decided_by", types.Word, nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.Column("former_secret", types.Word, nullable=False),
        sa.Column("former_until", types.Instant(), nullable=True),
        sa.Column("failing_since", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook")),
        sqlite_strict=True,
    )
    live = sa.text("state IN ('on', 'off', 'stopped')")
    op.create_index(
        "uq_hook_name", "hook", ["name"], unique=True, sqlite_where=live, postgresql_where=live
    )
    dialect = op.get_context().dialect.name
    for statement in triggers.forbid_changes("hook", dialect, PROPOSED):
        op.execute(statement)
