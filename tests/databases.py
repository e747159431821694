"""Real databases for tests: a migrated SQLite file is a copy, PostgreSQL is a throwaway cluster."""

import atexit
import functools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from creditflow.domain.policy import Policy
from creditflow.store.database import Database
from creditflow.store.tables import METADATA
from tests.makers import a_policy

POSTGRES = "postgres"
"""The user that PostgreSQL runs as: it refuses to run as root."""


def tiny_policy(text: str, version: int) -> Policy:
    """Read any text as the policy of the makers."""
    return a_policy(version)


@functools.cache
def _migrated_file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="creditflow-schema-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = Database(f"sqlite:///{folder}/empty.db", policy_from_json=tiny_policy)
    database.migrate()
    database.close()
    return folder / "empty.db"


def sqlite_url(folder: Path, name: str = "creditflow.db") -> str:
    """The URL of a new SQLite file in that folder, with the schema in place."""
    shutil.copy(_migrated_file(), folder / name)
    return f"sqlite:///{folder}/{name}"


@contextmanager
def sqlite_database(
    folder: Path, *, policy_from_json: Callable[[str, int], Policy] = tiny_policy
) -> Iterator[Database]:
    """A new SQLite database in that folder, with the schema in place; closed at the end."""
    database = Database(sqlite_url(folder), policy_from_json=policy_from_json)
    try:
        yield database
    finally:
        database.close()


def postgres_programs() -> Path | None:
    """The folder of PostgreSQL's programs, where it is installed with its user and driver."""
    try:
        import psycopg  # noqa: F401

        pwd.getpwnam(POSTGRES)
    except (ImportError, KeyError):
        return None
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders and os.getuid() == 0 else None


@contextmanager
def postgres_cluster(programs: Path) -> Iterator[str]:
    """Start a throwaway cluster; the URL of its server without a database name."""
    folder = Path(tempfile.mkdtemp(prefix="creditflow-pg-"))
    shutil.chown(folder, POSTGRES, POSTGRES)
    data, port = folder / "data", _free_port()
    as_postgres = {"user": POSTGRES, "group": POSTGRES, "extra_groups": [], "cwd": folder}
    subprocess.run(
        [
            programs / "initdb",
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            POSTGRES,
            "-E",
            "UTF8",
            "--locale=C",
        ],
        check=True,
        capture_output=True,
        **as_postgres,
    )
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-p", str(port), "-k", folder, "-h", "127.0.0.1"],
            stdout=log,
            stderr=log,
            **as_postgres,
        )
    try:
        _until_ready(programs, port)
        yield f"postgresql+psycopg://{POSTGRES}@127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_database(
    server: str, *, policy_from_json: Callable[[str, int], Policy] = tiny_policy
) -> Iterator[Database]:
    """A new database on that server, with the schema in place; dropped at the end."""
    name = f"test_{uuid.uuid4().hex}"
    _tell(server, "postgres", f"CREATE DATABASE {name}")
    database = Database(f"{server}/{name}", policy_from_json=policy_from_json)
    try:
        database.migrate()
        yield database
    finally:
        database.close()
        _tell(server, "postgres", f"DROP DATABASE {name} WITH (FORCE)")


def emptied(server: str, database: Database) -> None:
    """Empty all tables of a database, past the triggers; far quicker than a new database."""
    kept = ("alembic_version", "journal_head")
    names = [table.name for table in METADATA.sorted_tables if table.name not in kept]
    _tell(
        server,
        str(make_url(database.url).database),
        "SET session_replication_role = replica;"
        + "".join(f"DELETE FROM {table};" for table in names)
        + f"UPDATE journal_head SET seq = 0, hash = '{'0' * 64}'",
    )


def _tell(server: str, name: str, statement: str) -> None:
    import psycopg

    address = server.replace("+psycopg", "")
    with psycopg.connect(f"{address}/{name}", autocommit=True) as connection:
        connection.execute(statement)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_ready(programs: Path, port: int) -> None:
    for _ in range(150):
        ready = subprocess.run(
            [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)],
            check=False,
        )
        if ready.returncode == 0:
            return
        time.sleep(0.1)
    raise TimeoutError("PostgreSQL did not become ready")
