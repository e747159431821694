"""Groups stand in a tree however they are moved, and nobody has more room than anything above."""

import math
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.customer import CustomerId
from creditflow.domain.group_headroom import (
    Exchange,
    GroupBook,
    Position,
    bounded,
)
from creditflow.domain.group_limits import GroupLimit
from creditflow.domain.groups import Group, GroupId, NoTree, cycles, tree_of
from creditflow.domain.limits import LimitState, as_believed, limit_on, spans
from creditflow.domain.money import Money
from creditflow.domain.rates import NoRate, Rate, Rates
from tests.makers import NOW, TODAY, a_group, a_group_limit, a_membership, cny, later

RATES = Rates(
    [
        Rate("CNY", TODAY, Decimal("7.8421"), "test"),
        Rate("JPY", TODAY, Decimal("163.37"), "test"),
        Rate("KWD", TODAY, Decimal("0.3331"), "test"),
    ]
)
CURRENCIES = ("CNY", "JPY", "KWD", "EUR")
IDS = tuple(GroupId(f"G{n}") for n in range(7))


def a_position(customer, group, exposure=0, granted=0):
    owed = exposure if isinstance(exposure, Money) else cny(exposure)
    given_ = None if granted is None else granted if isinstance(granted, Money) else cny(granted)
    return Position(CustomerId(customer), GroupId(group), owed, given_)


def a_book(groups, limits=(), positions=(), rates=RATES):
    return GroupBook(
        tree_of(groups), {x.group: x for x in limits}, list(positions), Exchange(rates, TODAY)
    )


# ------------------------------------------------------------------ the tree


def test_the_way_up_names_every_group_the_nearest_first():
    tree = tree_of([a_group("G1"), a_group("G2", parent="G1"), a_group("G3", parent="G2")])
    assert [x.id for x in tree.path(GroupId("G3"))] == ["G3", "G2", "G1"]
    assert tree.path(None) == tree.path(GroupId("unknown")) == ()
    assert tree.below(GroupId("G2")) == {"G2", "G3"}
    assert [(depth, x.id) for depth, x in tree.walked()] == [(0, "G1"), (1, "G2"), (2, "G3")]
    assert [x.id for x in tree.children(GroupId("G1"))] == ["G2"]


def test_all_cycles_and_unknown_parents_are_told_at_once_each_with_its_chain():
    groups = [
        a_group("A", parent="B"), a_group("B", parent="C"), a_group("C", parent="A"),
        a_group("D", parent="D"), a_group("E", parent="A"), a_group("F", parent="nowhere"),
    ]  # fmt: skip
    with pytest.raises(NoTree) as refused:
        tree_of(groups)
    told = [str(x) for x in refused.value.details]
    assert len(told) == 3
    assert "F names the parent nowhere" in told[0]
    assert told[1].startswith("A → B → C → A is a cycle")
    assert told[2].startswith("D → D is a cycle")
    assert str(refused.value) == "The groups would not stand in a tree. " + " ".join(told)


parents = st.lists(st.tuples(st.sampled_from(IDS), st.none() | st.sampled_from(IDS)), max_size=25)


@given(parents)
def test_a_cycle_never_gets_in_however_moves_are_sequenced(moves):
    tree = tree_of(Group(x, x) for x in IDS)
    for group, parent in moves:
        before = tree
        try:
            tree = tree.with_([Group(group, group, parent=parent)])
        except NoTree:
            # Exactly the moves under itself are refused, and they leave the tree as it was.
            assert parent in before.below(group)
            assert tree is before
        else:
            assert parent not in before.below(group)
    assert not cycles(tree.groups)
    assert sorted(x.id for _, x in tree.walked()) == sorted(IDS)


@given(parents)
def test_taken_together_the_same_moves_are_refused_exactly_where_one_cannot_get_to_the_top(moves):
    wanted = {x: Group(x, x) for x in IDS} | {g: Group(g, g, parent=p) for g, p in moves}

    def reaches_the_top(step):
        for _ in range(len(IDS) + 1):
            if step is None:
                return True
            step = wanted[step].parent
        return False

    lost = {x for x in IDS if not reaches_the_top(x)}
    on_a_cycle = {x for ring in cycles(wanted) for x in ring}
    assert on_a_cycle <= lost
    assert bool(on_a_cycle) == bool(lost)


# ------------------------------------------------------------------ limits of groups


