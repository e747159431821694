"""The book is read out of both databases."""

from tests.contracts.conftest import (
    postgres,
    postgres_emptied,
    postgres_session_database,
    sql_database,
)

__all__ = ["postgres", "postgres_emptied", "postgres_session_database", "sql_database"]
