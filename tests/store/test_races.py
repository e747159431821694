"""Of several who want the same thing at once, exactly one gets it."""

import threading
from collections import Counter
from dataclasses import replace

import pytest

from creditflow.approvals.holding import claim
from creditflow.domain.case import CaseState
from creditflow.domain.errors import Conflict
from creditflow.domain.groups import NoTree, tree_of
from creditflow.domain.journal import first_broken
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.rates import Rates
from creditflow.services.grouping import group_room
from tests.makers import (
    NOW,
    TODAY,
    a_case,
    a_customer,
    a_decision,
    a_group,
    a_group_limit,
    a_letter,
    a_limit,
    a_person,
    a_promise,
    a_proposal,
    a_task,
    an_entry,
    an_evaluation,
    cny,
    later,
)

THREADS = 8


def all_at_once(database, act, *, count=THREADS):
    """What each of the threads got, where each has a transaction of its own."""
    barrier, results = threading.Barrier(count), [None] * count

    def run(number):
        barrier.wait()
        try:
            results[number] = database.run(lambda work: act(work, number))
        except Conflict:
            results[number] = "conflict"

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return results


def open_a_case(database):
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.cases.add(a_case(state=CaseState.AWAITING, stage=1))


def test_of_eight_who_read_the_same_version_one_keeps_the_case(sql_database):
    open_a_case(sql_database)
    with sql_database.reading() as work:
        seen = work.cases.get("CASE-1")

    def decide(work, number):
        work.cases.put(seen.moved(CaseState.APPROVED, at=NOW, run_id=str(number)))
        work.journal.record(an_entry(f"case.decided.{number}"))
        return "won"

    results = all_at_once(sql_database, decide)
    assert Counter(results) == {"won": 1, "conflict": THREADS - 1}
    with sql_database.reading() as work:
        assert work.cases.get("CASE-1").run_id == str(results.index("won"))
        chain = work.journal.entries()
        assert [s.entry.what for s in chain] == [f"case.decided.{results.index('won')}"]


def test_of_eight_decisions_one_is_final(sql_database):
    open_a_case(sql_database)

    def decide(work, number):
        work.decisions.add(a_decision(by=f"approver.{number}", idempotency_key=f"k{number}"))
        return "won"

    results = all_at_once(sql_database, decide)
    assert Counter(results) == {"won": 1, "conflict": THREADS - 1}
    with sql_database.reading() as work:
        assert [d.by for d in work.decisions.of("CASE-1")] == [f"approver.{results.index('won')}"]


def test_who_reads_and_decides_in_one_transaction_queues_up(sql_database):
    open_a_case(sql_database)

    def decide(work, number):
        case = work.cases.get("CASE-1")
        if case.state is not CaseState.AWAITING:
            return "too late"
        work.decisions.add(a_decision(by=f"approver.{number}"))
        work.cases.put(case.moved(CaseState.APPROVED, at=NOW))
        return "won"

    assert Counter(all_at_once(sql_database, decide)) == {"won": 1, "too late": THREADS - 1}


def test_of_eight_who_take_a_case_on_one_has_it_and_the_others_hear_who(sql_database):
    people = [a_person(f"director.{n}", name=f"Director {n}") for n in range(THREADS)]
    with sql_database.work() as work:
        work.policies.publish("{}", by="analyst.li", at=NOW)
        work.customers.put_all([a_customer()])
        for person in people:
            work.people.put(person)
        work.evaluations.add(an_evaluation())
        work.proposals.add(a_proposal())
        case = a_case(state=CaseState.AWAITING, stage=1, desk="director", proposal_id="PROP-1")
        work.cases.add(case)
        work.tasks.add(a_task())

    def take(work, number):
        claim("CASE-1", by=people[number], at=NOW, on=TODAY, work=work)
        return "has it"

    results = all_at_once(sql_database, take)
    assert Counter(results) == {"has it": 1, "conflict": THREADS - 1}
    with sql_database.reading() as work:
        (task,) = work.tasks.of("CASE-1")
        assert task.holder(NOW) == f"director.{results.index('has it')}"
        assert work.cases.get("CASE-1").version == 2
        assert [s.entry.what for s in work.journal.of("CASE-1")] == ["case.claimed"]


def test_of_eight_limits_for_the_same_version_one_is_set(sql_database):
    with sql_database.work() as work:
        work.customers.put_all([a_customer()])
        work.limits.add(a_limit(), replacing=0)

    def apply(work, number):
        work.limits.add(a_limit(version=2, case_id=str(number)), replacing=1)
        return "won"

    results = all_at_once(sql_database, apply)
    assert Counter(results) == {"won": 1, "conflict": THREADS - 1}
    with sql_database.reading() as work:
        assert [limit.version for limit in work.limits.history("C001")] == [1, 2]


def test_an_occasion_that_fires_eight_times_opens_one_case(sql_database):
    with sql_database.work() as work:
        work.customers.put_all([a_customer()])
    results = all_at_once(sql_database, lambda work, n: work.cases.add(a_case(f"CASE-{n}")))
    assert Counter(results) == {True: 1, False: THREADS - 1}


