"""The statistics of monitoring: each exact on small numbers, each with its formula and source.

Plain Python without a numerical library: what is counted here are thousands of
evaluations, not millions.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

CONFIDENCE = 0.95
_HALF = 0.5
_STEPS = 200


# ------------------------------------------------------------------ distributions


def stability_index(reference: Mapping[str, int], current: Mapping[str, int]) -> float:
    """The population stability index of two counts by bin; zero where the shares are equal.

    PSI = Σ (cᵢ − rᵢ) · ln(cᵢ / rᵢ) over the shares r of the reference and c of the
    current counts. A bin that is empty on one side counts as half an observation
    there, one that is empty on both is left out. Zero for two empty sides.
    Source: N. Siddiqi, Credit Risk Scorecards (Wiley 2006), ch. 10; it is Jeffreys'
    symmetrised Kullback–Leibler divergence (1946).
    """
    bins = [b for b in {**reference, **current} if reference.get(b) or current.get(b)]
    before = [reference.get(b) or _HALF for b in bins]
    after = [current.get(b) or _HALF for b in bins]
    all_before, all_after = sum(before), sum(after)
    if not sum(reference.values()) or not sum(current.values()):
        return 0.0
    shares = [(r / all_before, c / all_after) for r, c in zip(before, after, strict=True)]
    return math.fsum((c - r) * math.log(c / r) for r, c in shares if c != r)


def chance_index(bins: int, reference: int, current: int) -> float:
    """The stability index that chance alone stays below, nineteen times out of twenty.

    Without any drift PSI / (1/n + 1/m) follows a χ² with bins − 1 degrees of
    freedom. Source: B. Yurdakul, Statistical Properties of Population Stability
    Index (Western Michigan University, 2018). Infinite where a side is empty.
    """
    if not reference or not current:
        return math.inf
    return _chi_square(bins - 1) * (1 / reference + 1 / current)


def _chi_square(freedom: int) -> float:
    """The 95 % quantile: Wilson and Hilferty's approximation (1931), within 1 % of the value."""
    if freedom < 1:
        return 0.0
    spread = 2 / (9 * freedom)
    z = NormalDist().inv_cdf(CONFIDENCE)
    return float(freedom * (1 - spread + z * math.sqrt(spread)) ** 3)


# ------------------------------------------------------------------ a share of few


@dataclass(frozen=True, slots=True)
class Interval:
    """From where to where a share may lie, given what was seen, both from 0 to 1."""

    low: float
    high: float

    def holds(self, share: float) -> bool:
        """Whether the share lies within."""
        return self.low <= share <= self.high


def exact_interval(hits: int, of: int) -> Interval:
    """The 95 % interval of a share that never claims too much, however few were seen.

    low is the 2.5 % quantile of Beta(k, n − k + 1), high the 97.5 % quantile of
    Beta(k + 1, n − k). Source: C. Clopper and E. Pearson, Biometrika 26 (1934).
    """
    tail = (1 - CONFIDENCE) / 2
    low = beta_quantile(tail, hits, of - hits + 1) if hits else 0.0
    high = beta_quantile(1 - tail, hits + 1, of - hits) if hits < of else 1.0
    return Interval(low, high)


def jeffreys_interval(hits: int, of: int) -> Interval:
    """The narrower 95 % interval, right on average: quantiles of Beta(k + ½, n − k + ½).

    Its ends are 0 without a hit and 1 without a miss. Source: L. Brown, T. Cai and
    A. DasGupta, Statistical Science 16 (2001); the test that the European Central
    Bank asks of PD models (Instructions for reporting the validation results, 2019).
    """
    tail = (1 - CONFIDENCE) / 2
    low = beta_quantile(tail, hits + _HALF, of - hits + _HALF) if hits else 0.0
    high = beta_quantile(1 - tail, hits + _HALF, of - hits + _HALF) if hits < of else 1.0
    return Interval(low, high)


