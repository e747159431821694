"""Scorecard: characteristics, bins and points, as data with a version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from creditflow.domain.grade import Grade
from creditflow.domain.signals import Dimension
from creditflow.domain.texts import Text


class Segment(StrEnum):
    """New and existing customers are judged by different characteristics and weights."""

    NEW = "new"
    EXISTING = "existing"


@dataclass(frozen=True, slots=True)
class Bin:
    """A range of values and its points (0 to 100 before the characteristic's weight).

    Numeric: the values below `below`, None for all the rest. Category: the
    values listed in `values`.
    """

    points: int
    below: Decimal | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a letter may say about a characteristic; absent means: nothing.

    Texts have {named} places for the customer's own facts (domain/disclosing.py
    lists them). Of several reasons with the same code a letter gives one.
    `missing` is said, without facts, where the value is unknown.
    """

    code: str
    against: Text
    for_: Text
    advice: Text
    missing: Text | None = None


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One question that the scorecard asks of the evidence.

    `missing_points` is what an unknown value gets, openly, by the policy's own
    choice; it is never the points of a value of zero by accident. `weight` is
    this characteristic's share of its dimension.
    """

    name: str
    signal: str
    dimension: Dimension
    weight: Decimal
    title: Text
    unit: str
    bins: tuple[Bin, ...]
    missing_points: int
    disclosure: Disclosure | None = None


@dataclass(frozen=True, slots=True)
class GradeBand:
    """The lowest points (of 1,000) that reach the grade, and its yearly default probability."""

    grade: Grade
    at_least: int
    pd: Decimal


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to be seen in a signal: a number at least or below, or one of some words.

    A signal that is unknown or stale never meets a condition.
    """

    signal: str
    at_least: Decimal | None = None
    below: Decimal | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnockOut:
    """What forces the worst grade whatever the points are: all conditions together."""

    code: str
    title: Text
    conditions: tuple[Condition, ...]


OTHER = "other"
"""In `applies_to`: whatever no other scorecard names, and what is unknown."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """How customers of one segment are judged.

    `weights` are the shares of the four dimensions and sum to one. The bands
    run from A to G, each lower than the one before, the last at zero.
    `applies_to` restricts it to customers by signal and word, all of them
    together; where it is empty the scorecard applies to everybody.
    """

    id: str
    segment: Segment
    title: Text
    weights: dict[Dimension, Decimal]
    characteristics: tuple[Characteristic, ...]
    bands: tuple[GradeBand, ...]
    knock_outs: tuple[KnockOut, ...] = ()
    applies_to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
