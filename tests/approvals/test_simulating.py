"""What is foretold is what would happen: the same stages, the same people, exact borders."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.approvals.board import board_of
from creditflow.approvals.delegating import delegate
from creditflow.approvals.entitling import MayNotDecide, entitled
from creditflow.approvals.impartiality import involved
from creditflow.approvals.opening import send_on
from creditflow.approvals.simulating import simulate
from creditflow.approvals.undecided import Undecided, bands, stages_of, undecided
from creditflow.domain.authority import EVERYBODY, AuthorityRule, Stage
from creditflow.domain.calendar import weekdays_only
from creditflow.domain.case import CaseState
from creditflow.domain.dynamic_limits import DynamicRule
from creditflow.domain.grade import Grade
from creditflow.domain.money import Money
from creditflow.domain.people import Mandate
from creditflow.domain.scorecard import Segment
from tests.approvals.desks import in_dollars, waiting
from tests.makers import (
    NOW,
    TODAY,
    a_person,
    a_policy,
    a_proposal,
    an_evaluation,
    an_occasion,
    cny,
)

MANAGER = a_person("manager.li", name="Li", desks=frozenset({"credit_manager"}))
DIRECTOR = a_person("approver.zhao")
CHAIR = a_person("chair.gao", name="Gao", desks=frozenset({"committee"}),
                 mandate=Mandate(None, Grade.G))  # fmt: skip
SMALL_CHAIR = replace(CHAIR, id="member.wu", name="Wu", mandate=Mandate(cny(300_000), Grade.G))
RULES = (
    AuthorityRule("often", (Stage(), Stage("committee", EVERYBODY)), raised_above=cny(900_000)),
    AuthorityRule("weak", (Stage("director"), Stage("committee")), grade_from=Grade.D,
                  limit_above=cny(150_000)),
    AuthorityRule("large", (Stage("credit_manager", 2), Stage("committee")),
                  limit_above=cny(4_000_000)),
)  # fmt: skip


def scene_of(amount, **how):
    scene = waiting(
        case={"state": CaseState.PROPOSED, "stage": 0, "desk": None, "expires_at": None},
        proposal={"proposed": amount, "candidates": ()} | how,
        policy={"authority": RULES},
    )
    for person in (MANAGER, CHAIR, SMALL_CHAIR):
        scene.work.people.put(person)
    return scene


def asked_of(scene):
    work, proposal = scene.work, scene.proposal
    evaluation = work.evaluations.get(proposal.evaluation_id)
    policy = work.policies.current()
    return undecided(scene.case.occasion, proposal, evaluation, policy, on=TODAY, work=work)


def foretold(scene, amount):
    barred = involved(scene.case, scene.work)
    return simulate(
        asked_of(scene), scene.case, amount, barred=barred, at=NOW, on=TODAY,
        works=weekdays_only, work=scene.work,
    )  # fmt: skip


@settings(max_examples=60)
@given(
    amount=st.integers(0, 9_000_000).map(cny),
    current=st.sampled_from([cny(600_000), cny(0), cny(4_500_000)]),
    grade=st.sampled_from([Grade.A, Grade.C, Grade.D, Grade.G]),
)
def test_the_way_that_is_foretold_is_the_one_that_a_case_goes(amount, current, grade):
    """Asked about any other amount, the answer is what opening the case for it would do."""
    elsewhere = foretold(scene_of(cny(1), current=current, grade=grade), amount)
    scene = scene_of(amount, current=current, grade=grade)
    case = send_on("CASE-1", at=NOW, on=TODAY, works=weekdays_only, work=scene.work)

    tasks = scene.work.tasks.of("CASE-1")
    assert (case.state is CaseState.APPROVED) == (not elsewhere.stages)
    assert [(s.desk.id, s.needed, s.due_on) for s in elsewhere.stages] == [
        (task.desk, task.needed, task.due_on) for task in tasks
    ]
    assert all(str(task.why) == str(elsewhere.way.why) for task in tasks)
    if tasks:
        board = board_of(case, scene.proposal, scene.work)
        last = board.following is None
        able = {voice.person.id for voice in elsewhere.stages[0].able}
        for person in scene.work.people.all():
            limit = amount if last else None
            assert (person.id in able) == may(person, board, scene, limit)


def may(person, board, scene, limit):
    try:
        entitled(person, board, scene.work.policies.current(), limit=limit, on=TODAY,
                 work=scene.work)  # fmt: skip
    except MayNotDecide:
        return False
    return True


@st.composite
def questions(draw):
    """Anything whose way may be asked: other currencies, raises before, dynamic limits."""
    amount = st.integers(0, 6_000_000).map(cny)
    current = draw(st.none() | amount)
    how = {"current": current, "candidates": (), "grade": draw(st.sampled_from(Grade))}
    if draw(st.booleans()):
        how = in_dollars("1000") | {"grade": how["grade"]}
    dynamic = DynamicRule(Decimal("0.1"), Decimal("0.1"), 0, 0, 90, Decimal("0.4"), Decimal("0.3"))
    policy = a_policy(
        authority=draw(st.permutations(RULES)), dynamic=draw(st.sampled_from([None, dynamic]))
    )
    proposal = a_proposal(**how)
    confidence = draw(st.sampled_from([Decimal("0.2"), Decimal(1)]))
    evaluation = an_evaluation(
        grade=proposal.grade, confidence=confidence, segment=draw(st.sampled_from(Segment))
    )
    raised = draw(st.sampled_from([Fraction(0), Fraction(80_000_000), Fraction(900, 7)]))
    start = draw(st.none() | amount) if proposal.proposed.currency == "CNY" else None
    return Undecided(proposal, evaluation, an_occasion(), policy, raised, start)


@settings(max_examples=60, deadline=None)
@given(asked=questions(), probe=st.integers(0, 10**9))
def test_bands_have_no_gap_and_every_amount_goes_the_way_of_its_band(asked, probe):
    found = bands(asked)
    currency = asked.proposal.proposed.currency
    assert found[0].least == Money.zero(currency)
    assert found[-1].most is None
    for lower, upper in pairwise(found):
        assert lower.most is not None
        assert lower.most.minor + 1 == upper.least.minor
        assert stages_of(asked.way(lower.most)) == stages_of(lower.way)
        assert stages_of(upper.way) != stages_of(lower.way)
    amount = Money(probe, currency)
    (band,) = [b for b in found if b.least <= amount and (b.most is None or amount <= b.most)]
    assert stages_of(asked.way(amount)) == stages_of(band.way)


def test_a_border_is_where_the_policy_says_and_not_beside_it():
    """The counterpart: were halving off by one, the committee's border would not be exact."""
    found = bands(asked_of(scene_of(cny(1), current=None, current_version=0)))

    borders = [band.most for band in found if band.most]
    assert borders == [cny(200_000), cny(500_000), cny(900_000), cny(3_000_000)]


