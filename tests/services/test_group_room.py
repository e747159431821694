"""A group's limit bounds what its members are granted, in the proposal and when it is applied."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.case import CaseState
from creditflow.domain.customer import CustomerId
from creditflow.domain.decision import Say
from creditflow.domain.groups import GroupId
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money
from creditflow.domain.proposal import Candidate, LimitMethod
from creditflow.domain.rates import NoRate
from creditflow.domain.sentences import say
from creditflow.services.applying import apply
from creditflow.services.imagining import imagine
from creditflow.services.joining import record_moves
from creditflow.services.proposing import propose
from tests.approvals.desks import waiting
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_customer,
    a_group,
    a_group_limit,
    a_limit,
    a_rate,
    an_order,
    cny,
    later,
)
from tests.services.judging import a_work, judged, proposed

OTHER = CustomerId("C002")


def a_group_work(limit, *, granted=50_000, owed=0, currency="CNY", **state):
    """Two in one group under a parent: the one that is judged, and another with that much."""
    work = a_work(group="G2")
    work.rates.put_all([a_rate("CNY", "8"), a_rate("USD", "1.1")])
    work.groups.put_all([a_group("G1"), a_group("G2", parent="G1")])
    work.customers.put_all([a_customer(OTHER, group="G1", currency=currency)])
    if limit is not None or state:
        amount = None if limit is None else cny(limit)
        work.group_limits.add(a_group_limit("G1", amount=amount, **state), replacing=0)
    if granted:
        work.limits.add(
            replace(a_limit(Money.of(granted, currency)), customer=OTHER, from_=TODAY, until=None),
            replacing=0,
        )
    if owed:
        work.ledger.add(orders=[an_order(customer=OTHER, amount=Money.of(owed, currency))])
    return work


def of(proposal, method=LimitMethod.GROUP):
    return next((c for c in proposal.candidates if c.method is method), None)


def test_without_a_bound_above_there_is_no_such_method():
    for work in (
        a_group_work(None),
        a_group_work(None, state=LimitState.UNLIMITED),
        a_group_work(None, state=LimitState.NONE_SET),
    ):
        judged(work)
        assert of(proposed(work)) is None


def test_what_is_left_of_the_groups_limit_binds_and_says_so():
    work = a_group_work(57_777)
    judged(work)
    proposal = proposed(work)
    assert proposal.binding is LimitMethod.GROUP
    assert of(proposal).amount == cny(7_777)
    # Rounded down to two significant digits, never up.
    assert proposal.proposed == cny(7_700)
    assert proposal.cap == cny(7_777)
    told = str(of(proposal).why)
    assert "Of the CNY 57,777.00 that group 海潮集团 (G1) may have" in told
    assert "others take CNY 50,000.00" in told
    assert "CNY 7,777.00 is left" in told


@pytest.mark.parametrize(
    ("granted", "owed", "left"), [(50_000, 10, 10_000), (10, 50_000, 10_000), (0, 60_000, 0)]
)
def test_of_others_the_larger_of_granted_and_owed_counts(granted, owed, left):
    work = a_group_work(60_000, granted=granted, owed=owed)
    judged(work)
    assert of(proposed(work)).amount == cny(left)


def test_zero_for_the_group_grants_nothing_and_says_so():
    work = a_group_work(None, state=LimitState.ZERO)
    judged(work)
    proposal = proposed(work)
    assert (proposal.proposed, proposal.binding) == (cny(0), LimitMethod.GROUP)
    assert "Nothing is left" in str(of(proposal).why)


def test_a_missing_rate_is_a_refusal():
    work = a_group_work(60_000, currency="GBP")
    judged(work)
    with pytest.raises(NoRate, match="GBP"):
        propose("CASE-1", at=NOW, work=work)


def test_what_if_counts_the_room_as_the_case_shows_it():
    work = a_group_work(57_777)
    judged(work)
    propose("CASE-1", at=NOW, work=work)
    work.group_limits.add(
        a_group_limit("G1", version=2, amount=cny(99), recorded_at=later(hours=1)), replacing=1
    )
    assert imagine("CASE-1", {}, work=work).kept.suggestion.proposed == cny(7_700)


def test_who_moves_out_of_the_group_is_bound_no_more():
    work = a_group_work(57_777)
    known = work.customers.get(CustomerId("C001"))
    work.customers.put_all([replace(known, group=None)])
    record_moves([(known, None)], by="sun", at=NOW, on=TODAY, work=work)
    judged(work)
    assert of(proposed(work)) is None


@given(
    limit=st.integers(1, 200_000), granted=st.integers(0, 150_000), owed=st.integers(0, 150_000),
    currency=st.sampled_from(["CNY", "USD"]),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_nothing_that_is_proposed_exceeds_any_ancestors_room(limit, granted, owed, currency):
    work = a_group_work(limit, granted=granted, owed=owed, currency=currency)
    work.group_limits.add(a_group_limit("G2", amount=cny(30_000)), replacing=0)
    judged(work)
    proposal = proposed(work)
    factor = work.rates.all().factor(currency, "CNY", on=TODAY)[0]
    taken = max(granted, owed) * 100 * factor
    assert proposal.proposed.minor + taken <= limit * 100 or not proposal.proposed
    assert proposal.proposed <= cny(30_000)
    assert proposal.cap <= cny(30_000)


def test_groups_of_a_case_are_named_by_their_nearest_bound():
    work = a_group_work(60_000)
    work.group_limits.add(a_group_limit("G2", amount=cny(10_000)), replacing=0)
    judged(work)
    assert "(G2)" in str(of(proposed(work)).why)
    assert GroupId("G2") in {x.id for x in work.groups.all()}
    assert work.cases.get("CASE-1").state is CaseState.PROPOSED


# ------------------------------------------------------------------ applying


def decided_in_a_group(room, **proposal):
    """An approved raise from 500,000 to 800,000 in a group of which so much was left then."""
    then = Candidate(LimitMethod.GROUP, cny(room), say("Left."))
    scene = waiting(proposal={"candidates": (then,), **proposal})
    scene.decide(Say.APPROVE)
    work = scene.work
    work.groups.put_all([a_group("G1")])
    known = work.customers.get(ACME)
    work.customers.put_all([replace(known, group="G1"), a_customer(OTHER, group="G1")])
    work.group_limits.add(a_group_limit("G1", amount=cny(1_000_000)), replacing=0)
    return scene


def takes(scene, amount):
    limit = replace(a_limit(cny(amount)), customer=OTHER, from_=TODAY, until=None)
    scene.work.limits.add(limit, replacing=0)


def applied(scene):
    return apply("CASE-1", at=later(days=10), on=date(2026, 3, 12), work=scene.work)


def test_a_raise_that_fits_no_more_is_not_applied():
    scene = decided_in_a_group(900_000)
    takes(scene, 300_000)
    case = applied(scene)
    assert case.state is CaseState.SUPERSEDED
    assert scene.work.limits.current(ACME).version == 1
    why = scene.work.journal.of("CASE-1")[-1].entry.facts["why"]
    assert "Others have taken the room meanwhile" in why


def test_a_raise_that_still_fits_is_applied():
    scene = decided_in_a_group(900_000)
    takes(scene, 200_000)
    assert applied(scene).state is CaseState.APPLIED


def test_what_was_seen_to_be_too_much_and_a_cut_are_applied():
    scene = decided_in_a_group(100_000)
    takes(scene, 300_000)
    assert applied(scene).state is CaseState.APPLIED
    cut = decided_in_a_group(900_000)
    (before,) = cut.work.limits.history(ACME)
    cut.work.kept.limits[ACME] = (replace(before, amount=cny(900_000)),)
    takes(cut, 300_000)
    assert applied(cut).state is CaseState.APPLIED
