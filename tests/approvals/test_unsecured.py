"""Authority by what of a limit nothing backs: the sentence, the way, the borders, and the columns."""

import json
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.approvals.routing import Route, route
from creditflow.approvals.undecided import Undecided, bands, stages_of
from creditflow.domain.authority import AuthorityRule, Stage
from creditflow.domain.backing import Backed, Backing
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.policy import Policy
from creditflow.domain.policy_reading import policy_from_json, read_policy
from creditflow.domain.proposal import Proposal
from creditflow.sources.policy_files import shipped_policy_text
from tests.makers import a_policy, a_proposal, an_evaluation, an_occasion, cny

MUCH = AuthorityRule("much", (Stage("committee"),), unsecured_above=cny(1_000_000))
MORE = AuthorityRule("more", (Stage("director", 2),), unsecured_increase_above=cny(100_000))
POLICY = a_policy(authority=(MUCH, MORE))


def backed_by(amount: int, most_open: int = 0) -> Backed:
    backing = Backing("deposit", "Bank", "D-1", cny(amount), Decimal(1), cny(amount), None)
    return Backed(cny(most_open), (backing,))


def way(proposal: Proposal, policy: Policy = POLICY) -> Route:
    return route(
        proposal, an_evaluation(grade=proposal.grade),
        an_occasion(kind=OccasionKind.PERIODIC), policy,
    )  # fmt: skip


def test_a_rule_asks_for_the_part_that_nothing_backs():
    bare = a_proposal(current=cny(1_100_000), proposed=cny(1_200_000))
    found = way(bare)
    assert (found.rule, str(found.why)) == (
        "much", "The unsecured part of CNY 1,200,000.00 exceeds CNY 1,000,000.00.",
    )  # fmt: skip
    assert way(replace(bare, backed=backed_by(200_000))).rule == ""
    assert way(replace(bare, backed=backed_by(199_999))).rule == "much"


@pytest.mark.parametrize(
    ("proposal", "rule"),
    [
        # 800,000, of which 650,000 are open, after 600,000 that were all open.
        ({"backed": backed_by(150_000)}, ""),
        ({"backed": backed_by(99_999)}, "more"),
        # Of the 600,000 before only 500,000 were open.
        ({"backed": backed_by(150_000), "current_open": cny(500_000)}, "more"),
        # The cover lapses: the limit falls, and what is open rises all the same.
        ({"proposed": cny(550_000), "current_open": cny(400_000)}, "more"),
        ({"proposed": cny(600_000), "current_open": cny(400_000)}, "more"),
        ({"proposed": cny(600_000)}, ""),
    ],
)
def test_a_rule_asks_how_much_more_of_it_nothing_backs(proposal, rule):
    found = way(a_proposal(**proposal))
    assert found.rule == rule
    if rule:
        assert "The unsecured part increases by" in str(found.why)
        assert [(step.desk.id, step.needed) for step in found.steps] == [("director", 2)]


def test_with_nothing_that_is_secured_the_unsecured_part_is_the_whole():
    plain = a_policy(
        authority=(
            replace(MUCH, unsecured_above=None, limit_above=cny(1_000_000)),
            replace(MORE, unsecured_increase_above=None, increase_above=cny(100_000)),
        )
    )
    for amount in (0, 600_000, 700_000, 700_001, 1_000_000, 1_000_001):
        proposal = a_proposal(proposed=cny(amount))
        assert stages_of(way(proposal)) == stages_of(way(proposal, plain))


@given(
    st.integers(0, 3_000_000), st.integers(0, 2_000_000), st.none() | st.integers(0, 600_000)
)  # fmt: skip
def test_the_borders_between_ways_are_exact(on_top, most_open, open_before):
    proposal = a_proposal(
        backed=backed_by(on_top, most_open),
        current_open=None if open_before is None else cny(open_before),
    )
    asked = Undecided(
        proposal, an_evaluation(grade=proposal.grade), an_occasion(kind=OccasionKind.PERIODIC),
        POLICY,
    )  # fmt: skip
    found = bands(asked)
    for below, above in pairwise(found):
        assert stages_of(asked.way(below.most)) == stages_of(below.way)
        assert stages_of(asked.way(above.least)) != stages_of(below.way)
    for edge in (1_000_000, 1_000_001, 1_000_000 + on_top, 1_000_001 + on_top):
        band = next(b for b in reversed(found) if b.least <= cny(edge))
        assert stages_of(asked.way(cny(edge))) == stages_of(band.way)


def shipped(*rules: dict[str, object]) -> list[tuple[str, str]]:

    documents = json.loads(shipped_policy_text())
    documents["policy"]["authority"] = [
        {"id": f"r{n}", "when": when, "stages": [{"desk": "by_amount"}]}
        for n, when in enumerate(rules)
    ]
    _, problems = read_policy(documents, version=1, is_draft=True)
    return [(p.path, str(p.what)) for p in problems]


def test_the_conditions_are_policy_data_and_a_rule_that_is_never_reached_is_told():
    assert (
        shipped({"unsecured_above": 5}, {"limit_above": 5}, {"unsecured_increase_above": 5}) == []
    )
    # More than 6 openly are more than 5 in all.
    told = shipped({"limit_above": 5}, {"unsecured_above": 6})
    assert [path for path, _ in told] == ["authority.1.when"]
    # But more than 6 in all need not be more than 5 openly.
    assert shipped({"unsecured_above": 5}, {"limit_above": 6}) == []
    assert [path for path, _ in shipped({"unsecured_above": "much"})] == [
        "authority.0.when.unsecured_above"
    ]


def test_the_shipped_policy_asks_for_neither():
    rules = policy_from_json(shipped_policy_text(), 1).authority
    assert all(r.unsecured_above is None and r.unsecured_increase_above is None for r in rules)
