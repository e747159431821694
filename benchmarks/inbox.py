"""How long the inbox, a case's page and a decision take while thousands of cases are open.

    python -m benchmarks.inbox [--cases 10000] [--decided 10000] [--rounds 60]
        [--prefect down|up|both] [--folder X]

The data is generated: a few hundred customers are generated, imported and
reviewed like real ones; their waiting cases are then copied, with customers,
evaluations and proposals of their own, until so many are open. The ledger is
not copied, so case pages are measured on cases of the originals. As many again
are copied as decided ones, of the originals themselves and with other amounts:
what was decided of cases like one that waits is looked up among them, with how
each turned out by the ledger, and counted as "similar".

Every request goes through the whole application in this process: session, form
token, page or transaction. CPU is that of the process, the asking included.
With Prefect up, an embedded server runs beside; down, its address answers
nobody. A folder that is named is kept and used again. The last line is JSON with all figures.
"""

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from benchmarks.cases import load
from creditflow.approvals.board import board_of
from creditflow.bootstrap import App
from creditflow.cli.installing import prepare
from creditflow.cli.supervising import Supervisor
from creditflow.domain.case import Case, CaseState, TaskState
from creditflow.domain.customer import CustomerId
from creditflow.domain.decision import Decision, Say
from creditflow.domain.money import Money
from creditflow.settings import Settings
from creditflow.store.work import SqlWork
from creditflow.web.app import create_app
from creditflow.web.session import form_token, open_session
from creditflow.web.similar import turned_out
from tests.orchestration import free_port

ORIGINALS = 240
COPY = "CASE-COPY-"
DECIDED = "CASE-DECIDED-"
MOST_IN_ONE = 500
"""How many cases are copied in one transaction."""

PAGES = {
    "inbox": "/",
    "inbox_all": "/?list=all",
    "inbox_page_100": "/?list=all&page=100",
    "inbox_search": "/?list=all&q=99",
    "done": "/?list=done",
}


