"""Open, secured and insured: parts make the whole, and nothing rises above need, caps and steps."""

import copy
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.added_limits import AddedKind, OnTop
from creditflow.domain.backing import OPEN_METHODS, Backed, Backing, counted, sum_of
from creditflow.domain.backing_rule import BackingRule
from creditflow.domain.covers import Cover, Guarantee, GuaranteeKind, Held, holding, last_day
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.grade import Grade
from creditflow.domain.limit_methods import Situation
from creditflow.domain.limit_setting import Suggestion, rounding_step, suggest
from creditflow.domain.money import Money
from creditflow.domain.on_top_setting import suggest_on_top
from creditflow.domain.policy_reading import read_policy
from creditflow.domain.proposal import LimitMethod as M
from creditflow.domain.rates import NoRate
from creditflow.sources.policy_files import shipped_policy_text
from tests.domain.test_limit_setting import (
    BUYS,
    OWN,
    POLICY,
    evaluations,
    facing,
    graded,
    judged,
    situations,
)
from tests.makers import TODAY, a_cover, a_guarantee, a_policy, a_proposal, cny

RULE = BackingRule(
    Decimal(1),
    {GuaranteeKind.BANK_GUARANTEE: Decimal(1), GuaranteeKind.MORTGAGE: Decimal("0.5")},
    least_days=30,
)


def backed(*records: Cover | Guarantee, situation: Situation | None = None) -> Situation:
    covers = tuple(r for r in records if isinstance(r, Cover))
    guarantees = tuple(r for r in records if isinstance(r, Guarantee))
    backings = counted(Held(covers, guarantees), RULE, OWN)
    return replace(situation or facing(), backings=backings)


def split(found: Suggestion) -> tuple[Money, Money, Money]:
    assert found.backed is not None
    parts = found.backed.parts(found.proposed)
    return parts.open, parts.secured, parts.insured


# Grade E needs 320,000 (10,000 × 40 × 0.8), and 300,000 of it are given openly.
@pytest.mark.parametrize(
    ("records", "proposed", "parts", "binding"),
    [
        # Up to the need, and no further; what is secured is used before what is insured.
        ([a_cover()], 320_000, (300_000, 0, 20_000), M.NEED),
        ([a_cover(), a_guarantee()], 320_000, (300_000, 20_000, 0), M.NEED),
        # 90 % of 12,000 are 10,800, and 310,800 are rounded down.
        ([a_cover(amount=cny(12_000))], 310_000, (300_000, 0, 10_000), M.APPETITE),
        # Half a mortgage counts, nothing of a pledge.
        ([a_guarantee(kind=GuaranteeKind.MORTGAGE, amount=cny(30_000))], 310_000,
         (300_000, 10_000, 0), M.APPETITE),
        # 5,000 more are too few for another step of 10,000.
        ([a_guarantee(amount=cny(5_000))], 300_000, (300_000, 0, 0), M.APPETITE),
        # In another currency: EUR 2,000 are CNY 16,000.
        ([a_guarantee(amount=Money.of(2_000, "EUR"))], 310_000, (300_000, 10_000, 0), M.APPETITE),
    ],
)  # fmt: skip
def test_what_is_secured_and_insured_comes_on_top_up_to_the_need(
    records: list[Cover | Guarantee], proposed: int, parts: tuple[int, ...], binding: M
) -> None:
    found = suggest(judged(Grade.E, **BUYS), backed(*records), a_policy())
    assert (found.proposed, found.binding) == (cny(proposed), binding)
    assert split(found) == tuple(map(cny, parts))


@pytest.mark.parametrize(
    "record",
    [
        a_guarantee(kind=GuaranteeKind.PLEDGE),
        a_cover(amount=cny(0)),
        a_cover(until=TODAY + timedelta(days=29)),
        a_cover(until=TODAY - timedelta(days=1)),
        a_cover(from_=TODAY + timedelta(days=1)),
    ],
)
def test_what_counts_for_nothing_changes_nothing(record: Cover | Guarantee) -> None:
    evaluation = judged(Grade.E, **BUYS)
    assert suggest(evaluation, backed(record), a_policy()) == suggest(
        evaluation, facing(), a_policy()
    )


def test_a_guarantee_that_lasts_for_thirty_days_counts_and_the_limit_ends_with_it() -> None:
    last = TODAY + timedelta(days=30)
    found = suggest(judged(Grade.E, **BUYS), backed(a_guarantee(until=last)), a_policy())
    assert (found.proposed, found.until) == (cny(320_000), last)


def test_a_limit_that_rests_on_nothing_lasts_as_long_as_it_would_anyway() -> None:
    soon = a_cover(until=TODAY + timedelta(days=40))
    evaluation = judged(**BUYS)
    with_cover = suggest(evaluation, backed(soon), a_policy())
    assert (with_cover.proposed, with_cover.binding) == (cny(480_000), M.NEED)
    assert with_cover.until == suggest(evaluation, facing(), a_policy()).until


