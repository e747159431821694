"""One embedded Prefect server for the whole test session, and a worker for whoever needs one.

`from tests.orchestration import prefect_server` in a conftest makes the fixture known. A test
that asks for it is marked `orchestrated`.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from creditflow.runs.prefect import PrefectRuns
from creditflow.runs.server import EmbeddedServer

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class RunningPrefect:
    """A server that answers: where, with which password, and the environment for processes."""

    url: str
    auth: str
    env: dict[str, str]
    home: Path
    pid: int

    def runs(self, doorbell: Path | None = None) -> PrefectRuns:
        """The adapter, connected to this server."""
        return PrefectRuns(self.url, self.auth, doorbell=doorbell)


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cache_folder() -> Path:
    """Where the empty Prefect database is kept from one session to the next."""
    kept = os.environ.get("XDG_CACHE_HOME")
    return (Path(kept) if kept else Path.home() / ".cache") / "creditflow"


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[RunningPrefect]:
    """The server; up to 180 s to start on a busy machine, 6 s on an idle one."""
    with tempfile.TemporaryDirectory(prefix="prefect-") as place:
        server = EmbeddedServer(Path(place), port=free_port(), cache=cache_folder())
        try:
            server.start()
            server.wait_ready(180.0)
            assert server.pid is not None
            path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
            env = {**os.environ, **server.environment, "PYTHONPATH": path}
            yield RunningPrefect(server.url, server.auth, env, Path(place), server.pid)
        finally:
            server.stop()


class WorkerProcess:
    """A warm worker as a process of its own, the way the command line starts one."""

    def __init__(
        self, server: RunningPrefect, pool: str, preload: list[str], **options: object
    ) -> None:
        words = {"processes": 2, "preload": preload, "grace": 20.0, **options}
        self.log = Path(tempfile.mkdtemp(prefix="worker-")) / "log"
        arguments = ", ".join(f"{name}={value!r}" for name, value in words.items())
        code = (
            "from pathlib import Path, PosixPath\n"
            "from creditflow.runs.working import run_worker\n"
            "if __name__ == '__main__':\n"
            f"    run_worker({pool!r}, {arguments})\n"
        )
        script = self.log.with_name("worker.py")
        script.write_text(code)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(script)],
                env=server.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        """What it wrote so far."""
        return self.log.read_text()

    def kill(self) -> None:
        """Kill it the hard way, and it alone."""
        self.process.kill()
        self.process.wait()

    def terminate(self, timeout: float = 60.0) -> int:
        """Ask it to leave; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def remove(self) -> None:
        """End it and everything it started, whatever state they are in."""
        for end in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(end)
                try:
                    self.process.wait(30)
                except subprocess.TimeoutExpired:
                    continue


def eventually(what: Callable[[], object], timeout: float = 60.0, every: float = 0.1) -> None:
    """Wait until `what()` is true."""
    deadline = time.monotonic() + timeout
    while not what():
        assert time.monotonic() < deadline, f"not within {timeout} s"
        time.sleep(every)