def test_none_set_zero_an_amount_and_no_bound_stay_four_things():
    def state(state, amount=None):
        return a_group_limit(state=state, amount=amount)

    assert state(LimitState.NONE_SET).bound is None
    assert state(LimitState.ZERO).bound == cny(0)
    assert state(LimitState.AMOUNT, cny(7)).bound == cny(7)
    assert state(LimitState.UNLIMITED).bound is None
    for wrong in (
        (LimitState.ZERO, cny(1)), (LimitState.AMOUNT, None), (LimitState.AMOUNT, cny(0)),
        (LimitState.AMOUNT, Money.of(1, "EUR")),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="limit"):
            state(*wrong)


def test_a_group_limit_has_the_two_times_of_any_limit():
    first = a_group_limit(from_=date(2026, 1, 1))
    second = a_group_limit(
        version=2, amount=cny(5), from_=date(2026, 2, 1), recorded_at=later(days=1)
    )
    history = [first, second]
    assert limit_on(history, date(2026, 1, 31)) == first
    assert limit_on(history, date(2026, 2, 1)) == second
    assert limit_on(as_believed(history, later(hours=1)), date(2026, 2, 1)) == first
    assert [(x.limit, x.until) for x in spans(history)] == [
        (first, date(2026, 2, 1)), (second, None),
    ]  # fmt: skip


def test_where_a_customer_belonged_is_known_for_every_day():
    joined = a_membership(from_=date(2026, 1, 1))
    left = a_membership(version=2, group=None, from_=date(2026, 2, 1), recorded_at=later(days=1))
    assert limit_on([joined, left], date(2025, 12, 31)) is None
    assert limit_on([joined, left], date(2026, 1, 31)) == joined
    assert limit_on([joined, left], date(2026, 2, 1)).group is None


# ------------------------------------------------------------------ what rolls up, what is left


def test_exposure_rolls_up_converted_once_and_rounded_once_against_the_customer():
    groups = [a_group("G1"), a_group("G2", parent="G1"), a_group("G3", parent="G2")]
    limits = [a_group_limit("G1", amount=cny(1000))]
    positions = [
        a_position("C1", "G1", 100, 300),
        a_position("C2", "G2", Money.of(10, "EUR"), Money.of(20, "EUR")),
        a_position("C3", "G3", Money.of(3, "JPY"), None),
    ]
    found = a_book(groups, limits, positions).standing(GroupId("G1"), "CNY")
    exact = 10000 + 1000 * Fraction("7.8421") + 3 * 100 * Fraction("7.8421") / Fraction("163.37")
    assert found.exposure == Money(math.ceil(exact), "CNY")
    assert found.left == cny(1000) - found.exposure == found.effective
    assert (found.members, found.unbounded) == (3, 1)
    assert found.granted == cny("456.85")
    assert [rate.currency for rate in found.rates] == ["CNY", "JPY"]
    assert not found.overdrawn


def test_a_group_without_a_limit_is_bound_by_what_stands_above_it():
    groups = [a_group("G1"), a_group("G2", parent="G1")]
    positions = [a_position("C1", "G2", 70, 500), a_position("C2", "G1", 50, 50)]
    book = a_book(groups, [a_group_limit("G1", amount=cny(100))], positions)
    below = book.standing(GroupId("G2"), "CNY")
    assert (below.limit, below.left, below.effective) == (None, None, cny(-20))
    above = book.standing(GroupId("G1"), "CNY")
    assert (above.left, above.overdrawn) == (cny(-20), True)
    headroom = book.headroom(positions[0])
    assert [step.left for step in headroom.steps] == [cny(430), None, cny(-20)]
    assert (headroom.left, headroom.bound_by.group.id) == (cny(-20), "G1")


def test_a_missing_rate_is_a_refusal_with_a_remedy():
    positions = [a_position("C1", "G1", Money.of(1, "USD"), Money.of(1, "USD"))]
    book = a_book([a_group("G1")], [a_group_limit("G1")], positions)
    for ask in (
        lambda: book.standing(GroupId("G1"), "CNY"),
        lambda: book.headroom(positions[0]),
        lambda: book.room(CustomerId("C9"), GroupId("G1"), "CNY"),
    ):
        with pytest.raises(NoRate, match="import rates"):
            ask()


@pytest.mark.parametrize(
    ("owed", "granted", "left"),
    [(30, 80, 20), (80, 30, 20), (30, None, 70), (0, 0, 100), (300, 0, 0), (0, 300, 0)],
)
def test_others_take_the_larger_of_what_they_owe_and_what_they_may_owe(owed, granted, left):
    positions = [a_position("C1", "G1", 55, 66), a_position("C2", "G1", owed, granted)]
    book = a_book([a_group("G1")], [a_group_limit("G1", amount=cny(100))], positions)
    room = book.room(CustomerId("C1"), GroupId("G1"), "CNY")
    assert (room.left, room.limit, room.group.id) == (cny(left), cny(100), "G1")


