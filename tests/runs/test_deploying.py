"""The deployments are the same everywhere, and stay as people left them."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml

from creditflow.runs.deploying import DEPLOYMENTS, POOL, Deployment, ensure_deployments
from creditflow.runs.server import basic
from tests.orchestration import ROOT, RunningPrefect, eventually
from tests.runs.conftest import WALK
from tests.runs.test_warm_worker import Walk
from tests.runs.walking import noted


def test_prefect_yaml_and_the_embedded_server_have_the_same_deployments() -> None:
    written = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    assert [one["name"] for one in written] == [one.name for one in DEPLOYMENTS]
    for there, here in zip(written, DEPLOYMENTS, strict=True):
        assert there["entrypoint"] == here.entrypoint
        assert there["description"] == here.description
        assert there["work_pool"]["name"] == POOL
        assert ("concurrency_limit" in there) == here.only_one


@pytest.mark.orchestrated
def test_deploying_again_changes_nothing_and_a_new_version_keeps_the_schedules(
    prefect_server: RunningPrefect,
) -> None:
    def deploy(version: str) -> str:
        one = Deployment("stroll", WALK.entrypoint, "Strolls.", WALK.parameters)
        return ensure_deployments(
            prefect_server.url,
            prefect_server.auth,
            version=version,
            pool="stroll",
            deployments=[one],
        )["stroll"]

    first = deploy("1")
    headers = {"Authorization": basic(prefect_server.auth)}
    with httpx.Client(base_url=prefect_server.url, headers=headers, timeout=30) as client:
        daily = [
            {"active": False, "schedule": {"cron": "0 6 * * 1-5", "timezone": "Asia/Shanghai"}}
        ]
        client.post(f"/deployments/{first}/schedules", json=daily).raise_for_status()
        before = client.get(f"/deployments/{first}").json()
        assert deploy("1") == first
        assert client.get(f"/deployments/{first}").json()["updated"] == before["updated"]
        assert deploy("2") == first
        after = client.get(f"/deployments/{first}").json()
    assert after["version"] == "2"
    assert [one["schedule"]["cron"] for one in after["schedules"]] == ["0 6 * * 1-5"]


@pytest.mark.orchestrated
def test_prefect_deploys_what_prefect_yaml_says(prefect_server: RunningPrefect) -> None:
    ensure_deployments(prefect_server.url, prefect_server.auth, version="1", deployments=[])
    deploy = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
        env=prefect_server.env,
        cwd=ROOT,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert deploy.returncode == 0, deploy.stdout
    with httpx.Client(
        base_url=prefect_server.url,
        headers={"Authorization": basic(prefect_server.auth)},
        timeout=30,
    ) as client:
        for one in DEPLOYMENTS:
            there = client.get(f"/deployments/name/{one.name}/{one.name}").json()
            assert there["entrypoint"] == one.entrypoint
            assert there["work_pool_name"] == POOL
            assert not there["pull_steps"]  # No path of the machine that deployed it.
            assert set(there["parameter_openapi_schema"]["properties"]) == {
                name for name, _ in one.parameters
            }
            assert there["description"] == one.description
            limit = there["concurrency_options"]
            assert (limit["collision_strategy"] if limit else None) == (
                "CANCEL_NEW" if one.only_one else None
            )


@pytest.mark.orchestrated
def test_the_stock_process_worker_carries_the_same_deployments(
    prefect_server: RunningPrefect, tmp_path: Path
) -> None:
    one = Deployment("walk", WALK.entrypoint, "Walks.", WALK.parameters)
    common = {"version": "1", "deployments": [one]}
    where = (prefect_server.url, prefect_server.auth)
    ensure_deployments(*where, pool="stock", pool_type="process", **common)
    words = ["worker", "start", "--pool", "stock", "--type", "process"]
    log = (tmp_path / "log").open("wb")
    worker = subprocess.Popen(
        [sys.executable, "-m", "prefect", *words],
        env={**prefect_server.env, "PREFECT_WORKER_QUERY_SECONDS": "1"},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    runs = prefect_server.runs()
    try:
        walk = Walk(runs, tmp_path, waits="")
        walk.becomes("PAUSED", 90)
        (walk.place / "decided").touch()
        runs.nudge(walk.id)
        eventually(lambda: noted(walk.place)[-1] == "ended", 90)
        walk.becomes("COMPLETED", 30)
        assert walk.process() != os.getpid()
    finally:
        worker.terminate()
        worker.wait(60)
        log.close()
        runs.close()
        ensure_deployments(*where, pool="walkers", **common)
