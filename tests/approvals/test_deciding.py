"""A verdict becomes a decision only where everything holds; else nothing has happened at all."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.approvals.deciding import (
    NEXT,
    SeenOtherwise,
)
from creditflow.approvals.entitling import AlreadyDecided, MayNotDecide, NotWaiting, TooLate
from creditflow.approvals.granting import MOST_COMMENT, Incomplete
from creditflow.domain.case import CaseState, TaskState
from creditflow.domain.decision import Say
from creditflow.domain.errors import Conflict, NotFound, Problem
from creditflow.domain.grade import Grade
from creditflow.domain.money import Money
from creditflow.domain.people import POLICY_ACTOR, Mandate, Role
from creditflow.domain.proposal import Candidate, LimitMethod
from creditflow.domain.sentences import say
from creditflow.ports import PromiseKind
from tests.approvals.desks import EXPIRY, Waiting, in_dollars, waiting
from tests.makers import NOW, a_case, a_person, a_policy, a_proposal, an_occasion, cny, later

MICROSECOND = timedelta(microseconds=1)


def refused(
    scene: Waiting, problem: type[Problem], *args, match: str | None = None, **how
) -> Problem:
    """The refusal of that verdict; it must have left everything as it was."""
    before = scene.kept()
    with pytest.raises(problem, match=match) as no:
        scene.decide(*args, **how)
    assert scene.kept() == before
    return no.value


# ------------------------------------------------------------------ what a decision does


@pytest.mark.parametrize("said", Say)
def test_a_verdict_becomes_a_decision_with_all_that_belongs_to_it(said):
    scene = waiting()
    amount = cny(700_000) if said is Say.APPROVE_WITH_CHANGE else None
    decision = scene.decide(said, amount=amount, comment=" Because. ", at=later(hours=1))

    granted = {Say.APPROVE: cny(800_000), Say.APPROVE_WITH_CHANGE: cny(700_000)}.get(said)
    assert (decision.say, decision.by, decision.limit) == (said, "approver.zhao", granted)
    assert (decision.comment, decision.at) == ("Because.", later(hours=1))
    assert (decision.round, decision.stage, decision.policy_version) == (1, 1, 1)
    assert decision.proposal_hash == scene.proposal.hash
    assert decision.rule == "mandate:approver.zhao:director"
    assert scene.work.decisions.of("CASE-1") == [decision]

    assert (scene.case.state, scene.case.version) == (NEXT[said], 5)
    (task,) = scene.work.tasks.of("CASE-1")
    assert (task.state, task.done_by, task.done_at) == (
        TaskState.DONE,
        "approver.zhao",
        later(hours=1),
    )
    (sealed,) = scene.work.journal.of("CASE-1")
    assert (sealed.entry.what, sealed.entry.by) == (f"case.{said.value}", "approver.zhao")
    assert sealed.entry.facts["proposal"] == scene.proposal.hash
    assert sealed.entry.facts["comment"] == "Because."
    assert sealed.entry.facts.get("limit") == (str(granted) if granted else None)


@pytest.mark.parametrize("said", [Say.APPROVE, Say.REJECT])
def test_a_final_decision_promises_one_nudge_to_the_run(said):
    scene = waiting()
    scene.decide(said)
    (promise,) = scene.work.outbox.all()
    assert (promise.kind, promise.subject, promise.due_at) == (PromiseKind.NUDGE, "CASE-1", NOW)


def test_a_return_wakes_nobody_because_a_person_comes_next():
    scene = waiting()
    scene.decide(Say.RETURN)
    assert scene.work.outbox.all() == []


def test_a_decision_puts_no_limit_into_force():
    scene = waiting()
    before = scene.work.limits.history(scene.case.customer)
    scene.decide()
    assert scene.work.limits.history(scene.case.customer) == before


# ------------------------------------------------------------------ mandate: amount


@pytest.mark.parametrize(
    ("ceiling", "allowed"),
    [("799999.99", False), ("800000.00", True), ("800000.01", True), ("0", False), (None, True)],
)
def test_the_ceiling_is_the_last_amount_that_may_be_granted(ceiling, allowed):
    mandate = Mandate(None if ceiling is None else cny(ceiling), Grade.C)
    scene = waiting(person={"mandate": mandate})
    if allowed:
        assert scene.decide().limit == cny(800_000)
    else:
        no = refused(scene, MayNotDecide, match="beyond your mandate")
        assert no.sentence.facts == {"amount": cny(800_000), "ceiling": mandate.ceiling}


@pytest.mark.parametrize(
    ("ceiling", "allowed"), [("709999.99", False), ("710000.00", True), ("710000.01", True)]
)
def test_a_ceiling_counts_in_the_base_currency(ceiling, allowed):
    scene = waiting(
        proposal=in_dollars("100000"), person={"mandate": Mandate(cny(ceiling), Grade.C)}
    )
    if allowed:
        assert scene.decide().limit == Money.of(100_000, "USD")
    else:
        refused(scene, MayNotDecide, match="beyond your mandate")


@pytest.mark.parametrize(("cents", "allowed"), [(14_084, True), (14_085, True), (14_086, False)])
def test_converting_never_stretches_a_mandate(cents, allowed):
    # At 7.1 fen a cent 14,085 cents are 100,003.5 fen; rounded up they are 100,004.
    scene = waiting(
        proposal=in_dollars("500"),
        person={"mandate": Mandate(Money(100_004, "CNY"), Grade.C)},
    )
    how = {"amount": Money(cents, "USD")}
    if allowed:
        assert scene.decide(Say.APPROVE_WITH_CHANGE, **how).limit == Money(cents, "USD")
    else:
        refused(scene, MayNotDecide, Say.APPROVE_WITH_CHANGE, match="beyond", **how)


@settings(max_examples=60, deadline=None)
@given(
    cents=st.integers(1, 10**9),
    factor=st.fractions(Fraction(1, 100), 100, max_denominator=10**6),
    ceiling=st.integers(0, 10**10),
)
def test_whatever_is_granted_lies_within_the_mandate_at_the_exact_rate(cents, factor, ceiling):
    scene = waiting(
        proposal=in_dollars("1", per_cent=factor),
        person={"mandate": Mandate(Money(ceiling, "CNY"), Grade.C)},
    )
    try:
        decision = scene.decide(Say.APPROVE_WITH_CHANGE, amount=Money(cents, "USD"))
    except MayNotDecide:
        assert cents * factor > ceiling - 1
    else:
        assert decision.limit.minor * factor <= ceiling


@pytest.mark.parametrize("said", [Say.RETURN, Say.REJECT])
def test_who_may_not_grant_the_amount_may_still_refuse_it(said):
    scene = waiting(person={"mandate": Mandate(cny(0), Grade.A)})
    assert scene.decide(said).limit is None


# ------------------------------------------------------------------ mandate: grade, person, desk


@pytest.mark.parametrize(("worst", "allowed"), [(Grade.B, False), (Grade.C, True), (Grade.D, True)])
def test_a_mandate_reaches_down_to_its_grade(worst, allowed):
    scene = waiting(person={"mandate": Mandate(cny(5_000_000), worst)})
    if allowed:
        assert scene.decide().limit == cny(800_000)
    else:
        no = refused(scene, MayNotDecide, match="Grade C is beyond your mandate")
        assert no.sentence.facts == {"grade": "C", "worst": "B"}


@pytest.mark.parametrize("said", Say)
@pytest.mark.parametrize(
    ("person", "match"),
    [
        ({"active": False}, "no longer active"),
        ({"mandate": None}, "no mandate"),
        ({"roles": frozenset({Role.ANALYST, Role.ADMIN})}, "no mandate"),
        ({"desks": frozenset()}, "another desk"),
        ({"desks": frozenset({"credit_manager"})}, "another desk"),
        ({"desks": frozenset({"nowhere"})}, "another desk"),
    ],
)
def test_who_is_no_approver_of_the_desk_decides_nothing(said, person, match):
    amount = cny(700_000) if said is Say.APPROVE_WITH_CHANGE else None
    refused(waiting(person=person), MayNotDecide, said, amount=amount, match=match)


@pytest.mark.parametrize("desk", ["director", "committee"])
def test_the_desk_and_every_higher_one_may_decide(desk):
    assert waiting(person={"desks": frozenset({desk})}).decide().by == "approver.zhao"


@pytest.mark.parametrize("said", Say)
def test_nobody_decides_what_they_asked_for(said):
    asked = an_occasion(requested_by="approver.zhao", requested_limit=cny(800_000))
    amount = cny(700_000) if said is Say.APPROVE_WITH_CHANGE else None
    scene = waiting(case={"occasion": asked})
    refused(scene, MayNotDecide, said, amount=amount, match="You asked for this limit")
    # Somebody else may.
    other = a_person("approver.qian")
    assert scene.decide(said, amount=amount, by=other).by == "approver.qian"


def test_the_matrix_of_today_counts_and_not_the_one_under_which_the_case_was_opened():
    scene = waiting(person={"desks": frozenset({"credit_manager"})})
    refused(scene, MayNotDecide, match="another desk")
    manager, director, committee = a_policy().desks
    scene.work.kept.policies[2] = a_policy(2, desks=(director, manager, committee))
    assert scene.decide().policy_version == 2


def test_a_desk_that_a_newer_policy_dropped_is_cleared_by_the_highest_one():
    manager, _, committee = a_policy().desks
    scene = waiting()
    scene.work.kept.policies[2] = a_policy(2, desks=(manager, committee))
    refused(scene, MayNotDecide, match="another desk: director")
    chair = a_person("chair", desks=frozenset({"committee"}))
    assert scene.decide(by=chair).by == "chair"


# ------------------------------------------------------------------ what was seen, and when


def test_another_proposal_than_the_one_seen_is_not_decided():
    scene = waiting()
    no = refused(scene, SeenOtherwise, seen=a_proposal(proposed=cny(700_000)).hash)
    assert no.sentence.facts == {"proposed": cny(800_000), "grade": "C"}
    assert isinstance(no, Conflict)


@pytest.mark.parametrize(
    "changed",
    [
        {"proposed": cny("800000.01")},
        {"current": cny(500_000)},
        {"current_version": 2},
        {"terms_days": 90},
        {"until": NOW.date()},
        {"from_": NOW.date()},
        {"grade": Grade.D},
        {"base_factor": Fraction(2)},
        {"policy_version": 2},
        {"evaluation_id": "EVAL-2"},
    ],
)
def test_whatever_an_approver_answers_for_is_in_the_hash(changed):
    assert a_proposal(**changed).hash != a_proposal().hash
    refused(waiting(), SeenOtherwise, seen=a_proposal(**changed).hash)


@pytest.mark.parametrize(
    ("at", "in_time"),
    [(EXPIRY - MICROSECOND, True), (EXPIRY, False), (EXPIRY + MICROSECOND, False)],
)
def test_time_runs_out_at_the_very_moment(at, in_time):
    scene = waiting()
    if in_time:
        assert scene.decide(at=at).at == at
    else:
        no = refused(scene, TooLate, at=at)
        assert no.sentence.facts == {"when": EXPIRY}


# ------------------------------------------------------------------ what a verdict needs


@pytest.mark.parametrize("said", [Say.APPROVE_WITH_CHANGE, Say.RETURN, Say.REJECT])
@pytest.mark.parametrize("comment", ["", "   ", "\n\t"])
def test_all_but_a_plain_approval_need_a_comment(said, comment):
    amount = cny(700_000) if said is Say.APPROVE_WITH_CHANGE else None
    refused(waiting(), Incomplete, said, comment=comment, amount=amount, match="need a comment")
    assert waiting().decide(comment=comment).comment == ""


@pytest.mark.parametrize("said", Say)
def test_a_comment_may_be_so_long_and_no_longer(said):
    amount = cny(700_000) if said is Say.APPROVE_WITH_CHANGE else None
    most = "好" * MOST_COMMENT
    assert waiting().decide(said, comment=f" {most} ", amount=amount).comment == most
    no = refused(waiting(), Incomplete, said, comment=most + "x", amount=amount)
    assert no.sentence.facts == {"length": MOST_COMMENT + 1, "most": MOST_COMMENT}


@pytest.mark.parametrize(
    ("amount", "allowed"),
    [
        (Money(-1, "CNY"), False),
        (cny(0), True),
        (Money(1, "CNY"), True),
        (cny("2999999.99"), True),
        (cny(3_000_000), True),
        (cny("3000000.01"), False),
        (Money.of(5, "USD"), False),
        (None, False),
    ],
)
def test_another_amount_is_of_the_same_currency_from_zero_up_to_the_cap(amount, allowed):
    scene = waiting()
    if allowed:
        assert scene.decide(Say.APPROVE_WITH_CHANGE, amount=amount).limit == amount
    else:
        refused(scene, (Incomplete, MayNotDecide), Say.APPROVE_WITH_CHANGE, amount=amount)


@pytest.mark.parametrize("method", [LimitMethod.CAP, LimitMethod.KNOCK_OUT])
def test_a_cap_of_zero_is_a_cap(method):
    hard = Candidate(method, cny(0), say("No open credit."))
    scene = waiting(proposal={"proposed": cny(0), "candidates": (hard,)})
    no = refused(scene, MayNotDecide, Say.APPROVE_WITH_CHANGE, amount=Money(1, "CNY"), match="cap")
    assert no.sentence.facts == {"amount": Money(1, "CNY"), "cap": cny(0)}
    assert scene.decide(Say.APPROVE_WITH_CHANGE, amount=cny(0)).limit == cny(0)


@pytest.mark.parametrize("method", [LimitMethod.NEED, LimitMethod.CAPACITY, LimitMethod.APPETITE])
def test_a_suggestion_is_no_cap(method):
    soft = Candidate(method, cny(100), say("A suggestion."))
    scene = waiting(proposal={"candidates": (soft,)})
    granted = scene.decide(Say.APPROVE_WITH_CHANGE, amount=cny(900_000)).limit
    assert granted == cny(900_000)


@pytest.mark.parametrize("said", [Say.APPROVE, Say.RETURN, Say.REJECT])
def test_an_amount_beside_another_verdict_is_not_passed_over_in_silence(said):
    refused(waiting(), Incomplete, said, amount=cny(700_000), match="goes only with")


# ------------------------------------------------------------------ twice, and too late


@pytest.mark.parametrize("said", Say)
def test_the_same_click_again_gets_the_same_answer_and_does_nothing(said):
    scene = waiting()
    how = {"amount": cny(700_000) if said is Say.APPROVE_WITH_CHANGE else None}
    first = scene.decide(said, **how)
    before = scene.kept()
    assert scene.decide(said, at=later(days=90), **how) == first
    assert scene.kept() == before


@pytest.mark.parametrize(
    "other",
    [
        {"said": Say.APPROVE, "amount": None},
        {"said": Say.REJECT, "amount": None},
        {"amount": cny(600_000)},
        {"comment": "For another reason."},
        {"seen": "ff" * 32},
        {"by": a_person("approver.qian")},
    ],
)
def test_the_same_form_with_another_verdict_is_a_conflict(other):
    scene = waiting()
    scene.decide(Say.APPROVE_WITH_CHANGE, amount=cny(700_000))
    how = {"said": Say.APPROVE_WITH_CHANGE, "amount": cny(700_000), **other}
    said = how.pop("said")
    how.setdefault("comment", "Season is over.")
    refused(scene, Conflict, said, match="used before", **how)


def test_the_slower_one_is_told_who_was_quicker_and_when():
    scene = waiting()
    scene.decide(Say.REJECT, at=later(minutes=3))
    slower = a_person("approver.qian", name="Qian Wei")
    no = refused(scene, AlreadyDecided, by=slower, key="click-2", at=later(minutes=4))
    assert no.sentence.facts == {"who": "Zhao Min", "when": later(minutes=3), "verdict": "reject"}


def test_a_case_that_the_policy_decided_says_so():
    scene = waiting(case={"state": CaseState.PROPOSED})
    decided = scene.work.cases.get("CASE-1").moved(CaseState.APPROVED, at=NOW)
    scene.work.cases.put(decided)
    other = waiting()
    decision = replace(other.decide(), by=POLICY_ACTOR, idempotency_key="")
    scene.work.decisions.add(decision)
    assert refused(scene, AlreadyDecided).sentence.facts["who"] == POLICY_ACTOR


@pytest.mark.parametrize("state", sorted(set(CaseState) - {CaseState.AWAITING}))
def test_only_a_waiting_case_is_decided(state):
    scene = waiting(case={"state": state})
    no = refused(scene, NotWaiting)
    assert no.sentence.facts == {"case": "CASE-1", "state": state.value}


def test_a_case_that_does_not_exist_is_not_found():
    scene = waiting()
    scene.work.kept.cases.clear()
    refused(scene, NotFound)


def test_each_round_is_decided_once_and_an_earlier_round_does_not_count():
    scene = waiting()
    scene.decide(Say.RETURN)
    again = replace(scene.case, state=CaseState.AWAITING, round=2, version=scene.case.version + 1)
    scene.work.cases.put(again)
    second = scene.decide(key="click-2", at=later(days=1))
    assert (second.round, scene.case.state) == (2, CaseState.APPROVED)
    refused(scene, AlreadyDecided, key="click-3")
    assert [d.round for d in scene.work.decisions.of("CASE-1")] == [1, 2]


def test_a_case_without_an_end_of_time_can_be_decided_late():
    scene = waiting(case={"expires_at": None})
    assert scene.decide(at=later(days=999)).say is Say.APPROVE


def test_the_makers_give_what_these_tests_believe():
    assert a_case().state is CaseState.DRAFT
    assert a_policy().grades[Grade.C].cap == cny(3_000_000)
    assert a_policy().straight_through.largest_raise == Decimal("0.25")
