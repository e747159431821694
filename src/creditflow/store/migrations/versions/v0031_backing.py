"""What stands behind limits: covers and guarantees, and which part of a limit rests on neither.

Limits that were set before rest on neither: no open part is kept of them.
"""

import sqlalchemy as sa
from alembic import op

from creditflow.domain.money import MAX_MINOR
from creditflow.store import triggers, types

revision = "0031"
down_revision = "0030"

RECORDS: dict[str, list[str]] = {"cover": [], "guarantee": []}
"""Tables whose rows are never deleted, and the columns that never change (none named: all)."""


def upgrade() -> None:
    """Create the tables and the triggers that keep their rows; limits know their open part."""
    _table(
        "cover",
        sa.Column("insurer", types.Word, nullable=False),
        sa.Column("insured_percent", types.Word, nullable=False),
    )
    _table(
        "guarantee",
        sa.Column("kind", types.Word, nullable=False),
        sa.Column("guarantor", types.Word, nullable=False),
    )
    dialect = op.get_bind().dialect.name
    for table, columns in RECORDS.items():
        for statement in triggers.forbid_changes(table, dialect, columns):
            op.execute(statement)
    op.add_column("credit_limit", sa.Column("open_minor", types.Whole, nullable=True))


def _table(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("origin_file", types.Word, nullable=True),
        sa.Column("origin_name", types.Word, nullable=True),
        sa.Column("origin_row", types.Whole, nullable=True),
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("customer_id", types.Word, nullable=False),
        *columns,
        sa.Column("number", types.Word, nullable=False),
        sa.Column("amount_minor", types.Whole, nullable=False),
        sa.Column("amount_currency", types.Currency, nullable=False),
        sa.Column("from_day", types.Day(), nullable=False),
        sa.Column("until_day", types.Day(), nullable=True),
        sa.Column("source", types.Word, nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.CheckConstraint(
            f"amount_minor BETWEEN 0 AND {MAX_MINOR}", name=op.f(f"ck_{name}_amount_bounds")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f(f"fk_{name}_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{name}_customer_id"), name, ["customer_id"], unique=False)
