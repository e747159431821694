"""Open the database so that a commit, once it returned, survives a power cut.

SQLite runs WAL with `synchronous=FULL`; writers begin IMMEDIATE and therefore
queue up instead of failing half-way, readers begin DEFERRED and can write
nothing. PostgreSQL runs READ COMMITTED with row locks, and readers see one
snapshot.
"""

import os
from importlib.util import find_spec
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from creditflow.domain.errors import Refusal, Unavailable
from creditflow.domain.sentences import Sentence, say

BUSY_TIMEOUT_MS = 30_000
"""How long a writer queues up before it gives in, in milliseconds."""

MOST_THREADS = 40
"""How many transactions of one process may be open at once; a web host has 40 threads."""

NETWORK_FILESYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "gpfs", "davfs"}
    | {"glusterfs", "fuse.glusterfs", "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "lustre"}
)
"""File systems on which SQLite's locks and its WAL cannot be relied upon."""


class UnfitDatabase(Refusal):
    """The database cannot keep what is promised."""


class Busy(Unavailable):
    """Others held the database for too long, or its server went away.

    `may_pass` says that nothing was kept, so the whole transaction can be tried
    again at once. Where the server went away, nobody knows.
    """

    def __init__(self, sentence: Sentence, *, may_pass: bool) -> None:
        super().__init__(sentence)
        self.may_pass = may_pass


def writer_engine(url: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """An engine whose transactions write; raises UnfitDatabase."""
    return _engine(make_url(url), busy_timeout_ms, reads_only=False)


def reader_engine(url: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """An engine whose transactions see one snapshot and cannot write."""
    return _engine(make_url(url), busy_timeout_ms, reads_only=True)


def _engine(url: URL, busy_timeout_ms: int, *, reads_only: bool) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, busy_timeout_ms, reads_only=reads_only)
    if url.get_backend_name() == "postgresql":
        return _postgresql(url, busy_timeout_ms, reads_only=reads_only)
    raise UnfitDatabase(
        say(
            "creditflow keeps its data in SQLite or PostgreSQL, not in {kind}. Use an address like"
            " sqlite:////var/lib/creditflow/creditflow.db or postgresql+psycopg://host/name.",
            kind=url.get_backend_name(),
        )
    )


def _sqlite(url: URL, busy_timeout_ms: int, *, reads_only: bool) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise UnfitDatabase(
            say("A database in memory keeps nothing. Name a file: sqlite:////path/to/file.db")
        )
    refuse_network_filesystem(Path(str(url.database)))
    engine = sa.create_engine(
        url, connect_args={"timeout": busy_timeout_ms / 1000}, max_overflow=MOST_THREADS
    )
    begin = "BEGIN DEFERRED" if reads_only else "BEGIN IMMEDIATE"

    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # The driver must begin nothing by itself: _begin does.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={busy_timeout_ms}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        if reads_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    sa.event.listen(engine, "connect", prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _postgresql(url: URL, busy_timeout_ms: int, *, reads_only: bool) -> Engine:
    if find_spec("psycopg") is None:
        raise UnfitDatabase(
            say(
                "The driver for PostgreSQL is not installed. Install it with"
                " pip install 'creditflow[postgres]'."
            )
        )
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        max_overflow=MOST_THREADS,
        isolation_level="REPEATABLE READ" if reads_only else "READ COMMITTED",
        connect_args={
            "options": f"-c lock_timeout={busy_timeout_ms}"
            " -c idle_in_transaction_session_timeout=120000 -c timezone=UTC"
        },
    )

    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for setting in ("synchronous_commit", "fsync"):
            cursor.execute(f"SHOW {setting}")
            if cursor.fetchone() == ("off",):
                raise UnfitDatabase(
                    say(
                        "PostgreSQL runs with {setting} = off, so a power cut may lose decisions."
                        " Switch it on.",
                        setting=setting,
                    )
                )
        cursor.close()
        connection.rollback()

    sa.event.listen(engine, "connect", prepare)
    return engine.execution_options(postgresql_readonly=True) if reads_only else engine


def refuse_network_filesystem(path: Path, mounts: Path = Path("/proc/mounts")) -> None:
    """Raise UnfitDatabase where the file would lie on a network file system."""
    if not mounts.exists():
        return
    place = os.path.realpath(path)
    best, kind = "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, mounted, type_, *_ = line.split(" ")
        # The kernel writes spaces in a mount point as octal.
        mounted = mounted.replace("\\040", " ")
        inside = place == mounted or place.startswith(mounted.rstrip("/") + "/")
        if inside and len(mounted) >= len(best):
            best, kind = mounted, type_
    if kind in NETWORK_FILESYSTEMS:
        raise UnfitDatabase(
            say(
                "{path} lies on a network file system ({kind}), where SQLite cannot lock safely."
                " Use a local disk, or PostgreSQL.",
                path=str(path),
                kind=kind,
            )
        )


def is_busy(error: sa.exc.DBAPIError) -> bool:
    """Whether trying the whole transaction again may help: lock, deadlock, serialization."""
    cause = error.orig
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        # The low byte tells the kind: SQLITE_BUSY is 5, SQLITE_LOCKED is 6.
        return code & 0xFF in (5, 6)
    return getattr(cause, "sqlstate", None) in ("40001", "40P01", "55P03")


def is_gone(error: sa.exc.DBAPIError) -> bool:
    """Whether the connection to the server is lost, or never came about."""
    state = getattr(error.orig, "sqlstate", "") or ""
    never_came = isinstance(error, sa.exc.OperationalError) and not state
    has_server = not hasattr(error.orig, "sqlite_errorcode")
    return has_server and (error.connection_invalidated or never_came or state[:2] in ("08", "57"))
