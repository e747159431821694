"""Policies are read whole: every problem is named at once, with its place and a remedy."""

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.catalogue import Kind
from creditflow.domain.freshness import SHELF_LIFE_DAYS
from creditflow.domain.grade import Grade
from creditflow.domain.money import Money
from creditflow.domain.notice_rules import EndRule
from creditflow.domain.policy_reading import InvalidPolicy, canonical, policy_from_json, read_policy
from creditflow.domain.scorecard import Segment
from creditflow.sources.policy_files import shipped_policy_text

SHIPPED: dict[str, Any] = json.loads(shipped_policy_text())


def problems(change: Callable[[dict[str, Any]], object]) -> list[tuple[str, str]]:
    """Where problems stand after a change to the shipped policy."""
    documents = copy.deepcopy(SHIPPED)
    change(documents)
    policy, found = read_policy(documents, version=1)
    assert (policy is None) == bool(found)
    for problem in found:
        assert str(problem.what)
        assert str(problem.remedy)
    return [(p.document, p.path) for p in found]


def test_the_shipped_policy_is_valid_and_has_what_the_shipped_documents_say() -> None:
    policy = policy_from_json(shipped_policy_text(), 7)
    assert (policy.version, policy.base_currency) == (7, "CNY")
    assert [d.id for d in policy.desks] == [
        "credit-analyst",
        "credit-manager",
        "finance-director",
        "credit-committee",
    ]
    assert policy.desks[0].ceiling == Money.of(500_000, "CNY")
    assert policy.desks[-1].ceiling is None
    assert policy.grades[Grade.G].cap == Money.zero("CNY")
    assert policy.scorecards[Segment.NEW].characteristics[0].weight == Decimal("0.21")


def test_the_canonical_text_leads_to_itself() -> None:
    assert canonical(json.loads(shipped_policy_text())) == shipped_policy_text()


def _set(*path: Any) -> Callable[[dict[str, Any]], object]:
    *inner, last, value = path

    def change(documents: dict[str, Any]) -> None:
        place: Any = documents
        for key in inner:
            place = place[key]
        place[last] = value

    return change


PLANTED = [
    (_set("policy", "base_currency", "RMB"), "base_currency"),
    (_set("policy", "new_until_days", "soon"), "new_until_days"),
    (_set("policy", "least_change", 0.1), "least_change"),
    (_set("policy", "tell_unchanged", "no"), "tell_unchanged"),
    (_set("policy", "expiry_dyas", 3), "expiry_dyas"),
    (_set("policy", "asking", "longest_temporary_days", 0), "asking.longest_temporary_days"),
    (_set("policy", "asking", "longest_project_days", 1.5), "asking.longest_project_days"),
    (_set("policy", "asking", "furthest_ahead_days", -1), "asking.furthest_ahead_days"),
    (_set("policy", "asking", "longest_days", 9), "asking.longest_days"),
    (_set("policy", "grades", "A", "cap", -1), "grades.A.cap"),
    (_set("policy", "grades", "D", "worth_share", "0.5"), "grades.D.worth_share"),
    (_set("policy", "grades", "F", "terms_days", "NaN"), "grades.F.terms_days"),
    (_set("policy", "straight_through", "worst_grade", "H"), "straight_through.worst_grade"),
    (_set("policy", "desks", 1, "ceiling", 400_000), "desks.1"),
    (_set("policy", "desks", 3, "ceiling", 99_000_000), "desks.3"),
    (_set("policy", "desks", 0, "title", {"en": "Analyst"}), "desks.0.title"),
    (_set("policy", "rounding_steps", "USD", 0), "rounding_steps.USD"),
    (_set("policy", "sector_outlook", "food", 2), "sector_outlook.food"),
    (_set("policy", "limit_reasons", "hope", {}), "limit_reasons.hope"),
    (_set("scorecard_new", "segment", "existing"), "segment"),
    (_set("scorecard_new", "weights", "prospects", "0.3"), "weights"),
    (_set("scorecard_new", "bands", 6, "at_least", 10), "bands.6"),
    (_set("scorecard_new", "bands", 2, "at_least", 900), "bands.2"),
    (_set("scorecard_new", "characteristics", 0, "weight", "0.4"), "characteristics"),
    (_set("scorecard_new", "characteristics", 1, "signal", "star_sign"), "characteristics.1.signal"),
    (_set("scorecard_new", "characteristics", 0, "missing_points", 80), "characteristics.0.missing_points"),
    (_set("scorecard_new", "characteristics", 0, "bins", 1, "below", 1), "characteristics.0.bins.1"),
    (_set("scorecard_new", "characteristics", 0, "bins", 6, "below", 999), "characteristics.0.bins.6"),
    (_set("scorecard_new", "characteristics", 0, "bins", 0, "points", 99), "characteristics.0.bins"),
    (_set("scorecard_new", "characteristics", 0, "disclosure", "against", "en", "Grade {grade}"), "characteristics.0.disclosure.against.en"),
    (_set("scorecard_new", "knock_outs", 0, "conditions", 0, {"signal": "overdue_90_share"}), "knock_outs.0.conditions.0"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "path"), PLANTED, ids=[path for _, path in PLANTED])
