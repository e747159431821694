"""Rows of the whole book name the learned model that had a say, and the grade without it."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import types

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Add both columns; rows that are there were made by the scorecard alone."""
    for name in ("model", "scorecard_grade"):
        op.add_column("portfolio_evaluation", sa.Column(name, types.Word, nullable=True))
