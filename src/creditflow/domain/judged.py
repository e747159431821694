"""Judged: what a learned model has said about a customer, with its reasons."""

from dataclasses import dataclass
from decimal import Decimal

from creditflow.domain.grade import Grade
from creditflow.domain.signals import SignalValue


@dataclass(frozen=True, slots=True)
class Part:
    """What one column gave to the score, and the best it could have given; as on a scorecard.

    Points models compare with the best bin. Trees have no best bin, and neither
    has a mean: they compare with the average customer that the model learned
    from, whose part is zero.
    """

    characteristic: str
    value: SignalValue
    missing: bool
    points: Decimal
    best: Decimal

    @property
    def lost(self) -> Decimal:
        """Points that the best would have brought on top."""
        return self.best - self.points


@dataclass(frozen=True, slots=True)
class Judged:
    """A learned model's judgement: the probability of its outcome, a grade, and the reasons.

    `score` is the points of all parts and the base (trees: rounded); `pd` is
    calibrated and speaks of the model's own outcome and horizon, `yearly` of
    the same over a year. Reasons name up to three known columns, strongest first.
    """

    score: int
    pd: Decimal
    yearly: Decimal
    grade: Grade
    parts: tuple[Part, ...]
    reasons_for: tuple[str, ...]
    reasons_against: tuple[str, ...]
    missing: tuple[str, ...]
