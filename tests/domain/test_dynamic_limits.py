"""Dynamic limits follow the evaluation, never in haste, never beyond a bound, never to and fro."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.approvals.routing import route
from creditflow.domain.dynamic_limits import DynamicRule, Movement, anchor, movement
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.grade import Grade
from creditflow.domain.limit_methods import Situation
from creditflow.domain.limit_setting import suggest
from creditflow.domain.limits import Limit, LimitState, limit_state
from creditflow.domain.money import Money
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import LimitMethod as M
from creditflow.services.proposing import drawn_up
from tests.domain.test_limit_setting import BUYS, OWN, POLICY, evaluations, judged
from tests.makers import ACME, TODAY, a_limit, cny

RULE = DynamicRule(
    raise_from=Decimal("0.2"),
    cut_from=Decimal("0.1"),
    hold_days=90,
    raise_after_cut_days=180,
    period_days=180,
    largest_raise=Decimal("0.5"),
    largest_cut=Decimal("0.4"),
)
DYNAMIC: Policy = replace(POLICY, dynamic=RULE, least_change=Decimal(0))
ALWAYS: Policy = replace(POLICY, least_change=Decimal(0))


def standing(history: Sequence[Limit], on: date) -> Situation:
    amount = (history[-1].amount or cny(0)) if history else None
    return Situation(
        own=replace(OWN, on=on),
        current=amount,
        current_state=limit_state(amount) if amount is not None else LimitState.NONE_SET,
        requested=None,
        terms_days=30,
        moved=movement(history),
    )


def after(history: list[Limit], evaluation: Evaluation, on: date, policy: Policy) -> list[Limit]:
    """The history after a review whose proposal was followed."""
    now = standing(history, on)
    proposed = suggest(replace(evaluation, on=on), now, policy).proposed
    if now.current is not None and proposed == now.current:
        return history
    version, state = len(history) + 1, limit_state(proposed)
    limit = Limit(ACME, version, state, proposed or None, on, None)
    return [*history, limit]


def with_history(amount: Money, *, days_ago: int) -> list[Limit]:
    return [a_limit(amount, from_=TODAY - timedelta(days=days_ago), until=None)]


# Evidence in the strategies grows stale, which is a change; what is constant stays usable.
constant = evaluations.map(
    lambda e: replace(
        e,
        evidence=type(e.evidence)(replace(s, stale_after=None) for s in e.evidence.values()),
    )
)


@settings(max_examples=60, deadline=None)
@given(constant, st.integers(1, 10**7), st.integers(0, 400), st.sampled_from(Grade))
def test_constant_evidence_never_makes_a_limit_move_twice(
    evaluation: Evaluation, amount: int, days_ago: int, grade: Grade
) -> None:
    history = with_history(cny(amount), days_ago=days_ago)
    for week in range(0, 120, 3):
        evaluation = replace(evaluation, grade=grade)
        history = after(history, evaluation, TODAY + timedelta(weeks=week), DYNAMIC)
    assert len(history) <= 2


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_noise_moves_a_limit_seldom_and_never_within_its_rest(seed: int) -> None:
    r, moves = Random(seed), {}
    for policy in (DYNAMIC, ALWAYS):
        history = with_history(cny(400_000), days_ago=400)
        for week in range(52):
            noisy = judged(**{**BUYS, "sales_peak_per_day_12m": r.randint(8_000, 12_000)})
            history = after(history, noisy, TODAY + timedelta(weeks=week), policy)
        moves[policy.dynamic is not None] = history
    damped = [limit.from_ for limit in moves[True]]
    assert all(b - a >= timedelta(days=90) for a, b in pairwise(damped))
    assert len(moves[True]) <= 5
    # Without the rule the same noise goes straight into the limit.
    assert len(moves[False]) > 30


@settings(max_examples=60, deadline=None)
@given(evaluations, st.integers(1, 10**8), st.sampled_from(Grade), st.integers(0, 200))
def test_what_is_held_is_never_above_a_bound(
    evaluation: Evaluation, amount: int, grade: Grade, days_ago: int
) -> None:
    history = with_history(cny(amount), days_ago=days_ago)
    suggestion = suggest(replace(evaluation, grade=grade), standing(history, TODAY), DYNAMIC)
    for candidate in suggestion.candidates:
        if candidate.amount is not None and candidate.method not in {M.NEED, M.CURRENT}:
            assert suggestion.proposed <= candidate.amount


@settings(max_examples=60, deadline=None)
@given(evaluations, st.integers(1, 10**7), st.integers(0, 200))
def test_a_better_grade_never_lowers_a_dynamic_limit(
    evaluation: Evaluation, amount: int, days_ago: int
) -> None:
    now = standing(with_history(cny(amount), days_ago=days_ago), TODAY)
    proposed = [suggest(replace(evaluation, grade=g), now, DYNAMIC).proposed for g in Grade]
    assert proposed == sorted(proposed, reverse=True)


# The need is 10,000 × (30 + 10) × 1.6 = 640,000 for grade A.
@pytest.mark.parametrize(
    ("current", "moved", "proposed", "says"),
    [
        (540_000, Movement(), 540_000, "a change of 20 % or less is not made by itself"),
        (700_000, Movement(), 700_000, "a change of 10 % or less is not made by itself"),
        (500_000, Movement(), 640_000, ""),
        (800_000, Movement(), 640_000, ""),
        (500_000, Movement(TODAY - timedelta(days=89)), 500_000, "until 2026-03-03, because it"),
        (500_000, Movement(TODAY - timedelta(days=90)), 640_000, ""),
        (800_000, Movement(TODAY - timedelta(days=10)), 800_000, "because it changed on 2026-02-20"),
        (500_000, Movement(TODAY - timedelta(days=179), TODAY - timedelta(days=179)), 500_000,
         "does not rise for 180 days after a cut"),
        (800_000, Movement(TODAY - timedelta(days=179), TODAY - timedelta(days=179)), 640_000, ""),
    ],
)  # fmt: skip
def test_why_a_limit_stays_is_said_with_the_day(
    current: int, moved: Movement, proposed: int, says: str
) -> None:
    now = replace(standing(with_history(cny(current), days_ago=500), TODAY), moved=moved)
    suggestion = suggest(judged(**BUYS), now, DYNAMIC)
    assert suggestion.proposed == cny(proposed)
    told = [str(c.why) for c in suggestion.candidates if c.method is M.CURRENT]
    assert bool(told) == bool(says)
    if says:
        assert suggestion.binding is M.CURRENT
        assert says in told[0]


def test_a_bound_is_no_matter_of_haste() -> None:
    now = standing(with_history(cny(800_000), days_ago=1), TODAY)
    assert suggest(judged(Grade.F, **BUYS), now, DYNAMIC).proposed < cny(500_001)


@pytest.mark.parametrize(
    ("start", "desk"), [(450_000, False), (None, False), (400_000, True), (1_200_000, True)]
)
def test_beyond_the_corridor_a_person_decides(start: int | None, desk: bool) -> None:
    now = standing(with_history(cny(500_000), days_ago=300), TODAY)
    evaluation = judged(**BUYS)
    proposal = drawn_up(
        evaluation, now, suggest(evaluation, now, DYNAMIC), DYNAMIC, owed=Money.zero("CNY")
    )
    occasion = Occasion(OccasionKind.PERIODIC, ACME, TODAY)
    way = route(
        proposal, evaluation, occasion, DYNAMIC, start=None if start is None else cny(start)
    )
    assert bool(way.steps) is desk
    if desk:
        assert "Within 180 days the limit would have moved by" in str(way.why)


def limits(*entries: tuple[int, int | None]) -> list[Limit]:
    """A history of (days ago, amount); None is without an upper bound."""
    return [
        Limit(
            ACME, version, LimitState.UNLIMITED if amount is None else limit_state(cny(amount)),
            cny(amount) if amount else None, TODAY - timedelta(days=ago), None,
        )
        for version, (ago, amount) in enumerate(entries, start=1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("history", "changed", "cut"),
    [
        (limits(), None, None),
        (limits((50, 100)), 50, None),
        (limits((50, 100), (20, 100)), 50, None),
        (limits((50, 100), (20, 90)), 20, 20),
        (limits((50, 100), (40, 90), (20, 95)), 20, 40),
        (limits((50, None), (20, 95)), 20, 20),
        (limits((50, 95), (20, None)), 20, None),
        (limits((50, 95), (20, 0)), 20, 20),
        (limits((50, 0), (20, 10)), 20, None),
    ],
)
def test_when_a_limit_last_moved(
    history: list[Limit], changed: int | None, cut: int | None
) -> None:
    found = movement(history)
    ago = [None if day is None else (TODAY - day).days for day in (found.changed_on, found.cut_on)]
    assert ago == [changed, cut]


@pytest.mark.parametrize(
    ("history", "start"),
    [
        (limits(), None),
        (limits((20, 100)), 100),
        (limits((200, 100), (20, 90)), 100),
        (limits((200, 100), (180, 90), (20, 80)), 90),
        (limits((200, None), (20, 90)), None),
    ],
)
def test_the_corridor_begins_where_the_limit_was(history: list[Limit], start: int | None) -> None:
    found = anchor(history, on=TODAY, days=180, currency="CNY")
    assert found == (None if start is None else cny(start))
