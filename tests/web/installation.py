"""A real installation for tests of the pages: SQLite, shipped policy, reviewed customers, a server."""

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import uvicorn

from creditflow.bootstrap import App
from creditflow.cli.demo import PEOPLE
from creditflow.cli.installing import prepare
from creditflow.domain.grade import Grade
from creditflow.domain.people import Mandate, Person, Role
from creditflow.services.staffing import put_person
from creditflow.settings import Settings
from creditflow.sources.generated import write_portfolio
from creditflow.store.readings import InboxRow
from creditflow.web.app import create_app
from creditflow.web.session import open_session

CUSTOMERS = 14
KINDS = ("rates", "customers", "invoices", "payments", "orders", "statements", "signals")
EVERYTHING = Person(
    "everything", "Every Role", "every@huadong.example", "en",
    frozenset(Role), frozenset({"credit-committee"}), Mandate(None, Grade.G),
)  # fmt: skip
"""Nobody could be given all of these; pages are looked at through these eyes."""


def settings(folder: Path, **changes: object) -> Settings:
    given = {
        "data_dir": folder,
        "company_name": "华东贸易有限公司",
        "sender_name": "信用管理部",
        "sender_address": "credit@huadong.example",
        "language": "en",
        "demo": True,
        "customer_url": "https://letters.huadong.example",
        **changes,
    }
    return Settings(_env_file=None, **given)


def build(folder: Path, *, customers: int = CUSTOMERS) -> App:
    """Import generated customers and review them all; some cases wait then."""
    app = prepare(settings(folder))
    with app.work() as work:
        for form in PEOPLE:
            put_person(form, by="test", at=app.now(), work=work)
        work.people.put(EVERYTHING)
    files = write_portfolio(folder / "generated", customers=customers, until=app.today())
    for kind in KINDS:
        path = getattr(files, kind)
        app.hand_in(path.read_bytes(), path.name, kinds=[kind], by="test")
    for occasion in app.due(app.today()):
        app.begin(occasion)
    app.database.close()
    return app


@contextmanager
def copied(model: Path, folder: Path, **changes: object) -> Iterator[App]:
    """A copy of the installation, of the test's own."""
    folder.mkdir(exist_ok=True)
    for name in ("creditflow.db", "secrets.key"):
        shutil.copy(model / name, folder / name)
    app = App(settings(folder, **changes))
    try:
        yield app
    finally:
        app.database.close()


@contextmanager
def served(app: App) -> Iterator[str]:
    """Serve the pages on a free port; the address."""
    # Named as TCP, or asyncio would leave Nagle's algorithm on: 40 ms for every answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    web = create_app(app)
    server = uvicorn.Server(uvicorn.Config(web, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        web.state.live.close()
        server.should_exit = True
        thread.join(10)
        listening.close()


@dataclass
class Visitor:
    """Somebody's browser without a screen: keeps the cookie and fills forms as they are."""

    http: httpx.Client
    app: App
    address: str

    def get(self, path: str, **more: object) -> httpx.Response:
        return self.http.get(path, **more)

    def post(self, path: str, page: str | None = None, **fields: str) -> httpx.Response:
        """Hand in the form of that action as `page` has it, with these fields filled in."""
        hidden = hidden_fields(self.get(page).text, path) if page else {}
        return self.http.post(path, data={**hidden, **fields})


def hidden_fields(html: str, action: str) -> dict[str, str]:
    """What a form carries along unseen."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', html, re.DOTALL)
    assert form, f"there is no form for {action}"
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0])
    return {name: value.replace("&amp;", "&") for name, value in found}


def visitor(app: App, address: str, person: str | None = None) -> Visitor:
    """A browser, signed in as that person."""
    # Patient, because a busy machine is slow and not wrong.
    http = httpx.Client(base_url=address, headers={"Origin": address}, trust_env=False, timeout=60)
    if person:
        at = app.now() - timedelta(seconds=1)
        with app.work() as work:
            token = open_session(work.people.get(person), at=at, hours=1, work=work)
        http.cookies.set("creditflow", token, domain="127.0.0.1")
    return Visitor(http, app, address)


def waiting(app: App) -> list[InboxRow]:
    """Cases that wait for somebody."""
    with app.readings() as readings:
        return readings.inbox()
