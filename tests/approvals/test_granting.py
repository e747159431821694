"""An approval that changes terms, validity or conditions stays within mandate, caps and bounds."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.approvals.board import board_of
from creditflow.approvals.entitling import MayNotDecide
from creditflow.approvals.granting import Incomplete
from creditflow.approvals.opening import send_on
from creditflow.approvals.superseding import supersede
from creditflow.domain.authority import AuthorityRule, Stage
from creditflow.domain.calendar import weekdays_only
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say
from creditflow.domain.errors import Problem
from creditflow.domain.grade import Grade
from creditflow.domain.grant_rule import GrantRule, OfferedCondition
from creditflow.domain.granting import Condition
from creditflow.domain.limit_setting import months_after
from creditflow.domain.moving import Ground
from creditflow.domain.people import Mandate
from creditflow.domain.proposal import LimitMethod
from creditflow.domain.sentences import say
from creditflow.domain.terms_rule import TermsBasis, TermsReason
from creditflow.domain.tolerance import Tolerance
from creditflow.services.applying import apply
from tests.approvals.desks import waiting
from tests.makers import NOW, TODAY, a_person, a_proposal, cny, later, texts

GUARANTEE = Condition("guarantee")
WRITTEN = Condition(text="Only while the framework contract runs.")
RULE = GrantRule(
    least_terms_days=10,
    least_validity_days=30,
    conditions=(OfferedCondition("guarantee", texts("A guarantee.", "提供担保。"), told=True),),
)
CHAIR = a_person("chair.gao", name="Gao", desks=frozenset({"committee"}),
                 mandate=Mandate(None, Grade.G))  # fmt: skip
END = a_proposal().until


def scene_of(**how):
    return waiting(policy={"granting": RULE}, **how)


def changed(scene, **how):
    return scene.decide(Say.APPROVE_WITH_CHANGE, **how)


def test_what_was_changed_stands_on_the_decision_and_becomes_the_limit():
    scene = scene_of()
    sooner = TODAY + timedelta(days=90)
    decision = changed(scene, amount=cny(700_000), terms_days=30, until=sooner,
                       conditions=(GUARANTEE, WRITTEN))  # fmt: skip

    assert (decision.limit, decision.terms_days, decision.until) == (cny(700_000), 30, sooner)
    assert decision.conditions == (GUARANTEE, WRITTEN)
    assert scene.case.state is CaseState.APPROVED
    apply("CASE-1", at=later(hours=1), on=TODAY, work=scene.work)
    limit = scene.work.limits.current(scene.case.customer)
    assert (limit.amount, limit.terms_days, limit.until) == (cny(700_000), 30, sooner)
    assert limit.review_on <= sooner
    facts = scene.work.journal.of("CASE-1")[0].entry.facts
    assert (facts["terms_days"], facts["until"]) == ("30", sooner.isoformat())
    assert facts["conditions"] == f"guarantee; {WRITTEN.text}"


def test_what_is_not_changed_is_the_proposals():
    scene = scene_of()
    decision = changed(scene, terms_days=30)

    assert (decision.limit, decision.until, decision.conditions) == (cny(800_000), None, None)
    grant = decision.grant(scene.proposal)
    assert (grant.until, grant.conditions) == (END, ())
    assert scene_of().decide().changed == ""


def test_a_plain_approval_beside_terms_is_refused_and_so_is_a_change_of_nothing():
    with pytest.raises(Incomplete, match="goes only with"):
        scene_of().decide(terms_days=30)
    with pytest.raises(Incomplete, match="Say what you approve instead"):
        changed(scene_of())


def test_every_problem_is_told_at_once():
    unknown, long = Condition("unheard"), Condition(text="x" * 301)
    with pytest.raises(Incomplete) as no:
        changed(scene_of(), amount=cny(-1), terms_days=5, until=TODAY, comment=" ",
                conditions=(unknown, long))  # fmt: skip
    told = [str(sentence) for sentence in no.value.details]
    assert len(told) == 6
    for piece in ("below zero", "10 to 60", "last day from", "unheard", "301", "need a comment"):
        assert any(piece in sentence for sentence in told), piece


@pytest.mark.parametrize(
    "more", [{"terms_days": 60}, {"until": months_after(TODAY, 12)}, {"amount": cny(900_000)}]
)
def test_more_than_was_proposed_is_routed_anew_and_others_decide_it(more):
    scene = scene_of(proposal={"terms_days": 45, "until": months_after(TODAY, 6)})
    scene.work.people.put(CHAIR)
    changed(scene, conditions=(GUARANTEE,), **more)

    case = scene.case
    assert (case.state, case.round, case.edited_by) == (CaseState.PROPOSED, 2, "approver.zhao")
    again = scene.work.proposals.get(case.proposal_id)
    wanted = {"terms_days": again.terms_days, "until": again.until, "amount": again.proposed}
    assert all(wanted[name] == value for name, value in more.items())
    assert again.conditions == (GUARANTEE,)
    assert again.hash != scene.proposal.hash
    assert (again.binding is LimitMethod.RAISED) == ("amount" in more)
    send_on("CASE-1", at=NOW, on=TODAY, works=weekdays_only, work=scene.work)
    with pytest.raises(MayNotDecide, match="more than was proposed yourself"):
        scene.decide(seen=again.hash, key="again")
    assert scene.decide(seen=again.hash, key="other", by=CHAIR).final
    assert apply("CASE-1", at=later(hours=1), on=TODAY, work=scene.work).state is CaseState.APPLIED


@pytest.mark.parametrize(
    ("terms_days", "allowed"), [(9, False), (10, True), (30, True), (31, False)]
)
def test_no_agreement_stretches_what_the_law_allows(terms_days, allowed):
    law = TermsReason(TermsBasis.LAW, 30, say("The law."))
    custom = TermsReason(TermsBasis.SECTOR, 20, say("The custom."))
    scene = scene_of(proposal={"terms_days": 20, "terms": (law, custom)})
    if allowed:
        assert changed(scene, terms_days=terms_days).terms_days == terms_days
    else:
        with pytest.raises(Incomplete, match="10 to 30"):
            changed(scene, terms_days=terms_days)


def test_several_of_one_desk_have_to_agree_to_the_same_terms():
    rule = AuthorityRule("two", (Stage("director", 2),), limit_above=cny(1))
    scene = waiting(
        case={"state": CaseState.PROPOSED, "stage": 0, "desk": None},
        policy={"granting": RULE, "authority": (rule,)},
    )
    scene.work.people.put(CHAIR)
    scene.work.people.put(a_person("director.two", name="Er"))
    send_on("CASE-1", at=NOW, on=TODAY, works=weekdays_only, work=scene.work)
    changed(scene, terms_days=30, conditions=(GUARANTEE,))
    board = board_of(scene.case, scene.proposal, scene.work)
    assert board.grant.terms_days == 30
    assert board.seen != scene.proposal.hash
    changed(scene, terms_days=20, by=CHAIR, key="chair", seen=board.seen)

    assert scene.case.state is CaseState.AWAITING
    board = board_of(scene.case, scene.proposal, scene.work)
    assert board.grant.conditions == (GUARANTEE,)
    last = scene.decide(by=scene.work.people.get("director.two"), key="two", seen=board.seen)
    assert (last.final, last.terms_days, last.conditions) == (True, 20, (GUARANTEE,))


def test_the_same_click_again_is_one_decision_and_another_change_under_it_is_none():
    scene = scene_of()
    first = changed(scene, terms_days=30, conditions=(GUARANTEE,))
    assert changed(scene, terms_days=30, conditions=(GUARANTEE,)) == first
    with pytest.raises(Problem, match="used before"):
        changed(scene, terms_days=20, conditions=(GUARANTEE,))
    with pytest.raises(Problem, match="used before"):
        changed(scene, terms_days=30, conditions=(WRITTEN,))


def test_what_was_narrowed_is_carried_over_to_the_successor():
    rule = AuthorityRule("two", (Stage("director"), Stage("committee")), limit_above=cny(1))
    scene = waiting(
        case={"state": CaseState.PROPOSED, "stage": 0, "desk": None},
        policy={
            "granting": RULE,
            "authority": (rule,),
            "moved_beyond": Tolerance(*(4 * [1000])),
        },
    )
    work = scene.work
    send_on("CASE-1", at=NOW, on=TODAY, works=weekdays_only, work=work)
    changed(scene, terms_days=30, conditions=(GUARANTEE,))
    after = supersede("CASE-1", {Ground.GRADE: say("It moved.")}, at=NOW, on=TODAY, work=work)
    proposal = a_proposal(id="PROP-2", case_id=after.id, until=END + timedelta(days=3))
    work.proposals.add(proposal)
    moved = after.moved(CaseState.EVALUATED, at=NOW, evaluation_id="EVAL-1")
    work.cases.put(moved)
    moved = moved.moved(CaseState.PROPOSED, at=NOW, proposal_id="PROP-2",
                        proposal_hash=proposal.hash)  # fmt: skip
    work.cases.put(moved)
    case = send_on(after.id, at=NOW, on=TODAY, works=weekdays_only, work=work)

    assert case.desk == "committee"
    grant = board_of(case, proposal, work).grant
    assert (grant.terms_days, grant.conditions) == (30, (GUARANTEE,))
    assert grant.until == END + timedelta(days=3)


@settings(max_examples=120)
@given(
    amount=st.none() | st.integers(-1, 5_000_000).map(cny),
    terms=st.none() | st.integers(-5, 120),
    days=st.none() | st.integers(-10, 500),
    ceiling=st.integers(0, 4_000_000).map(cny),
    law=st.none() | st.integers(0, 90),
    conditions=st.lists(st.sampled_from([GUARANTEE, WRITTEN, Condition("unheard")]), max_size=9),
)
def test_no_change_goes_beyond_mandate_cap_or_bounds(  # noqa: PLR0917 - one draw per thing
    amount, terms, days, ceiling, law, conditions
):
    """Whatever is asked for: it is refused and nothing is kept, or it lies within every bound."""
    reasons = () if law is None else (TermsReason(TermsBasis.LAW, law, say("The law.")),)
    scene = scene_of(
        person={"mandate": Mandate(ceiling, Grade.F)},
        proposal={"terms_days": min(45, law if law is not None else 45), "terms": reasons},
    )
    until = None if days is None else TODAY + timedelta(days=days)
    before, standing = scene.kept(), scene.proposal.grant
    try:
        decision = changed(scene, amount=amount, terms_days=terms, until=until,
                           conditions=tuple(conditions))  # fmt: skip
    except Problem:
        assert scene.kept() == before
        return
    grant = decision.grant(scene.proposal)
    assert grant.limit <= min(ceiling, scene.proposal.cap)
    assert (
        min(10, standing.terms_days)
        <= grant.terms_days
        <= max(min(60, 60 if law is None else law), standing.terms_days)
    )
    last = max(months_after(scene.proposal.from_, 12), standing.until)
    assert TODAY + timedelta(days=30) <= grant.until <= last
    assert set(grant.conditions) <= {GUARANTEE, WRITTEN}
    wider = (
        grant.limit > standing.limit
        or grant.terms_days > standing.terms_days
        or grant.until > standing.until
    )
    assert (scene.case.state is CaseState.PROPOSED) == wider
    if not wider:
        apply("CASE-1", at=later(hours=1), on=TODAY, work=scene.work)
        limit = scene.work.limits.current(scene.case.customer)
        assert (limit.amount or cny(0), limit.terms_days) == (grant.limit, grant.terms_days)
        assert limit.until == grant.until
