"""Somebody stands in: for some days, within both mandates, no further, and both names are kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from creditflow.approvals.delegating import BadDelegation, delegate, revoke
from creditflow.approvals.entitling import MayNotDecide
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say
from creditflow.domain.delegation import stand_in
from creditflow.domain.grade import Grade
from creditflow.domain.people import Mandate, Role
from creditflow.services.applying import apply
from tests.approvals.desks import waiting
from tests.approvals.test_stages import Stage, agree, opened, seen
from tests.makers import NOW, TODAY, a_customer, a_person, cny, later

DAY = timedelta(days=1)
DIRECTOR = a_person("approver.zhao")
DEPUTY = a_person("deputy.sun", name="Sun", desks=frozenset({"credit_manager"}))
ADMIN = a_person("admin", roles=frozenset({Role.USER_ADMIN}), mandate=None, desks=frozenset())


def scene(**case):
    made = waiting(**case)
    for person in (DEPUTY, ADMIN):
        made.work.people.put(person)
    return made


def hand_over(made, *, principal=DIRECTOR, to=DEPUTY, by=None, from_=TODAY, until=TODAY + 7 * DAY,
              **bounds):  # fmt: skip
    return delegate(principal, to.id, from_=from_, until=until, by=by or principal, at=NOW,
                    on=TODAY, work=made.work, **bounds)  # fmt: skip


def test_the_stand_in_decides_and_both_names_are_kept():
    made = scene()
    with pytest.raises(MayNotDecide, match="another desk"):
        made.decide(by=DEPUTY)
    hand_over(made)

    decision = made.decide(by=DEPUTY)

    assert (decision.by, decision.on_behalf_of) == (DEPUTY.id, DIRECTOR.id)
    assert decision.rule == "mandate:approver.zhao:director"
    facts = made.work.journal.of("CASE-1")[-1].entry.facts
    assert facts["on_behalf_of"] == DIRECTOR.id


@pytest.mark.parametrize("on", [TODAY - DAY, TODAY + 7 * DAY])
def test_it_holds_from_its_first_day_to_its_last(on):
    made = scene()
    hand_over(made)

    with pytest.raises(MayNotDecide):
        made.decide(by=DEPUTY, on=on)
    assert made.decide(by=DEPUTY, on=TODAY + 6 * DAY).on_behalf_of == DIRECTOR.id


def test_the_smaller_mandate_and_the_delegations_own_bound_count():
    small = Mandate(cny(700_000), Grade.E)
    for deputy, director, bound, may in (
        (None, None, None, True),
        (small, None, None, False),
        (None, small, None, False),
        (None, None, cny(700_000), False),
    ):
        made = scene()
        person = replace(DEPUTY, mandate=deputy or DEPUTY.mandate)
        principal = replace(DIRECTOR, mandate=director or DIRECTOR.mandate)
        made.work.people.put(person)
        made.work.people.put(principal)
        hand_over(made, principal=principal, ceiling=bound)
        if may:
            assert made.decide(by=person).final
        else:
            with pytest.raises(MayNotDecide, match="beyond your mandate"):
                made.decide(by=person)


def test_nothing_goes_further_than_one_step():
    made = scene()
    third = a_person("third.xu", desks=frozenset())
    made.work.people.put(third)
    hand_over(made)
    hand_over(made, principal=DEPUTY, to=third)

    with pytest.raises(MayNotDecide):
        made.decide(by=third)


def test_a_circle_changes_nothing():
    made = scene()
    hand_over(made)
    hand_over(made, principal=DEPUTY, to=DIRECTOR)

    assert made.decide(by=DEPUTY).on_behalf_of == DIRECTOR.id


def test_neither_of_the_two_may_have_a_part_in_the_case():
    for owner, why in ((DIRECTOR.id, "look after"), (DEPUTY.id, "look after")):
        made = scene()
        made.work.customers.put_all([a_customer(owner=owner)])
        hand_over(made)
        with pytest.raises(MayNotDecide, match=f"{why}|another desk"):
            made.decide(by=DEPUTY)


def test_one_person_counts_once_also_through_others():
    made = opened(Stage("director"), Stage("director"))
    made.work.people.put(DEPUTY)
    hand_over(made)
    agree(made, DEPUTY)

    for person in (DIRECTOR, DEPUTY):
        with pytest.raises(MayNotDecide):
            made.decide(by=person, key="again", seen=seen(made))


def test_what_was_decided_in_time_is_applied_after_the_delegation_has_run_out():
    made = scene()
    delegation = hand_over(made)
    made.decide(by=DEPUTY)
    revoke(delegation.id, by=DIRECTOR, at=later(hours=1), work=made.work)

    case = apply("CASE-1", at=later(days=20), on=TODAY + 20 * DAY, work=made.work)

    assert case.state is CaseState.APPLIED


@pytest.mark.parametrize("gone", [DIRECTOR, DEPUTY])
def test_it_is_not_applied_where_one_of_the_two_has_lost_the_mandate(gone):
    made = scene()
    hand_over(made)
    made.decide(by=DEPUTY)
    made.work.people.put(replace(gone, active=False))

    case = apply("CASE-1", at=later(hours=1), on=TODAY, work=made.work)

    assert case.state is CaseState.REAPPROVAL_REQUIRED


def test_it_is_not_applied_where_the_principal_has_got_a_part_in_the_case():
    made = scene()
    hand_over(made)
    made.decide(by=DEPUTY)
    made.work.customers.put_all([a_customer(owner=DIRECTOR.id)])

    case = apply("CASE-1", at=later(hours=1), on=TODAY, work=made.work)

    assert case.state is CaseState.REAPPROVAL_REQUIRED


def test_ended_is_ended():
    made = scene()
    delegation = hand_over(made)
    revoke(delegation.id, by=DEPUTY, at=NOW, work=made.work)
    revoke(delegation.id, by=DEPUTY, at=NOW, work=made.work)

    with pytest.raises(MayNotDecide):
        made.decide(by=DEPUTY)
    assert [s.entry.what for s in made.work.journal.of(delegation.id)] == [
        "delegation.made",
        "delegation.revoked",
    ]
    with pytest.raises(BadDelegation):
        revoke(delegation.id, by=a_person("stranger"), at=NOW, work=made.work)


def test_an_administrator_may_do_it_for_somebody_who_is_away_already():
    assert hand_over(scene(), by=ADMIN).made_by == "admin"


def test_everything_that_is_wrong_is_said_at_once():
    made = scene()
    poor = a_person("poor", mandate=None)
    made.work.people.put(poor)

    with pytest.raises(BadDelegation) as no:
        hand_over(made, to=poor, by=DEPUTY, until=TODAY, desks=frozenset({"committee"}))

    said = " ".join(map(str, no.value.details))
    for part in ("Only Zhao", "no mandate and so cannot", "before the first", "has no desk"):
        assert part in said
    for wrong in ({"to": DIRECTOR}, {"until": TODAY + 200 * DAY}, {"from_": TODAY - 9 * DAY,
                                                                   "until": TODAY - DAY}):  # fmt: skip
        with pytest.raises(BadDelegation):
            hand_over(made, **wrong)
    assert made.work.delegations.all() == []


def test_a_principal_who_left_leaves_nothing_to_stand_in_for():
    made = scene()
    delegation = hand_over(made)
    for gone in (
        replace(DIRECTOR, active=False),
        replace(DIRECTOR, roles=frozenset({Role.VIEWER})),
    ):
        assert stand_in(DEPUTY, gone, delegation).mandate is None
        made.work.people.put(gone)
        with pytest.raises(MayNotDecide):
            made.decide(Say.REJECT, by=DEPUTY)
