"""A case may end without a decision, or begin again; a time-out never approves anything."""

from datetime import date, timedelta

import pytest

from creditflow.approvals.entitling import AlreadyDecided, NotWaiting
from creditflow.approvals.withdrawing import NotYours, expire, hand_in_again, withdraw
from creditflow.domain.case import MOVES, CaseState, TaskState, WrongState
from creditflow.domain.decision import Say
from creditflow.domain.errors import Problem
from creditflow.domain.people import SYSTEM_ACTOR, Mandate, Role
from creditflow.ports import PromiseKind
from tests.approvals.desks import EXPIRY, waiting
from tests.makers import NOW, TODAY, a_person, an_analyst, an_occasion, cny, later

SALES = a_person("sales.wang", roles=frozenset({Role.SALES}), desks=frozenset(), mandate=None)
ASKED = {"occasion": an_occasion(requested_by="sales.wang", requested_limit=cny(800_000))}


def left_as_it_was(scene, problem: type[Problem], do) -> Problem:
    before = scene.kept()
    with pytest.raises(problem) as no:
        do()
    assert scene.kept() == before
    return no.value


# ------------------------------------------------------------------ withdraw


@pytest.mark.parametrize("by", [SALES, an_analyst()])
def test_who_asked_or_an_analyst_takes_a_case_back(by):
    scene = waiting(case=ASKED)
    case = withdraw("CASE-1", by=by, at=NOW, work=scene.work)
    assert case.state is CaseState.WITHDRAWN
    (task,) = scene.work.tasks.of("CASE-1")
    assert (task.state, task.done_by) == (TaskState.CANCELLED, None)
    (sealed,) = scene.work.journal.of("CASE-1")
    assert (sealed.entry.what, sealed.entry.by) == ("case.withdrawn", by.id)
    # The run that waits for it has to learn that it waits in vain.
    assert [p.kind for p in scene.work.outbox.all()] == [PromiseKind.NUDGE]


@pytest.mark.parametrize(
    "by", [a_person(), a_person("sales.zhou", roles=SALES.roles), an_analyst(active=False)]
)
def test_nobody_else_takes_it_back(by):
    scene = waiting(case=ASKED)
    left_as_it_was(scene, NotYours, lambda: withdraw("CASE-1", by=by, at=NOW, work=scene.work))


@pytest.mark.parametrize("state", CaseState)
def test_a_case_is_taken_back_exactly_until_it_is_decided(state):
    scene = waiting(case={**ASKED, "state": state})

    def take_back():
        return withdraw("CASE-1", by=SALES, at=NOW, work=scene.work)

    if CaseState.WITHDRAWN in MOVES[state]:
        assert take_back().state is CaseState.WITHDRAWN
    else:
        left_as_it_was(scene, WrongState, take_back)


def test_withdrawing_and_deciding_exclude_each_other():
    scene = waiting(case=ASKED)
    withdraw("CASE-1", by=SALES, at=NOW, work=scene.work)
    left_as_it_was(scene, NotWaiting, scene.decide)
    other = waiting(case=ASKED)
    other.decide()
    left_as_it_was(other, WrongState, lambda: withdraw("CASE-1", by=SALES, at=NOW, work=other.work))


# ------------------------------------------------------------------ expire


@pytest.mark.parametrize("state", [CaseState.AWAITING, CaseState.RETURNED])
@pytest.mark.parametrize(
    ("at", "ended"),
    [
        (EXPIRY - timedelta(microseconds=1), False),
        (EXPIRY, True),
        (EXPIRY + timedelta(microseconds=1), True),
    ],
)
def test_a_case_ends_when_its_time_has_run_out(state, at, ended):
    scene = waiting(case={"state": state})
    case = expire("CASE-1", at=at, work=scene.work)
    assert case.state is (CaseState.EXPIRED if ended else state)
    entries = [(s.entry.what, s.entry.by) for s in scene.work.journal.of("CASE-1")]
    assert entries == ([("case.expired", SYSTEM_ACTOR)] if ended else [])
    assert TaskState.OPEN not in {t.state for t in scene.work.tasks.of("CASE-1") if ended}
    assert scene.work.decisions.of("CASE-1") == []


@pytest.mark.parametrize("state", sorted(set(CaseState) - {CaseState.AWAITING, CaseState.RETURNED}))
def test_only_what_waits_for_a_person_runs_out_of_time(state):
    scene = waiting(case={"state": state})
    before = scene.kept()
    assert expire("CASE-1", at=later(days=999), work=scene.work).state is state
    assert scene.kept() == before


