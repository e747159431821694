"""The exact part: segments near break-even go to HiGHS, all others are fixed and then checked.

The prices that HiGHS finds for the few are applied to all; whoever turns out to
be fixed on the wrong side joins them, until nobody does. Then the prices are
optimal for the whole book, not only for the few.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.allocation.dual import usual_profit
from creditflow.portfolio.allocation.exact import makes_room, whole_amounts
from creditflow.portfolio.allocation.instance import Floats, Ints
from creditflow.portfolio.allocation.linear import Linear
from creditflow.portfolio.allocation.reducing import Reduced
from creditflow.portfolio.allocation.response import Columns

FIRST = 4_000
"""Segments that the first core has, per budget at least `PER_ROW`."""

PER_ROW = 40
PER_SCARCE = 1
"""The same for each scarce budget of the many that stand in a tree: their prices are exact, so
that the one segment which each takes in part is among the nearest."""

MOST_ROUNDS = 40
MOST_JOINING = 20_000
WRONG = 1e-11
"""A segment is on the wrong side if its profit misses its price by more than that share."""


@dataclass(frozen=True)
class CoreSolution:
    """Limits in minor units, who may give back a rounding excess, prices of the kept rows."""

    limits: Ints
    losers: NDArray[np.int64]
    prices: Floats
    rounds: int
    size: int


def solve_core(reduced: Reduced, prices: Floats) -> CoreSolution | None:
    """The optimum, found from near-optimal prices; None where the core does not come to rest."""
    usual = usual_profit(reduced.columns)
    filled = np.empty(reduced.width.shape, bool)
    distance = np.empty(reduced.width.shape, np.float32)
    _measure(reduced, prices, filled, distance)
    size = max(FIRST, _size(reduced.columns, prices))
    while size < reduced.width.size // 2:
        core = _Core(reduced, filled, usual)
        core.join(_nearest(distance, size))
        if core.settle():
            return core.solution()
        size *= 3
    return None


def _size(columns: Columns, prices: Floats) -> int:
    """How many segments the first core has."""
    if columns.chain is None:
        return PER_ROW * columns.rows
    scarce = [np.count_nonzero(prices[level.rows]) for level in columns.chain.levels]
    return PER_ROW * len(columns.chain.few) + PER_SCARCE * int(sum(scarce))


def _measure(
    reduced: Reduced, prices: Floats, filled: NDArray[np.bool_], distance: NDArray[np.float32]
) -> None:
    """Which segments pay at the prices, and how far each is from break-even (never: no width)."""
    for part in reduced.columns.blocks():
        cost = reduced.columns.price(prices, part)
        margin = reduced.instance.profit[:, part] - cost
        open_ = reduced.width[:, part] > 0
        filled[:, part] = (margin > 0) & open_
        distance[:, part] = np.where(open_, np.abs(margin), np.inf)


def _nearest(distance: NDArray[np.float32], size: int) -> NDArray[np.int64]:
    """The flat indices of about so many segments that are nearest to break-even."""
    flat = distance.reshape(-1)
    step = max(1, flat.size // 1_000_000)
    some = flat[::step]
    rank = min(size // step, some.size - 1)
    edge = np.partition(some, rank)[rank]
    near = np.flatnonzero((flat <= edge) & np.isfinite(flat))
    if near.size > 2 * size:  # many at the same distance: some of them will do
        near = near[np.argsort(flat[near], kind="stable")[: 2 * size]]
    return near


class _Core:
    """The segments that HiGHS decides, around a book in which all others are fixed."""

    def __init__(self, reduced: Reduced, filled: NDArray[np.bool_], usual: float) -> None:
        self._reduced, self._filled, self._usual = reduced, filled, usual
        columns = reduced.columns
        self._base = np.where(filled, reduced.width, 0).sum(axis=0)
        used = columns.used(self._base / columns.unit, slice(0, columns.customers))
        self._linear = Linear(columns, columns.most - used, usual)
        self._inside = np.zeros(filled.size, bool)
        self._flat = np.zeros(0, np.int64)
        self._rounds = 0

    def join(self, flat: NDArray[np.int64]) -> None:
        """Let HiGHS decide these segments too."""
        customers = flat % self._reduced.columns.customers
        sign = np.where(self._filled.reshape(-1)[flat], -1.0, 1.0)
        profit = self._reduced.instance.profit.reshape(-1)[flat]
        width = self._reduced.width.reshape(-1)[flat] / self._reduced.columns.unit
        self._linear.add(customers, profit, width, sign)
        self._inside[flat] = True
        self._flat = np.concatenate([self._flat, flat])

    def settle(self) -> bool:
        """Solve and let join whoever is on the wrong side, until nobody is."""
        for self._rounds in range(1, MOST_ROUNDS + 1):
            if not self._linear.solve("simplex"):
                return False
            wrong = self._wrong(self._linear.prices)
            if not wrong.size:
                return True
            if self._flat.size > self._inside.size // 2:
                return False
            self.join(wrong)
        return False

    def _wrong(self, prices: Floats) -> NDArray[np.int64]:
        """Fixed segments that these prices would fix the other way, the costliest mistakes."""
        found, cost_of = [], []
        reduced, customers = self._reduced, self._reduced.columns.customers
        inside = self._inside.reshape(self._filled.shape)
        for part in reduced.columns.blocks():
            margin = reduced.instance.profit[:, part] - reduced.columns.price(prices, part)
            np.negative(margin, out=margin, where=self._filled[:, part])
            bad = (margin > WRONG * self._usual) & ~inside[:, part] & (reduced.width[:, part] > 0)
            segment, customer = np.nonzero(bad)
            if segment.size:
                flat = segment * customers + customer + part.start
                found.append(flat)
                cost_of.append(margin[segment, customer] * reduced.width.reshape(-1)[flat])
        if not found:
            return np.zeros(0, np.int64)
        flat, costs = np.concatenate(found), np.concatenate(cost_of)
        if flat.size > MOST_JOINING:
            flat = flat[np.argpartition(-costs, MOST_JOINING)[:MOST_JOINING]]
        return flat

    def solution(self) -> CoreSolution:
        """The whole book's limits in whole minor units, rounded down where HiGHS was between."""
        reduced, taken = self._reduced, self._linear.taken
        width = reduced.width.reshape(-1)[self._flat]
        amount = np.clip(taken * reduced.columns.unit, 0, width)
        gives = self._filled.reshape(-1)[self._flat]
        customers = self._flat % reduced.columns.customers
        whole = whole_amounts(amount, makes_room(reduced.instance)[customers] ^ gives)
        change = np.where(gives, -whole, whole)
        limits = self._base.copy()
        np.add.at(limits, customers, change)
        between = (whole > 0) & (whole < width)
        losers = np.concatenate([customers[between], customers[~between]])
        return CoreSolution(limits, losers, self._linear.prices, self._rounds, self._flat.size)
