"""Scorecards beside each other: gaps, overlaps and what cannot be blended are told at once."""

import copy
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.choosing import scorecard_for
from creditflow.domain.policy_problem import PolicyProblem
from creditflow.domain.policy_reading import read_policy
from creditflow.domain.scorecard import Segment
from creditflow.domain.signals import Evidence, Signal
from tests.domain.test_policy_reading import SHIPPED
from tests.makers import TODAY


def read(change: Callable[[dict[str, Any]], object]) -> tuple[Any, list[PolicyProblem]]:
    documents = copy.deepcopy(SHIPPED)
    change(documents)
    return read_policy(documents, version=1)


def beside(documents: dict[str, Any], name: str, **changes: Any) -> dict[str, Any]:
    """Another scorecard, like the shipped one of its segment."""
    segment = changes.get("segment", "existing")
    card = copy.deepcopy(documents[f"scorecard_{segment}"])
    card |= {"id": name, **changes}
    documents[f"scorecard_{name}"] = card
    return card  # type: ignore[no-any-return]


def test_a_second_scorecard_for_everybody_overlaps_with_the_first() -> None:
    _, found = read(lambda d: beside(d, "mining", applies_to={"statement_audited": ["yes"]}))
    (problem,) = found
    assert (problem.document, problem.path) == ("scorecard_mining", "applies_to")
    assert "scorecard_existing" in str(problem.what)
    assert "statement_audited = yes" in str(problem.what)


def test_whom_nobody_takes_is_a_gap() -> None:
    def change(d: dict[str, Any]) -> None:
        d["scorecard_existing"]["applies_to"] = {"statement_audited": ["no"]}
        beside(d, "audited", applies_to={"statement_audited": ["yes"]})

    _, (problem,) = read(change)
    assert "No scorecard for existing customers applies" in str(problem.what)
    assert "statement_audited = other" in str(problem.what)


def test_one_scorecard_per_customer_is_in_order() -> None:
    def change(d: dict[str, Any]) -> None:
        d["scorecard_existing"]["applies_to"] = {"statement_audited": ["other"]}
        beside(d, "audited", applies_to={"statement_audited": ["yes", "no"]})

    policy, found = read(change)
    assert found == []
    assert set(policy.scorecards) == {"new", "existing", "audited"}


def test_every_planted_mistake_is_told_at_once() -> None:
    def change(d: dict[str, Any]) -> None:
        d["policy"]["blend_invoices"] = 0
        d["policy"]["knock_outs"] = copy.deepcopy(d["scorecard_new"]["knock_outs"])[:1] * 2
        first = beside(d, "one", applies_to={"net_margin": ["x"]})
        first["characteristics"][0]["signal"] = "days_beyond_terms_6m"
        beside(d, "two", segment="new", id="new-2026", applies_to={"statement_audited": "yes"})

    policy, found = read(change)
    assert policy is None
    places = {(p.document, p.path) for p in found}
    assert {
        ("policy", "blend_invoices"),
        ("policy", "knock_outs.1.code"),
        ("scorecard_new", "knock_outs.0.code"),
        ("scorecard_one", "applies_to.net_margin"),
        ("scorecard_one", "characteristics.0"),
        ("scorecard_two", "id"),
        ("scorecard_two", "applies_to.statement_audited"),
    } <= places
    assert all(str(p.what) and str(p.remedy) for p in found)


@pytest.mark.parametrize(
    "condition",
    [{"signal": "statement_audited", "at_least": 1}, {"signal": "net_margin", "values": ["yes"]}],
)
def test_a_condition_fits_its_signal(condition: dict[str, Any]) -> None:
    def change(d: dict[str, Any]) -> None:
        d["policy"]["knock_outs"] = [
            {"code": "X", "title": {"en": "x", "zh-CN": "x"}, "conditions": [condition]}
        ]

    _, (problem,) = read(change)
    assert problem.path == "knock_outs.0.conditions.0"


def test_a_rule_of_the_policy_knocks_out_whatever_the_scorecard() -> None:
    rule = {"code": "AUDIT", "title": {"en": "x", "zh-CN": "x"},
            "conditions": [{"signal": "statement_audited", "values": ["no"]}]}  # fmt: skip
    policy, found = read(lambda d: d["policy"].update(knock_outs=[rule]))
    assert found == []
    assert [c.knock_outs[0].code for c in policy.scorecards.values()] == ["AUDIT", "AUDIT"]


WORDS = ["yes", "no", "other"]
STATUS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True)


@settings(max_examples=60)
@given(st.lists(STATUS, min_size=1, max_size=3))
def test_accepted_means_exactly_one_and_refused_means_none_or_several(
    chosen: list[list[str]],
) -> None:
    def change(d: dict[str, Any]) -> None:
        d["scorecard_existing"]["applies_to"] = {"statement_audited": chosen[0]}
        for n, words in enumerate(chosen[1:]):
            beside(d, f"more_{n}", applies_to={"statement_audited": words})

    policy, found = read(change)
    named = set().union(*chosen) - {"other"}
    counts = {
        word: sum(1 for words in chosen if (word if word in named else "other") in words)
        for word in WORDS
    }
    assert (found == []) == all(count == 1 for count in counts.values())
    if policy is not None:
        for word, segment in product(WORDS, Segment):
            evidence = Evidence([Signal("statement_audited", word, TODAY, "test")])
            assert scorecard_for(segment, evidence, policy, on=TODAY).segment is segment
