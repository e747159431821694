"""How many cases go the whole way per second, and what each costs, warm and with the stock worker.

    python -m benchmarks.cases [--cases 9] [--stock 2]

A pass is one execution of the flow: from start to Suspended, or from the
decision to the letter accepted by SMTP. A case takes two. Everything is real:
an embedded Prefect server, an SMTP server, SQLite, worker processes. CPU is
that of the server and of the worker with all its children.

The last line is JSON with all figures and the ratios between both workers.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from creditflow.approvals.deciding import decide
from creditflow.bootstrap import App
from creditflow.cli.installing import prepare
from creditflow.cli.supervising import Supervisor
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.people import Role
from creditflow.post.mailbox import Mailbox
from creditflow.runs.deploying import ensure_deployments
from creditflow.services.promising import keep_one
from creditflow.services.staffing import PersonForm, put_person
from creditflow.settings import Settings
from creditflow.sources.generated import write_portfolio
from tests.orchestration import free_port

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, its waited-for children and its living descendants."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS + sum(cpu_seconds(int(c)) for c in children)


def until(what: Callable[[], bool], seconds: float = 170.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            raise SystemExit("not within the time")
        time.sleep(0.02)


@dataclass
class Bench:
    """One installation with a server, a mailbox and some cases that wait for a person."""

    app: App
    supervisor: Supervisor
    cases: list[str]

    def keep_promises(self, cases: list[str]) -> None:
        """What the heartbeat does, for these cases alone."""
        for case in cases:
            while keep_one(work=self.app.work, runs=self.app.runs, owner="bench",
                           at=self.app.now(), subject=case):  # fmt: skip
                pass

    def states(self, cases: list[str]) -> list[CaseState]:
        with self.app.reading() as work:
            return [work.cases.get(case).state for case in cases]

    def runs_paused(self, cases: list[str]) -> bool:
        with self.app.reading() as work:
            runs = [work.cases.get(case).run_id for case in cases]
        known = self.app.runs.states(r for r in runs if r)
        return len(known) == len(cases) and set(known.values()) == {"PAUSED"}

    def decide(self, case_id: str) -> None:
        with self.app.work() as work:
            case = work.cases.get(case_id)
            verdict = Verdict(Say.APPROVE, proposal_hash=case.proposal_hash or "")
            boss = work.people.get("boss")
            at, on = self.app.now(), self.app.today()
            decide(case_id, verdict, by=boss, key=case_id, at=at, on=on, work=work)


def measure(bench: Bench, cases: list[str], worker_pid: int) -> dict[str, float | None]:
    """Both passes of these cases: wall time, CPU, and the time from a click to its letter."""
    server = bench.supervisor.server
    assert server is not None
    assert server.pid is not None

    def cpu() -> float:
        return cpu_seconds(server.pid or 0) + cpu_seconds(worker_pid)

    started, spent = time.monotonic(), cpu()
    bench.keep_promises(cases)
    until(lambda: bench.runs_paused(cases))
    first_wall, first_cpu = time.monotonic() - started, cpu() - spent

    single = []
    alone, together = cases[: len(cases) // 3], cases[len(cases) // 3 :]
    spent = cpu()
    for case in alone:
        clicked = time.monotonic()
        bench.decide(case)
        bench.keep_promises([case])
        until(lambda case=case: bench.states([case]) == [CaseState.NOTIFIED])
        single.append(time.monotonic() - clicked)
    started = time.monotonic()
    for case in together:
        bench.decide(case)
    bench.keep_promises(together)
    until(lambda: set(bench.states(together)) == {CaseState.NOTIFIED})
    second_wall, second_cpu = time.monotonic() - started, cpu() - spent
    return {
        "cases": len(cases),
        "first_passes_per_second": round(len(cases) / first_wall, 2),
        "second_passes_per_second": round(len(together) / second_wall, 2),
        "cases_per_second": round(1 / (first_wall / len(cases) + second_wall / len(together)), 3),
        "cpu_seconds_per_case": round((first_cpu + second_cpu) / len(cases), 2),
        "click_to_letter_median_seconds": round(statistics.median(single), 2) if single else None,
    }


def set_up(stack: ExitStack, cases: int, folder: Path) -> Bench:
    settings = Settings(
        data_dir=folder,
        company_name="Bench Trading",
        sender_name="Credit",
        sender_address="credit@bench.example",
        smtp_host="127.0.0.1",
        smtp_port=free_port(),
        prefect_port=free_port(),
        worker_processes=2,
    )
    mailbox = Mailbox(folder / "mailbox", port=settings.smtp_port)
    mailbox.start()
    stack.callback(mailbox.stop)
    supervisor = Supervisor(settings, {})
    stack.callback(supervisor.stop)
    app = prepare(settings)
    supervisor.start_server()
    load(app, customers=max(24, cases * 4))
    supervisor.wait_for_server()
    assert supervisor.server is not None
    os.environ.update(supervisor.server.environment)
    app = App(
        settings.model_copy(
            update={
                "prefect_api_url": supervisor.server.url,
                "prefect_auth": SecretStr(supervisor.server.auth),
            }
        )
    )
    stack.callback(app.close)
    with app.reading() as work:
        waiting = [c.id for c in work.cases.in_states([CaseState.AWAITING])]
    return Bench(app, supervisor, waiting)


def load(app: App, *, customers: int) -> None:
    """A generated book, reviewed once, and somebody who may decide everything."""
    files = write_portfolio(app.settings.data_dir / "generated", customers=customers, months=12,
                            until=app.today())  # fmt: skip
    for kind in ("rates", "customers", "invoices", "payments", "orders", "statements"):
        path: Path = getattr(files, kind)
        app.hand_in(path.read_bytes(), path.name, kinds=[kind], by="bench")
    with app.work() as work:
        form = PersonForm("boss", "Boss", "boss@bench.example", "en", (Role.APPROVER.value,),
                          (work.policies.current().desks[-1].id,), "any", "G")  # fmt: skip
        put_person(form, by="bench", at=app.now(), work=work)
    for occasion in app.due(app.today()):
        app.begin(occasion)


def with_worker(
    bench: Bench, words: list[str], pool_type: str
) -> tuple[str, subprocess.Popen[bytes]]:
    pool = f"bench-{pool_type}"
    server = bench.supervisor.server
    assert server is not None
    ensure_deployments(server.url, server.auth, version="bench", pool=pool, pool_type=pool_type)
    env = {**bench.supervisor.environment, "CREDITFLOW_WORK_POOL": pool}
    env["PYTHONPATH"] = "src:."
    log = (bench.supervisor.logs / f"{pool_type}.log").open("wb")
    return pool, subprocess.Popen(
        [w.format(pool=pool) for w in words], env=env, stdout=log, stderr=log
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=9, help="cases for the warm worker")
    parser.add_argument("--stock", type=int, default=2, help="cases for Prefect's process worker")
    size = parser.parse_args()
    figures: dict[str, object] = {"benchmark": "cases"}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        bench = set_up(stack, size.cases + size.stock, folder)
        stock_cases, warm_cases = bench.cases[: size.stock], bench.cases[size.stock :][: size.cases]
        print(f"{len(bench.cases)} cases wait; measuring {len(warm_cases)} and {len(stock_cases)}")
        for name, cases, words, pool_type in (
            ("warm", warm_cases, [sys.executable, "-m", "creditflow", "worker"], "creditflow-warm"),
            ("stock", stock_cases,
             [sys.executable, "-m", "prefect", "worker", "start", "--pool", "{pool}"], "process"),
        ):  # fmt: skip
            if not cases:
                continue
            _, process = with_worker(bench, words, pool_type)
            try:
                time.sleep(4)  # both workers get the same time to come up before it counts
                figures[name] = measure(bench, cases, process.pid)
                print(name, figures[name])
            finally:
                process.terminate()
                process.wait(30)
    report(figures)


def report(figures: dict[str, object]) -> None:
    warm, stock = figures.get("warm"), figures.get("stock")
    if isinstance(warm, dict) and isinstance(stock, dict):
        cpu, pace = "cpu_seconds_per_case", "cases_per_second"
        figures["ratios"] = {
            "cpu_stock_to_warm": round(stock[cpu] / warm[cpu], 1),
            "cases_per_second_warm_to_stock": round(warm[pace] / stock[pace], 1),
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
