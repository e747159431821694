"""Prices of the budgets, nearly right: Newton's method on the smoothed dual, sample by sample.

A sample of the book has nearly the prices of the whole, so most steps are made
on few customers, and the whole book needs only the last ones.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.allocation.bending import Bend, narrowed
from creditflow.portfolio.allocation.instance import Floats
from creditflow.portfolio.allocation.response import Column, Columns, Slope, slope

SAMPLES: tuple[tuple[int, tuple[float, ...]], ...] = (
    (4_000, (1.0, 3e-1, 1e-1, 3e-2)),
    (60_000, (1e-2,)),
)
"""Sizes of samples, and for each how soft it is looked at, in shares of a usual profit."""

SOFTNESS = (3e-3, 5e-4)
"""How soft the whole book is looked at in the end."""

MOST_STEPS = 20
NEAR = 1e-4
"""A gradient of that share of the budgets is as good as none: the exact core does the rest."""

LEAST_DAMPING = 1e-6
MOST_PIVOTS = 25

_SEED = 20_261_125


def usual_profit(columns: Columns) -> float:
    """A typical profit per unit of limit, to measure softness by."""
    above = columns.profit[columns.profit > 0]
    return float(np.median(above[:: max(1, above.size // 100_000)])) if above.size else 1.0


def near_prices(columns: Columns, start: Floats | None) -> Floats:
    """Prices (per unit of each budget) near the best ones; `start` are those of a similar book."""
    usual = usual_profit(columns)
    prices = np.zeros(columns.rows) if start is None else np.maximum(start, 0.0)
    if start is None:
        for size, levels in SAMPLES:
            if columns.customers > 2 * size:
                part = _sample(columns, size)
                for softness in levels:
                    prices = _settled(part, prices, softness * usual)
    for softness in _levels(columns, warm=start is not None):
        prices = _settled(columns, prices, softness * usual)
    return prices


def _levels(columns: Columns, *, warm: bool) -> tuple[float, ...]:
    if warm:
        return SOFTNESS[-1:]
    sampled = columns.customers > 2 * SAMPLES[0][0]
    return SOFTNESS if sampled else (1.0, 3e-1, 3e-2, *SOFTNESS)


def _sample(columns: Columns, size: int) -> Columns:
    """Some customers drawn without returning, whose budgets shrink with them.

    Scaled by what the sample could take, not by its number: the largest
    customers take most of the book.
    """
    drawn = np.random.default_rng(_SEED).permutation(columns.customers)[:size]
    part = columns.taken_by(np.sort(drawn))
    everything = columns.used(
        columns.width.sum(axis=0, dtype=np.float64), slice(0, columns.customers)
    )
    sampled = part.used(part.width.sum(axis=0, dtype=np.float64), slice(0, size))
    overall = size / columns.customers
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(everything > 0, sampled / everything, overall)
    if part.chain is not None:
        part = replace(part, chain=narrowed(part.chain, sampled > 0))
    return replace(part, most=columns.most * share)


def _settled(columns: Columns, prices: Floats, softness: float) -> Floats:
    """Damped Newton steps among prices of zero and more, until budgets and use agree.

    A step counts if the slope along it has become clearly less steep, which by
    convexity means that the dual fell; otherwise it is tried again more damped.
    """
    scale = np.maximum(columns.most, 1e-9 * max(1.0, float(columns.most.max(initial=0.0))))
    usual_bend, damping = _usual_bend(columns), LEAST_DAMPING
    here = slope(columns, prices, softness)
    for _ in range(MOST_STEPS):
        if _residual(here.gradient, prices, scale) <= NEAR:
            break
        ahead = _newton(here, prices, damping * usual_bend)
        moved = ahead - prices
        down = float(here.gradient @ moved)
        if down >= 0:
            break
        there = slope(columns, ahead, softness)
        if float(there.gradient @ moved) <= -0.5 * down:
            prices, here = ahead, there
            damping = max(damping / 10, LEAST_DAMPING)
        else:
            damping *= 30
    return prices


def _usual_bend(columns: Columns) -> Floats:
    """The curvature each budget would have if break-evens were spread evenly: a scale for damping.

    All of them have some, so that a budget without anybody in the band, or a
    matrix that is singular because all sectors together are the whole book,
    leads to no wild step.
    """
    bend = np.zeros(columns.rows + 1)
    width = columns.width.sum(axis=0, dtype=np.float64)
    for family in columns.families:
        squared = Column(family.row, None if family.weight is None else family.weight**2)
        squared.add_to(bend, width, slice(0, columns.customers))
    return np.maximum(bend[:-1], 1e-300) / usual_profit(columns)


def _residual(gradient: Floats, prices: Floats, scale: Floats) -> float:
    missed = np.where(prices > 0, np.abs(gradient), np.maximum(-gradient, 0))
    return float((missed / scale).max(initial=0.0))


def _newton(here: Slope, prices: Floats, damping: Floats) -> Floats:
    """The lowest point of the damped second-order model among prices of zero and more."""
    matrix = here.curvature.damped(damping)
    return _least(matrix, here.gradient - matrix.times(prices), prices > 0)


def _least(matrix: Bend, slope_: Floats, free: NDArray[np.bool_]) -> Floats:
    """Where a quadratic form is least among vectors of zero and more, by pivoting sets.

    Variables that come out negative are fixed at zero, those at zero that would
    help are freed; after a few rounds without progress only one at a time.
    """
    point, fewest = np.zeros(len(slope_)), len(slope_) + 1
    patience = 3
    for _ in range(MOST_PIVOTS):
        point = matrix.solved(free, -slope_)
        rising = matrix.times(point) + slope_
        small = -1e-12 * np.abs(slope_).max(initial=0.0)
        wrong = np.flatnonzero(np.where(free, point < 0, rising < small))
        if not wrong.size:
            break
        if wrong.size < fewest:
            fewest, patience = wrong.size, 3
        else:
            patience -= 1
        turned = wrong if patience > 0 else wrong[-1:]
        free = free.copy()
        free[turned] = ~free[turned]
    return np.maximum(point, 0.0)