def test_no_bound_anywhere_above_leaves_no_cap_and_zero_leaves_nothing():
    groups = [a_group("G1"), a_group("G2", parent="G1")]
    open_ = [a_group_limit("G1", state=LimitState.UNLIMITED, amount=None)]
    assert a_book(groups, open_).room(CustomerId("C1"), GroupId("G2"), "CNY") is None
    assert bounded(tree_of(groups), GroupId("G2"), {x.group: x for x in open_}) == ()
    shut = [a_group_limit("G1", state=LimitState.ZERO, amount=None)]
    assert a_book(groups, shut).room(CustomerId("C1"), GroupId("G2"), "CNY").left == cny(0)


amounts = st.builds(Money, st.integers(0, 10**9), st.sampled_from(CURRENCIES))


@st.composite
def books(draw):
    """Seven groups in any tree, limits in any state and currency, members anywhere in it."""
    groups = [
        Group(x, x, parent=draw(st.none() | st.sampled_from(IDS[:n])) if n else None)
        for n, x in enumerate(IDS)
    ]
    limits = []
    for group in draw(st.lists(st.sampled_from(IDS), unique=True)):
        state, amount = draw(st.sampled_from(LimitState)), draw(amounts)
        kept = amount if state is LimitState.AMOUNT and amount else None
        state = state if kept or state is not LimitState.AMOUNT else LimitState.ZERO
        limits.append(GroupLimit(group, 1, state, kept, amount.currency, TODAY, None, NOW, "x"))
    positions = []
    for n in range(draw(st.integers(1, 6))):
        owed = draw(amounts)
        granted = draw(st.none() | st.integers(0, 10**9))
        credit = None if granted is None else Money(granted, owed.currency)
        positions.append(Position(CustomerId(f"C{n}"), draw(st.sampled_from(IDS)), owed, credit))
    return a_book(groups, limits, positions)


def exactly(amount, currency):
    return Exchange(RATES, TODAY).exact([amount], currency)


@given(books())
def test_headroom_never_exceeds_that_of_any_ancestor(book):
    for member in book.positions:
        found = book.headroom(member)
        if member.free is not None:
            assert found.left <= member.free
        for group in book.tree.path(member.group):
            above = book.standing(group.id, "CNY")
            if above.effective is None:
                continue
            # The group's own figure is rounded down in its currency: by less than one of its units.
            unit = exactly(Money(1, above.exposure.currency), found.left.currency)
            most = exactly(above.effective, found.left.currency) + unit
            assert found.left.minor < most


@given(books(), st.randoms(use_true_random=False))
def test_sums_and_headroom_do_not_depend_on_the_order(book, dice):
    shuffled = list(book.positions)
    dice.shuffle(shuffled)
    other = GroupBook(book.tree, book.limits, shuffled, book.exchange)
    for group in IDS:
        assert book.standing(group, "CNY") == other.standing(group, "CNY")
    for member in book.positions:
        assert book.headroom(member) == other.headroom(member)
        assert book.room(member.customer, member.group, member.exposure.currency) == other.room(
            member.customer, member.group, member.exposure.currency
        )


@given(books())
def test_what_is_granted_within_the_room_keeps_every_group_above_within_its_limit(book):
    """The room is what may be granted, so granting all of it never breaks a limit above."""
    member = book.positions[0]
    room = book.room(member.customer, member.group, member.exposure.currency)
    if room is None:
        assert bounded(book.tree, member.group, book.limits) == ()
        return
    for group in bounded(book.tree, member.group, book.limits):
        bound = book.limits[group.id].bound
        others = [x.taken for x in book.within(group.id) if x.customer != member.customer]
        taken = book.exchange.exact([*others, room.left], bound.currency)
        assert taken <= bound.minor or not room.left


@given(books())
def test_one_unit_more_than_the_room_breaks_the_limit_that_bound_it(book):
    """The counterpart: the room is not simply too small."""
    member = book.positions[0]
    room = book.room(member.customer, member.group, member.exposure.currency)
    if room is None:
        return
    more = Money(room.left.minor + 1, room.left.currency)
    others = [x.taken for x in book.within(room.group.id) if x.customer != member.customer]
    assert book.exchange.exact([*others, more], room.limit.currency) > room.limit.minor


def test_a_day_old_rate_counts_and_a_stale_one_does_not():
    rates = Rates([Rate("CNY", TODAY - timedelta(days=60), Decimal(8), "test")])
    book = a_book([a_group("G1")], [a_group_limit("G1")], [
        a_position("C1", "G1", Money.of(1, "EUR"), None)], rates)  # fmt: skip
    with pytest.raises(NoRate):
        book.standing(GroupId("G1"), "CNY")
