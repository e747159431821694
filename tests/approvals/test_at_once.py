"""What is decided from a list is decided as on the case's own page, and only as it was shown."""

import pytest

from creditflow.approvals.at_once import Line, LookFirst, MovedOn, decide_from_list, news_since
from creditflow.approvals.deciding import SeenOtherwise
from creditflow.approvals.entitling import AlreadyDecided, HeldByAnother, MayNotDecide
from creditflow.approvals.holding import claim
from creditflow.approvals.referring import refer
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say
from creditflow.domain.grade import Grade
from creditflow.domain.people import Mandate
from tests.approvals.desks import waiting
from tests.makers import NOW, TODAY, a_person, an_evaluation, cny, later

OTHER = a_person("approver.qian", name="Qian Wei")


def scene_of(**how):
    scene = waiting(**how)
    scene.work.people.put(OTHER)
    return scene


def line(scene):
    case = scene.case
    after = scene.work.journal.last()
    return Line(case.id, case.version, scene.proposal.id, scene.proposal.hash, after)


def listed(scene, said=Say.APPROVE, *, shown=None, key="list-1", comment=None):
    return decide_from_list(
        shown or line(scene),
        said,
        comment=("" if said is Say.APPROVE else "Season is over.") if comment is None else comment,
        by=scene.person,
        key=key,
        at=later(hours=1),
        on=TODAY,
        work=scene.work,
    )


def refused(scene, problem, **how):
    before = scene.kept()
    with pytest.raises(problem) as no:
        listed(scene, **how)
    assert scene.kept() == before
    return no.value


@pytest.mark.parametrize("said", [Say.APPROVE, Say.RETURN, Say.REJECT])
def test_the_decision_is_the_one_of_the_cases_own_page(said):
    one, other = scene_of(), scene_of()

    made = listed(one, said, key="click-1")

    assert made == other.decide(said, at=later(hours=1))
    assert one.case == other.case
    assert one.kept() == other.kept()


def test_another_amount_is_no_matter_for_a_list():
    refused(scene_of(), LookFirst, said=Say.APPROVE_WITH_CHANGE, comment="Less.")


def test_what_meets_a_knock_out_criterion_is_rejected_from_a_list_but_not_approved():
    scene = scene_of()
    scene.work.kept.evaluations["EVAL-1"] = an_evaluation(knock_outs=("insolvency",))

    refused(scene, LookFirst)

    assert listed(scene, Say.REJECT).say is Say.REJECT


def test_whatever_bars_on_the_page_bars_in_the_list():
    refused(scene_of(person={"mandate": Mandate(cny(1), Grade.G)}), MayNotDecide)
    refused(scene_of(case={"edited_by": "approver.zhao"}), MayNotDecide)


def test_a_case_that_others_touched_since_is_looked_at_again_and_then_decided():
    scene = scene_of()
    shown = line(scene)
    refer("CASE-1", "approver.zhao", question="?", by=OTHER, at=NOW, on=TODAY, work=scene.work)

    refused(scene, MovedOn, shown=shown)

    assert [x.entry.what for x in news_since(shown, by=scene.person, work=scene.work)] == [
        "case.referred"
    ]
    assert listed(scene).final


def test_what_one_did_oneself_and_what_the_machinery_notes_is_no_news():
    scene = scene_of()
    shown = line(scene)
    claim("CASE-1", by=scene.person, at=NOW, on=TODAY, work=scene.work)
    scene.work.cases.put(scene.case.noted(at=NOW, run_id="run-1"))
    assert scene.case.version > shown.version

    assert listed(scene, shown=shown).final


def test_a_case_that_somebody_took_on_or_decided_says_who():
    scene = scene_of()
    shown = line(scene)
    claim("CASE-1", by=OTHER, at=NOW, on=TODAY, work=scene.work)
    assert "Qian Wei" in str(refused(scene, HeldByAnother))

    scene = scene_of()
    scene.decide(Say.REJECT, by=OTHER)
    assert "Qian Wei" in str(refused(scene, AlreadyDecided, shown=shown))


def test_another_proposal_is_another_line():
    scene = scene_of()
    shown = line(scene)
    other = Line(shown.case_id, shown.version, shown.proposal, "0" * 64, shown.after)

    refused(scene, SeenOtherwise, shown=other)


def test_the_same_form_twice_is_answered_with_the_decision_that_it_made():
    scene = scene_of()
    shown = line(scene)

    made = [listed(scene, shown=shown) for _ in range(2)]

    assert made[0] == made[1]
    assert scene.work.decisions.of("CASE-1") == made[:1]
    assert scene.case.state is CaseState.APPROVED
