"""Limits are recorded once and for ever; credit on top of them, temporary or for a project.

Entries from before get back the end that they were recorded with, which a later
entry had cut, and the moment at which the journal says that they were recorded.
"""

import sqlalchemy as sa
from alembic import op

from creditflow.store import triggers, types

revision = "0012"
down_revision = "0011"

RECORDED: dict[str, list[str]] = {"credit_limit": [], "added_limit": [], "limit_ending": []}
"""Tables whose rows never change."""

OLD = (
    *("customer_id", "version", "state", "amount_minor", "amount_currency", "from_day"),
    *("terms_days", "case_id"),
)


def upgrade() -> None:
    """Make the history append-only, then create what is new, with the triggers of all."""
    dialect = op.get_context().dialect.name
    if dialect == "postgresql":
        _history_altered()
    else:
        _history_made_anew()
    _added_limit()
    op.create_table(
        "limit_ending",
        sa.Column("limit_id", types.Word, nullable=False),
        sa.Column("ended_on", types.Day(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("limit_id", name=op.f("pk_limit_ending")),
        sqlite_strict=True,
    )
    for table, columns in RECORDED.items():
        for statement in triggers.forbid_changes(table, dialect, columns):
            op.execute(statement)


def _recorded_at(midnight: str) -> str:
    """When the journal says that the entry was made; where it says nothing, its first day."""
    return f"""COALESCE(
      (SELECT MIN(j.made_at) FROM journal j
        WHERE j.what = 'limit.applied' AND j.subject = l.case_id),
      (SELECT MIN(j.made_at) FROM journal j
        WHERE j.what = 'limit.opened' AND j.subject = l.customer_id AND l.case_id IS NULL),
      {midnight})"""  # noqa: S608 - no word of it comes from outside


def _history_altered() -> None:
    for event in ("update", "delete", "truncate"):
        op.execute(f"DROP TRIGGER credit_limit_no_{event} ON credit_limit")
    op.add_column("credit_limit", sa.Column("review_on", types.Day(), nullable=True))
    op.add_column("credit_limit", sa.Column("recorded_at", types.Instant(), nullable=True))
    recorded = _recorded_at("l.from_day::timestamp AT TIME ZONE 'UTC'")
    op.execute(
        f"UPDATE credit_limit AS l SET recorded_at = {recorded},"  # noqa: S608 - as above
        " until_day = CASE WHEN l.case_id IS NULL THEN NULL ELSE COALESCE("
        "(SELECT (p.body::jsonb ->> 'until')::date FROM proposal p"
        " JOIN credit_case c ON c.proposal_id = p.id WHERE c.id = l.case_id), l.until_day) END"
    )
    op.alter_column("credit_limit", "recorded_at", nullable=False)


def _history_made_anew() -> None:
    """SQLite adds no column that has to be filled."""
    op.create_table(
        "credit_limit_anew",
        sa.Column("customer_id", types.Word, nullable=False),
        sa.Column("version", types.Whole, nullable=False),
        sa.Column("state", types.Word, nullable=False),
        sa.Column("amount_minor", types.Whole, nullable=True),
        sa.Column("amount_currency", types.Currency, nullable=True),
        sa.Column("from_day", types.Day(), nullable=False),
        sa.Column("until_day", types.Day(), nullable=True),
        sa.Column("terms_days", types.Whole, nullable=True),
        sa.Column("case_id", types.Word, nullable=True),
        sa.Column("review_on", types.Day(), nullable=True),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.CheckConstraint(
            "(amount_minor IS NULL) = (amount_currency IS NULL)",
            name=op.f("ck_credit_limit_amount_whole"),
        ),
        sa.CheckConstraint(
            "amount_minor BETWEEN 0 AND 9000000000000000",
            name=op.f("ck_credit_limit_amount_bounds"),
        ),
        _refers("credit_limit"),
        sa.PrimaryKeyConstraint("customer_id", "version", name=op.f("pk_credit_limit")),
        sqlite_strict=True,
    )
    columns = ", ".join(OLD)
    recorded = _recorded_at("l.from_day || 'T00:00:00.000000+00:00'")
    op.execute(
        f"INSERT INTO credit_limit_anew ({columns}, until_day, review_on, recorded_at)"  # noqa: S608 - as above
        f" SELECT {columns}, CASE WHEN l.case_id IS NULL THEN NULL ELSE COALESCE("
        "(SELECT json_extract(p.body, '$.until') FROM proposal p"
        " JOIN credit_case c ON c.proposal_id = p.id WHERE c.id = l.case_id), l.until_day) END,"
        f" NULL, {recorded} FROM credit_limit AS l"
    )
    op.drop_table("credit_limit")
    op.rename_table("credit_limit_anew", "credit_limit")


def _added_limit() -> None:
    op.create_table(
        "added_limit",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("version", types.Whole, nullable=False),
        sa.Column("customer_id", types.Word, nullable=False),
        sa.Column("kind", types.Word, nullable=False),
        sa.Column("amount_minor", types.Whole, nullable=False),
        sa.Column("amount_currency", types.Currency, nullable=False),
        sa.Column("from_day", types.Day(), nullable=False),
        sa.Column("until_day", types.Day(), nullable=False),
        sa.Column("reason", types.Word, nullable=False),
        sa.Column("project", types.Word, nullable=False),
        sa.Column("consumption", types.Word, nullable=True),
        sa.Column("terms_days", types.Whole, nullable=True),
        sa.Column("case_id", types.Word, nullable=True),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("recorded_by", types.Word, nullable=False),
        sa.CheckConstraint(
            "amount_minor BETWEEN 0 AND 9000000000000000",
            name=op.f("ck_added_limit_amount_bounds"),
        ),
        _refers("added_limit"),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_added_limit")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_added_limit_customer_id"), "added_limit", ["customer_id"])
    op.create_index(op.f("ix_added_limit_until_day"), "added_limit", ["until_day"])


def _refers(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["customer_id"],
        ["customer.id"],
        name=op.f(f"fk_{table}_customer_id"),
        initially="DEFERRED",
        deferrable=True,
    )
