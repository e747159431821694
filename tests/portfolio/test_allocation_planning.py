"""From a book in many currencies to limits people can say: budgets hold in money, prices are true."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.allocating import rates_of, segments_of
from creditflow.domain.bounds import UNBOUNDED, Bounds
from creditflow.domain.budgets import Measure, shadow_price_said
from creditflow.domain.groups import tree_of
from creditflow.domain.money import Money
from creditflow.domain.proposal import LimitMethod
from creditflow.domain.scope import Scope
from creditflow.portfolio.allocation.belonging import kinds_of
from creditflow.portfolio.allocation.instance import NotSolvable
from creditflow.portfolio.allocation.planning import allocate, instance_of
from creditflow.portfolio.allocation.solving import solve
from tests.makers import a_group, cny
from tests.portfolio.lines import a_budget, a_line, a_plan, some_lines


def asked(lines, plan, bounds=UNBOUNDED):
    return instance_of(lines, plan, kinds_of(lines, plan, bounds))


def in_base(each):
    """What an allocated limit counts in CNY, by the book's own factor, rounded up."""
    exact = each.limit.minor * each.line.factor
    return -(-exact.numerator // exact.denominator)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    most=st.tuples(
        st.integers(1, 60_000_000),
        st.integers(0, 20_000_000),
        st.integers(1, 300_000),
        st.integers(0, 3_000_000),
    ),
    share=st.sampled_from([None, Decimal("0.3")]),
)
def test_every_budget_holds_in_money_whatever_the_currencies(seed, most, share):
    total, sector, loss, group = most
    insured = [a_budget(0, Measure.INSURED_SHARE)] if share else []
    plan = a_plan(
        a_budget(total),
        a_budget(sector, scope=Scope.SECTOR, part="construction"),
        a_budget(loss, Measure.EXPECTED_LOSS),
        *insured,
        per_name=cny(4_000_000),
        per_group=cny(group),
        least_insured_share=share,
    )

    lines = allocate(some_lines(40, seed), plan).lines

    counted = [in_base(each) for each in lines]
    assert sum(counted) <= cny(total).minor
    assert max(counted) <= cny(4_000_000).minor
    in_sector = [c for c, e in zip(counted, lines, strict=True)
                 if e.line.customer.sector == "construction"]  # fmt: skip
    assert sum(in_sector) <= cny(sector).minor
    for name in ("G1", "G2"):
        members = [c for c, e in zip(counted, lines, strict=True) if e.line.customer.group == name]
        assert sum(members) <= cny(group).minor
    lost = sum(Fraction(rates_of(e.line, plan.economics).expected_loss) * c
               for c, e in zip(counted, lines, strict=True))  # fmt: skip
    assert lost <= cny(loss).minor * (1 + Fraction(1, 10**5))
    if share is not None:
        covered = sum(Fraction(9, 10) * c for c, e in zip(counted, lines, strict=True)
                      if e.line.customer.country == "US")  # fmt: skip
        assert covered >= Fraction(share) * sum(counted) - 1
    for each in lines:
        assert each.limit.currency == each.line.customer.currency
        assert each.limit <= each.line.bound
        assert len(str(each.limit.minor).rstrip("0")) <= 2
        assert each.base.minor == in_base(each)


def test_a_shadow_price_is_what_a_little_more_earns():
    lines, most = some_lines(400, 3), 30_000_000
    plan = a_plan(a_budget(most))
    solution = solve(asked(lines, plan))
    step = cny(1_000)
    more = solve(asked(lines, a_plan(replace(plan.budgets[0], most=cny(most) + step))))

    earned = more.certificate.profit - solution.certificate.profit
    assert solution.prices[0] > 0
    assert earned == pytest.approx(solution.prices[0] * step.minor, rel=0.02)


def test_a_price_is_told_for_a_step_that_is_small_beside_the_budget():
    sector = a_budget(20_000_000, scope=Scope.SECTOR, part="construction")
    small = a_budget(30_000, Measure.EXPECTED_LOSS)

    assert str(shadow_price_said(sector, 0.0123)) == (
        "Another CNY 1,000,000.00 of limits in sector construction would earn CNY 12,300.00 a year."
    )
    assert str(shadow_price_said(small, 2.5)) == (
        "Another CNY 1,000.00 of expected loss allowed would earn CNY 2,500.00 a year."
    )


SCOPES = {
    Measure.LIMIT: list(Scope),
    Measure.CAP: [scope for scope in Scope if scope is not Scope.GROUP],
    Measure.SHARED: [Scope.GROUP],
}


@pytest.mark.parametrize("measure", list(Measure))
def test_every_budget_has_a_name_and_a_price_in_words(measure):
    for scope in SCOPES.get(measure, [Scope.BOOK]):
        part = "" if scope is Scope.BOOK else "X"
        budget = a_budget(5, measure, scope, part)
        assert part in str(budget.called)
        assert "would earn" in str(shadow_price_said(budget, 0.1))


