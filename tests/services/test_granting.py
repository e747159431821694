"""What was decided on top comes into force once, as the difference, and only while it still can."""

from dataclasses import replace
from datetime import timedelta

import pytest

from creditflow.approvals.deciding import decide
from creditflow.domain import raises
from creditflow.domain.added_limits import AddedKind, Consumption, added_on
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.granting import Change
from creditflow.domain.letter import LetterFacts
from creditflow.domain.letter_notices import ProjectLimit, TemporaryLimit
from creditflow.domain.proposal import Outcome
from creditflow.services.applying import apply
from creditflow.services.asking import Wish
from creditflow.services.corresponding import write_letter
from creditflow.services.granting import end_early, take_back_all
from creditflow.services.proposing import replay_proposal
from creditflow.web.previewing import foresee
from tests.makers import ACME, NOW, TODAY, an_added_limit, cny, later
from tests.services.judging import POLICY
from tests.services.on_top import BRIDGE, CHAIR, SEASON, a_book, decided, granted, laid_before
from tests.services.test_corresponding import SENDER, Listening
from tests.web.test_previewing import said

LARGE = replace(SEASON, amount=cny(500_000))


def finished(work, case):
    work.cases.put(work.cases.get(case.id).moved(CaseState.NOTIFIED, at=NOW))


def told(work, case):
    press = Listening()
    write_letter(case.id, at=NOW, on=TODAY, work=work, press=press, sender=SENDER)
    (facts,) = press.facts
    return facts


@pytest.mark.parametrize(
    ("wish", "kind", "from_"),
    [(SEASON, AddedKind.TEMPORARY, SEASON.from_), (BRIDGE, AddedKind.PROJECT, TODAY)],
)
def test_a_small_one_is_granted_by_the_policy_with_everything_it_was_asked_with(wish, kind, from_):
    work = a_book()
    case = granted(work, wish)
    (limit,) = work.added_limits.of(ACME)
    assert case.state is CaseState.APPLIED
    assert (limit.kind, limit.amount, limit.from_, limit.until) == (
        kind, cny(5_000), from_, wish.until,
    )  # fmt: skip
    assert (limit.project, limit.case_id, limit.reason) == (wish.project, case.id, wish.note)
    assert work.limits.current(ACME).version == 1
    last = work.journal.of(case.id)[-1].entry
    assert (last.what, last.facts["amount"]) == ("limit.granted", str(cny(5_000)))


def test_the_proposal_speaks_of_the_sum_and_the_difference_is_granted():
    work = a_book(cny(2_900_000))
    case = laid_before(work, LARGE)
    proposal = work.proposals.get(case.proposal_id)
    assert (proposal.current, proposal.proposed) == (cny(2_900_000), cny(3_400_000))
    decided(work, case, Say.APPROVE_WITH_CHANGE, cny(3_000_000))
    apply(case.id, at=NOW, on=TODAY, work=work)
    assert [x.amount for x in work.added_limits.of(ACME)] == [cny(100_000)]


@pytest.mark.parametrize("wish", [SEASON, BRIDGE, LARGE])
def test_what_was_proposed_is_drawn_up_again_to_the_same_hash(wish):
    work = a_book()
    proposal = work.proposals.get(laid_before(work, wish).proposal_id)
    evaluation = work.evaluations.get(proposal.evaluation_id)
    again = replay_proposal(proposal, evaluation, POLICY)
    assert (again, again.hash) == (proposal, proposal.hash)
    assert replace(again, on_top=None).hash != proposal.hash


def test_less_than_what_stands_besides_is_refused():
    work = a_book(cny(2_900_000))
    case = laid_before(work, LARGE)
    with pytest.raises(Exception, match="stands besides"):
        decided(work, case, Say.APPROVE_WITH_CHANGE, cny(2_899_999))
    decided(work, case, Say.APPROVE_WITH_CHANGE, cny(2_900_000))
    assert apply(case.id, at=NOW, on=TODAY, work=work).state is CaseState.APPLIED
    assert work.added_limits.of(ACME) == []


