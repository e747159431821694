"""Scoring with a learned model: one customer's columns become a probability with its reasons.

The same columns always give the same result; nothing but Python's own numbers
is used, so the library that trained the model is not needed to apply it.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from decimal import Decimal

from creditflow.domain.grade import Grade
from creditflow.domain.judged import Judged, Part
from creditflow.domain.learned import (
    ODDS_AT_PAR,
    POINTS_TO_DOUBLE,
    SCORE_AT_PAR,
    Form,
    LearnedModel,
    LearnedValue,
    MeanForm,
    PointsColumn,
    PointsForm,
    Tree,
    TreesColumn,
    TreesForm,
)
from creditflow.domain.signals import SignalValue

MOST_REASONS = 3
FACTOR = POINTS_TO_DOUBLE / math.log(2)
"""Points per unit of log-odds."""
OFFSET = SCORE_AT_PAR - FACTOR * math.log(ODDS_AT_PAR)
"""The score of even odds."""

_STEEPEST = 700.0  # exp() of more overflows
_MILLIONTH = 6


def judge(model: LearnedModel, values: Mapping[str, LearnedValue]) -> Judged:
    """Score one customer; a column that is absent or no finite number counts as unknown."""
    raw, score, weighed = _weighed(model.form, values)
    pd = probability(model.calibration.intercept + model.calibration.slope * raw)
    yearly = over_a_year(pd, model.outcome.within_days)
    return Judged(
        score=score,
        pd=kept_probability(pd),
        yearly=kept_probability(yearly),
        grade=grade_of(model, yearly),
        parts=tuple(part for part, _ in weighed),
        reasons_for=_strongest((w, p.characteristic) for p, w in weighed if not p.missing),
        reasons_against=_strongest(
            (float(p.lost), p.characteristic) for p, w in weighed if not p.missing and w < 0
        ),
        missing=tuple(p.characteristic for p, _ in weighed if p.missing),
    )


def raw_log_odds(model: LearnedModel, values: Mapping[str, LearnedValue]) -> float:
    """Log-odds of the bad outcome as the form gives them, before calibration."""
    return _raw(model.form, values)


def _raw(form: Form, values: Mapping[str, LearnedValue]) -> float:
    if isinstance(form, MeanForm):
        return sum(_raw(member, values) for member in form.members) / len(form.members)
    if isinstance(form, PointsForm):
        return _by_points(form, values)[0]
    return _raw_of_trees(form, _read(form.columns, values))


def probability(log_odds: float) -> float:
    """The probability of these log-odds."""
    return 1 / (1 + math.exp(-max(-_STEEPEST, min(_STEEPEST, log_odds))))


def log_odds(pd: Decimal) -> float:
    """The log-odds of a probability, which is held a millionth away from 0 and 1."""
    p = min(1 - 1e-6, max(1e-6, float(pd)))
    return math.log(p / (1 - p))


def over_a_year(pd: float, within_days: int) -> float:
    """The probability within a year, if the hazard stays what it is: 1 − (1 − p)^(365/days)."""
    return 1 - math.pow(1 - min(pd, 1.0), 365 / within_days)


def grade_of(model: LearnedModel, yearly: float) -> Grade:
    """The first grade of the master scale that still holds that yearly probability."""
    for reach in model.grades:
        if yearly <= reach.most:
            return reach.grade
    return model.grades[-1].grade


# ---------------------------------------------------------------------- points

_Weighed = list[tuple[Part, float]]
"""Parts, each with its distance from the average: above zero speaks for the customer."""


def bin_of(column: PointsColumn, value: float | str | None) -> int | None:
    """Which of the column's bins a value falls into; None where it is unknown."""
    if isinstance(value, str):
        return next((i for i, words in enumerate(column.words) if value in words), None)
    return None if value is None or column.words else bisect_right(column.edges, value)


def _weighed(form: Form, values: Mapping[str, LearnedValue]) -> tuple[float, int, _Weighed]:
    if isinstance(form, MeanForm):
        return _by_mean(form, values)
    return _by_points(form, values) if isinstance(form, PointsForm) else _by_trees(form, values)


def _by_points(form: PointsForm, values: Mapping[str, LearnedValue]) -> tuple[float, int, _Weighed]:
    score, weighed = form.base, _Weighed()
    for column in form.columns:
        value = _plain(values.get(column.name))
        index = bin_of(column, value)
        points = column.missing_points if index is None else column.points[index]
        score += points
        part = Part(
            column.name,
            None if index is None else _shown(values[column.name]),
            index is None,
            Decimal(points),
            Decimal(max(column.best, column.missing_points)),
        )
        weighed.append((part, points - column.average))
    return (OFFSET - score) / FACTOR, score, weighed


