"""A draft is held against the book as it was last judged, and nothing is kept of it."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from creditflow.domain.grade import Grade
from creditflow.domain.model_registry import ModelState
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.shadow import STRAIGHT_THROUGH
from creditflow.services.shadowing import shadow_run
from creditflow.sources.policy_files import shipped_policy_text
from tests.makers import ACME, TODAY, a_customer, a_limit, a_model, an_order, cny
from tests.services.judging import POLICY, a_work, judged, proposed


def draft(**policy):
    documents = json.loads(shipped_policy_text())
    documents["policy"] |= policy
    return policy_from_json(json.dumps(documents), 2)


def capped(amount):
    grades = json.loads(shipped_policy_text())["policy"]["grades"]
    return draft(grades={name: {**rule, "cap": min(rule["cap"], amount)}
                         for name, rule in grades.items()})  # fmt: skip


@pytest.fixture
def work():
    made = a_work()
    made.ledger.add(orders=[an_order(amount=cny(6_000))])
    judged(made)
    proposed(made)
    return made


def test_the_same_policy_moves_nobody(work):
    found = shadow_run(POLICY, work=work)

    assert (found.raised, found.reduced, found.regraded, found.left_out) == (0, 0, 0, 0)
    assert found.before == found.after
    (move,) = found.moves
    assert not move.moves
    (proposal,) = work.kept.proposals.values()
    assert move.before.limit == proposal.proposed


def test_lower_caps_show_as_less_limit_less_loss_and_orders_that_do_not_fit(work):
    found = shadow_run(capped(5_000), work=work)

    (move,) = found.moves
    assert found.reduced == 1
    assert move.after.limit <= cny(5_000) < move.before.limit
    assert found.after.expected_loss < found.before.expected_loss
    assert found.after.expected_loss == move.after.limit.times(move.after.pd * Decimal("0.45"))
    assert (found.before.held, found.after.held) == (0, 1)


def test_profit_is_reckoned_for_both_sides_by_one_rule(work):
    earns = {"margin": "0.12", "only_on_credit": "0.3", "use": "0.6",
             "loss_given_default": "0.45", "money_cost": "0.05"}  # fmt: skip
    grades = capped(5_000)
    found = shadow_run(replace(grades, profit=draft(profit=earns).profit), work=work)

    assert found.before.profit > found.after.profit > cny(0)
    assert shadow_run(grades, work=work).after.profit is None


def test_bounds_show_as_cases_that_need_nobody_or_a_desk(work):
    bounds = json.loads(shipped_policy_text())["policy"]["straight_through"]
    loose = {**bounds, "ceiling": 90_000_000, "least_confidence": 0, "worst_grade": "G"}

    free = shadow_run(draft(straight_through=loose), work=work)
    bound = shadow_run(draft(straight_through={**loose, "ceiling": 0}), work=work)

    assert dict(free.after.desks) == {STRAIGHT_THROUGH: 1}
    (desk,) = bound.after.desks
    assert desk in {known.id for known in POLICY.desks}
    assert free.moves[0].change == bound.moves[0].change == cny(0)


def test_raises_of_the_weeks_before_count_for_the_desk(work):
    (proposal,) = work.kept.proposals.values()
    high = POLICY.desks[-1].id
    rule = {"id": "many", "when": {"raised_above": 20_000}, "stages": [{"desk": high}]}
    before = proposal.proposed.times(Decimal("0.9"))
    work.limits.add(
        a_limit(amount=before, from_=TODAY - timedelta(days=9), case_id="CASE-0"), replacing=0
    )
    slight = draft(authority=[rule], least_change=0)

    found = shadow_run(slight, work=work)

    (move,) = found.moves
    assert cny(0) < move.after.limit - before < cny(20_000)
    assert move.after.desk == high


def test_what_the_draft_thinks_of_a_sector_counts(work):
    outlook = json.loads(shipped_policy_text())["policy"]["sector_outlook"]

    found = shadow_run(draft(sector_outlook={**outlook, "machinery": -1}), work=work)

    (move,) = found.moves
    assert found.regraded == 1
    assert move.after.pd > move.before.pd


def test_who_was_never_judged_is_left_out_and_counted(work):
    work.customers.put_all([a_customer("C002")])

    found = shadow_run(POLICY, work=work)

    assert [move.customer for move in found.moves] == [ACME]
    assert found.left_out == 1


def test_who_has_a_currency_without_a_rate_is_counted_apart(work):
    work.customers.put_all([replace(work.customers.get(ACME), currency="USD")])

    found = shadow_run(POLICY, work=work)

    assert (found.moves, found.left_out, found.without_rate) == ((), 0, 1)


@pytest.mark.parametrize("state", [ModelState.CHALLENGER, ModelState.CHAMPION])
def test_a_draft_that_lets_the_champion_count_shows_what_the_champion_says(state):
    work = a_work(late=20)
    work.models.add(a_model(late=-4_000, state=state))
    judged(work)

    found = shadow_run(draft(learned={"combine": "worse_of"}), work=work)

    (move,) = found.moves
    assert move.before.grade is not Grade.G
    assert (move.after.grade is Grade.G) is (state is ModelState.CHAMPION)
    assert found.regraded == int(state is ModelState.CHAMPION)


def test_nothing_is_kept(work):
    before = work.kept.copied()

    shadow_run(capped(5_000), work=work)

    assert work.kept == before
