"""The ledger of everybody as Arrow columns, and rows by the million back: no row object in between.

One snapshot of the database per reading; one transaction per writing. The
statements are written out here because the driver (ADBC) takes text; their
tables and columns are those of the store, as a test makes sure.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from sqlalchemy.engine import make_url

from creditflow.domain.errors import Unavailable
from creditflow.domain.sentences import say
from creditflow.store.engine import BUSY_TIMEOUT_MS

CUSTOMERS = (
    "SELECT id, currency, country, sector, onboarded_on, terms_days, requested_minor,"
    " requested_currency FROM customer"
)
INVOICES = (
    "SELECT customer_id, source, document, type, issued_on, due_on, amount_minor,"
    " amount_currency, disputed FROM invoice"
)
PAYMENTS = (
    "SELECT customer_id, source, invoice, paid_on, amount_minor, amount_currency FROM payment"
)
ORDERS = "SELECT customer_id, ordered_on, amount_minor, amount_currency, status FROM sales_order"
LIMITS = (
    "SELECT customer_id, version, state, amount_minor, amount_currency, from_day, until_day"
    " FROM credit_limit AS x WHERE version ="
    " (SELECT MAX(version) FROM credit_limit AS y WHERE y.customer_id = x.customer_id)"
)
STATEMENTS = "SELECT * FROM statement"
CHANGED = (
    "SELECT customer_id FROM invoice WHERE id > {invoice}"
    " UNION SELECT customer_id FROM payment WHERE id > {payment}"
)
MARKS = (
    "SELECT (SELECT COALESCE(MAX(id), 0) FROM invoice) AS invoice,"
    " (SELECT COALESCE(MAX(id), 0) FROM payment) AS payment"
)
_PART = 500
LATE = 10_000
"""How many numbers of documents may be on their way at once on PostgreSQL."""


class DriverMissing(Unavailable):
    """What reads and writes columns is not installed."""


class ColumnStore:
    """The same database, by columns."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"

    @contextmanager
    def opened(self) -> Iterator["Columns"]:
        """One transaction: kept when its block ends well, gone when it does not."""
        connection = self._connect()
        try:
            yield Columns(connection, is_sqlite=self.is_sqlite)
            connection.commit()
        finally:
            connection.close()

    def _connect(self) -> Any:  # noqa: ANN401 - ADBC's own type needs its driver
        name = "adbc_driver_sqlite" if self.is_sqlite else "adbc_driver_postgresql"
        if find_spec(name) is None:
            raise DriverMissing(
                say(
                    "Reading the whole book needs {driver}. Install it with"
                    " pip install 'creditflow[portfolio]'.",
                    driver=name.replace("_", "-"),
                )
            )
        if self.is_sqlite:
            import adbc_driver_sqlite.dbapi as sqlite  # noqa: PLC0415 - an extra

            connection = sqlite.connect(str(self._url.database), autocommit=True)
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
                cursor.execute("PRAGMA synchronous = FULL")
            connection.adbc_connection.set_autocommit(False)
            return connection
        import adbc_driver_postgresql.dbapi as postgresql  # noqa: PLC0415 - an extra

        plain = self._url.set(drivername="postgresql")
        connection = postgresql.connect(plain.render_as_string(hide_password=False))
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return connection


class Columns:
    """One open transaction over columns."""

    def __init__(self, connection: Any, *, is_sqlite: bool) -> None:  # noqa: ANN401 - see above
        self._connection = connection
        self.is_sqlite = is_sqlite

    def table(self, query: str) -> Any:  # noqa: ANN401 - an Arrow table, of an extra
        """All rows of a query as an Arrow table."""
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetch_arrow_table()

    def documents(self, customers: Sequence[str] | None) -> tuple[Any, Any]:
        """Invoices and payments of these customers, or of everybody."""
        return self._of(INVOICES, "customer_id", customers), self._of(
            PAYMENTS, "customer_id", customers
        )

    def standing(self, customers: Sequence[str] | None) -> tuple[Any, Any, Any]:
        """Customers in order of id, their orders and their current limits."""
        masters = self._of(CUSTOMERS, "id", customers).sort_by("id")
        orders = self._of(ORDERS, "customer_id", customers)
        return masters, orders, self._of(LIMITS, "x.customer_id", customers)

    def statements(self, customers: Sequence[str] | None) -> Any:  # noqa: ANN401 - see above
        """Financial statements with all their figures."""
        return self._of(STATEMENTS, "customer_id", customers)

    def _of(self, query: str, column: str, customers: Sequence[str] | None) -> Any:  # noqa: ANN401 - an Arrow table, of an extra
        """The rows of these customers, or of all of them."""
        if customers is None:
            return self.table(query)
        import pyarrow as pa  # noqa: PLC0415 - an extra

        joined = "AND" if " WHERE " in query else "WHERE"
        parts = [
            self.table(f"{query} {joined} {column} IN ({_quoted(customers[at : at + _PART])})")
            for at in range(0, max(1, len(customers)), _PART)
        ]
        return pa.concat_tables(parts, promote_options="permissive")

    def changed(self, marks: dict[str, int]) -> list[str]:
        """Whose invoices or payments came in behind these marks, by id.

        On PostgreSQL numbers are given out before they are committed, so that
        an earlier one may come later: there some are looked at twice.
        """
        late = 0 if self.is_sqlite else LATE
        numbers = {name: int(value) - late for name, value in marks.items()}
        found = self.table(CHANGED.format(**numbers))
        return sorted(str(id_) for id_ in found["customer_id"].to_pylist())

    def marks(self) -> dict[str, int]:
        """How far invoices and payments have come in."""
        return {name: int(value) for name, value in self.table(MARKS).to_pylist()[0].items()}

    def replace(self, table: str, where: str, rows: Iterable[Any]) -> int:
        """Delete the rows that `where` meets and write these Arrow tables; how many rows."""
        written = 0
        with self._connection.cursor() as cursor:
            # The delete comes first, so that SQLite's one writer is this one from the start.
            cursor.execute(f"DELETE FROM {table} WHERE {where}")  # noqa: S608 - by the caller alone
            for part in rows:
                cursor.adbc_ingest(table, part, mode="append")
                written += part.num_rows
        return written


def _quoted(words: Sequence[str]) -> str:
    """Words as SQL literals: both databases double a quote, and PostgreSQL keeps backslashes."""
    return ", ".join("'" + word.replace("'", "''") + "'" for word in words) or "NULL"
