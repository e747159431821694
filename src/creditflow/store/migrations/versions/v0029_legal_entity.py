"""Master data may name the company of ours that grants a customer's limit."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import types

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Add the company; customers from before name none, so that the policy's first one grants."""
    op.add_column("customer", sa.Column("legal_entity", types.Word, nullable=True))
