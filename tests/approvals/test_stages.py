"""Several have to agree: one desk after the other, several people of one desk, each person once."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.approvals.board import board_of
from creditflow.approvals.deciding import SeenOtherwise
from creditflow.approvals.entitling import MayNotDecide
from creditflow.approvals.opening import reopen, send_on
from creditflow.approvals.routing import route
from creditflow.domain.authority import EVERYBODY, WINDOW, AuthorityRule, Stage
from creditflow.domain.calendar import weekdays_only
from creditflow.domain.case import CaseState, TaskState
from creditflow.domain.decision import Say
from creditflow.domain.grade import Grade
from creditflow.domain.people import Mandate
from creditflow.domain.proposal import LimitMethod
from creditflow.domain.raises import raised_before
from creditflow.ports import PromiseKind
from creditflow.services.applying import apply
from tests.approvals.desks import escalated, waiting
from tests.makers import (
    NOW,
    TODAY,
    a_customer,
    a_limit,
    a_person,
    a_policy,
    a_proposal,
    an_evaluation,
    an_occasion,
    cny,
    later,
)

MANAGER = a_person("manager.li", name="Li", desks=frozenset({"credit_manager"}))
DIRECTOR = a_person("approver.zhao")
CHAIR = a_person("chair.gao", name="Gao", desks=frozenset({"committee"}),
                 mandate=Mandate(None, Grade.G))  # fmt: skip
MEMBER = replace(CHAIR, id="member.wu", name="Wu")


def opened(*stages, **rule):
    """A case that goes the way of a rule with these stages, with everybody at their desks."""
    rule = AuthorityRule("large", stages, limit_above=cny(1), **rule)
    scene = waiting(
        case={"state": CaseState.PROPOSED, "stage": 0, "desk": None, "expires_at": None},
        policy={"authority": (rule,)},
    )
    for person in (MANAGER, CHAIR, MEMBER):
        scene.work.people.put(person)
    send_on("CASE-1", at=NOW, on=TODAY, works=weekdays_only, work=scene.work)
    return scene


def seen(scene):
    return board_of(scene.case, scene.work.proposals.get(scene.case.proposal_id), scene.work).seen


def agree(scene, by, said=Say.APPROVE, **how):
    return scene.decide(said, by=by, key=f"{by.id}-{scene.case.version}", seen=seen(scene), **how)


def states(scene):
    return [task.state for task in scene.work.tasks.of("CASE-1") if task.round == scene.case.round]


TWO = (Stage("credit_manager"), Stage("committee"))


def test_stages_are_made_when_the_case_is_opened_each_with_its_day():
    scene = opened(*TWO)

    first, second = scene.work.tasks.of("CASE-1")
    assert (first.state, second.state) == (TaskState.OPEN, TaskState.PLANNED)
    assert (first.rule, second.desk) == ("large", "committee")
    assert first.due_on < second.due_on
    assert "exceeds" in str(first.why)
    assert (scene.case.desk, scene.case.due_on) == ("credit_manager", first.due_on)


def test_one_after_the_other_and_only_the_last_decides():
    scene = opened(*TWO)

    first = agree(scene, MANAGER)
    assert not first.final
    assert scene.case.state is CaseState.AWAITING
    assert (scene.case.stage, scene.case.desk) == (2, "committee")
    assert states(scene) == [TaskState.DONE, TaskState.OPEN]
    assert PromiseKind.NUDGE not in {p.kind for p in scene.work.outbox.all()}

    last = agree(scene, CHAIR)
    assert last.final
    assert scene.case.state is CaseState.APPROVED
    assert states(scene) == [TaskState.DONE, TaskState.DONE]


def test_who_signs_before_the_last_grants_nothing_and_needs_no_such_mandate():
    scene = opened(*TWO)
    poor = replace(MANAGER, mandate=Mandate(cny(1), Grade.C))

    assert not agree(scene, poor).final
    small = replace(CHAIR, mandate=Mandate(cny(1), Grade.G))
    with pytest.raises(MayNotDecide, match="mandate"):
        agree(scene, small)


def test_a_person_counts_once_over_all_stages():
    scene = opened(*TWO)
    agree(scene, CHAIR)

    with pytest.raises(MayNotDecide, match="already"):
        agree(scene, CHAIR)
    assert agree(scene, MEMBER).final


def test_several_of_one_desk_have_to_agree():
    scene = opened(Stage("committee", needed=2))

    assert not agree(scene, CHAIR).final
    assert states(scene) == [TaskState.OPEN]
    assert agree(scene, MEMBER).final


def test_all_are_those_who_sat_at_the_desk_when_the_case_was_opened():
    scene = opened(Stage("committee", needed=EVERYBODY))

    assert scene.work.tasks.of("CASE-1")[0].needed == 2
    assert not agree(scene, CHAIR).final
    assert agree(scene, MEMBER).final


def test_who_has_a_part_in_the_case_is_not_among_all():
    scene = opened(Stage("committee", needed=EVERYBODY))
    agree(scene, CHAIR, Say.APPROVE_WITH_CHANGE, amount=cny(900_000))
    send_on("CASE-1", at=NOW, on=TODAY, works=weekdays_only, work=scene.work)

    assert agree(scene, MEMBER).final, "who raised the amount was waited for, and may not agree"


def test_nobody_at_the_desk_still_needs_somebody():
    scene = opened(Stage("director", needed=EVERYBODY))
    assert scene.work.tasks.of("CASE-1")[0].needed == 1


@pytest.mark.parametrize(("said", "state"), [(Say.REJECT, CaseState.REJECTED),
                                             (Say.RETURN, CaseState.RETURNED)])  # fmt: skip
def test_a_no_at_any_stage_ends_the_round(said, state):
    scene = opened(*TWO)

    assert agree(scene, MANAGER, said).final
    assert scene.case.state is state
    assert states(scene) == [TaskState.DONE, TaskState.CANCELLED]


def test_a_lower_amount_is_what_the_next_stage_is_asked_about():
    scene = opened(*TWO)
    old = seen(scene)
    agree(scene, MANAGER, Say.APPROVE_WITH_CHANGE, amount=cny(700_000))

    with pytest.raises(SeenOtherwise, match="700,000"):
        scene.decide(by=CHAIR, key="stale", seen=old)
    assert agree(scene, CHAIR).limit == cny(700_000)
    case = apply("CASE-1", at=later(hours=2), on=TODAY, work=scene.work)
    assert case.state is CaseState.APPLIED
    assert scene.work.limits.current(case.customer).amount == cny(700_000)


def test_in_a_committee_only_those_count_who_agree_to_the_same_amount():
    scene = opened(Stage("committee", needed=2))
    agree(scene, CHAIR)

    changed = agree(scene, MEMBER, Say.APPROVE_WITH_CHANGE, amount=cny(700_000))
    assert not changed.final
    third = replace(CHAIR, id="third.xu", name="Xu")
    scene.work.people.put(third)
    assert agree(scene, third).final
    assert scene.work.decisions.of("CASE-1")[-1].limit == cny(700_000)


def test_more_than_was_proposed_is_routed_anew_and_others_decide():
    scene = opened(*TWO)

    agree(scene, MANAGER, Say.APPROVE_WITH_CHANGE, amount=cny(900_000))

    assert scene.case.state is CaseState.PROPOSED
    assert (scene.case.round, scene.case.edited_by) == (2, MANAGER.id)
    raised = scene.work.proposals.get(scene.case.proposal_id)
    assert (raised.proposed, raised.binding) == (cny(900_000), LimitMethod.RAISED)
    send_on("CASE-1", at=NOW, on=TODAY, works=weekdays_only, work=scene.work)
    with pytest.raises(MayNotDecide, match="more than was proposed"):
        agree(scene, MANAGER)
    agree(scene, DIRECTOR)
    assert agree(scene, CHAIR).limit == cny(900_000)


def test_a_raise_never_goes_straight_through():
    scene = waiting(case={"edited_by": MANAGER.id, "state": CaseState.PROPOSED, "desk": None},
                    proposal={"proposed": cny(100_000), "current": None, "current_version": 0})  # fmt: skip

    case = send_on("CASE-1", at=NOW, on=TODAY, works=weekdays_only, work=scene.work)

    assert case.state is CaseState.AWAITING


def test_every_signature_is_looked_at_again_when_the_limit_is_applied():
    scene = opened(*TWO)
    agree(scene, MANAGER)
    agree(scene, CHAIR)
    scene.work.people.put(replace(MANAGER, active=False))

    case = apply("CASE-1", at=NOW, on=TODAY, work=scene.work)

    assert case.state is CaseState.REAPPROVAL_REQUIRED


def test_an_agreement_holds_where_it_was_given_though_the_case_went_up_since():
    scene = opened(Stage("credit_manager", needed=2))
    agree(scene, MANAGER)
    (lifted,) = escalated(scene.work, at=NOW, on=scene.case.due_on + timedelta(days=5))
    assert lifted.desk == "director"

    assert agree(scene, DIRECTOR).final
    assert apply("CASE-1", at=NOW, on=TODAY, work=scene.work).state is CaseState.APPLIED


def test_who_looks_after_the_customer_does_not_decide():
    scene = opened(*TWO)
    scene.work.customers.put_all([a_customer(owner=MANAGER.id)])

    with pytest.raises(MayNotDecide, match="look after"):
        agree(scene, MANAGER)


# ---------------------------------------------------------------------- many small raises


def history(*steps):
    return [
        a_limit(cny(amount), version=n, from_=day, until=None, case_id="CASE-0")
        for n, (day, amount) in enumerate(steps, start=1)
    ]


def test_raises_within_ninety_days_count_together():
    limits = history((date(2025, 6, 1), 100), (date(2026, 1, 5), 160), (date(2026, 2, 5), 150),
                     (date(2026, 2, 20), 175))  # fmt: skip

    assert raised_before(limits, on=TODAY, base_factor=Fraction(1)) == 100 * (60 + 25)
    assert raised_before(limits, on=TODAY, base_factor=Fraction(7, 2)) == 350 * 85


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 1_000)), max_size=8))
def test_raises_are_never_negative_and_old_ones_do_not_count(steps):
    limits = history(*((TODAY - days * (WINDOW / 90), 1 + amount) for days, amount in steps))
    total = raised_before(limits, on=TODAY, base_factor=Fraction(1))

    assert total >= 0
    assert raised_before(limits, on=TODAY + 300 * (WINDOW / 90), base_factor=Fraction(1)) == 0


def test_many_small_raises_reach_the_rule_that_one_large_one_would():
    rule = AuthorityRule("many", (Stage(), Stage("committee")), raised_above=cny(300_000))
    scene = waiting(
        case={"state": CaseState.PROPOSED, "stage": 0, "desk": None},
        policy={"authority": (rule,)},
    )
    scene.work.kept.limits[scene.case.customer] = tuple(
        history((date(2026, 1, 5), 450_000), (date(2026, 2, 5), 600_000))
    )

    send_on("CASE-1", at=NOW, on=TODAY, works=weekdays_only, work=scene.work)

    tasks = scene.work.tasks.of("CASE-1")
    assert [task.desk for task in tasks] == ["director", "committee"]
    assert str(tasks[0].why) == (
        "Raises of CNY 800,000.00 within 90 days, this one included, exceed CNY 300,000.00."
    )


def test_raises_count_together_also_where_approval_is_asked_again():
    rule = AuthorityRule("many", (Stage(), Stage("committee")), raised_above=cny(300_000))
    scene = waiting(
        case={"state": CaseState.PROPOSED, "stage": 0, "desk": None},
        policy={"authority": (rule,)},
    )
    scene.work.kept.limits[scene.case.customer] = tuple(
        history((date(2026, 1, 5), 450_000), (date(2026, 2, 5), 600_000))
    )
    scene.work.people.put(CHAIR)
    send_on("CASE-1", at=NOW, on=TODAY, works=weekdays_only, work=scene.work)
    agree(scene, DIRECTOR)
    agree(scene, CHAIR)
    scene.work.people.put(replace(CHAIR, active=False))
    apply("CASE-1", at=NOW, on=TODAY, work=scene.work)

    reopen("CASE-1", at=NOW, on=TODAY, works=weekdays_only, work=scene.work)

    again = [task.desk for task in scene.work.tasks.of("CASE-1") if task.round == 2]
    assert again == ["director", "committee"]


@pytest.mark.parametrize(
    ("stages", "way"),
    [
        (("by_amount", "director"), [("director", 1)]),
        (("director", "by_amount"), [("director", 1)]),
        (("by_amount", "committee"), [("director", 1), ("committee", 1)]),
        (("director", "director"), [("director", 1)] * 2),
        (
            ("by_amount", "committee", "by_amount"),
            [("director", 1), ("committee", 1), ("director", 1)],
        ),
    ],
)
def test_the_desk_that_the_amount_asks_is_not_asked_again_by_the_rule(stages, way):
    scene = opened(*(Stage(desk) for desk in stages))
    assert [(task.desk, task.needed) for task in scene.work.tasks.of("CASE-1")] == way


@pytest.mark.parametrize(
    ("one", "other", "needed"),
    [(1, 2, 2), (2, 1, 2), (EVERYBODY, 2, EVERYBODY), (2, EVERYBODY, EVERYBODY)],
)
def test_the_stricter_of_the_two_counts(one, other, needed):
    rule = AuthorityRule("large", (Stage(needed=one), Stage("director", other)), limit_above=cny(1))
    steps = route(a_proposal(), an_evaluation(), an_occasion(), a_policy(authority=(rule,))).steps
    assert [(step.desk.id, step.needed) for step in steps] == [("director", needed)]