def test_what_lasts_longest_is_used_first() -> None:
    short = a_guarantee("short", until=TODAY + timedelta(days=60))
    long, open_ended = a_guarantee("long", amount=cny(8_000)), a_guarantee("open", until=None)
    evaluation = judged(Grade.E, **BUYS)
    found = suggest(evaluation, backed(short, long, open_ended), a_policy())
    assert found.backed is not None
    assert [r.backing.number for r in found.backed.parts(found.proposed).rests_on] == ["open"]
    found = suggest(evaluation, backed(short, long), a_policy())
    assert found.backed is not None
    rests = found.backed.parts(found.proposed).rests_on
    assert [(r.backing.number, r.amount) for r in rests] == [
        ("long", cny(8_000)),
        ("short", cny(12_000)),
    ]
    assert found.until == short.until


def test_without_a_known_need_nothing_comes_on_top() -> None:
    unlimited = facing()  # No purchases are known, and no limit to go by.
    evaluation = judged(Grade.E)
    bound = replace(unlimited, current=None, requested=None)
    asked = suggest(evaluation, backed(a_cover(), situation=facing(requested=310_000)), a_policy())
    assert (asked.proposed, asked.binding) == (cny(310_000), M.REQUESTED)
    found = suggest(evaluation, backed(a_cover(), situation=bound), a_policy())
    assert found.proposed <= cny(300_000)


def test_caps_bind_what_is_backed_too() -> None:
    policy = a_policy(name_cap=cny(310_000))
    found = suggest(judged(Grade.E, **BUYS), backed(a_cover()), policy)
    assert (found.proposed, found.binding) == (cny(310_000), M.CAP)


def test_a_backed_limit_may_stay_where_it_is() -> None:
    found = suggest(
        judged(Grade.E, **BUYS), backed(a_cover(), situation=facing(330_000)), a_policy()
    )
    assert (found.proposed, found.binding) == (cny(330_000), M.CURRENT)
    assert split(found) == (cny(300_000), cny(0), cny(30_000))
    # Without the cover it may not: it is above what is given openly.
    found = suggest(judged(Grade.E, **BUYS), facing(330_000), a_policy())
    assert found.binding is not M.CURRENT


def test_credit_on_top_rests_on_what_lasts_as_long() -> None:
    asked = OnTop(AddedKind.TEMPORARY, TODAY, TODAY + timedelta(days=90))
    sums = facing(current=300_000, requested=380_000)
    evaluation = judged(Grade.E, **BUYS)
    long, short = a_cover(), a_cover(until=asked.until - timedelta(days=1))
    found = suggest_on_top(evaluation, backed(long, situation=sums), a_policy(), asked)
    assert (found.proposed, split(found)) == (cny(380_000), (cny(300_000), cny(0), cny(80_000)))
    found = suggest_on_top(evaluation, backed(short, situation=sums), a_policy(), asked)
    assert (found.proposed, found.backed) == (cny(300_000), None)


# ------------------------------------------------------------------ what holds on a day


def test_a_later_word_takes_over_from_its_first_day() -> None:
    first = a_cover(from_=date(2026, 1, 1))
    cut = a_cover(from_=date(2026, 6, 1), amount=cny(50_000), until=None)
    records = (first, cut)
    assert holding(records, date(2026, 5, 31)) == [first]
    assert holding(records, date(2026, 6, 1)) == [cut]
    assert (last_day(first, records), last_day(cut, records)) == (date(2026, 5, 31), None)
    assert holding(records, date(2025, 12, 31)) == []


def test_a_cut_that_is_known_ahead_ends_what_rests_on_the_cover() -> None:
    ahead = TODAY + timedelta(days=60)
    cut = a_cover(from_=ahead, amount=cny(0))
    found = suggest(judged(Grade.E, **BUYS), backed(a_cover(), cut), a_policy())
    assert (found.proposed, found.until) == (cny(320_000), ahead - timedelta(days=1))


def test_a_currency_without_a_rate_is_refused_unless_it_counts_for_nothing() -> None:
    with pytest.raises(NoRate):
        backed(a_guarantee(amount=Money.of(1, "GBP")))
    assert not backed(a_guarantee(kind=GuaranteeKind.PLEDGE, amount=Money.of(1, "GBP"))).backings


# ------------------------------------------------------------------ properties

