"""Find the families of many budgets that stand in one another, as groups do in a tree."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.allocation.bending import Chain, Level
from creditflow.portfolio.allocation.response import Column

FEW = 150
"""Up to so many budgets in all, nobody looks for a tree."""

MANY = 50
"""A family of fewer budgets is none of many."""


def chain_of(families: Sequence[Column], rows: int) -> Chain | None:
    """The chain of families that leaves fewest others; None where all budgets are few.

    Only families that count whole units bend alike.
    """
    if rows <= FEW:
        return None
    owns = {at: _rows(family, rows) for at, family in enumerate(families)}
    able = [at for at, own in owns.items() if len(own) >= MANY]
    chains = [_from(able[start:], owns, families, rows) for start in range(len(able))]
    levels = max(chains, key=lambda chain: sum(len(level.rows) for level in chain), default=())
    if not levels:
        return None
    many = np.concatenate([level.rows for level in levels])
    return Chain(levels, np.setdiff1d(np.arange(rows), many))


def _rows(family: Column, rows: int) -> NDArray[np.int64]:
    """The rows of a family that can stand in a chain; none of another."""
    if isinstance(family.row, int) or family.weight is not None:
        return np.zeros(0, np.int64)
    return np.unique(family.row[family.row < rows])


def _from(
    able: Sequence[int],
    owns: Mapping[int, NDArray[np.int64]],
    families: Sequence[Column],
    rows: int,
) -> tuple[Level, ...]:
    """The chain that begins with the first of these families."""
    levels: list[Level] = []
    for at in able:
        above = [_above(families[at], owns[at], families[x.family], rows) for x in levels]
        places = [_placed(found, level.rows) for found, level in zip(above, levels, strict=True)
                  if found is not None]  # fmt: skip
        if len(places) == len(levels):
            levels.append(Level(at, owns[at], tuple(places)))
    return tuple(levels)


def _above(
    family: Column, own: NDArray[np.int64], upper: Column, rows: int
) -> NDArray[np.int64] | None:
    """In which budget of the upper family each one stands, `rows` for none; None: not in one."""
    if isinstance(family.row, int) or isinstance(upper.row, int):
        return None
    least, most = np.full(rows + 1, rows + 1, np.int64), np.full(rows + 1, -1, np.int64)
    np.minimum.at(least, family.row, upper.row)
    np.maximum.at(most, family.row, upper.row)
    return least[own] if (least[own] == most[own]).all() else None


def _placed(found: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places among the upper level's rows, -1 for none."""
    place = np.minimum(np.searchsorted(rows, found), len(rows) - 1)
    return np.where(rows[place] == found, place, -1)
