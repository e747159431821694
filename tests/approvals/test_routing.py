"""A proposal goes straight through within the bounds, and otherwise to the lowest desk that may."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.approvals.routing import desk_for, route
from creditflow.domain.freshness import ThinEvidence
from creditflow.domain.grade import Grade
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.people import Mandate
from tests.makers import a_policy, a_proposal, an_evaluation, an_occasion, cny

POLICY = a_policy()
RANK = {desk.id: rank for rank, desk in enumerate(POLICY.desks)}
NEW = {"current": None, "current_state": LimitState.NONE_SET, "current_version": 0}


def went(proposal, *, kind=OccasionKind.PERIODIC, **evaluation):
    """The desk the proposal goes to, or None for straight through; and why."""
    judged = an_evaluation(grade=proposal.grade, **evaluation)
    way = route(proposal, judged, an_occasion(kind=kind), POLICY)
    return way.desk.id if way.desk else None, way.why


# ------------------------------------------------------------------ straight through


@pytest.mark.parametrize(
    ("proposed", "straight"), [("199999.99", True), ("200000", True), ("200000.01", False)]
)
def test_the_policy_decides_up_to_its_ceiling(proposed, straight):
    desk, why = went(a_proposal(proposed=cny(proposed), **NEW))
    assert desk == (None if straight else "credit_manager")
    if not straight:
        assert why.facts == {"amount": cny(proposed), "ceiling": cny(200_000)}


@pytest.mark.parametrize(("cents", "straight"), [(28_000, True), (28_571, True), (28_572, False)])
def test_the_ceiling_counts_in_the_base_currency(cents, straight):
    # 28,571.42… dollars are 200,000 yuan at 7.
    proposal = a_proposal(proposed=Money(cents * 100, "USD"), base_factor=Fraction(7), **NEW)
    assert (went(proposal)[0] is None) is straight


@pytest.mark.parametrize(
    ("grade", "straight"), [("A", True), ("B", True), ("C", True), ("D", False)]
)
def test_the_policy_decides_down_to_its_grade(grade, straight):
    desk, _ = went(a_proposal(proposed=cny(100_000), grade=Grade(grade), **NEW))
    assert (desk is None) is straight


@pytest.mark.parametrize(("known", "straight"), [("0.5999", False), ("0.6", True), ("1", True)])
def test_thin_evidence_needs_a_person(known, straight):
    proposal = a_proposal(proposed=cny(100_000), **NEW)
    assert (went(proposal, confidence=Decimal(known))[0] is None) is straight


@pytest.mark.parametrize(
    ("current", "proposed", "straight"),
    [
        ("100000", "125000", True),
        ("100000", "125000.01", False),
        ("100000", "80000", True),
        ("100000", "79999.99", False),
        ("100000", "0", False),
    ],
)
def test_a_step_may_be_so_large(current, proposed, straight):
    desk, _ = went(a_proposal(current=cny(current), proposed=cny(proposed)))
    assert desk == (None if straight else "credit_manager")


def test_the_share_is_told_exactly_enough_to_see_why():
    _, why = went(a_proposal(current=cny(100_000), proposed=cny(125_400)))
    assert (why.facts["change"], why.facts["most"]) == ("25.4 %", "25 %")
    _, why = went(a_proposal(current=cny(100_000), proposed=cny(50_000)))
    assert (why.facts["change"], why.facts["most"]) == ("50 %", "20 %")


@pytest.mark.parametrize("current", [cny(0), None])
def test_from_nothing_no_step_is_too_large(current):
    state = LimitState.NONE_SET if current is None else LimitState.ZERO
    proposal = a_proposal(current=current, current_state=state, proposed=cny(200_000))
    assert went(proposal)[0] is None


def test_what_stays_as_it_is_goes_through_unless_somebody_asked():
    same = a_proposal(current=cny(900_000), proposed=cny(900_000))
    assert went(same)[0] is None
    assert went(same, kind=OccasionKind.REQUEST)[0] == "director"


def test_a_knock_out_goes_to_a_person_even_where_nothing_changes():
    same = a_proposal(current=cny(100_000), proposed=cny(100_000))
    desk, why = went(same, knock_outs=("KO1",))
    assert (desk, "knock-out" in str(why)) == ("credit_manager", True)


def test_where_there_was_no_upper_bound_a_person_sets_the_first_one():
    unlimited = {"current": None, "current_state": LimitState.UNLIMITED}
    desk, why = went(a_proposal(proposed=cny(100_000), **unlimited))
    assert (desk, "no upper bound" in str(why)) == ("credit_manager", True)


# ------------------------------------------------------------------ which desk


@pytest.mark.parametrize(
    ("amount", "grade", "desk"),
    [
        ("500000", "D", "credit_manager"),
        ("500000.01", "D", "director"),
        ("500000", "E", "director"),
        ("3000000", "E", "director"),
        ("3000000.01", "A", "committee"),
        ("1", "F", "committee"),
        ("1", "G", "committee"),
        ("89999999999", "G", "committee"),
    ],
)
def test_the_lowest_desk_that_answers_for_amount_and_grade(amount, grade, desk):
    proposal = a_proposal(proposed=cny(amount), grade=Grade(grade), **NEW)
    assert desk_for(proposal.base_amount, proposal, POLICY).id == desk


@pytest.mark.parametrize("proposed", ["0", "1", "100000", "3000001"])
def test_a_cut_goes_to_who_could_have_granted_what_is_lost(proposed):
    cut = a_proposal(current=cny("3000000.01"), proposed=cny(proposed))
    assert desk_for(cut.base_amount, cut, POLICY).id == "committee"


@pytest.mark.parametrize("proposed", [0, 1])
def test_what_a_cut_takes_away_counts_in_the_base_currency(proposed):
    cut = a_proposal(
        current=Money.of(100_000, "USD"),
        proposed=Money.of(proposed, "USD"),
        base_factor=Fraction(7),
    )
    assert desk_for(cut.base_amount, cut, POLICY).id == "director"


amounts = st.integers(0, 10**10).map(lambda minor: Money(minor, "CNY"))
grades = st.sampled_from(Grade)
changes = st.one_of(
    st.just(NEW), amounts.map(lambda a: {"current": a, "current_state": LimitState.AMOUNT})
)


@settings(deadline=None)
@given(amounts, amounts, grades, grades, changes)
def test_more_or_worse_never_goes_to_a_lower_desk(one, other, grade, another, change):
    less, more = sorted((one, other))
    better, worse = sorted((grade, another))
    ranks = [
        RANK[desk_for(p.base_amount, p, POLICY).id]
        for p in (
            a_proposal(proposed=less, grade=better, **change),
            a_proposal(proposed=more, grade=better, **change),
            a_proposal(proposed=more, grade=worse, **change),
        )
    ]
    assert all(lower <= higher for lower, higher in pairwise(ranks))


@settings(deadline=None)
@given(amounts, amounts, grades)
def test_a_mandate_as_large_as_the_desk_covers_what_the_desk_gets(proposed, current, grade):
    proposal = a_proposal(proposed=proposed, current=current, grade=grade)
    desk = desk_for(proposal.base_amount, proposal, POLICY)
    mandate = Mandate(desk.ceiling, desk.worst_grade)
    assert mandate.covers(proposal.base_amount, grade)
    assert mandate.covers(proposal.in_base(current), grade)


@settings(deadline=None)
@given(amounts, grades, changes, st.decimals(0, 1, places=3))
def test_what_the_policy_lets_through_lies_within_all_its_bounds(proposed, grade, change, known):
    proposal = a_proposal(proposed=proposed, grade=grade, **change)
    desk, _ = went(proposal, confidence=known)
    if desk is None and proposal.current != proposed:
        bounds = POLICY.straight_through
        assert proposed <= bounds.ceiling
        assert grade.is_at_least(bounds.worst_grade)
        assert known >= bounds.least_confidence
        if proposal.current:
            assert Fraction(4, 5) <= proposed.ratio(proposal.current) <= Fraction(5, 4)


# ------------------------------------------------------------------ thin evidence

THIN = a_policy(
    thin_evidence=(
        ThinEvidence(Decimal("0.7"), Decimal("0.5"), 0),
        ThinEvidence(Decimal("0.5"), Decimal("0.5"), 1),
        ThinEvidence(Decimal("0.3"), Decimal("0.25"), 5),
    )
)


def thinly(proposal, known, policy=THIN):
    evaluation = an_evaluation(grade=proposal.grade, confidence=Decimal(known))
    return route(proposal, evaluation, an_occasion(), policy)


@pytest.mark.parametrize(
    ("known", "desk"),
    [("0.7", "credit_manager"), ("0.5", "credit_manager"), ("0.4999", "director"),
     ("0.3", "director"), ("0.2999", "committee"), ("0", "committee")],
)  # fmt: skip
def test_thin_evidence_takes_a_case_to_a_higher_desk(known, desk):
    way = thinly(a_proposal(proposed=cny(300_000), **NEW), known)
    assert way.desk.id == desk
    assert ("a higher desk decides" in str(way.why)) is (desk != "credit_manager")


def test_a_higher_desk_is_told_the_first_reason_as_well():
    why = str(thinly(a_proposal(proposed=cny(300_000), **NEW), "0.4").why)
    assert "exceeds the CNY 200,000.00" in why
    assert "only 40 % of the scorecard rests on known and fresh evidence" in why


def test_without_a_rule_of_the_policy_desks_stay_as_they_are():
    assert thinly(a_proposal(proposed=cny(300_000), **NEW), "0", POLICY).desk.id == "credit_manager"


@settings(deadline=None)
@given(amounts, grades, changes, st.decimals(0, 1, places=3), st.decimals(0, 1, places=3))
def test_less_evidence_never_goes_to_a_lower_desk(proposed, grade, change, one, other):
    proposal = a_proposal(proposed=proposed, grade=grade, **change)
    less, more = sorted((one, other))
    desks = [desk_for(proposal.base_amount, proposal, THIN, confidence=c) for c in (more, less)]
    assert RANK[desks[0].id] <= RANK[desks[1].id]
