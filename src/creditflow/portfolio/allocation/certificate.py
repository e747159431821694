"""Certificate: how good limits are at most from perfect, computed from nothing but the question.

For any prices of zero or more, what the budgets cost at them plus what all
customers would earn beyond them is a bound that no limits within the budgets can
exceed (weak duality). The nearer the profit of the limits is to it, the nearer
they are to the optimum; nothing has to be believed about how they were found.
"""

from dataclasses import dataclass

import numpy as np

from creditflow.portfolio.allocation.dividing import divided
from creditflow.portfolio.allocation.exact import excess_billionths
from creditflow.portfolio.allocation.instance import BILLION, Floats, Instance, Ints


@dataclass(frozen=True)
class Certificate:
    """What limits earn, what none can exceed, and by how much budgets or segments are overrun.

    `profit` and `bound` are in minor units a year. `gap` is their distance as a
    share of the bound. `violation` is in billionths of a minor unit: zero means
    that every budget and every customer's own bound is kept exactly.
    """

    profit: float
    bound: float
    violation: int

    @property
    def gap(self) -> float:
        """How much of the bound is missing, as a share of it; zero where there is nothing."""
        return (self.bound - self.profit) / abs(self.bound) if self.bound else 0.0


def certify(instance: Instance, limits: Ints, prices: Floats) -> Certificate:
    """Measure limits (minor units, by customer) and prices (per unit of budget, by row).

    Raises ValueError for prices below zero: they bound nothing.
    """
    if bool((prices < 0).any()) or not bool(np.isfinite(prices).all()):
        raise ValueError("prices are finite numbers of zero or more")
    over = [0, *excess_billionths(instance, limits)]
    beyond = int((limits - instance.width.sum(axis=0)).max(initial=0))
    below = int((-limits).max(initial=0))
    return Certificate(
        profit=profit_of(instance, limits),
        bound=bound_at(instance, prices),
        violation=max(*over, beyond * BILLION, below * BILLION),
    )


def profit_of(instance: Instance, limits: Ints) -> float:
    """What the limits earn a year together, in minor units."""
    return float(profits(instance, limits).sum())


def profits(instance: Instance, limits: Ints) -> Floats:
    """What each customer's limit earns a year, in minor units; segments fill in order."""
    rest, total = limits.copy(), np.zeros(instance.customers)
    for width, profit in zip(instance.width, instance.profit, strict=True):
        taken = np.minimum(rest, width)
        total += taken * profit
        rest -= taken
    return total


def bound_at(instance: Instance, prices: Floats) -> float:
    """What no limits within the budgets can exceed, by these prices."""
    instance = divided(instance).instance
    cost = instance.cost(prices)
    total = float(prices @ instance.most) if instance.rows else 0.0
    for width, profit in zip(instance.width, instance.profit, strict=True):
        total += float((np.maximum(profit - cost, 0.0) * width).sum())
    return total
