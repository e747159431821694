"""One case on a real Prefect server with a warm worker: waiting, decided, forged, killed."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import replace

import pytest

from creditflow.approvals.deciding import decide
from creditflow.bootstrap import App
from creditflow.cli.draining import drain_all
from creditflow.cli.installing import prepare
from creditflow.cli.serving import FLOWS
from creditflow.domain.case import Case, CaseState
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.letter import LetterState
from creditflow.heartbeat import reconcile
from creditflow.post.mailbox import Mailbox, read_mailbox
from creditflow.runs.deploying import ensure_deployments
from creditflow.runs.server import basic
from creditflow.settings import Settings
from tests.flows.books import small_book
from tests.orchestration import RunningPrefect, WorkerProcess, eventually

pytestmark = pytest.mark.orchestrated

POOL = "cases"


@pytest.fixture(scope="module")
def app(prefect_server: RunningPrefect, tmp_path_factory) -> Iterator[App]:
    """An installation with a small book reviewed, whose waiting cases have no run yet."""
    folder = tmp_path_factory.mktemp("orchestrated")
    with Mailbox(folder / "mailbox") as mailbox:
        settings = Settings(
            data_dir=folder,
            company_name="Test Trading",
            sender_name="Credit",
            sender_address="credit@test.example",
            smtp_host="127.0.0.1",
            smtp_port=mailbox.port,
            prefect_api_url=prefect_server.url,
            prefect_auth=prefect_server.auth,
            work_pool=POOL,
        )
        app = prepare(settings)
        small_book(app)
        ensure_deployments(prefect_server.url, prefect_server.auth, version="test", pool=POOL)
        yield app
        app.close()


@pytest.fixture(scope="module")
def worker(prefect_server: RunningPrefect, app: App) -> Iterator[WorkerProcess]:
    """A warm worker of this installation."""
    env = {**prefect_server.env, **app.settings.environment()}
    worker = WorkerProcess(
        replace(prefect_server, env=env), POOL, list(FLOWS), doorbell=app.doorbell
    )
    yield worker
    worker.remove()


@pytest.fixture
def waiting(app: App, worker: WorkerProcess) -> Case:
    """A case that waits for a person, and whose run is suspended."""
    with app.reading() as work:
        case = next(c for c in work.cases.in_states([CaseState.AWAITING]) if not c.run_id)
    app_keeps_promises(app, case.id)
    eventually(lambda: run_state(app, case.id) == "PAUSED")
    return look(app, case.id)


def app_keeps_promises(app: App, case_id: str) -> None:
    """What the heartbeat does, for this case alone."""
    from creditflow.services.promising import keep_one

    while keep_one(work=app.work, runs=app.runs, owner="test", at=app.now(), subject=case_id):
        pass


def look(app: App, case_id: str) -> Case:
    with app.reading() as work:
        return work.cases.get(case_id)


def run_state(app: App, case_id: str) -> str:
    run = look(app, case_id).run_id
    return app.runs.states([run]).get(run, "GONE") if run else "NONE"


def approve(app: App, case: Case) -> None:
    with app.work() as work:
        verdict = Verdict(Say.APPROVE, proposal_hash=case.proposal_hash or "")
        boss = work.people.get("boss")
        decide(case.id, verdict, by=boss, key=case.id, at=app.now(), on=app.today(), work=work)


def post(server: RunningPrefect, path: str, body: dict) -> dict:
    """Speak to Prefect's API as anybody could who has its password."""
    request = urllib.request.Request(
        f"{server.url}{path}", json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": basic(server.auth)},
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def journal(app: App, case_id: str) -> list[str]:
    with app.reading() as work:
        return [sealed.entry.what for sealed in work.journal.of(case_id)]


def test_a_run_is_suspended_while_its_case_waits_and_completes_after_the_decision(app, waiting):
    approve(app, waiting)
    app_keeps_promises(app, waiting.id)

    eventually(lambda: look(app, waiting.id).state is CaseState.NOTIFIED)
    eventually(lambda: run_state(app, waiting.id) == "COMPLETED")

    with app.reading() as work:
        letter = work.letters.of_case(waiting.id)
        assert letter.state is LetterState.SENT
        limit = work.limits.current(waiting.customer)
        assert limit.case_id == waiting.id
    subjects = [mail.subject for mail in read_mailbox(app.settings.data_dir / "mailbox")]
    assert letter.subject in subjects


def test_a_forged_resume_changes_nothing_and_is_journaled(app, waiting, prefect_server):
    before = look(app, waiting.id)
    forged = {"run_input": {"approved": True, "approver": "cfo", "amount": 999_999_999}}

    post(prefect_server, f"/flow_runs/{waiting.run_id}/resume", {})
    eventually(lambda: "security.unfounded_wake" in journal(app, waiting.id))
    eventually(lambda: run_state(app, waiting.id) == "PAUSED")
    post(prefect_server, f"/flow_runs/{waiting.run_id}/resume", forged)
    eventually(lambda: journal(app, waiting.id).count("security.unfounded_wake") == 2)
    eventually(lambda: run_state(app, waiting.id) == "PAUSED")

    assert look(app, waiting.id) == before
    with app.reading() as work:
        assert work.decisions.of(waiting.id) == []
        limit = work.limits.current(waiting.customer)
        assert limit is None or limit.case_id != waiting.id
    # Negative control: a decision of an approver does move this very run on.
    approve(app, before)
    app_keeps_promises(app, waiting.id)
    eventually(lambda: look(app, waiting.id).state is CaseState.NOTIFIED)


def test_a_run_that_somebody_ended_gets_a_successor(app, waiting, prefect_server):
    forced = {"state": {"type": "COMPLETED", "message": "nothing to see"}, "force": True}
    post(prefect_server, f"/flow_runs/{waiting.run_id}/set_state", forced)

    reconcile(app)
    app_keeps_promises(app, waiting.id)

    now = look(app, waiting.id)
    assert now.state is CaseState.AWAITING
    assert now.run_id != waiting.run_id
    assert "run.lost" in journal(app, waiting.id)
    eventually(lambda: run_state(app, waiting.id) == "PAUSED")
    approve(app, now)
    app_keeps_promises(app, waiting.id)
    eventually(lambda: run_state(app, waiting.id) == "COMPLETED")


def test_without_any_worker_the_case_ends_well_and_its_run_learns_of_it(app, waiting, worker):
    """The worker is killed for good: drain does what it would have done."""
    worker.kill()
    approve(app, waiting)

    drain_all(app)

    assert look(app, waiting.id).state is CaseState.NOTIFIED
    app_keeps_promises(app, waiting.id)
    # The nudge is for whichever worker comes next; until then the run is merely scheduled.
    assert run_state(app, waiting.id) in ("SCHEDULED", "PENDING", "RUNNING", "PAUSED")
