"""Binning: a column is cut where the rate of bad outcomes changes, monotonously, however rare.

Bins of a number follow pool-adjacent-violators [Ayer et al. 1955] on fine
quantiles, with extra cuts in both tails: delinquency is rare, and a minimum of
a few per cent of all rows would merge the late payers with the punctual ones.
"""

from dataclasses import dataclass

import numpy as np

from creditflow.models.sample import Flags, Numbers, counts

QUANTILES = np.unique(
    np.concatenate([
        np.linspace(0, 1, 41),
        [0.005, 0.01, 0.985, 0.99, 0.995],
    ])
)  # fmt: skip


@dataclass(frozen=True)
class BinRules:
    """How fine bins may be.

    `least_rows` is the smallest bin; `prior` is how many rows at the average
    rate each bin is smoothed with; `most_bins` the most per column; `shapes`
    whether rates may also rise and then fall, or fall and then rise.
    """

    least_rows: int = 25
    prior: float = 20.0
    most_bins: int = 8
    shapes: bool = False


@dataclass(frozen=True)
class Bins:
    """Edges between bins (one fewer than there are weights) and the weight of evidence of each.

    `weight` is ln(odds of bad in the bin / odds of bad overall), smoothed;
    above zero is worse than average.
    """

    edges: Numbers
    weights: Numbers
    missing: float
    rows: Numbers
    bad: Numbers
    missing_rows: int
    missing_bad: int


def bin_numbers(values: Numbers, bad: Flags, rules: BinRules) -> Bins:
    """Bins of a number; unknown values have a bin of their own."""
    known = ~np.isnan(values)
    edges = _fine_edges(values[known])
    index = np.searchsorted(edges, values[known], side="right")
    rows = counts(index, len(edges) + 1)
    events = counts(index, len(edges) + 1, bad[known])
    ends = _best_shape(rows, events, rules)
    starts = np.concatenate([[0], ends[:-1] + 1])
    rows, events = np.add.reduceat(rows, starts), np.add.reduceat(events, starts)
    return Bins(
        edges=edges[ends[:-1]],
        weights=smoothed_weights(rows, events, bad, rules.prior),
        missing=_missing_weight(~known, bad, rules.prior),
        rows=rows,
        bad=events,
        missing_rows=int((~known).sum()),
        missing_bad=int(bad[~known].sum()),
    )


def smoothed_weights(rows: Numbers, events: Numbers, bad: Flags, prior: float) -> Numbers:
    """ln(odds of bad in each bin / odds overall), each bin with `prior` more average rows."""
    rate = _rate(bad)
    worse = (events + prior * rate) / (rows - events + prior * (1 - rate))
    weights: Numbers = np.log(worse) - np.log(rate / (1 - rate))
    return weights


def _missing_weight(missing: Flags, bad: Flags, prior: float) -> float:
    count, events = np.array([missing.sum()], float), np.array([bad[missing].sum()], float)
    return float(smoothed_weights(count, events, bad, prior)[0])


def _rate(bad: Flags) -> float:
    """The overall rate, away from 0 and 1 so that odds exist."""
    return float((bad.sum() + 0.5) / (len(bad) + 1))


def _fine_edges(known: Numbers) -> Numbers:
    """Values at which a finer bin begins; the lowest value begins none."""
    if not len(known):
        return np.empty(0)
    cuts = np.unique(np.quantile(known, QUANTILES, method="higher"))
    distinct = np.unique(known)
    if len(distinct) <= len(QUANTILES):
        cuts = distinct
    return np.asarray(cuts[cuts > distinct[0]], dtype=np.float64)


# ---------------------------------------------------------------------- monotone shapes


def _best_shape(rows: Numbers, events: Numbers, rules: BinRules) -> Numbers:
    """The last fine bin of each bin, under the shape that explains the outcomes best.

    A shape with a turn has to explain more by what two further bins cost
    (Akaike's criterion).
    """
    candidates = [_coarse(rows, events, rising, rules) for rising in (_up(rows), ~_up(rows))]
    found = [(_fit(rows, events, ends), len(ends), ends) for ends in candidates]
    if rules.shapes:
        for turn in range(2, len(rows) - 2, max(1, len(rows) // 12)):
            for first in (True, False):
                rising = np.where(np.arange(len(rows)) < turn, first, not first)
                ends = _coarse(rows, events, rising, rules)
                found.append((_fit(rows, events, ends) - 4, len(ends), ends))
    best = max(found, key=lambda f: f[0] - f[1])
    return best[2]


def _up(rows: Numbers) -> Flags:
    return np.ones(len(rows), dtype=np.bool_)


def _fit(rows: Numbers, events: Numbers, ends: Numbers) -> float:
    """The log-likelihood of the outcomes, given one rate per bin."""
    starts = np.concatenate([[0], ends[:-1] + 1])
    n, k = np.add.reduceat(rows, starts), np.add.reduceat(events, starts)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.nan_to_num(k * np.log(k / n)) + np.nan_to_num((n - k) * np.log1p(-k / n))
    return float(terms.sum())


def _coarse(rows: Numbers, events: Numbers, rising: Flags, rules: BinRules) -> Numbers:
    """Pool neighbours until rates run as `rising` says, bins are large enough and few enough."""
    bins: list[tuple[float, float, int]] = []
    for i in range(len(rows)):
        bins.append((rows[i], events[i], i))
        while len(bins) > 1 and _violates(bins[-2], bins[-1], up=bool(rising[bins[-2][2]])):
            _pool(bins, len(bins) - 1)
    while len(bins) > 1 and (small := min(range(len(bins)), key=lambda i: bins[i][0])) >= 0:
        if bins[small][0] >= rules.least_rows:
            break
        _pool(bins, _nearer(bins, small))
    while len(bins) > rules.most_bins:
        _pool(bins, min(range(1, len(bins)), key=lambda i: _loss(bins[i - 1], bins[i])))
    return np.array([end for _, _, end in bins], dtype=np.int64)


def _violates(
    before: tuple[float, float, int], after: tuple[float, float, int], *, up: bool
) -> bool:
    a, b = before[1] * after[0], after[1] * before[0]
    return a >= b if up else a <= b


def _pool(bins: list[tuple[float, float, int]], i: int) -> None:
    """Merge a bin with the one before it."""
    before, after = bins[i - 1], bins[i]
    bins[i - 1 : i + 1] = [(before[0] + after[0], before[1] + after[1], after[2])]


def _nearer(bins: list[tuple[float, float, int]], i: int) -> int:
    """Which pool takes a small bin in: with the neighbour that loses less."""
    if i == 0:
        return 1
    if i == len(bins) - 1:
        return i
    return i if _loss(bins[i - 1], bins[i]) <= _loss(bins[i], bins[i + 1]) else i + 1


def _loss(one: tuple[float, float, int], two: tuple[float, float, int]) -> float:
    """How much log-likelihood is lost by giving two bins one rate."""
    return _term(*one[:2]) + _term(*two[:2]) - _term(one[0] + two[0], one[1] + two[1])


def _term(n: float, k: float) -> float:
    if k <= 0 or k >= n:
        return 0.0
    return float(k * np.log(k / n) + (n - k) * np.log1p(-k / n))
