"""The prices of many budgets that stand in a tree, exactly, where those of all others are given.

Each of them takes its members' segments in the order of what they earn beyond the
other budgets, until it is full: the price is what the first one would earn that finds
no more room. What a lower budget turns away, a higher one need not look at: with
budgets that are nested, taking the best first is best on every level.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.allocation.bending import Chain, Level
from creditflow.portfolio.allocation.instance import Floats, Ints
from creditflow.portfolio.allocation.reducing import Reduced


@dataclass(frozen=True)
class _Wishes:
    """Segments that earn something, the best first: whose they are, what they earn, how wide."""

    customer: NDArray[np.int64]
    margin: Floats
    width: Ints

    def chosen(self, which: NDArray[np.int64], width: Ints) -> "_Wishes":
        return _Wishes(self.customer[which], self.margin[which], width)


def tightened(reduced: Reduced, prices: Floats) -> Floats:
    """The prices, with those of the tree's budgets at their best for the prices of the few."""
    chain = reduced.columns.chain
    if chain is None:
        return prices
    wishes, edges = _wishes(reduced, chain, prices), list[Floats]()
    for level in reversed(chain.levels):
        wishes, edge = _within(reduced, level, wishes)
        edges.insert(0, edge)
    tight, reached = prices.copy(), list[Floats]()
    for level, edge in zip(chain.levels, edges, strict=True):
        above = np.zeros(len(edge))
        for upper, places in zip(reached, level.above, strict=True):
            above = np.maximum(above, np.append(upper, 0.0)[places])
        tight[level.rows] = np.maximum(edge - above, 0.0)
        reached.append(edge)
    return tight


def _wishes(reduced: Reduced, chain: Chain, prices: Floats) -> _Wishes:
    """What the members of the tree's budgets would take at the prices of the few."""
    columns, few = reduced.columns, prices.copy()
    inside = np.zeros(columns.customers, bool)
    for level in chain.levels:
        few[level.rows] = 0.0
        inside |= np.asarray(columns.families[level.family].row) < columns.rows
    who = np.flatnonzero(inside)
    margin = reduced.instance.profit[:, who] - columns.price(few, who)
    width = reduced.width[:, who]
    segment, at = np.nonzero((margin > 0) & (width > 0))
    margin, width = margin[segment, at], width[segment, at]
    order = np.argsort(-margin, kind="stable")
    return _Wishes(who[at][order], margin[order], width[order])


def _within(reduced: Reduced, level: Level, wishes: _Wishes) -> tuple[_Wishes, Floats]:
    """What fits each of the level's budgets, and what the first that does not would earn."""
    columns, count = reduced.columns, len(level.rows)
    place = np.full(columns.rows + 1, count, np.int64)
    place[level.rows] = np.arange(count)
    at = place[np.asarray(columns.families[level.family].row)[wishes.customer]]
    by_budget = np.argsort(at, kind="stable")
    at, width = at[by_budget], wishes.width[by_budget]
    sums = np.cumsum(width)
    first = np.searchsorted(at, np.arange(count + 1))
    before = sums - width - np.append(0, sums)[first][at]
    most = np.append(reduced.instance.most[reduced.kept][level.rows], np.iinfo(np.int64).max)
    taken = np.clip(most[at] - before, 0, width)
    edge = np.zeros(count + 1)
    np.maximum.at(edge, at, np.where(taken < width, wishes.margin[by_budget], 0.0))
    kept = np.zeros(len(width), np.int64)
    kept[by_budget] = taken
    still = np.flatnonzero(kept)
    return wishes.chosen(still, kept[still]), edge[:-1]
