"""A promise is kept, however often Prefect is down and wherever the one who keeps it dies."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from creditflow.domain.case import CaseState
from creditflow.domain.errors import Unavailable
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.sentences import say
from creditflow.ports import PromiseKind
from creditflow.runs.inline import InlineRuns
from creditflow.services.promising import LEASE, PATIENCE, keep_one
from tests.fakes import FakeDatabase, FakeWork
from tests.makers import (
    NOW,
    TODAY,
    a_case,
    a_customer,
    a_policy,
    a_promise,
    an_occasion,
    later,
)

START = {"key": "run:CASE-1:0", "kind": PromiseKind.START_RUN}


class Runs(InlineRuns):
    """Runs in memory that remember who was woken, and can be out of reach."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self.woken: list[str] = []

    def start(self, *args, **kwargs) -> str:
        self._ensure_up()
        return super().start(*args, **kwargs)

    def nudge(self, run: str) -> None:
        self._ensure_up()
        self.woken.append(run)

    def _ensure_up(self) -> None:
        if self.down:
            raise Unavailable(say("Prefect does not answer."))


class Died(BaseException):
    """The process was killed here."""


def promised(*promises: dict, **case) -> FakeDatabase:
    database = FakeDatabase(a_policy())
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.cases.add(a_case(**{"state": CaseState.AWAITING, **case}))
        for promise in promises:
            work.outbox.add(a_promise(**promise))
    return database


def keep(database, runs, at=NOW, **how):
    return keep_one(work=database.work, runs=runs, owner="relay", at=at, **how)


def seen(database: FakeDatabase) -> FakeWork:
    with database.reading() as work:
        return work


# ------------------------------------------------------------------ keeping


def test_a_run_is_started_by_name_and_noted_on_its_case():
    asked = an_occasion(kind=OccasionKind.SIGNAL)
    database, runs = promised(START, occasion=asked), Runs()
    assert keep(database, runs).key == "run:CASE-1:0"
    (run,) = runs.asked()
    assert (run.deployment, run.parameters, run.key) == (
        "review-customer",
        {"case_id": "CASE-1"},
        "run:CASE-1:0",
    )
    assert (run.name, run.tags) == ("CASE-1 C001", ("case:CASE-1", "occasion:signal", "CNY"))
    work = seen(database)
    case = work.cases.get("CASE-1")
    assert (case.run_id, case.version) == (run.id, 2)
    # A run that was started is no reason to think that the case has moved.
    assert case.updated_at == NOW
    assert work.outbox.waiting() == 0
    assert keep(database, runs, at=later(days=9)) is None


def test_a_case_that_is_finished_needs_no_run():
    database, runs = promised(START, state=CaseState.WITHDRAWN), Runs()
    assert keep(database, runs)
    assert (runs.asked(), seen(database).outbox.waiting()) == ([], 0)


def test_a_nudge_wakes_the_run_of_the_case():
    database, runs = promised({}, run_id="run-7"), Runs()
    keep(database, runs)
    assert (runs.woken, seen(database).outbox.waiting()) == (["run-7"], 0)


def test_without_a_run_there_is_nobody_to_wake():
    database, runs = promised({}), Runs()
    keep(database, runs)
    assert (runs.woken, seen(database).outbox.waiting()) == ([], 0)


def test_a_review_is_started_with_its_business_date_and_nothing_else():
    on = TODAY.isoformat()
    review = {"key": f"review:{on}", "kind": PromiseKind.START_REVIEW, "subject": on}
    database, runs = promised(review), Runs()
    keep(database, runs)
    (run,) = runs.asked()
    assert (run.deployment, run.parameters, run.key) == (
        "review-portfolio",
        {"on": "2026-03-02"},
        "review:2026-03-02",
    )


def test_nothing_is_kept_before_its_time():
    database, runs = promised({"due_at": later(seconds=5)}), Runs()
    assert keep(database, runs, at=later(seconds=4)) is None
    assert keep(database, runs, at=later(seconds=5))


def test_one_may_keep_what_concerns_one_case():
    database, runs = promised({}, {"key": "other", "subject": "CASE-2"}), Runs()
    assert keep(database, runs, subject="CASE-1").key == "nudge:CASE-1:1"
    assert keep(database, runs, subject="CASE-1") is None
    assert seen(database).outbox.waiting() == 1


