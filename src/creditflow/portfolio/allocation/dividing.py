"""Divide customers where a budget begins to count, so that what is solved is linear.

Who has a free part becomes two: one that is the free part, and is no member of
budgets which count beyond it, and one that is the rest. As the free part earns no
less and costs no more than the rest, it is filled first: together they are one
limit again, and no limits of one are worth more than those of the two.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.allocation.instance import BudgetFamily, Instance, Ints


@dataclass(frozen=True)
class Divided:
    """The question without free parts; `owner` says whose the parts behind the last one are."""

    instance: Instance
    owner: NDArray[np.int64]

    def together(self, limits: Ints) -> Ints:
        """Limits by customer from those of the parts."""
        if not self.owner.size:
            return limits
        count = self.instance.customers - self.owner.size
        whole = limits[:count].copy()
        whole[self.owner] += limits[count:]
        return whole


def divided(instance: Instance) -> Divided:
    """Divide whoever has a free part that matters; without anybody, the instance as it is."""
    owner = _owners(instance)
    if instance.free is None or not owner.size:
        return Divided(replace(instance, free=None), owner)
    before = np.cumsum(instance.width[:, owner], axis=0) - instance.width[:, owner]
    free = np.clip(instance.free[owner] - before, 0, instance.width[:, owner])
    width = np.concatenate([instance.width, free], axis=1)
    width[:, owner] -= free
    profit = np.concatenate([instance.profit, instance.profit[:, owner]], axis=1)
    families = tuple(_divided(family, owner) for family in instance.families)
    return Divided(Instance(width, profit, families), owner)


def _owners(instance: Instance) -> NDArray[np.int64]:
    """Who is counted from somewhere beyond zero on."""
    counted = np.zeros(instance.customers, bool)
    if instance.free is not None:
        for family in instance.families:
            if family.beyond:
                counted |= (family.member >= 0) & (instance.free > 0)
    return np.flatnonzero(counted)


def _divided(family: BudgetFamily, owner: NDArray[np.int64]) -> BudgetFamily:
    """The same budgets, of which the free parts are members unless they count beyond them."""
    part = np.full(owner.size, -1, np.int64) if family.beyond else family.member[owner]
    weight = family.weight
    return replace(
        family,
        member=np.concatenate([family.member, part]),
        weight=None if weight is None else np.concatenate([weight, weight[owner]]),
        beyond=False,
    )
