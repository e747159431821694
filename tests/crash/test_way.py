"""Kill -9 at every point of a case's way: nothing is lost, doubled or half done."""

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from creditflow.bootstrap import App
from creditflow.cli.installing import prepare
from creditflow.services.reviewing import open_case
from tests.crash.way import settings_for
from tests.flows.books import imported_book
from tests.orchestration import ROOT, free_port

pytestmark = pytest.mark.crash


class Postman:
    """Counts, by Message-ID, what a real SMTP server accepted."""

    def __init__(self) -> None:
        self.accepted: dict[str, int] = {}

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        for line in envelope.content.decode(errors="replace").splitlines():
            if line.lower().startswith("message-id:"):
                name = line.partition(":")[2].strip()
                self.accepted[name] = self.accepted.get(name, 0) + 1
        return "250 OK"


@pytest.fixture(scope="module")
def postman() -> Iterator[tuple[Postman, int]]:
    postman = Postman()
    controller = Controller(postman, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield postman, controller.port
    controller.stop()


@pytest.fixture(scope="module")
def template(tmp_path_factory, postman) -> tuple[Path, str]:
    """An installation with one case at draft that is going to need a person, on tmpfs if there is one."""
    fast = Path("/dev/shm")
    base = Path(tmp_path_factory.mktemp("way", numbered=True))
    if fast.is_dir():
        base = Path(tempfile.mkdtemp(prefix="way-", dir=fast))
    folder = base / "template"
    app = prepare(settings_for(folder, postman[1]))
    case_id = needy_case(app)
    app.close()
    shutil.rmtree(folder / "generated")
    yield folder, case_id
    shutil.rmtree(base, ignore_errors=True)


def needy_case(app: App) -> str:
    """Load a small book, find a customer whose case needs a person, and open that case afresh."""
    imported_book(app)
    for occasion in app.due(app.today()):
        with app.database.reading() as reading:
            mail = reading.customers.get(occasion.customer).email
        if mail is None:
            continue
        with _rolled_back(app) as work:
            case = open_case(occasion, at=app.now(), work=work)
            from creditflow.services.advancing import advance

            state = advance(case.id, app.means(app.now()), work).state
        if state == "awaiting":
            with app.work() as work:
                return open_case(occasion, at=app.now(), work=work).id
    raise AssertionError("nobody in this book needs a person")


class _Enough(Exception):
    pass


class _rolled_back:  # noqa: N801
    """A transaction to look at and to throw away."""

    def __init__(self, app: App) -> None:
        self._context = app.work()

    def __enter__(self):
        return self._context.__enter__()

    def __exit__(self, kind, error, trace):
        if kind is not None:
            return self._context.__exit__(kind, error, trace)
        enough = _Enough()
        with contextlib.suppress(_Enough):
            self._context.__exit__(_Enough, enough, None)
        return None


def walks(template: tuple[Path, str], port: int, design: str) -> list[dict]:
    folder, case_id = template
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.way", str(folder), str(port), design, case_id],
        capture_output=True, text=True, cwd=ROOT, timeout=220, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_killed_anywhere_a_case_still_ends_well(template, postman):
    """Every point of evaluate → propose → route → decide → nudge → apply → letter → SMTP."""
    outcomes = walks(template, postman[1], "careful")
    points = [o["point"] for o in outcomes if o["killed"]]
    assert len(points) > 30, "the walk has become suspiciously short"
    for needed in ("work.decisions.add", "work.limits.add", "work.letters.add", "after commit",
                   "before DATA", "after DATA", "work.outbox.claim"):  # fmt: skip
        assert needed in points
    for o in outcomes:
        assert o["decisions"] == 1, o
        assert o["applied"] == 1, o
        assert o["tasks_open"] == 0, o
        assert o["journal_broken"] is None, o
        assert o["letter"] in ("sent", "uncertain"), o
        assert o["state"] == ("notified" if o["letter"] == "sent" else "applied"), o
    assert faults(outcomes, postman[0].accepted) == {"lost": 0, "doubled": 0}
    held = [o for o in outcomes if o["letter"] == "uncertain"]
    assert {o["point"] for o in held} >= {"before DATA", "after DATA"}
    data = [o["n"] for o in held]
    assert data == list(range(data[0], data[-1] + 1)), "one stretch, from in_data to its outcome"


def faults(outcomes: list[dict], accepted: dict[str, int]) -> dict[str, int]:
    """Letters marked as sent that no server has, and letters that a server has too often.

    Counted by Message-ID; where several walks share one, their sums are compared.
    """
    found = {"lost": 0, "doubled": 0}
    for name in {o["message_id"] for o in outcomes}:
        letters = [o["letter"] for o in outcomes if o["message_id"] == name]
        sent, held = letters.count("sent"), letters.count("uncertain")
        found["lost"] += max(0, sent - accepted.get(name, 0))
        found["doubled"] += max(0, accepted.get(name, 0) - sent - held)
    return found


@pytest.mark.parametrize(("design", "fault"), [("send_first", "doubled"), ("mark_first", "lost")])
def test_a_naive_order_is_found_out(template, postman, design, fault):
    """Negative control: the same harness sees letters lost or doubled by the usual two orders."""
    outcomes = walks(template, postman[1], design)
    assert faults(outcomes, postman[0].accepted)[fault] > 0
