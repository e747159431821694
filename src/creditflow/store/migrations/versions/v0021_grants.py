"""A decision keeps what was changed besides the amount: terms, the end, and conditions."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import types

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the columns; empty means as it was proposed, which is so for all earlier decisions."""
    op.add_column("decision", sa.Column("terms_days", types.Whole, nullable=True))
    op.add_column("decision", sa.Column("until_day", types.Day(), nullable=True))
    op.add_column("decision", sa.Column("conditions", types.Word, nullable=True))
