"""What moved a little leaves a waiting case alone, what moved too far does not; both ways."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.grade import Grade
from creditflow.domain.moving import Ground, Grounds, moved, worsened
from creditflow.domain.tolerance import Tolerance
from tests.makers import cny

TOLERANCE = Tolerance(Decimal(50), Decimal("0.15"), Decimal("0.20"), Decimal("0.25"))
BEFORE = Grounds(
    grade=Grade.C,
    points=Decimal(600),
    confidence=Decimal("0.8"),
    knock_outs=frozenset(),
    proposed=cny(800_000),
    exposure=cny(400_000),
    terms_days=60,
)


def after(**changes):
    return replace(BEFORE, **changes)


@pytest.mark.parametrize(
    ("ground", "within", "beyond"),
    [
        (Ground.POINTS, {"points": Decimal(550)}, {"points": Decimal("549.9")}),
        (Ground.POINTS, {"points": Decimal(650)}, {"points": Decimal("650.1")}),
        (Ground.CONFIDENCE, {"confidence": Decimal("0.65")}, {"confidence": Decimal("0.649")}),
        (Ground.AMOUNT, {"proposed": cny(640_000)}, {"proposed": cny("639999.99")}),
        (Ground.AMOUNT, {"proposed": cny(960_000)}, {"proposed": cny("960000.01")}),
        (Ground.EXPOSURE, {"exposure": cny(600_000)}, {"exposure": cny("600000.01")}),
        (Ground.EXPOSURE, {"exposure": cny(200_000)}, {"exposure": cny("199999.99")}),
        (Ground.GRADE, {}, {"grade": Grade.B}),
        (Ground.KNOCK_OUTS, {}, {"knock_outs": frozenset({"insolvent"})}),
    ],
)
def test_the_bound_itself_is_within_and_a_hair_more_is_not(ground, within, beyond):
    assert moved(BEFORE, after(**within), TOLERANCE) == {}
    assert set(moved(BEFORE, after(**beyond), TOLERANCE)) == {ground}


def test_everything_that_moved_is_said_at_once_in_sentences():
    found = moved(
        BEFORE,
        after(grade=Grade.E, points=Decimal(300), exposure=cny(900_000), proposed=cny(100_000)),
        TOLERANCE,
    )
    assert set(found) == {Ground.GRADE, Ground.POINTS, Ground.EXPOSURE, Ground.AMOUNT}
    assert str(found[Ground.POINTS]) == (
        "The points were 600 and are now 300; 50 either way are within bounds."
    )


def test_an_amount_that_a_person_changed_is_held_against_nothing():
    assert moved(BEFORE, after(proposed=cny(1)), TOLERANCE, amount_too=False) == {}


@pytest.mark.parametrize(
    "worse",
    [
        {"grade": Grade.D},
        {"knock_outs": frozenset({"insolvent"})},
        {"terms_days": 61},
        {"points": Decimal(549)},
        {"confidence": Decimal("0.6")},
        {"exposure": cny(600_001)},
    ],
)
def test_what_got_worse_is_not_agreed_to_any_more(worse):
    assert worsened(BEFORE, after(**worse), TOLERANCE)


@pytest.mark.parametrize(
    "better",
    [
        {"grade": Grade.A, "points": Decimal(900), "confidence": Decimal(1)},
        {"exposure": cny(0)},
        {"terms_days": 30},
        {"points": Decimal(550), "confidence": Decimal("0.65"), "exposure": cny(600_000)},
    ],
)
def test_what_got_better_or_hardly_worse_is(better):
    assert not worsened(BEFORE, after(**better), TOLERANCE)
    known = replace(BEFORE, knock_outs=frozenset({"insolvent"}))
    assert not worsened(known, BEFORE, TOLERANCE)


points = st.integers(0, 1000).map(Decimal)
grounds = st.builds(
    Grounds,
    grade=st.sampled_from(Grade),
    points=points,
    confidence=st.integers(0, 100).map(lambda n: Decimal(n) / 100),
    knock_outs=st.frozensets(st.sampled_from(["a", "b"])),
    proposed=st.integers(0, 10**6).map(cny),
    exposure=st.integers(0, 10**6).map(cny),
    terms_days=st.integers(0, 90),
)


@given(grounds, grounds)
def test_what_did_not_move_too_far_did_not_get_worse_but_for_the_terms(one, other):
    assert moved(one, one, TOLERANCE) == {}
    assert not worsened(one, one, TOLERANCE)
    if not moved(one, other, TOLERANCE):
        assert not worsened(one, replace(other, terms_days=one.terms_days), TOLERANCE)
