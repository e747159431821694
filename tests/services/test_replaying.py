"""Replaying says so where nothing differs, and names everything that does."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.choosing import judge
from creditflow.domain.errors import NotFound
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.grade import Grade
from creditflow.domain.model_registry import ModelState
from creditflow.domain.replay import differences, fingerprint
from creditflow.domain.signals import Evidence, Signal
from creditflow.services.evaluating import replay
from creditflow.services.replaying import replay_evaluation
from creditflow.store.encoding import decode, encode
from tests.domain.strategies import evidences
from tests.fakes import FakeWork
from tests.makers import ACME, NOW, TODAY, a_model
from tests.services.judging import POLICY, a_work, judged

OLD = replace(POLICY, blend_invoices=None)


@pytest.fixture
def work() -> FakeWork:
    work = a_work(late=12)
    judged(work)
    return work


def tampered(work: FakeWork, **changes: object) -> None:
    kept = work.kept.evaluations["EV-000001"]
    work.kept.evaluations["EV-000001"] = replace(kept, **changes)  # type: ignore[arg-type]


def test_what_was_kept_comes_out_again(work: FakeWork) -> None:
    outcome = replay_evaluation("EV-000001", work=work)
    assert outcome.same
    assert "replays exactly" in str(outcome.sentence)


@settings(max_examples=40)
@given(evidences(), st.sampled_from([POLICY, OLD]))
def test_any_stored_evaluation_replays(evidence: Evidence, policy: object) -> None:
    evaluation = judge(evidence, policy, id="E", case_id="C", customer=ACME, on=TODAY, at=NOW)  # type: ignore[arg-type]
    stored = decode(encode(evaluation), Evaluation)
    assert differences(stored, replay(stored, policy)) == []  # type: ignore[arg-type]
    assert fingerprint(stored.evidence) == fingerprint(evidence)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("points", Decimal("999.99")), ("grade", Grade.A), ("pd", Decimal("0.0001")),
        ("confidence", Decimal(1)), ("reasons_for", ("tenure_days",)), ("reasons_against", ()),
        ("missing", ()), ("knock_outs", ("X",)), ("scorecard", "other"), ("blend", None),
        ("dimension_points", {}), ("contributions", ()),
    ],
)  # fmt: skip
def test_a_tampered_evaluation_is_found_and_the_field_named(
    work: FakeWork, field: str, value: object
) -> None:
    tampered(work, **{field: value})
    outcome = replay_evaluation("EV-000001", work=work)
    assert not outcome.same
    assert any(str(p.facts["field"]).startswith(field) for p in outcome.problems)


def test_evidence_that_was_changed_with_everything_that_follows_is_found(work: FakeWork) -> None:
    """Judged again from other evidence everything fits together, but for the journal."""
    kept = work.kept.evaluations["EV-000001"]
    better = [
        Signal(s.name, Decimal(0), s.as_of, s.source) if "late" in s.name else s
        for s in kept.evidence.values()
    ]
    work.kept.evaluations["EV-000001"] = replay(replace(kept, evidence=Evidence(better)), POLICY)
    outcome = replay_evaluation("EV-000001", work=work)
    fields = {p.facts["field"] for p in outcome.problems}
    assert {"journal.points", "journal.evidence"} <= fields
    assert "points" not in fields


def test_models_that_judged_and_were_taken_away_are_found() -> None:
    work = a_work(late=12)
    work.models.add(a_model(state=ModelState.CHALLENGER))
    judged(work)
    assert replay_evaluation("EV-000001", work=work).same
    tampered(work, learned=())
    (problem,) = replay_evaluation("EV-000001", work=work).problems
    assert problem.facts["field"] == "journal.models"


def test_a_policy_that_is_gone_is_told(work: FakeWork) -> None:
    tampered(work, policy_version=7)
    outcome = replay_evaluation("EV-000001", work=work)
    assert "There is no policy version 7." in [str(p) for p in outcome.problems]


def test_an_evaluation_that_is_not_there_is_refused(work: FakeWork) -> None:
    with pytest.raises(NotFound):
        replay_evaluation("EV-404", work=work)
