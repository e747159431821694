"""Tree models: gradient boosting with monotone constraints, exported as plain arrays.

scikit-learn's histogram boosting [Ke et al. 2017] does the learning. What is
known to be worse must not look better: each column may push the probability
one way only, the way it pushes on its own, where that is beyond doubt.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from creditflow.domain.errors import Unavailable
from creditflow.domain.learned import Tree, TreesColumn, TreesForm
from creditflow.domain.sentences import say
from creditflow.models.applying import tree_matrix
from creditflow.models.binning import BinRules, bin_numbers
from creditflow.models.points import PointsRules, bin_column
from creditflow.models.sample import Columns, Flags, Numbers, is_words

LARGEST = 1.7976931348623157e308
"""Stands for a threshold above every number: it only tells known from unknown."""


@dataclass(frozen=True)
class TreesRules:
    """How trees are grown: how many, how careful, how small, how far apart from doubt.

    With `turns`, a column whose outcomes turn (bad at both ends, say) is free
    although it has a direction on the whole, as ratios of statements often do.
    """

    trees: int = 100
    learning_rate: float = 0.05
    leaves: int = 8
    least_rows: int = 40
    ridge: float = 10.0
    columns_per_split: float = 0.3
    sure: float = 3.0
    turns: bool = False
    seed: int = 42


def fit_trees(columns: Columns, bad: Flags, rules: TreesRules) -> TreesForm:
    """Learn trees from columns and outcomes.

    A column's direction is what the rank correlation says where that is more
    than `sure` standard errors from zero, else it is free; words go by how bad
    they are.
    """
    shape = tuple(TreesColumn(name, _codes(name, v, bad)) for name, v in columns.items())
    shape = tuple(column for column in shape if _varies(tree_matrix(_only(column), columns)))
    matrix = tree_matrix(TreesForm(0.0, shape, ()), columns)
    signs = [
        1 if column.codes is not None else _sign(values, bad, rules)
        for column, values in zip(shape, matrix.T, strict=True)
    ]
    return _exported(_grown(matrix, bad, signs, rules), shape)


def _only(column: TreesColumn) -> TreesForm:
    return TreesForm(0.0, (column,), ())


def _varies(values: Numbers) -> bool:
    """Whether there is anything to split: at least two known values."""
    known = values[~np.isnan(values)]
    return len(known) > 0 and bool(known.min() < known.max())


def _sign(values: Numbers, bad: Flags, rules: TreesRules) -> int:
    sign = direction(values, bad, rules.sure)
    return 0 if sign and rules.turns and turns(values, bad) else sign


def turns(values: Numbers, bad: Flags) -> bool:
    """Whether the rate of bad outcomes both rises and falls, by Akaike's criterion.

    In doubt a column is free: a direction that does not hold costs more than
    one that is not used.
    """
    steps = np.diff(bin_numbers(values, bad, BinRules(shapes=True)).weights)
    return bool((steps > 0).any() and (steps < 0).any())


def direction(values: Numbers, bad: Flags, sure: float) -> int:
    """+1 where bad rows clearly have higher values, −1 lower, 0 where it is not clear.

    The Mann–Whitney statistic against its standard error without ties.
    """
    known = ~np.isnan(values)
    worse, n = int(bad[known].sum()), int(known.sum())
    if not worse or worse == n:
        return 0
    area = area_under(values[known], bad[known])
    error = math.sqrt((n + 1) / (12 * worse * (n - worse)))
    return int(np.sign(area - 0.5)) if abs(area - 0.5) > sure * error else 0


def area_under(values: Numbers, bad: Flags) -> float:
    """The share of pairs (bad, good) in which the bad row has the higher value; ties count half."""
    _, index, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    worse = float(bad.sum())
    good = len(bad) - worse
    return float((ranks[index][bad].sum() - worse * (worse + 1) / 2) / (worse * good))


def _codes(name: str, values: npt.NDArray[np.generic], bad: Flags) -> dict[str, float] | None:
    """Words by their smoothed weight of evidence, so that a threshold can tell them apart."""
    if not is_words(values):
        return None
    binned = bin_column(name, values, bad, PointsRules())
    return dict(zip(binned.words, binned.bins.weights.tolist(), strict=True))


def _grown(matrix: Numbers, bad: Flags, signs: Sequence[int], rules: TreesRules) -> Any:  # noqa: ANN401 - scikit-learn has no types
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - an extra
    except ImportError:
        raise Unavailable(
            say("Boosting needs scikit-learn. Install it: pip install 'creditflow[models]'.")
        ) from None
    learner = HistGradientBoostingClassifier(
        max_iter=rules.trees,
        learning_rate=rules.learning_rate,
        max_leaf_nodes=rules.leaves,
        min_samples_leaf=rules.least_rows,
        l2_regularization=rules.ridge,
        max_features=rules.columns_per_split,
        monotonic_cst=list(signs),
        early_stopping=False,
        random_state=rules.seed,
    )
    return learner.fit(matrix, bad)


def _exported(learner: Any, shape: tuple[TreesColumn, ...]) -> TreesForm:  # noqa: ANN401
    """The learner's trees as arrays; their sum is its decision function, bit by bit."""
    return TreesForm(
        base=float(learner._baseline_prediction[0, 0]),  # noqa: SLF001 - has no public name
        columns=shape,
        trees=tuple(_tree(round_[0].nodes) for round_ in learner._predictors),  # noqa: SLF001
    )


def _tree(nodes: Any) -> Tree:  # noqa: ANN401
    leaf = nodes["is_leaf"].astype(bool)
    value = nodes["value"].astype(np.float64)
    for node in reversed(range(len(nodes))):
        if not leaf[node]:
            below = [int(nodes["left"][node]), int(nodes["right"][node])]
            value[node] = np.average(value[below], weights=nodes["count"][below])
    threshold = np.where(np.isfinite(nodes["num_threshold"]), nodes["num_threshold"], LARGEST)
    return Tree(
        feature=tuple(np.where(leaf, -1, nodes["feature_idx"]).tolist()),
        threshold=tuple(np.where(leaf, 0.0, threshold).tolist()),
        left=tuple(nodes["left"].astype(int).tolist()),
        right=tuple(nodes["right"].astype(int).tolist()),
        missing_left=tuple(nodes["missing_go_to_left"].astype(bool).tolist()),
        value=tuple(value.tolist()),
    )
