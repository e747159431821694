"""Points models: weight-of-evidence bins, a ridge logistic regression, whole points per bin.

The scorecard as credit departments know it [Siddiqi 2006]: each bin's weight of
evidence is fixed by its own outcomes, the regression only says how much each
column counts, and a column that would count the wrong way round is left out.
"""

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from creditflow.domain.learned import PointsColumn, PointsForm
from creditflow.domain.learned_scoring import FACTOR, OFFSET
from creditflow.models.binning import BinRules, Bins, bin_numbers, smoothed_weights
from creditflow.models.sample import Columns, Flags, Numbers, Wholes, counts, is_words

STEPS, HALVINGS = 50, 30
CLOSE = 1e-8


@dataclass(frozen=True)
class PointsRules:
    """How a points model is found.

    `ridge` is the penalty on squared coefficients; `least_information` the
    information value below which a column is not looked at; `word_prior` how
    many average rows a word is smoothed with. Of columns that say much the same
    (weights of evidence correlated by more than `alike`) only the most telling
    is kept, and `most_columns` in all.
    """

    bins: BinRules = field(default_factory=BinRules)
    ridge: float = 20.0
    least_information: float = 0.05
    word_prior: float = 60.0
    alike: float = 0.7
    most_columns: int = 12


@dataclass(frozen=True)
class Binned:
    """One column cut into bins: how to find a row's bin, and each bin's weight of evidence."""

    name: str
    bins: Bins
    words: tuple[str, ...] = ()

    def index(self, values: npt.NDArray[np.generic]) -> Wholes:
        """The bin of each row; the number of bins where the value is unknown."""
        return bin_index(values, self.bins.edges, tuple((word,) for word in self.words))

    def weights(self, values: npt.NDArray[np.generic]) -> Numbers:
        """The weight of evidence of each row."""
        table = np.append(self.bins.weights, self.bins.missing)
        weights: Numbers = table[self.index(values)]
        return weights

    def information(self) -> float:
        """The information value: Σ (share of bad − share of good) × weight of evidence."""
        rows = np.append(self.bins.rows, self.bins.missing_rows)
        bad = np.append(self.bins.bad, self.bins.missing_bad)
        good, weights = rows - bad, np.append(self.bins.weights, self.bins.missing)
        return float(((bad / max(1, bad.sum()) - good / max(1, good.sum())) * weights).sum())


def bin_index(
    values: npt.NDArray[np.generic], edges: Numbers, words: tuple[tuple[str, ...], ...]
) -> Wholes:
    """The bin of each value, as domain/learned_scoring.py finds it; the last + 1 if unknown."""
    if is_words(values):
        places = {word: i for i, group in enumerate(words) for word in group}
        return np.array([places.get(v, len(words)) for v in values.tolist()], dtype=np.int64)
    numbers = values.astype(np.float64)
    found = np.searchsorted(edges, numbers, side="right")
    return np.where(np.isfinite(numbers), found, len(edges) + 1).astype(np.int64)


def bin_column(
    name: str, values: npt.NDArray[np.generic], bad: Flags, rules: PointsRules
) -> Binned:
    """Cut one column into bins."""
    if not is_words(values):
        return Binned(name, bin_numbers(values.astype(np.float64), bad, rules.bins))
    known = np.array([v is not None for v in values.tolist()], dtype=np.bool_)
    words, index = np.unique(values[known].astype(str), return_inverse=True)
    rows = counts(index, len(words))
    events = counts(index, len(words), bad[known])
    often = rows >= rules.bins.least_rows
    away = ~known
    away[known] = ~often[index]
    weigh = smoothed_weights(
        np.append(rows[often], away.sum()),
        np.append(events[often], bad[away].sum()),
        bad,
        rules.word_prior,
    )
    bins = Bins(
        np.empty(0), weigh[:-1], float(weigh[-1]), rows[often], events[often],
        int(away.sum()), int(bad[away].sum()),
    )  # fmt: skip
    return Binned(name, bins, tuple(str(word) for word in words[often]))


def fit_points(columns: Columns, bad: Flags, rules: PointsRules) -> PointsForm:
    """Learn a points model from columns and outcomes."""
    binned = [bin_column(name, values, bad, rules) for name, values in columns.items()]
    telling, weights = _telling(binned, columns, rules)
    table = np.column_stack(weights) if weights else np.empty((len(bad), 0))
    intercept, slopes = fit_logistic(table, bad, rules.ridge)
    kept = [(b, slope, w) for b, slope, w in zip(telling, slopes, weights, strict=True) if slope]
    found = (_column(b, slope, columns[b.name]) for b, slope, _ in kept)
    return PointsForm(
        base=round(OFFSET - FACTOR * intercept),
        columns=tuple(c for c in found if any(c.points) or c.missing_points),
    )


