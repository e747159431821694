"""Validation: how well a probability ranks and how true it is, in the usual measures.

Formulas as in BCBS Working Paper 14 (Studies on the Validation of Internal
Rating Systems, 2005) unless a function names another source.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from creditflow.models.sample import Flags, Numbers, Wholes, counts
from creditflow.models.trees import area_under

SMALLEST_SHARE = 1e-4
"""An empty class counts as so much, so that an index of stability stays finite."""


@dataclass(frozen=True)
class Measures:
    """How a set of predictions did.

    `gini` = 2·AUC − 1; `ks` is the largest distance between the two score
    distributions; `brier` the mean squared error of the probability; `mean_pd`
    and `rate` what was foretold and what came on average; `average_precision`
    the area under precision over recall; `captured` the share of bad outcomes
    among the worst tenth.
    """

    rows: int
    events: int
    auc: float
    gini: float
    ks: float
    brier: float
    mean_pd: float
    rate: float
    average_precision: float
    captured: float


def measure(pd: Numbers, bad: Flags) -> Measures:
    """All measures; both outcomes must occur."""
    auc = area_under(pd, bad)
    return Measures(
        rows=len(bad),
        events=int(bad.sum()),
        auc=auc,
        gini=2 * auc - 1,
        ks=kolmogorov_smirnov(pd, bad),
        brier=brier(pd, bad),
        mean_pd=float(pd.mean()),
        rate=float(bad.mean()),
        average_precision=average_precision(pd, bad),
        captured=captured(pd, bad, 0.1),
    )


def auc_interval(
    pd: Numbers, bad: Flags, customer: Wholes, times: int = 200, seed: int = 42
) -> tuple[float, float]:
    """The middle 90 % of AUC over customers drawn with replacement, all rows of each together.

    The bootstrap of Efron (1979) by cluster: rows of one customer are no
    independent witnesses. A customer drawn twice counts twice; weighing the
    ranked rows gives what drawing them would, at a fraction of the cost.
    """
    dice = np.random.default_rng(seed)
    _, owner = np.unique(customer, return_inverse=True)
    order = np.argsort(pd, kind="stable")
    who, ranked, customers = owner[order], bad[order], int(owner.max()) + 1
    starts = np.flatnonzero(np.append(True, np.diff(pd[order]) > 0))
    areas = []
    for _ in range(times):
        drawn = counts(dice.integers(0, customers, customers), customers)[who]
        worse = np.add.reduceat(drawn * ranked, starts)
        better = np.add.reduceat(drawn * ~ranked, starts)
        if worse.sum() and better.sum():
            below = np.cumsum(better) - better / 2
            areas.append(float(worse @ below) / float(worse.sum() * better.sum()))
    low, high = np.quantile(areas, [0.05, 0.95]) if areas else (np.nan, np.nan)
    return float(low), float(high)


def brier(pd: Numbers, bad: Flags) -> float:
    """The mean squared difference between probability and outcome [Brier 1950]."""
    return float(np.mean((pd - bad) ** 2))


def kolmogorov_smirnov(pd: Numbers, bad: Flags) -> float:
    """The largest distance between the shares of bad and of good rows above a cut."""
    wrong, right = roc(pd, bad)
    return float((right - wrong).max())


def roc(pd: Numbers, bad: Flags) -> tuple[Numbers, Numbers]:
    """Shares of good and of bad rows above each cut, from none to all; ties move together."""
    values, index = np.unique(-pd, return_inverse=True)
    worse = counts(index, len(values), bad).cumsum()
    better = counts(index, len(values), ~bad).cumsum()
    return (
        np.concatenate([[0.0], better / max(1.0, better[-1])]),
        np.concatenate([[0.0], worse / max(1.0, worse[-1])]),
    )


def average_precision(pd: Numbers, bad: Flags) -> float:
    """Σ (recall gained at a cut × precision there)."""
    values, index = np.unique(-pd, return_inverse=True)
    found = counts(index, len(values), bad)
    rows = counts(index, len(values)).cumsum()
    return float((found * found.cumsum() / rows).sum() / max(1.0, found.sum()))


def captured(pd: Numbers, bad: Flags, share: float) -> float:
    """The share of all bad rows among the worst `share` of rows."""
    most = max(1, round(len(pd) * share))
    worst = np.argsort(-pd, kind="stable")[:most]
    return float(bad[worst].sum() / max(1, bad.sum()))


@dataclass(frozen=True)
class Class:
    """Rows with similar probabilities: what was foretold and what came, with a 90 % interval.

    The interval is Jeffreys's for a binomial share.
    """

    name: str
    rows: int
    events: int
    mean_pd: float
    rate: float
    low: float
    high: float


def calibration(pd: Numbers, bad: Flags, classes: Sequence[str], index: Numbers) -> list[Class]:
    """What was foretold and what came, by class; classes without rows are left out."""
    found = []
    for place, name in enumerate(classes):
        rows = index == place
        if (count := int(rows.sum())) == 0:
            continue
        events = int(bad[rows].sum())
        low, high = jeffreys(events, count)
        foretold = float(pd[rows].mean())
        found.append(Class(name, count, events, foretold, events / count, low, high))
    return found


def jeffreys(events: int, rows: int, sure: float = 0.9) -> tuple[float, float]:
    """The interval that so surely holds a share: quantiles of Beta(k + ½, n − k + ½)."""
    from scipy.special import betaincinv  # noqa: PLC0415 - comes with scikit-learn

    ends = betaincinv(events + 0.5, rows - events + 0.5, [(1 - sure) / 2, (1 + sure) / 2])
    return float(ends[0]), float(ends[1])


def stability(expected: Numbers, seen: Numbers, classes: int = 10) -> float:
    """The population stability index between two sets of scores, over quantiles of the first.

    Σ (seen − expected) × ln(seen / expected) [Siddiqi 2006, chapter 9]: below
    0.10 stable, above 0.25 another population.
    """
    cuts = np.unique(np.quantile(expected, np.linspace(0, 1, classes + 1)[1:-1]))
    return index_of_stability(_shares(expected, cuts), _shares(seen, cuts))


def index_of_stability(expected: Numbers, seen: Numbers) -> float:
    """The same over shares of classes that are known already."""
    e, s = np.maximum(expected, SMALLEST_SHARE), np.maximum(seen, SMALLEST_SHARE)
    return float(((s - e) * np.log(s / e)).sum())


def _shares(values: Numbers, cuts: Numbers) -> Numbers:
    index = np.searchsorted(cuts, values, side="right")
    return counts(index, len(cuts) + 1) / max(1, len(values))
