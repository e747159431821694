"""Backtest and overrides: what became of the judged is what the ledger says, seen from a day."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.behaviour import lines
from creditflow.domain.decision import Say
from creditflow.domain.grade import Grade
from creditflow.domain.ledger import Invoice, InvoiceType, Ledger
from creditflow.domain.monitoring import Window
from creditflow.domain.monitoring_backtest import Verdict, backtest, pd_within
from creditflow.domain.monitoring_lateness import (
    Outcome,
    Spell,
    is_late,
    spells,
    turned_bad,
    went_bad,
)
from creditflow.domain.monitoring_overrides import Way, overrides
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.people import POLICY_ACTOR
from creditflow.domain.rates import Rates
from tests.domain.monitored import EVERY_DAY, judged, ruling
from tests.domain.strategies import ledgers
from tests.makers import ACME, TODAY, a_payment, an_invoice, cny

DUE = date(2026, 1, 1)
LATE_ON = DUE + timedelta(days=30)


def found(*documents, on=TODAY, days=30):
    invoices = tuple(d for d in documents if hasattr(d, "due_on"))
    payments = tuple(d for d in documents if hasattr(d, "paid_on"))
    ledger = Ledger(ACME, invoices, payments)
    return spells(ledger, currency="CNY", rates=Rates([]), days=days, on=on)


def invoice(**changes):
    return an_invoice(issued_on=date(2025, 12, 1), due_on=DUE, amount=cny(1000), **changes)


def test_an_open_invoice_is_late_from_the_thirtieth_day_on():
    assert found(invoice(), on=LATE_ON) == (Spell(LATE_ON),)
    assert found(invoice(), on=LATE_ON - timedelta(days=1)) == ()


def test_what_is_paid_on_the_very_day_is_not_late():
    def paid(after):
        return a_payment(paid_on=DUE + timedelta(days=after), amount=cny(1000))

    assert found(invoice(), paid(30)) == ()
    assert found(invoice(), paid(31)) == (Spell(LATE_ON, DUE + timedelta(days=31)),)


def test_disputes_and_bank_charges_are_no_lateness_but_parts_are():
    assert found(invoice(disputed=True)) == ()
    assert found(invoice(), a_payment(paid_on=DUE, amount=cny(990))) == ()
    assert found(invoice(), a_payment(paid_on=DUE, amount=cny(989))) == (Spell(LATE_ON),)


def test_what_was_due_before_it_was_issued_is_a_mistake_and_no_lateness():
    mistaken = an_invoice(issued_on=DUE + timedelta(days=1), due_on=DUE, amount=cny(1000))

    assert found(mistaken) == ()
    assert found(replace(mistaken, issued_on=DUE)) == (Spell(LATE_ON),)


def test_a_credit_note_ends_it_and_an_earlier_one_prevents_it():
    def credit(on):
        return Invoice(ACME, "K-1", on, on, cny(1000), InvoiceType.CREDIT_NOTE)

    end = LATE_ON + timedelta(days=5)
    assert found(invoice(), credit(end)) == (Spell(LATE_ON, end),)
    assert found(invoice(), credit(DUE)) == ()


@given(ledgers(), st.integers(0, 400), st.sampled_from([0, 30, 60]))
def test_spells_are_what_the_payment_behaviour_sees_on_every_day(ledger, before, days):
    """The oracle: on each day ask the ledger of that day which invoices are that late."""
    on = TODAY - timedelta(days=before)
    ours = spells(ledger, currency="CNY", rates=EVERY_DAY, days=days, on=on)

    for back in range(0, 120, 7):
        day = on - timedelta(days=back)
        known = ledger.until(day)
        seen = lines(known, OwnCurrency("CNY", EVERY_DAY, day))
        begun = {
            line.document
            for line in seen
            if not line.disputed and line.overdue(day, days=days - 1) and line.open
        }
        assert is_late(ours, day) is bool(begun), day


@given(ledgers(), st.integers(0, 300))
def test_a_later_day_adds_spells_and_changes_none_that_had_begun(ledger, after):
    """Nothing that happened after the day is seen, and what was seen stays."""
    on = TODAY - timedelta(days=after)
    early = spells(ledger, currency="CNY", rates=EVERY_DAY, days=30, on=on)
    late = spells(ledger, currency="CNY", rates=EVERY_DAY, days=30, on=TODAY)

    assert sorted(s.since for s in early) == sorted(s.since for s in late if s.since <= on)
    assert all(s.until is None or s.until <= on for s in early)


@given(ledgers(), st.integers(0, 500), st.sampled_from([1, 30, 60]), st.integers(30, 200))
def test_asking_after_one_judgement_says_what_all_spells_say(ledger, before, days, within):
    outcome, judged_on = Outcome(days, within), TODAY - timedelta(days=before)
    every = spells(ledger, currency="CNY", rates=EVERY_DAY, days=days, on=TODAY)

    asked = went_bad(ledger, judged_on, outcome, currency="CNY", rates=EVERY_DAY, on=TODAY)

    assert asked is turned_bad(every, judged_on, outcome)


# ---------------------------------------------------------------------- backtest

ON = date(2026, 3, 1)
OUTCOME = Outcome(days=30, within=90)
JUDGED_ON = date(2025, 11, 15)


def test_what_counts_is_what_begins_after_the_day_and_within_the_time():
    def bad(since):
        return turned_bad([Spell(since)], JUDGED_ON, OUTCOME)

    assert not bad(JUDGED_ON)
    assert bad(JUDGED_ON + timedelta(days=1))
    assert bad(JUDGED_ON + timedelta(days=90))
    assert not bad(JUDGED_ON + timedelta(days=91))


def test_a_backtest_by_hand():
    every = [
        judged("good1", JUDGED_ON, Grade.B, points=Decimal(800), pd=Decimal("0.01")),
        judged("good2", JUDGED_ON, Grade.E, points=Decimal(400), pd=Decimal("0.10")),
        judged("bad", JUDGED_ON, Grade.E, points=Decimal(380), pd=Decimal("0.10")),
        judged("already", JUDGED_ON, Grade.G),
        judged("unknown", JUDGED_ON, Grade.C),
        judged("young", ON - timedelta(days=89), Grade.C),
        judged("unborn", ON + timedelta(days=1), Grade.C),
    ]
    late = {
        "bad": [Spell(JUDGED_ON + timedelta(days=40))],
        "already": [Spell(JUDGED_ON - timedelta(days=3))],
        "good1": [Spell(date(2025, 1, 1), date(2025, 2, 1))],
        "unknown": None,
    }

    result = backtest(every, late, outcome=OUTCOME, on=ON)

    assert (result.count, result.bad) == (3, 1)
    assert (result.already, result.unknown, result.too_young) == (1, 1, 1)
    grade_e = result.grades[4]
    assert (grade_e.count, grade_e.bad, grade_e.observed) == (2, 1, 0.5)
    assert grade_e.expected == pytest.approx(1 - 0.9 ** (90 / 365))
    assert grade_e.verdict is Verdict.AGREES
    assert result.grades[0].verdict is Verdict.NOTHING
    assert result.separation.auc == 1
    assert not result.enough
    (cohort,) = result.cohorts
    assert (cohort.month, cohort.count, cohort.observed) == (date(2025, 11, 1), 3, 1 / 3)


def test_a_promise_far_below_what_came_is_called_too_low():
    every = [judged(f"C{n}", JUDGED_ON, Grade.A, pd=Decimal("0.002")) for n in range(20)]
    late = {f"C{n}": [Spell(JUDGED_ON + timedelta(days=9))] for n in range(5)}

    result = backtest(every, late, outcome=OUTCOME, on=ON)

    assert result.grades[0].verdict is Verdict.TOO_LOW


def test_a_yearly_probability_over_a_year_stays_what_it_is():
    assert pd_within(Decimal("0.2"), Outcome(30, 365)) == pytest.approx(0.2)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 400), st.sampled_from(list(Grade)))),
    st.dictionaries(st.integers(0, 9), st.integers(0, 400), max_size=10),
)
def test_every_customer_of_a_month_is_somewhere_once(every, bad_after):
    start = date(2025, 1, 1)
    known = [judged(f"C{c}", start + timedelta(days=d), grade) for c, d, grade in every]
    late = {f"C{c}": [Spell(start + timedelta(days=d))] for c, d in bad_after.items()}

    result = backtest(known, late, outcome=OUTCOME, on=ON)

    one_each = {(one.customer, one.on.replace(day=1)) for one in known if one.on <= ON}
    assert result.count + result.already + result.too_young == len(one_each)
    assert sum(c.count for c in result.cohorts) == result.count
    assert sum(c.bad for c in result.cohorts) == result.bad <= result.count


# ---------------------------------------------------------------------- overrides

WINDOW = Window(date(2025, 9, 1), date(2026, 3, 1))
DAY = date(2025, 10, 1)


def test_ways_and_changes_by_hand():
    assert ruling().way is Way.KEPT
    assert ruling(Say.APPROVE_WITH_CHANGE, 150).way is Way.RAISED
    assert ruling(Say.APPROVE_WITH_CHANGE, 150).change == Fraction(1, 2)
    assert ruling(Say.APPROVE_WITH_CHANGE, 60).way is Way.LOWERED
    assert ruling(Say.REJECT, None).way is Way.REJECTED
    assert ruling(Say.RETURN, None).change is None
    assert ruling(Say.APPROVE_WITH_CHANGE, 60, proposed=cny(0)).change is None


def test_override_rates_and_how_they_turned_out():
    every = [
        ruling(on=DAY, customer="kept"),
        ruling(Say.APPROVE_WITH_CHANGE, 150, on=DAY, customer="raised"),
        ruling(Say.APPROVE_WITH_CHANGE, 50, on=DAY, customer="lowered", desk="committee"),
        ruling(Say.REJECT, None, on=DAY, customer="rejected", grade=Grade.F),
        ruling(Say.RETURN, None, on=DAY, customer="returned"),
        ruling(on=DAY, customer="plain", by=POLICY_ACTOR, desk=None),
        ruling(on=ON, customer="young"),
        ruling(on=date(2025, 8, 1), customer="old"),
    ]
    late = {"raised": [Spell(DAY + timedelta(days=45))], "kept": [], "lowered": None}

    result = overrides(every, late, window=WINDOW, outcome=OUTCOME, on=ON)

    assert (result.total.count, result.total.overridden, result.by_policy) == (6, 4, 1)
    assert result.total.share == Fraction(2, 3)
    assert result.total.mean_change == 0
    assert {rate.key: rate.count for rate in result.by_desk} == {"committee": 1, "director": 5}
    assert {rate.key: rate.overridden for rate in result.by_grade} == {"C": 3, "F": 1}
    outcomes = {t.key: (t.count, t.bad, t.too_young) for t in result.turned_out}
    assert outcomes == {
        "policy": (1, 0, 0),
        "kept": (1, 0, 1),
        "raised": (1, 1, 0),
        "lowered": (0, 0, 0),
        "rejected": (1, 0, 0),
    }
    assert result.turned_out[2].share == 1
