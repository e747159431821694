"""A kept proposal comes out again, hash included, whatever has changed since; or it is told."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.customer import Customer
from creditflow.domain.grade import Grade
from creditflow.domain.granting import Condition
from creditflow.domain.limits import Limit, LimitState, limit_state
from creditflow.domain.money import Money
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.proposal import Candidate, LimitMethod, Proposal
from creditflow.domain.rates import Rates
from creditflow.domain.replay import differences_of_proposals
from creditflow.domain.sentences import say
from creditflow.services.proposing import propose, replay_proposal
from creditflow.services.replaying import replay_evaluation
from creditflow.store.encoding import decode, encode
from tests.fakes import FakeWork
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_case,
    a_cover,
    a_guarantee,
    a_rate,
    a_statement,
    an_invoice,
    an_occasion,
    cny,
)
from tests.services.judging import POLICY, a_work, judged, proposed

CURRENCIES = ("CNY", "USD", "EUR", "JPY")
amounts = st.builds(Money, st.integers(1, 10**9), st.sampled_from(CURRENCIES))
per_pivot = st.decimals("0.5", "200", places=4)


@st.composite
def works(draw: st.DrawFn) -> FakeWork:
    """A customer of any currency with documents, a limit and a request in any other."""
    work = a_work(
        late=draw(st.integers(0, 60)),
        currency=draw(st.sampled_from(CURRENCIES)),
        terms_days=draw(st.none() | st.integers(0, 120)),
    )
    work.rates.put_all([a_rate(code, str(draw(per_pivot))) for code in ("CNY", "USD", "JPY")])
    for place, amount in enumerate(draw(st.lists(amounts, max_size=3))):
        work.ledger.add(invoices=[an_invoice(f"X{place}", amount=amount)])
    if draw(st.booleans()):
        limit = draw(amounts)
        work.limits.add(
            Limit(ACME, 1, limit_state(limit), limit, TODAY - timedelta(days=draw(days)), None, 30,
                  recorded_at=NOW),
            replacing=0,
        )  # fmt: skip
    if draw(st.booleans()):
        cover = a_cover(amount=draw(amounts), from_=TODAY - timedelta(days=9))
        work.backings.add(covers=[cover], guarantees=[a_guarantee(amount=draw(amounts))], at=NOW)
        work.statements.put_all([a_statement(revenue=draw(amounts))])
    if draw(st.booleans()):
        asked = an_occasion(kind=OccasionKind.REQUEST, requested_limit=draw(amounts))
        work.kept.cases["CASE-1"] = a_case(occasion=asked)
    return work


days = st.integers(0, 400)


def kept(work: FakeWork) -> Proposal:
    judged(work)
    return decode(encode(proposed(work)), Proposal)


def changed_since(work: FakeWork) -> None:
    """Everything a proposal was drawn up from, besides what it kept itself, is other now."""
    customer: Customer = work.customers.get(ACME)
    work.customers.put_all([replace(customer, terms_days=7, requested_limit=cny(1))])
    work.rates.put_all([a_rate(code, "1.7") for code in ("CNY", "USD", "JPY")])
    work.ledger.add(invoices=[an_invoice("LATER", amount=cny(9_999_999))])
    work.backings.add(guarantees=[a_guarantee(amount=cny(1))], at=NOW)
    before = work.limits.current(ACME)
    version = before.version if before else 0
    zero = Limit(ACME, version + 1, LimitState.ZERO, None, TODAY, None, None, recorded_at=NOW)
    work.limits.add(zero, replacing=version)


@settings(max_examples=40, deadline=None)
@given(works())
def test_any_kept_proposal_comes_out_again_hash_included(work: FakeWork) -> None:
    proposal = kept(work)
    changed_since(work)
    again = replay_proposal(proposal, work.evaluations.get("EV-000001"), POLICY)
    assert again == proposal
    assert again.hash == proposal.hash == work.proposals.listed(proposal.id)["hash"]
    outcome = replay_evaluation("EV-000001", work=work)
    assert outcome.problems == ()
    assert [p.id for p in outcome.proposals] == [proposal.id]


@settings(max_examples=40, deadline=None)
@given(works())
def test_it_names_every_rate_that_it_needs_and_no_other(work: FakeWork) -> None:
    proposal = kept(work)
    known = set(work.rates.all().listed())
    assert set(proposal.rates) <= known
    if proposal.base_currency != proposal.proposed.currency:
        wanted = {proposal.base_currency, proposal.proposed.currency} - {"EUR"}
        assert wanted <= {rate.currency for rate in proposal.rates}


def test_by_todays_rates_it_would_be_another_one() -> None:
    """Negative control: without the rates that it kept, the replay would not agree."""
    work = a_work(currency="USD")
    work.rates.put_all([a_rate("CNY", "7.8"), a_rate("USD", "1.1")])
    proposal = kept(work)
    assert {rate.currency for rate in proposal.rates} == {"CNY", "USD"}
    assert proposal.situation is not None
    other = Rates([a_rate("CNY", "7.9"), a_rate("USD", "1.1")])
    own = replace(proposal.situation.own, rates=other)
    forged = replace(proposal, situation=replace(proposal.situation, own=own))
    again = replay_proposal(forged, work.evaluations.get("EV-000001"), POLICY)
    assert again is not None
    assert "proposal.base_factor" in {d.field for d in differences_of_proposals(forged, again)}
    assert forged.hash != proposal.hash


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("proposed", cny(123_456)), ("binding", LimitMethod.CAP), ("candidates", ()),
        ("terms_days", 99), ("until", TODAY), ("grade", Grade.G),
        ("requested", cny(5)), ("current_state", LimitState.UNLIMITED), ("base_currency", "EUR"),
    ],
)  # fmt: skip
def test_a_tampered_proposal_is_found_and_the_field_named(field: str, value: object) -> None:
    work = a_work()
    judged(work)
    proposal = proposed(work)
    assert getattr(proposal, field) != value
    work.kept.proposals[proposal.id] = replace(proposal, **{field: value})  # type: ignore[arg-type]
    fields = {str(p.facts["field"]) for p in replay_evaluation("EV-000001", work=work).problems}
    assert f"proposal.{field}" in fields


def test_a_proposal_and_its_situation_forged_together_are_found_by_the_journal() -> None:
    work = a_work()
    judged(work)
    proposal = proposed(work)
    assert proposal.situation is not None
    asked = replace(proposal.situation, requested=cny(1_000), terms_days=1)
    made = replace(proposal, situation=asked)
    forged = replay_proposal(made, work.evaluations.get("EV-000001"), POLICY)
    assert forged is not None
    work.kept.proposals[proposal.id] = forged
    fields = {str(p.facts["field"]) for p in replay_evaluation("EV-000001", work=work).problems}
    assert "proposal.journal.hash" in fields


def test_an_amount_that_somebody_raised_is_taken_over_and_everything_else_compared() -> None:
    work = a_work()
    judged(work)
    proposal = proposed(work)
    wanted = Candidate(LimitMethod.RAISED, cny(999_000), say("Raised by {person}.", person="Li"))
    raised = replace(
        proposal,
        id="PR-000002",
        proposed=cny(999_000),
        binding=LimitMethod.RAISED,
        candidates=(*proposal.candidates, wanted),
    )
    work.proposals.add(raised)
    assert replay_evaluation("EV-000001", work=work).same
    work.kept.proposals["PR-000002"] = replace(raised, base_factor=raised.base_factor * 2)
    assert not replay_evaluation("EV-000001", work=work).same


def test_terms_that_somebody_wanted_longer_are_taken_over_too() -> None:
    work = a_work()
    judged(work)
    proposal = proposed(work)
    wanted = Candidate(LimitMethod.RAISED, proposal.proposed, say("Longer."))
    longer = replace(
        proposal,
        id="PR-000002",
        terms_days=proposal.terms_days + 5,
        conditions=(Condition(text="Only so."),),
        candidates=(*proposal.candidates, wanted),
    )
    work.proposals.add(longer)
    assert replay_evaluation("EV-000001", work=work).same
    # Nobody is named as having wanted it: then the terms do not follow from anything.
    work.kept.proposals["PR-000002"] = replace(longer, candidates=proposal.candidates)
    assert not replay_evaluation("EV-000001", work=work).same


def test_one_from_before_says_that_its_situation_was_not_kept() -> None:
    work = a_work()
    judged(work)
    proposal = proposed(work)
    work.kept.proposals[proposal.id] = replace(proposal, situation=None)
    outcome = replay_evaluation("EV-000001", work=work)
    assert (outcome.same, outcome.proposals, outcome.unkept) == (True, (), 1)
    assert "from before their situation was kept" in str(outcome.followed[0])


def test_the_hash_of_one_without_conversions_is_what_it_was_before() -> None:
    """A decision that was made before the upgrade still names the same proposal."""
    work = a_work()
    judged(work)
    proposal = proposed(work)
    assert proposal.rates == ()
    assert replace(proposal, situation=None).hash == proposal.hash


def test_a_rate_that_statements_were_converted_by_is_named_too() -> None:
    work = a_work()
    work.rates.put_all([a_rate("CNY", "7.8"), a_rate("USD", "1.1"), a_rate("JPY", "160")])
    usd = Money.of(Decimal(10_000_000), "USD")
    work.statements.put_all([replace(a_statement(), currency="USD", revenue=usd, equity=usd)])
    judged(work)
    propose("CASE-1", at=NOW, work=work)
    assert {rate.currency for rate in work.proposals.get("PR-000001").rates} == {"CNY", "USD"}
