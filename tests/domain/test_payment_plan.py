"""A payment plan adds up to what it covers, and is kept or broken once, by the ledger alone."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.calendar import weekdays_only
from creditflow.domain.ledger import InvoiceType, Ledger
from creditflow.domain.letter_notices import Instalment
from creditflow.domain.money import Money
from creditflow.domain.payment_plan import (
    MOVES,
    RUNNING,
    PaymentPlan,
    PlanHasMoved,
    PlanState,
    monthly,
    on_account,
    past_due,
)
from tests.makers import ACME, NOW, TODAY, a_payment, a_plan, an_invoice, cny

OFFERED = TODAY


def overdue(*amounts: int) -> Ledger:
    """Invoices that were due a month ago and longer, of so many fen each."""
    return Ledger(
        ACME,
        tuple(
            an_invoice(f"R-{n}", amount=Money(minor, "CNY"), issued_on=TODAY - timedelta(90 + n),
                       due_on=TODAY - timedelta(30 + n))
            for n, minor in enumerate(amounts)
        ),
        (),
    )  # fmt: skip


def planned(ledger: Ledger, count: int, tolerance: int = 5) -> PaymentPlan:
    covers = past_due(ledger, "CNY", OFFERED)
    total = Money(sum(c.open.minor for c in covers), "CNY")
    return a_plan(
        covers=covers,
        on_account=on_account(ledger.until(OFFERED), "CNY"),
        instalments=monthly(total, count, OFFERED, weekdays_only),
        tolerance_days=tolerance,
    )


def paid(ledger: Ledger, *payments: tuple[int, int, int | None]) -> Ledger:
    """Payments so many days after the offer, in fen, on an invoice or on account."""
    more = tuple(
        a_payment(f"P-{n}", paid_on=OFFERED + timedelta(days), amount=Money(minor, "CNY"),
                  invoice=None if which is None else f"R-{which}")
        for n, (days, minor, which) in enumerate(payments)
    )  # fmt: skip
    return replace(ledger, payments=ledger.payments + more)


totals = st.lists(st.integers(1, 10**8), min_size=1, max_size=4)
histories = st.lists(
    st.tuples(st.integers(1, 240), st.integers(1, 10**8), st.none() | st.integers(0, 3)),
    max_size=8,
)


@given(st.integers(1, 10**12), st.integers(1, 24), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_instalments_add_up_and_fall_on_working_days_one_a_month(minor, count, on):
    total = Money(minor + count, "CNY")
    parts = monthly(total, count, on, weekdays_only)
    assert sum(p.amount.minor for p in parts) == total.minor
    assert min(p.amount.minor for p in parts) > 0
    assert all(weekdays_only(p.on) for p in parts)
    gaps = [(b.on - a.on).days for a, b in pairwise(parts)]
    assert all(25 <= gap <= 34 for gap in gaps)
    assert parts[0].on >= on + timedelta(28)


@settings(max_examples=100)
@given(totals, st.integers(1, 6), st.integers(0, 20), histories, st.lists(st.integers(0, 300)))
def test_a_plan_is_kept_or_broken_once_however_often_it_is_looked_at(
    amounts, count, tolerance, history, looks
):
    ledger = overdue(*(amount + 100 for amount in amounts))
    plan = planned(ledger, count, tolerance).moved(PlanState.ACCEPTED, accepted_on=OFFERED)
    known = paid(ledger, *history)
    ends = []
    for day in [*sorted(looks), 10_000, 10_001]:
        on = OFFERED + timedelta(day)
        to = plan.ended(known, on)
        if to is None:
            continue
        received = plan.received(known, on)
        assert (to is PlanState.KEPT) == (received == plan.total)
        assert (to is PlanState.BROKEN) == (received < plan.total)
        if to is PlanState.BROKEN:
            missed = plan.missed_on(received, on)
            assert (on - missed.on).days > tolerance
        plan = plan.moved(to, ended_on=on)
        ends.append(to)
    assert len(ends) == 1
    for state in PlanState:
        with pytest.raises(PlanHasMoved):
            plan.moved(state)


@given(totals, histories, st.integers(0, 300))
def test_what_came_in_only_grows_and_never_beyond_the_total(amounts, history, day):
    ledger = overdue(*amounts)
    plan, known = planned(ledger, 1), paid(ledger, *history)
    on = OFFERED + timedelta(day)
    assert plan.received(known, on) <= plan.received(known, on + timedelta(7)) <= plan.total


@pytest.mark.parametrize(("late", "state"), [(5, None), (6, PlanState.BROKEN)])
def test_an_instalment_breaks_it_when_it_is_more_than_the_tolerance_late(late, state):
    ledger = overdue(30_000)
    plan = planned(ledger, 3).moved(PlanState.ACCEPTED)
    assert plan.ended(ledger, plan.instalments[0].on + timedelta(late)) is state


def test_paid_in_time_it_goes_on_and_paid_in_full_it_is_kept():
    ledger = overdue(20_000, 10_000)
    plan = planned(ledger, 3).moved(PlanState.ACCEPTED)
    first, last = plan.instalments[0], plan.instalments[-1]
    some = paid(ledger, ((first.on - OFFERED).days + 5, 10_000, 1))
    assert plan.ended(some, first.on + timedelta(20)) is None
    every = paid(some, (40, 15_000, 0), (45, 5_000, None))
    assert plan.ended(every, OFFERED + timedelta(44)) is None
    assert plan.ended(every, OFFERED + timedelta(45)) is PlanState.KEPT
    assert plan.ended(some, last.on + timedelta(6)) is PlanState.BROKEN


def test_what_was_on_account_before_lowers_what_is_covered_and_counts_once():
    ledger = paid(overdue(10_000, 10_000), (-1, 4_000, None))
    plan = planned(ledger, 1)
    assert plan.total == Money(16_000, "CNY")
    assert plan.received(ledger, OFFERED + timedelta(30)).minor == 0


def test_disputed_invoices_credit_notes_other_currencies_and_what_is_not_due_stay_out():
    due = TODAY - timedelta(10)
    ledger = Ledger(
        ACME,
        (
            an_invoice("A", amount=cny(5), due_on=due),
            an_invoice("B", amount=cny(5), due_on=due, disputed=True),
            an_invoice("C", amount=Money.of(5, "USD"), due_on=due),
            an_invoice("D", amount=cny(5), due_on=TODAY),
            an_invoice("E", amount=cny(1), due_on=due, type=InvoiceType.CREDIT_NOTE),
        ),
        (),
    )
    assert [(c.document, c.open) for c in past_due(ledger, "CNY", TODAY)] == [("A", cny(4))]


def test_an_offer_lapses_behind_its_last_day_and_not_on_it():
    plan = a_plan()
    assert plan.ended(overdue(), plan.accept_by) is None
    assert plan.ended(overdue(), plan.accept_by + timedelta(1)) is PlanState.LAPSED


@pytest.mark.parametrize(
    "wrong",
    [
        {"instalments": (Instalment(TODAY + timedelta(30), cny(1)),)},
        {"instalments": ()},
        {"covers": ()},
        {"accept_by": TODAY + timedelta(400)},
        {"instalments": (Instalment(TODAY + timedelta(30), Money.of(30_000, "USD")),)},
    ],
)
def test_a_plan_that_does_not_add_up_is_no_plan(wrong):
    with pytest.raises(ValueError, match=r"plan|instalments"):
        replace(a_plan(), **wrong)


def test_only_what_is_running_can_move():
    assert set(MOVES) == RUNNING
    assert a_plan().offered_at == NOW
