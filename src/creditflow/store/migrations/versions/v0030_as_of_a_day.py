"""Since when an invoice is in dispute, and from when on an order was not open any more.

Nobody knows that of what is there already, so all of it stays empty.
"""

import sqlalchemy as sa
from alembic import op

from creditflow.store import types

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("invoice", sa.Column("disputed_on", types.Day(), nullable=True))
    op.add_column("invoice", sa.Column("dispute_settled_on", types.Day(), nullable=True))
    op.add_column("sales_order", sa.Column("closed_on", types.Day(), nullable=True))
