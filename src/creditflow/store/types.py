"""Column types that keep a value exactly and give back the very same one, on both databases.

Every table is STRICT on SQLite, so a float can never slip into a money column;
that is why the SQLite side of each type is one of INTEGER, TEXT and BLOB.
"""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class Instant(TypeDecorator[datetime]):
    """An aware moment in UTC; on SQLite as text of fixed width, which sorts as time does."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str] | TypeEngine[datetime]:
        """Say how this database keeps it."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        """Refuse a moment without a time zone; otherwise write it in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        moment = value.astimezone(UTC)
        if dialect.name == "postgresql":
            return moment
        return moment.isoformat(timespec="microseconds")

    def process_result_value(self, value: datetime | str | None, _: Dialect) -> datetime | None:
        """Read it back, aware and in UTC."""
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC)


class Day(TypeDecorator[date]):
    """A calendar day; on SQLite as ISO text, which sorts as days do."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str] | TypeEngine[date]:
        """Say how this database keeps it."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.Date())
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> date | str | None:
        """Write the day; a moment is not a day and is refused."""
        if value is None:
            return None
        if isinstance(value, datetime):
            raise TypeError(f"a day is wanted, not a moment: {value!r}")
        return value if dialect.name == "postgresql" else value.isoformat()

    def process_result_value(self, value: date | str | None, _: Dialect) -> date | None:
        """Read it back."""
        return date.fromisoformat(value) if isinstance(value, str) else value


class Flag(TypeDecorator[bool]):
    """Yes or no; on SQLite as the integers one and zero."""

    impl = sa.Integer
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[bool] | TypeEngine[int]:
        """Say how this database keeps it."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.Boolean())
        return dialect.type_descriptor(sa.Integer())

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> bool | int | None:
        """Write it."""
        if value is None or dialect.name == "postgresql":
            return value
        return int(value)

    def process_result_value(self, value: bool | int | None, _: Dialect) -> bool | None:
        """Read it back."""
        return None if value is None else bool(value)


Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A whole number of 64 bits: minor units, counts, versions."""

Word = sa.Text()
"""Text of any length; a code, a name, canonical JSON."""

Bytes = sa.LargeBinary()
"""Bytes as they are."""

Currency = sa.CHAR(3).with_variant(sa.Text(), "sqlite")
"""A currency code of three letters."""
