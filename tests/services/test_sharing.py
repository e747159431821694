"""What customers share is shared out once: in a proposal, and again when it comes into force."""

from dataclasses import replace

import pytest

from creditflow.domain.candidate import Candidate, LimitMethod
from creditflow.domain.caps_rule import Cap, Caps
from creditflow.domain.case import CaseState
from creditflow.domain.customer import CustomerId
from creditflow.domain.decision import Say
from creditflow.domain.money import Money
from creditflow.domain.scope import Scope
from creditflow.domain.sentences import say
from creditflow.services.applying import apply
from creditflow.services.imagining import imagine
from tests.approvals.desks import Waiting, waiting
from tests.fakes import FakeWork
from tests.makers import ACME, TODAY, a_customer, a_limit, a_statement, cny, later
from tests.services.judging import a_work, judged, proposed


def with_caps(work: FakeWork, most: int, sector: str = "machinery") -> None:
    caps = Caps((Cap(Scope.SECTOR, sector, cny(most)),))
    work.kept.policies[1] = replace(work.kept.policies[1], caps=caps)


def with_another(work: FakeWork, amount: int, sector: str = "machinery") -> None:
    other = a_customer("C002", sector=sector)
    work.customers.put_all([other])
    work.limits.add(a_limit(cny(amount), customer=other.id, from_=TODAY), replacing=0)


def a_book(*, others: int) -> FakeWork:
    work = a_work()
    work.statements.put_all([a_statement()])
    with_caps(work, 1_000_000)
    with_another(work, others)
    judged(work)
    return work


def test_a_proposal_gets_what_is_left_and_says_of_what() -> None:
    proposal = proposed(a_book(others=993_000))
    assert (proposal.proposed, proposal.binding) == (cny(7_000), LimitMethod.SECTOR_CAP)
    (told,) = [str(c.why) for c in proposal.candidates if c.method is LimitMethod.SECTOR_CAP]
    assert told == "Of the CNY 1,000,000.00 for sector machinery, CNY 7,000.00 is left."


def test_where_enough_is_left_something_else_binds() -> None:
    assert proposed(a_book(others=100_000)).binding is not LimitMethod.SECTOR_CAP


def test_what_was_left_stays_so_when_one_looks_at_the_proposal_again() -> None:
    work = a_book(others=993_000)
    kept = proposed(work).proposed
    work.limits.add(
        a_limit(cny(1), customer=CustomerId("C002"), version=2, from_=TODAY), replacing=1
    )
    assert imagine("CASE-1", {}, work=work).kept.suggestion.proposed == kept


# ------------------------------------------------------------------ when it comes into force


def approved(amount: Money | None = None, *candidates: Candidate) -> Waiting:
    """A raise from CNY 600,000 to 800,000, approved by a person."""
    scene = waiting(proposal={"candidates": candidates} if candidates else None)
    scene.decide(Say.APPROVE_WITH_CHANGE if amount else Say.APPROVE, amount=amount)
    with_caps(scene.work, 5_000_000, "hardware")
    return scene


def applied(scene: Waiting) -> CaseState:
    return apply("CASE-1", at=later(days=1), on=TODAY, work=scene.work).state


@pytest.mark.parametrize(
    ("others", "state"),
    [(4_200_000, CaseState.APPLIED), (4_200_001, CaseState.SUPERSEDED)],
)
def test_a_raise_comes_into_force_only_while_there_is_room(others: int, state: CaseState) -> None:
    scene = approved()
    with_another(scene.work, others, "hardware")
    assert applied(scene) is state


def test_another_case_takes_the_place_of_one_that_fits_no_more() -> None:
    scene = approved()
    with_another(scene.work, 4_500_000, "hardware")
    applied(scene)
    ended = scene.work.cases.get("CASE-1")
    successor = scene.work.cases.get(ended.superseded_by or "")
    assert (successor.state, successor.supersedes) == (CaseState.DRAFT, "CASE-1")
    assert scene.work.limits.current(ACME) == a_limit()
    told = scene.work.journal.of("CASE-1")[-1].entry.facts["why"]
    assert told == (
        "Others have taken the room meanwhile. No raise: the CNY 5,000,000.00 for sector hardware"
        " are exceeded, with CNY 4,500,000.00 for others. The current limit of CNY 600,000.00 may"
        " stay."
    )


@pytest.mark.parametrize("amount", [600_000, 500_000])
def test_what_takes_no_more_room_than_before_always_comes_into_force(amount: int) -> None:
    scene = approved(cny(amount))
    with_another(scene.work, 9_000_000, "hardware")
    assert applied(scene) is CaseState.APPLIED


def test_what_a_person_granted_beyond_what_was_left_comes_into_force() -> None:
    left = Candidate(LimitMethod.SECTOR_CAP, cny(700_000), say("Not much is left."))
    scene = approved(None, left)
    with_another(scene.work, 4_900_000, "hardware")
    assert applied(scene) is CaseState.APPLIED
