"""Every pair of case states is walked: a case moves exactly where the table says."""

from itertools import product

import pytest

from creditflow.domain.case import FINISHED, MACHINE_MOVES, MOVES, CaseState, WrongState
from creditflow.domain.errors import Conflict
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.services.advancing import STEPS
from creditflow.services.reconciling import WAITING
from tests.makers import a_case, an_occasion, later

S = CaseState


@pytest.mark.parametrize(("here", "there"), list(product(CaseState, CaseState)))
def test_a_case_moves_exactly_where_the_table_says(here, there):
    case = a_case(state=here, version=4)
    if there in MOVES[here]:
        moved = case.moved(there, at=later(hours=1), desk="director")
        assert (moved.state, moved.version, moved.updated_at) == (there, 5, later(hours=1))
        assert (moved.desk, moved.opened_at, moved.id) == ("director", case.opened_at, case.id)
    else:
        with pytest.raises(WrongState) as refused:
            case.moved(there, at=later(hours=1))
        assert refused.value.sentence.facts == {
            "case": "CASE-1",
            "state": here.value,
            "to": there.value,
        }
    assert case == a_case(state=here, version=4)


def test_the_table_knows_every_state():
    assert set(MOVES) == set(CaseState)


def test_no_state_leads_to_itself():
    assert [s for s, onward in MOVES.items() if s in onward] == []


def test_every_state_is_reached_from_a_draft():
    reached, edge = {S.DRAFT}, {S.DRAFT}
    while edge:
        edge = set().union(*(MOVES[state] for state in edge)) - reached
        reached |= edge
    assert reached == set(CaseState)


def test_from_every_state_there_is_a_way_to_an_end():
    ending = set(FINISHED)
    while more := {s for s, onward in MOVES.items() if s not in ending and onward & ending}:
        ending |= more
    assert ending == set(CaseState)


def test_the_ends_are_these():
    assert {S.EXPIRED, S.WITHDRAWN, S.NOTIFIED, S.CLOSED, S.SUPERSEDED} == FINISHED
    assert all(a_case(state=s).is_finished is (s in FINISHED) for s in CaseState)


def test_a_machine_has_a_step_wherever_it_is_expected_to_move_and_nowhere_else():
    assert set(STEPS) == MACHINE_MOVES | {S.REAPPROVAL_REQUIRED}
    assert not MACHINE_MOVES & FINISHED
    assert not set(STEPS) & FINISHED
    assert not set(STEPS) & WAITING


def test_every_state_is_for_a_machine_a_person_or_the_end():
    for_a_person = WAITING | {S.INCIDENT}
    assert set(STEPS) | for_a_person | FINISHED == set(CaseState)


def test_an_incident_goes_back_to_wherever_it_may_come_from():
    sources = {state for state, onward in MOVES.items() if S.INCIDENT in onward}
    assert sources == MOVES[S.INCIDENT] - {S.WITHDRAWN}
    assert sources == MACHINE_MOVES


def test_nothing_is_approved_or_rejected_but_from_where_somebody_decides():
    def into(state):
        return {s for s, onward in MOVES.items() if state in onward} - {S.INCIDENT}

    assert into(S.APPROVED) == {S.PROPOSED, S.AWAITING}
    assert into(S.REJECTED) == {S.AWAITING}
    assert into(S.APPLIED) == {S.APPROVED}
    assert into(S.NOTIFIED) == {S.APPLIED, S.REJECTED}


def test_a_wrong_move_is_a_conflict_that_says_what_would_help():
    with pytest.raises(Conflict, match="Reload it"):
        a_case(state=S.NOTIFIED).moved(S.DRAFT, at=later(hours=1))


def test_a_note_raises_the_version_and_leaves_the_state():
    case = a_case(state=S.AWAITING, version=7)
    noted = case.noted(at=later(hours=1), run_id="run-1")
    assert (noted.state, noted.version, noted.run_id) == (S.AWAITING, 8, "run-1")


def test_who_asked_is_known_by_the_occasion():
    assert a_case().requested_by is None
    asked = a_case(occasion=an_occasion(requested_by=SYSTEM_ACTOR))
    assert asked.requested_by == SYSTEM_ACTOR