def beta_quantile(share: float, a: float, b: float) -> float:
    """The point below which a Beta(a, b) has that share of its mass, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if beta_below(middle, a, b) < share else (low, middle)
    return (low + high) / 2


def beta_below(x: float, a: float, b: float) -> float:
    """The mass of a Beta(a, b) below x: the regularised incomplete beta function.

    By its continued fraction. Source: Abramowitz and Stegun 26.5.8.
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_below(1 - x, b, a)
    whole = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(whole + a * math.log(x) + b * math.log1p(-x)) / a
    return front / _fraction(lambda n: _beta_term(n, x, a, b))


def _beta_term(n: int, x: float, a: float, b: float) -> float:
    m = n // 2
    if n % 2 == 0:
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))


def _fraction(term: Callable[[int], float]) -> float:
    """1 + t₁/(1 + t₂/(1 + …)), by Lentz's method."""
    tiny, close = 1e-300, 1e-15
    value, upper, lower = 1.0, 1.0, 0.0
    for n in range(1, 10_000):
        lower = 1 / ((1 + term(n) * lower) or tiny)
        upper = (1 + term(n) / upper) or tiny
        value *= upper * lower
        if abs(upper * lower - 1) < close:
            break
    return value


# ------------------------------------------------------------------ telling good from bad


@dataclass(frozen=True, slots=True)
class Separation:
    """How well points tell who turned bad from who did not.

    `auc` is the share of pairs of one good and one bad in which the bad one had
    fewer points, ties counting half: .5 is guessing, 1 perfect. `error` is its
    standard error, `ks` the largest gap between the two cumulative shares.
    """

    auc: float
    error: float
    ks: float

    @property
    def gini(self) -> float:
        """Gini coefficient (accuracy ratio): 2 · AUC − 1."""
        return 2 * self.auc - 1

    @property
    def interval(self) -> Interval:
        """The 95 % interval of the AUC by its normal approximation."""
        reach = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * self.error
        return Interval(max(0.0, self.auc - reach), min(1.0, self.auc + reach))


def separation(outcomes: Sequence[tuple[float, bool]]) -> Separation | None:
    """Of points and whether it turned bad; None unless there are both good and bad ones.

    AUC is Mann and Whitney's U by the number of pairs (1947); its standard error
    is Hanley and McNeil's (Radiology 143, 1982); KS is Kolmogorov and Smirnov's.
    """
    bad = sum(1 for _, turned in outcomes if turned)
    good = len(outcomes) - bad
    if not bad or not good:
        return None
    by_points: dict[float, list[int]] = {}
    for points, turned in outcomes:
        by_points.setdefault(points, [0, 0])[turned] += 1
    wins = gap = 0.0
    goods = bads = 0
    for points in sorted(by_points, reverse=True):
        here_good, here_bad = by_points[points]
        wins += here_bad * (goods + here_good / 2)
        goods, bads = goods + here_good, bads + here_bad
        gap = max(gap, abs(goods / good - bads / bad))
    auc = wins / (good * bad)
    return Separation(auc, _error(auc, good, bad), gap)


def _error(auc: float, good: int, bad: int) -> float:
    once, twice = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    spread = (
        auc * (1 - auc) + (bad - 1) * (once - auc * auc) + (good - 1) * (twice - auc * auc)
    ) / (good * bad)
    return math.sqrt(max(0.0, spread))


def brier(outcomes: Sequence[tuple[float, bool]]) -> float | None:
    """The mean squared distance of probability and outcome, 0 (best) to 1; None of nothing.

    Source: G. Brier, Monthly Weather Review 78 (1950).
    """
    if not outcomes:
        return None
    return math.fsum((pd - turned) ** 2 for pd, turned in outcomes) / len(outcomes)


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value below which that share lies, between neighbours in proportion; None of nothing.

    Type 7 of Hyndman and Fan, The American Statistician 50 (1996).
    """
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
