"""What was agreed to and did not get worse is kept; the last word is always a new one."""

from dataclasses import replace
from decimal import Decimal

import pytest

from creditflow.approvals.deciding import decide
from creditflow.approvals.delegating import delegate
from creditflow.approvals.entitling import awaiting
from creditflow.approvals.holding import claim
from creditflow.approvals.opening import send_on
from creditflow.approvals.superseding import supersede
from creditflow.domain.calendar import weekdays_only
from creditflow.domain.case import CaseState, TaskState
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.errors import Conflict
from creditflow.domain.grade import Grade
from creditflow.domain.limits import LimitState
from creditflow.domain.moving import Ground
from creditflow.domain.people import Mandate
from creditflow.domain.sentences import say
from creditflow.domain.tolerance import Tolerance
from creditflow.services.applying import apply
from tests.approvals.test_stages import CHAIR, DIRECTOR, MANAGER, MEMBER, Stage, agree, opened
from tests.makers import (
    NOW,
    TODAY,
    a_customer,
    a_person,
    a_proposal,
    an_evaluation,
    an_occasion,
    cny,
    later,
)

TOLERANCE = Tolerance(Decimal(50), Decimal("0.15"), Decimal("0.20"), Decimal("0.25"))
WHY = {Ground.EXPOSURE: say("The exposure was {before}.", before=cny(1))}
TWO = (Stage("credit_manager"), Stage("committee"))


def scene(*stages, tolerance=TOLERANCE):
    made = opened(*(stages or TWO))
    policy = made.work.policies.current()
    made.work.kept.policies[policy.version] = replace(policy, moved_beyond=tolerance)
    return made


def begun_anew(made, *, proposal=None, evaluation=None, at=NOW, of="CASE-1"):
    """The successor, at its desk, with a proposal that differs by these things."""
    after = supersede(of, WHY, at=at, on=TODAY, work=made.work)
    judged = an_evaluation(
        f"EVAL-{after.id}", **{"case_id": after.id, "grade": Grade.C, **(evaluation or {})}
    )
    suggested = a_proposal(
        f"PROP-{after.id}",
        **{"case_id": after.id, "evaluation_id": judged.id, "grade": judged.grade,
           **(proposal or {})},
    )  # fmt: skip
    made.work.evaluations.add(judged)
    made.work.proposals.add(suggested)
    evaluated = after.moved(CaseState.EVALUATED, at=at, evaluation_id=judged.id)
    made.work.cases.put(evaluated)
    made.work.cases.put(
        evaluated.moved(
            CaseState.PROPOSED, at=at, proposal_id=suggested.id, proposal_hash=suggested.hash
        )
    )
    return send_on(after.id, at=at, on=TODAY, works=weekdays_only, work=made.work)


def kept(made, case):
    return made.work.decisions.of(case.id)


def verdict(made, case, by, said=Say.APPROVE, **more):
    seen = awaiting(made.work.cases.get(case.id), made.work).seen
    return decide(case.id, Verdict(said, seen, **more), by=by, key=f"k{by.id}", at=later(hours=1),
                  on=TODAY, work=made.work)  # fmt: skip


def test_both_cases_know_of_each_other_and_the_journal_tells_it_of_both():
    made = scene()
    claim("CASE-1", by=MANAGER, at=NOW, on=TODAY, work=made.work)
    after = begun_anew(made)
    before = made.case
    assert (before.state, before.superseded_by) == (CaseState.SUPERSEDED, after.id)
    assert after.supersedes == "CASE-1"
    assert {t.state for t in made.work.tasks.of("CASE-1")} == {TaskState.CANCELLED}
    assert all(t.held_by is None for t in made.work.tasks.of("CASE-1"))
    told = made.work.journal.of("CASE-1")[-1].entry
    assert (told.what, told.facts["case"], told.facts["moved"]) == (
        "case.superseded_by", after.id, "exposure",
    )  # fmt: skip
    assert made.work.journal.of(after.id)[0].entry.facts["case"] == "CASE-1"


