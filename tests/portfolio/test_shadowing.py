"""A shadow run in columns moves everybody as the domain does, one by one, and leaves out the same."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain import raises
from creditflow.domain.caps_rule import Overdrawn
from creditflow.domain.choosing import judge
from creditflow.domain.competition_rule import CompetitionStep
from creditflow.domain.exposure import exposure
from creditflow.domain.gathering import gather
from creditflow.domain.limit_setting import suggest
from creditflow.domain.model_registry import ModelState
from creditflow.domain.money import Money
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Combine, LearnedRule, Policy
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.profit_rule import ProfitRule
from creditflow.domain.rates import Rates
from creditflow.domain.signals import Evidence, Signal
from creditflow.portfolio.shadowing import shadow_run
from creditflow.portfolio.signals import SEEN
from creditflow.services import shadowing
from creditflow.services.proposing import drawn_up, situation_of
from creditflow.sources.policy_files import shipped_policy_text
from tests.fakes import FakeWork
from tests.makers import NOW, TODAY, a_case, a_cover, a_model
from tests.portfolio.books import RATES, Entry, many_entries, random_entries
from tests.portfolio.champions import a_champion
from tests.portfolio.test_evaluating import (
    DYNAMIC,
    MARKET,
    SEASON,
    TERMS,
    by_country,
    caps,
    with_working_capital,
)

DOCUMENTS: Mapping[str, Any] = json.loads(shipped_policy_text())
SHIPPED = policy_from_json(shipped_policy_text(), 1)


EARLIER = tuple(replace(rate, on=rate.on - timedelta(days=41)) for rate in RATES)


def draft(**changes: Any) -> Policy:
    documents = {**DOCUMENTS, "policy": {**DOCUMENTS["policy"], **changes}}
    return policy_from_json(json.dumps(documents), 2)


COMPETITION = (
    CompetitionStep(Decimal("-0.25"), Decimal("1.05")),
    CompetitionStep(Decimal("0.4"), Decimal("1.6")),
)
EARNS = ProfitRule(
    margin=Decimal("0.12"), only_on_credit=Decimal("0.3"), use=Decimal("0.6"),
    loss_given_default=Decimal("0.45"), money_cost=Decimal("0.05"),
    sector_margin={"textiles": Decimal("0.02")},
)  # fmt: skip
HALF = {
    name: {**rule, "cap": int(rule["cap"]) // 100, "need_share": "0.5"}
    for name, rule in DOCUMENTS["policy"]["grades"].items()
}
RAISES = [
    {"id": "raises", "when": {"raised_above": 500}, "stages": [{"desk": "credit-committee"}]},
    {"id": "thin", "when": {"confidence_below": "0.4"}, "stages": [{"desk": "by_amount"}]},
]
ENTITIES = [{"id": at, "title": {"en": at, "zh-CN": at}} for at in ("CN01", "DE01")]
COMPANIES = [
    {"id": "germany", "when": {"legal_entity": "DE01"}, "stages": [{"desk": "credit-committee"}]},
    {"id": "china", "when": {"legal_entity": "CN01", "limit_above": 700},
     "stages": [{"desk": "finance-director"}]},
]  # fmt: skip
DRAFTS = (
    draft(grades={g: {**r, "need_share": "0.4"} for g, r in HALF.items()}),
    draft(authority=RAISES, least_change=0),
    draft(authority=COMPANIES, legal_entities=ENTITIES, least_change=0),
    draft(sector_outlook={"textiles": "-0.9"}, country_outlook={"XX": "0.5"}),
    replace(draft(knock_outs=[], name_cap=10_000), blend_invoices=None),
    by_country(SHIPPED),
    replace(draft(least_change=0), dynamic=DYNAMIC),
    replace(draft(), terms=TERMS, profit=EARNS, market=MARKET, competition=COMPETITION),
    with_working_capital(replace(draft(), caps=caps(10**7))),
    replace(draft(least_change=0), caps=caps(10**6, Overdrawn.CUT), season=SEASON),
    draft(base_currency="EUR", rounding_steps={"EUR": 100, "CNY": 5000}),
)


def book(
    entries: Sequence[Entry],
    seed: int,
    rates: Sequence[Any] = (*EARLIER, *RATES),
    backed: float = 0.2,
) -> FakeWork:
    """Everybody judged on some day, by the domain, with what others may have said."""
    r, work = Random(seed), FakeWork(SHIPPED)
    work.rates.put_all(list(rates))
    for number, entry in enumerate(entries):
        work.customers.put_all([entry.customer])
        on = TODAY - timedelta(days=r.choice([0, 0, 1, 40]))
        if r.random() < 0.9:
            _judge(entry, f"CASE-{number}", on, work, r)
        if r.random() < backed:
            cover = a_cover(customer=entry.customer.id, amount=Money(r.randint(0, 10**9), "EUR"))
            work.backings.add(covers=[cover], at=NOW)
        if entry.limit is not None:
            lower = replace(
                entry.limit, version=1, from_=on - timedelta(days=r.choice([5, 80, 95]))
            )
            work.limits.add(
                replace(lower, case_id=r.choice([None, "CASE-0"]), recorded_at=NOW), replacing=0
            )
        for added in entry.added:
            work.added_limits.add(added, replacing=added.version - 1)
    return work


def _judge(entry: Entry, case: str, on: Any, work: FakeWork, r: Random) -> None:
    rates, customer = Rates((*EARLIER, *RATES)), entry.customer
    try:
        owed = exposure(entry.ledger, currency=customer.currency, rates=rates, on=on)
        gathered = gather(
            customer, ledger=entry.ledger, statements=entry.statements, exposure=owed,
            limit=None, policy=SHIPPED, rates=rates, on=on,
        )  # fmt: skip
    except Exception:  # noqa: BLE001 - whoever cannot be judged was never judged
        return
    said = [
        Signal(name, r.choice(["yes", "no"]), on, "bureau", on + timedelta(days=r.choice([-1, 9])))
        for name in SEEN
        if name in {"insolvency", "sanctioned"} and r.random() < 0.1
    ]
    said += [Signal("competition", Decimal(r.randint(-9, 9)) / 10, on, "sales")]
    said += [Signal("market_outlook", Decimal(r.randint(-9, 9)) / 10, on, "market")]
    said += [Signal("bureau_standing", Decimal(r.randint(0, 100)) / 100, on, "bureau")]
    evidence = Evidence([*gathered.values(), *said])
    at = datetime.combine(on, time(), ZoneInfo("UTC"))
    evaluation = judge(
        evidence, SHIPPED, id=f"EV-{case}", case_id=case, customer=customer.id, on=on, at=at
    )
    work.evaluations.add(evaluation)
    own = OwnCurrency(customer.currency, rates, on)
    situation = situation_of(customer, None, None, own)
    proposal = drawn_up(
        evaluation, situation, suggest(evaluation, situation, SHIPPED), SHIPPED,
        owed=owed.total, id=f"PR-{case}",
    )  # fmt: skip
    work.proposals.add(proposal)
    occasion = Occasion(OccasionKind.PERIODIC, customer.id, on)
    kept = a_case(case, customer=customer.id, occasion=occasion, proposal_id=proposal.id)
    work.cases.add(kept)


@pytest.mark.parametrize("policy", DRAFTS, ids=range(len(DRAFTS)))
@given(entries=many_entries(most=10**7, customers=12), seed=st.integers(0, 2**32))
@settings(max_examples=12, deadline=None)
def test_both_ways_come_to_the_same(policy: Policy, entries: list[Entry], seed: int) -> None:
    work = book(entries, seed)
    assert shadow_run(policy, work=work) == shadowing.shadow_run(policy, work=work)


LEARNED = (
    None,
    LearnedRule(Combine.WORSE_OF),
    LearnedRule(Combine.BLEND, Decimal("0.7")),
)


@given(
    entries=many_entries(most=10**7, customers=12),
    seed=st.integers(0, 2**32),
    rules=st.tuples(st.sampled_from(LEARNED), st.sampled_from(LEARNED)),
)
@settings(max_examples=25, deadline=None)
def test_both_ways_ask_the_champion_where_a_policy_does(
    entries: list[Entry], seed: int, rules: tuple[LearnedRule | None, LearnedRule | None]
) -> None:
    work = book(entries, seed)
    work.models.add(a_champion(Random(seed)))
    work.kept.policies[1] = replace(SHIPPED, learned=rules[0])
    policy = replace(DRAFTS[1], learned=rules[1])
    assert shadow_run(policy, work=work) == shadowing.shadow_run(policy, work=work)


@given(entries=many_entries(customers=12), seed=st.integers(0, 2**32))
@settings(max_examples=12, deadline=None)
def test_they_leave_out_the_same_customers_without_a_rate(entries: list[Entry], seed: int) -> None:
    work = book(entries, seed)
    work.kept.rates.clear()
    work.rates.put_all([])
    one_by_one = shadowing.shadow_run(DRAFTS[0], work=work)
    assert shadow_run(DRAFTS[0], work=work) == one_by_one


@pytest.mark.parametrize("policy", [DRAFTS[0], replace(draft(), learned=LEARNED[1])])
def test_the_columns_do_the_work_and_the_draft_moves_somebody(
    monkeypatch: Any, policy: Policy
) -> None:
    work = book(random_entries(Random(7), 60, most=10**7), 7, backed=0)
    work.models.add(a_model(late=-400, state=ModelState.CHAMPION))
    alone: list[object] = []
    judged = shadowing.Trial.judge
    monkeypatch.setattr(
        shadowing.Trial, "judge", lambda self, who: (alone.append(who), judged(self, who))
    )
    found = shadow_run(policy, work=work)
    assert len(found.moves) > 40
    assert len(alone) <= 2
    assert sum(move.moves for move in found.moves) > 10
    assert found.after.limits != found.before.limits
    assert any(move.owed > Money.zero("CNY") for move in found.moves)


def test_credit_on_top_counts_among_the_raises(monkeypatch: Any) -> None:
    """And the negative control: were it left out, fewer would go to the desk of many raises."""
    work = book(random_entries(Random(7), 150, most=10**6), 7)
    rule = {**RAISES[0], "when": {"raised_above": 100_000}}
    policy = draft(authority=[rule], least_change=0)

    def to_committee() -> list[int]:
        sides = (shadow_run(policy, work=work), shadowing.shadow_run(policy, work=work))
        return [dict(side.after.desks).get("credit-committee", 0) for side in sides]

    counted = to_committee()
    monkeypatch.setattr(raises, "granted_before", lambda *_, **__: 0)
    assert counted[0] == counted[1] > to_committee()[0]


def test_progress_is_told_for_everybody() -> None:
    work, seen = book(random_entries(Random(3), 9), 3), []
    shadow_run(SHIPPED, work=work, seen=lambda: seen.append(1))
    assert len(seen) == 9
