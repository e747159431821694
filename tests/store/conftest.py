"""The real databases, as the contract suites use them."""

from tests.contracts.conftest import (
    postgres,
    postgres_emptied,
    postgres_session_database,
    sql_database,
)

__all__ = ["postgres", "postgres_emptied", "postgres_session_database", "sql_database"]
