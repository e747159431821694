"""A request may be for credit on top of the base limit: its kind, its days, its project."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import types

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add what is asked for besides an amount; cases from before ask for nothing of the kind."""
    op.add_column("credit_case", sa.Column("on_top", types.Word, nullable=True))
