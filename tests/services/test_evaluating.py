"""Evaluating a case: what is kept, what a repetition does, and what a replay gives."""

from dataclasses import replace
from decimal import Decimal

import pytest

from creditflow.domain.case import CaseState
from creditflow.domain.grade import Grade
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.rates import NoRate
from creditflow.domain.scorecard import Segment
from creditflow.services.evaluating import evaluate, replay
from tests.fakes import FakeWork
from tests.makers import (
    NOW,
    TODAY,
    a_case,
    a_customer,
    a_statement,
)
from tests.services.judging import POLICY, a_work, judged


def test_an_evaluation_is_kept_with_case_and_journal() -> None:
    work = a_work()
    case = evaluate("CASE-1", at=NOW, work=work)
    evaluation = work.evaluations.get("EV-000001")
    assert (case.state, case.evaluation_id) == (CaseState.EVALUATED, "EV-000001")
    assert work.cases.get("CASE-1") == case
    assert (evaluation.segment, evaluation.scorecard) == (Segment.EXISTING, "existing-2026")
    assert (evaluation.case_id, evaluation.on, evaluation.policy_version) == ("CASE-1", TODAY, 1)
    (entry,) = [s.entry for s in work.journal.of("CASE-1")]
    assert (entry.what, entry.by, entry.facts["grade"]) == (
        "case.evaluated",
        SYSTEM_ACTOR,
        evaluation.grade.value,
    )


def test_evaluating_again_changes_nothing() -> None:
    work = a_work()
    case = evaluate("CASE-1", at=NOW, work=work)
    assert evaluate("CASE-1", at=NOW, work=work) == case
    assert len(work.journal.of("CASE-1")) == 1


def test_who_pays_late_is_judged_worse() -> None:
    prompt, late = judged(a_work()), judged(a_work(late=40))
    assert late.points < prompt.points
    assert prompt.grade.is_at_least(Grade.C)
    assert "lateness_ewma_12m" in late.reasons_against


def test_a_new_customer_is_judged_by_the_other_scorecard() -> None:
    work = FakeWork(POLICY)
    work.customers.put_all([a_customer(onboarded_on=TODAY)])
    work.cases.add(a_case())
    evaluation = judged(work)
    assert (evaluation.segment, evaluation.scorecard) == (Segment.NEW, "new-2026")
    assert evaluation.confidence < Decimal("0.5")
    assert "current_ratio" in evaluation.missing


def test_statements_raise_the_confidence() -> None:
    without, with_one = a_work(), a_work()
    with_one.statements.put_all([a_statement()])
    assert judged(with_one).confidence > judged(without).confidence


def test_a_replay_gives_the_same_evaluation() -> None:
    evaluation = judged(a_work(late=12))
    assert replay(evaluation, POLICY) == evaluation


def test_a_replay_under_other_weights_does_not() -> None:
    evaluation = judged(a_work(late=12))
    swapped = dict(POLICY.scorecards)
    swapped[Segment.EXISTING] = POLICY.scorecards[Segment.NEW]
    assert replay(evaluation, replace(POLICY, scorecards=swapped)) != evaluation


def test_without_a_rate_it_is_refused_and_nothing_is_kept() -> None:
    work = a_work(currency="USD")
    with pytest.raises(NoRate, match=r"exchange rate"):
        evaluate("CASE-1", at=NOW, work=work)
    assert work.cases.get("CASE-1").state is CaseState.DRAFT
