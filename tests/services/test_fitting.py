"""Which open orders a limit covers: the oldest first, on top of what is owed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.added_limits import AddedKind, Consumption, OnTop
from creditflow.domain.in_force import InForce, consume, in_force
from creditflow.domain.ledger import OrderStatus
from creditflow.domain.limits import Limit, LimitState, limit_state
from creditflow.domain.money import total
from creditflow.domain.order_fit import base_for_all, fitting, uncovered_orders
from creditflow.domain.owed import owed
from creditflow.services.fitting import orders_under, orders_with, uncovered
from tests.fakes import FakeWork
from tests.makers import (
    ACME,
    TODAY,
    a_customer,
    a_limit,
    a_policy,
    an_added_limit,
    an_invoice,
    an_order,
)
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
    invoiced=st.integers(0, 600).map(yuan),
    credit=st.integers(0, 600).map(yuan),
    bound=st.none() | st.integers(0, 1500).map(yuan),
)
def test_what_fits_never_exceeds_the_bound_and_a_held_one_would(amounts, invoiced, credit, bound):
    state = LimitState.UNLIMITED if bound is None else limit_state(bound)
    base = Limit(ACME, 1, state, bound or None, TODAY, None)
    limits = in_force([base], [], currency="CNY", on=TODAY)
    orders = [(an_order(f"O-{n}"), amount) for n, amount in enumerate(amounts)]
    fits = fitting(orders, owed([("", invoiced)], [("", credit)], "CNY"), limits)
    net = invoiced - credit
    used = net + total([a for a, fit in zip(amounts, fits, strict=True) if fit], "CNY")
    if bound is None:
        assert all(fits)
        return
    assert used <= max(bound, net)
    before = net
    for amount, fit in zip(amounts, fits, strict=True):
        assert fit == (before + amount <= bound)
        before = before + amount if fit else before


# ------------------------------------------------------------------ with projects


def with_project(base, own, consumption, *, invoices=(), orders=()):
    """A base limit and one of a bridge; invoices and orders are pairs of project and amount."""
    work = ordered(owed=0, limit=base)
    bridge = an_added_limit(
        amount=yuan(own), from_=TODAY - DAY, until=TODAY + DAY, project="Bridge",
        consumption=consumption,
    )  # fmt: skip
    work.added_limits.add(bridge, replacing=0)
    work.ledger.add(
        invoices=[
            an_invoice(f"R-{n}", amount=yuan(amount), project=project)
            for n, (project, amount) in enumerate(invoices)
        ],
        orders=[
            an_order(f"O-{n}", amount=yuan(amount), project=project,
                     ordered_on=TODAY - (len(orders) - n) * DAY)
            for n, (project, amount) in enumerate(orders)
        ],
    )  # fmt: skip
    return work


def over(work):
    return uncovered(work.customers.get(a_customer().id), on=TODAY, work=work)


@pytest.mark.parametrize(
    ("consumption", "uncovered_", "fit", "all_from"),
    [
        # 100 base and 100 of the bridge, whose 130 exceed it by 30; another order of 80.
        (Consumption.OWN_ONLY, yuan(30), 1, None),
        (Consumption.OWN_FIRST, yuan(10), 1, yuan(110)),
        (Consumption.GENERAL_FIRST, yuan(10), 1, yuan(110)),
    ],
)
def test_what_exceeds_a_projects_limit_falls_on_the_general_by_its_order(
    consumption, uncovered_, fit, all_from
):
    work = with_project(100, 100, consumption, orders=[("Bridge", 130), ("", 80)])
    assert over(work) == uncovered_
    orders = found(work, 100)
    assert (orders.fit_now, orders.all_from) == (fit, all_from)
    if all_from is not None:
        assert found(work, 110).fit_then == 2
        assert found(work, 109).fit_then == 1


def test_a_projects_headroom_holds_no_other_order_and_covers_none():
    """Together the limits would do; but what a bridge has left is not there for others."""
    work = with_project(100, 100, Consumption.OWN_ONLY, orders=[("", 150), ("bridge ", 50)])
    assert over(work) == yuan(50)
    assert [one.now for one in found(work, 100).orders] == [False, True]
    assert found(work, 100).all_from == yuan(150)

    own = with_project(100, 100, Consumption.OWN_ONLY, orders=[("", 100), ("bridge ", 100)])
    assert over(own) is None
    assert found(own, 100).fit_now == 2


def test_invoices_beyond_one_projects_limit_hold_no_order_of_others():
    work = with_project(
        100, 50, Consumption.OWN_ONLY, invoices=[("Bridge", 80)], orders=[("", 100)]
    )
    assert over(work) is None
    assert found(work, 100).fit_now == 1
    more = with_project(
        100, 50, Consumption.OWN_ONLY, invoices=[("Bridge", 80)], orders=[("Bridge", 1)]
    )
    assert over(more) == yuan(31)


def test_an_approver_sees_which_orders_fit_with_what_is_asked_for_on_top():
    work = with_project(100, 10, Consumption.OWN_ONLY, orders=[("Tunnel", 130), ("", 90)])
    customer = work.customers.get(a_customer().id)
    tunnel = OnTop(AddedKind.PROJECT, TODAY, TODAY + 30 * DAY, "tunnel", Consumption.OWN_FIRST)
    season = OnTop(AddedKind.TEMPORARY, TODAY, TODAY + 30 * DAY)

    def fits(asked, amount):
        orders = orders_with(customer, asked, yuan(amount), on=TODAY, work=work).orders
        return [(one.now, one.then) for one in orders]

    assert fits(tunnel, 130) == [(False, True), (True, True)]
    assert fits(tunnel, 50) == [(False, True), (True, False)]
    assert fits(season, 30) == [(False, True), (True, False)]
    assert fits(tunnel, 0) == [(False, False), (True, True)]


NAMES = st.sampled_from(["", "X", "Y", "Z"])
AMOUNTS = st.integers(1, 200).map(yuan)
LIMITS = st.builds(
    lambda base, temporary, projects: InForce(
        TODAY,
        "CNY",
        Limit(ACME, 1, limit_state(base), base or None, TODAY, None),
        tuple(
            an_added_limit(f"AL-{n}", amount=amount) for n, amount in enumerate(temporary)
        ),
        tuple(
            an_added_limit(f"AL-{n}", amount=amount, project=name, consumption=consumption)
            for n, (name, amount, consumption) in enumerate(projects, start=10)
        ),
    ),
    st.integers(0, 300).map(yuan),
    st.lists(AMOUNTS, max_size=1),
    st.lists(
        st.tuples(st.sampled_from("XY"), AMOUNTS, st.sampled_from(Consumption)), max_size=3
    ),
)  # fmt: skip


@given(
    limits=LIMITS,
    invoiced=st.lists(st.tuples(NAMES, AMOUNTS), max_size=5),
    credits_=st.lists(st.tuples(NAMES, AMOUNTS), max_size=3),
    orders=st.lists(st.tuples(NAMES, AMOUNTS), max_size=5),
)
def test_orders_letters_and_use_agree_and_all_fit_from_the_base_that_is_named(
    limits, invoiced, credits_, orders
):
    without = owed(invoiced, credits_, "CNY")
    in_order = [(an_order(f"O-{n}", project=p), a) for n, (p, a) in enumerate(orders)]
    with_all = without.and_all(orders)
    fits = fitting(in_order, without, limits)

    # Where every order fits, nothing more is uncovered than without any, and the other way round.
    assert all(fits) == (consume(limits, with_all).over == consume(limits, without).over)
    told = uncovered_orders(
        [order for order, _ in in_order], invoiced=without, owed=with_all, limits=limits
    )
    assert told <= consume(limits, with_all).over
    assert all(fits) == (told.minor == 0)

    least = base_for_all(in_order, without, limits)
    if least is None:
        most = replace(limits, base=Limit(ACME, 1, LimitState.UNLIMITED, None, TODAY, None))
        assert not all(fitting(in_order, without, most))
        return
    for base in (least, least + yuan(1), least + yuan(500)):
        then = replace(limits, base=Limit(ACME, 1, limit_state(base), base or None, TODAY, None))
        assert all(fitting(in_order, without, then))
    if least:
        less = least - yuan("0.01")
        then = replace(limits, base=Limit(ACME, 1, limit_state(less), less or None, TODAY, None))
        assert not all(fitting(in_order, without, then))