def test_applying_twice_grants_once():
    work = a_book()
    case = granted(work)
    before = work.kept.copied()
    apply(case.id, at=later(days=1), on=TODAY, work=work)
    assert work.kept == before


def test_what_is_in_force_on_some_of_the_days_counts_as_standing():
    work = a_book(cny(200_000))
    first = granted(work)
    finished(work, first)
    touching = replace(SEASON, from_=SEASON.until - timedelta(1), until=SEASON.until + timedelta(9))
    apart = replace(SEASON, from_=SEASON.until, until=SEASON.until + timedelta(9))
    seen = []
    for wish in (touching, apart):
        case = laid_before(work, wish)
        seen.append(work.proposals.get(case.proposal_id).current)
        work.cases.put(work.cases.get(case.id).moved(CaseState.SUPERSEDED, at=NOW))
    assert seen == [cny(205_000), cny(200_000)]


def test_once_its_days_are_over_it_is_granted_no_more():
    work = a_book()
    case = laid_before(work)
    assert apply(case.id, at=NOW, on=SEASON.until, work=work).state is CaseState.SUPERSEDED
    assert work.added_limits.of(ACME) == []


def test_it_begins_when_it_is_decided_where_its_first_day_is_over():
    work = a_book()
    case = laid_before(work)
    late = SEASON.from_ + timedelta(3)
    apply(case.id, at=NOW, on=late, work=work)
    assert [x.from_ for x in work.added_limits.of(ACME)] == [late]


def test_where_something_else_was_granted_meanwhile_it_is_asked_for_anew():
    work = a_book()
    case = laid_before(work)
    other = an_added_limit("AL-900000", from_=SEASON.from_, until=SEASON.until)
    work.added_limits.add(other, replacing=0)
    assert apply(case.id, at=NOW, on=TODAY, work=work).state is CaseState.SUPERSEDED
    assert work.added_limits.of(ACME) == [other]


def test_nothing_stays_on_top_of_a_base_limit_that_was_taken_away():
    work = a_book()
    granted(work, BRIDGE)
    take_back_all(ACME, on=TODAY + timedelta(9), why="gone", at=later(days=9), work=work)
    assert added_on(work.added_limits.of(ACME), TODAY + timedelta(8))
    assert not added_on(work.added_limits.of(ACME), TODAY + timedelta(9))
    before = work.kept.copied()
    take_back_all(ACME, on=TODAY + timedelta(9), why="gone", at=later(days=9), work=work)
    assert work.kept == before


def test_one_that_has_not_begun_is_taken_back_before_it_counts():
    work = a_book()
    granted(work)
    (limit,) = work.added_limits.of(ACME)
    ended = end_early(limit.id, on=TODAY, why="gone", by="x", at=later(days=1), work=work)
    assert (ended.from_, ended.until, ended.version) == (SEASON.from_, SEASON.from_, 2)


# ------------------------------------------------------------------ many small ones


def granted_by_the_policy(work, days_apart, most=30):
    """How many requests of 5 % are granted without a person, each so many days after the last."""
    for count in range(most):
        shift = timedelta(days_apart * count)
        wish = replace(
            SEASON, from_=SEASON.from_ + shift, until=SEASON.from_ + shift + timedelta(2)
        )
        case = laid_before(work, wish)
        if case.state is CaseState.AWAITING:
            return count, str(work.tasks.of(case.id)[-1].why)
        apply(case.id, at=NOW, on=TODAY, work=work)
        finished(work, case)
    return most, ""


@pytest.mark.parametrize("days_apart", [0, 1, 2])
def test_many_small_requests_get_no_further_than_one_large_one(days_apart):
    allowed = int(POLICY.straight_through.largest_raise * 100) // 5
    count, why = granted_by_the_policy(a_book(), days_apart)
    assert 1 < count <= allowed
    assert "within 90 days, this one included" in why


