"""Customers may want their letters by post; so far all of them had them as mail."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import types

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add how each customer gets its letters."""
    op.add_column(
        "customer", sa.Column("letters_by", types.Word, nullable=False, server_default="email")
    )
