"""Somebody has a case for a while: the others see it, and it never stays with anybody for ever."""

from dataclasses import replace
from datetime import timedelta

import pytest

from creditflow.approvals.delegating import delegate
from creditflow.approvals.entitling import (
    AlreadyDecided,
    HeldByAnother,
    MayNotDecide,
    NotWaiting,
    TooLate,
    awaiting,
)
from creditflow.approvals.holding import (
    CLAIM_LASTS,
    MOST_REASON,
    REASSIGNED_LASTS,
    CannotReassign,
    claim,
    reassign,
    receivers,
    release,
)
from creditflow.approvals.withdrawing import withdraw
from creditflow.domain.case import CaseState, TaskState
from creditflow.domain.decision import Say
from creditflow.domain.errors import Conflict
from creditflow.domain.grade import Grade
from creditflow.domain.people import Mandate, Role
from tests.approvals.desks import EXPIRY, escalated, waiting
from tests.approvals.test_stages import Stage, agree, opened, seen
from tests.makers import NOW, TODAY, a_person, an_analyst, an_occasion, cny, later

LI = a_person("director.li", name="Li")
WU = a_person("director.wu", name="Wu")
MANAGER = a_person("manager.sun", name="Sun", desks=frozenset({"credit_manager"}))


def scene(**parts):
    made = waiting(**parts)
    for person in (LI, WU, MANAGER, an_analyst()):
        made.work.people.put(person)
    return made


def doing(verb, made, by, *args, at=NOW, on=TODAY, **more):
    return verb("CASE-1", *args, by=by, at=at, on=on, work=made.work, **more)


def held_by(made, at=NOW):
    (task,) = (t for t in made.work.tasks.of("CASE-1") if t.state is TaskState.OPEN)
    return task.holder(at)


def refused(made, problem, act, match=None):
    before = made.kept()
    with pytest.raises(problem, match=match) as no:
        act()
    assert made.kept() == before
    return no.value


def test_whoever_takes_a_case_on_has_it_for_four_hours_and_the_others_are_told():
    made = scene()
    case = doing(claim, made, LI)
    assert held_by(made) == LI.id
    assert case.version == 5
    assert made.work.journal.of("CASE-1")[-1].entry.what == "case.claimed"

    no = refused(made, HeldByAnother, lambda: made.decide(by=WU))
    assert no.sentence.facts["who"] == "Li"
    assert no.sentence.facts["until"] == NOW + CLAIM_LASTS
    refused(made, HeldByAnother, lambda: doing(claim, made, WU))
    last = later(hours=4) - timedelta(microseconds=1)
    refused(made, HeldByAnother, lambda: made.decide(by=WU, at=last))

    assert made.decide(by=WU, at=later(hours=4)).by == WU.id


def test_whoever_has_it_decides_and_the_decision_is_as_any_other():
    made = scene()
    doing(claim, made, LI)
    assert made.decide(by=LI).by == LI.id
    assert made.case.state is CaseState.APPROVED
    assert all(t.held_by is None for t in made.work.tasks.of("CASE-1"))


def test_taking_on_again_begins_anew_and_giving_back_frees_it():
    made = scene()
    doing(claim, made, LI)
    doing(claim, made, LI, at=later(hours=3))
    assert held_by(made, later(hours=6)) == LI.id
    refused(made, HeldByAnother, lambda: doing(release, made, WU, at=later(hours=3)), "Li gives")

    doing(release, made, LI, at=later(hours=3))

    assert held_by(made, later(hours=3)) is None
    refused(made, HeldByAnother, lambda: doing(release, made, LI), "Nobody has")
    doing(claim, made, WU, at=later(hours=3))


def test_a_case_is_given_to_somebody_of_the_desk_with_the_reason():
    made = scene()
    doing(claim, made, LI)
    doing(reassign, made, WU, "director.wu", why=" Li is ill. ")
    assert held_by(made) == WU.id
    entry = made.work.journal.of("CASE-1")[-1].entry
    assert (entry.what, entry.by) == ("case.reassigned", WU.id)
    assert entry.facts["had"] == LI.id
    assert entry.facts["comment"] == "Li is ill."
    assert held_by(made, NOW + REASSIGNED_LASTS) is None


def test_it_is_given_to_nobody_who_may_not_decide_it_and_all_is_said_at_once():
    asked = an_occasion(requested_by="director.wu")
    made = scene(case={"occasion": asked})
    for receiver in ("manager.sun", "director.wu", "analyst.li"):
        no = refused(
            made,
            CannotReassign,
            lambda r=receiver: doing(reassign, made, LI, r, why=""),
            match="may not decide this case",
        )
        assert len(no.details) == 2
    no = refused(
        made, CannotReassign,
        lambda: doing(reassign, made, LI, "approver.zhao", why="x" * (MOST_REASON + 1)),
    )  # fmt: skip
    assert "1,001 characters" in str(no)
    assert able(made) == ["approver.zhao", "director.li"]


