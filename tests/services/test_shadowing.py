"""A draft is held against the book as it was last judged, and nothing is kept of it."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from creditflow.domain.model_registry import ModelState
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.shadow import STRAIGHT_THROUGH
from creditflow.services.shadowing import shadow_run
from creditflow.sources.policy_files import shipped_policy_text
from tests.makers import ACME, a_customer, a_model, an_order, cny
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


def test_bounds_show_as_cases_that_need_nobody_or_a_desk(work):
    bounds = json.loads(shipped_policy_text())["policy"]["straight_through"]
    loose = {**bounds, "ceiling": 90_000_000, "least_confidence": 0, "worst_grade": "G"}

    free = shadow_run(draft(straight_through=loose), work=work)
    bound = shadow_run(draft(straight_through={**loose, "ceiling": 0}), work=work)

    assert dict(free.after.desks) == {STRAIGHT_THROUGH: 1}
    (desk,) = bound.after.desks
    assert desk in {known.id for known in POLICY.desks}
    assert free.moves[0].change == bound.moves[0].change == cny(0)


def test_what_the_draft_thinks_of_a_sector_counts(work):
    outlook = json.loads(shipped_policy_text())["policy"]["sector_outlook"]

    found = shadow_run(draft(sector_outlook={**outlook, "machinery": -1}), work=work)

    (move,) = found.moves
    assert found.regraded == 1
    assert move.after.pd > move.before.pd


def test_a_draft_that_lets_the_champion_count_shows_whom_it_moves(work):
    worse = draft(learned={"combine": "worse_of"})
    work.models.add(a_model(late=-40, state=ModelState.CHALLENGER))
    assert shadow_run(worse, work=work).regraded == 0

    champion = a_model("MD-0002", late=-400).moved(ModelState.CHALLENGER)
    strict = replace(champion, text=champion.text.replace('"base":600', '"base":300'))
    work.models.add(strict.moved(ModelState.CHAMPION))
    found = shadow_run(worse, work=work)

    (move,) = found.moves
    assert found.regraded == 1
    assert move.after.grade > move.before.grade
    assert shadow_run(POLICY, work=work).regraded == 0


def test_who_was_never_judged_is_left_out_and_counted(work):
    work.customers.put_all([a_customer("C002")])

    found = shadow_run(POLICY, work=work)

    assert [move.customer for move in found.moves] == [ACME]
    assert found.left_out == 1


def test_nothing_is_kept(work):
    before = work.kept.copied()

    shadow_run(capped(5_000), work=work)

    assert work.kept == before
