"""Two evaluators, one scorecard: points, grade, reasons, limit and route of both are the same."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.authority import AuthorityRule, Stage
from creditflow.domain.caps import METHODS as CAPPED_BY
from creditflow.domain.caps import Granted, counts
from creditflow.domain.caps_rule import Cap, Caps, Overdrawn, part_of
from creditflow.domain.covers import GuaranteeKind, Held, in_order
from creditflow.domain.customer import CustomerId
from creditflow.domain.dynamic_limits import DynamicRule, anchor
from creditflow.domain.errors import Problem
from creditflow.domain.exposure import exposure
from creditflow.domain.grade import Grade
from creditflow.domain.group_headroom import Exchange, GroupBook, Position, bounded
from creditflow.domain.group_limits import GroupLimit
from creditflow.domain.groups import Group, GroupId, tree_of
from creditflow.domain.in_force import InForce, consume
from creditflow.domain.learned import GradeReach, PointsColumn, PointsForm
from creditflow.domain.learned_judging import read_once
from creditflow.domain.learned_scoring import judge, over_a_year, probability
from creditflow.domain.learned_writing import model_to_json
from creditflow.domain.legal_entity import LegalEntity
from creditflow.domain.limits import LimitState
from creditflow.domain.market_rule import MarketStep
from creditflow.domain.model_registry import ModelState, RegisteredModel
from creditflow.domain.money import Money
from creditflow.domain.policy import Combine, LearnedRule, Policy
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.rates import Rates
from creditflow.domain.scope import Scope
from creditflow.domain.scorecard import Bin, Condition, KnockOut, Scorecard, Segment
from creditflow.domain.season import SeasonRule
from creditflow.domain.terms_rule import PaymentLaw, TermsRule
from creditflow.portfolio import learned
from creditflow.portfolio.arithmetic import UNKNOWN
from creditflow.portfolio.backed import NOTHING, Behind
from creditflow.portfolio.book import chosen, day_number
from creditflow.portfolio.evaluated import Evaluated
from creditflow.portfolio.evaluating import Evaluator
from creditflow.portfolio.forms import raw_log_odds
from creditflow.portfolio.framing import METHODS
from creditflow.portfolio.grouped import Member, Shares
from creditflow.portfolio.learned import Champion, champion_of
from creditflow.portfolio.one import Alone, evaluated
from creditflow.portfolio.raises import Lately
from creditflow.portfolio.rows import rows_of
from creditflow.portfolio.rules import GRADES
from creditflow.portfolio.signals import signals
from creditflow.sources.policy_files import shipped_policy_text
from tests.makers import (
    NOW,
    TODAY,
    a_characteristic,
    a_cover,
    a_guarantee,
    a_learned_model,
    a_model,
    an_added_limit,
    texts,
)
from tests.portfolio.books import (
    RATES,
    Entry,
    book_of,
    ends_in,
    lately_in,
    many_entries,
    raised_by_hand,
    rates_of,
)
from tests.portfolio.champions import a_champion
from tests.portfolio.sayings import TOO_FINE

SHIPPED = policy_from_json(shipped_policy_text(), 1)


DYNAMIC = DynamicRule(
    raise_from=Decimal("0.2"),
    cut_from=Decimal("0.1"),
    hold_days=90,
    raise_after_cut_days=200,
    period_days=180,
    largest_raise=Decimal(3),
    largest_cut=Decimal("0.6"),
)


TERMS = TermsRule(
    sectors={"machinery": 40},
    money_cost=Decimal("0.05"),
    most_cost=Decimal("0.012"),
    law=PaymentLaw("CN", date(2025, 6, 1), ("textiles",), 30, Money.of(20_000_000, "CNY"), 55),
)


SEASON = SeasonRule(Decimal("0.35"), Decimal("1.2"))

MARKET = (
    MarketStep(Decimal("0.1"), Decimal("0.8")),
    MarketStep(Decimal("-0.1"), Decimal("0.05")),
)


def caps(most: int, overdrawn: Overdrawn = Overdrawn.KEEP, currency: str = "CNY") -> Caps:
    """Caps of all kinds, some for parts that nobody is in."""
    shares = {
        (Scope.BOOK, ""): 5, (Scope.SECTOR, "machinery"): 2, (Scope.SECTOR, "unheard of"): 1,
        (Scope.SECTOR, "food"): 0, (Scope.COUNTRY, "DE"): 3, (Scope.REGION, "North"): 2,
    }  # fmt: skip
    found = (Cap(*part, Money(most * share, currency)) for part, share in shares.items())
    return Caps(tuple(found), overdrawn)


def with_working_capital(policy: Policy) -> Policy:
    """Working capital bounds every grade, most of all the worst."""
    shares = zip(policy.grades.items(), ("0.02", "0.01", "0.01", "0", "0", "0", "0"), strict=True)
    rules = {g: replace(rule, working_share=Decimal(share)) for (g, rule), share in shares}
    return replace(policy, grades=rules)


def granted_by_hand(entries: Sequence[Entry], on: date = TODAY) -> list[Granted]:
    """What the limits of everybody come to, customer by customer."""
    return [
        Granted(
            scope, part,
            e.limit.amount.currency if e.limit.amount else e.customer.currency,
            e.limit.amount.minor if e.limit.amount else 0, int(e.limit.amount is None),
        )
        for e in entries
        for scope in CAPPED_BY
        if e.limit is not None and counts(e.limit, on)
        and (part := part_of(e.customer, scope)) is not None
    ]  # fmt: skip


def odd(card: Scorecard) -> Scorecard:
    """A card that asks for words and amounts too, and has rules about both."""
    asks = (
        a_characteristic(
            "where", signal="country", dimension=card.characteristics[0].dimension,
            bins=(Bin(100, values=("CN",)), Bin(20, values=("DE",))),
        ),
        a_characteristic(
            "how_much", signal="high_credit_12m", dimension=card.characteristics[0].dimension,
            bins=(Bin(0, below=Decimal("1000.005")), Bin(100)),
        ),
    )  # fmt: skip
    rules = (
        KnockOut("SMALL_TEXTILES", texts("Small", "小"), (
            Condition("sector", values=("textiles",)),
            Condition("high_credit_12m", below=Decimal(500_000)),
        )),
        KnockOut("LATE", texts("Late", "晚"), (
            Condition("worst_days_late_12m", at_least=Decimal(300)),
        )),
    )  # fmt: skip
    return replace(
        card,
        characteristics=(*card.characteristics, *asks),
        knock_outs=(*card.knock_outs, *rules),
    )


def by_country(policy: Policy) -> Policy:
    """A policy with a scorecard of its own for one country."""
    cards = dict(policy.scorecards)
    existing = cards[Segment.EXISTING]
    cards["german"] = replace(odd(existing), id="german", applies_to={"country": ("DE",)})
    cards[Segment.EXISTING] = replace(existing, applies_to={"country": ("other",)})
    return replace(policy, scorecards=cards)


def by_company(policy: Policy) -> Policy:
    """Two companies of ours grant, and one of them asks for more."""
    entities = (LegalEntity("DE01", texts("One", "一")), LegalEntity("CN01", texts("Two", "二")))
    rules = (
        AuthorityRule("china", (Stage("credit-committee"),), legal_entity="CN01",
                      limit_above=Money.of(1, "CNY")),
        AuthorityRule("germany", (Stage(),), legal_entity="DE01", segment=Segment.EXISTING),
    )  # fmt: skip
    return replace(policy, legal_entities=entities, authority=(*rules, *policy.authority))


def raises(most: int) -> tuple[AuthorityRule, ...]:
    """The highest desk for small raises that come to much, and one in between for larger ones."""
    return (
        AuthorityRule("slowly", (Stage("credit-committee"),), raised_above=Money(most, "CNY")),
        AuthorityRule("much", (Stage(),), increase_above=Money(most // 5, "CNY")),
    )


RAISES = replace(SHIPPED, authority=raises(2 * 10**7), least_change=Decimal(0))

UNSECURED = replace(
    SHIPPED,
    authority=(
        AuthorityRule("all", (Stage("credit-committee"),), limit_above=Money(10**7, "CNY"),
                      unsecured_above=Money(2 * 10**7, "CNY")),
        AuthorityRule("more", (Stage(),), unsecured_increase_above=Money(10**6, "CNY")),
    ),
)  # fmt: skip
UNBACKED = replace(SHIPPED, backing=None)
"""Nothing that is handed in counts."""


POLICIES = (
    SHIPPED,
    by_company(SHIPPED),
    replace(SHIPPED, blend_invoices=None),
    replace(SHIPPED, blend_invoices=3, new_until_settled=1),
    replace(SHIPPED, scorecards={name: odd(card) for name, card in SHIPPED.scorecards.items()}),
    by_country(SHIPPED),
    replace(by_country(SHIPPED), blend_invoices=None, name_cap=None),
    replace(SHIPPED, dynamic=DYNAMIC, least_change=Decimal("0.02")),
    replace(SHIPPED, terms=TERMS, market=MARKET, season=SeasonRule(Decimal(1), Decimal(1))),
    replace(SHIPPED, caps=caps(3 * 10**8), dynamic=DYNAMIC, season=SEASON),
    replace(SHIPPED, caps=caps(10**8, Overdrawn.CUT), least_change=Decimal("0.9")),
    with_working_capital(replace(SHIPPED, caps=caps(10**11))),
    RAISES,
    replace(RAISES, dynamic=DYNAMIC),
)


def before(entry: Entry, policy: Policy, on: date) -> tuple[int, int]:
    """What was granted to one customer of late, and where its dynamic limit began."""
    days = policy.dynamic.period_days if policy.dynamic else 0
    start = anchor(entry.history, on=on, days=days, currency=entry.customer.currency)
    return raised_by_hand(entry, on), UNKNOWN if start is None else start.minor


def lately(entries: Sequence[Entry], policy: Policy, on: date = TODAY) -> Lately:
    """The same of everybody."""
    return lately_in(entries, on, policy.dynamic.period_days if policy.dynamic else 0)


def in_columns(found: Evaluated, row: int, policy: Policy) -> Mapping[str, object]:
    frame = found.frame
    desk, rule = int(frame.desk[row]), int(frame.rule[row])
    return {
        "points": Decimal(int(found.scores.cents[row])).scaleb(-2),
        "grade": GRADES[found.scores.grade[row]],
        "confidence": found.exact_confidence(row),
        "pd": found.pd(row),
        "reasons": found.reasons(row),
        "missing": set(found.missing(row)),
        "knock_outs": found.knock_outs(row),
        "amounts": {
            METHODS[at]: amount
            for at, amount in enumerate(frame.amounts[row].tolist())
            if amount != UNKNOWN
        },
        "binding": METHODS[frame.binding[row]],
        "proposed": int(frame.proposed[row]),
        "terms": int(frame.terms[row]),
        "until": int(frame.until[row]),
        "desk": None if desk < 0 else policy.desks[desk].id,
        "rule": "" if rule < 0 else policy.authority[rule].id,
        "combined": _combined(found, row),
    }


def _combined(found: Evaluated, row: int) -> tuple[str, Grade] | None:
    both = found.combined
    return (both.model, GRADES[both.grade[row]]) if both and both.counts[row] else None


def alone(found: Alone) -> Mapping[str, object]:
    evaluation, suggestion, route = found.evaluation, found.suggestion, found.route
    return {
        "points": evaluation.points,
        "grade": evaluation.grade,
        "confidence": evaluation.confidence,
        "pd": evaluation.pd,
        "reasons": (evaluation.reasons_for, evaluation.reasons_against),
        "missing": set(evaluation.missing),
        "knock_outs": evaluation.knock_outs,
        "amounts": {
            c.method.value: c.amount.minor for c in suggestion.candidates if c.amount is not None
        },
        "binding": suggestion.binding.value,
        "proposed": suggestion.proposed.minor,
        "terms": suggestion.terms_days,
        "until": day_number(suggestion.until),
        "desk": route.desk.id if route.desk else None,
        "rule": route.rule,
        "combined": (both.model, both.grade) if (both := evaluation.combined) else None,
    }


RULES = (
    None,
    LearnedRule(Combine.WORSE_OF),
    LearnedRule(Combine.BLEND, Decimal("0.3")),
    LearnedRule(Combine.BLEND, Decimal(1)),
)

champions = st.builds(a_champion, st.builds(random.Random, st.integers(0, 2**32)))


@pytest.mark.parametrize("policy", POLICIES, ids=range(len(POLICIES)))
@given(
    entries=many_entries(),
    later=st.sampled_from([0, 0, 40, 90]),
    rule=st.sampled_from(RULES),
    model=champions,
)
@settings(max_examples=8, deadline=None)
def test_both_evaluators_come_to_the_same(
    policy: Policy,
    entries: list[Entry],
    later: int,
    rule: LearnedRule | None,
    model: RegisteredModel,
) -> None:
    on, policy = TODAY + timedelta(days=later), replace(policy, learned=rule)
    book = book_of(entries, rates_of(on))
    ends, granted = ends_in(entries, on), granted_by_hand(entries, on)
    of = lately(entries, policy, on)
    champion = champion_of(policy, [model])
    found = Evaluator(
        policy, on, Rates(book.rates), ends=ends, lately=of, champion=champion
    ).evaluate(book)
    misdated = [e for e in entries if any(i.due_on < i.issued_on for i in e.ledger.invoices)]
    fine = [e for e in entries if any(o.value == TOO_FINE for o in e.observations)]
    assert len(found.alone) <= len(misdated) + len(fine) + 1, "the kernels are to do the work"
    for row, entry in enumerate(entries):
        raised = before(entry, policy, on)
        one = evaluated(
            book, row, on, policy, granted=granted, ends=ends, before=raised, champion=model
        )
        assert isinstance(one, Alone)
        assert in_columns(found, row, policy) == alone(one)


def behind_in(r: random.Random, entries: Sequence[Entry]) -> dict[CustomerId, Behind]:
    """Covers and guarantees of some of them, in any currency, long over or still to begin."""
    found = {}
    for entry in entries:
        who = entry.customer.id

        def made(r: random.Random = r) -> dict[str, Any]:
            begins = TODAY + timedelta(days=r.choice([-400, -30, 0, 20]))
            return {
                "amount": Money(r.randint(0, 10**10), r.choice(["CNY", "EUR", "JPY", "KWD"])),
                "from_": begins,
                "until": r.choice([None, begins + timedelta(days=r.randint(0, 700))]),
            }

        covers = [a_cover(f"P-{n}", customer=who, **made()) for n in range(r.choice([0, 0, 1, 2]))]
        kinds = r.sample(list(GuaranteeKind), r.choice([0, 0, 1, 3]))
        guarantees = [a_guarantee(k.value, customer=who, kind=k, **made()) for k in kinds]
        if covers or guarantees:
            held, amount = Held(in_order(covers), in_order(guarantees)), None
            if entry.limit is not None and entry.limit.amount is not None:
                amount = r.choice([None, entry.limit.amount.times(Decimal("0.3"))])
            found[who] = Behind(held, amount)
    return found


@pytest.mark.parametrize("policy", [UNSECURED, *POLICIES[6:10:2], UNBACKED], ids=range(4))
@given(entries=many_entries(), seed=st.integers(0, 2**32))
@settings(max_examples=5, deadline=None)
def test_they_do_where_covers_and_guarantees_stand_behind_limits(
    policy: Policy, entries: list[Entry], seed: int
) -> None:
    book, granted = book_of(entries), granted_by_hand(entries)
    behind = behind_in(random.Random(seed), entries)
    found = Evaluator(policy, TODAY, Rates(book.rates), behind=behind).evaluate(book)
    backed = {row for row in range(len(book)) if book.customer(row) in behind}
    assert backed <= {int(row) for row in found.alone}, "they are counted and told"
    for row in range(len(book)):
        mine = behind.get(book.customer(row), NOTHING)
        one = evaluated(book, row, TODAY, policy, granted=granted, behind=mine)
        assert isinstance(one, Alone)
        assert in_columns(found, row, policy) == alone(one)


def test_what_stands_behind_a_limit_makes_a_difference_to_the_book() -> None:
    """The negative control: without it the book would propose less for some."""
    from tests.portfolio.books import random_entries

    entries = random_entries(random.Random(3), 60)
    book, rates = book_of(entries), Rates(RATES)
    behind = behind_in(random.Random(5), entries)
    known = Evaluator(SHIPPED, TODAY, rates, behind=behind).evaluate(book).frame.proposed
    unknown = Evaluator(SHIPPED, TODAY, rates).evaluate(book).frame.proposed
    without = Evaluator(UNBACKED, TODAY, rates, behind=behind).evaluate(book).frame.proposed
    assert unknown.tolist() == without.tolist()
    assert (known >= unknown).all()
    assert (known > unknown).any()


@given(many_entries(most=9 * 10**15), st.sampled_from(POLICIES), st.sampled_from(RULES), champions)
@settings(max_examples=10, deadline=None)
def test_they_do_where_amounts_are_beyond_all_columns(
    entries: list[Entry], policy: Policy, rule: LearnedRule | None, model: RegisteredModel
) -> None:
    policy = replace(policy, learned=rule)
    champion = champion_of(policy, [model])
    book, granted = book_of(entries), granted_by_hand(entries)
    of = lately(entries, policy)
    found = Evaluator(policy, TODAY, Rates(book.rates), lately=of, champion=champion).evaluate(book)
    for row, entry in enumerate(entries):
        raised = before(entry, policy, TODAY)
        one = evaluated(book, row, TODAY, policy, granted=granted, before=raised, champion=model)
        if row in found.refused:
            assert isinstance(one, Problem) or row in found.signals.refused
        else:
            assert isinstance(one, Alone)
            assert in_columns(found, row, policy) == alone(one)


def test_a_book_comes_out_the_same_in_blocks_of_any_size() -> None:
    from tests.portfolio.books import Random, random_entries

    book = book_of(random_entries(Random(7), 40))
    whole = Evaluator(SHIPPED, TODAY, Rates(book.rates)).evaluate(book)
    parts = list(Evaluator(SHIPPED, TODAY, Rates(book.rates)).blocks(book, size=7))
    assert [part.start for part in parts] == list(range(0, 40, 7))
    pieces = [in_columns(part, row, SHIPPED) for part in parts for row in range(len(part))]
    assert pieces == [in_columns(whole, row, SHIPPED) for row in range(40)]


def test_a_part_of_the_book_is_bounded_by_the_limits_of_the_whole() -> None:
    """And the negative control: without them it would think that it is alone."""
    from tests.portfolio.books import Random, random_entries

    entries = random_entries(Random(11), 60)
    policy, granted = replace(SHIPPED, caps=caps(3 * 10**9)), granted_by_hand(entries)
    book, rates = book_of(entries), Rates(RATES)
    whole = Evaluator(policy, TODAY, rates).evaluate(book)
    part = Evaluator(policy, TODAY, rates, granted).evaluate(chosen(book, range(20)))
    alone = Evaluator(policy, TODAY, rates).evaluate(chosen(book, range(20)))
    assert part.frame.amounts.tolist() == whole.frame.amounts[:20].tolist()
    assert alone.frame.amounts.tolist() != whole.frame.amounts[:20].tolist()
    for method in ("sector_cap", "country_cap", "region_cap", "book_cap"):
        assert (whole.frame.amounts[:, METHODS.index(method)] != UNKNOWN).any(), method
    assert METHODS.index("sector_cap") in whole.frame.binding


def test_both_sides_differ_where_one_bin_of_the_policy_does() -> None:
    """The negative control: what is compared depends on the scorecard."""
    from tests.portfolio.books import Random, random_entries

    card = SHIPPED.scorecards[Segment.NEW]
    first = card.characteristics[0]
    moved = replace(first, missing_points=(first.missing_points + 40) % 100)
    other = replace(card, characteristics=(moved, *card.characteristics[1:]))
    policy = replace(SHIPPED, scorecards={**SHIPPED.scorecards, Segment.NEW: other})
    book = book_of(random_entries(Random(7), 40))
    found = Evaluator(policy, TODAY, Rates(book.rates)).evaluate(book)
    one = [evaluated(book, row, TODAY, SHIPPED) for row in range(40)]
    same = [
        in_columns(found, row, policy) == alone(of)
        for row, of in enumerate(one)
        if isinstance(of, Alone)
    ]
    assert not all(same)


def test_raises_of_late_send_a_proposal_to_another_desk() -> None:
    """And the negative control: without them it would go where it goes alone."""
    from tests.portfolio.books import Random, random_entries

    entries = random_entries(Random(5), 200)
    book, rates = book_of(entries), Rates(RATES)
    counted = Evaluator(RAISES, TODAY, rates, lately=lately(entries, RAISES)).evaluate(book)
    alone = Evaluator(RAISES, TODAY, rates).evaluate(book)
    by = RAISES.authority.index(next(r for r in RAISES.authority if r.id == "slowly"))
    moved = (counted.frame.rule == by) & (alone.frame.rule != by)
    assert moved.sum() > 3
    assert counted.frame.proposed.tolist() == alone.frame.proposed.tolist()


def test_where_a_dynamic_limit_began_decides_how_far_it_goes_by_itself() -> None:
    from tests.portfolio.books import Random, random_entries

    policy = replace(SHIPPED, dynamic=replace(DYNAMIC, hold_days=0, raise_after_cut_days=0))
    entries = random_entries(Random(3), 600)
    book, rates = book_of(entries), Rates(RATES)
    counted = Evaluator(policy, TODAY, rates, lately=lately(entries, policy)).evaluate(book)
    alone = Evaluator(policy, TODAY, rates).evaluate(book)
    assert (counted.frame.desk != alone.frame.desk).any()


# ------------------------------------------------------------------ learned models


def _champion(late: int) -> RegisteredModel:
    return a_model(late=late, state=ModelState.CHAMPION)


@pytest.mark.parametrize("rule", RULES[1:], ids=["worse of", "blend", "model alone"])
def test_a_champion_moves_grades_and_limits_and_is_named(rule: LearnedRule) -> None:
    """And the negative control: another bin of the model makes other grades."""
    from tests.portfolio.books import Random, random_entries

    policy = replace(SHIPPED, learned=rule)
    book = book_of(random_entries(Random(7), 80))

    def judged(model: RegisteredModel | None) -> Evaluated:
        champion = None if model is None else champion_of(policy, [model])
        return Evaluator(policy, TODAY, Rates(book.rates), champion=champion).evaluate(book)

    nobody, one, other = judged(None), judged(_champion(-40)), judged(_champion(-400))
    for row in range(80):
        has_say = not nobody.knock_outs(row)
        assert one.combined is not None
        assert bool(one.combined.counts[row]) is has_say
        assert one.combined.grade[row] == nobody.scores.grade[row]
    same = [in_columns(one, row, policy) == in_columns(other, row, policy) for row in range(80)]
    assert not all(same)
    assert (one.scores.grade != nobody.scores.grade).any()
    assert (one.frame.proposed != nobody.frame.proposed).any()
    rows = rows_of(one, policy).to_pylist()
    assert {row["model"] for row in rows} <= {"MD-0001", None}
    assert sum(row["model"] is not None for row in rows) == one.combined.counts.sum()


def _wrong_at_borders() -> int:
    """How many grades differ from the domain's where grade A ends with somebody's probability.

    Once it is the last one within, and once the first one beyond.
    """
    from tests.portfolio.books import Random, random_entries

    book = book_of(random_entries(Random(3), 60))
    edges = tuple(map(float, range(0, 790, 10)))
    form = PointsForm(560, (PointsColumn("tenure_days", tuple(range(0, 160, 2)), -5, 0.0, edges),))
    found = signals(book, on=TODAY, policy=SHIPPED)
    borders = {over_a_year(probability(float(x)), 90) for x in raw_log_odds(form, found)}
    assert len(borders) > 20
    wrong = 0
    for border in sorted(borders):
        for most in (border, math.nextafter(border, 0)):
            mosts = [most, *(most + (1 - most) * n / 6 for n in range(1, 6)), 1.0]
            reach = tuple(GradeReach(g, m) for g, m in zip(Grade, mosts, strict=True))
            text = model_to_json(replace(a_learned_model(), form=form, grades=reach))
            model = a_model(text=text, state=ModelState.CHAMPION)
            ppm, grades = Champion(model, LearnedRule(Combine.WORSE_OF)).judged(found)
            for row in range(len(book)):
                tenure = found.value("tenure_days", row)
                expected = judge(read_once(text), {"tenure_days": tenure})
                assert Decimal(int(ppm[row])).scaleb(-6) == expected.yearly
                wrong += GRADES[grades[row]] != expected.grade
    return wrong


def test_grades_are_right_where_a_probability_lies_on_their_border(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And the negative control: without the domain at borders a last digit makes another grade."""
    exact = learned._probabilities
    monkeypatch.setattr(learned, "_probabilities", lambda odds: exact(odds) * (1 + 1e-15))
    assert _wrong_at_borders() == 0
    monkeypatch.setattr(learned, "_NEAR", 0.0)
    assert _wrong_at_borders() > 0


