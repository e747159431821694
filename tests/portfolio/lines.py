"""A small book in several currencies, as the allocation sees it, and a plan to allocate it by."""

from decimal import Decimal
from fractions import Fraction
from random import Random

from creditflow.domain.allocating import BookLine
from creditflow.domain.budgets import Budget, BudgetPlan, Economics, Measure, UseStep
from creditflow.domain.money import Money
from creditflow.domain.proposal import LimitMethod
from creditflow.domain.scope import Scope
from tests.makers import a_customer, cny

FACTORS = {"CNY": Fraction(1), "USD": Fraction(71234, 10_000), "JPY": Fraction(4873, 1000)}
"""Minor units of CNY per minor unit: one yen is its own minor unit."""


def some_economics(**changes):
    given = {
        "margin": Decimal("0.12"),
        "loss_given_default": Decimal("0.6"),
        "cost_of_money": Decimal("0.045"),
        "cost_of_capital": Decimal("0.1"),
        "drawn_before_default": Decimal("0.4"),
        "lost_without_credit": Decimal("0.25"),
        "use": tuple(
            UseStep(Decimal(up_to), Decimal(chance))
            for up_to, chance in (("0.25", "0.9"), ("0.5", "0.7"), ("0.75", "0.4"), ("1", "0.1"))
        ),
        "sector_margin": {"pharma": Decimal("0.2")},
        "covered_countries": {"US": Decimal("0.9")},
    }
    return Economics(**{**given, **changes})


def a_line(id="C1", **changes):  # noqa: A002
    customer = {
        key: changes.pop(key)
        for key in ("currency", "country", "sector", "region", "group")
        if key in changes
    }
    currency = customer.get("currency", "CNY")
    given = {
        "customer": a_customer(id, **customer),
        "pd": Decimal("0.01"),
        "need": Money.of(1_000_000, currency),
        "bound": Money.of(5_000_000, currency),
        "bound_by": LimitMethod.APPETITE,
        "current": None,
        "terms_days": 60,
        "factor": FACTORS[currency],
    }
    return BookLine(**{**given, **changes})


def some_lines(count, seed=1):
    dice = Random(seed)
    lines = []
    for number in range(count):
        currency, country = dice.choice([("CNY", "CN"), ("USD", "US"), ("JPY", "JP")])
        need = Money(dice.randrange(10**5, 10**9), currency)
        lines.append(
            a_line(
                f"C{number:04}",
                currency=currency,
                country=country,
                sector=dice.choice(["pharma", "construction", "food"]),
                group=dice.choice([None, None, "G1", "G2"]),
                pd=Decimal(dice.randrange(1, 900)).scaleb(-4),
                need=need,
                bound=need.times(Fraction(dice.randrange(20, 300), 100)),
                current=dice.choice([None, need.times(Fraction(1, 2))]),
            )
        )
    return lines


def a_plan(*budgets, **changes):
    return BudgetPlan("CNY", changes.pop("economics", some_economics()), budgets, **changes)


def a_budget(most, measure=Measure.LIMIT, scope=Scope.BOOK, part=""):
    return Budget(measure, scope, part, cny(most))
