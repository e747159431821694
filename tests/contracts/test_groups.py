"""Groups, who belongs where, and shared limits come back as they were kept, in every store."""

import pytest

from creditflow.domain.change import ChangeState
from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.groups import GroupId
from creditflow.domain.limits import LimitState
from tests.makers import (
    ACME,
    NOW,
    a_customer,
    a_group,
    a_group_limit,
    a_limit_change,
    a_membership,
    cny,
    later,
)

G1, G2 = GroupId("G1"), GroupId("G2")


@pytest.fixture
def opened(database):
    with database.work() as work:
        work.customers.put_all(
            [a_customer(group="G1"), a_customer("C002", group="G2"), a_customer("C003")]
        )
        work.groups.put_all([a_group("G1"), a_group("G2", name_en=None, parent="G1")])
    return database


def test_groups_come_back_by_id_and_the_later_word_counts(opened):
    moved = a_group("G2", name="另一集团", parent=None)
    with opened.work() as work:
        assert work.groups.held() == [a_group("G1"), a_group("G2", name_en=None, parent="G1")]
        work.groups.put_all([moved])
    with opened.reading() as work:
        assert work.groups.all() == [a_group("G1"), moved]
        assert work.groups.get(G2) == moved
        with pytest.raises(NotFound):
            work.groups.get(GroupId("G9"))


def test_who_belongs_where_is_master_datas_word_and_its_history_stays(opened):
    joined = a_membership()
    left = a_membership(version=2, group=None, recorded_at=later(days=1))
    other = a_membership("C002", group=G2)
    with opened.work() as work:
        work.memberships.add_all([joined, other])
        work.memberships.add_all([left])
    with opened.reading() as work:
        assert work.memberships.of(ACME) == [joined, left]
        assert work.memberships.of(CustomerId("C003")) == []
        assert work.memberships.latest([ACME, "C002", "C003"]) == {ACME: left, "C002": other}
        assert work.memberships.ever_in([G1]) == [joined, left]
        assert work.memberships.ever_in([G1, G2]) == [joined, left, other]
        assert work.memberships.ever_in([]) == []
        assert [c.id for c in work.memberships.members([G1, G2])] == [ACME, "C002"]
        assert work.memberships.members([GroupId("G9")]) == []
        assert work.memberships.counts() == {G1: 1, G2: 1}


def test_an_entry_stands_only_behind_the_version_it_was_made_for(opened):
    with opened.work() as work:
        work.memberships.add_all([a_membership()])
        work.group_limits.add(a_group_limit(), replacing=0)
    with pytest.raises(Conflict), opened.work() as work:
        work.memberships.add_all([a_membership()])
    with pytest.raises(Conflict), opened.work() as work:
        work.group_limits.add(a_group_limit(), replacing=0)
    with pytest.raises(ValueError, match="before"), opened.work() as work:
        work.memberships.add_all([a_membership(version=2, recorded_at=later(days=-1))])
    with pytest.raises(Conflict), opened.work() as work:
        work.memberships.add_all([a_membership("C002"), a_membership(version=3)])
    with pytest.raises(ValueError, match="before"), opened.work() as work:
        work.group_limits.add(a_group_limit(version=2, recorded_at=later(days=-1)), replacing=1)
    with opened.reading() as work:
        assert work.memberships.of(ACME) == [a_membership()]
        assert work.memberships.of(CustomerId("C002")) == []
        assert work.group_limits.of(G1) == [a_group_limit()]


@pytest.mark.parametrize("state", LimitState)
def test_every_state_of_a_limit_comes_back(opened, state):
    amount = cny(9) if state is LimitState.AMOUNT else None
    limit = a_group_limit(state=state, amount=amount, currency="CNY", change_id="GL-000001")
    ended = a_group_limit(version=2, until=later(days=9).date(), recorded_at=later(hours=1))
    with opened.work() as work:
        work.group_limits.add(limit, replacing=0)
        work.group_limits.add(ended, replacing=1)
    with opened.reading() as work:
        assert work.group_limits.of(G1) == [limit, ended]
        assert work.group_limits.of(G2) == []
        assert work.group_limits.histories() == {G1: [limit, ended]}


def test_a_change_waits_until_it_is_decided_once(opened):
    change = a_limit_change()
    other = a_limit_change(
        "GL-000002", group=G2, limit=LimitState.UNLIMITED, amount=None,
        proposed_at=later(hours=-1), until=later(days=9).date(),
    )  # fmt: skip
    with opened.work() as work:
        work.group_limits.add_change(change)
        work.group_limits.add_change(other)
    confirmed = change.decided(ChangeState.CONFIRMED, by="zhao", at=NOW, comment="Fine.")
    with opened.work() as work:
        assert work.group_limits.waiting() == [other, change]
        work.group_limits.put_change(confirmed)
    with opened.reading() as work:
        assert work.group_limits.waiting() == [other]
        assert work.group_limits.change("GL-000001") == confirmed
        assert work.group_limits.changes(G1) == [confirmed]
        with pytest.raises(NotFound):
            work.group_limits.change("GL-9")
    with pytest.raises(Conflict), opened.work() as work:
        work.group_limits.put_change(confirmed)
