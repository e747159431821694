"""One open transaction: the only way in which the store reads and writes rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.sql.dml import ReturningUpdate, UpdateBase

from creditflow.domain.customer import Origin
from creditflow.domain.errors import NotFound
from creditflow.domain.money import Money
from creditflow.domain.sentences import Sentence

Values = Mapping[str, object]
"""A row to be written, by column."""

CHUNK = 5_000
"""How many keys one statement asks for; far below what either database can bind."""


class Transaction:
    """A connection within a transaction. One that only reads refuses to write."""

    def __init__(self, connection: Connection, *, writes: bool) -> None:
        self._connection = connection
        self.dialect = connection.dialect.name
        self.writes = writes
        self._before_commit: list[Callable[[], None]] = []

    def rows(self, query: sa.Select[Any], values: Values | None = None) -> Sequence[sa.Row[Any]]:
        """All rows that the query finds, with these values for what it was left open for."""
        return self._connection.execute(query, values).all()

    def row(self, query: sa.Select[Any]) -> sa.Row[Any] | None:
        """The first row that the query finds."""
        return self._connection.execute(query).first()

    def locked(self, query: sa.Select[Any]) -> sa.Row[Any] | None:
        """The first row, held until the end of the transaction if this one writes.

        SQLite needs no such lock: its one writer holds the whole database.
        """
        return self.row(query.with_for_update(key_share=True) if self.writes else query)

    def hold(self, table: sa.Table) -> None:
        """Let nobody else change a table until the end of the transaction; they wait.

        Reading goes on. SQLite needs no such lock: its one writer holds the whole database.
        """
        if self.writes and self.dialect == "postgresql":
            lock = f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"
            self._connection.execute(sa.text(lock))

    def needed(
        self, query: sa.Select[Any], otherwise: Sentence, *, locked: bool = False
    ) -> sa.Row[Any]:
        """The first row; raises NotFound with that sentence where there is none."""
        found = self.locked(query) if locked else self.row(query)
        if found is None:
            raise NotFound(otherwise)
        return found

    def chosen(
        self, query: sa.Select[Any], column: sa.Column[Any], keys: Iterable[str]
    ) -> Iterator[sa.Row[Any]]:
        """The rows whose column holds one of the keys, however many keys there are."""
        wanted = sorted(set(keys))
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            yield from self.rows(query.where(column.in_(part)))

    def write(
        self, statement: UpdateBase, rows: Sequence[Values] | None = None
    ) -> CursorResult[Any]:
        """Write, once or for each of the rows."""
        if not self.writes:
            raise TypeError("this work was opened for reading and writes nothing")
        # Every guard counts the rows it met; an INSERT's count is forgotten unless one asks.
        counted = {"preserve_rowcount": True}
        values = None if rows is None else list(rows)
        return self._connection.execute(statement, values, execution_options=counted)

    def insert(self, table: sa.Table, rows: Sequence[Values]) -> None:
        """Insert all the rows."""
        if rows:
            self.write(sa.insert(table), rows)

    def written(self, statement: ReturningUpdate[Any]) -> sa.Row[Any] | None:
        """Update one row and read it back, as RETURNING says; None where none was updated."""
        return self.write(statement).first()

    def insert_new(self, table: sa.Table, rows: Sequence[Values]) -> int:
        """Insert the rows that clash with no unique constraint; how many that were.

        Unlike an error, a row that stays out leaves the transaction usable.
        """
        return self.write(_insert_new(table, self.dialect), rows).rowcount if rows else 0

    def put(self, table: sa.Table, rows: Sequence[Values]) -> None:
        """Insert the rows, or replace those of the same primary key."""
        if rows:
            self.write(_put(table, self.dialect, tuple(rows[0])), rows)

    def change(self, table: sa.Table, values: Values, *, where: Values) -> int:
        """Set these values in the rows that hold those values now; how many that were."""
        guarded = {f"now_{name}": value for name, value in where.items()}
        return self.write(_change(table, tuple(where)), [{**values, **guarded}]).rowcount

    def insert_or(self, table: sa.Table) -> postgresql.Insert:
        """An insert of this database's own dialect, which can say ON CONFLICT."""
        return _insert(table, self.dialect)

    def before_commit(self, act: Callable[[], None]) -> None:
        """Have something done at the very end of the transaction."""
        self._before_commit.append(act)

    def finish(self) -> None:
        """Do what was left for the end."""
        for act in self._before_commit:
            act()


# Statements are made once: putting one together costs more than running it.
def _insert(table: sa.Table, dialect: str) -> postgresql.Insert:
    if dialect == "postgresql":
        return postgresql.insert(table)
    # Both dialects give their insert the same clauses, under two unrelated types.
    return sqlite.insert(table)  # type: ignore[return-value]


@cache
def _insert_new(table: sa.Table, dialect: str) -> UpdateBase:
    return _insert(table, dialect).on_conflict_do_nothing()


@cache
def _put(table: sa.Table, dialect: str, columns: tuple[str, ...]) -> UpdateBase:
    insert = _insert(table, dialect)
    keys = [column.name for column in table.primary_key]
    rest = {name: insert.excluded[name] for name in columns if name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=rest)


@cache
def _change(table: sa.Table, guarded: tuple[str, ...]) -> UpdateBase:
    now = [table.c[name] == sa.bindparam(f"now_{name}") for name in guarded]
    return sa.update(table).where(*now)


def money_or_none(minor: int | None, currency: str | None) -> Money | None:
    """The amount of two columns; None where they hold none."""
    return None if minor is None or currency is None else Money(minor, currency)


def parts(name: str, amount: Money | None) -> dict[str, object]:
    """The two columns of an amount."""
    return {
        f"{name}_minor": None if amount is None else amount.minor,
        f"{name}_currency": None if amount is None else amount.currency,
    }


def origin_of(row: sa.Row[Any]) -> Origin | None:
    """Where the row came from, if that was kept."""
    if row.origin_file is None:
        return None
    return Origin(row.origin_file, row.origin_name, row.origin_row)


def origin_parts(origin: Origin | None) -> dict[str, object]:
    """The columns that say where a row came from."""
    return {
        "origin_file": origin.file_hash if origin else None,
        "origin_name": origin.file_name if origin else None,
        "origin_row": origin.row if origin else None,
    }
