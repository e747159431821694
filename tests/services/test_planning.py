"""Payment plans: offered by a letter, accepted, and ended once, with a letter where they break."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.calendar import weekdays_only
from creditflow.domain.case import CaseState
from creditflow.domain.errors import Conflict, Problem
from creditflow.domain.notice import Notice
from creditflow.domain.notice_rules import HoldRule, NoticeRules, PlanRule
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.payment_plan import PlanHasMoved, PlanState
from creditflow.domain.people import Role
from creditflow.domain.sentences import say
from creditflow.post.rendering import Press
from creditflow.services.noticing import due_notices
from creditflow.services.planning import (
    NoPlan,
    accept_plan,
    look_after,
    look_after_all,
    offer_plan,
    plan_for,
    progress_of,
    withdraw_plan,
)
from tests.fakes import FakeDatabase, FakeWork
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_case,
    a_customer,
    a_payment,
    a_person,
    a_policy,
    an_invoice,
    cny,
    later,
)
from tests.post.letters import SENDER

PRESS = Press(SENDER)
NUMBERS = count()
LI = a_person("li.na", roles=frozenset({Role.ANALYST}))
RULES = NoticeRules(held=HoldRule(45, False, 14), plan_broken=PlanRule(7))


@pytest.fixture
def work() -> FakeWork:
    return overdue(FakeWork(a_policy(notices=RULES)))


def overdue(work: FakeWork) -> FakeWork:
    """Two invoices long past due, 30,000 in all, of a customer with an address."""
    work.customers.put_all([a_customer(email="pay@acme.example")])
    issued, due = TODAY - timedelta(120), TODAY - timedelta(60)
    work.ledger.add(
        invoices=[
            an_invoice(f"R-{n}", amount=cny(amount), issued_on=issued, due_on=due)
            for n, amount in enumerate((20_000, 10_000))
        ]
    )
    return work


def offered(work, many=3, by=LI):
    return offer_plan(
        ACME, many, by=by, at=NOW, on=TODAY, works=weekdays_only, work=work, press=PRESS,
        sender=SENDER,
    )  # fmt: skip


def running(work):
    plan = offered(work)
    return accept_plan(plan.id, by=LI, at=NOW, on=TODAY, work=work)


def looked(work, plan, on):
    at = NOW + (on - TODAY)
    return look_after(plan.id, at=at, on=on, work=work, press=PRESS, sender=SENDER)


def pays(work, on, amount, invoice="R-0", number=None):
    work.ledger.add(
        payments=[a_payment(number or f"P-{on}", paid_on=on, amount=amount, invoice=invoice)]
    )


def goes_on(work, on):
    """Another customer's invoice shows that the ledger reaches that day."""
    work.customers.put_all([a_customer("C002")])
    work.ledger.add(
        invoices=[an_invoice(f"X-{next(NUMBERS)}", customer="C002", issued_on=on,
                             due_on=on + timedelta(30))]
    )  # fmt: skip


def told(work):
    kept = sorted(work.kept.letters.values(), key=lambda letter: letter.id)
    return [letter.outcome for letter in kept]


def journal(work):
    found = [s.entry.what for s in work.journal.of(ACME)]
    return [what for what in found if what.startswith("plan.")]


def test_what_is_past_due_is_offered_in_instalments_by_a_letter(work):
    plan = offered(work)
    assert work.plans.get(plan.id) == plan
    assert [part.amount for part in plan.instalments] == [cny(10_000)] * 3
    assert plan.tolerance_days == 7
    assert told(work) == [Notice.PLAN_OFFERED]
    text = work.letters.get(plan.letter_id).text
    for part in plan.instalments:
        assert f"{part.on.year}" in text
    assert journal(work) == ["plan.offered"]


def test_all_that_stands_against_an_offer_is_told_at_once(work):
    offered(work)
    owner = a_person("wang", roles=frozenset({Role.SALES}))
    work.customers.put_all([a_customer(owner="wang")])
    with pytest.raises(NoPlan) as refused:
        offered(work, 99, by=owner)
    assert len(refused.value.details) == 4
    assert told(work) == [Notice.PLAN_OFFERED]


