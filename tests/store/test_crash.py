"""Whatever kills a process, a transaction was kept as a whole or not at all."""

import multiprocessing
import os
import signal

import pytest

from creditflow.domain.case import CaseState
from creditflow.domain.journal import first_broken
from creditflow.store.database import Database
from tests.databases import sqlite_url, tiny_policy
from tests.makers import (
    ACME,
    NOW,
    a_case,
    a_customer,
    a_letter,
    a_limit,
    a_promise,
    an_entry,
)

pytestmark = pytest.mark.crash

CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["creditflow.store.database", "tests.store.test_crash"])

STEPS = ("case", "limit", "letter", "promise", "journal")


def die():
    """Die as a power cut makes one die: nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)


def apply_limit(work, at_step=None):
    """All that belongs together when a limit is applied; dies before the named step."""
    case = work.cases.get("CASE-1")
    acts = {
        "case": lambda: work.cases.put(case.moved(CaseState.APPLIED, at=NOW)),
        "limit": lambda: work.limits.add(a_limit(case_id="CASE-1"), replacing=0),
        "letter": lambda: work.letters.add(a_letter()),
        "promise": lambda: work.outbox.add(a_promise()),
        "journal": lambda: work.journal.record(an_entry("limit.applied")),
    }
    for step in STEPS:
        if step == at_step:
            die()
        acts[step]()


def one_transaction(url, step):
    """Die before a step, at the end of the transaction, or right behind its commit."""
    database = Database(url, policy_from_json=tiny_policy)
    with database.work() as work:
        apply_limit(work, at_step=step)
        if step == "end":
            die()
    die()


def two_transactions(url, step):
    """The defect that the tests below must be able to see: it commits in the middle."""
    database = Database(url, policy_from_json=tiny_policy)
    with database.work() as work:
        case = work.cases.get("CASE-1")
        work.cases.put(case.moved(CaseState.APPLIED, at=NOW))
    with database.work() as work:
        if step != "commit":
            die()
        work.limits.add(a_limit(case_id="CASE-1"), replacing=0)
        work.letters.add(a_letter())
        work.outbox.add(a_promise())
        work.journal.record(an_entry("limit.applied"))
    die()


def killed(target, url, step):
    """Run it in a process of its own and see that it was killed, not that it failed."""
    process = CHILDREN.Process(target=target, args=(url, step))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


def what_is_kept(url):
    """Which of the five things are there."""
    database = Database(url, policy_from_json=tiny_policy)
    with database.reading() as work:
        assert first_broken(work.journal.entries()) is None
        kept = {
            "case": work.cases.get("CASE-1").state is CaseState.APPLIED,
            "limit": work.limits.current(ACME) is not None,
            "letter": work.letters.of_case("CASE-1") is not None,
            "promise": work.outbox.waiting() == 1,
            "journal": bool(work.journal.of("CASE-1")),
        }
    with database._writers.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    database.close()
    return kept


def prepare(url):
    database = Database(url, policy_from_json=tiny_policy)
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.cases.add(a_case(state=CaseState.APPROVED))
    database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, tmp_path):
    if request.param == "sqlite":
        address = sqlite_url(tmp_path)
    else:
        address = request.getfixturevalue("postgres_emptied").url
    prepare(address)
    return address


@pytest.mark.parametrize("step", ["case", "letter", "journal", "end"])
def test_killed_within_a_transaction_nothing_is_kept(url, step):
    killed(one_transaction, url, step)
    assert not any(what_is_kept(url).values())


def test_killed_right_after_the_commit_everything_is_kept(url):
    killed(one_transaction, url, "commit")
    assert all(what_is_kept(url).values())


def test_who_comes_after_a_killed_one_finishes_the_work(url):
    killed(one_transaction, url, "promise")
    database = Database(url, policy_from_json=tiny_policy)
    database.run(apply_limit)
    database.close()
    assert all(what_is_kept(url).values())


def test_a_use_case_that_commits_twice_would_be_noticed(url):
    killed(two_transactions, url, "between")
    kept = what_is_kept(url)
    assert any(kept.values())
    assert not all(kept.values())