# ---------------------------------------------------------------------- trees


def _by_trees(form: TreesForm, values: Mapping[str, LearnedValue]) -> tuple[float, int, _Weighed]:
    """Log-odds, score, and what each column did to it on the way from root to leaf.

    Going down a tree, the mean of what lies below changes at each step; the
    change belongs to the column that was asked. The changes of all trees and
    the means at their roots add up to exactly what the trees say
    [Saabas 2014: treeinterpreter].
    """
    row = _read(form.columns, values)
    raw, moved = form.base, [0.0] * len(form.columns)
    for tree in form.trees:
        raw += tree.value[_descend(tree, row, moved)]
    weighed = _Weighed()
    for column, value, change in zip(form.columns, row, moved, strict=True):
        points = -FACTOR * change
        kept = Decimal(repr(round(points, 2)))
        part = Part(
            column.name,
            None if value is None else _shown(values[column.name]),
            value is None,
            kept,
            max(kept, Decimal(0)),
        )
        weighed.append((part, float(kept)))
    return raw, round(OFFSET - FACTOR * raw), weighed


def _raw_of_trees(form: TreesForm, row: list[float | None]) -> float:
    raw = form.base
    for tree in form.trees:
        raw += tree.value[_descend(tree, row)]
    return raw


def _descend(tree: Tree, row: list[float | None], moved: list[float] | None = None) -> int:
    """The leaf that a row reaches; `moved` collects the change of the mean per column."""
    node = 0
    while (feature := tree.feature[node]) >= 0:
        value = row[feature]
        left = tree.missing_left[node] if value is None else value <= tree.threshold[node]
        below = tree.left[node] if left else tree.right[node]
        if moved is not None:
            moved[feature] += tree.value[below] - tree.value[node]
        node = below
    return node


def _read(
    columns: tuple[TreesColumn, ...], values: Mapping[str, LearnedValue]
) -> list[float | None]:
    """One row as the trees read it; a word that training never saw is unknown."""
    row: list[float | None] = []
    for column in columns:
        value = _plain(values.get(column.name))
        if column.codes is not None:
            row.append(column.codes.get(value) if isinstance(value, str) else None)
        else:
            row.append(None if isinstance(value, str) else value)
    return row


# ---------------------------------------------------------------------- means


def _by_mean(form: MeanForm, values: Mapping[str, LearnedValue]) -> tuple[float, int, _Weighed]:
    """The mean of the log-odds; a column's part is the mean of how far its parts are from usual.

    Usual is what customers had on average when the members learned.
    """
    share, moved, seen = 1 / len(form.members), dict.fromkeys(form.names, 0.0), {}
    raw = 0.0
    for member in form.members:
        found, _, weighed = _weighed(member, values)
        raw += found
        for part, far in weighed:
            moved[part.characteristic] += share * far
            if not part.missing or part.characteristic not in seen:
                seen[part.characteristic] = part
    raw *= share
    mean = _Weighed()
    for name, far in moved.items():
        points = Decimal(repr(round(far, 2)))
        best = max(points, Decimal(0))
        mean.append((Part(name, seen[name].value, seen[name].missing, points, best), float(points)))
    return raw, round(OFFSET - FACTOR * raw), mean


# ---------------------------------------------------------------------- all


def _plain(value: LearnedValue) -> float | str | None:
    """A number as the model counts, a word as it is; None for what is no finite number."""
    if value is None or isinstance(value, str):
        return value
    number = float(value)
    return number if math.isfinite(number) else None


def _shown(value: LearnedValue) -> SignalValue:
    return Decimal(repr(value)) if isinstance(value, float) else value


def _strongest(weighed: Iterable[tuple[float, str]]) -> tuple[str, ...]:
    """Names by weight, the heaviest first, equal ones by name; nothing that weighs nothing."""
    ranked = sorted((-weight, name) for weight, name in weighed if weight > 0)
    return tuple(name for _, name in ranked[:MOST_REASONS])


def kept_probability(probability_: float) -> Decimal:
    """A probability with six decimals: what is kept, shown and replayed."""
    return Decimal(f"{probability_:.{_MILLIONTH}f}")