def able(made):
    board, policy = awaiting(made.case, made.work), made.work.policies.current()
    return [person.id for person in receivers(board, policy, made.work)]


@pytest.mark.parametrize("verb", [claim, release])
@pytest.mark.parametrize("by", [MANAGER, an_analyst(), a_person("gone", active=False)])
def test_whoever_may_not_decide_it_takes_nothing_on(verb, by):
    made = scene()
    made.work.people.put(by)
    refused(made, (MayNotDecide, HeldByAnother), lambda: doing(verb, made, by))


@pytest.mark.parametrize("part", ["requested", "edited", "owner"])
def test_whoever_has_a_part_in_it_neither_takes_it_on_nor_gives_it_away(part):
    made = scene(
        case={
            "occasion": an_occasion(requested_by=LI.id if part == "requested" else None),
            "edited_by": LI.id if part == "edited" else None,
        }
    )
    if part == "owner":
        customer = made.work.customers.get(made.case.customer)
        made.work.customers.put_all([replace(customer, owner=LI.id)])
    refused(made, MayNotDecide, lambda: doing(claim, made, LI))
    refused(made, MayNotDecide, lambda: doing(reassign, made, LI, "director.wu", why="x"))
    refused(made, CannotReassign, lambda: doing(reassign, made, WU, LI.id, why="x"))


def test_who_has_left_or_lost_the_mandate_has_nothing_any_more():
    made = scene()
    for change in ({"active": False}, {"mandate": None}, {"desks": frozenset()}):
        made.work.people.put(LI)
        held = scene()
        doing(claim, held, LI)
        held.work.people.put(replace(LI, **change))
        assert held.decide(by=WU).by == WU.id


def test_a_stand_in_may_go_on_with_what_the_absent_one_has():
    made = scene()
    doing(claim, made, LI)
    week = timedelta(days=7)
    delegate(LI, "manager.sun", from_=TODAY, until=TODAY + week, by=LI, at=NOW, on=TODAY,
             work=made.work)  # fmt: skip
    assert made.decide(by=MANAGER).on_behalf_of == LI.id


def test_holding_widens_nobodys_mandate():
    made = scene()
    low = replace(LI, mandate=Mandate(cny(1), Grade.G))
    made.work.people.put(low)
    doing(claim, made, low)
    refused(made, MayNotDecide, lambda: made.decide(by=low), "beyond your mandate")


def test_who_has_signed_does_not_keep_the_others_of_the_stage_waiting():
    made = opened(Stage("director", 2))
    for person in (LI, WU):
        made.work.people.put(person)
    doing(claim, made, LI)
    agree(made, LI)
    assert held_by(made) is None
    agree(made, WU)
    assert made.case.state is CaseState.APPROVED


def test_the_next_stage_and_a_higher_desk_begin_with_nobody():
    made = scene(case={"due_on": TODAY})
    doing(claim, made, LI)
    late = TODAY + timedelta(days=5)
    escalated(made.work, at=later(days=5), on=late)
    assert made.case.desk == "committee"
    assert held_by(made) is None


def test_only_what_waits_can_be_had():
    made = scene()
    made.decide(by=WU)
    for act in (
        lambda: doing(claim, made, LI),
        lambda: doing(release, made, LI),
        lambda: doing(reassign, made, LI, "director.wu", why="x"),
    ):
        refused(made, AlreadyDecided, act, "quicker")
    made = scene()
    withdraw("CASE-1", by=an_analyst(), at=NOW, work=made.work)
    refused(made, NotWaiting, lambda: doing(claim, made, LI))
    made = scene()
    refused(made, TooLate, lambda: doing(claim, made, LI, at=EXPIRY))


def test_two_who_take_it_on_at_once_are_one(monkeypatch):
    """Both saw the same version; the second one's is not kept."""
    made = scene()
    stale = made.case
    doing(claim, made, LI)
    monkeypatch.setattr(made.work.cases, "get", lambda _id: stale)
    monkeypatch.setattr("creditflow.approvals.holding.ensure_free", lambda *_a, **_k: None)
    with pytest.raises(Conflict, match="changed meanwhile"):
        doing(claim, made, WU)


def test_a_hold_changes_nothing_of_what_was_seen():
    made = scene()
    before = seen(made)
    doing(claim, made, LI)
    assert seen(made) == before
    assert made.decide(Say.REJECT, by=LI).say is Say.REJECT


def test_roles_that_decide_nothing_are_not_offered():
    made = scene()
    made.work.people.put(a_person("auditor", roles=frozenset({Role.AUDITOR}), mandate=None))
    assert able(made) == ["approver.zhao", "director.li", "director.wu"]
