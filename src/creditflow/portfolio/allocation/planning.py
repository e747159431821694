"""From a book and a budget plan to the question in arrays, and from its answer back to money."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

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
from creditflow.domain.budgets import Budget, BudgetPlan, Measure
from creditflow.domain.customer import Customer
from creditflow.domain.money import Money
from creditflow.domain.scope import Scope
from creditflow.domain.sentences import say
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

_MEMBERSHIP: dict[Scope, Callable[[Customer], str | None]] = {
    Scope.SECTOR: lambda customer: customer.sector,
    Scope.COUNTRY: lambda customer: customer.country,
    Scope.REGION: lambda customer: customer.region,
    Scope.GROUP: lambda customer: customer.group,
}


def allocate(lines: Sequence[BookLine], plan: BudgetPlan) -> Allocation:
    """The limits that earn most within the plan's budgets, rounded, with prices and proof.

    Raises NotSolvable where there is no book, and SolverMissing without HiGHS.
    """
    plan = _with_groups(lines, plan)
    if not lines:
        raise NotSolvable([say("No customer has been evaluated yet. First: creditflow review.")])
    instance = instance_of(lines, plan)
    solution = solve(instance)
    grid = OwnCurrencies([line.factor for line in lines], SignificantDigits())
    limits = rounded(instance, solution.limits, solution.prices, grid)
    certificate = certify(instance, limits, solution.prices)
    today = np.array([_today(line) for line in lines], np.int64)
    answer = _Answer(lines, plan, instance, grid, limits, solution.prices)

    def money(minor: float) -> Money:
        return Money(round(minor), plan.currency)

    return Allocation(
        plan=plan,
        lines=answer.allocated(),
        uses=answer.uses(),
        idle=tuple(budget for budget in plan.budgets if _is_idle(budget, lines)),
        earns=money(certificate.profit),
        bound=money(certificate.bound),
        gap=solution.certificate.gap,
        kept=certificate.profit / certificate.bound if certificate.bound else 1.0,
        today=money(profit_of(instance, today)),
        exceeded_today=sum(over > 0 for over in excess_billionths(instance, today)),
    )


def instance_of(lines: Sequence[BookLine], plan: BudgetPlan) -> Instance:
    """The question in arrays: parts of limits in minor units of the base currency, and budgets."""
    parts = [segments_of(line, plan) for line in lines]
    return Instance(
        np.array([[p.width for p in each] for each in parts], np.int64).T.copy(),
        np.array([[p.profit for p in each] for each in parts]).T.copy(),
        tuple(
            _family(lines, plan, measure, scope, budgets)
            for (measure, scope), budgets in _by_kind(plan).items()
        ),
    )


def _by_kind(plan: BudgetPlan) -> dict[tuple[Measure, Scope], list[Budget]]:
    """Budgets of the same measure and scope together: each customer is a member of at most one."""
    kinds: dict[tuple[Measure, Scope], list[Budget]] = {}
    for budget in plan.budgets:
        kinds.setdefault((budget.measure, budget.scope), []).append(budget)
    return kinds


def _family(
    lines: Sequence[BookLine],
    plan: BudgetPlan,
    measure: Measure,
    scope: Scope,
    budgets: Sequence[Budget],
) -> BudgetFamily:
    places = {budget.part: place for place, budget in enumerate(budgets)}
    belongs = _MEMBERSHIP.get(scope)
    part_of = [belongs(line.customer) if belongs else "" for line in lines]
    member = [-1 if part is None else places.get(part, -1) for part in part_of]
    weight = None
    if measure is not Measure.LIMIT:
        weight = np.array([_weight(line, plan, measure) for line in lines], np.int64)
    return BudgetFamily(
        f"{measure.value}:{scope.value}",
        tuple(budget.key for budget in budgets),
        np.array([budget.most.minor for budget in budgets], np.int64),
        np.array(member, np.int64),
        weight,
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


def _with_groups(lines: Sequence[BookLine], plan: BudgetPlan) -> BudgetPlan:
    """The plan with the general budget written out for every group that has none of its own."""
    if plan.per_group is None:
        return plan
    named = {budget.part for budget in plan.budgets if budget.scope is Scope.GROUP}
    others = sorted({line.customer.group for line in lines if line.customer.group} - named)
    general = [Budget(Measure.LIMIT, Scope.GROUP, group, plan.per_group) for group in others]
    return replace(plan, budgets=(*plan.budgets, *general))


def _is_idle(budget: Budget, lines: Sequence[BookLine]) -> bool:
    """Whether no customer of the book belongs to the budget: perhaps its name is mistyped."""
    belongs = _MEMBERSHIP.get(budget.scope)
    return belongs is not None and all(belongs(line.customer) != budget.part for line in lines)


# ------------------------------------------------------------------ the answer


@dataclass(frozen=True)
class _Answer:
    """Rounded limits and prices, to be told in the words of the book and the plan."""

    lines: Sequence[BookLine]
    plan: BudgetPlan
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
        budgets = [budget for each in _by_kind(self.plan).values() for budget in each]
        used = used_billionths(self.instance, self.limits)
        return tuple(
            BudgetUse(budget, Money(-(-billionths // BILLION), self.plan.currency), float(price))
            for budget, billionths, price in zip(budgets, used, self.prices, strict=True)
        )

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
        for row, own in instance.costs(self.prices):
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
