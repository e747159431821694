"""Learned models: what a trained model consists of, whoever trained it, as open data.

A model is a table of points per bin, a list of small trees, or the mean of
such; each can be read by a person and scored without the library that found it
(domain/learned_scoring.py). Its numbers are probabilities, never money.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from creditflow.domain.grade import Grade

LearnedValue = Decimal | float | str | None
"""What a column holds for one customer: a number, a word, or None where it is unknown."""

SCORE_AT_PAR, ODDS_AT_PAR, POINTS_TO_DOUBLE = 600, 50, 20
"""A score of 600 means 50 good outcomes for one bad one; 20 points more double these odds.

The usual scaling of credit scores (Siddiqi, Credit Risk Scorecards, 2006, chapter 6)."""


class ModelKind(StrEnum):
    """The forms that a model can have."""

    POINTS = "points"
    TREES = "trees"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class PointsColumn:
    """One question of a points model.

    A number falls into the first bin whose edge lies above it, or into the last
    one, so that there is one more bin than edges; a word into the bin whose
    `words` contain it. `average` is what the customers that the model learned
    from had on average.
    """

    name: str
    points: tuple[int, ...]
    missing_points: int
    average: float
    edges: tuple[float, ...] = ()
    words: tuple[tuple[str, ...], ...] = ()

    @property
    def best(self) -> int:
        """The most that a known value can bring."""
        return max(self.points)


@dataclass(frozen=True, slots=True)
class PointsForm:
    """Whole points that add up to a score: `base` and those of each column."""

    base: int
    columns: tuple[PointsColumn, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are read."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class TreesColumn:
    """A column as trees read it: a number as it is, a word by its number in `codes`."""

    name: str
    codes: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree as parallel arrays, one place per node, the root first.

    A leaf has feature −1. A value goes left where it is at most the threshold,
    an unknown one where `missing_left` says. `value` is a leaf's log-odds; of
    an inner node it is the mean of what lies below, by how often training rows
    went there.
    """

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    missing_left: tuple[bool, ...]
    value: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TreesForm:
    """Log-odds of the bad outcome: `base` and one leaf of each tree, added up in this order."""

    base: float
    columns: tuple[TreesColumn, ...]
    trees: tuple[Tree, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are read."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class MeanForm:
    """The mean of what several forms say in log-odds: where one is led astray, another is not."""

    members: tuple[PointsForm | TreesForm, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that any member reads, each once."""
        return tuple(dict.fromkeys(name for member in self.members for name in member.names))


Form = PointsForm | TreesForm | MeanForm
"""What a model consists of."""


@dataclass(frozen=True, slots=True)
class BadOutcome:
    """What a model foretells: an invoice becomes so late within so many days."""

    days_past_due: int
    within_days: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """From raw log-odds to those of a probability: intercept + slope × raw.

    The slope is Platt's [Platt 1999]; the intercept also carries the shift that
    brings the mean to the long-run rate.
    """

    intercept: float
    slope: float


@dataclass(frozen=True, slots=True)
class GradeReach:
    """A grade and the highest yearly probability that it still holds."""

    grade: Grade
    most: float


@dataclass(frozen=True, slots=True)
class Origins:
    """What a model learned from: cut-off days, customers on them, and bad outcomes among these."""

    first: date
    last: date
    rows: int
    events: int
    customers: int
    long_run_rate: float


@dataclass(frozen=True, slots=True)
class LearnedModel:
    """Everything that scoring needs, and what the numbers mean."""

    form: Form
    outcome: BadOutcome
    calibration: Calibration
    grades: tuple[GradeReach, ...]
    origins: Origins

    @property
    def kind(self) -> ModelKind:
        """Points, trees, or a mean of such."""
        return kind_of(self.form)


def kind_of(form: Form) -> ModelKind:
    """What kind of model has this form."""
    if isinstance(form, MeanForm):
        return ModelKind.MEAN
    return ModelKind.POINTS if isinstance(form, PointsForm) else ModelKind.TREES
