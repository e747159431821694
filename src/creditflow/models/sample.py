"""A sample: customers on cut-off days in columns, and whether it ended badly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from creditflow.domain.learned import LearnedValue

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Wholes = npt.NDArray[np.int64]
Columns = Mapping[str, npt.NDArray[np.generic]]
"""By name: numbers with NaN for unknown, or words (dtype object) with None for unknown."""


@dataclass(frozen=True)
class Sample:
    """Rows of one shape: what was known on a day, and what came of it.

    `day` is the cut-off as an ordinal, `customer` a number per customer;
    `bad` says whether the outcome happened after the day.
    """

    columns: Columns
    bad: Flags
    day: Wholes
    customer: Wholes

    def __len__(self) -> int:
        return len(self.bad)

    @property
    def events(self) -> int:
        """How many rows ended badly."""
        return int(self.bad.sum())

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return len(np.unique(self.customer))

    def where(self, rows: Flags) -> "Sample":
        """Only these rows."""
        columns = {name: values[rows] for name, values in self.columns.items()}
        return Sample(columns, self.bad[rows], self.day[rows], self.customer[rows])

    def first_and_last(self) -> tuple[date, date]:
        """The first and the last cut-off day."""
        return date.fromordinal(int(self.day.min())), date.fromordinal(int(self.day.max()))


def is_words(values: npt.NDArray[np.generic]) -> bool:
    """Whether a column holds words."""
    return values.dtype == object


def counts(index: Wholes, size: int, weights: Flags | None = None) -> Numbers:
    """How many rows have each index, or how many of those that a flag marks."""
    marked = None if weights is None else weights.astype(np.float64)
    return np.asarray(np.bincount(index, marked, minlength=size), dtype=np.float64)


def columns_of(rows: Sequence[Mapping[str, LearnedValue]], words: frozenset[str]) -> Columns:
    """Columns out of rows; `words` are the names whose values are words."""
    names = sorted({name for row in rows for name in row})
    return {name: _column([row.get(name) for row in rows], name in words) for name in names}


def _column(values: list[LearnedValue], words: bool) -> npt.NDArray[np.generic]:
    if words:
        return np.array([v if isinstance(v, str) else None for v in values], dtype=object)
    known = (np.nan if v is None or isinstance(v, str) else float(v) for v in values)
    return np.fromiter(known, np.float64, len(values))
