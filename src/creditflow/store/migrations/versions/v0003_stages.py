"""A case may need several agreements, one after the other, and several people for one."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import types

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what a stage needs, which rule asked for it, and who raised an amount."""
    op.add_column(
        "review_task", sa.Column("needed", types.Whole, nullable=False, server_default="1")
    )
    op.add_column("review_task", sa.Column("rule", types.Word, nullable=False, server_default=""))
    op.add_column("credit_case", sa.Column("edited_by", types.Word, nullable=True))