def test_each_stage_says_why_it_is_asked():
    simulation = foretold(scene_of(cny(1)), cny(2_000_000))

    first, second = simulation.stages
    assert "answers for up to CNY 3,000,000.00" in str(first.why)
    assert str(second.why).startswith("Rule often asks for this desk. Raises of")


def test_whose_mandate_is_too_small_is_named_with_the_reason_at_the_last_stage():
    simulation = foretold(scene_of(cny(1)), cny(3_100_000))

    last = simulation.stages[-1]
    assert [v.person.id for v in last.able] == ["chair.gao"]
    assert last.needed == 2
    assert last.is_short
    (barred,) = last.barred
    assert barred.person.id == "member.wu"
    assert "beyond your mandate" in str(barred.no)


@pytest.mark.parametrize("day", [TODAY, TODAY + timedelta(days=4)])
def test_absence_counts_on_the_days_for_which_it_was_given(day):
    scene = scene_of(cny(1))
    chair, deputy = CHAIR, replace(DIRECTOR, id="deputy", name="Du", desks=frozenset(), mandate=CHAIR.mandate)  # fmt: skip
    scene.work.people.put(deputy)
    delegate(chair, "deputy", from_=TODAY, until=TODAY + timedelta(days=3), by=chair, at=NOW,
             on=TODAY, work=scene.work)  # fmt: skip
    barred = involved(scene.case, scene.work)
    last = simulate(asked_of(scene), scene.case, cny(3_100_000), barred=barred, at=NOW, on=day,
                    works=weekdays_only, work=scene.work).stages[-1]  # fmt: skip

    able = {v.person.id: v for v in last.able}
    assert ("deputy" in able) == (day == TODAY)
    assert (able["chair.gao"].away is not None) == (day == TODAY)
    if day == TODAY:
        assert able["deputy"].principal == chair


def test_nothing_is_kept():
    scene = scene_of(cny(1))
    before = scene.kept()
    foretold(scene, cny(2_000_000))
    assert scene.kept() == before
