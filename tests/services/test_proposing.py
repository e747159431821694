"""Proposing for a case: what is kept, and what bounds it."""

from fractions import Fraction

from creditflow.domain.case import CaseState
from creditflow.domain.money import Money
from creditflow.domain.proposal import LimitMethod
from creditflow.services.proposing import propose
from tests.fakes import FakeWork
from tests.makers import (
    NOW,
    TODAY,
    a_case,
    a_customer,
    a_limit,
    a_rate,
    a_statement,
    an_occasion,
    cny,
)
from tests.services.judging import POLICY, a_work, judged, proposed


def test_a_proposal_is_kept_and_bound_to_the_case() -> None:
    work = a_work()
    work.limits.add(a_limit(cny(10_000), from_=TODAY), replacing=0)
    judged(work)
    case = propose("CASE-1", at=NOW, work=work)
    proposal = work.proposals.get("PR-000001")
    assert (case.state, case.proposal_id) == (CaseState.PROPOSED, "PR-000001")
    assert (case.proposal_hash, case.base_limit_version) == (proposal.hash, 1)
    assert (proposal.current, proposal.current_version) == (cny(10_000), 1)
    assert proposal.binding is LimitMethod.NEED
    assert work.journal.of("CASE-1")[-1].entry.facts["hash"] == proposal.hash
    assert propose("CASE-1", at=NOW, work=work) == case


def test_a_draft_is_not_proposed_for() -> None:
    work = a_work()
    assert propose("CASE-1", at=NOW, work=work).state is CaseState.DRAFT


def test_a_customer_abroad_gets_its_limit_in_its_own_currency() -> None:
    work = a_work(currency="USD")
    work.rates.put_all([a_rate("CNY", "8"), a_rate("USD", "1.1")])
    judged(work)
    proposal = proposed(work)
    assert proposal.proposed.currency == "USD"
    assert proposal.base_factor == Fraction(80, 11)
    assert proposal.in_base(Money.of(1100, "USD")) == cny(8000)


def test_the_amount_asked_for_bounds_the_proposal() -> None:
    work = FakeWork(POLICY)
    work.customers.put_all([a_customer()])
    work.cases.add(
        a_case(occasion=an_occasion(requested_limit=cny(50_000), requested_by="sales.wang"))
    )
    work.statements.put_all([a_statement()])
    judged(work)
    proposal = proposed(work)
    assert proposal.requested == cny(50_000)
    assert proposal.proposed <= cny(50_000)


def test_a_first_limit_answers_what_master_data_says_was_asked_for() -> None:
    asked = a_work(requested_limit=cny(20_000))
    judged(asked)
    assert proposed(asked).requested == cny(20_000)
    answered = a_work(requested_limit=cny(20_000))
    answered.limits.add(a_limit(cny(10_000), from_=TODAY), replacing=0)
    judged(answered)
    assert proposed(answered).requested is None
