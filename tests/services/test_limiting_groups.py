"""A group's limit takes two: one proposes it, another whose mandate covers it confirms it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from creditflow.domain.case import CaseState
from creditflow.domain.change import ChangeState
from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.grade import Grade
from creditflow.domain.groups import GroupId
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.people import Mandate, Role
from creditflow.domain.rates import NoRate
from creditflow.services.limiting_groups import (
    BadGroupLimit,
    TakesAnother,
    WantedLimit,
    confirm_group_limit,
    propose_group_limit,
    refuse_group_limit,
)
from creditflow.services.reviewing import due
from tests.fakes import FakeWork
from tests.makers import (
    NOW,
    TODAY,
    a_case,
    a_customer,
    a_group,
    a_group_limit,
    a_limit,
    a_person,
    a_policy,
    a_rate,
    an_evaluation,
    an_occasion,
    cny,
    later,
)

G1 = GroupId("G1")
WHY = "Two of its companies are growing."


FIVE_MILLION = cny(5_000_000)


def person(id, role=Role.APPROVER, ceiling=FIVE_MILLION, **changes):  # noqa: A002
    mandate = Mandate(ceiling, Grade.G) if role is Role.APPROVER else None
    return a_person(id, roles=frozenset({role}), mandate=mandate, **changes)


ANALYST = person("analyst.li", Role.ANALYST)
APPROVER = person("approver.zhao")
SECOND = person("approver.qian")
CHAIR = person("chair", ceiling=None)


@pytest.fixture
def work():
    work = FakeWork(a_policy())
    work.groups.put_all([a_group("G1")])
    work.rates.put_all([a_rate("CNY", "8"), a_rate("JPY", "160")])
    work.group_limits.add(a_group_limit("G1", amount=cny(1_000_000)), replacing=0)
    return work


def wanted(amount=2_000_000, **changes):
    return replace(WantedLimit(LimitState.AMOUNT, cny(amount), "CNY", TODAY), **changes)


def nothing_of(state):
    return WantedLimit(state, None, "CNY", TODAY)


def propose(work, limit=None, by=ANALYST, why=WHY):
    return propose_group_limit(G1, limit or wanted(), why=why, by=by, at=NOW, on=TODAY, work=work)


def confirm(work, change, by=APPROVER, on=TODAY, **more):
    return confirm_group_limit(change.id, by=by, at=later(hours=1), on=on, work=work, **more)


def current(work):
    return work.group_limits.of(G1)[-1]


def whats(work):
    return [e.entry.what for e in work.journal.of("G1")]


def test_a_limit_counts_once_somebody_else_has_confirmed_it(work):
    change = propose(work)
    assert current(work).amount == cny(1_000_000)
    assert (change.based_on, change.state) == (1, ChangeState.OPEN)
    entry = confirm(work, change, comment=" Fine. ")
    assert current(work) == entry
    assert (entry.version, entry.amount, entry.from_, entry.change_id) == (
        2, cny(2_000_000), TODAY, change.id,
    )  # fmt: skip
    (kept,) = work.group_limits.changes(G1)
    assert (kept.state, kept.decided_by, kept.comment) == (
        ChangeState.CONFIRMED, "approver.zhao", "Fine.",
    )  # fmt: skip
    assert whats(work) == ["group.limit_proposed", "group.limit_set"]
    assert work.journal.of("G1")[-1].entry.facts["proposed_by"] == "analyst.li"


def test_nobody_confirms_what_they_proposed(work):
    change = propose(work, by=APPROVER)
    with pytest.raises(TakesAnother, match="yourself"):
        confirm(work, change, by=APPROVER)
    assert current(work).version == 1
    confirm(work, change, by=SECOND)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.APPROVER}))
def test_only_an_approver_with_a_mandate_confirms(work, role):
    change = propose(work)
    for somebody in (person("x", role), replace(CHAIR, mandate=None), replace(CHAIR, active=False)):
        with pytest.raises(TakesAnother, match="mandate"):
            confirm(work, change, by=somebody)
    assert current(work).version == 1


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.APPROVER, Role.ANALYST}))
def test_only_analysts_and_approvers_propose(work, role):
    with pytest.raises(TakesAnother, match="analysts and approvers"):
        propose(work, by=person("x", role))


def test_the_mandate_covers_the_larger_of_the_limit_before_and_after(work):
    small = person("small", ceiling=cny(900_000))
    cut = propose(work, wanted(100_000))
    with pytest.raises(TakesAnother, match=r"CNY 1,000,000.00 are at stake"):
        confirm(work, cut, by=small)
    confirm(work, cut, by=person("enough", ceiling=cny(1_000_000)))
    up = propose(work, wanted(900_001))
    with pytest.raises(TakesAnother, match=r"CNY 900,001.00 are at stake"):
        confirm(work, up, by=small)


@pytest.mark.parametrize("state", [LimitState.UNLIMITED, LimitState.NONE_SET])
def test_no_limit_at_all_takes_a_mandate_without_a_ceiling(work, state):
    change = propose(work, nothing_of(state))
    with pytest.raises(TakesAnother, match="without a ceiling"):
        confirm(work, change, by=APPROVER)
    assert confirm(work, change, by=CHAIR).state is state


def test_a_limit_in_another_currency_is_held_against_the_mandate_at_the_days_rate(work):
    yen = WantedLimit(LimitState.AMOUNT, Money.of(100_000_020, "JPY"), "JPY", TODAY)
    change = propose(work, yen)
    with pytest.raises(TakesAnother, match=r"CNY 5,000,001.00 are at stake"):
        confirm(work, change)
    dollar = WantedLimit(LimitState.AMOUNT, Money.of(1, "USD"), "USD", TODAY)
    refuse_group_limit(change.id, comment="Too much.", by=APPROVER, at=NOW, work=work)
    with pytest.raises(NoRate, match="USD"):
        confirm(work, propose(work, dollar))


def test_zero_is_set_like_any_limit_and_is_not_nothing(work):
    entry = confirm(work, propose(work, nothing_of(LimitState.ZERO)))
    assert (entry.state, entry.amount, entry.bound) == (LimitState.ZERO, None, cny(0))


def test_what_changed_meanwhile_is_not_overwritten(work):
    change = propose(work)
    work.group_limits.add(
        a_group_limit("G1", version=2, amount=cny(7), recorded_at=later(minutes=1)), replacing=1
    )
    with pytest.raises(Conflict, match="changed since"):
        confirm(work, change)
    assert current(work).amount == cny(7)


def test_it_counts_from_its_day_and_never_before_it_was_confirmed(work):
    later_on = propose(work, wanted(from_=TODAY + timedelta(9), until=TODAY + timedelta(30)))
    entry = confirm(work, later_on, on=TODAY + timedelta(20))
    assert (entry.from_, entry.until) == (TODAY + timedelta(20), TODAY + timedelta(30))


def test_everything_that_is_wrong_is_told_at_once(work):
    bad = WantedLimit(LimitState.AMOUNT, None, "CNY", TODAY - timedelta(1), TODAY - timedelta(2))
    with pytest.raises(BadGroupLimit) as refused:
        propose(work, bad, why="more")
    assert len(refused.value.details) == 4
    with pytest.raises(BadGroupLimit, match="Nothing would change"):
        propose(work, wanted(1_000_000))
    with pytest.raises(NotFound):
        propose_group_limit(
            GroupId("G9"), wanted(), why=WHY, by=ANALYST, at=NOW, on=TODAY, work=work
        )


def test_one_change_at_a_time(work):
    change = propose(work)
    with pytest.raises(Conflict, match=change.id):
        propose(work, wanted(3_000_000))


def test_a_change_is_refused_with_a_reason_or_withdrawn_by_who_made_it(work):
    change = propose(work)
    with pytest.raises(BadGroupLimit, match="why"):
        refuse_group_limit(change.id, comment=" ", by=APPROVER, at=NOW, work=work)
    with pytest.raises(TakesAnother):
        refuse_group_limit(change.id, comment="No.", by=person("x", Role.SALES), at=NOW, work=work)
    refused = refuse_group_limit(change.id, comment="No.", by=APPROVER, at=NOW, work=work)
    assert refused.state is ChangeState.REFUSED
    with pytest.raises(Conflict):
        confirm(work, change)
    own = refuse_group_limit(propose(work).id, comment="", by=ANALYST, at=NOW, work=work)
    assert own.state is ChangeState.WITHDRAWN
    assert whats(work)[-1] == "group.limit_withdrawn"


def test_members_for_whom_a_cut_leaves_no_room_are_looked_at(work):
    for number in ("C001", "C002"):
        work.customers.put_all([a_customer(number, group="G1")])
        limit = a_limit(cny(400_000), from_=TODAY, until=None)
        work.limits.add(replace(limit, customer=CustomerId(number)), replacing=0)
    confirm(work, propose(work, wanted(900_000)))
    assert work.kept.cases == {}
    confirm(work, propose(work, wanted(700_000)))
    assert sorted(c.customer for c in work.kept.cases.values()) == ["C001", "C002"]


def test_a_limit_that_begins_later_is_looked_at_on_its_day_and_once(work):
    day = TODAY + timedelta(10)
    for number in ("C001", "C002"):
        work.customers.put_all([a_customer(number, group="G1")])
        limit = a_limit(cny(400_000), from_=TODAY, until=None)
        work.limits.add(replace(limit, customer=CustomerId(number)), replacing=0)
        work.cases.add(
            a_case(
                f"CASE-{number}",
                customer=CustomerId(number),
                state=CaseState.NOTIFIED,
                occasion=an_occasion(customer=CustomerId(number)),
            )
        )
        work.evaluations.add(
            an_evaluation(f"EV-{number}", customer=CustomerId(number), case_id=f"CASE-{number}")
        )
    confirm(work, propose(work, wanted(700_000, from_=day)))

    def due_on(on):
        return [(o.customer, o.kind, o.reference) for o in due(on=on, work=work)]

    assert due_on(day - timedelta(1)) == []
    expected = [(c, OccasionKind.GROUP, "G1") for c in ("C001", "C002")]
    # On its day, and on the next where nobody looked; not again once they were reviewed.
    assert due_on(day) == due_on(day + timedelta(1)) == expected
    for occasion in due(on=day, work=work):
        case = a_case(
            f"NEXT-{occasion.customer}", customer=occasion.customer, occasion=occasion,
            state=CaseState.NOTIFIED,
        )  # fmt: skip
        work.cases.add(case)
    assert due_on(day + timedelta(1)) == []
