"""What is in force is the base and what is on top of it; exposure uses it up in a fixed order."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.added_limits import AddedKind, Consumption, added_on, ensure_follows, latest
from creditflow.domain.in_force import InForce, in_force, least_general
from creditflow.domain.in_force import consume as consumed_by
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.domain.owed import Owed
from creditflow.domain.project import GENERAL, project_key
from tests.makers import ACME, NOW, TODAY, a_limit, an_added_limit, cny


def day(n):
    return TODAY + timedelta(n)


def base(amount=100, **changes):
    return a_limit(cny(amount), from_=day(-100), until=None, **changes)


def temporary(amount=50, n=1, first=0, last=30, **changes):
    return an_added_limit(
        f"AL-{n:06d}", amount=cny(amount), from_=day(first), until=day(last), **changes
    )


def limit_of(state):
    amount = cny(100) if state is LimitState.AMOUNT else None
    return Limit(ACME, 1, state, amount, day(-9), None, recorded_at=NOW)


def project(amount=70, n=9, name="Bridge", consumption=Consumption.OWN_ONLY, **changes):
    return an_added_limit(
        f"AL-{n:06d}", amount=cny(amount), from_=day(0), until=day(60), project=name,
        consumption=consumption, **changes,
    )  # fmt: skip


def now(history=(), added=(), n=0):
    return in_force(list(history), list(added), currency="CNY", on=day(n))


def consume(limits, amounts):
    """What so much, owed by project, takes of these limits."""
    return consumed_by(limits, Owed(cny(0)).and_all(amounts.items()))


# ------------------------------------------------------------------ states


@pytest.mark.parametrize(
    ("state", "on_top", "becomes", "general"),
    [
        (None, False, LimitState.NONE_SET, None),
        (None, True, LimitState.AMOUNT, cny(50)),
        (LimitState.NONE_SET, False, LimitState.NONE_SET, None),
        (LimitState.ZERO, False, LimitState.ZERO, cny(0)),
        (LimitState.ZERO, True, LimitState.AMOUNT, cny(50)),
        (LimitState.AMOUNT, False, LimitState.AMOUNT, cny(100)),
        (LimitState.AMOUNT, True, LimitState.AMOUNT, cny(150)),
        (LimitState.UNLIMITED, False, LimitState.UNLIMITED, None),
        (LimitState.UNLIMITED, True, LimitState.UNLIMITED, None),
    ],
)
def test_none_set_zero_an_amount_and_no_bound_stay_four_things(state, on_top, becomes, general):
    history = [] if state is None else [limit_of(state)]
    standing = now(history, [temporary()] if on_top else [])
    assert (standing.state, standing.general) == (becomes, general)


def test_only_nothing_bounds_an_order_where_there_is_no_bound():
    unlimited = InForce(TODAY, "CNY", limit_of(LimitState.UNLIMITED))
    nothing = InForce(TODAY, "CNY", None)
    assert consume(unlimited, {GENERAL: cny(10**9)}).fits(cny(10**9))
    assert not consume(nothing, {}).fits(cny(1))
    assert consume(nothing, {}).room() == cny(0)


# ------------------------------------------------------------------ a temporary limit


def test_a_temporary_limit_counts_from_its_first_day_to_the_day_before_its_last():
    amounts = [now([base()], [temporary()], n).general for n in (-1, 0, 29, 30)]
    assert amounts == [cny(100), cny(150), cny(150), cny(100)]


def test_it_can_be_ended_earlier_but_never_made_longer_or_larger():
    first = temporary()
    shorter = temporary(last=10, version=2)
    ensure_follows(shorter, first, 1)
    assert added_on([first, shorter], day(9)) == [shorter]
    assert added_on([first, shorter], day(10)) == []
    for wrong in (temporary(last=31, version=2), temporary(amount=51, version=2)):
        with pytest.raises(ValueError, match=r"longer|earlier"):
            ensure_follows(wrong, first, 1)


@given(st.integers(-40, 40), st.integers(1, 40))
def test_it_ends_exactly_once(first, lasts):
    """Day by day it is in force for one unbroken run of days, and never again."""
    limit = temporary(first=first, last=first + lasts)
    counts = [limit.in_force(day(n)) for n in range(-50, 90)]
    assert [day(n - 50) for n in range(1, 140) if counts[n - 1] and not counts[n]] == [limit.until]
    assert sum(counts) == lasts


# ------------------------------------------------------------------ order of consumption


def test_the_base_is_used_first_then_what_ends_first():
    late, soon = temporary(n=1, last=30), temporary(n=2, last=5)
    used = consume(now([base()], [late, soon]), {GENERAL: cny(130)})
    assert [(u.limit, u.used) for u in used.uses] == [
        (base(), cny(100)), (soon, cny(30)), (late, cny(0)),
    ]  # fmt: skip
    assert (used.free, used.over) == (cny(70), cny(0))


@pytest.mark.parametrize(
    ("consumption", "free", "own", "over", "room"),
    [
        # 40 general and 90 of the project, against 100 general and 70 of its own.
        (Consumption.OWN_ONLY, cny(60), cny(0), cny(20), cny(0)),
        (Consumption.OWN_FIRST, cny(40), cny(0), cny(0), cny(40)),
        (Consumption.GENERAL_FIRST, cny(0), cny(40), cny(0), cny(40)),
    ],
)
def test_a_project_uses_what_its_order_says(consumption, free, own, over, room):
    standing = now([base()], [project(consumption=consumption)])
    used = consume(standing, {GENERAL: cny(40), "Bridge": cny(90)})
    assert (used.free, used.projects[0].free, used.over) == (free, own, over)
    assert used.room("Bridge") == room
    assert used.fits(room, "Bridge")
    assert not used.fits(room + Money(1, "CNY"), "Bridge")


def test_other_documents_never_use_a_projects_limit():
    used = consume(now([base()], [project()]), {GENERAL: cny(120)})
    assert (used.over, used.free, used.projects[0].free) == (cny(20), cny(0), cny(70))
    assert not used.fits(cny(1))
    assert used.fits(cny(70), "Bridge")


def test_a_project_without_a_limit_of_its_own_uses_general_credit():
    used = consume(now([base()]), {"Tunnel": cny(30)})
    assert (used.free, used.over, used.room("Tunnel")) == (cny(70), cny(0), cny(70))


LIMITS = st.builds(
    lambda amount, temporaries, projects: now(
        [base(amount)] if amount is not None else [],
        [temporary(a, n) for n, a in enumerate(temporaries, start=1)]
        + [project(a, n, name, c) for n, (a, name, c) in enumerate(projects, start=50)],
    ),
    st.one_of(st.none(), st.integers(0, 200)),
    st.lists(st.integers(1, 100), max_size=3),
    st.lists(
        st.tuples(st.integers(1, 100), st.sampled_from("XYZ"), st.sampled_from(Consumption)),
        max_size=4,
    ),
)
EXPOSURES = st.dictionaries(
    st.sampled_from([GENERAL, "X", "Y", "Z", "W"]), st.integers(0, 300).map(cny), max_size=5
)


@given(LIMITS, EXPOSURES)
def test_nothing_is_lost_and_no_limit_is_used_beyond_its_amount(standing, exposure):
    used = consume(standing, exposure)
    parts = sum((u.used.minor for u in used.uses), used.over.minor)
    assert parts == sum(amount.minor for amount in exposure.values())
    assert all(u.amount is None or Money(0, "CNY") <= u.used <= u.amount for u in used.uses)
    assert used.free is None or used.free.minor >= 0


@given(LIMITS, EXPOSURES)
def test_the_parts_of_every_project_come_to_what_it_owes_and_none_is_counted_twice(
    standing, exposure
):
    used = consume(standing, exposure)
    for one in used.projects:
        assert one.own + one.general + one.over == one.owed == exposure.get(one.name, cny(0))
        assert min(one.own, one.general, one.over, one.free) >= cny(0)
    own = sum(u.used.minor for u in used.uses if getattr(u.limit, "project", ""))
    general = sum(u.used.minor for u in used.uses) - own
    assert own == sum(x.own.minor for x in used.projects)
    assert general == (used.rest - used.rest_over).minor + sum(
        x.general.minor for x in used.projects
    )
    least = least_general(standing, Owed(cny(0)).and_all(exposure.items()))
    alone = sum((x.over.minor for x in used.projects if not x.shares), 0)
    short = max(0, least.minor - (standing.general or cny(0)).minor)
    assert used.over.minor == short + alone  # and no order of serving would leave less
    assert used.rest.minor + sum(x.owed.minor for x in used.projects) == sum(
        amount.minor for amount in exposure.values()
    )


@given(LIMITS, EXPOSURES, st.sampled_from([GENERAL, "X", "Y", "W"]), st.integers(1, 400).map(cny))
def test_an_order_fits_where_and_only_where_it_leaves_no_more_uncovered(
    standing, exposure, name, order
):
    before = consume(standing, exposure)
    grown = {**exposure, name: exposure.get(name, cny(0)) + order}
    assert (consume(standing, grown).over == before.over) == before.fits(order, name)


@given(LIMITS, EXPOSURES, st.sampled_from([GENERAL, "W", "X"]), st.integers(1, 400).map(cny))
def test_what_a_project_alone_may_use_is_not_used_by_others(standing, exposure, name, order):
    before = consume(standing, exposure)
    grown = {**exposure, name: exposure.get(name, cny(0)) + order}
    after = {x.name: x for x in consume(standing, grown).projects}
    for one in before.projects:
        if one.name != name:
            assert after[one.name].own >= one.own
            assert one.shares or after[one.name] == one


def test_a_project_is_the_same_however_its_name_is_written():
    standing = now([base()], [project(name="Harbour Bridge"), project(30, 10, "HARBOUR  bridge")])
    used = consume(standing, {"Ｈarbour bridge ": cny(80)})
    (one,) = used.projects
    assert (one.name, one.limit, one.own, one.over) == (
        "Harbour Bridge", cny(100), cny(80), cny(0),
    )  # fmt: skip
    assert used.room(" harbour BRIDGE") == cny(20)
    assert project_key("港口大桥 一期") == project_key("港口大桥　一期")
    assert project_key("Harbour-Bridge") != project_key("Harbour Bridge")
    assert project_key("  ") == GENERAL


def test_kinds_keep_their_own_fields():
    with pytest.raises(ValueError, match="project"):
        temporary(project="", consumption=Consumption.OWN_ONLY, kind=AddedKind.TEMPORARY)
    with pytest.raises(ValueError, match="above zero"):
        temporary(0)
    assert latest([temporary(), temporary(version=2, last=3)]) == [temporary(version=2, last=3)]
