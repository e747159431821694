"""A group is recalled for any day: its limits and members, as known at the end of any other."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import NotFound
from creditflow.domain.groups import GroupId
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money
from creditflow.services.grouping import group_limits
from creditflow.services.recalling import NotYetKnown
from creditflow.services.recalling_groups import recall_group
from tests.fakes import FakeWork
from tests.makers import (
    NOW,
    TODAY,
    a_customer,
    a_group,
    a_group_limit,
    a_limit,
    a_membership,
    a_policy,
    an_added_limit,
    cny,
    later,
)
from tests.services.test_recalling import end_of

G1, G2 = GroupId("G1"), GroupId("G2")
BEFORE, EARLIER = later(hours=-24), later(hours=-48)
YESTERDAY = TODAY - timedelta(1)


@pytest.fixture
def work():
    """G2 under G1, whose limit was raised today from today on; C001 moved today from G2 to G1."""
    work = FakeWork(a_policy())
    work.groups.put_all([a_group("G1"), a_group("G2", parent="G1")])
    first = TODAY - timedelta(9)
    for version, amount, from_, at in ((1, 100, first, EARLIER), (2, 300, TODAY, NOW)):
        work.group_limits.add(
            a_group_limit("G1", version=version, amount=cny(amount), from_=from_, recorded_at=at),
            replacing=version - 1,
        )
    work.customers.put_all([a_customer(group="G1"), a_customer("C002", group="G2")])
    work.memberships.add_all(
        [
            a_membership(customer, group=G2, from_=first, recorded_at=EARLIER)
            for customer in ("C001", "C002")
        ]
    )
    work.memberships.add_all([a_membership(version=2, group=G1, from_=TODAY, recorded_at=NOW)])
    had = a_limit(cny(40), from_=first, until=None, recorded_at=EARLIER)
    work.limits.add(had, replacing=0)
    return work


def recalled(work, group=G1, *, on=TODAY, believed=TODAY):
    return recall_group(group, on=on, believed=believed, today=TODAY, end_of=end_of, work=work)


def test_today_is_what_counts_now(work):
    found = recalled(work)

    assert found.limit.amount == cny(300)
    assert [(x.depth, x.group.id, x.limit) for x in found.below] == [(1, G2, None)]
    assert [(x.customer.id, x.group) for x in found.members] == [("C001", G1), ("C002", G2)]
    assert (found.granted, found.unbounded, found.problem) == (cny(40), 0, None)
    assert found.limit == group_limits(on=TODAY, work=work)[G1]


def test_another_day_has_its_own_limit_and_members(work):
    found = recalled(work, on=YESTERDAY)

    assert found.limit.amount == cny(100)
    assert [(x.customer.id, x.group) for x in found.members] == [("C001", G2), ("C002", G2)]
    assert [x.customer.id for x in recalled(work, G2).members] == ["C002"]
    assert [x.customer.id for x in recalled(work, G2, on=YESTERDAY).members] == ["C001", "C002"]
    assert [x.group.id for x in recalled(work, G2).way] == [G1, G2]


def test_what_was_not_recorded_yet_was_not_believed(work):
    found = recalled(work, believed=YESTERDAY)

    assert found.limit.amount == cny(100)
    assert len(found.history) == 1
    assert [(x.customer.id, x.group) for x in found.members] == [("C001", G2), ("C002", G2)]
    long_ago = recalled(work, believed=TODAY - timedelta(20))
    assert (long_ago.limit, long_ago.members, long_ago.history) == (None, (), ())
    assert long_ago.granted == cny(0)


def test_who_joined_a_group_beneath_and_left_is_no_member(work):
    leaves = a_membership("C002", version=2, group=None, from_=TODAY, recorded_at=NOW)
    work.memberships.add_all([leaves])

    assert [x.customer.id for x in recalled(work).members] == ["C001"]
    assert len(recalled(work, believed=YESTERDAY).members) == 2


def test_all_credit_counts_and_credit_without_a_bound_is_told(work):
    top = an_added_limit(amount=cny(5), from_=TODAY, until=TODAY + timedelta(9), recorded_at=BEFORE)
    work.added_limits.add(top, replacing=0)
    free = a_limit(customer=CustomerId("C002"), from_=YESTERDAY, until=None, recorded_at=BEFORE)
    work.limits.add(replace(free, state=LimitState.UNLIMITED, amount=None), replacing=0)

    found = recalled(work)

    assert [x.granted for x in found.members] == [cny(45), None]
    assert (found.granted, found.unbounded) == (cny(45), 1)


def test_a_missing_rate_is_told_and_the_rest_is_shown(work):
    work.customers.put_all([replace(work.customers.get(CustomerId("C002")), currency="USD")])
    abroad = a_limit(Money.of(7, "USD"), customer=CustomerId("C002"), from_=YESTERDAY, until=None)
    work.limits.add(replace(abroad, recorded_at=BEFORE), replacing=0)

    found = recalled(work)

    assert found.granted is None
    assert "no exchange rate for USD" in str(found.problem)
    assert found.limit.amount == cny(300)


def test_nobody_believes_anything_tomorrow_and_an_unknown_group_is_told(work):
    with pytest.raises(NotYetKnown):
        recalled(work, believed=TODAY + timedelta(1))
    with pytest.raises(NotFound):
        recalled(work, GroupId("nowhere"))


@given(days=st.integers(-30, 30), known=st.integers(-30, -1), more=st.integers(0, 30))
def test_what_is_recorded_later_never_changes_what_was_believed(days, known, more):
    def believed(work):
        on, when = TODAY + timedelta(days), TODAY + timedelta(known)
        found = recall_group(G1, on=on, believed=when, today=TODAY, end_of=end_of, work=work)
        return found.limit, found.history, [(x.customer.id, x.granted) for x in found.members]

    work = FakeWork(a_policy())
    work.groups.put_all([a_group("G1")])
    work.customers.put_all([a_customer(group="G1")])
    early = later(hours=-24 * 40)
    entry = a_group_limit("G1", amount=cny(1), from_=early.date(), recorded_at=early)
    work.group_limits.add(entry, replacing=0)
    work.memberships.add_all([a_membership(from_=early.date(), recorded_at=early)])
    before = believed(work)
    at = end_of(TODAY + timedelta(known)) + timedelta(days=more)
    changed = a_group_limit("G1", version=2, amount=cny(9), from_=TODAY, recorded_at=at)
    work.group_limits.add(changed, replacing=1)
    work.memberships.add_all([a_membership(version=2, group=None, from_=TODAY, recorded_at=at)])

    assert believed(work) == before