def test_a_planted_mistake_is_found_where_it_stands(
    change: Callable[[dict[str, Any]], object], path: str
) -> None:
    assert path in [found for _, found in problems(change)]


def test_nothing_is_found_where_nothing_was_planted() -> None:
    assert problems(lambda documents: None) == []


def test_all_planted_mistakes_are_found_at_once() -> None:
    def plant(documents: dict[str, Any]) -> None:
        for change, _ in PLANTED:
            change(documents)

    found = {path for _, path in problems(plant)}
    # The bin without bound hides behind the order, and nothing else behind anything.
    assert {path for _, path in PLANTED} <= found


def test_a_disclosure_of_what_must_stay_inside_is_refused() -> None:
    def disclose(documents: dict[str, Any]) -> None:
        for c in documents["scorecard_new"]["characteristics"]:
            if c["name"] == "sector_outlook":
                c["disclosure"] = {
                    k: {"en": "x", "zh-CN": "x"} for k in ("against", "for", "advice")
                } | {"code": "S"}

    assert len(problems(disclose)) == 1


def test_missing_and_unknown_documents_are_named() -> None:
    policy, found = read_policy({"polciy": {}}, version=1)
    assert policy is None
    assert len(found) == 4


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"policy": NaN}', "[" * 5000])
def test_text_that_is_no_policy_is_refused_in_words(text: str) -> None:
    with pytest.raises(InvalidPolicy, match="problems"):
        policy_from_json(text, 1)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(junk, st.data())
def test_reading_never_raises_whatever_stands_wherever(value: object, data: st.DataObject) -> None:
    documents = copy.deepcopy(SHIPPED)
    place: Any = documents
    while True:
        key = data.draw(
            st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place)))
        )
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            place[key] = value
            break
        place = place[key]
    policy, found = read_policy(documents, version=1)
    assert (policy is None) == bool(found)


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["policy", "scorecard_new", "scorecard_existing", "x"]), junk)
)
def test_reading_never_raises_on_junk(documents: dict[str, object]) -> None:
    policy, found = read_policy(documents, version=1)
    assert policy is None
    assert found


# ------------------------------------------------------------------ evidence


def test_the_shipped_policy_says_how_long_evidence_lasts_and_how_others_grade() -> None:
    policy = policy_from_json(shipped_policy_text(), 1)
    assert set(policy.shelf_lives) == set(SHELF_LIFE_DAYS)
    assert policy.scales["class-1-to-10"].standing("1") == 1
    assert policy.scales["letters"].standing("D") == 0
    assert policy.scales["letters"].standing("NR") is None
    assert [rule.desks_up for rule in policy.thin_evidence] == [0, 1, 2]


def test_a_policy_without_a_word_on_evidence_has_the_usual_rules() -> None:
    documents = copy.deepcopy(SHIPPED)
    for name in ("shelf_life_days", "scales", "thin_evidence"):
        del documents["policy"][name]
    policy, found = read_policy(documents, version=1)
    assert (found, policy is not None) == ([], True)
    assert policy is not None
    assert policy.shelf_life_days(Kind.STATEMENT) == 548
    assert policy.shelf_life_days(Kind.POLICY) is None
    thin = policy.thinness(Decimal("0.69"))
    assert thin is not None
    assert (thin.validity_share, thin.desks_up) == (Decimal("0.5"), 0)
    assert policy.thinness(Decimal("0.7")) is None


TITLE = {"en": "x", "zh-CN": "x"}
FOLLOW: dict[str, Any] = {
    "raise_from": "0.2", "cut_from": "0.1", "largest_raise": "0.5", "largest_cut": "0.4",
    "hold_days": 90, "raise_after_cut_days": 180, "period_days": 180,
}  # fmt: skip