def test_a_case_without_an_end_of_time_never_ends_by_itself():
    scene = waiting(case={"expires_at": None})
    assert expire("CASE-1", at=later(days=999), work=scene.work).state is CaseState.AWAITING


def test_at_every_moment_a_case_can_either_be_decided_or_has_run_out():
    for passed in (-1, 0, 1):
        at = EXPIRY + timedelta(microseconds=passed)
        scene = waiting()
        ended = expire("CASE-1", at=at, work=scene.work).state is CaseState.EXPIRED
        if ended:
            left_as_it_was(scene, NotWaiting, lambda s=scene, t=at: s.decide(at=t))
        else:
            assert scene.decide(at=at).say is Say.APPROVE


# ------------------------------------------------------------------ hand in again


def returned(**case):
    scene = waiting(case={**ASKED, **case})
    scene.decide(Say.RETURN)
    return scene


def handed_in(scene, by=SALES, on=date(2026, 3, 4), note="The order is attached."):
    return hand_in_again("CASE-1", note=note, by=by, at=later(days=2), on=on, work=scene.work)


def test_a_returned_case_begins_a_new_round_and_is_judged_afresh():
    scene = returned()
    case = handed_in(scene)
    assert (case.state, case.round, case.stage, case.desk) == (CaseState.DRAFT, 2, 0, None)
    assert (case.evaluation_id, case.proposal_id, case.proposal_hash) == (None, None, None)
    assert case.occasion.on == date(2026, 3, 4)
    assert case.occasion.requested_limit == cny(800_000)
    sealed = scene.work.journal.of("CASE-1")[-1]
    assert (sealed.entry.what, sealed.entry.by) == ("case.handed_in_again", "sales.wang")
    assert sealed.entry.facts == {"round": "2", "note": "The order is attached."}
    assert [p.kind for p in scene.work.outbox.all()] == [PromiseKind.NUDGE]


def test_it_is_judged_by_the_business_date_and_not_by_the_one_in_greenwich():
    assert handed_in(returned(), on=date(2026, 3, 5)).occasion.on == date(2026, 3, 5)


def test_the_old_proposal_is_not_decided_any_more():
    scene = returned()
    handed_in(scene)
    left_as_it_was(scene, NotWaiting, lambda: scene.decide(key="click-2"))


def test_who_hands_in_a_case_that_nobody_asked_for_counts_as_having_asked():
    scene = returned(occasion=an_occasion())
    assert handed_in(scene, by=an_analyst()).requested_by == "analyst.li"


def test_who_asked_first_is_not_forgotten():
    assert handed_in(returned(), by=an_analyst()).requested_by == "sales.wang"


def test_who_could_decide_a_case_does_not_prepare_it():
    both = a_person(
        "both", roles=frozenset({Role.ANALYST, Role.APPROVER}), mandate=Mandate(None, "G")
    )
    scene = returned()
    no = left_as_it_was(scene, NotYours, lambda: handed_in(scene, by=both))
    assert "may not be able to decide it" in str(no)
    # Where nobody asked, this person becomes the one who asked, and so never decides it.
    assert handed_in(returned(occasion=an_occasion()), by=both).requested_by == "both"


@pytest.mark.parametrize("by", [a_person(), an_analyst(active=False)])
def test_nobody_else_hands_it_in(by):
    scene = returned()
    left_as_it_was(scene, NotYours, lambda: handed_in(scene, by=by))


@pytest.mark.parametrize("state", sorted(set(CaseState) - {CaseState.RETURNED}))
def test_only_a_returned_case_is_handed_in_again(state):
    scene = waiting(case={**ASKED, "state": state})
    left_as_it_was(scene, WrongState, lambda: handed_in(scene))


def test_handing_in_twice_is_a_conflict():
    scene = returned()
    handed_in(scene)
    left_as_it_was(scene, WrongState, lambda: handed_in(scene))


def test_the_slower_approver_learns_that_it_was_returned():
    scene = returned()
    no = left_as_it_was(scene, AlreadyDecided, lambda: scene.decide(key="click-2", at=NOW))
    assert no.sentence.facts["verdict"] == "return"


def test_the_round_that_follows_is_dated_by_who_hands_in():
    assert handed_in(returned(), on=TODAY).occasion.key == an_occasion().key
