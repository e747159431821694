"""The ledger of everybody as Arrow columns, and rows by the million back: no row object in between.

One snapshot of the database per reading; one transaction per writing.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from importlib.util import find_spec
from typing import Any

from sqlalchemy.engine import make_url

from creditflow.domain.errors import Unavailable
from creditflow.domain.sentences import say
from creditflow.store.column_queries import (
    CHANGED,
    CUSTOMERS,
    INVOICES,
    LIMITS,
    MARKS,
    OBSERVATIONS,
    ORDERS,
    PAYMENTS,
    RAISES,
    STARTS,
    STATEMENTS,
)
from creditflow.store.column_values import plain, shared, values
from creditflow.store.engine import BUSY_TIMEOUT_MS

EVALUATION = "portfolio_evaluation"
_PART = 500
_ROWS = 100_000
_AT_ONCE = 10
"""How many rows one statement inserts into SQLite: running it costs more than another row in it."""

_CACHE_KB = 65_536
LATE = 10_000
"""How many numbers of documents may be on their way at once on PostgreSQL."""


class DriverMissing(Unavailable):
    """What reads and writes columns is not installed."""


class ColumnStore:
    """The same database, by columns."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)

    @contextmanager
    def opened(self) -> Iterator["Columns"]:
        """One transaction: kept when its block ends well, gone when it does not."""
        is_sqlite = self._url.get_backend_name() == "sqlite"
        columns = self._sqlite() if is_sqlite else self._postgresql()
        try:
            yield columns
            columns.commit()
        except BaseException:
            columns.rollback()
            raise
        finally:
            columns.close()

    def _sqlite(self) -> "SqliteColumns":
        """Through Python's own SQLite and no other.

        A second copy of the library in one process, as other drivers bring it,
        does not see the locks of the first and takes its WAL away.
        """
        connection = sqlite3.connect(
            str(self._url.database), timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None
        )
        connection.execute("PRAGMA synchronous = FULL")
        # A page that many rows go to is to stay in memory until the last of them.
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        connection.execute("BEGIN DEFERRED")
        return SqliteColumns(connection)

    def _postgresql(self) -> "PostgresColumns":
        if find_spec("adbc_driver_postgresql") is None:
            raise DriverMissing(
                say(
                    "Reading the whole book needs {driver}. Install it with"
                    " pip install 'creditflow[portfolio]'.",
                    driver="adbc-driver-postgresql",
                )
            )
        import adbc_driver_postgresql.dbapi as postgresql  # noqa: PLC0415 - an extra

        plain = self._url.set(drivername="postgresql")
        connection = postgresql.connect(plain.render_as_string(hide_password=False))
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return PostgresColumns(connection)


class Columns:
    """One open transaction over columns."""

    late = 0
    _connection: Any

    def table(self, query: str) -> Any:  # noqa: ANN401 - an Arrow table, of an extra
        """All rows of a query as an Arrow table."""
        raise NotImplementedError

    def append(self, table: str, rows: Any) -> None:  # noqa: ANN401 - see above
        """Write an Arrow table's rows into a table with the same columns."""
        raise NotImplementedError

    def execute(self, statement: str) -> None:
        """Do something else."""
        raise NotImplementedError

    def commit(self) -> None:
        """Keep everything."""
        self._connection.commit()

    def rollback(self) -> None:
        """Keep nothing."""
        self._connection.rollback()

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def invoices(self, customers: Sequence[str] | None) -> Any:  # noqa: ANN401 - see above
        """Invoices of these customers, or of everybody."""
        return self._of(INVOICES, "customer_id", customers)

    def payments(self, customers: Sequence[str] | None) -> Any:  # noqa: ANN401 - see above
        """Their payments."""
        return self._of(PAYMENTS, "customer_id", customers)

    def masters(self, customers: Sequence[str] | None) -> Any:  # noqa: ANN401 - see above
        """Customers in order of id."""
        return self._of(CUSTOMERS, "id", customers).sort_by("id")

    def standing(self, customers: Sequence[str] | None) -> tuple[Any, Any]:
        """Their orders and their current limits."""
        orders = self._of(ORDERS, "customer_id", customers)
        return orders, self._of(LIMITS, "x.customer_id", customers)

    def raises(self, on: date, days: int, customers: Sequence[str] | None) -> Any:  # noqa: ANN401 - see above
        """Raises and credit on top that a case granted them within so many days up to that one.

        What is counted is that of domain/raises.py.
        """
        first = on - timedelta(days=days - 1)
        query = RAISES.format(first=first.isoformat(), on=on.isoformat())
        return self._of(query, "customer_id", customers)

    def starts(self, on: date, customers: Sequence[str] | None) -> Any:  # noqa: ANN401 - see above
        """Their limits as they were on that day, or at first where they begin later."""
        return self._of(STARTS.format(on=on.isoformat()), "x.customer_id", customers)

    def statements(self, customers: Sequence[str] | None) -> Any:  # noqa: ANN401 - see above
        """Financial statements with all their figures."""
        return self._of(STATEMENTS, "customer_id", customers)

    def observations(self, customers: Sequence[str] | None) -> Any:  # noqa: ANN401 - see above
        """What was said of these customers, or of all, of sectors and countries; as it came in."""
        import pyarrow as pa  # noqa: PLC0415 - an extra

        own = OBSERVATIONS.format(whose="=")
        wider = OBSERVATIONS.format(whose="<>")
        parts = [
            self.table(f"{wider} ORDER BY id"),
            self._of(own, "subject", customers, last=" ORDER BY id"),
        ]
        return pa.concat_tables(parts, promote_options="permissive")

    def _of(
        self, query: str, column: str, customers: Sequence[str] | None, *, last: str = ""
    ) -> Any:  # noqa: ANN401 - an Arrow table, of an extra
        """The rows of these customers, or of all of them."""
        import pyarrow as pa  # noqa: PLC0415 - an extra

        joined = "AND" if " WHERE " in query else "WHERE"
        parts = [
            self.table((f"{query} {joined} {only}" if only else query) + last)
            for only in _among(column, customers)
        ]
        return pa.concat_tables(parts, promote_options="permissive")

    def changed(self, marks: dict[str, int]) -> list[str]:
        """Whose invoices or payments came in behind these marks, by id.

        On PostgreSQL numbers are given out before they are committed, so that
        an earlier one may come later: there some are looked at twice.
        """
        numbers = {name: int(value) - self.late for name, value in marks.items()}
        found = self.table(CHANGED.format(**numbers))
        return sorted(str(id_) for id_ in found["customer_id"].to_pylist())

    def marks(self) -> dict[str, int]:
        """How far invoices and payments have come in."""
        return {name: int(value) for name, value in self.table(MARKS).to_pylist()[0].items()}

    def keep(self, on: date, customers: Sequence[str] | None, rows: Iterable[Any]) -> int:
        """Write the book's evaluation of a day in place of what stood there; how many rows.

        These Arrow tables are all there is of these customers, or of everybody.
        """
        # The delete comes first, so that SQLite's one writer is this one from the start.
        gone = f"DELETE FROM {EVALUATION} WHERE on_day = '{on.isoformat()}'"  # noqa: S608 - a day
        for only in _among("customer_id", customers):
            self.execute(gone + (f" AND {only}" if only else ""))
        written = 0
        for part in rows:
            self.append(EVALUATION, part)
            written += part.num_rows
        return written


