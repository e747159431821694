"""Start the processes of an embedded installation, watch them, and stop every one of them."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from creditflow.domain.errors import Refusal, Unavailable
from creditflow.domain.sentences import say
from creditflow.runs.server import EmbeddedServer
from creditflow.settings import PREFIX, Settings

GRACE_SECONDS = 12.0


class PortTaken(Refusal):
    """Something else listens where the installation wants to."""


class Supervisor:
    """Holds the processes of one installation, each tethered to this one by a pipe.

    A child whose supervisor dies, even by kill -9, stops by itself. A child that
    dies is started again, with a growing pause.
    """

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        self.settings = settings
        self.logs = settings.data_dir / "logs"
        self.environment = {**os.environ, **settings.environment(), **environment}
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._restarts: dict[str, int] = {}
        self._stopping = threading.Event()
        self.server: EmbeddedServer | None = None

    def start_server(self) -> None:
        """Start the embedded Prefect server, unless the installation has a Prefect of its own.

        Returns at once; `wait_for_server` waits until it answers.
        """
        if self.settings.prefect_api_url:
            return
        ensure_free(self.settings.prefect_port, "prefect_port")
        self.server = EmbeddedServer(
            self.settings.data_dir / "prefect",
            port=self.settings.prefect_port,
            log=self.logs / "prefect.log",
            cache=cache_folder(),
        )
        self.server.start()
        # The flow code has to find the same installation wherever a worker runs it.
        self.environment |= self.server.environment
        self.environment[f"{PREFIX}PREFECT_API_URL"] = self.server.url
        self.environment[f"{PREFIX}PREFECT_AUTH"] = self.server.auth

    def wait_for_server(self) -> None:
        """Wait until Prefect answers; raises Unavailable with where its log is."""
        if self.server is not None:
            self.server.wait_ready()

    def start(self, name: str) -> None:
        """Start `creditflow NAME` as a child; its output goes to the logs."""
        self.logs.mkdir(parents=True, exist_ok=True)
        words = [sys.executable, "-m", "creditflow.runs.tethered", "creditflow", name]
        with (self.logs / f"{name}.log").open("ab") as log:
            self._children[name] = subprocess.Popen(  # noqa: S603 - our own interpreter
                words,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def watch(self) -> None:
        """Stay until Ctrl-C or SIGTERM, starting again whatever dies meanwhile."""
        with _told_to_stop(self._stopping):
            while not self._stopping.wait(1.0):
                for name, child in list(self._children.items()):
                    if child.poll() is not None:
                        self._start_again(name)
                if self.server is not None and not self.server.running():
                    self.server.start()

    def _start_again(self, name: str) -> None:
        count = self._restarts[name] = self._restarts.get(name, 0) + 1
        print(f"{name} ended; starting it again ({count})", file=sys.stderr)
        self._stopping.wait(min(2**count, 60) / 2)
        if not self._stopping.is_set():
            self.start(name)

    def stop(self) -> None:
        """Stop every child, the server last, and wait for each; twice is no mistake."""
        self._stopping.set()
        for child in self._children.values():
            child.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self._children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.1, deadline - time.monotonic()))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            if child.stdin:
                child.stdin.close()
        self._children.clear()
        if self.server is not None:
            self.server.stop()


@contextlib.contextmanager
def _told_to_stop(told: threading.Event) -> Iterator[None]:
    def tell(*_: object) -> None:
        told.set()

    before = {s: signal.signal(s, tell) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ensure_free(port: int, setting: str) -> None:
    """Raise PortTaken where something listens on that port of this machine already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortTaken(
                say(
                    "Port {port} is in use. Stop what listens there (perhaps another creditflow),"
                    " or set {name} to another port.",
                    port=str(port),
                    name=PREFIX + setting.upper(),
                )
            ) from None


def wait_for_page(url: str, *, seconds: float = 30.0) -> None:
    """Wait until the inbox answers; raises Unavailable where it does not."""
    import httpx

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url, timeout=2.0, trust_env=False).status_code < 500:  # noqa: PLR2004
                return
        time.sleep(0.1)
    raise Unavailable(
        say("The inbox at {url} does not answer. `creditflow doctor` may know why.", url=url)
    )


def cache_folder() -> Path:
    """Where things are kept that any installation of this user can share."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "creditflow"