def test_what_holds_a_limit_is_named():
    lines = [
        a_line("need"),
        a_line("bound", bound=cny(300_000)),
        a_line("name", need=cny(9_000_000), bound=cny(9_000_000)),
        a_line("loss", pd=Decimal("0.9")),
        a_line("unknown", need=None),
        a_line("scarce", sector="construction"),
    ]
    plan = a_plan(
        a_budget(500_000, scope=Scope.SECTOR, part="construction"),
        economics=replace(
            a_plan().economics, cost_of_capital=Decimal(0), loss_given_default=Decimal("0.2")
        ),
        per_name=cny(2_000_000),
    )

    held = {e.line.customer.id: (e.held_by, e.limit) for e in allocate(lines, plan).lines}

    assert held["need"] == ("need", cny(1_000_000))
    assert held["bound"] == ("appetite", cny(300_000))
    assert held["name"] == ("name", cny(2_000_000))
    assert held["loss"] == ("loss", cny(0))
    assert held["unknown"] == ("need", cny(0))
    assert held["scarce"] == ("limit:sector:construction", cny(500_000))


def test_a_mistyped_budget_is_pointed_out_and_an_empty_book_is_refused():
    plan = a_plan(a_budget(5, scope=Scope.SECTOR, part="constuction"))

    assert allocate([a_line()], plan).idle == plan.budgets
    with pytest.raises(NotSolvable, match="creditflow review"):
        allocate([], plan)


# ------------------------------------------------------------------ what a limit earns


def test_profit_by_hand():
    """One part: chance 0.9, margin 12 % × 365/60 × 0.25 − 4.5 %, PD 1 % × LGD 60 % × exposure."""
    plan = a_plan(economics=replace(a_plan().economics, cost_of_capital=Decimal(0)))

    first = segments_of(a_line(), plan)[0]

    assert first.width == cny(250_000).minor
    assert first.profit == pytest.approx(0.9 * (0.12 * 365 / 60 * 0.25 - 0.045)
                                         - 0.01 * 0.6 * (0.9 + 0.4 * 0.1))  # fmt: skip


def test_economic_capital_covers_a_year_as_bad_as_one_in_a_thousand():
    """The loss rate of such a year is where Vasicek's distribution function reaches 99.9 %."""
    capital = rates_of(a_line(), a_plan().economics).economic_capital
    normal, pd, correlation = NormalDist(), 0.01, 0.15

    loss_rate = capital / 0.6 + pd

    reached = ((1 - correlation) ** 0.5 * normal.inv_cdf(loss_rate) - normal.inv_cdf(pd)) / (
        correlation**0.5
    )
    assert normal.cdf(reached) == pytest.approx(0.999)


def test_cover_lowers_what_can_be_lost_and_raises_what_is_earned():
    home, abroad = a_line(country="CN"), a_line(country="US")
    plan = a_plan()

    assert rates_of(abroad, plan.economics).uninsured == pytest.approx(0.1)
    for uncovered, covered in zip(segments_of(home, plan), segments_of(abroad, plan), strict=True):
        assert covered.profit > uncovered.profit


@given(
    pd=st.decimals("0.0001", "0.99", places=4),
    chances=st.lists(st.decimals(0, 1, places=2), min_size=1, max_size=6),
    terms=st.integers(1, 360),
    need=st.integers(0, 10**12),
    bound=st.integers(0, 10**12),
)
def test_parts_never_earn_more_than_the_one_before_and_end_at_the_bounds(
    pd, chances, terms, need, bound
):
    steps = [
        (Decimal(place + 1) / len(chances), chance)
        for place, chance in enumerate(sorted(chances, reverse=True))
    ]
    economics = a_plan().economics
    economics = replace(economics, use=tuple(type(economics.use[0])(*step) for step in steps))
    line = a_line(pd=pd, terms_days=terms, need=Money(need, "CNY"), bound=Money(bound, "CNY"),
                  bound_by=LimitMethod.CAP)  # fmt: skip

    parts = segments_of(line, a_plan(economics=economics))

    assert all(a.profit >= b.profit for a, b in pairwise(parts))
    assert all(part.width >= 0 for part in parts)
    assert sum(part.width for part in parts) <= min(need, bound)


def test_a_groups_budget_counts_everybody_beneath_it():
    tree = tree_of([a_group("TOP"), a_group("G1", parent="TOP"), a_group("G2", parent="TOP")])
    lines = [a_line("one", group="G1"), a_line("two", group="G2"), a_line("alone", group="G9")]
    named = a_plan(a_budget(1_200_000, scope=Scope.GROUP, part="TOP"), per_group=cny(700_000))
    general = a_plan(per_group=cny(700_000))

    def together(plan):
        one, two, alone = (e.limit for e in allocate(lines, plan, Bounds(tree)).lines)
        assert max(one, two) <= cny(700_000)
        return one + two, alone

    assert together(named) == (cny(1_200_000), cny(700_000))
    assert together(general) == (cny(700_000), cny(700_000))
    misspelt = a_plan(a_budget(5, scope=Scope.GROUP, part="TOOP"))
    assert allocate(lines, misspelt, Bounds(tree)).idle == misspelt.budgets
    assert not allocate(lines, named, Bounds(tree)).idle
