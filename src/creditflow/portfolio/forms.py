"""Forms of learned models in columns: the very log-odds that domain/learned_scoring.py gives.

The same sums in the same order, so that no last digit differs. A number that a
float cannot hold exactly is left to the domain.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.catalogue import SIGNALS, is_category
from creditflow.domain.learned import (
    Form,
    MeanForm,
    PointsColumn,
    PointsForm,
    Tree,
    TreesColumn,
)
from creditflow.domain.learned_scoring import FACTOR, OFFSET
from creditflow.domain.money import decimals
from creditflow.portfolio.arithmetic import UNKNOWN, Ints
from creditflow.portfolio.book import CODES
from creditflow.portfolio.compiled import compiled
from creditflow.portfolio.signals import COLUMNS, Signals, words_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MOST_EXACT = 2**53
"""Whole numbers up to here are floats as they are."""

_UNITS = np.array([10.0 ** decimals(code) for code in CODES])


class Trees(NamedTuple):
    """All trees of a form, one behind the other; places in `left` and `right` are those of all."""

    roots: Ints
    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    missing_left: Bools
    value: Floats


def inexact(form: Form, found: Signals) -> Bools:
    """For whom a number that the form asks for is too large for a float."""
    large = np.zeros(len(found.table), np.bool_)
    for name in form.names:
        if _is_number(name):
            column = found.fresh(name)
            large |= (column != UNKNOWN) & (np.abs(column) > MOST_EXACT)
    return large


def raw_log_odds(form: Form, found: Signals) -> Floats:
    """Log-odds of the bad outcome before calibration, for each customer."""
    if isinstance(form, MeanForm):
        mean: Floats = np.zeros(len(found.table))
        for member in form.members:
            np.add(mean, raw_log_odds(member, found), out=mean)
        np.multiply(mean, 1 / len(form.members), out=mean)
        return mean
    if isinstance(form, PointsForm):
        score = np.full(len(found.table), form.base, np.int64)
        for question in form.columns:
            score += _points(question, found)
        odds: Floats = (OFFSET - score.astype(np.float64)) / FACTOR
        return odds
    raw = np.full(len(found.table), form.base)
    matrix = np.empty((len(raw), len(form.columns)))
    for place, column in enumerate(form.columns):
        matrix[:, place] = _as_trees_read(column, found)
    descend(matrix, _joined(form.trees), raw)
    return raw


def _is_number(name: str) -> bool:
    return name in SIGNALS and not is_category(name)


def _points(column: PointsColumn, found: Signals) -> Ints:
    """What a question gives to each customer."""
    points = np.array([*column.points, column.missing_points], np.int64)
    bins = np.full(len(found.table), len(column.points), np.int64)
    if column.name in SIGNALS and is_category(column.name):
        words = words_of(found.book, column.name)
        places = [
            next((i for i, of in enumerate(column.words) if word in of), len(column.points))
            for word in words
        ]
        known = found.fresh(column.name)
        bins = np.array([*places, len(column.points)])[np.where(known == UNKNOWN, -1, known)]
    elif _is_number(column.name) and not column.words:
        numbers = _numbers(column.name, found)
        edges = np.array(column.edges, np.float64)
        known = ~np.isnan(numbers)
        bins[known] = np.searchsorted(edges, numbers[known], side="right")
    found_points: Ints = points[bins]
    return found_points


def _as_trees_read(column: TreesColumn, found: Signals) -> Floats:
    """A number as it is, a word by its code; NaN for what is unknown to the model."""
    unknown = np.full(len(found.table), np.nan)
    if column.name not in SIGNALS:
        return unknown
    if is_category(column.name):
        codes = column.codes or {}
        words = words_of(found.book, column.name)
        coded = np.array([*(codes.get(word, np.nan) for word in words), np.nan], np.float64)
        known = found.fresh(column.name)
        read: Floats = coded[np.where(known == UNKNOWN, -1, known)]
        return read
    return unknown if column.codes is not None else _numbers(column.name, found)


def _numbers(name: str, found: Signals) -> Floats:
    """A signal in the unit in which the domain has it; NaN where it may not be used."""
    column, places = found.fresh(name), COLUMNS[name]
    scale = _UNITS[found.book.customers.currency] if places < 0 else 10.0**places
    return np.where(column == UNKNOWN, np.nan, column / scale)


@lru_cache(maxsize=32)
def _joined(trees: tuple[Tree, ...]) -> Trees:
    sizes = [len(tree.feature) for tree in trees]
    roots = np.concatenate(([0], np.cumsum(sizes)))[:-1].astype(np.int64)
    behind = np.repeat(roots, sizes)
    return Trees(
        roots=roots,
        feature=np.array([x for tree in trees for x in tree.feature], np.int64),
        threshold=np.array([x for tree in trees for x in tree.threshold], np.float64),
        left=np.array([x for tree in trees for x in tree.left], np.int64) + behind,
        right=np.array([x for tree in trees for x in tree.right], np.int64) + behind,
        missing_left=np.array([x for tree in trees for x in tree.missing_left], np.bool_),
        value=np.array([x for tree in trees for x in tree.value], np.float64),
    )


@compiled
def descend(matrix: Floats, trees: Trees, raw: Floats) -> None:
    """Add the leaf that each row reaches, tree after tree."""
    for row in range(len(raw)):
        for tree in range(len(trees.roots)):
            node = trees.roots[tree]
            while trees.feature[node] >= 0:
                value = matrix[row, trees.feature[node]]
                left = value <= trees.threshold[node]
                if np.isnan(value):
                    left = trees.missing_left[node]
                node = trees.left[node] if left else trees.right[node]
            raw[row] += trees.value[node]
