"""What limits come to together is kept: what counts of each customer, and the sums by part.

Filled with the latest entry of everybody's limit; a limit without an end ends
on the last day there is.
"""

from datetime import date

import sqlalchemy as sa
from alembic import op

from creditflow.store import types

revision = "0026"
down_revision = "0025"

NEVER = date(9999, 12, 31)


def upgrade() -> None:
    """Create both tables and add up the limits that there are."""
    op.create_table(
        "counted_limit",
        sa.Column("customer_id", types.Word, nullable=False),
        sa.Column("sector", types.Word, nullable=True),
        sa.Column("country", types.Word, nullable=False),
        sa.Column("region", types.Word, nullable=True),
        sa.Column("currency", types.Currency, nullable=False),
        sa.Column("until_day", types.Day(), nullable=False),
        sa.Column("minor", types.Whole, nullable=False),
        sa.Column("unbound", types.Whole, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_counted_limit")),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_counted_limit_customer_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "limit_sum",
        sa.Column("scope", types.Word, nullable=False),
        sa.Column("part", types.Word, nullable=False),
        sa.Column("currency", types.Currency, nullable=False),
        sa.Column("until_day", types.Day(), nullable=False),
        sa.Column("minor", types.Whole, nullable=False),
        sa.Column("unbound", types.Whole, nullable=False),
        sa.PrimaryKeyConstraint(
            "scope", "part", "currency", "until_day", name=op.f("pk_limit_sum")
        ),
        sqlite_strict=True,
    )
    connection = op.get_bind()
    connection.execute(_COUNT, {"never": NEVER})
    for scope in ("sector", "country", "region"):
        connection.execute(sa.text(_ADD_UP.format(scope=scope)))
    connection.execute(sa.text(_ADD_UP_ALL))


_COUNT = sa.text(
    "INSERT INTO counted_limit SELECT l.customer_id, c.sector, c.country, c.region,"
    " COALESCE(l.amount_currency, c.currency), COALESCE(l.until_day, :never),"
    " COALESCE(l.amount_minor, 0), CASE WHEN l.state = 'unlimited' THEN 1 ELSE 0 END"
    " FROM credit_limit AS l JOIN customer AS c ON c.id = l.customer_id"
    " WHERE l.state IN ('amount', 'unlimited') AND l.version ="
    " (SELECT MAX(version) FROM credit_limit AS x WHERE x.customer_id = l.customer_id)"
).bindparams(sa.bindparam("never", type_=types.Day()))

_ADD_UP = (
    "INSERT INTO limit_sum SELECT '{scope}', {scope}, currency, until_day, SUM(minor), SUM(unbound)"
    " FROM counted_limit WHERE {scope} IS NOT NULL GROUP BY {scope}, currency, until_day"
)

_ADD_UP_ALL = (
    "INSERT INTO limit_sum SELECT 'book', '', currency, until_day, SUM(minor), SUM(unbound)"
    " FROM counted_limit GROUP BY currency, until_day"
)