def test_a_letter_and_a_promise_are_claimed_by_one(sql_database):
    open_a_case(sql_database)
    with sql_database.work() as work:
        work.letters.add(a_letter())
        work.outbox.add(a_promise())

    def claim(work, number):
        terms = {"owner": str(number), "at": NOW, "until": later(minutes=5)}
        return work.letters.claim(**terms) is not None, work.outbox.claim(**terms) is not None

    letters, promises = zip(*all_at_once(sql_database, claim), strict=True)
    assert sum(letters) == 1
    assert sum(promises) == 1


def test_several_letters_are_shared_out_without_overlap(sql_database):
    ids = [f"C{n:03}" for n in range(THREADS)]
    with sql_database.work() as work:
        work.customers.put_all([a_customer(i) for i in ids])
        for i in ids:
            work.cases.add(a_case(f"CASE-{i}", customer=i))
            work.letters.add(a_letter(f"L-{i}", case_id=f"CASE-{i}", customer=i))

    def claim(work, number):
        taken = work.letters.claim(owner=str(number), at=NOW, until=later(minutes=5))
        return None if taken is None else taken.id

    got = [i for i in all_at_once(sql_database, claim) if i]
    assert len(got) == len(set(got))
    # Whoever met a locked one may have found none; nobody was given one twice.
    with sql_database.work() as work:
        rest = [work.letters.claim(owner="rest", at=NOW, until=later(minutes=5)) for _ in ids]
    assert len(got) + sum(one is not None for one in rest) == THREADS


def test_leases_counters_and_periods_have_no_two_winners(sql_database):
    def take(work, number):
        return (
            work.leases.take("leader", owner=str(number), at=NOW, until=later(minutes=1)),
            work.review_runs.claim_period("monthly", TODAY),
            work.counters.next("case"),
        )

    leads, periods, numbers = zip(*all_at_once(sql_database, take), strict=True)
    assert sum(leads) == 1
    assert sum(periods) == 1
    assert sorted(numbers) == list(range(1, THREADS + 1))


def test_the_journal_stays_one_chain_under_concurrency(sql_database):
    def write(work, number):
        for n in range(5):
            work.journal.record(an_entry(f"{number}.{n}"))
            work.counters.next("c")
        return work.journal.record_once("once", an_entry("once"))

    assert sum(all_at_once(sql_database, write)) == 1
    with sql_database.reading() as work:
        chain = work.journal.entries()
    assert len(chain) == THREADS * 5 + 1
    assert first_broken(chain) is None
    # Entries of one transaction stand together.
    writers = [s.entry.what.split(".")[0] for s in chain if s.entry.what != "once"]
    assert writers == [w for w in dict.fromkeys(writers) for _ in range(5)]


def move_into_the_next(database, read):
    """Eight groups, each moved under the next one by somebody at the same moment."""
    ids = [f"G{n}" for n in range(THREADS)]
    with database.work() as work:
        work.groups.put_all([a_group(x) for x in ids])

    def move(work, number):
        moved = a_group(ids[number], parent=ids[(number + 1) % THREADS])
        try:
            tree_of(read(work)).with_([moved])
        except NoTree:
            return "refused"
        work.groups.put_all([moved])
        return "moved"

    results = all_at_once(database, move)
    with database.reading() as work:
        return results, work.groups.all()


def test_moves_that_would_close_a_cycle_together_never_all_get_in(sql_database):
    results, kept = move_into_the_next(sql_database, lambda work: work.groups.held())
    assert Counter(results) == {"moved": THREADS - 1, "refused": 1}
    tree_of(kept)


def test_without_holding_the_tree_they_can(postgres_emptied):
    """The counterpart: the same moves by those who only look."""
    barrier = threading.Barrier(THREADS)

    def look(work):
        found = work.groups.all()
        barrier.wait(10)
        return found

    results, kept = move_into_the_next(postgres_emptied, look)
    assert Counter(results) == {"moved": THREADS}
    with pytest.raises(NoTree, match="cycle"):
        tree_of(kept)


def take_the_last_room(database, *, alone, meet=None):
    """Eight members of one group, of which any single one may still have 800,000."""
    with database.work() as work:
        work.groups.put_all([a_group("G1")])
        work.group_limits.add(a_group_limit("G1"), replacing=0)
        work.customers.put_all([a_customer(f"C{n}", group="G1") for n in range(THREADS)])

    def raise_(work, number):
        customer = work.customers.get(f"C{number}")
        own = OwnCurrency("CNY", Rates([]), TODAY)
        (room,) = group_room(customer, own, work, alone=alone)
        if meet is not None:
            meet.wait(10)
        if room.amount < cny(800_000):
            return "no room"
        limit = replace(a_limit(cny(800_000)), customer=customer.id, from_=TODAY, until=None)
        work.limits.add(limit, replacing=0)
        return "granted"

    return Counter(all_at_once(database, raise_))


def test_of_eight_who_want_the_last_room_in_a_group_one_gets_it(sql_database):
    granted = take_the_last_room(sql_database, alone=True)
    assert granted == {"granted": 1, "no room": THREADS - 1}


def test_without_holding_the_group_all_of_them_would(postgres_emptied):
    """The counterpart: everybody looks before anybody takes."""
    meet = threading.Barrier(THREADS)
    assert take_the_last_room(postgres_emptied, alone=False, meet=meet) == {"granted": THREADS}
