"""Sampling sees nothing of what comes after the day, and the outcome only what comes after."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.learned import BadOutcome
from creditflow.domain.ledger import PUBLISHED_AFTER, Ledger
from creditflow.domain.outcomes import NEVER_KNOWN_THEN, OF_DISPUTES, OF_ORDERS, fate
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.rates import Rates
from creditflow.services.sampling import cutoffs, sample
from creditflow.sources.policy_files import shipped_policy_text
from tests.fakes import FakeDatabase
from tests.makers import ACME, NOW, a_customer, a_payment, a_statement, an_invoice, cny

POLICY = shipped_policy_text()
ON, OUTCOME = date(2025, 6, 30), BadOutcome(30, 90)


def book(*bills: tuple[int, int, int | None]):
    """Invoices as (issued, due, paid) in days from the cut-off; None is not paid."""
    invoices = [
        an_invoice(document=f"R{n}", issued_on=_day(issued), due_on=_day(due), amount=cny(100))
        for n, (issued, due, _) in enumerate(bills)
    ]
    payments = [
        a_payment(document=f"P{n}", invoice=f"R{n}", paid_on=_day(paid), amount=cny(100))
        for n, (_, _, paid) in enumerate(bills)
        if paid is not None
    ]
    return invoices, payments


def _day(days: int) -> date:
    return ON + timedelta(days=days)


def rows(invoices, payments, statements=()):
    with FakeDatabase(policy_from_json=policy_from_json).work() as work:
        work.policies.publish(POLICY, by="x", at=NOW)
        work.customers.put_all([a_customer()])
        work.ledger.add(invoices=invoices, payments=payments)
        work.statements.put_all(statements)
        policy, rates = work.policies.current(), work.rates.all()
        return list(sample(ACME, [ON], OUTCOME, policy=policy, rates=rates,
                           undated=work.ledger.undated(), work=work))  # fmt: skip


bill = st.tuples(st.integers(-200, 60), st.integers(5, 60), st.integers(-5, 120)).map(
    lambda b: (b[0], b[0] + b[1], max(b[0], b[0] + b[1] + b[2]))
)


@settings(max_examples=25, deadline=None)
@given(st.lists(bill, min_size=1, max_size=8), st.integers(1, 300))
def test_moving_any_payment_after_the_day_changes_no_signal(bills, later):
    bills = [(-10, 20, 25), *bills]
    moved = [(i, d, p + later if p > 0 else p) for i, d, p in bills]

    one, two = rows(*book(*bills)), rows(*book(*moved))

    assert [r.values for r in one] == [r.values for r in two]


def test_moving_a_payment_before_the_day_is_noticed():
    one, two = rows(*book((-90, -60, -50))), rows(*book((-90, -60, -20)))

    assert one[0].values != two[0].values
    assert not set(one[0].values) & (NEVER_KNOWN_THEN | OF_DISPUTES | OF_ORDERS)


@pytest.mark.parametrize(
    ("paid", "bad"),
    [(40, False), (49, False), (50, True), (None, True), (300, True)],
)
def test_bad_is_what_becomes_that_late_within_the_horizon(paid, bad):
    assert [r.bad for r in rows(*book((-10, 20, paid)))] == [bad]


def test_an_invoice_that_is_late_only_after_the_horizon_is_not_bad():
    assert [r.bad for r in rows(*book((-10, 61, None)))] == [False]
    assert [r.bad for r in rows(*book((-10, 60, None)))] == [True]


def test_who_is_late_already_or_long_gone_is_not_asked():
    assert rows(*book((-80, -30, 10))) == []
    assert rows(*book((-181, -150, -150))) == []
    assert len(rows(*book((-80, -29, 10)))) == 1


def test_a_disputed_invoice_says_nothing():
    invoices, payments = book((-10, 20, None))

    assert [r.bad for r in rows([replace(invoices[0], disputed=True)], payments)] == [False]


def test_a_statement_counts_once_it_can_have_been_published():
    ends = [ON - PUBLISHED_AFTER, ON - PUBLISHED_AFTER + timedelta(days=1)]
    seen = [rows(*book((-10, 20, 20)), [a_statement(period_end=end)])[0].values for end in ends]

    assert ["equity_ratio" in values for values in seen] == [True, False]


def test_cutoffs_are_month_ends_whose_horizon_is_over():
    days = cutoffs(date(2025, 1, 15), date(2025, 10, 1), OUTCOME)

    assert days == [date(2025, 4, 30), date(2025, 5, 31), date(2025, 6, 30)]


def test_an_empty_ledger_has_no_fate():
    assert fate(Ledger(ACME), OwnCurrency("CNY", Rates(()), ON), OUTCOME) is None
