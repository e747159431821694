"""Which open orders a limit covers: the oldest first, on top of what is owed."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.ledger import OrderStatus
from creditflow.domain.money import total
from creditflow.domain.order_fit import fitting
from creditflow.services.fitting import orders_under, uncovered
from tests.fakes import FakeWork
from tests.makers import TODAY, a_customer, a_limit, a_policy, an_added_limit, an_invoice, an_order
from tests.makers import cny as yuan

DAY = timedelta(days=1)


def ordered(*amounts, owed=100, limit=250, added=()):
    """A customer that owes so much, with these orders, the oldest first."""
    work = FakeWork(a_policy())
    work.customers.put_all([a_customer()])
    work.ledger.add(
        invoices=[an_invoice(amount=yuan(owed))] if owed else [],
        orders=[
            an_order(f"O-{n}", amount=yuan(amount), ordered_on=TODAY - (len(amounts) - n) * DAY)
            for n, amount in enumerate(amounts)
        ],
    )
    if limit is not None:
        in_force = a_limit(yuan(limit), from_=TODAY - DAY, until=TODAY + 90 * DAY)
        work.limits.add(in_force, replacing=0)
    for one in added:
        work.added_limits.add(one, replacing=0)
    return work


def found(work, limit):
    customer = work.customers.get(a_customer().id)
    return orders_under(customer, yuan(limit), on=TODAY, work=work)


def test_the_oldest_orders_are_served_first_and_a_small_one_fits_behind_a_held_one():
    work = ordered(100, 200, 40, limit=250)
    orders = found(work, 450)

    assert [one.order.document for one in orders.orders] == ["O-0", "O-1", "O-2"]
    assert [(one.now, one.then) for one in orders.orders] == [
        (True, True), (False, True), (True, True),
    ]  # fmt: skip
    assert (orders.fit_now, orders.fit_then, orders.total) == (2, 3, yuan(340))
    assert orders.all_from == yuan(440)
    assert found(work, 440).fit_then == 3
    assert found(work, 439).fit_then == 2


@pytest.mark.parametrize(("limit", "fit"), [(None, 0), (0, 0), (150, 1)])
def test_without_a_limit_nothing_fits_and_a_decision_changes_that(limit, fit):
    orders = found(ordered(50, limit=limit), 150)
    assert (orders.fit_now, orders.fit_then) == (fit, 1)


def test_credit_on_top_counts_beside_the_base_limit_now_and_then():
    top = an_added_limit(amount=yuan(100), from_=TODAY - DAY, until=TODAY + DAY)
    orders = found(ordered(200, limit=200, added=[top]), 100)
    assert (orders.fit_now, orders.fit_then) == (1, 0)
    assert orders.all_from == yuan(200)


def test_what_was_delivered_or_cancelled_is_no_open_order():
    work = ordered(50)
    work.ledger.put_orders([an_order("O-0", amount=yuan(50), status=OrderStatus.CANCELLED)])
    assert found(work, 100).orders == []


def test_where_all_fit_the_letters_find_nothing_uncovered_and_the_other_way_round():
    for amounts in ((100, 50), (100, 51), (151,)):
        work = ordered(*amounts, limit=250)
        over = uncovered(work.customers.get(a_customer().id), on=TODAY, work=work)
        orders = found(work, 250)
        assert (over is None) == (orders.fit_now == len(amounts))


@given(
    amounts=st.lists(st.integers(1, 500).map(yuan), max_size=8),
    owed=st.integers(-300, 600).map(yuan),
    bound=st.none() | st.integers(0, 1500).map(yuan),
)
def test_what_fits_never_exceeds_the_bound_and_a_held_one_would(amounts, owed, bound):
    fits = fitting(amounts, owed, bound)
    used = owed + total([a for a, fit in zip(amounts, fits, strict=True) if fit], "CNY")
    if bound is None:
        assert all(fits)
        return
    assert used <= max(bound, owed)
    before = owed
    for amount, fit in zip(amounts, fits, strict=True):
        assert fit == (before + amount <= bound)
        before = before + amount if fit else before
