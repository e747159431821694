"""A customer's limits are recalled for any day, as they were known at the end of any other."""

from datetime import UTC, datetime, time, timedelta

import pytest

from creditflow.domain.added_limits import Consumption
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.services.recalling import NotYetKnown, headroom, recall
from tests.fakes import FakeWork
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_customer,
    a_limit,
    a_rate,
    an_added_limit,
    an_order,
    cny,
    later,
)


def end_of(day):
    return datetime.combine(day + timedelta(1), time(), tzinfo=UTC)


@pytest.fixture
def work():
    work = FakeWork()
    work.customers.put_all([a_customer()])
    return work


def recalled(work, *, on=TODAY, believed=TODAY):
    return recall(ACME, on=on, believed=believed, today=TODAY, end_of=end_of, work=work)


def said(work):
    return [str(x) for x in headroom(recalled(work).consumed)]


def with_limits(work):
    """A base limit as of yesterday; credit on top that is cut short today."""
    before = later(hours=-24)
    base = a_limit(cny(100), from_=TODAY - timedelta(9), until=None, recorded_at=before)
    work.limits.add(base, replacing=0)
    top = an_added_limit(
        amount=cny(50), from_=TODAY, until=TODAY + timedelta(30), recorded_at=before
    )
    work.added_limits.add(top, replacing=0)
    shorter = an_added_limit(
        amount=cny(50), from_=TODAY, until=TODAY + timedelta(5), version=2, recorded_at=NOW
    )
    work.added_limits.add(shorter, replacing=1)


def test_today_is_what_counts_and_what_is_used_of_it(work):
    with_limits(work)
    work.ledger.add(orders=[an_order(amount=cny(120))])

    found = recalled(work)

    assert found.limits.general == cny(150)
    assert [str(use.used) for use in found.consumed.uses] == [str(cny(100)), str(cny(20))]
    assert [x.facts for x in headroom(found.consumed)] == [{"amount": cny(30)}]


def test_another_day_and_an_older_belief_say_nothing_of_todays_exposure(work):
    with_limits(work)
    later_on = recalled(work, on=TODAY + timedelta(10))
    yesterday = recalled(work, on=TODAY + timedelta(10), believed=TODAY - timedelta(1))
    long_ago = recalled(work, believed=TODAY - timedelta(2))

    assert (later_on.limits.general, later_on.consumed) == (cny(100), None)
    assert (yesterday.limits.general, yesterday.consumed) == (cny(150), None)
    assert (long_ago.limits.state, long_ago.consumed) == (LimitState.NONE_SET, None)
    assert long_ago.everything.base
    assert not long_ago.timeline.base


def test_what_will_be_believed_tomorrow_is_refused(work):
    with pytest.raises(NotYetKnown, match="not known yet"):
        recalled(work, believed=TODAY + timedelta(1))


def test_without_a_rate_nothing_is_said_of_what_is_used(work):
    with_limits(work)
    work.ledger.add(orders=[an_order(amount=Money.of(5, "USD"))])
    assert recalled(work).consumed is None
    work.rates.put_all([a_rate(), a_rate("USD", "1.1")])
    assert recalled(work).consumed is not None


def test_headroom_is_said_where_there_is_some_none_and_no_bound(work):
    work.ledger.add(orders=[an_order(amount=cny(120))])
    assert said(work) == ["CNY 120.00 is not covered by any limit."]
    unlimited = Limit(ACME, 1, LimitState.UNLIMITED, None, TODAY, None, recorded_at=NOW)
    work.limits.add(unlimited, replacing=0)
    assert said(work) == ["Nothing bounds a further order."]


@pytest.mark.parametrize(
    ("order", "room"),
    [
        (Consumption.OWN_ONLY, cny(70)),
        (Consumption.OWN_FIRST, cny(100)),
        (Consumption.GENERAL_FIRST, cny(100)),
    ],
)
def test_what_is_left_for_a_project_follows_its_order_of_consumption(work, order, room):
    base = a_limit(cny(100), from_=TODAY - timedelta(9), until=None)
    work.limits.add(base, replacing=0)
    top = an_added_limit(
        amount=cny(70), from_=TODAY, until=TODAY + timedelta(5), project="Bridge", consumption=order
    )
    work.added_limits.add(top, replacing=0)
    work.ledger.add(orders=[an_order(amount=cny(70))])
    assert said(work) == [
        "A further order may come to CNY 30.00.",
        f"A further order of the project Bridge may come to {room}.",
    ]
