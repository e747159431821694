"""What customers take at given prices of the budgets: passes over the whole book, in blocks.

A block fits the processor's cache, which makes a pass several times as fast as
whole-array arithmetic and keeps what it needs besides the book small.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.allocation.bending import Bend, Chain, Full, InTree
from creditflow.portfolio.allocation.instance import Floats

BLOCK = 32_768
"""Customers per block."""


@dataclass(frozen=True)
class Column:
    """One family as the passes read it: each customer's row and weight.

    `row` is one number where all customers share one budget, else an array in
    which whoever is a member of none has the row behind the last. `weight` None
    means 1.
    """

    row: int | NDArray[np.int64]
    weight: Floats | None

    def rows_in(self, part: slice | NDArray[np.int64]) -> int | NDArray[np.int64]:
        """The rows of some of the customers."""
        return self.row if isinstance(self.row, int) else self.row[part]

    def weighed(self, values: Floats, part: slice | NDArray[np.int64]) -> Floats:
        """The customers' values times their weights."""
        return values if self.weight is None else values * self.weight[part]

    def add_to(self, total: Floats, values: Floats, part: slice | NDArray[np.int64]) -> None:
        """Add the customers' values times their weights to the rows that they belong to."""
        _add(total, self.rows_in(part), self.weighed(values, part))


@dataclass(frozen=True)
class Columns:
    """An instance in floating point, scaled so that amounts are near 1."""

    width: NDArray[np.float32]
    profit: NDArray[np.float32]
    families: tuple[Column, ...]
    most: Floats
    unit: float
    chain: Chain | None = None

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return int(self.width.shape[1])

    @property
    def rows(self) -> int:
        """How many budgets there are."""
        return len(self.most)

    def blocks(self) -> Iterator[slice]:
        """The customers, block by block."""
        for start in range(0, self.customers, BLOCK):
            yield slice(start, min(start + BLOCK, self.customers))

    def price(self, prices: Floats, part: slice | NDArray[np.int64]) -> Floats:
        """What one unit of limit costs each of the customers in budgets, at these prices."""
        padded = np.append(prices, 0.0)
        count = part.stop - part.start if isinstance(part, slice) else len(part)
        cost = np.zeros(count)
        for family in self.families:
            per_unit = padded[family.rows_in(part)]
            cost += per_unit if family.weight is None else family.weight[part] * per_unit
        return cost

    def used(self, amounts: Floats, part: slice | NDArray[np.int64]) -> Floats:
        """What amounts of limit of the customers use of each budget."""
        total = np.zeros(self.rows + 1)
        for family in self.families:
            family.add_to(total, amounts, part)
        return total[:-1]

    def taken_by(self, customers: NDArray[np.int64]) -> "Columns":
        """The same for some of the customers, with the same budgets."""
        return Columns(
            width=self.width[:, customers],
            profit=self.profit[:, customers],
            families=tuple(
                Column(
                    family.rows_in(customers),
                    None if family.weight is None else family.weight[customers],
                )
                for family in self.families
            ),
            most=self.most,
            unit=self.unit,
            chain=self.chain,
        )


@dataclass(frozen=True)
class Slope:
    """The smoothed dual at some prices: its gradient, and its second derivatives."""

    gradient: Floats
    curvature: Bend


def slope(columns: Columns, prices: Floats, softness: float) -> Slope:
    """Look at the dual smoothed over a band of `softness` to both sides of each break-even.

    Within the band a segment is taken in part, in proportion to where its profit
    lies in it; outside it is taken whole or not at all.
    """
    rows = columns.rows
    used, bends = np.zeros(rows + 1), np.zeros(columns.customers, np.float32)
    steep = np.float32(0.5 / softness)
    half = np.float32(0.5)
    for part in columns.blocks():
        cost = columns.price(prices, part).astype(np.float32)
        amount, bend = np.zeros(len(cost), np.float32), bends[part]
        for profit, width in zip(columns.profit[:, part], columns.width[:, part], strict=True):
            share = profit - cost
            share *= steep
            share += half
            inside = (share > 0) & (share < 1)
            np.clip(share, 0, 1, out=share)
            amount += width * share
            bend += width * inside
        for family in columns.families:
            family.add_to(used, amount.astype(np.float64), part)
    return Slope(columns.most - used[:-1], _curvature(columns, bends, float(steep)))


def _curvature(columns: Columns, bends: NDArray[np.float32], steep: float) -> Bend:
    """Second derivatives between every two families; only customers in the band have any."""
    near = np.flatnonzero(bends)
    bend = bends[near].astype(np.float64) * steep
    if columns.chain is None:
        return Full(_between(columns.families, near, bend, np.arange(columns.rows + 1)))
    return _in_tree(columns, columns.chain, near, bend)


def _between(
    families: Sequence[Column], near: NDArray[np.int64], bend: Floats, place: NDArray[np.int64]
) -> Floats:
    """How the rows of these families bend with each other; `place` is where each row goes."""
    size = int(place[-1]) + 1
    total = np.zeros(size * size)
    for i, one in enumerate(families):
        rows, weighed = place[one.rows_in(near)], one.weighed(bend, near)
        for other in families[i:]:
            cell = rows * size + place[other.rows_in(near)]
            _add(total, cell, other.weighed(weighed, near))
    upper = total.reshape(size, size)[:-1, :-1]
    return upper + np.triu(upper, 1).T


def _in_tree(columns: Columns, chain: Chain, near: NDArray[np.int64], bend: Floats) -> InTree:
    few, levels = chain.places(columns.rows)
    inside = {level.family for level in chain.levels}
    others = [each for i, each in enumerate(columns.families) if i not in inside]
    size, own, across = len(chain.few) + 1, list[Floats](), list[Floats]()
    for level, place in zip(chain.levels, levels, strict=True):
        at, count = place[columns.families[level.family].rows_in(near)], len(level.rows) + 1
        own.append(np.asarray(np.bincount(at, bend, count)[:-1], np.float64))
        total = np.zeros(count * size)
        for other in others:
            _add(total, at * size + few[other.rows_in(near)], other.weighed(bend, near))
        across.append(total.reshape(count, size)[:-1, :-1])
    return InTree(
        chain,
        _between(others, near, bend, few),
        tuple(own),
        tuple(across),
        tuple(np.zeros(len(level.rows)) for level in chain.levels),
    )


def _add(total: Floats, row: int | np.integer[Any] | NDArray[np.int64], values: Floats) -> None:
    if np.ndim(row) == 0:
        total[row] += values.sum()
    else:
        total += np.bincount(row, weights=values, minlength=len(total))
