"""A linear program in HiGHS whose columns are segments of limits: grown step by step, or whole."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.errors import Refusal
from creditflow.domain.sentences import say
from creditflow.portfolio.allocation.instance import Floats
from creditflow.portfolio.allocation.response import Columns

TOLERANCE = 1e-9


class SolverMissing(Refusal):
    """HiGHS is not installed."""


class Linear:
    """Segments as columns, budgets as rows; profits and rows scaled to be near 1.

    A column stands for taking more of an empty segment (`sign` 1) or giving back
    from a full one (`sign` -1), from zero up to its width.
    """

    def __init__(self, columns: Columns, room: Floats, usual: float) -> None:
        self._highs: Any = _highs()
        self._columns, self._usual = columns, usual
        scale = np.ones(columns.rows + 1)
        for family in columns.families:
            if family.weight is not None:
                mean = float(np.abs(family.weight).mean())
                scale[family.row] = mean if mean > 0 else 1.0
        self._scale = scale[:-1]
        rows = columns.rows
        none = np.zeros(0, np.int32)
        self._highs.addRows(rows, np.full(rows, -np.inf), room / self._scale,
                            0, np.zeros(rows, np.int32), none, np.zeros(0))  # fmt: skip

    def add(
        self, customers: NDArray[np.int64], profit: Floats, width: Floats, sign: Floats
    ) -> None:
        """Add a column for each of these customers' segments; width in the columns' unit."""
        count, rows = len(customers), self._columns.rows
        index, value = [], []
        for family in self._columns.families:
            index.append(np.broadcast_to(family.rows_in(customers), count))
            value.append(family.weighed(sign, customers))
        rows_of = np.stack(index, axis=1) if index else np.zeros((count, 0), np.int64)
        values = np.stack(value, axis=1) if value else np.zeros((count, 0))
        values = values / np.append(self._scale, 1.0)[rows_of]
        real = (rows_of < rows) & (values != 0)
        lengths = real.sum(axis=1)
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]) if count else np.zeros(0)
        self._highs.addCols(
            count, -profit * sign / self._usual, np.zeros(count), width, int(lengths.sum()),
            starts.astype(np.int32), rows_of[real].astype(np.int32), values[real],
        )  # fmt: skip

    def solve(self, method: str) -> bool:
        """Whether an optimum was found by `simplex` or `ipm` (then with a basis, by crossover)."""
        self._highs.setOptionValue("solver", method)
        self._highs.run()
        return str(self._highs.getModelStatus()) == "HighsModelStatus.kOptimal"

    @property
    def prices(self) -> Floats:
        """What one more unit of each budget would earn, never below zero."""
        duals = np.array(self._highs.getSolution().row_dual)
        return np.asarray(np.maximum(-duals, 0.0) * self._usual / self._scale)

    @property
    def taken(self) -> Floats:
        """How much of each column is taken, in the columns' unit."""
        return np.array(self._highs.getSolution().col_value)


def _highs() -> Any:  # noqa: ANN401 - the solver is an extra, its type need not be there
    try:
        import highspy  # noqa: PLC0415 - an extra: only who optimises needs it
    except ImportError as missing:
        raise SolverMissing(
            say("Optimising limits needs HiGHS. Install it with: pip install creditflow[optimise]")
        ) from missing
    with _nothing_printed():
        highs: Any = highspy.Highs()  # type: ignore[no-untyped-call] # shipped without types
    for name, value in (
        ("output_flag", False), ("threads", 1), ("parallel", "off"), ("random_seed", 1),
        ("primal_feasibility_tolerance", TOLERANCE), ("dual_feasibility_tolerance", TOLERANCE),
    ):  # fmt: skip
        highs.setOptionValue(name, value)
    return highs


@contextmanager
def _nothing_printed() -> Iterator[None]:
    """HiGHS introduces itself on the process's standard output before it can be told not to."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
