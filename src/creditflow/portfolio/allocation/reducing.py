"""What matters of an instance: budgets that can bind, customers who may get something.

A budget that all limits together could not use up is left out; under a budget
of zero its members get nothing, which needs no solving either.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.allocation.chaining import chain_of
from creditflow.portfolio.allocation.instance import BILLION, BudgetFamily, Floats, Instance, Ints
from creditflow.portfolio.allocation.response import Column, Columns


@dataclass(frozen=True)
class Reduced:
    """The instance in floating point with the rows in `kept` only; who is `closed` gets nothing.

    `width` is the instance's, with zero for the closed.
    """

    instance: Instance
    columns: Columns
    width: Ints
    kept: NDArray[np.int64]
    closed: NDArray[np.bool_]

    def all_prices(self, prices: Floats) -> Floats:
        """Prices of all the instance's budgets from those of the kept ones.

        A budget of zero is so dear that none of its members would take anything.
        """
        full = np.zeros(self.instance.rows)
        full[self.kept] = np.maximum(prices, 0.0)
        if not self.closed.any():
            return full
        missing = np.maximum(self.instance.profit[0] - self.instance.cost(full), 0.0)
        for family, offset in zip(self.instance.families, self.instance.offsets, strict=False):
            zero = _closing(family)
            inside = np.flatnonzero((family.member >= 0) & self.closed)
            inside = inside[zero[family.member[inside]] & (_weights(family, inside) > 0)]
            needed = missing[inside] * BILLION / _weights(family, inside)
            np.maximum.at(full, family.member[inside] + offset, needed * (1 + 1e-12))
        return full

    def kept_prices(self, prices: Floats | None) -> Floats | None:
        """The other way round, for starting from known prices."""
        return None if prices is None else prices[self.kept]


def reduced(instance: Instance) -> Reduced:
    """Leave out what cannot matter."""
    closed = np.zeros(instance.customers, bool)
    for family in instance.families:
        zero = np.append(_closing(family), False)
        if zero.any():
            closed |= zero[family.member] & (_weights(family) > 0)
    width = np.where(closed, 0, instance.width) if closed.any() else instance.width
    whole = width.sum(axis=0)
    keeps = [_can_bind(family, whole) for family in instance.families]
    kept = np.flatnonzero(np.concatenate([np.zeros(0, bool), *keeps]))
    positive = whole[whole > 0]
    unit = float(positive.mean()) / instance.segments if positive.size else 1.0
    new_row = np.full(instance.rows + 1, len(kept), np.int64)
    new_row[kept] = np.arange(len(kept))
    families = tuple(
        _column(family, new_row[offset : offset + len(family.names)], len(kept))
        for family, offset, keep in zip(instance.families, instance.offsets, keeps, strict=False)
        if keep.any()
    )
    columns = Columns(
        width=(width / unit).astype(np.float32),
        profit=instance.profit.astype(np.float32),
        families=families,
        most=instance.most[kept] / unit,
        unit=unit,
        chain=chain_of(families, len(kept)),
    )
    return Reduced(instance, columns, width, kept, closed)


def _closing(family: BudgetFamily) -> NDArray[np.bool_]:
    """Which of the family's budgets are zero and have nobody who would make room."""
    makes_room = np.zeros(len(family.names) + 1, bool)
    if family.weight is not None:
        makes_room[family.member[family.weight < 0]] = True
    closes: NDArray[np.bool_] = (family.most == 0) & ~makes_room[:-1]
    return closes


def _can_bind(family: BudgetFamily, whole: Ints) -> NDArray[np.bool_]:
    """Which budgets would be exceeded if everybody took everything and nobody made room."""
    size = len(family.names) + 1
    could = np.maximum(_weights(family), 0) / BILLION * whole
    use = np.bincount(family.member + 1, weights=could, minlength=size)[1:]
    # A hair more than the sum, as floats may have rounded it down.
    binds: NDArray[np.bool_] = use * (1 + 1e-9) > family.most
    return binds


def _column(family: BudgetFamily, rows: NDArray[np.int64], none: int) -> Column:
    weight = None if family.weight is None else family.weight / BILLION
    if len(rows) == 1 and bool((family.member == 0).all()):
        return Column(int(rows[0]), weight)
    return Column(np.append(rows, none)[family.member], weight)


def _weights(family: BudgetFamily, part: NDArray[np.int64] | None = None) -> Ints:
    """The weights of all members, or of some, in billionths."""
    if family.weight is None:
        size = len(family.member) if part is None else len(part)
        return np.full(size, BILLION, np.int64)
    return family.weight if part is None else family.weight[part]
