"""An allocation asks for no more than cases of their own would let through, together."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.budgets import Measure
from creditflow.domain.caps import Asking, rooms
from creditflow.domain.caps_rule import Cap, Caps, Overdrawn
from creditflow.domain.customer import CustomerId
from creditflow.domain.groups import GroupId
from creditflow.domain.money import Money
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.proposal import LimitMethod
from creditflow.domain.scope import Scope
from creditflow.portfolio.allocation.planning import allocate
from creditflow.services.bounding import bounded_lines
from creditflow.services.grouping import bounding_book
from tests.fakes import FakeWork
from tests.makers import (
    TODAY,
    a_customer,
    a_group,
    a_group_limit,
    a_limit,
    a_policy,
    a_rate,
    an_added_limit,
    an_order,
    cny,
)
from tests.portfolio.lines import a_budget, a_line, a_plan

CURRENCIES = ("CNY", "USD", "JPY")
TREE = {"TOP": None, "MID": "TOP", "G1": "MID", "G2": "MID", "G3": "TOP", "OWN": None}
SECTORS = ("pharma", "food")


def a_grouped_work(dice, most):
    """A tree of three levels with limits, members in three currencies, debts, credit on top.

    A third of the members are in no book: they keep the limits that they have.
    """
    work = FakeWork(a_policy())
    work.rates.put_all([a_rate("CNY", "7.8512"), a_rate("USD", "1.0843"), a_rate("JPY", "163.21")])
    work.groups.put_all([a_group(name, parent=parent) for name, parent in TREE.items()])
    for name in ("TOP", "MID", "G1", "G3"):
        currency = dice.choice(CURRENCIES)
        amount = Money(dice.randrange(1, most), currency)
        work.group_limits.add(a_group_limit(name, amount=amount, currency=currency), replacing=0)
    lines = [a_member(work, dice, f"C{number:02}", most) for number in range(18)]
    return work, [line for line in lines if dice.random() < 2 / 3]


def a_member(work, dice, name, most):
    currency, group = dice.choice(CURRENCIES), dice.choice([None, *TREE])
    own, who = CustomerId(name), a_customer(name)
    who = replace(who, currency=currency, group=group, sector=dice.choice([None, *SECTORS]))
    work.customers.put_all([who])
    if dice.random() < 0.5:
        amount = Money(dice.randrange(1, most // 4), currency)
        work.ledger.add(orders=[an_order(f"O-{name}", customer=own, amount=amount)])
    if dice.random() < 0.2:
        amount = Money(dice.randrange(1, most // 8), currency)
        work.added_limits.add(
            an_added_limit(f"T-{name}", customer=own, amount=amount, from_=TODAY), replacing=0
        )
    if dice.random() < 0.6:
        work.limits.add(limit_of(own, Money(dice.randrange(0, most // 2), currency)), replacing=0)
    rates, need = work.rates.all(), Money(dice.randrange(1, most), currency)
    factor = rates.factor(currency, "CNY", on=TODAY)[0]
    line = a_line(name, currency=currency, need=need, bound=need.times(2), factor=factor)
    return replace(line, customer=who)


def limit_of(customer, amount, version=1):
    made = a_limit(amount, customer=customer, version=version, from_=TODAY, until=None)
    return replace(made, amount=amount or None)


def granted(work, allocation):
    """The same world once every limit that was allocated is in force."""
    for each in allocation.lines:
        who = each.line.customer.id
        before = work.limits.current(who)
        version = before.version if before else 0
        work.limits.add(limit_of(who, each.limit, version + 1), replacing=version)
    return work


@given(seed=st.integers(0, 10_000), most=st.sampled_from([1_000, 10**7, 10**12]))
@settings(max_examples=40, deadline=None)
def test_nobody_is_allocated_more_than_its_groups_would_leave_it(seed, most):
    work, lines = a_grouped_work(Random(seed), most)
    if not lines:
        return
    policy, within = work.policies.current(), {x.customer.id: None for x in lines}
    lines, bounds, missing = bounded_lines(lines, within, policy, on=TODAY, work=work)
    assert not missing

    allocation = allocate(lines, a_plan(a_budget(10**12)), bounds)

    assert not beyond_groups(work, allocation)


def test_without_the_bounds_more_would_be_asked_for():
    work, lines = a_grouped_work(Random(1), 10**7)

    assert beyond_groups(work, allocate(lines, a_plan(a_budget(10**12))))


def beyond_groups(work, allocation):
    """Who would have more than its groups leave it, once everybody has what was allocated."""
    after, rates, found = granted(work, allocation), work.rates.all(), []
    for each in allocation.lines:
        who, group = each.line.customer, GroupId(each.line.customer.group or "")
        book = bounding_book(group, rates, on=TODAY, work=after)
        room = book.room(who.id, group, who.currency) if book else None
        if room is not None and each.limit > room.left:
            found.append((who.id, each.limit, room))
    return found


@given(
    seed=st.integers(0, 10_000), most=st.sampled_from([1_000, 10**7, 10**12]),
    overdrawn=st.sampled_from(list(Overdrawn)),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_nobody_is_allocated_more_than_the_policys_caps_would_leave_it(seed, most, overdrawn):
    dice = Random(seed)
    work, lines = a_grouped_work(dice, most)
    if not lines:
        return
    caps = [Cap(Scope.SECTOR, sector, cny(dice.randrange(most) // 100)) for sector in SECTORS]
    caps = Caps((*caps, Cap(Scope.BOOK, "", cny(dice.randrange(most) // 50))), overdrawn)
    policy = replace(work.policies.current(), caps=caps)
    within = {x.customer.id: work.limits.current(x.customer.id) for x in lines}
    lines, bounds, _ = bounded_lines(lines, within, policy, on=TODAY, work=work)

    allocation = allocate(lines, a_plan(a_budget(10**12)), bounds)

    after, rates = granted(work, allocation), work.rates.all()
    all_ = after.limits.granted(caps.parts, on=TODAY)
    for each in allocation.lines:
        who = each.line.customer
        own, limit = OwnCurrency(who.currency, rates, TODAY), after.limits.current(who.id)
        # As a cap bounds who has nothing yet: what is there already would be allowed to stay.
        cut = replace(caps, overdrawn=Overdrawn.CUT)
        for room in rooms(cut, Asking(who, limit, each.limit, own), all_, "CNY"):
            assert each.limit <= room.amount, (who.id, str(room.why))


def bounded(work, *lines, **changes):
    policy = replace(work.policies.current(), **changes)
    within = {x.customer.id: work.limits.current(x.customer.id) for x in lines}
    return bounded_lines(lines, within, policy, on=TODAY, work=work)


def a_pair(limit, *, owed=0, granted=0, in_book=True):
    """C1, which owes that much, and C2 with that limit, in a group that has a limit."""
    work = FakeWork(a_policy())
    work.groups.put_all([a_group("G1")])
    work.group_limits.add(a_group_limit("G1", amount=cny(limit)), replacing=0)
    lines = [a_line("C1", group="G1"), a_line("C2", group="G1")]
    work.customers.put_all([line.customer for line in lines])
    if owed:
        work.ledger.add(orders=[an_order(customer=CustomerId("C1"), amount=cny(owed))])
    if granted:
        work.limits.add(limit_of(CustomerId("C2"), cny(granted)), replacing=0)
    return work, lines if in_book else lines[:1]


def test_what_a_member_owes_is_gone_and_free_for_itself():
    work, lines = a_pair(1_000, owed=400)

    (first, second), bounds, _ = bounded(work, *lines)

    (budget,) = bounds.budgets
    assert (budget.measure, budget.part) == (Measure.SHARED, "G1")
    assert (budget.most, budget.gone, budget.left) == (cny(1_000), cny(400), cny(600))
    assert (first.free, second.free) == (cny(400).minor, 0)


def test_who_is_in_no_book_keeps_what_it_has():
    work, lines = a_pair(1_000, granted=700, in_book=False)

    _, bounds, _ = bounded(work, *lines)

    assert bounds.budgets[0].gone == cny(700)


def test_where_more_is_owed_than_allowed_the_others_bound_each_member():
    work, lines = a_pair(1_000, owed=1_200)

    (first, second), bounds, _ = bounded(work, *lines)

    assert bounds.budgets[0].left == cny(0)
    assert (first.bound, first.bound_by) == (cny(1_000), LimitMethod.GROUP)
    assert (second.bound, second.bound_by) == (cny(0), LimitMethod.GROUP)
    limits = [each.limit for each in allocate([first, second], a_plan(), bounds).lines]
    assert limits == [cny(1_000), cny(0)]


def test_a_cap_is_kept_by_all_limits_together_those_of_strangers_included():
    work, lines = a_pair(10**6, granted=700, in_book=False)
    caps = Caps((Cap(Scope.BOOK, "", cny(1_000)),))

    _, bounds, _ = bounded(work, *lines, caps=caps)

    cap = next(each for each in bounds.budgets if each.measure is Measure.CAP)
    assert (cap.most, cap.gone, cap.left) == (cny(1_000), cny(700), cny(300))


def test_every_rate_that_is_missing_is_told():
    work, lines = a_pair(1_000)
    stranger = a_customer("C3", group="G1", currency="USD")
    work.customers.put_all([stranger])
    work.ledger.add(orders=[an_order("O-9", customer=stranger.id, amount=Money.of(5, "USD"))])

    _, _, missing = bounded(work, *lines, caps=Caps((Cap(Scope.BOOK, "", cny(1)),)))

    assert missing
    assert "no exchange rate" in str(missing[0].sentence)


@pytest.mark.parametrize("group", ["G1", "MID", "TOP"])
def test_what_is_scarce_in_a_group_is_named_and_priced(group):
    work = FakeWork(a_policy())
    work.groups.put_all([a_group(name, parent=parent) for name, parent in TREE.items()])
    work.group_limits.add(a_group_limit(group, amount=cny(300_000)), replacing=0)
    work.group_limits.add(a_group_limit("OWN", amount=cny(10**9)), replacing=0)
    lines = [a_line("C1", group="G1"), a_line("C2", group="OWN")]
    work.customers.put_all([line.customer for line in lines])
    found, bounds, _ = bounded(work, *lines)

    allocation = allocate(found, a_plan(), bounds)

    (first, second) = allocation.lines
    assert (first.limit, first.held_by) == (cny(300_000), f"shared:group:{group}")
    assert second.held_by == "need"
    uses = {use.budget.part: use for use in allocation.uses}
    assert uses[group].price > 0
    assert (uses[group].used, uses["OWN"].is_told) == (cny(300_000), False)
