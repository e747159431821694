"""Applying a learned model to columns: the same numbers as for each customer alone."""

import numpy as np

from creditflow.domain.learned import Form, LearnedModel, MeanForm, PointsForm, Tree, TreesForm
from creditflow.domain.learned_scoring import FACTOR, OFFSET
from creditflow.models.points import bin_index
from creditflow.models.sample import Columns, Numbers, is_words


def raw_log_odds(form: Form, columns: Columns) -> Numbers:
    """Log-odds of the bad outcome before calibration, for each row.

    A column that is absent is unknown for everybody.
    """
    if isinstance(form, MeanForm):
        total = np.zeros(_length(columns))
        for member in form.members:
            total += raw_log_odds(member, columns)
        mean: Numbers = total / len(form.members)
        return mean
    if isinstance(form, PointsForm):
        odds: Numbers = (OFFSET - scores(form, columns)) / FACTOR
        return odds
    matrix = tree_matrix(form, columns)
    raw = np.full(len(matrix), form.base)
    for tree in form.trees:
        raw += _leaves(tree, matrix)
    return raw


def scores(form: PointsForm, columns: Columns) -> Numbers:
    """The points of each row."""
    score = np.full(_length(columns), float(form.base))
    for column in form.columns:
        if column.name not in columns:
            score += column.missing_points
            continue
        table = np.array([*column.points, column.missing_points], dtype=np.float64)
        score += table[bin_index(columns[column.name], np.array(column.edges), column.words)]
    return score


def probabilities(model: LearnedModel, columns: Columns) -> Numbers:
    """The calibrated probability of each row."""
    raw = raw_log_odds(model.form, columns)
    odds = model.calibration.intercept + model.calibration.slope * raw
    pd: Numbers = 1 / (1 + np.exp(-np.clip(odds, -700, 700)))
    return pd


def tree_matrix(form: TreesForm, columns: Columns) -> Numbers:
    """The columns as trees read them: numbers and codes side by side, NaN for unknown."""
    found = []
    for column in form.columns:
        values = columns.get(column.name)
        if values is None:
            found.append(np.full(_length(columns), np.nan))
        elif is_words(values):
            codes = column.codes or {}
            coded = (codes.get(v, np.nan) if isinstance(v, str) else np.nan for v in values)
            found.append(np.fromiter(coded, np.float64, len(values)))
        else:
            numbers = values.astype(np.float64)
            found.append(np.where(np.isfinite(numbers), numbers, np.nan))
    return np.column_stack(found) if found else np.empty((_length(columns), 0))


def _leaves(tree: Tree, matrix: Numbers) -> Numbers:
    feature, threshold = np.array(tree.feature), np.array(tree.threshold)
    left, right = np.array(tree.left), np.array(tree.right)
    missing_left, value = np.array(tree.missing_left), np.array(tree.value)
    rows = np.arange(len(matrix))
    node = np.zeros(len(matrix), dtype=np.int64)
    while len(rows := rows[feature[node[rows]] >= 0]):
        at = node[rows]
        seen = matrix[rows, feature[at]]
        goes_left = np.where(np.isnan(seen), missing_left[at], seen <= threshold[at])
        node[rows] = np.where(goes_left, left[at], right[at])
    leaves: Numbers = value[node]
    return leaves


def _length(columns: Columns) -> int:
    return len(next(iter(columns.values()))) if columns else 0
