"""Solve an instance: prices by Newton, the rest exactly, and a certificate over all segments."""

from dataclasses import dataclass, replace

import numpy as np

from creditflow.domain.errors import Unavailable
from creditflow.domain.sentences import say
from creditflow.portfolio.allocation.certificate import Certificate, certify
from creditflow.portfolio.allocation.core import solve_core
from creditflow.portfolio.allocation.dividing import divided
from creditflow.portfolio.allocation.dual import near_prices, usual_profit
from creditflow.portfolio.allocation.exact import makes_room, whole_amounts, without_excess
from creditflow.portfolio.allocation.instance import Floats, Instance, Ints
from creditflow.portfolio.allocation.linear import Linear
from creditflow.portfolio.allocation.reducing import Reduced, reduced
from creditflow.portfolio.allocation.response import Columns
from creditflow.portfolio.allocation.tightening import tightened

GOOD = 1e-9
"""The gap up to which an answer counts as optimal."""

SMALL = 12_000
"""Up to so many segments HiGHS gets all of them at once."""

MOST_ROWS = 1_000
"""With more budgets that can bind, Newton's matrix costs more than it saves."""

SIMPLEX = 200_000
"""Up to so many segments HiGHS solves the whole by simplex, beyond by interior point."""


class NotSolved(Unavailable):
    """HiGHS gave up."""


@dataclass(frozen=True)
class Solution:
    """Limits in minor units by customer, prices by budget, the certificate and how it was found.

    A price is what one more minor unit of the budget would earn in a year.
    `method` is "core" or "whole".
    """

    limits: Ints
    prices: Floats
    certificate: Certificate
    method: str


def solve(instance: Instance, *, start: Floats | None = None) -> Solution:
    """The limits that earn most within the budgets; `start` are prices of a similar question.

    Raises NotSolvable where the question is wrong, SolverMissing without HiGHS.
    """
    instance.ensure_solvable()
    parts = divided(instance)
    solution = _solved(parts.instance, start)
    if not parts.owner.size:
        return solution
    limits = parts.together(solution.limits)
    return replace(solution, limits=limits, certificate=certify(instance, limits, solution.prices))


def _solved(instance: Instance, start: Floats | None) -> Solution:
    """The same where every budget counts each unit of a limit alike."""
    small = reduced(instance)
    solution = None
    if instance.width.size > SMALL and _few(small.columns) <= MOST_ROWS:
        solution = by_core(small, start)
    return solution if solution and _is_good(solution) else by_highs(small)


def _few(columns: Columns) -> int:
    """How many budgets bend with each other; the many that stand in a tree are left out first."""
    return columns.rows if columns.chain is None else len(columns.chain.few)


def by_core(small: Reduced, start: Floats | None = None) -> Solution | None:
    """Near prices first, then the exact core; None where the core does not come to rest."""
    prices = tightened(small, near_prices(small.columns, small.kept_prices(start)))
    core = solve_core(small, prices)
    if core is None:
        return None
    limits = without_excess(small.instance, core.limits, core.losers)
    return None if limits is None else _certified(small, limits, core.prices, "core")


def by_highs(small: Reduced) -> Solution:
    """Everything at once by HiGHS: the reference, and the way out."""
    columns, count = small.columns, small.columns.customers
    model = Linear(columns, columns.most, usual_profit(columns))
    for width, profit in zip(small.width, small.instance.profit, strict=True):
        model.add(np.arange(count), profit, width / columns.unit, np.ones(count))
    if not model.solve("simplex" if small.width.size <= SIMPLEX else "ipm"):
        raise NotSolved(say("The solver found no optimum. Try again with fewer budgets."))
    amount = np.clip(model.taken.reshape(small.width.shape) * columns.unit, 0, small.width)
    whole = whole_amounts(amount, makes_room(small.instance))
    between = ((whole > 0) & (whole < small.width)).any(axis=0)
    losers = np.concatenate([np.flatnonzero(between), np.flatnonzero(~between)])
    limits = without_excess(small.instance, whole.sum(axis=0), losers)
    if limits is None:
        raise NotSolved(say("The solver's answer exceeds a budget. Try again with fewer budgets."))
    return _certified(small, limits, model.prices, "whole")


def _certified(small: Reduced, limits: Ints, prices: Floats, method: str) -> Solution:
    full = small.all_prices(prices)
    return Solution(limits, full, certify(small.instance, limits, full), method)


def _is_good(solution: Solution) -> bool:
    certificate = solution.certificate
    # In a small book, rounding down to whole minor units is more than a billionth of it.
    rounding = 10 * (len(solution.prices) + 1)
    near = certificate.gap <= GOOD or certificate.bound - certificate.profit <= rounding
    return near and not certificate.violation
