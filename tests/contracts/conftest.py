"""The same database three times: in memory, in SQLite, in PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from creditflow.store.database import Database
from tests.databases import (
    emptied,
    postgres_cluster,
    postgres_database,
    postgres_programs,
    sqlite_database,
    tiny_policy,
)
from tests.fakes import FakeDatabase


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server for the whole session, where its programs are installed."""
    programs = postgres_programs()
    if programs is None:
        without = "PostgreSQL is not installed here, or the tests do not run as root"
        if "CREDITFLOW_REQUIRE_POSTGRES" in os.environ:
            pytest.fail(without)
        pytest.skip(without)
    with postgres_cluster(programs) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_session_database(postgres: str) -> Iterator[Database]:
    """One PostgreSQL database for the whole session."""
    with postgres_database(postgres) as sql:
        yield sql


@pytest.fixture
def postgres_emptied(postgres: str, postgres_session_database: Database) -> Database:
    """A PostgreSQL database without a row."""
    emptied(postgres, postgres_session_database)
    return postgres_session_database


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeDatabase | Database]:
    """An empty database of each kind."""
    if request.param == "memory":
        yield FakeDatabase(policy_from_json=tiny_policy)
    elif request.param == "sqlite":
        with sqlite_database(tmp_path) as sql:
            yield sql
    else:
        yield request.getfixturevalue("postgres_emptied")


@pytest.fixture(params=["sqlite", "postgres"])
def sql_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind that outlives a process."""
    if request.param == "sqlite":
        with sqlite_database(tmp_path) as sql:
            yield sql
    else:
        yield request.getfixturevalue("postgres_emptied")
