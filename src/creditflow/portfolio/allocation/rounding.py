"""Limits that people can say: rounded down to a grid, then raised again where that earns most.

Rounding down alone leaves room in every budget. The room is given back step by
step, to those first who earn most for what they use, and only as far as every
budget allows in whole minor units.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.allocation.certificate import profits
from creditflow.portfolio.allocation.exact import excess_billionths
from creditflow.portfolio.allocation.instance import BILLION, BudgetFamily, Floats, Instance, Ints

ROUNDS = 12
"""How often the rest is offered again after others have been served."""

STEPS = 3
"""How many steps up one customer may get."""

FEW = 200
"""Where fewer than one in so many are served, the offering ends."""

_POWERS = 10 ** np.arange(19, dtype=np.int64)


class Grid(Protocol):
    """Which limits may be granted; an amount of the grid is its own nearest below."""

    def down(self, limits: Ints) -> Ints:
        """The nearest limits of the grid that are not above."""
        ...

    def above(self, limits: Ints) -> Ints:
        """The next limits of the grid that are above."""
        ...


@dataclass(frozen=True)
class SignificantDigits:
    """The grid of amounts with so many digits that are not zero: 2,300,000 but not 2,340,000."""

    digits: int = 2

    def down(self, limits: Ints) -> Ints:
        """The nearest limits of the grid that are not above."""
        step = self._step(limits)
        return limits // step * step

    def above(self, limits: Ints) -> Ints:
        """The next limits of the grid that are above."""
        step = self._step(limits)
        return limits // step * step + step

    def _step(self, limits: Ints) -> Ints:
        length = np.searchsorted(_POWERS, limits, side="right")
        return np.asarray(_POWERS[np.maximum(length - self.digits, 0)])


def rounded(instance: Instance, limits: Ints, prices: Floats, grid: Grid) -> Ints:
    """Limits of the grid within all budgets and widths, near the best; `prices` are the optimum's.

    The limits given must be within all budgets.
    """
    result = _made_to_fit(instance, grid.down(limits), grid)
    cost, beyond = _costs(instance, prices)
    whole = instance.width.sum(axis=0)
    for _ in range(STEPS):
        above = grid.above(result)
        gain = profits(instance, above) - profits(instance, result)
        wanted = np.flatnonzero((above <= whole) & (gain > 0))
        price = cost[wanted] * (above - result)[wanted]
        if beyond is not None and instance.free is not None:
            free = instance.free[wanted]
            counted = np.maximum(above[wanted] - free, 0) - np.maximum(result[wanted] - free, 0)
            price += beyond[wanted] * counted
        with np.errstate(divide="ignore"):
            worth = np.where(price > 0, gain[wanted] / np.maximum(price, 1e-300), np.inf)
        order = wanted[np.argsort(-worth, kind="stable")]
        if not _raise_in_order(instance, result, above, order):
            break
    return result


def _costs(instance: Instance, prices: Floats) -> tuple[Floats, Floats | None]:
    """What a unit of limit costs each customer, and what it costs besides beyond its free part."""
    if instance.free is None:
        return instance.cost(prices), None
    cost, beyond = np.zeros(instance.customers), np.zeros(instance.customers)
    for family, _, own in instance.costs(prices):
        if family.beyond:
            beyond += own
        else:
            cost += own
    return cost, beyond


def _raise_in_order(
    instance: Instance, limits: Ints, above: Ints, order: NDArray[np.int64]
) -> bool:
    """Raise as many as fit, first come, first served; whether anybody was raised."""
    anybody = False
    for _ in range(ROUNDS):
        if not order.size:
            break
        room = [-(over // BILLION) - (over % BILLION > 0)
                for over in excess_billionths(instance, limits)]  # fmt: skip
        fits = np.ones(order.size, bool)
        possible = np.ones(order.size, bool)
        for family, offset in zip(instance.families, instance.offsets, strict=False):
            most = np.array([*room[offset : offset + len(family.names)], _UNBOUNDED], np.int64)
            counted = instance.counted(family, above[order], order)
            use = _use(family, order, counted - instance.counted(family, limits[order], order))
            member = family.member[order]
            possible &= use <= most[member]
            fits &= _running(member, use, len(most)) <= most[member]
        served = order[fits]
        limits[served] = above[served]
        anybody = anybody or bool(served.size)
        order = order[~fits & possible]
        if served.size * FEW < order.size:
            # Hardly anybody is served any more: what is left of the budgets is crumbs.
            break
    return anybody


_UNBOUNDED = np.iinfo(np.int64).max


def _use(family: BudgetFamily, customers: NDArray[np.int64], amounts: Ints) -> Ints:
    """What more limit uses of the family's budgets, rounded up; making room counts for nothing."""
    if family.weight is None:
        return amounts
    weight = family.weight[customers]
    high, low = np.divmod(amounts, BILLION)
    use: Ints = np.maximum(high * weight - (-low * weight) // BILLION, 0)
    return use


def _running(member: NDArray[np.int64], use: Ints, size: int) -> Ints:
    """For each in order, what all members of the same budget up to it use together."""
    if bool((member == member[0]).all()):
        return np.cumsum(use)
    # Short numbers are sorted in linear time.
    short = member.astype(np.int16) if size < np.iinfo(np.int16).max else member
    by_member = np.argsort(short, kind="stable")
    sums = np.cumsum(use[by_member])
    first = np.searchsorted(member[by_member], np.arange(-1, size - 1))
    before = np.append(0, sums)[first]
    running = np.empty_like(sums)
    running[by_member] = sums - before[member[by_member] + 1]
    return np.asarray(running, np.int64)


def _made_to_fit(instance: Instance, limits: Ints, grid: Grid) -> Ints:
    """Limits rounded down exceed a budget only where somebody's limit made room in it."""
    limits = limits.copy()
    while True:
        over = excess_billionths(instance, limits)
        row = next((r for r, more in enumerate(over) if more > 0), None)
        if row is None:
            return limits
        index = int(np.searchsorted(instance.offsets, row, side="right")) - 1
        family, part = instance.families[index], row - instance.offsets[index]
        weight = np.full(instance.customers, BILLION) if family.weight is None else family.weight
        counts = (family.member == part) & (weight > 0)
        users = np.flatnonzero(counts & (instance.counted(family, limits) > 0))
        below = grid.down(np.maximum(limits - 1, 0))[users]
        lower = limits.copy()
        lower[users] = below
        given = instance.counted(family, limits) - instance.counted(family, lower)
        relief = given[users] * (weight[users] / BILLION)
        lost = (profits(instance, limits) - profits(instance, lower))[users]
        order = np.argsort(lost / np.maximum(relief, 1e-300), kind="stable")
        enough = int(np.searchsorted(np.cumsum(relief[order]), over[row] / BILLION)) + 1
        chosen = order[:enough]
        limits[users[chosen]] = below[chosen]
