"""Invoices and orders say to which project they belong; so far none of them did."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import types

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the column to both."""
    for name in ("invoice", "sales_order"):
        op.add_column(name, sa.Column("project", types.Word, nullable=False, server_default=""))
