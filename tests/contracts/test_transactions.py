"""A transaction is all or nothing, whatever kind of Work it is."""

import pytest
import sqlalchemy as sa

from creditflow.domain.errors import Conflict
from creditflow.domain.journal import first_broken
from creditflow.domain.sentences import say
from tests.makers import (
    ACME,
    NOW,
    a_case,
    a_customer,
    a_decision,
    a_letter,
    a_limit,
    a_promise,
    an_entry,
)


def test_a_failed_transaction_leaves_nothing(database):
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.journal.record(an_entry("before"))
    with pytest.raises(KeyError), database.work() as work:  # noqa: PT012 - all of it is undone
        work.cases.add(a_case())
        work.customers.put_all([a_customer(name="changed")])
        work.limits.add(a_limit(), replacing=0)
        work.decisions.add(a_decision())
        work.letters.add(a_letter())
        work.outbox.add(a_promise())
        work.counters.next("case")
        work.leases.take("leader", owner="a", at=NOW, until=NOW)
        work.journal.record(an_entry("lost"))
        assert work.journal.record_once("k", an_entry("lost"))
        raise KeyError
    with database.work() as work:
        assert work.customers.get(ACME) == a_customer()
        assert work.cases.open_of(ACME) is None
        assert work.limits.current(ACME) is None
        assert work.decisions.of("CASE-1") == []
        assert work.letters.of_case("CASE-1") is None
        assert work.outbox.waiting() == 0
        assert work.counters.next("case") == 1
        assert work.journal.record_once("k", an_entry("kept"))
        chain = work.journal.entries()
        assert [sealed.entry.what for sealed in chain] == ["before", "kept"]
        assert first_broken(chain) is None


def test_running_a_use_case_keeps_what_it_did(database):
    assert database.run(lambda work: work.counters.next("case")) == 1
    assert database.run(lambda work: work.counters.next("case")) == 2


def test_a_refusal_passes_through_unchanged(database):
    calls = []

    def refuse(work):
        calls.append(work.counters.next("case"))
        raise Conflict(say("Somebody was quicker."))

    with pytest.raises(Conflict, match="quicker"):
        database.run(refuse)
    assert calls == [1]


def test_who_reads_cannot_write(sql_database):
    with sql_database.reading() as work:
        with pytest.raises(TypeError, match="reading"):
            work.customers.put_all([a_customer()])
        with pytest.raises(TypeError, match="reading"):
            work.journal.record(an_entry())
        with pytest.raises(TypeError, match="reading"):
            work.counters.next("case")


def test_a_reader_sees_one_moment_while_others_write(sql_database):
    with sql_database.work() as work:
        work.customers.put_all([a_customer()])
    with sql_database.reading() as reader:
        assert reader.customers.ids() == ["C001"]
        with sql_database.work() as work:
            work.customers.put_all([a_customer("C002")])
        assert reader.customers.ids() == ["C001"]
    with sql_database.reading() as reader:
        assert reader.customers.ids() == ["C001", "C002"]


def test_a_document_of_an_unknown_customer_fails_at_commit(sql_database):
    with pytest.raises(sa.exc.IntegrityError), sql_database.work() as work:
        work.cases.add(a_case())
    with sql_database.reading() as work:
        assert work.cases.last_reviewed() == {}