def test_who_sells_to_the_customer_offers_it_no_plan_whatever_the_role(work):
    work.customers.put_all([a_customer(owner=LI.id)])
    with pytest.raises(NoPlan, match="sells"):
        offered(work)


def test_a_customer_that_owes_nothing_past_due_gets_no_plan(work):
    pays(work, TODAY, cny(20_000))
    pays(work, TODAY, cny(10_000), "R-1", "P-2")
    with pytest.raises(NoPlan, match="Nothing in CNY is past due"):
        offered(work)


def test_showing_a_plan_keeps_nothing(work):
    plan_for(ACME, 3, on=TODAY, works=weekdays_only, by=LI, at=NOW, work=work)
    assert (work.kept.plans, work.kept.letters, journal(work)) == ({}, {}, [])


def test_an_offer_is_accepted_in_time_and_by_who_may(work):
    plan = offered(work)
    sales = a_person("wang", roles=frozenset({Role.SALES}))
    with pytest.raises(NoPlan, match="analysts"):
        accept_plan(plan.id, by=sales, at=NOW, on=TODAY, work=work)
    with pytest.raises(NoPlan, match="until"):
        accept_plan(plan.id, by=LI, at=NOW, on=plan.accept_by + timedelta(1), work=work)
    accepted = accept_plan(plan.id, by=LI, at=NOW, on=plan.accept_by, work=work)
    assert (accepted.state, accepted.accepted_by) == (PlanState.ACCEPTED, LI.id)
    with pytest.raises(PlanHasMoved):
        accept_plan(plan.id, by=LI, at=NOW, on=TODAY, work=work)


def test_an_offer_that_nobody_accepts_lapses_without_a_letter(work):
    plan = offered(work)
    assert looked(work, plan, plan.accept_by) is None
    assert looked(work, plan, plan.accept_by + timedelta(1)).state is PlanState.LAPSED
    assert told(work) == [Notice.PLAN_OFFERED]
    assert offered(work).id != plan.id


def test_a_plan_paid_to_the_end_is_kept(work):
    plan = running(work)
    for part, (amount, invoice) in zip(
        plan.instalments, [(10_000, "R-1"), (10_000, "R-0"), (10_000, None)], strict=True
    ):
        assert looked(work, plan, part.on) is None
        pays(work, part.on + timedelta(7), cny(amount), invoice)
    day = plan.instalments[-1].on + timedelta(7)
    ended = looked(work, plan, day)
    assert (ended.state, ended.ended_on) == (PlanState.KEPT, day)
    assert looked(work, plan, day + timedelta(30)) is None
    assert told(work) == [Notice.PLAN_OFFERED]
    assert journal(work) == ["plan.offered", "plan.accepted", "plan.kept"]


def test_an_instalment_that_does_not_come_breaks_it_once_with_a_letter_and_a_review(work):
    plan = running(work)
    first = plan.instalments[0]
    pays(work, first.on, cny(4_000))
    for late in (7, 8, 8, 30):
        day = first.on + timedelta(late)
        goes_on(work, day)
        looked(work, plan, day)
    ended = work.plans.get(plan.id)
    assert (ended.state, ended.missed) == (PlanState.BROKEN, first)
    assert told(work) == [Notice.PLAN_OFFERED, Notice.PLAN_BROKEN]
    assert journal(work).count("plan.broken") == 1
    letter = max(work.kept.letters.values(), key=lambda kept: kept.id)
    assert letter.facts.received == cny(4_000)
    assert letter.facts.left == cny(26_000)
    case = work.cases.get(ended.case_id)
    assert (case.state, case.occasion.kind) == (CaseState.DRAFT, OccasionKind.PLAN)
    assert case.occasion.reference == plan.id


def test_where_a_case_is_open_anyway_the_plan_breaks_without_another(work):
    work.cases.add(a_case())
    plan = running(work)
    day = plan.instalments[0].on + timedelta(30)
    goes_on(work, day)
    assert looked(work, plan, day).case_id is None
    assert told(work)[-1] is Notice.PLAN_BROKEN


def test_a_ledger_that_was_not_handed_in_breaks_no_plan(work):
    plan = running(work)
    day = plan.instalments[-1].on + timedelta(100)
    assert looked(work, plan, day) is None
    goes_on(work, day)
    assert looked(work, plan, day).state is PlanState.BROKEN


