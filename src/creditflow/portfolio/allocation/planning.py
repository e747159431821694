"""From a book and a budget plan to the question in arrays, and from its answer back to money."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from creditflow.domain.allocating import (
    LOSS,
    AllocatedLine,
    Allocation,
    BookLine,
    BudgetUse,
    own_bound,
    rates_of,
    segments_of,
)
from creditflow.domain.bounds import UNBOUNDED, Bounds
from creditflow.domain.budgets import Budget, BudgetPlan, Measure
from creditflow.domain.money import Money
from creditflow.domain.sentences import say
from creditflow.portfolio.allocation.belonging import Kind, idle_budgets, kinds_of
from creditflow.portfolio.allocation.certificate import certify, profit_of, profits
from creditflow.portfolio.allocation.exact import excess_billionths, used_billionths
from creditflow.portfolio.allocation.grids import OwnCurrencies
from creditflow.portfolio.allocation.instance import (
    BILLION,
    BudgetFamily,
    Floats,
    Instance,
    Ints,
    NotSolvable,
)
from creditflow.portfolio.allocation.rounding import SignificantDigits, rounded
from creditflow.portfolio.allocation.solving import solve

_WHOLE = frozenset({Measure.LIMIT, Measure.CAP, Measure.SHARED})
"""Measures that count all of a limit, or all of it beyond what is owed already."""


def allocate(lines: Sequence[BookLine], plan: BudgetPlan, bounds: Bounds = UNBOUNDED) -> Allocation:
    """The limits that earn most within the plan's budgets, rounded, with prices and proof.

    They keep the `bounds` too. Raises NotSolvable where there is no book, and
    SolverMissing without HiGHS.
    """
    if not lines:
        raise NotSolvable([say("No customer has been evaluated yet. First: creditflow review.")])
    kinds = kinds_of(lines, plan, bounds)
    instance = instance_of(lines, plan, kinds)
    solution = solve(instance)
    grid = OwnCurrencies([line.factor for line in lines], SignificantDigits())
    limits = rounded(instance, solution.limits, solution.prices, grid)
    certificate = certify(instance, limits, solution.prices)
    today = np.array([_today(line) for line in lines], np.int64)
    answer = _Answer(lines, plan, kinds, instance, grid, limits, solution.prices)

    def money(minor: float) -> Money:
        return Money(round(minor), plan.currency)

    return Allocation(
        plan=plan,
        lines=answer.allocated(),
        uses=answer.uses(),
        idle=idle_budgets(lines, plan, bounds.tree),
        earns=money(certificate.profit),
        bound=money(certificate.bound),
        gap=solution.certificate.gap,
        kept=certificate.profit / certificate.bound if certificate.bound else 1.0,
        today=money(profit_of(instance, today)),
        exceeded_today=sum(over > 0 for over in excess_billionths(instance, today)),
    )


def instance_of(lines: Sequence[BookLine], plan: BudgetPlan, kinds: Sequence[Kind]) -> Instance:
    """The question in arrays: parts of limits in minor units of the base currency, and budgets."""
    parts = [segments_of(line, plan) for line in lines]
    return Instance(
        np.array([[p.width for p in each] for each in parts], np.int64).T.copy(),
        np.array([[p.profit for p in each] for each in parts]).T.copy(),
        tuple(_family(lines, plan, kind) for kind in kinds),
        _free(lines) if any(kind.measure is Measure.SHARED for kind in kinds) else None,
    )


def _free(lines: Sequence[BookLine]) -> Ints:
    return np.array([line.free for line in lines], np.int64)


def _family(lines: Sequence[BookLine], plan: BudgetPlan, kind: Kind) -> BudgetFamily:
    measure, weight = kind.measure, None
    if measure not in _WHOLE:
        weight = np.array([_weight(line, plan, measure) for line in lines], np.int64)
    return BudgetFamily(
        kind.name,
        tuple(budget.key for budget in kind.budgets),
        np.array([budget.left.minor for budget in kind.budgets], np.int64),
        np.array(kind.member, np.int64),
        weight,
        beyond=measure is Measure.SHARED,
    )


def _weight(line: BookLine, plan: BudgetPlan, measure: Measure) -> int:
    """What one unit of limit uses of a budget of that measure, in billionths."""
    rates = rates_of(line, plan.economics)
    uninsured_beyond = rates.uninsured - 1 + float(plan.least_insured_share or 0)
    used = {
        Measure.EXPECTED_LOSS: rates.expected_loss,
        Measure.ECONOMIC_CAPITAL: rates.economic_capital,
        Measure.UNINSURED: rates.uninsured,
        Measure.INSURED_SHARE: uninsured_beyond,
    }
    return round(used[measure] * BILLION)


# ------------------------------------------------------------------ the answer


@dataclass(frozen=True)
class _Answer:
    """Rounded limits and prices, to be told in the words of the book and the plan."""

    lines: Sequence[BookLine]
    plan: BudgetPlan
    kinds: Sequence[Kind]
    instance: Instance
    grid: OwnCurrencies
    limits: Ints
    prices: Floats

    def allocated(self) -> tuple[AllocatedLine, ...]:
        """Every customer's limit, what it earns, and what holds it."""
        currency, limits = self.plan.currency, self.limits
        earns, own = profits(self.instance, limits), self.grid.own(limits)
        return tuple(
            AllocatedLine(
                line,
                Money(int(own[i]), line.customer.currency),
                Money(int(limits[i]), currency),
                Money(round(float(earns[i])), currency),
                held_by,
            )
            for i, (line, held_by) in enumerate(zip(self.lines, self._held_by(), strict=True))
        )

    def uses(self) -> tuple[BudgetUse, ...]:
        """Every budget with what is used of it, rounded up, and its price."""
        budgets = [budget for kind in self.kinds for budget in kind.budgets]
        used = used_billionths(self.instance, self.limits)
        return tuple(
            BudgetUse(budget, self._used(budget, billionths), float(price))
            for budget, billionths, price in zip(budgets, used, self.prices, strict=True)
        )

    def _used(self, budget: Budget, billionths: int) -> Money:
        gone = 0 if budget.gone is None else budget.gone.minor
        return Money(gone - (-billionths // BILLION), self.plan.currency)

    def _held_by(self) -> Iterator[str]:
        """What keeps each limit from being higher: its own bound, a loss, or the dearest budget."""
        instance, limits = self.instance, self.limits
        whole = instance.width.sum(axis=0)
        full = self.grid.above(limits) > whole
        reached, following = np.zeros(len(limits), np.int64), np.full(len(limits), -np.inf)
        for width, profit in zip(instance.width, instance.profit, strict=True):
            reached += width
            following = np.where((reached > limits) & (following == -np.inf), profit, following)
        dearest, cost = np.full(len(limits), -1), np.zeros(len(limits))
        for family, row, beyond in instance.costs(self.prices):
            own = beyond
            if family.beyond and instance.free is not None:
                own = np.where(limits < instance.free, 0.0, beyond)
            dearest, cost = np.where(own > cost, row, dearest), np.maximum(own, cost)
        for i, line in enumerate(self.lines):
            if full[i] or whole[i] == 0:
                yield own_bound(line, self.plan)
            elif following[i] <= 0 or dearest[i] < 0:
                yield LOSS
            else:
                yield instance.names[dearest[i]][1]


def _today(line: BookLine) -> int:
    """The present limit in the base currency; beyond what is looked at, it earns nothing more."""
    if line.current is None:
        return 0
    return line.current.minor * line.factor.numerator // line.factor.denominator
