"""A decision becomes the limit in force once, and only while everything still holds."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from creditflow.approvals.opening import send_on
from creditflow.domain.calendar import weekdays_only
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say
from creditflow.domain.errors import NotFound
from creditflow.domain.grade import Grade
from creditflow.domain.limits import LimitState, limit_on, spans
from creditflow.domain.people import POLICY_ACTOR, Mandate
from creditflow.domain.policy import Desk
from creditflow.services.applying import apply
from tests.approvals.desks import waiting
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_limit,
    a_person,
    a_policy,
    a_proposal,
    cny,
    later,
    texts,
)

ON = date(2026, 3, 12)
"""After the limit before began (9 March)."""


def decided(said=Say.APPROVE, *, amount=None, **scene):
    made = waiting(**scene)
    made.decide(said, amount=amount)
    return made


def applied(scene, on=ON, at=None):
    return apply("CASE-1", at=at or later(days=10), on=on, work=scene.work)


def test_the_decided_limit_is_in_force_from_the_business_date():
    scene = decided()
    case = applied(scene)
    assert case.state is CaseState.APPLIED
    before, now = scene.work.limits.history(ACME)
    assert (now.version, now.state, now.amount) == (2, LimitState.AMOUNT, cny(800_000))
    assert (now.from_, now.until, now.terms_days, now.case_id) == (
        ON,
        date(2027, 3, 9),
        60,
        "CASE-1",
    )
    assert [span.until for span in spans([before, now])] == [ON, now.until]
    assert (before.recorded_at, now.recorded_at, now.review_on) == (
        NOW,
        later(days=10),
        date(2027, 3, 9),
    )
    days = (ON - timedelta(1), ON)
    assert [limit_on([before, now], day) for day in days] == [before, now]
    sealed = scene.work.journal.of("CASE-1")[-1]
    assert sealed.entry.what == "limit.applied"
    assert sealed.entry.facts == {
        "limit": "CNY 800,000.00",
        "version": "2",
        "until": "2027-03-09",
    }


def test_the_amount_of_the_decision_counts_and_not_that_of_the_proposal():
    scene = decided(Say.APPROVE_WITH_CHANGE, amount=cny(700_000))
    applied(scene)
    assert scene.work.limits.current(ACME).amount == cny(700_000)


def test_it_never_begins_before_the_limit_that_it_replaces():
    scene = decided()
    applied(scene, on=TODAY)
    assert scene.work.limits.current(ACME).from_ == date(2026, 3, 9)


def test_the_first_limit_of_a_customer_begins_on_the_business_date():
    first = {"current": None, "current_state": LimitState.NONE_SET, "current_version": 0}
    scene = decided(proposal=first)
    scene.work.kept.limits.clear()
    applied(scene, on=TODAY)
    (limit,) = scene.work.limits.history(ACME)
    assert (limit.version, limit.from_) == (1, TODAY)


def test_a_limit_of_zero_is_a_limit_and_not_nothing():
    scene = decided(Say.APPROVE_WITH_CHANGE, amount=cny(0))
    applied(scene)
    limit = scene.work.limits.current(ACME)
    assert (limit.version, limit.state, limit.amount) == (2, LimitState.ZERO, None)


def test_applying_twice_is_applying_once():
    scene = decided()
    case = applied(scene)
    before = scene.kept()
    assert applied(scene, at=later(days=11)) == case
    assert scene.kept() == before


@pytest.mark.parametrize("state", sorted(set(CaseState) - {CaseState.APPROVED}))
def test_only_an_approved_case_is_applied(state):
    scene = waiting(case={"state": state})
    before = scene.kept()
    assert applied(scene).state is state
    assert scene.kept() == before


def test_what_the_policy_decided_is_applied_without_a_mandate():
    scene = waiting(
        case={"state": CaseState.PROPOSED},
        proposal={"current": cny(160_000), "proposed": cny(200_000)},
    )
    send_on("CASE-1", at=later(), on=TODAY, works=weekdays_only, work=scene.work)
    assert scene.work.decisions.of("CASE-1")[0].by == POLICY_ACTOR
    assert applied(scene).state is CaseState.APPLIED
    assert scene.work.limits.current(ACME).amount == cny(200_000)


# ------------------------------------------------------------------ what no longer holds


def superseded(scene) -> str:
    """The reason why the case was superseded; the limit must be what it was."""
    history = scene.work.limits.history(ACME)
    case = applied(scene)
    assert case.state is CaseState.SUPERSEDED
    assert scene.work.limits.history(ACME) == history
    entry = scene.work.journal.of("CASE-1")[-1].entry
    assert entry.what == "case.superseded"
    assert applied(scene) == case
    return entry.facts["why"]


def test_a_limit_that_somebody_changed_meanwhile_is_not_overwritten():
    scene = decided()
    scene.work.limits.add(a_limit(cny(100), version=2, case_id="CASE-9"), replacing=1)
    assert "changed by somebody else" in superseded(scene)


def test_a_limit_that_somebody_set_first_is_not_overwritten():
    scene = decided(proposal={"current": None, "current_version": 0})
    assert "changed by somebody else" in superseded(scene)


def test_a_decision_about_another_proposal_is_not_applied():
    scene = decided()
    other = a_proposal("PROP-2", proposed=cny(4_000_000))
    scene.work.proposals.add(other)
    scene.work.cases.put(scene.case.noted(at=later(), proposal_id=other.id))
    assert "not about this proposal" in superseded(scene)


def test_a_decision_without_a_limit_is_not_applied():
    scene = decided(Say.REJECT)
    forced = replace(scene.case, state=CaseState.APPROVED, version=scene.case.version + 1)
    scene.work.cases.put(forced)
    assert "not about this proposal" in superseded(scene)


def test_an_approved_case_without_a_decision_is_a_defect_that_shows():
    scene = waiting(case={"state": CaseState.APPROVED})
    before = scene.kept()
    with pytest.raises(NotFound, match="no decision is kept"):
        applied(scene)
    assert scene.kept() == before


def test_a_decision_of_an_earlier_round_does_not_count():
    scene = decided()
    later_round = replace(scene.case, round=2, version=scene.case.version + 1)
    scene.work.cases.put(later_round)
    with pytest.raises(NotFound, match="no decision is kept"):
        applied(scene)


# ------------------------------------------------------------------ authority, again


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (a_person(active=False), "no longer active"),
        (a_person(mandate=None), "no mandate"),
        (a_person(roles=frozenset()), "no mandate"),
        (a_person(desks=frozenset({"credit_manager"})), "another desk"),
        (a_person(mandate=Mandate(cny("799999.99"), Grade.C)), "beyond your mandate"),
        (a_person(mandate=Mandate(None, Grade.B)), "beyond your mandate"),
    ],
)
def test_authority_that_lapsed_has_to_be_given_again(now, why):
    scene = decided()
    scene.work.people.put(now)
    history = scene.work.limits.history(ACME)
    assert applied(scene).state is CaseState.REAPPROVAL_REQUIRED
    assert scene.work.limits.history(ACME) == history
    entry = scene.work.journal.of("CASE-1")[-1].entry
    assert entry.what == "case.reapproval_required"
    assert why in entry.facts["why"]


def test_authority_that_still_suffices_is_enough():
    scene = decided()
    scene.work.people.put(a_person(mandate=Mandate(cny(800_000), Grade.C)))
    assert applied(scene).state is CaseState.APPLIED


def test_the_matrix_of_today_counts():
    scene = decided()
    top = (Desk("board", texts("Board", "董事会"), None, Grade.G, 9),)
    scene.work.kept.policies[2] = a_policy(2, desks=top)
    assert applied(scene).state is CaseState.REAPPROVAL_REQUIRED