def test_a_plan_is_withdrawn_with_a_reason_and_never_watched_again(work):
    plan = running(work)
    with pytest.raises(NoPlan, match="at least"):
        withdraw_plan(plan.id, why="x", by=LI, at=NOW, on=TODAY, work=work)
    withdraw_plan(plan.id, why="They found a bank.", by=LI, at=NOW, on=TODAY, work=work)
    day = plan.instalments[0].on + timedelta(30)
    goes_on(work, day)
    assert looked(work, plan, day) is None


def test_while_a_plan_runs_what_it_covers_holds_no_deliveries(work):
    def held(on):
        return [d.due.notice for d in due_notices(on=on, work=work, customers=[ACME])]

    assert held(TODAY) == [Notice.HELD]
    plan = offered(work)
    assert held(TODAY) == [Notice.HELD]  # it is not accepted yet
    accept_plan(plan.id, by=LI, at=NOW, on=TODAY, work=work)
    assert held(TODAY) == []
    withdraw_plan(plan.id, why="They found a bank.", by=LI, at=NOW, on=TODAY, work=work)
    assert held(TODAY) == [Notice.HELD]


def test_how_it_goes_is_read_from_the_ledger(work):
    plan = running(work)
    pays(work, TODAY + timedelta(5), cny(10_500))
    seen = progress_of(plan, on=TODAY + timedelta(9), work=work)
    assert (seen.received, seen.left) == (cny(10_500), cny(19_500))
    assert seen.came == (True, False, False)
    assert seen.until == TODAY + timedelta(5)


histories = st.lists(
    st.tuples(st.integers(0, 150), st.integers(1, 30_000), st.sampled_from(["R-0", "R-1", None])),
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(histories, st.lists(st.integers(0, 160), max_size=12))
def test_however_payments_and_looks_fall_it_ends_once_with_one_letter_at_most(history, looks):
    work = overdue(FakeWork(a_policy(notices=RULES)))
    plan = running(work)
    for n, (day, amount, invoice) in enumerate(history):
        pays(work, TODAY + timedelta(day), cny(amount), invoice, f"P-{n}")
    for day in range(0, 200, 10):
        goes_on(work, TODAY + timedelta(day))
    ends = [
        ended
        for day in [*sorted(looks), 200, 201]
        if (ended := looked(work, plan, TODAY + timedelta(day))) is not None
    ]
    assert len(ends) == 1
    assert told(work).count(Notice.PLAN_BROKEN) == (ends[0].state is PlanState.BROKEN)
    assert [what for what in journal(work) if what in ("plan.kept", "plan.broken")] == [
        f"plan.{ends[0].state.value}"
    ]


def test_without_compare_and_swap_a_plan_would_end_twice(work):
    """Negative control: it is the version that lets one of two clocks end a plan."""
    plan = running(work)
    stale = work.plans.get(plan.id)
    day = plan.instalments[0].on + timedelta(30)
    goes_on(work, day)
    looked(work, plan, day)
    with pytest.raises(Conflict):
        work.plans.put(stale.moved(PlanState.BROKEN))
    work.kept.plans[plan.id] = stale
    looked(work, plan, day)
    assert told(work).count(Notice.PLAN_BROKEN) == 2


def test_one_plan_that_cannot_be_told_keeps_no_other_from_ending():
    database = FakeDatabase(a_policy(notices=RULES))
    with database.work() as work:
        overdue(work)
        plan = offered(work)

    class Jammed:
        def render(self, *_, **__):
            raise Problem(say("The press is jammed."))

    with database.work() as work:
        accept_plan(plan.id, by=LI, at=NOW, on=TODAY, work=work)
        goes_on(work, plan.instalments[0].on + timedelta(30))
    day = plan.instalments[0].on + timedelta(30)
    for press, state in ((Jammed(), PlanState.ACCEPTED), (PRESS, PlanState.BROKEN)):
        ended, failed = look_after_all(
            work=database.work, reading=database.reading, at=later(days=60), on=day, press=press,
            sender=SENDER,
        )  # fmt: skip
        assert (len(ended), len(failed)) == ((0, 1) if state is PlanState.ACCEPTED else (1, 0))
        with database.reading() as work:
            assert work.plans.get(plan.id).state is state
