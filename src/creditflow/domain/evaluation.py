"""Evaluation: a customer's evidence read through a scorecard, with grade and reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from creditflow.domain.customer import CustomerId
from creditflow.domain.grade import Grade
from creditflow.domain.judged import Judged
from creditflow.domain.rates import Rate
from creditflow.domain.scorecard import Segment
from creditflow.domain.signals import Dimension, Evidence, SignalValue


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one characteristic gave: points of the most it could have given (of 1,000 in all)."""

    characteristic: str
    dimension: Dimension
    value: SignalValue
    missing: bool
    points: Decimal
    best: Decimal

    @property
    def lost(self) -> Decimal:
        """Points that a perfect value would have brought on top."""
        return self.best - self.points


@dataclass(frozen=True, slots=True)
class Blend:
    """Two scorecards that judged together; that for existing customers with `own_weight` (0–1)."""

    new: str
    existing: str
    own_weight: Decimal


@dataclass(frozen=True, slots=True)
class LearnedJudgement:
    """What a learned model made of the same evidence: which model, in which role, and its result.

    `hash` is that of the model's stored text, by which it can be judged again.
    """

    model: str
    hash: str
    role: str
    judged: Judged


@dataclass(frozen=True, slots=True)
class Combined:
    """That grade and PD combine the scorecard with the champion: what the scorecard alone said."""

    model: str
    rule: str
    weight: Decimal
    grade: Grade
    pd: Decimal


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The judgement of one customer on one day; it can be replayed to the same result.

    `points` is 0–1,000, `confidence` the share (0–1) of the scorecard's weight
    that rests on evidence which is known and fresh. `reasons_for` and
    `reasons_against` name up to three characteristics each, strongest first.
    `knock_outs` are codes that force the worst grade whatever the points are.
    `blend` is None where `scorecard` judged alone. `learned` is what registered
    models made of it, the champion first; challengers among them decide nothing.
    `combined` says what the scorecard alone came to, where the policy has grade
    and PD take the champion into account. `rates` are the exchange rates by which
    amounts of the evidence were converted.
    """

    id: str
    case_id: str
    customer: CustomerId
    on: date
    at: datetime
    segment: Segment
    scorecard: str
    policy_version: int
    evidence: Evidence
    contributions: tuple[Contribution, ...]
    dimension_points: Mapping[Dimension, Decimal]
    points: Decimal
    grade: Grade
    pd: Decimal
    confidence: Decimal
    reasons_for: tuple[str, ...]
    reasons_against: tuple[str, ...]
    missing: tuple[str, ...]
    knock_outs: tuple[str, ...] = ()
    blend: Blend | None = None
    learned: tuple[LearnedJudgement, ...] = ()
    combined: Combined | None = None
    rates: tuple[Rate, ...] = ()

    def contribution(self, characteristic: str) -> Contribution:
        """The contribution of that characteristic; it must be on the scorecard."""
        return next(c for c in self.contributions if c.characteristic == characteristic)
