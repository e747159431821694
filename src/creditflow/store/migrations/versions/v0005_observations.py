"""What others have observed of customers, sectors and countries: a record that only grows."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import triggers, types

revision = "0005"
down_revision = "0004"

RECORDS: dict[str, list[str]] = {"observation": []}
"""Tables whose rows are never deleted, and the columns that never change (none named: all)."""


def upgrade() -> None:
    """Create the table and the triggers that keep its rows."""
    op.create_table(
        "observation",
        sa.Column("origin_file", types.Word, nullable=True),
        sa.Column("origin_name", types.Word, nullable=True),
        sa.Column("origin_row", types.Whole, nullable=True),
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("about", types.Word, nullable=False),
        sa.Column("subject", types.Word, nullable=False),
        sa.Column("customer_id", types.Word, nullable=True),
        sa.Column("what", types.Word, nullable=False),
        sa.Column("on_day", types.Day(), nullable=False),
        sa.Column("value", types.Word, nullable=False),
        sa.Column("provider", types.Word, nullable=False),
        sa.Column("scale", types.Word, nullable=True),
        sa.Column("valid_until", types.Day(), nullable=True),
        sa.Column("source", types.Word, nullable=False),
        sa.CheckConstraint(
            "(about = 'customer') = (customer_id IS NOT NULL)",
            name=op.f("ck_observation_customer"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_observation_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_observation_subject_about"), "observation", ["subject", "about"], unique=False
    )
    dialect = op.get_bind().dialect.name
    for table, columns in RECORDS.items():
        for statement in triggers.forbid_changes(table, dialect, columns):
            op.execute(statement)
