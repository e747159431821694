"""A case may take the place of another one, and keep agreements that were given there."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import types

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add which case came before and after a case, and where an agreement was given."""
    op.add_column("credit_case", sa.Column("supersedes", types.Word, nullable=True))
    op.add_column("credit_case", sa.Column("superseded_by", types.Word, nullable=True))
    op.add_column(
        "decision", sa.Column("carried_from", types.Word, nullable=False, server_default="")
    )