def test_without_counting_them_together_there_would_be_no_end(monkeypatch):
    monkeypatch.setattr(raises, "granted_before", lambda *_, **__: 0)
    assert granted_by_the_policy(a_book(), 2) == (30, "")


# ------------------------------------------------------------------ what the customer is told


def test_the_letter_of_a_temporary_limit_says_the_sum_and_the_base():
    work = a_book()
    facts = told(work, granted(work))
    assert isinstance(facts, TemporaryLimit)
    assert (facts.limit, facts.base, facts.from_, facts.until, facts.terms_days) == (
        cny(105_000), cny(100_000), SEASON.from_, SEASON.until, 60,
    )  # fmt: skip


def test_the_letter_of_a_project_limit_says_what_the_project_uses():
    work = a_book()
    facts = told(work, granted(work, BRIDGE))
    assert isinstance(facts, ProjectLimit)
    assert (facts.project, facts.limit, facts.base, facts.shares) == (
        "Bridge", cny(5_000), cny(100_000), Consumption.OWN_FIRST.value,
    )  # fmt: skip


@pytest.mark.parametrize("verdict", [(Say.REJECT, None), (Say.APPROVE_WITH_CHANGE, cny(2_900_000))])
def test_where_nothing_is_granted_the_customer_is_told_that_its_limit_stays(verdict):
    work = a_book(cny(2_900_000))
    case = laid_before(work, LARGE)
    decided(work, case, *verdict)
    apply(case.id, at=NOW, on=TODAY, work=work)
    facts = told(work, case)
    assert isinstance(facts, LetterFacts)
    assert (facts.outcome, facts.limit) == (Outcome.UNCHANGED, cny(2_900_000))


@pytest.mark.parametrize("wish", [LARGE, replace(BRIDGE, amount=cny(500_000))])
@pytest.mark.parametrize("amount", [None, cny(3_000_000), cny(2_900_000)])
def test_what_an_approver_sees_beforehand_is_what_leaves(wish: Wish, amount):
    work = a_book(cny(2_900_000))
    case = laid_before(work, wish)
    press = Listening()
    foresee(
        case, Say.APPROVE, Change(amount), at=NOW, on=TODAY, work=work, press=press, sender=SENDER
    )
    decided(work, case, Say.APPROVE if amount is None else Say.APPROVE_WITH_CHANGE, amount)
    apply(case.id, at=NOW, on=TODAY, work=work)
    assert said(press.facts) == said([told(work, case)])


def test_credit_on_top_is_granted_with_the_terms_and_the_earlier_end_that_were_decided():
    work = a_book()
    case = laid_before(work, LARGE)
    proposal = work.proposals.get(case.proposal_id)
    assert proposal.grant.until == LARGE.until
    sooner = LARGE.until - timedelta(days=3)
    verdict = Verdict(
        Say.APPROVE_WITH_CHANGE, case.proposal_hash, "Sooner.", terms_days=10, until=sooner
    )
    decide(case.id, verdict, by=CHAIR, key="k", at=NOW, on=TODAY, work=work)
    apply(case.id, at=NOW, on=TODAY, work=work)
    (limit,) = work.added_limits.of(ACME)
    assert (limit.until, limit.terms_days) == (sooner, 10)
    facts = told(work, case)
    assert (facts.until, facts.terms_days) == (sooner, 10)


def test_credit_on_top_is_not_given_for_longer_than_it_was_asked_for():
    work = a_book()
    case = laid_before(work, LARGE)
    longer = LARGE.until + timedelta(days=1)
    verdict = Verdict(Say.APPROVE_WITH_CHANGE, case.proposal_hash, "Longer.", until=longer)
    with pytest.raises(Exception, match="not possible here"):
        decide(case.id, verdict, by=CHAIR, key="k", at=NOW, on=TODAY, work=work)
