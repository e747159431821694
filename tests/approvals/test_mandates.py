"""One answer to who may decide what, for every channel."""

import pytest

from creditflow.approvals.board import Board
from creditflow.approvals.impartiality import parts
from creditflow.approvals.mandates import desks_of, objection
from creditflow.domain.grade import Grade
from creditflow.domain.people import Mandate, Role
from tests.makers import a_case, a_person, a_policy, a_proposal, an_occasion, cny

ALL = ["credit_manager", "director", "committee"]


@pytest.mark.parametrize(
    ("own", "may"),
    [
        ([], []),
        (["nowhere"], []),
        (["credit_manager"], ALL[:1]),
        (["director"], ALL[:2]),
        (["committee"], ALL),
        (["credit_manager", "committee"], ALL),
        (["credit_manager", "nowhere"], ALL[:1]),
    ],
)
def test_a_desk_brings_all_lower_ones_along(own, may):
    assert desks_of(a_person(desks=frozenset(own)), a_policy()) == set(may)


def against(person, limit=cny(800_000), **case):  # noqa: B008 - amounts never change
    board = Board(a_case(**{"desk": "director", **case}), a_proposal(), (), ())
    barred = parts(board.case.requested_by, board.case.edited_by)
    return objection(person, board, a_policy(), involved=barred, limit=limit)


def test_nothing_stands_against_the_right_person():
    assert against(a_person()) is None


def test_without_an_amount_the_ceiling_does_not_matter_but_all_else_does():
    poor = a_person(mandate=Mandate(cny(1), Grade.A))
    assert against(poor, None) is None
    assert against(poor, cny(2)) is not None
    elsewhere = a_person(desks=frozenset({"credit_manager"}))
    assert against(elsewhere, None) is not None


def test_a_mandate_without_the_role_is_none_and_neither_is_the_role_without_a_mandate():
    assert "no mandate" in str(against(a_person(roles=frozenset(set(Role) - {Role.APPROVER}))))
    assert "no mandate" in str(against(a_person(mandate=None)))


def test_every_no_says_what_would_help():
    asked = an_occasion(requested_by="approver.zhao")
    noes = [
        against(a_person(active=False)),
        against(a_person(mandate=None)),
        against(a_person(), occasion=asked),
        against(a_person(desks=frozenset())),
        against(a_person(mandate=Mandate(cny(1), Grade.G))),
        against(a_person(mandate=Mandate(None, Grade.A))),
    ]
    ways_out = ["administrator", "administrator", "somebody else", "has to decide", "lower amount",
                "Reject the case"]  # fmt: skip
    for no, way_out in zip(noes, ways_out, strict=True):
        assert way_out in str(no)


def test_a_desk_that_nobody_knows_any_more_is_an_answer_and_not_an_accident():
    assert against(a_person(), None, desk="branch_office") is not None
    chair = a_person(desks=frozenset({"committee"}))
    assert against(chair, None, desk="branch_office") is None


@pytest.mark.parametrize("grade", Grade)
@pytest.mark.parametrize("worst", Grade)
def test_a_mandate_covers_its_grade_and_all_better_ones(grade, worst):
    assert Mandate(cny(10), worst).covers(cny(10), grade) is (grade.value <= worst.value)
    assert not Mandate(cny(10), worst).covers(cny("10.01"), grade)
