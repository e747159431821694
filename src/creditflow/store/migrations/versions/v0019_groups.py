"""Groups of companies under their parents, who belonged where, and the limits that they share.

What master data says of groups so far becomes groups without a parent and without
a limit, with the members that it names, from the day on which their file came in.
"""

import sqlalchemy as sa
from alembic import op

from creditflow.store import triggers, types

revision = "0019"
down_revision = "0018"

GROUPED: dict[str, list[str]] = {
    "membership": [],
    "group_limit": [],
    "group_limit_change": [
        *("id", "group_id", "limit_state", "amount_minor", "currency", "from_day", "until_day"),
        *("based_on", "why", "proposed_by", "proposed_at"),
    ],
}
"""What never changes: the histories, and what was proposed."""


def upgrade() -> None:
    """Create the tables, fill them from master data, and put the triggers on."""
    op.create_table(
        "company_group",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("name", types.Word, nullable=False),
        sa.Column("name_en", types.Word, nullable=True),
        sa.Column("parent_id", types.Word, nullable=True),
        _refers("company_group", "parent_id", "company_group.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_group")),
        sqlite_strict=True,
    )
    _membership()
    _group_limit()
    _group_limit_change()
    dialect = op.get_context().dialect.name
    _fill(dialect)
    for table, columns in GROUPED.items():
        for statement in triggers.forbid_changes(table, dialect, columns):
            op.execute(statement)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [target],
        name=op.f(f"fk_{table}_{column}"),
        initially="DEFERRED",
        deferrable=True,
    )


def _bounds(table: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(
        "amount_minor BETWEEN 0 AND 9000000000000000", name=op.f(f"ck_{table}_amount_bounds")
    )


def _membership() -> None:
    op.create_table(
        "membership",
        sa.Column("customer_id", types.Word, nullable=False),
        sa.Column("version", types.Whole, nullable=False),
        sa.Column("group_id", types.Word, nullable=True),
        sa.Column("from_day", types.Day(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("recorded_by", types.Word, nullable=False),
        _refers("membership", "customer_id", "customer.id"),
        _refers("membership", "group_id", "company_group.id"),
        sa.PrimaryKeyConstraint("customer_id", "version", name=op.f("pk_membership")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_membership_group_id"), "membership", ["group_id"])


def _group_limit() -> None:
    op.create_table(
        "group_limit",
        sa.Column("group_id", types.Word, nullable=False),
        sa.Column("version", types.Whole, nullable=False),
        sa.Column("state", types.Word, nullable=False),
        sa.Column("amount_minor", types.Whole, nullable=True),
        sa.Column("currency", types.Currency, nullable=False),
        sa.Column("from_day", types.Day(), nullable=False),
        sa.Column("until_day", types.Day(), nullable=True),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("recorded_by", types.Word, nullable=False),
        sa.Column("change_id", types.Word, nullable=True),
        _bounds("group_limit"),
        _refers("group_limit", "group_id", "company_group.id"),
        sa.PrimaryKeyConstraint("group_id", "version", name=op.f("pk_group_limit")),
        sqlite_strict=True,
    )


def _group_limit_change() -> None:
    op.create_table(
        "group_limit_change",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("group_id", types.Word, nullable=False),
        sa.Column("limit_state", types.Word, nullable=False),
        sa.Column("amount_minor", types.Whole, nullable=True),
        sa.Column("currency", types.Currency, nullable=False),
        sa.Column("from_day", types.Day(), nullable=False),
        sa.Column("until_day", types.Day(), nullable=True),
        sa.Column("based_on", types.Whole, nullable=False),
        sa.Column("why", types.Word, nullable=False),
        sa.Column("proposed_by", types.Word, nullable=False),
        sa.Column("proposed_at", types.Instant(), nullable=False),
        sa.Column("state", types.Word, nullable=False),
        sa.Column("decided_by", types.Word, nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.Column("comment", types.Word, nullable=False),
        _bounds("group_limit_change"),
        _refers("group_limit_change", "group_id", "company_group.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_limit_change")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_group_limit_change_group_id"), "group_limit_change", ["group_id"])
    op.create_index(op.f("ix_group_limit_change_state"), "group_limit_change", ["state"])


def _fill(dialect: str) -> None:
    """Take over what customers say; where no file is kept, from the journal's first moment on."""
    op.execute(
        "INSERT INTO company_group (id, name)"
        " SELECT group_id, COALESCE(MIN(group_name), group_id)"
        " FROM customer WHERE group_id IS NOT NULL GROUP BY group_id"
    )
    sqlite = dialect == "sqlite"
    epoch = "'1970-01-01T00:00:00.000000+00:00'"
    moment = epoch if sqlite else f"CAST({epoch} AS timestamptz)"
    first_day = "substr(m.at, 1, 10)" if sqlite else "CAST(m.at AT TIME ZONE 'UTC' AS date)"
    op.execute(
        "INSERT INTO membership"  # noqa: S608 - no word of it comes from outside
        " (customer_id, version, group_id, from_day, recorded_at, recorded_by)"
        f" SELECT m.id, 1, m.group_id, {first_day}, m.at, m.who FROM ("
        "SELECT c.id, c.group_id, COALESCE("
        "(SELECT MIN(h.made_at) FROM hand_in h WHERE h.file_hash = c.origin_file),"
        f" (SELECT MIN(j.made_at) FROM journal j), {moment}) AS at,"
        " COALESCE((SELECT MIN(h.made_by) FROM hand_in h WHERE h.file_hash = c.origin_file),"
        " 'system') AS who"
        " FROM customer c WHERE c.group_id IS NOT NULL) AS m"
    )