def test_whoever_asked_decides_the_successor_no_more_than_the_case_before():
    made = scene()
    asked = replace(made.case, occasion=an_occasion(requested_by=CHAIR.id, reference="7"))
    made.work.kept.cases["CASE-1"] = asked
    after = begun_anew(made)
    assert after.requested_by == CHAIR.id
    assert after.occasion.key != asked.occasion.key


def test_an_agreement_is_kept_and_the_case_waits_at_the_next_stage():
    made = scene()
    agree(made, MANAGER)
    after = begun_anew(made)
    (given,) = kept(made, after)
    assert (given.by, given.carried_from, given.final) == (MANAGER.id, "CASE-1", False)
    assert (after.state, after.stage, after.desk) == (CaseState.AWAITING, 2, "committee")
    what = [s.entry.what for s in made.work.journal.of(after.id)]
    assert what[-3:] == ["case.opened", "case.carried", "case.next_stage"]

    verdict(made, after, CHAIR)

    assert made.work.cases.get(after.id).state is CaseState.APPROVED
    applied = apply(after.id, at=later(hours=2), on=TODAY, work=made.work)
    assert applied.state is CaseState.APPLIED


def test_whoever_agreed_before_counts_once_and_cannot_give_the_last_word():
    made = scene()
    agree(made, CHAIR)
    after = begun_anew(made)
    assert [d.by for d in kept(made, after)] == [CHAIR.id]
    with pytest.raises(Exception, match="agreed to this case already"):
        verdict(made, after, CHAIR)
    verdict(made, after, MEMBER)


@pytest.mark.parametrize(
    "worse",
    [
        {"proposal": {"grade": Grade.D}},
        {"proposal": {"exposure": cny(900_000)}},
        {"proposal": {"terms_days": 90}},
        {"proposal": {"proposed": cny(810_000)}},
        {"proposal": {"proposed": cny(500_000)}},  # less than the customer has
        {"evaluation": {"knock_outs": ("insolvent",)}},
        {"evaluation": {"points": Decimal(1)}},
        {"evaluation": {"confidence": Decimal("0.1")}},
    ],
)
def test_what_got_worse_is_agreed_to_anew(worse):
    made = scene()
    agree(made, MANAGER)
    after = begun_anew(made, **worse)
    assert kept(made, after) == []
    assert (after.stage, after.desk) == (1, "credit_manager")


@pytest.mark.parametrize(
    "better",
    [
        {"proposal": {"proposed": cny(700_000)}},
        {"proposal": {"exposure": cny(0)}},
        {"evaluation": {"grade": Grade.B}, "proposal": {"grade": Grade.B}},
        {"evaluation": {"points": Decimal(990)}},
    ],
)
def test_what_got_better_is_covered(better):
    made = scene()
    agree(made, MANAGER)
    after = begun_anew(made, **better)
    (given,) = kept(made, after)
    assert given.limit == made.work.proposals.get(after.proposal_id).proposed
    assert after.stage == 2


def test_a_lower_amount_that_somebody_agreed_to_covers_no_higher_one():
    made = scene()
    agree(made, MANAGER, Say.APPROVE_WITH_CHANGE, amount=cny(650_000))
    assert kept(made, begun_anew(made)) == []


def test_one_of_two_who_agreed_is_kept_and_the_other_still_has_to():
    made = scene(Stage("committee", 2), Stage("committee"))
    agree(made, CHAIR)
    after = begun_anew(made)
    assert [d.by for d in kept(made, after)] == [CHAIR.id]
    assert after.stage == 1
    verdict(made, after, MEMBER)
    assert made.work.cases.get(after.id).stage == 2


def test_the_last_stage_is_never_carried():
    made = scene(Stage("committee", 2))
    agree(made, CHAIR)
    after = begun_anew(made)
    assert kept(made, after) == []
    assert after.stage == 1


