"""An embedded Prefect server: on loopback, behind a generated password, closed to foreign pages.

Whoever reaches a Prefect API can resume any run, so an installation that starts its
own server never starts it open. A decision does not depend on this (the database is the
truth), but nobody has to be able to make noise either.
"""

import base64
import contextlib
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import httpx

from creditflow.domain.errors import Unavailable
from creditflow.domain.sentences import say
from creditflow.runs.serving import PLUGIN

LOOPBACK = "127.0.0.1"
DATABASE = "prefect.db"


def password(home: Path) -> str:
    """Return the `user:password` that the server of this home asks for; the first call makes it.

    It lies in `home/auth`, readable by its owner alone.
    """
    file = home / "auth"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(FileExistsError):
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(f"creditflow:{secrets.token_urlsafe(32)}")
    return file.read_text()


def basic(auth: str) -> str:
    """Write the Authorization header for `user:password`."""
    return "Basic " + base64.b64encode(auth.encode()).decode()


def environment(home: Path, port: int, host: str = LOOPBACK) -> dict[str, str]:
    """Collect the settings for the server of this home and for everything that talks to it.

    Says nothing about the rest of the environment: put it on top of `os.environ`.
    """
    address = f"http://{host}:{port}"
    auth = password(home)
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"{address}/api",
        "PREFECT_API_AUTH_STRING": auth,
        "PREFECT_SERVER_API_AUTH_STRING": auth,
        "PREFECT_SERVER_API_HOST": host,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / DATABASE}",
        # The dashboard is served from the same origin and needs no other.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": address,
        "PREFECT_SERVER_UI_API_URL": f"{address}/api",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        # Nobody uses blocks here; registering them costs a second at the first start.
        "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
        # By default every waiting run is loaded every 5 s to see whether its time is up.
        # Cases wait without a time limit in Prefect, so that would be for nothing.
        "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_LOOP_SECONDS": "300",
        # A finished case leaves about 160 kB behind; waiting ones are never removed.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        # A client that finds no server shall say so instead of starting a second one.
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
        # Flows log ids and no names, so their lines may be read in the dashboard.
        "PREFECT_LOGGING_TO_API_ENABLED": "true",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
    }


def prepared_database(cache: Path) -> Path:
    """Return an empty Prefect database of the installed version, made once, kept in `cache`.

    Prefect brings a new database up through a hundred migrations: 14 s of CPU. A copy of
    the outcome takes milliseconds, and Prefect still checks it when it starts. The command
    that makes it is Prefect's own, `prefect server database upgrade`.
    """
    kept = cache / f"prefect-{version('prefect')}-sqlite-{sqlite3.sqlite_version}.db"
    if kept.exists():
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        made = Path(scratch) / DATABASE
        settings = {
            "PREFECT_HOME": scratch,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{made}",
        }
        subprocess.run(
            [sys.executable, "-m", "prefect", "server", "database", "upgrade", "--yes"],
            env={**os.environ, **settings},
            check=True,
            capture_output=True,
        )
        with contextlib.closing(sqlite3.connect(made)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        made.replace(kept)
    return kept


class EmbeddedServer:
    """One `prefect server` process in a process group of its own; it dies with this process."""

    def __init__(
        self,
        home: Path,
        host: str = LOOPBACK,
        port: int = 4200,
        log: Path | None = None,
        cache: Path | None = None,
    ) -> None:
        """`home` keeps its database and password. With `cache` a new database is a copy."""
        self.home = home
        self.url = f"http://{host}:{port}/api"
        self.environment = environment(home, port, host)
        self.auth = password(home)
        self._host, self._port = host, port
        self._log = log or home / "server.log"
        self._cache = cache
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The server's process id, while it was started and not stopped."""
        return self._process.pid if self._process else None

    def running(self) -> bool:
        """Whether the process is there; it may be started again when it is not."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the process; returns long before the server answers.

        Where a cache is named and empty, the database to copy is made first: some 15 s.
        """
        database = self.home / DATABASE
        if self._cache and not database.exists():
            shutil.copyfile(prepared_database(self._cache), database)
        where = ["--host", self._host, "--port", str(self._port)]
        words = ["-m", "creditflow.runs.serving", "server", "start", *where]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter)
                [sys.executable, *words],
                env={**os.environ, **self.environment, **self._database_settings()},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _database_settings(self) -> dict[str, str]:
        """Say where the database is, to the server alone: nobody else opens it."""
        url = f"sqlite+aiosqlite:///{self.home / DATABASE}?plugin={PLUGIN}"
        return {"PREFECT_SERVER_DATABASE_CONNECTION_URL": url}

    def wait_ready(self, timeout: float = 180.0) -> None:
        """Return when the server answers to its password; raises Unavailable after `timeout` s.

        A start takes 6 s of CPU, 20 s with a new database that is not a copy.
        """
        deadline = time.monotonic() + timeout
        headers = {"Authorization": basic(self.auth)}
        with httpx.Client(headers=headers, timeout=5.0, trust_env=False) as client:
            while time.monotonic() < deadline:
                if self._process is not None and self._process.poll() is not None:
                    break
                with contextlib.suppress(httpx.TransportError):
                    if client.get(f"{self.url}/admin/version").is_success:
                        return
                time.sleep(0.1)
        raise Unavailable(
            say(
                "The Prefect server at {url} did not start. What it said is in {log}.",
                url=self.url,
                log=str(self._log),
            )
        )

    def stop(self, grace: float = 10.0) -> None:
        """Ask it to stop; kill its process group after `grace` seconds. Twice is no mistake."""
        if self._process is None:
            return
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(grace)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        self._process = None
