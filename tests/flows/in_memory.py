"""The installation with everything in memory: the real App and use cases, no disk and no network."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from creditflow.approvals.deciding import decide
from creditflow.bootstrap import App
from creditflow.domain.case import Case
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.grade import Grade
from creditflow.domain.letter import Letter
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.people import Mandate
from creditflow.ports import Delivery, Handed
from creditflow.runs.inline import InlineRuns
from creditflow.settings import Settings
from creditflow.store.work import SqlWork
from tests.fakes import FakeDatabase, FakeWork
from tests.makers import ACME, NOW, TODAY, a_limit, a_person, a_statement, cny
from tests.services.judging import POLICY, a_work

BOSS = a_person("boss", desks=frozenset(d.id for d in POLICY.desks), mandate=Mandate(None, Grade.G))


class AskedRuns(InlineRuns):
    """Runs in memory whose states a test may set, and whose wakes it may count."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = True
        self.told: dict[str, str] = {}
        self.woken: list[str] = []

    def alive(self) -> bool:
        return self.answers

    def nudge(self, run: str) -> None:
        self.woken.append(run)

    def states(self, runs: Any) -> dict[str, str]:
        return {**super().states(runs), **self.told}


class Mailman:
    """A post that takes every letter, and remembers it, unless it is closed."""

    def __init__(self) -> None:
        self.open = True
        self.taken: list[bytes] = []
        self._message = b""

    def approach(self, message: bytes, *, recipient: str) -> "Mailman | Handed":
        self._message = message
        return self if self.open else Handed(Delivery.LATER, "421 closed")

    def send(self) -> Handed:
        self.taken.append(self._message)
        return Handed(Delivery.ACCEPTED, "250 taken")

    def close(self) -> None:
        """Nothing to leave."""


class InMemoryApp(App):
    """The real App over a FakeDatabase, with a clock that tests move by hand."""

    def __init__(self, folder: Path, *, prefect: bool = True, **settings: Any) -> None:
        given = {
            "data_dir": folder,
            "company_name": "Test Trading",
            "sender_name": "Credit",
            "sender_address": "credit@test.example",
            "mail_approvers": False,  # a digest is read from the database, which is not here
            "prefect_api_url": "http://127.0.0.1:1/api" if prefect else "",
            **settings,
        }
        super().__init__(Settings(**given))
        self.at = NOW
        self.one_writer = threading.Lock()
        self.memory = FakeDatabase(POLICY)
        self.__dict__["runs"] = self.asked = AskedRuns()
        self.__dict__["post"] = self.mailman = Mailman()

    def now(self) -> datetime:
        return self.at

    def passes(self, **time: float) -> datetime:
        """Let so much time pass."""
        self.at += timedelta(**time)
        return self.at

    @contextmanager
    def work(self) -> Iterator[SqlWork]:
        with self.one_writer, self.memory.work() as work:
            yield work  # type: ignore[misc] # the contract tests hold both to the same promises

    @contextmanager
    def reading(self) -> Iterator[SqlWork]:
        with self.memory.reading() as work:
            yield work  # type: ignore[misc] # as above

    def case(self, case_id: str) -> Case:
        with self.memory.reading() as work:
            return work.cases.get(case_id)

    def letter(self, case_id: str) -> Letter | None:
        with self.memory.reading() as work:
            return work.letters.of_case(case_id)

    def seen(self) -> FakeWork:
        """Everything that is kept, to look at."""
        with self.memory.reading() as work:
            return work

    def told(self, subject: str) -> list[str]:
        """What the journal says about a subject."""
        return [s.entry.what for s in self.seen().journal.of(subject)]


def a_book(folder: Path, *, waits: bool = True, **how: Any) -> InMemoryApp:
    """An installation with one customer, its ledger and its statement, and an approver.

    Where it `waits`, the customer has a limit far above what it needs now, so
    that a person has to look at the cut; else the policy sets a first limit.
    """
    app = InMemoryApp(folder, **how)
    made = a_work()
    with app.memory.work() as work:
        work.customers.put_all([made.customers.get(ACME)])
        ledger = made.ledger.of(ACME)
        work.ledger.add(invoices=ledger.invoices, payments=ledger.payments)
        work.statements.put_all([a_statement()])
        work.people.put(BOSS)
        if waits:
            begun = {"from_": date(2025, 3, 9), "until": date(2026, 9, 9)}
            work.limits.add(a_limit(cny(200_000), **begun), replacing=0)
    return app


def begun(app: InMemoryApp, *, asked_by: str | None = None) -> Case:
    """The case of today's review, or of a request, carried as far as it goes without a person."""
    kind = OccasionKind.REQUEST if asked_by else OccasionKind.PERIODIC
    case = app.begin(Occasion(kind, ACME, TODAY, requested_by=asked_by))
    assert case is not None
    return case


def decided(app: InMemoryApp, case_id: str, said: Say = Say.APPROVE) -> Case:
    """The approver's click, nothing more."""
    case = app.case(case_id)
    verdict = Verdict(said, case.proposal_hash or "", comment="As discussed.")
    with app.memory.work() as work:
        decide(
            case_id,
            verdict,
            by=BOSS,
            key=f"click-{case.round}",
            at=app.now(),
            on=app.today(),
            work=work,
        )
    return app.case(case_id)
