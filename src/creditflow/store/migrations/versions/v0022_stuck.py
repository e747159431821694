"""Cases that nobody may decide are found by an index, on every page."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Index the few entries that say so."""
    stuck = sa.text("what = 'case.nobody_may_decide'")
    op.create_index(
        "ix_journal_stuck", "journal", ["subject"], sqlite_where=stuck, postgresql_where=stuck
    )
