"""A whole installation as processes, on ports of its own: what `up` and `demo` start."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from creditflow.bootstrap import App
from creditflow.domain.case import Case
from creditflow.runs.prefect import PrefectRuns
from creditflow.runs.server import password
from creditflow.settings import Settings
from tests.orchestration import ROOT, cache_folder, free_port


@dataclass
class Installation:
    """A folder, the environment of its processes, and ways to look into it."""

    folder: Path
    env: dict[str, str]
    web: str
    prefect: str
    processes: list["subprocess.Popen[str]"] = field(default_factory=list)

    @classmethod
    def at(cls, folder: Path, more: dict[str, str] | None = None) -> "Installation":
        """An installation that lives in that folder; nothing runs yet."""
        web, prefect = free_port(), free_port()
        folder.mkdir(parents=True, exist_ok=True)
        env = {
            **os.environ,
            "CREDITFLOW_DATA_DIR": str(folder),
            "CREDITFLOW_COMPANY_NAME": "Test Trading",
            "CREDITFLOW_SENDER_NAME": "Credit",
            "CREDITFLOW_SENDER_ADDRESS": "credit@test.example",
            "CREDITFLOW_SMTP_HOST": "127.0.0.1",
            "CREDITFLOW_WEB_PORT": str(web),
            "CREDITFLOW_PREFECT_PORT": str(prefect),
            "CREDITFLOW_LANGUAGE": "en",
            "XDG_CACHE_HOME": str(cache_folder().parent),
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
            "PYTHONUNBUFFERED": "1",
            "COLUMNS": "160",
            **(more or {}),
        }
        return cls(folder, env, f"http://127.0.0.1:{web}", f"http://127.0.0.1:{prefect}")

    @property
    def app(self) -> App:
        """The same database, seen from the test; close it."""
        return App(Settings(data_dir=self.folder))

    def look(self, case_id: str) -> Case:
        """The case as it stands."""
        app = self.app
        try:
            with app.reading() as work:
                return work.cases.get(case_id)
        finally:
            app.close()

    def run_state(self, case_id: str) -> str:
        """Prefect's word on the run that carries the case."""
        run = self.look(case_id).run_id
        runs = PrefectRuns(f"{self.prefect}/api", password(self.folder / "prefect"))
        try:
            return runs.states([run]).get(run, "GONE") if run else "NONE"
        finally:
            runs.close()

    def said(self) -> str:
        """What the running command printed so far."""
        return self.folder.with_suffix(".log").read_text()

    def descendants(self) -> set[int]:
        """All processes that belong to it, by what their environment says."""
        return {
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and f"DATA_DIR={self.folder}\0" in _environment(entry)
        }

    def stop(self) -> int:
        """What Ctrl-C does; the exit status."""
        process = self.processes.pop()
        process.send_signal(signal.SIGINT)
        return process.wait(60)


def _environment(entry: Path) -> str:
    try:
        return (entry / "environ").read_text(errors="replace")
    except OSError:
        return ""


def command(installation: Installation, *words: str) -> str:
    """Run the command line as a person would; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "creditflow", *words], env=installation.env, text=True,
        capture_output=True, cwd=installation.folder, timeout=170, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def start_demo(installation: Installation, customers: int) -> None:
    """Run `creditflow demo` and wait for its welcome."""
    words = ["demo", "--folder", str(installation.folder), "--customers", str(customers)]
    _start(installation, words, "creditflow is ready")


def start_up(installation: Installation) -> None:
    """Run `creditflow up` and wait for the inbox."""
    _start(installation, ["up"], "The inbox is at")


def _start(installation: Installation, words: list[str], ready: str) -> None:
    log = installation.folder.with_suffix(".log")
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "creditflow", *words],
            env=installation.env, stdout=out, stderr=subprocess.STDOUT, text=True,
            start_new_session=True, cwd=installation.folder.parent,
        )  # fmt: skip
    installation.processes.append(process)
    deadline = time.monotonic() + 180
    while not re.search(ready, installation.said()):
        assert process.poll() is None, installation.said()
        assert time.monotonic() < deadline, installation.said()
        time.sleep(0.2)
    httpx.get(f"{installation.web}/health/live", timeout=5).raise_for_status()
