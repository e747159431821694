"""How far a figure could be from the truth: AUC over customers drawn anew."""

import numpy as np

from benchmarks.receivables import Numbers
from creditflow.models.sample import Flags, Wholes
from creditflow.models.trees import area_under


def spread(odds: Numbers, bad: Flags, customer: Wholes, times: int) -> dict[str, float]:
    """The middle 90 % of AUC over customers drawn with replacement, all rows of each together.

    A customer drawn twice counts twice: weighing the pairs gives what drawing
    the rows would, at a fraction of the cost.
    """
    dice = np.random.default_rng(42)
    _, who = np.unique(customer, return_inverse=True)
    order = np.argsort(odds, kind="stable")
    who, ranked = who[order], bad[order]
    starts = np.flatnonzero(np.append(True, np.diff(odds[order]) > 0))
    areas = []
    for _ in range(times):
        drawn = np.bincount(dice.integers(0, who.max() + 1, who.max() + 1),
                            minlength=who.max() + 1)[who]  # fmt: skip
        worse = np.add.reduceat(drawn * ranked, starts).astype(np.float64)
        better = np.add.reduceat(drawn * ~ranked, starts).astype(np.float64)
        if worse.sum() and better.sum():
            below = np.cumsum(better) - better / 2
            areas.append(float(worse @ below) / (worse.sum() * better.sum()))
    low, high = np.quantile(areas, [0.05, 0.95]) if areas else (np.nan, np.nan)
    return {"low": float(low), "high": float(high)}


def halves(odds: Numbers, bad: Flags, customer: Wholes) -> dict[str, float]:
    """AUC of the customers with even and with odd numbers."""
    parts = (customer % 2 == 0, customer % 2 == 1)
    return {f"half_{n}": area_under(odds[part], bad[part]) for n, part in enumerate(parts, 1)}
