"""Say in each database's own words what SQLAlchemy has no common word for."""

from collections.abc import Collection
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from creditflow.store.types import Day


def words_inside(
    body: sa.Column[Any], names: Collection[str], dialect: str
) -> tuple[dict[str, ColumnElement[str]], sa.FromClause]:
    """Words at the top of a column that holds canonical JSON, and what to select them from.

    PostgreSQL would unpack the whole text again for each word, so there all of
    them come from one record; SQLite remembers what it has just parsed.
    """
    if dialect != "postgresql":
        return {name: sa.func.json_extract(body, f"$.{name}") for name in names}, body.table
    columns = [sa.column(name, sa.Text) for name in names]
    record = sa.func.jsonb_to_record(sa.cast(body, postgresql.JSONB))
    inside = record.table_valued(*columns).render_derived(with_types=True).lateral()
    return {name: inside.c[name] for name in names}, body.table.join(inside, sa.true())


class _After(FunctionElement[date]):
    inherit_cache = True
    type = Day()


def days_after(day: ColumnElement[Any], days: int) -> ColumnElement[date]:
    """The day that lies so many days after the one in the column."""
    return _After(day, sa.literal_column(str(int(days))))


@compiles(_After, "sqlite")
def _after_sqlite(element: _After, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    day, days = (compiler.process(clause, **how) for clause in element.clauses)
    return f"date({day}, '+' || {days} || ' days')"


@compiles(_After, "postgresql")
def _after_postgresql(element: _After, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    day, days = (compiler.process(clause, **how) for clause in element.clauses)
    return f"({day} + {days})"
