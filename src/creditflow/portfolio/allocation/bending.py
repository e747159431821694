"""How the dual bends: second derivatives of few budgets with each other, and of many in a tree.

Budgets of a family have no members in common, so many of them bend each for
itself; and a budget that stands within another bends with it as with itself.
Newton's equations are then solved by leaving out the many, the lowest first, at a
cost that grows with their number and not with its cube.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


class Bend(Protocol):
    """A symmetric matrix with a row for every budget."""

    def damped(self, more: Floats) -> "Bend":
        """The same with more on its diagonal."""
        ...

    def times(self, point: Floats) -> Floats:
        """The matrix times a vector."""
        ...

    def solved(self, free: NDArray[np.bool_], right: Floats) -> Floats:
        """The vector that it takes to `right` among the free rows; zero in the others."""
        ...


@dataclass(frozen=True)
class Full:
    """Every budget with every other one."""

    matrix: Floats

    def damped(self, more: Floats) -> "Full":
        """The same with more on its diagonal."""
        return Full(self.matrix + np.diag(more))

    def times(self, point: Floats) -> Floats:
        """The matrix times a vector."""
        return np.asarray(self.matrix @ point)

    def solved(self, free: NDArray[np.bool_], right: Floats) -> Floats:
        """The vector that it takes to `right` among the free rows; zero in the others."""
        point = np.zeros(len(right))
        if free.any():
            point[free] = np.linalg.solve(self.matrix[np.ix_(free, free)], right[free])
        return point


@dataclass(frozen=True)
class Level:
    """Budgets of one family that stands in the chain; `rows` are theirs among all.

    `above` has, for every level over it from the top down, the place of the budget there in
    which each of these stands; -1 for none.
    """

    family: int
    rows: Places
    above: tuple[Places, ...]


@dataclass(frozen=True)
class Chain:
    """Families of many budgets, each nested in those before; `few` are the rows of all others."""

    levels: tuple[Level, ...]
    few: Places

    def places(self, rows: int) -> tuple[Places, list[Places]]:
        """By row: its place among the few, and in every level; one past the last for none."""
        few = np.full(rows + 1, len(self.few), np.int64)
        few[self.few] = np.arange(len(self.few))
        found = []
        for level in self.levels:
            place = np.full(rows + 1, len(level.rows), np.int64)
            place[level.rows] = np.arange(len(level.rows))
            found.append(place)
        return few, found


def narrowed(chain: Chain, has_members: NDArray[np.bool_]) -> Chain:
    """The chain without budgets that nobody belongs to, as in a sample of the book.

    Whoever belongs to a budget belongs to all above it, so these stay.
    """
    levels, places = list[Level](), list[Places]()
    for level in chain.levels:
        stays = has_members[level.rows]
        above = tuple(
            np.where(old[stays] < 0, -1, place[old[stays]])
            for old, place in zip(level.above, places, strict=True)
        )
        levels.append(replace(level, rows=level.rows[stays], above=above))
        places.append(np.cumsum(stays) - 1)
    return replace(chain, levels=tuple(levels))


@dataclass(frozen=True)
class InTree:
    """The few with each other (`dense`); of each level what a budget bends with them.

    That is `across`; `own` is what it bends with itself and with every budget that it
    stands in, `extra` what was put on the diagonal besides.
    """

    chain: Chain
    dense: Floats
    own: tuple[Floats, ...]
    across: tuple[Floats, ...]
    extra: tuple[Floats, ...]

    def damped(self, more: Floats) -> "InTree":
        """The same with more on its diagonal."""
        extra = tuple(
            x + more[level.rows] for x, level in zip(self.extra, self.chain.levels, strict=True)
        )
        return replace(self, dense=self.dense + np.diag(more[self.chain.few]), extra=extra)

    def times(self, point: Floats) -> Floats:
        """The matrix times a vector."""
        levels, few = self.chain.levels, point[self.chain.few]
        result = np.zeros(len(point))
        own_few = self.dense @ few
        parts = [point[level.rows] for level in levels]
        sums = [np.zeros(len(part)) for part in parts]
        for at, level in enumerate(levels):
            own, across = self.own[at], self.across[at]
            own_few += across.T @ parts[at]
            sums[at] += across @ few + (own + self.extra[at]) * parts[at]
            for upper, above in enumerate(level.above):
                inside = above >= 0
                sums[at][inside] += (own * parts[upper][above])[inside]
                np.add.at(sums[upper], above[inside], (own * parts[at])[inside])
        result[self.chain.few] = own_few
        for level, sum_ in zip(levels, sums, strict=True):
            result[level.rows] = sum_
        return result

    def solved(self, free: NDArray[np.bool_], right: Floats) -> Floats:
        """The vector that it takes to `right` among the free rows; zero in the others."""
        return _Elimination(self, free, right).solution()


class _Elimination:
    """Gauss's way through the tree: the lowest level first, the few at last, and back again."""

    def __init__(self, bend: InTree, free: NDArray[np.bool_], right: Floats) -> None:
        self._chain, self._free = bend.chain, free
        self._open = open_ = [free[level.rows] for level in bend.chain.levels]
        self._pivot = [
            np.where(o, own + extra, 1.0)
            for o, own, extra in zip(open_, bend.own, bend.extra, strict=True)
        ]
        self._with = [
            [
                np.where(o & (above >= 0) & open_[upper][above], own, 0.0)
                for upper, above in enumerate(level.above)
            ]
            for o, own, level in zip(open_, bend.own, bend.chain.levels, strict=True)
        ]
        self._across = [a * o[:, None] for a, o in zip(bend.across, open_, strict=True)]
        self._right = [
            np.where(o, right[level.rows], 0.0)
            for o, level in zip(open_, bend.chain.levels, strict=True)
        ]
        self._dense, self._few = bend.dense.copy(), right[bend.chain.few].copy()

    def solution(self) -> Floats:
        """Leave out every level, solve for the few, and put the levels back in."""
        levels, few = self._chain.levels, self._chain.few
        for at in reversed(range(len(levels))):
            self._leave_out(at, levels[at].above)
        point, open_ = np.zeros(len(self._free)), self._free[few]
        found = np.zeros(len(few))
        if open_.any():
            found[open_] = np.linalg.solve(self._dense[np.ix_(open_, open_)], self._few[open_])
        point[few] = found
        parts: list[Floats] = []
        for at, level in enumerate(levels):
            rest = self._right[at] - self._across[at] @ found
            for upper, above in enumerate(level.above):
                rest -= self._with[at][upper] * parts[upper][above]
            parts.append(rest / self._pivot[at])
            point[level.rows] = parts[at]
        return point

    def _leave_out(self, at: int, above: Sequence[Places]) -> None:
        pivot, across, right = self._pivot[at], self._across[at], self._right[at]
        for upper, places in enumerate(above):
            share = self._with[at][upper] / pivot
            inside = np.flatnonzero(share)
            into, share = places[inside], share[inside]
            np.subtract.at(self._pivot[upper], into, share * self._with[at][upper][inside])
            np.subtract.at(self._right[upper], into, share * right[inside])
            np.subtract.at(self._across[upper], into, share[:, None] * across[inside])
            for higher in range(upper):
                np.subtract.at(
                    self._with[upper][higher], into, share * self._with[at][higher][inside]
                )
        self._dense -= across.T @ (across / pivot[:, None])
        self._few -= across.T @ (right / pivot)