# ------------------------------------------------------------------ groups


def grouped(entries: Sequence[Entry], seed: int) -> tuple[Shares, GroupBook]:
    """The same groups, limits and members for columns and for the domain, in any constellation."""
    r = random.Random(seed)
    ids = [GroupId(f"G{n}") for n in range(6)]
    tree = tree_of(
        Group(x, x, parent=r.choice([None, *ids[:n]]) if n else None) for n, x in enumerate(ids)
    )
    limits = {}
    for group in ids:
        currency, state = r.choice(["CNY", "EUR", "JPY", "KWD"]), r.choice([None, *LimitState])
        if state is not None:
            amount = Money(r.randint(1, 10**9), currency) if state is LimitState.AMOUNT else None
            limits[group] = GroupLimit(group, 1, state, amount, currency, TODAY, None, NOW, "x")
    members, positions = {}, []
    for entry in entries:
        own, group = entry.customer.currency, r.choice([None, *ids])
        if group is None or not bounded(tree, group, limits):
            continue
        credit = r.choice([None, Money(r.randint(0, 10**8), own)])
        found = exposure(entry.ledger, currency=own, rates=Rates(RATES), on=TODAY)
        consumed = None
        if credit and r.random() < 0.4:  # all of it is for one project, for which nothing is owed
            bridge = an_added_limit(amount=credit, project="Bridge")
            consumed = consume(InForce(TODAY, own, None, (), (bridge,)), found.owed)
        position = Position(entry.customer.id, group, found.total, credit, consumed)
        taken = None if consumed is None else position.taken
        members[entry.customer.id] = Member(group, credit, own, taken=taken)
        positions.append(position)
    domain = GroupBook(tree, limits, positions, Exchange(Rates(RATES), TODAY))
    return Shares(tree, limits, members), domain


