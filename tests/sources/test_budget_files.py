"""A budget file is taken whole, or every mistake in it is named at once with its line."""

from decimal import Decimal

import pytest

from creditflow.domain.budget_reading import InvalidBudgets
from creditflow.domain.budgets import Measure
from creditflow.domain.scope import Scope
from creditflow.sources.budget_files import example_budgets, load_budgets
from tests.makers import cny


def problems(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(InvalidBudgets) as invalid:
        load_budgets(text, "budgets.yaml")
    for problem in invalid.value.problems:
        assert str(problem.remedy)
    return [(problem.line, problem.path) for problem in invalid.value.problems]


def changed(old: str, new: str) -> str:
    assert old in example_budgets()
    return example_budgets().replace(old, new)


def test_the_example_is_valid_and_says_what_it_seems_to_say():
    plan = load_budgets(example_budgets(), "budgets.yaml")

    by_part = {(b.measure, b.scope, b.part): b.most for b in plan.budgets}
    assert by_part[Measure.LIMIT, Scope.SECTOR, "construction"] == cny(20_000_000)
    assert by_part[Measure.EXPECTED_LOSS, Scope.BOOK, ""] == cny(4_000_000)
    assert plan.per_name == cny(30_000_000)
    assert plan.least_insured_share == Decimal("0.02")
    assert plan.economics.sector_margin["pharma"] == Decimal("0.18")
    assert [step.chance for step in plan.economics.use] == sorted(
        (step.chance for step in plan.economics.use), reverse=True
    )


def test_every_mistake_is_named_at_once_with_its_line():
    text = """\
currency: YUAN
economics:
  margin: 12
  sector_margin: {pharma: lots}
  loss_given_default: 0.6
  cost_of_money: -0.01
  cost_of_capital: 0.1
  drawn_before_default: 0.4
  interest: 0.1
  use:
    - {up_to: 0.5, chance: 0.2}
    - {up_to: 0.4, chance: 0.1}
    - {up_to: 1.0, chance: 0.9}
    - {chance: 0.1}
  covered: {countries: {US: 90}}
budgets:
  total: -5
  per_name: 1.234
  sectors: [construction]
  countrys: {BR: 5}
  least_insured_share: 2
"""
    found = problems(text)

    assert sorted(found) == sorted(
        [
            (1, "currency"),
            (3, "economics.margin"),
            (4, "economics.sector_margin.pharma"),
            (6, "economics.cost_of_money"),
            (9, "economics.interest"),
            (2, "economics"),
            (12, "economics.use.1"),
            (13, "economics.use.2"),
            (14, "economics.use.3"),
            (15, "economics.covered.countries.US"),
            (17, "budgets.total"),
            (18, "budgets.per_name"),
            (19, "budgets.sectors"),
            (20, "budgets.countrys"),
            (21, "budgets.least_insured_share"),
        ]
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "."),
        ("just words", "."),
        ("budgets: [", "budgets"),
        ("][", "."),
        (changed("budgets:", "budgets: {}\nother:"), "budgets"),
        (changed("currency: CNY", "currency: CNY\ncurrency: CNY"), "currency"),
        (changed("  total: 400000000", "  total: .nan"), "budgets.total"),
        (changed("  total: 400000000", "  total: 4e30"), "budgets.total"),
        (changed("margin: 0.12 ", "margin: .inf "), "economics.margin"),
    ],
)
def test_what_is_no_budget_file_is_refused(text, place):
    assert place in [path for _, path in problems(text)]