def test_dynamic_limits_are_off_unless_the_policy_says_how_they_follow() -> None:
    documents = copy.deepcopy(SHIPPED)
    shipped, _ = read_policy(documents, version=1)
    documents["policy"]["dynamic_limits"] = FOLLOW
    policy, found = read_policy(documents, version=1)
    assert found == []
    assert shipped is not None
    assert policy is not None
    assert shipped.dynamic is None
    assert policy.dynamic is not None
    assert (policy.dynamic.hold_days, policy.dynamic.largest_raise) == (90, Decimal("0.5"))


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("shelf_life_days", {"gossip": 30}, "shelf_life_days.gossip"),
        ("shelf_life_days", {"court": 0}, "shelf_life_days.court"),
        ("shelf_life_days", {"policy": 30}, "shelf_life_days.policy"),
        ("scales", {"x": {"title": TITLE}}, "scales.x"),
        ("scales", {"x": {"title": TITLE, "values": ["A"]}}, "scales.x.values"),
        ("scales", {"x": {"title": TITLE, "values": ["A", "A"]}}, "scales.x.values"),
        ("scales", {"x": {"title": TITLE, "values": ["A", "B"], "best": 1}}, "scales.x"),
        ("scales", {"x": {"title": TITLE, "best": 1}}, "scales.x"),
        ("scales", {"x": {"title": TITLE, "best": 5, "worst": 5}}, "scales.x"),
        ("market", [{"below": 0, "share": "0.5"}, {"below": "-0.5", "share": "0.6"}], "market.1"),
        ("market", [{"below": -2, "share": "0.5"}], "market.0.below"),
        ("terms", {"money_cost": "0.05"}, "terms"),
        ("profit", {"margin": 2, "only_on_credit": 1, "use": 1, "loss_given_default": 1,
                    "money_cost": 0}, "profit.margin"),
        ("dynamic_limits", FOLLOW | {"raise_from": "0.6"}, "dynamic_limits.raise_from"),
        ("dynamic_limits", FOLLOW | {"cut_from": 2}, "dynamic_limits.cut_from"),
        ("dynamic_limits", FOLLOW | {"raise_after_cut_days": 30},
         "dynamic_limits.raise_after_cut_days"),
        ("thin_evidence", [{"below": 2, "validity_share": 1, "desks_up": 0}],
         "thin_evidence.0.below"),
        ("thin_evidence", [{"below": "0.5", "validity_share": 1, "desks_up": 1},
                           {"below": "0.4", "validity_share": 1, "desks_up": 0}],
         "thin_evidence.1"),
        ("thin_evidence", [{"below": "0.5", "validity_share": 1, "desks_up": 1},
                           {"below": "0.6", "validity_share": 1, "desks_up": 1}],
         "thin_evidence.1"),
    ],
)  # fmt: skip
def test_what_is_wrong_about_evidence_is_named_with_its_place(
    field: str, value: object, place: str
) -> None:
    assert problems(_set("policy", field, value)) == [("policy", place)]


NOTICES = {
    "payment_behaviour": {"share": "0.4", "days": 10, "invoices": 8, "pause_days": 90},
    "held": {"overdue_days": 45, "over_limit": True, "pause_days": 14},
    "statements_wanted": {"days": 400, "before_days": 45, "pause_days": 120},
    "limit_ends": {"before_days": 30},
}


def _with_companies(condition: object, *, listed: object) -> list[tuple[str, str, str]]:
    documents = copy.deepcopy(SHIPPED)
    documents["policy"]["authority"] = [
        {"id": "ours", "when": {"legal_entity": condition}, "stages": [{"desk": "by_amount"}]},
        {"id": "theirs", "when": {"legal_entity": condition}, "stages": [{"desk": "by_amount"}]},
    ]
    if listed is not None:
        documents["policy"]["legal_entities"] = listed
    _, found = read_policy(documents, version=1, is_draft=True)
    return [(problem.path, str(problem.what), str(problem.remedy)) for problem in found]


def test_a_rule_names_a_company_that_the_policy_lists() -> None:
    listed = [{"id": at, "title": {"en": at, "zh-CN": at}} for at in ("CN01", "DE01")]
    where = [f"authority.{at}.when.legal_entity" for at in range(2)]

    assert [(p, what) for p, what, _ in _with_companies("CN1", listed=listed)] == [
        (path, "'CN1' is not known here.") for path in where
    ]
    assert "CN01, DE01" in _with_companies("CN1", listed=listed)[0][2]
    assert [(p, what) for p, what, _ in _with_companies("CN01", listed=None)] == [
        (path, "The policy lists no companies of its own.") for path in where
    ]
    assert "never reached" in _with_companies("CN01", listed=listed)[0][1]
    # Where the list itself cannot be read, that alone is told.
    told = [path for path, _, _ in _with_companies("CN01", listed=[{"id": ""}])]
    assert any(path.startswith("legal_entities.0") for path in told)
    assert not any("legal_entity" in path.partition("authority")[2] for path in told)


def test_letters_without_a_case_are_off_until_the_policy_mentions_them() -> None:
    assert not policy_from_json(shipped_policy_text(), 1).notices
    documents = copy.deepcopy(SHIPPED)
    documents["policy"]["notices"] = {"limit_ends": {"before_days": 30}}
    policy, found = read_policy(documents, version=1)
    assert not found
    assert policy is not None
    assert policy.notices.limit_ends == EndRule(30)
    assert policy.notices.held is None


def test_every_mistake_in_the_rules_on_letters_is_told_at_once() -> None:
    wrong = copy.deepcopy(NOTICES)
    wrong["payment_behaviour"]["share"] = 2
    wrong["held"]["over_limit"] = "perhaps"
    wrong["statements_wanted"].pop("days")
    wrong["limit_ends"]["before_days"] = 0
    wrong["birthday"] = {}
    assert problems(_set("policy", "notices", NOTICES)) == []
    assert problems(_set("policy", "notices", wrong)) == [
        ("policy", "notices.birthday"),
        ("policy", "notices.payment_behaviour.share"),
        ("policy", "notices.held.over_limit"),
        ("policy", "notices.statements_wanted"),
        ("policy", "notices.limit_ends.before_days"),
    ]