# ------------------------------------------------------------------ trying again


def test_what_fails_is_tried_again_with_a_growing_pause_and_never_given_up():
    database, runs = promised(START), Runs()
    runs.down = True
    at, pauses = NOW, []
    for _ in range(len(PATIENCE) + 3):
        assert keep(database, runs, at=at)
        due_at = seen(database).kept.promises["run:CASE-1:0"].due_at
        pauses.append((due_at - at).total_seconds())
        assert keep(database, runs, at=due_at - timedelta(microseconds=1)) is None
        at = due_at
    assert pauses == [*PATIENCE, *[PATIENCE[-1]] * 3]
    assert pauses == sorted(pauses)
    assert seen(database).kept.problems == {"run:CASE-1:0": "Prefect does not answer."}

    runs.down = False
    keep(database, runs, at=at)
    assert len(runs.asked()) == 1
    assert seen(database).outbox.waiting() == 0


def test_one_promise_that_fails_does_not_hold_up_the_next():
    database, runs = promised(START, {}, run_id="run-7"), Runs()
    runs.down = True
    keep(database, runs)
    keep(database, runs)
    assert keep(database, runs) is None
    runs.down = False
    assert keep(database, runs, at=later(seconds=1))
    assert keep(database, runs, at=later(seconds=1))
    assert seen(database).outbox.waiting() == 0


def test_a_promise_about_a_case_that_is_not_there_is_tried_again_and_hurts_nobody():
    database, runs = promised({**START, "subject": "CASE-404"}), Runs()
    keep(database, runs)
    work = seen(database)
    assert (runs.asked(), work.outbox.waiting()) == ([], 1)
    assert "CASE-404" in work.kept.problems["run:CASE-1:0"]


# ------------------------------------------------------------------ dying


class Mortal:
    """A database whose user dies before or behind the n-th transaction."""

    def __init__(self, database: FakeDatabase, dies_at: int, *, behind: bool) -> None:
        self._database, self._left, self._behind = database, dies_at, behind

    @contextmanager
    def work(self) -> Iterator[FakeWork]:
        self._left -= 1
        with self._database.work() as work:
            yield work
            if self._left == 0 and not self._behind:
                raise Died
        if self._left == 0:
            raise Died


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize("dies_at", [1, 2, 3, 4, 5])
def test_wherever_the_keeper_dies_there_is_one_run_and_the_case_knows_it(dies_at, behind):
    database, runs = promised(START), Runs()
    mortal = Mortal(database, dies_at, behind=behind)
    if dies_at <= 4:
        with pytest.raises(Died):
            keep(mortal, runs)
    else:
        keep(mortal, runs)  # Four transactions are all it takes.
    claimed = (dies_at, behind) > (1, False) and (dies_at, behind) < (4, True)
    assert (keep(database, runs, at=later(seconds=59)) is None) == (
        claimed or (dies_at, behind) >= (4, True)
    )
    while keep(database, runs, at=NOW + LEASE):
        pass
    (run,) = runs.asked()
    work = seen(database)
    assert work.cases.get("CASE-1").run_id == run.id
    assert work.outbox.waiting() == 0


def test_two_keepers_do_not_keep_the_same_promise():
    database, runs = promised(START), Runs()
    with database.work() as work:
        assert work.outbox.claim(owner="other", at=NOW, until=NOW + LEASE)
    assert keep(database, runs, at=NOW) is None
    assert keep(database, runs, at=NOW + LEASE)


def test_a_case_that_moved_while_its_run_was_started_still_gets_to_know_it():
    class Meddling(Runs):
        def start(self, *args, **kwargs):
            run = super().start(*args, **kwargs)
            with database.work() as work:
                case = work.cases.get("CASE-1")
                work.cases.put(case.moved(CaseState.APPROVED, at=later(seconds=1)))
            return run

    database = promised(START)
    keep(database, Meddling())
    case = seen(database).cases.get("CASE-1")
    assert (case.state, case.run_id is not None, case.version) == (CaseState.APPROVED, True, 3)
