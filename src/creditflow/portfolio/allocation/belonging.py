"""Who belongs to which budget: in families, of which each customer is a member of one at most.

A group's budget counts everybody beneath the group. Budgets of groups that stand
in one another are laid apart by level, so that those of a level have no member in
common.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from creditflow.domain.allocating import BookLine
from creditflow.domain.bounds import Bounds
from creditflow.domain.budgets import Budget, BudgetPlan, Measure
from creditflow.domain.customer import Customer
from creditflow.domain.groups import GroupId, Tree
from creditflow.domain.scope import Scope

_PART: Mapping[Scope, Callable[[Customer], str | None]] = {
    Scope.BOOK: lambda _: "",
    Scope.SECTOR: lambda customer: customer.sector,
    Scope.COUNTRY: lambda customer: customer.country,
    Scope.REGION: lambda customer: customer.region,
}


@dataclass(frozen=True)
class Kind:
    """Budgets of one family; `member` has the place of each customer's own, -1 for none."""

    name: str
    measure: Measure
    budgets: tuple[Budget, ...]
    member: Sequence[int]


def kinds_of(lines: Sequence[BookLine], plan: BudgetPlan, bounds: Bounds) -> list[Kind]:
    """The plan's budgets and what bounds the allocation besides, family by family."""
    paths = Paths(bounds.tree)
    general = _general(lines, plan, paths)
    families: dict[tuple[Measure, Scope], list[Budget]] = {}
    for budget in (*plan.budgets, *general, *bounds.budgets):
        families.setdefault((budget.measure, budget.scope), []).append(budget)
    found = []
    for (measure, scope), budgets in families.items():
        if scope is Scope.GROUP:
            found += _levels(lines, measure, budgets, paths)
        else:
            places, part_of = _places(budgets), _PART[scope]
            member = [places.get(part_of(line.customer), -1) for line in lines]
            found.append(Kind(f"{measure.value}:{scope.value}", measure, tuple(budgets), member))
    return found


def idle_budgets(lines: Sequence[BookLine], plan: BudgetPlan, tree: Tree) -> tuple[Budget, ...]:
    """The plan's budgets that no customer of the book belongs to: perhaps a name is mistyped."""
    paths = Paths(tree)
    known = {scope: {part_of(line.customer) for line in lines} for scope, part_of in _PART.items()}
    known[Scope.GROUP] = {group for line in lines for group in paths.of(line.customer.group)}
    return tuple(budget for budget in plan.budgets if budget.part not in known[budget.scope])


class Paths:
    """The groups above each customer, from the top down; a group nobody knows stands alone."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._known: dict[str | None, tuple[str, ...]] = {None: ()}

    def of(self, group: str | None) -> tuple[str, ...]:
        """All groups that a customer of this one belongs to."""
        if group not in self._known:
            path = [step.id for step in reversed(self._tree.path(GroupId(group or "")))]
            self._known[group] = tuple(path) or (str(group),)
        return self._known[group]


def _general(lines: Sequence[BookLine], plan: BudgetPlan, paths: Paths) -> list[Budget]:
    """The general budget, for the topmost group of each path that has none of its own.

    Groups beneath it hold whatever holds for it.
    """
    if plan.per_group is None:
        return []
    named = {budget.part for budget in plan.budgets if budget.scope is Scope.GROUP}
    tops = {
        next((group for group in paths.of(name) if group not in named), None)
        for name in {line.customer.group for line in lines}
    }
    most = plan.per_group
    return [Budget(Measure.LIMIT, Scope.GROUP, group, most) for group in sorted(filter(None, tops))]


def _levels(
    lines: Sequence[BookLine], measure: Measure, budgets: Iterable[Budget], paths: Paths
) -> list[Kind]:
    """Budgets of groups by how many others of them stand above: each level is a family."""
    by_group = {budget.part: budget for budget in budgets}
    steps = {
        group: tuple(step for step in paths.of(group) if step in by_group)
        for group in {line.customer.group for line in lines} | set(by_group)
    }
    levels: dict[int, list[Budget]] = {}
    for group, budget in by_group.items():
        levels.setdefault(len(steps[group]) - 1, []).append(budget)
    found = []
    for level, mine in sorted(levels.items()):
        places = _places(mine)
        at = {group: places[path[level]] for group, path in steps.items() if len(path) > level}
        member = [at.get(line.customer.group, -1) for line in lines]
        name = f"{measure.value}:{Scope.GROUP.value}:{level}"
        found.append(Kind(name, measure, tuple(mine), member))
    return found


def _places(budgets: Iterable[Budget]) -> dict[str | None, int]:
    return {budget.part: place for place, budget in enumerate(budgets)}
