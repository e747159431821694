"""The embedded server is closed to everybody who has not its password, and to foreign pages."""

import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from creditflow.runs.server import basic, environment, password
from tests.orchestration import ROOT, RunningPrefect, eventually

EVIL = "https://evil.example"


def test_the_password_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    first = password(tmp_path / "home")
    assert first == password(tmp_path / "home")
    assert first != password(tmp_path / "other")
    assert stat.S_IMODE((tmp_path / "home" / "auth").stat().st_mode) == 0o600


def test_the_settings_allow_no_foreign_origin_and_send_nothing_home(tmp_path: Path) -> None:
    settings = environment(tmp_path, 4321)
    assert settings["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] == "http://127.0.0.1:4321"
    assert settings["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert settings["PREFECT_SERVER_API_AUTH_STRING"] == settings["PREFECT_API_AUTH_STRING"]


@pytest.mark.orchestrated
def test_nobody_gets_in_without_the_password(prefect_server: RunningPrefect) -> None:
    url = f"{prefect_server.url}/flow_runs/count"
    assert httpx.post(url, json={}).status_code == 401
    wrong = {"Authorization": basic("creditflow:guessed")}
    assert httpx.post(url, json={}, headers=wrong).status_code == 401
    right = {"Authorization": basic(prefect_server.auth)}
    assert httpx.post(url, json={}, headers=right).status_code == 200


@pytest.mark.orchestrated
def test_a_foreign_page_is_not_allowed_and_our_own_is(prefect_server: RunningPrefect) -> None:
    def allowed(origin: str) -> str | None:
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        answer = httpx.options(f"{prefect_server.url}/flow_runs/count", headers=asked)
        return answer.headers.get("access-control-allow-origin")

    assert allowed(EVIL) is None
    own = prefect_server.url.removesuffix("/api")
    assert allowed(own) == own


@pytest.mark.orchestrated
def test_many_callers_at_once_are_all_served(prefect_server: RunningPrefect) -> None:
    """Without the single connection some of them get 503 from SQLite's locks."""
    headers = {"Authorization": basic(prefect_server.auth)}

    def call(number: int) -> int:
        body = {"name": f"busy-{number % 7}"}
        return httpx.post(
            f"{prefect_server.url}/flows/", json=body, headers=headers, timeout=60
        ).status_code

    with ThreadPoolExecutor(16) as pool:
        assert {status // 100 for status in pool.map(call, range(60))} == {2}


@pytest.mark.orchestrated
def test_what_the_dashboard_asks_is_answered_with_one_connection(
    prefect_server: RunningPrefect,
) -> None:
    headers = {"Authorization": basic(prefect_server.auth)}
    with httpx.Client(base_url=prefect_server.url, headers=headers, timeout=20) as client:
        for path in (
            "/ui/flow_runs/history",
            "/flow_runs/paginate",
            "/deployments/paginate",
            "/flows/paginate",
            "/work_pools/filter",
            "/events/filter",
            "/logs/filter",
            "/task_runs/count",
        ):
            assert client.post(path, json={}).is_success, path


@pytest.mark.crash
def test_a_tethered_process_stops_when_its_starter_is_killed(tmp_path: Path) -> None:
    """The control: the same module started without a tether lives on."""
    note = tmp_path / "pid"
    (tmp_path / "sleeper.py").write_text(
        "import os, pathlib, time\n"
        f"pathlib.Path({str(note)!r}).write_text(str(os.getpid()))\n"
        "time.sleep(60)\n"
    )
    for words, survives in ((["creditflow.runs.tethered", "sleeper"], False), (["sleeper"], True)):
        note.unlink(missing_ok=True)
        starter = subprocess.Popen(
            [
                sys.executable,
                "-c",
                (
                    f"import subprocess, sys\nwords = [sys.executable, '-m', *{words!r}]\n"
                    "subprocess.Popen(words, stdin=subprocess.PIPE).wait()\n"
                ),
            ],
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{tmp_path}"},
        )
        eventually(lambda: note.exists() and note.read_text(), 20)
        pid = int(note.read_text())
        starter.kill()
        starter.wait()
        if survives:
            assert alive(pid)
            os.kill(pid, signal.SIGKILL)
        else:
            eventually(lambda pid=pid: not alive(pid), 10)


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