@given(entries=many_entries(), seed=st.integers(0, 2**32), policy=st.sampled_from(POLICIES))
@settings(max_examples=20, deadline=None)
def test_both_evaluators_leave_a_member_what_every_group_above_leaves(
    entries: list[Entry], seed: int, policy: Policy
) -> None:
    book, granted = book_of(entries), granted_by_hand(entries)
    shares, domain = grouped(entries, seed)
    found = Evaluator(policy, TODAY, Rates(book.rates), shares=shares).evaluate(book)
    of_group = found.frame.amounts[:, METHODS.index("group")]
    for row, entry in enumerate(entries):
        member = shares.members.get(entry.customer.id)
        room = None
        if member is not None:
            room = domain.room(entry.customer.id, member.group, entry.customer.currency)
            assert room is not None
            assert int(of_group[row]) == room.left.minor
            assert found.frame.proposed[row] <= room.left.minor
        else:
            assert of_group[row] == UNKNOWN
        one = evaluated(book, row, TODAY, policy, granted=granted, room=room)
        assert isinstance(one, Alone)
        assert in_columns(found, row, policy) == alone(one)


def test_who_is_not_in_the_book_takes_room_all_the_same() -> None:
    from tests.portfolio.books import Random, random_entries

    entries, group = random_entries(Random(4), 40), GroupId("G0")
    book, rates = book_of(entries), Rates(RATES)
    most = Money(10**13, "CNY")
    limit = GroupLimit(group, 1, LimitState.AMOUNT, most, "CNY", TODAY, None, NOW, "x")
    members, owed = {}, {}
    for entry in entries:
        own = entry.customer.currency
        members[entry.customer.id] = Member(group, None, own)
        owed[entry.customer.id] = exposure(entry.ledger, currency=own, rates=rates, on=TODAY).total
    shares = Shares(tree_of([Group(group, "G")]), {group: limit}, members)
    told = {name: replace(member, owed=owed[name]) for name, member in members.items()}

    def rooms(shares: Shares, customers: range) -> list[int]:
        found = Evaluator(SHIPPED, TODAY, rates, shares=shares).evaluate(chosen(book, customers))
        return [int(x) for x in found.frame.amounts[:, METHODS.index("group")]]

    whole = rooms(shares, range(40))[:10]
    assert min(whole) > 0
    assert rooms(replace(shares, members=told), range(10)) == whole
    # The counterpart: without what they owe there would seem to be more room.
    assert all(a > b for a, b in zip(rooms(shares, range(10)), whole, strict=True))


def test_where_a_members_currency_has_no_rate_its_whole_group_is_refused() -> None:
    from tests.portfolio.books import Random, random_entries

    entries = random_entries(Random(4), 12)
    group = GroupId("G0")
    limit = GroupLimit(
        group, 1, LimitState.AMOUNT, Money(10**9, "GBP"), "GBP", TODAY, None, NOW, "x"
    )
    names = [e.customer.id for e in entries[:3]]
    members = {e.customer.id: Member(group, None, e.customer.currency) for e in entries[:3]}
    shares = Shares(tree_of([Group(group, "G")]), {group: limit}, members)
    book = book_of(entries)
    found = Evaluator(SHIPPED, TODAY, Rates(RATES), shares=shares).evaluate(book)
    refused = {book.customer(row): str(no) for row, no in found.refused.items()}
    assert set(names) <= set(refused)
    assert all("no exchange rate for GBP" in refused[name] for name in names)
    assert len(refused) < len(entries)