class SqliteColumns(Columns):
    """SQLite: rows as tuples, a hundred thousand at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def table(self, query: str) -> Any:  # noqa: ANN401 - an Arrow table, of an extra
        """All rows of a query as an Arrow table."""
        import pyarrow as pa  # noqa: PLC0415 - an extra

        cursor = self._connection.execute(query)
        names = [column[0] for column in cursor.description]
        parts = []
        while rows := cursor.fetchmany(_ROWS):
            parts.append(pa.table([pa.array(c) for c in zip(*rows, strict=True)], names=names))
        if not parts:
            return pa.table({name: pa.nulls(0) for name in names})
        return pa.concat_tables(parts, promote_options="permissive")

    def append(self, table: str, rows: Any) -> None:  # noqa: ANN401 - see above
        """Write an Arrow table's rows into a table with the same columns."""
        if not rows.num_rows:
            return
        alike = [shared(column) for column in rows.columns]
        row = "(" + ", ".join("?" if literal is None else literal for literal in alike) + ")"
        parts = [c for c, literal in zip(rows.columns, alike, strict=True) if literal is None]
        own = [values(column) for column in parts] or [[]]
        insert = f"INSERT INTO {table} ({', '.join(rows.column_names)}) VALUES "  # noqa: S608 - our own names
        whole = len(rows) // _AT_ONCE * _AT_ONCE if parts else 0
        together = [column[at:whole:_AT_ONCE] for at in range(_AT_ONCE) for column in own]
        rest = [column[whole:] for column in own]
        self._connection.executemany(
            insert + ", ".join([row] * _AT_ONCE), zip(*together, strict=True)
        )
        self._connection.executemany(
            insert + row, zip(*rest, strict=True) if parts else [()] * len(rows)
        )

    def execute(self, statement: str) -> None:
        """Do something else."""
        self._connection.execute(statement)


class PostgresColumns(Columns):
    """PostgreSQL: binary COPY both ways."""

    late = LATE

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - ADBC's own type needs its driver
        self._connection = connection

    def table(self, query: str) -> Any:  # noqa: ANN401 - an Arrow table, of an extra
        """All rows of a query as an Arrow table."""
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetch_arrow_table()

    def append(self, table: str, rows: Any) -> None:  # noqa: ANN401 - see above
        """Write an Arrow table's rows into a table with the same columns."""
        with self._connection.cursor() as cursor:
            cursor.adbc_ingest(table, plain(rows), mode="append")

    def execute(self, statement: str) -> None:
        """Do something else."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement)


def _among(column: str, customers: Sequence[str] | None) -> list[str]:
    """A condition for some hundred customers at a time; an empty one where it is everybody.

    Both databases double a quote, and PostgreSQL keeps backslashes.
    """
    if customers is None:
        return [""]
    quoted = ["'" + customer.replace("'", "''") + "'" for customer in customers]
    parts = [quoted[at : at + _PART] for at in range(0, max(1, len(quoted)), _PART)]
    return [f"{column} IN ({', '.join(part) or 'NULL'})" for part in parts]