ends = st.none() | st.integers(-10, 500).map(lambda days: TODAY + timedelta(days=days))
amounts = st.integers(0, 2 * 10**8).map(lambda minor: Money(minor, "CNY"))
covers = st.builds(
    lambda n, amount, percent, until: a_cover(
        f"P-{n}", amount=amount, insured_percent=percent, until=until, from_=date(2025, 1, 1)
    ),
    *(st.integers(0, 3), amounts, st.decimals(1, 100, places=1), ends),
)
guarantees = st.builds(
    lambda n, kind, amount, until: a_guarantee(
        f"G-{n}", kind=kind, amount=amount, until=until, from_=date(2025, 1, 1)
    ),
    *(st.integers(0, 3), st.sampled_from(GuaranteeKind), amounts, ends),
)
held = st.builds(Held, st.lists(covers, max_size=3).map(tuple), st.lists(guarantees, max_size=3).map(tuple))  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(evaluations, situations, held, st.sampled_from(Grade))
def test_parts_make_the_whole_and_no_bound_is_exceeded(
    evaluation: Evaluation, situation: Situation, behind: Held, grade: Grade
) -> None:
    backings = counted(behind, POLICY.backing, OWN)
    judged_ = graded(evaluation, grade)
    alone = suggest(judged_, situation, POLICY)
    found = suggest(judged_, replace(situation, backings=backings), POLICY)
    on_top = sum_of(backings, "CNY")
    soft = {M.NEED, M.CURRENT} if found.binding is M.CURRENT else set()
    for candidate in found.candidates:
        if candidate.amount is None or candidate.method in soft:
            continue
        room = on_top if candidate.method in OPEN_METHODS and found.backed else cny(0)
        assert found.proposed <= candidate.amount + room
    assert found.proposed.rounded_down(rounding_step(found.proposed, POLICY)) == found.proposed or (
        found.binding is M.CURRENT
    )
    if M.CURRENT not in (alone.binding, found.binding):
        assert alone.proposed <= found.proposed <= alone.proposed + on_top
    if found.backed is None:
        assert found == alone
        return
    parts = found.backed.parts(found.proposed)
    assert parts.open + parts.secured + parts.insured == found.proposed
    assert min(parts.open, parts.secured, parts.insured) >= cny(0)
    assert parts.secured + parts.insured <= on_top
    for rest in parts.rests_on:
        assert rest.amount <= rest.backing.counts
        assert rest.backing.until is None or found.until <= rest.backing.until


@settings(max_examples=50, deadline=None)
@given(evaluations, situations, held)
def test_a_better_grade_never_lowers_a_backed_limit(
    evaluation: Evaluation, situation: Situation, behind: Held
) -> None:
    now = replace(situation, backings=counted(behind, POLICY.backing, OWN))
    proposed = [suggest(graded(evaluation, g), now, POLICY).proposed for g in Grade]
    assert proposed == sorted(proposed, reverse=True)


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.lists(st.integers(1, 10**6), max_size=4))
def test_any_limit_can_be_taken_apart(most: int, limit: int, counts: list[int]) -> None:
    backings = tuple(
        Backing("cover", "X", str(n), cny(c), Decimal(1), cny(c), None)
        for n, c in enumerate(counts)
    )
    parts = Backed(cny(most), backings).parts(cny(limit))
    assert parts.open + parts.insured == cny(limit)
    assert parts.open == max(min(cny(limit), cny(most)), cny(limit) - cny(sum(counts)))


# ------------------------------------------------------------------ the proposal and the policy


def test_the_hash_changes_with_whatever_the_limit_rests_on() -> None:
    (cover,) = backed(a_cover()).backings
    behind = Backed(cny(300_000), (cover,))
    proposal = a_proposal(backed=behind)
    others = [
        a_proposal(),
        replace(proposal, backed=replace(behind, most_open=cny(300_001))),
        *(
            replace(proposal, backed=replace(behind, backings=(replace(cover, **change),)))
            for change in (
                {"counts": cny(1)}, {"until": None}, {"number": "X"}, {"by": "X"}, {"kind": "pledge"},
            )
        ),
    ]  # fmt: skip
    assert len({p.hash for p in [proposal, *others]}) == len(others) + 1


@pytest.mark.parametrize(
    ("backing", "paths"),
    [
        ({"covers": 2, "guarantees": {"gold": 1, "pledge": -1}, "least_days": 9999, "x": 1},
         ["covers", "guarantees.gold", "guarantees.pledge", "least_days", "x"]),
        ({"covers": 0, "guarantees": {"pledge": 0}}, [""]),
        ([], [""]),
    ],
)  # fmt: skip
def test_every_problem_of_the_rule_is_named_with_its_place(
    backing: object, paths: list[str]
) -> None:
    documents = copy.deepcopy(json.loads(shipped_policy_text()))
    documents["policy"]["backing"] = backing
    _, problems = read_policy(documents, version=1, is_draft=True)
    assert sorted(p.path for p in problems) == [f"backing.{p}".rstrip(".") for p in paths]
    assert all(str(p.remedy) for p in problems)


def test_a_policy_without_the_rule_counts_nothing() -> None:
    assert counted(Held((a_cover(),)), None, OWN) == ()
