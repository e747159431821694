"""What all rows have in common: names of constraints, kinds of columns, STRICT tables.

Money is two columns, `…_minor` and `…_currency`. Foreign keys are checked at
commit, so a use case may keep its things in any order.
"""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import registry
from sqlalchemy.schema import SchemaItem
from sqlmodel import Field, SQLModel

from creditflow.domain.money import MAX_MINOR
from creditflow.store.types import Bytes, Currency, Day, Flag, Instant, Whole, Word

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Row(SQLModel, registry=registry(metadata=METADATA)):
    """A row of the store. Rows are written and read by Core statements, many at a time."""

    metadata: ClassVar[sa.MetaData] = METADATA


def args(*constraints: SchemaItem) -> tuple[object, ...]:
    """Say what `__table_args__` needs: the constraints, and STRICT on SQLite."""
    return (*constraints, {"sqlite_strict": True})


def bounds(*names: str) -> tuple[sa.CheckConstraint, ...]:
    """Keep these amounts from zero to the largest that is kept."""
    return tuple(
        sa.CheckConstraint(f"{name}_minor BETWEEN 0 AND {MAX_MINOR}", name=f"{name}_bounds")
        for name in names
    )


def signed_bounds(*names: str) -> tuple[sa.CheckConstraint, ...]:
    """Keep these amounts, which may be below zero, within what is kept."""
    return tuple(
        sa.CheckConstraint(
            f"{name}_minor BETWEEN {-MAX_MINOR} AND {MAX_MINOR}", name=f"{name}_bounds"
        )
        for name in names
    )


def whole_or_none(*names: str) -> tuple[sa.CheckConstraint, ...]:
    """An amount has its currency, and a missing amount has none."""
    return tuple(
        sa.CheckConstraint(
            f"({name}_minor IS NULL) = ({name}_currency IS NULL)", name=f"{name}_whole"
        )
        for name in names
    )


def refers(column: str, target: str) -> sa.ForeignKeyConstraint:
    """Refer to a row that is there at commit."""
    return sa.ForeignKeyConstraint([column], [target], deferrable=True, initially="DEFERRED")


# Field() gives whatever the annotation beside it needs, as SQLModel's own does.
def word(*, key: bool = False) -> Any:  # noqa: ANN401
    """Text of any length."""
    return Field(sa_type=Word, primary_key=key)


def whole(*, key: bool = False) -> Any:  # noqa: ANN401
    """A whole number of 64 bits."""
    return Field(sa_type=Whole, primary_key=key)


def code(*, key: bool = False) -> Any:  # noqa: ANN401
    """A currency code of three letters."""
    return Field(sa_type=Currency, primary_key=key)


def day(*, key: bool = False) -> Any:  # noqa: ANN401
    """A calendar day."""
    return Field(sa_type=Day, primary_key=key)


def instant() -> Any:  # noqa: ANN401
    """A moment in UTC."""
    return Field(sa_type=Instant)


def flag() -> Any:  # noqa: ANN401
    """Yes or no."""
    return Field(sa_type=Flag)


def data() -> Any:  # noqa: ANN401
    """Bytes as they are."""
    return Field(sa_type=Bytes)


def table(row: type[Row]) -> sa.Table:
    """Find the table behind a row class."""
    return METADATA.tables[str(row.__tablename__)]