@pytest.mark.parametrize("change", [{"active": False}, {"mandate": None}, {"desks": frozenset()}])
def test_an_agreement_is_not_kept_of_somebody_who_could_not_give_it_any_more(change):
    made = scene()
    agree(made, MANAGER)
    made.work.people.put(replace(MANAGER, **change))
    assert kept(made, begun_anew(made)) == []


def test_nor_of_somebody_who_has_a_part_in_it_by_now():
    made = scene()
    agree(made, MANAGER)
    made.work.customers.put_all([a_customer(owner=MANAGER.id)])
    assert kept(made, begun_anew(made)) == []


def test_an_agreement_in_somebodys_place_is_kept_with_both_names():
    made = scene()
    deputy = a_person("deputy.sun", desks=frozenset({"nowhere"}), mandate=Mandate(None, Grade.G))
    made.work.people.put(deputy)
    delegate(MANAGER, deputy.id, from_=TODAY, until=TODAY.replace(day=20), by=MANAGER, at=NOW,
             on=TODAY, work=made.work)  # fmt: skip
    agree(made, deputy)
    after = begun_anew(made)
    (given,) = kept(made, after)
    assert (given.by, given.on_behalf_of) == (deputy.id, MANAGER.id)
    verdict(made, after, CHAIR)
    assert apply(after.id, at=later(hours=2), on=TODAY, work=made.work).state is CaseState.APPLIED


def test_a_second_successor_keeps_what_the_first_one_kept():
    made = scene()
    agree(made, MANAGER)
    first = begun_anew(made)
    second = begun_anew(made, of=first.id)
    (given,) = kept(made, second)
    assert (given.by, given.carried_from) == (MANAGER.id, "CASE-1")
    assert (second.stage, second.supersedes) == (2, first.id)


def test_once_it_was_sent_back_nothing_is_carried_again():
    made = scene()
    agree(made, MANAGER)
    after = begun_anew(made)
    verdict(made, after, CHAIR, Say.RETURN, comment="Ask the customer.")
    case = made.work.cases.get(after.id)
    judged = case.moved(CaseState.DRAFT, at=NOW, round=2, stage=0, desk=None)
    made.work.cases.put(judged)
    evaluated = judged.moved(CaseState.EVALUATED, at=NOW)
    made.work.cases.put(evaluated)
    made.work.cases.put(evaluated.moved(CaseState.PROPOSED, at=NOW))

    again = send_on(after.id, at=NOW, on=TODAY, works=weekdays_only, work=made.work)

    assert (again.round, again.stage, again.desk) == (2, 1, "credit_manager")
    assert [d.round for d in kept(made, again)] == [1, 1]


def test_without_a_tolerance_nothing_is_kept():
    made = scene(tolerance=None)
    agree(made, MANAGER)
    assert kept(made, begun_anew(made)) == []


def test_only_what_waits_is_superseded_and_only_once():
    made = scene()
    begun_anew(made)
    assert supersede("CASE-1", WHY, at=NOW, on=TODAY, work=made.work) is None


def test_it_is_not_decided_any_more_and_says_so():
    made = scene()
    begun_anew(made)
    with pytest.raises(Conflict, match="superseded"):
        agree(made, DIRECTOR)


def test_a_cut_covers_no_deeper_cut():
    made = scene()
    work = made.work
    old = work.proposals.get(made.case.proposal_id)
    cut = replace(old, id="PROP-C", proposed=cny(400_000))
    work.proposals.add(cut)
    work.kept.cases["CASE-1"] = replace(made.case, proposal_id="PROP-C", proposal_hash=cut.hash)
    agree(made, MANAGER)
    assert cut.current_state is not LimitState.NONE_SET
    assert kept(made, begun_anew(made, proposal={"proposed": cny(300_000)})) == []