def _telling(
    binned: list[Binned], columns: Columns, rules: PointsRules
) -> tuple[list[Binned], list[Numbers]]:
    """The columns worth asking, most telling first, and their weights of evidence by row."""
    ranked = sorted(((-b.information(), b.name, b) for b in binned), key=lambda r: r[:2])
    kept: list[Binned] = []
    weights: list[Numbers] = []
    for information, _, column in ranked:
        if -information < rules.least_information or len(kept) == rules.most_columns:
            break
        found = column.weights(columns[column.name])
        if found.std() > 0 and all(_correlation(found, w) <= rules.alike for w in weights):
            kept.append(column)
            weights.append(found)
    return kept, weights


def _correlation(one: Numbers, two: Numbers) -> float:
    return abs(float(np.corrcoef(one, two)[0, 1]))


def fit_logistic(table: Numbers, bad: Flags, ridge: float) -> tuple[float, Numbers]:
    """Ridge logistic regression by iteratively reweighted least squares, no slope below zero.

    Columns whose slopes turn negative are left out, the worst third at a time,
    and the rest fitted again; their slopes are given back as zero.
    """
    active = np.ones(table.shape[1], dtype=np.bool_)
    rate = (bad.sum() + 0.5) / (len(bad) + 1)
    found = np.zeros(table.shape[1] + 1)
    found[0] = math.log(rate / (1 - rate))
    while True:
        places = np.append(0, np.flatnonzero(active) + 1)
        found[places] = _newton(table[:, active], bad, ridge, found[places])
        wrong = np.flatnonzero(active & (found[1:] <= 0))
        if not len(wrong):
            return float(found[0]), np.where(active, found[1:], 0.0)
        worst = wrong[np.argsort(found[1:][wrong], kind="stable")]
        active[worst[: max(1, len(wrong) // 3)]] = False


def _newton(table: Numbers, bad: Flags, ridge: float, start: Numbers) -> Numbers:
    """The coefficients with the least penalised loss, by Newton steps that never lead uphill.

    A whole step may overshoot where a few rows are told apart almost surely, and
    the next ones then swing further and further; so it is halved until it gains.
    """
    design = np.column_stack([np.ones(len(bad)), table])
    penalty = np.full(design.shape[1], ridge)
    penalty[0] = 1e-9
    found, loss = start.copy(), _loss(design, bad, penalty, start)
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(design @ found, -700, 700)))
        spread = np.maximum(p * (1 - p), 1e-9)
        gradient = design.T @ (bad - p) - penalty * found
        step = np.linalg.solve((design.T * spread) @ design + np.diag(penalty), gradient)
        for _ in range(HALVINGS):
            if (next_ := _loss(design, bad, penalty, found + step)) <= loss:
                break
            step /= 2
        else:
            break
        found, loss = found + step, next_
        if float(np.abs(step).max()) < CLOSE:
            break
    return found


def _loss(design: Numbers, bad: Flags, penalty: Numbers, found: Numbers) -> float:
    """Minus the log-likelihood, and half the penalty."""
    odds = design @ found
    return float((np.logaddexp(0, odds) - bad * odds).sum() + (penalty * found**2).sum() / 2)


def _column(binned: Binned, slope: float, values: npt.NDArray[np.generic]) -> PointsColumn:
    points = [round(-FACTOR * slope * w) for w in binned.bins.weights.tolist()]
    missing = round(-FACTOR * slope * binned.bins.missing)
    edges, points, words = _joined(binned, points)
    table = np.array([*points, missing])
    index = bin_index(values, np.array(edges), words)
    return PointsColumn(
        name=binned.name,
        points=tuple(points),
        missing_points=missing,
        average=round(float(table[index].mean()), 4),
        edges=tuple(edges),
        words=words,
    )


def _joined(
    binned: Binned, points: list[int]
) -> tuple[list[float], list[int], tuple[tuple[str, ...], ...]]:
    """Neighbouring bins, and words, with equal points become one bin."""
    if binned.words:
        groups: dict[int, list[str]] = {}
        for word, given in zip(binned.words, points, strict=True):
            groups.setdefault(given, []).append(word)
        ordered = sorted(groups, reverse=True)
        return [], ordered, tuple(tuple(sorted(groups[given])) for given in ordered)
    edges, kept = [], points[:1]
    for edge, given in zip(binned.bins.edges.tolist(), points[1:], strict=True):
        if given != kept[-1]:
            edges.append(edge)
            kept.append(given)
    return edges, kept, ()
