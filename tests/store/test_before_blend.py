"""What was kept before scorecards were blended is read as it was, and replays to the same result."""

import json
from pathlib import Path

import pytest

from creditflow.domain.evaluation import Evaluation
from creditflow.domain.policy_reading import policy_from_json
from creditflow.services.evaluating import replay
from creditflow.store.encoding import decode, encode

KEPT = Path(__file__).parents[1] / "data" / "before_blend"
POLICY = policy_from_json((KEPT / "policy.json").read_text("utf-8"), 1)
TEXTS = (KEPT / "evaluations.jsonl").read_text("utf-8").splitlines()


@pytest.mark.parametrize("text", TEXTS)
def test_an_old_evaluation_is_read_and_replays(text: str) -> None:
    evaluation = decode(text, Evaluation)
    assert evaluation.blend is None
    assert replay(evaluation, POLICY) == evaluation


def test_an_old_policy_has_no_blend() -> None:
    assert POLICY.blend_invoices is None
    assert set(POLICY.scorecards) == {"new", "existing"}


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_written_today_differs_by_what_is_new_only(text: str) -> None:
    again, before = json.loads(encode(decode(text, Evaluation))), json.loads(text)
    assert again["blend"] is None
    assert again["evidence"] == {"problems": [], "signals": before.pop("evidence")}
    assert {name: again[name] for name in before} == before


def test_a_field_without_a_default_must_be_there() -> None:
    """Negative control: only what came later may be absent."""
    plain = json.loads(TEXTS[0])
    del plain["points"]
    with pytest.raises(KeyError):
        decode(json.dumps(plain), Evaluation)