@dataclass
class Bench:
    """The application in this process, somebody who is signed in, and the cases that wait."""

    app: App
    http: httpx.AsyncClient
    portal: BlockingPortal
    token: str
    originals: list[str]
    copies: list[str]
    times: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def ask(self, name: str, method: str, path: str, **more: Any) -> httpx.Response:
        """One request, counted under a name: its CPU and its time, in milliseconds."""
        wall, cpu = time.perf_counter(), time.process_time()
        answer = self.portal.call(lambda: self.http.request(method, path, **more))
        spent = ((time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000)
        self.times.setdefault(name, []).append(spent)
        if answer.status_code not in (200, 303):
            raise SystemExit(f"{method} {path}: {answer.status_code}\n{answer.text[:2000]}")
        return answer

    def decide(self, case_id: str) -> None:
        """Approve as proposed, as the form on the page would."""
        with self.app.reading() as work:
            case = work.cases.get(case_id)
            seen = board_of(case, work.proposals.get(case.proposal_id or ""), work).seen
        form = {"token": form_token(self.token), "hash": seen, "key": case_id,
                "say": "approve"}  # fmt: skip
        answer = self.ask("decision", "POST", f"/cases/{case_id}/decision", data=form)
        if "done=" not in answer.headers.get("location", ""):
            raise SystemExit(f"{case_id} was not decided: {answer.headers}")

    def look_for_similar(self, case_id: str) -> int:
        """What the page of a case asks about cases like it; how many there are."""
        with self.app.reading() as work:
            proposal = work.proposals.get(work.cases.get(case_id).proposal_id or "")
            evaluation = work.evaluations.get(proposal.evaluation_id)
        wall, cpu = time.perf_counter(), time.process_time()
        with self.app.database.both() as (work, readings):
            near = readings.precedents(proposal, evaluation)
            found = turned_out(near, on=self.app.today(), work=work, readings=readings)
        spent = ((time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000)
        self.times.setdefault("similar", []).append(spent)
        return len(found)


def copy(original: Case, number: int, work: SqlWork) -> None:
    """One more waiting case with all that belongs to it, of a customer of its own."""
    case_id, name = f"{COPY}{number:06d}", f"C{number:06d}"
    customer = work.customers.get(original.customer)
    proposal = work.proposals.get(original.proposal_id or "")
    evaluation = work.evaluations.get(proposal.evaluation_id)
    own = CustomerId(f"{customer.id}-{name}")
    moved = replace(
        proposal, id=f"PR-{name}", case_id=case_id, customer=own, evaluation_id=f"EV-{name}"
    )
    work.customers.put_all([replace(customer, id=own, name=f"{customer.name} {number}")])
    work.evaluations.add(replace(evaluation, id=f"EV-{name}", case_id=case_id, customer=own))
    work.proposals.add(moved)
    work.cases.add(
        replace(
            original,
            id=case_id,
            customer=own,
            occasion=replace(original.occasion, customer=own),
            evaluation_id=f"EV-{name}",
            proposal_id=moved.id,
            proposal_hash=moved.hash,
        )
    )
    for task in work.tasks.of(original.id):
        if task.state in (TaskState.OPEN, TaskState.PLANNED):
            work.tasks.add(replace(task, case_id=case_id))


def decided(original: Case, number: int, share: float, app: App, work: SqlWork) -> None:
    """One more case of the same customer that a person decided, with that share of its amount."""
    case_id, name = f"{DECIDED}{number:06d}", f"D{number:06d}"
    proposal = work.proposals.get(original.proposal_id or "")
    evaluation = work.evaluations.get(proposal.evaluation_id)
    moved = replace(
        proposal,
        id=f"PR-{name}",
        case_id=case_id,
        evaluation_id=f"EV-{name}",
        proposed=Money(int(proposal.proposed.minor * share), proposal.proposed.currency),
    )
    work.evaluations.add(replace(evaluation, id=f"EV-{name}", case_id=case_id))
    work.proposals.add(moved)
    work.cases.add(
        replace(
            original,
            id=case_id,
            occasion=replace(original.occasion, reference=name),
            state=CaseState.NOTIFIED,
            evaluation_id=f"EV-{name}",
            proposal_id=moved.id,
            proposal_hash=moved.hash,
        )
    )
    work.decisions.add(
        Decision(
            case_id=case_id,
            round=original.round,
            stage=1,
            say=Say.APPROVE,
            by="boss",
            at=app.now() - timedelta(days=number % 700),
            proposal_hash=moved.hash,
            rule="bench",
            policy_version=proposal.policy_version,
            limit=moved.proposed,
            comment="As proposed.",
            final=True,
            idempotency_key=case_id,
        )
    )


def decide_many(app: App, cases: int) -> None:
    """So many cases that were decided in the last two years."""
    with app.reading() as work:
        waiting = work.cases.in_states([CaseState.AWAITING])
    originals = [case for case in waiting if not case.id.startswith(COPY)]
    chance = random.Random(2)
    for start in range(0, cases, MOST_IN_ONE):
        with app.work() as work:
            for number in range(start, min(start + MOST_IN_ONE, cases)):
                original = originals[number % len(originals)]
                decided(original, number, 2 ** chance.uniform(-2, 2), app, work)


def multiply(app: App, cases: int) -> None:
    """Copy waiting cases until so many are open."""
    with app.reading() as work:
        originals = work.cases.in_states([CaseState.AWAITING])
    for start in range(0, max(0, cases - len(originals)), MOST_IN_ONE):
        with app.work() as work:
            for number in range(start, min(start + MOST_IN_ONE, cases - len(originals))):
                copy(originals[number % len(originals)], number, work)


def measure(bench: Bench, rounds: int) -> dict[str, dict[str, float]]:
    """Every page and a decision, so often; p50 and p95 of CPU and of time, in milliseconds."""
    chance = random.Random(1)
    decided = bench.copies[:rounds]
    del bench.copies[:rounds]
    bench.times.clear()
    for number in range(rounds):
        for name, path in PAGES.items():
            bench.ask(name, "GET", path)
        bench.ask("case", "GET", f"/cases/{chance.choice(bench.originals)}")
        bench.look_for_similar(chance.choice(bench.originals))
        bench.decide(decided[number])
    return {name: figures(times) for name, times in bench.times.items()}


def figures(times: Sequence[tuple[float, float]]) -> dict[str, float]:
    cpu, wall = (sorted(column) for column in zip(*times, strict=True))
    return {
        "cpu_p50": round(quantile(cpu, 0.5), 1),
        "cpu_p95": round(quantile(cpu, 0.95), 1),
        "wall_p50": round(quantile(wall, 0.5), 1),
        "wall_p95": round(quantile(wall, 0.95), 1),
    }


def quantile(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, round(share * (len(values) - 1)))]


def prefect(stack: ExitStack, settings: Settings, *, up: bool) -> Settings:
    """The settings with a Prefect that runs, or with one that nobody answers for."""
    if not up:
        return settings.model_copy(
            update={"prefect_api_url": f"http://127.0.0.1:{free_port()}/api"}
        )
    supervisor = Supervisor(settings, {})
    stack.callback(supervisor.stop)
    supervisor.start_server()
    supervisor.wait_for_server()
    if supervisor.server is None:
        raise SystemExit("Prefect's server did not start")
    os.environ.update(supervisor.server.environment)
    return settings.model_copy(update={"prefect_api_url": supervisor.server.url})


def benches(size: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Bench]]:
    """The application once per state of Prefect, over the same database."""
    settings = Settings(
        data_dir=folder,
        company_name="Bench Trading",
        sender_name="Credit",
        sender_address="credit@bench.example",
        prefect_port=free_port(),
        demo=False,
    )
    app = prepare(settings)
    with app.readings() as readings:
        is_new = not readings.cases_by_state()
    if is_new:
        load(app, customers=ORIGINALS)
        multiply(app, size.cases)
        decide_many(app, size.decided)
    with app.reading() as work:
        waiting = [case.id for case in work.cases.in_states([CaseState.AWAITING])]
    app.close()
    made = [case for case in waiting if case.startswith(COPY)]
    originals = [case for case in waiting if not case.startswith(COPY)]
    for state in ("down", "up") if size.prefect == "both" else (size.prefect,):
        with ExitStack() as stack:
            app = App(prefect(stack, settings, up=state == "up"))
            stack.callback(app.close)
            with app.work() as work:
                token = open_session(work.people.get("boss"), at=app.now(), hours=9, work=work)
            portal = stack.enter_context(start_blocking_portal())
            address = settings.address
            http = httpx.AsyncClient(
                transport=httpx.ASGITransport(create_app(app)),
                base_url=address,
                headers={"Origin": address, "Cookie": f"creditflow={token}"},
            )
            yield state, Bench(app, http, portal, token, originals, made)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="cases that are open")
    parser.add_argument("--decided", type=int, default=10_000, help="cases that were decided")
    parser.add_argument("--rounds", type=int, default=60, help="requests of each kind")
    parser.add_argument("--prefect", choices=("down", "up", "both"), default="down")
    parser.add_argument("--folder", type=Path, help="where to keep the database")
    size = parser.parse_args()
    found: dict[str, object] = {"benchmark": "inbox", "data": "generated", "rounds": size.rounds}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for state, bench in benches(size, size.folder or Path(folder)):
            with bench.app.readings() as readings:
                found["open_cases"] = readings.cases_by_state()[CaseState.AWAITING]
            print(f"{found['open_cases']} cases wait, Prefect {state}; milliseconds:")
            measure(bench, 3)  # the first requests fill caches
            found[f"prefect_{state}"] = measured = measure(bench, size.rounds)
            for name, row in measured.items():
                print(f"  {name:<15}", "  ".join(f"{key} {value:8}" for key, value in row.items()))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
