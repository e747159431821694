"""Scoring: evidence read through a scorecard; the same evidence always gives the same result."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from creditflow.domain.evaluation import Contribution
from creditflow.domain.grade import Grade
from creditflow.domain.policy import Policy
from creditflow.domain.scorecard import (
    Characteristic,
    Condition,
    GradeBand,
    KnockOut,
    Scorecard,
    Segment,
)
from creditflow.domain.signals import Dimension, Evidence, SignalValue

NEUTRAL = 50
"""Points (of 100) that speak neither for nor against a customer."""

MOST_REASONS = 3

_CENT, _PER_MILLE = Decimal("0.01"), Decimal(10)


@dataclass(frozen=True, slots=True)
class Scored:
    """What a scorecard makes of evidence; see Evaluation for the meaning of each part."""

    contributions: tuple[Contribution, ...]
    dimension_points: Mapping[Dimension, Decimal]
    points: Decimal
    grade: Grade
    pd: Decimal
    confidence: Decimal
    reasons_for: tuple[str, ...]
    reasons_against: tuple[str, ...]
    missing: tuple[str, ...]
    knock_outs: tuple[str, ...]


def choose_segment(evidence: Evidence, policy: Policy, *, on: date) -> Segment:
    """New until the relation is old enough and enough invoices were settled in a year.

    Where either is unknown the customer counts as new.
    """
    tenure = evidence.number("tenure_days", on=on)
    settled = evidence.number("settled_12m", on=on)
    if tenure is None or settled is None:
        return Segment.NEW
    old = tenure >= policy.new_until_days and settled >= policy.new_until_settled
    return Segment.EXISTING if old else Segment.NEW


def score(evidence: Evidence, scorecard: Scorecard, *, on: date) -> Scored:
    """Points, grade, confidence and reasons of that evidence on that day.

    A characteristic gives dimension weight × its weight × bin points × 10, so
    that the best bins together give 1,000. An unknown or stale value gets the
    scorecard's `missing_points` and takes its weight out of the confidence.
    """
    contributions = tuple(_contribution(c, evidence, scorecard, on) for c in _ordered(scorecard))
    points = _rounded(sum((c.points for c in contributions), Decimal(0)))
    knock_outs = tuple(
        sorted(k.code for k in scorecard.knock_outs if is_knocked_out(k, evidence, on))
    )
    band = scorecard.bands[-1] if knock_outs else _band(scorecard, points)
    known = (_weight(c, scorecard) for c in scorecard.characteristics if _seen(c, evidence, on))
    return Scored(
        contributions=contributions,
        dimension_points=_by_dimension(contributions, scorecard),
        points=points,
        grade=band.grade,
        pd=band.pd,
        confidence=sum(known, Decimal(0)),
        reasons_for=_strongest(contributions, scorecard, sign=1),
        reasons_against=_strongest(contributions, scorecard, sign=-1),
        missing=tuple(c.characteristic for c in contributions if c.missing),
        knock_outs=knock_outs,
    )


def bin_points(characteristic: Characteristic, value: SignalValue) -> int | None:
    """The points (0 to 100) of a known value; None where it fits no bin, as if unknown."""
    for bin_ in characteristic.bins:
        if isinstance(value, Decimal):
            if not bin_.values and (bin_.below is None or value < bin_.below):
                return bin_.points
        elif value in bin_.values:
            return bin_.points
    return None


def is_knocked_out(knock_out: KnockOut, evidence: Evidence, on: date) -> bool:
    """Whether all its conditions are met by what is known and fresh."""
    return all(_met(condition, evidence, on) for condition in knock_out.conditions)


def _met(condition: Condition, evidence: Evidence, on: date) -> bool:
    signal = evidence.get(condition.signal)
    if signal is None or not signal.usable(on):
        return False
    value = signal.value
    if isinstance(value, Decimal):
        enough = condition.at_least is None or value >= condition.at_least
        return enough and (condition.below is None or value < condition.below)
    return value in condition.values


def _ordered(scorecard: Scorecard) -> list[Characteristic]:
    dimensions = list(Dimension)
    return sorted(scorecard.characteristics, key=lambda c: (dimensions.index(c.dimension), c.name))


def _weight(characteristic: Characteristic, scorecard: Scorecard) -> Decimal:
    return scorecard.weights[characteristic.dimension] * characteristic.weight


def _seen(characteristic: Characteristic, evidence: Evidence, on: date) -> bool:
    return _points(characteristic, evidence, on) is not None


def _points(characteristic: Characteristic, evidence: Evidence, on: date) -> int | None:
    signal = evidence.get(characteristic.signal)
    if signal is None or not signal.usable(on):
        return None
    return bin_points(characteristic, signal.value)


def _contribution(
    characteristic: Characteristic, evidence: Evidence, scorecard: Scorecard, on: date
) -> Contribution:
    points = _points(characteristic, evidence, on)
    weight = _weight(characteristic, scorecard) * _PER_MILLE
    missing = points is None
    return Contribution(
        characteristic=characteristic.name,
        dimension=characteristic.dimension,
        value=None if missing else evidence[characteristic.signal].value,
        missing=missing,
        points=weight * (characteristic.missing_points if points is None else points),
        best=weight * max(bin_.points for bin_ in characteristic.bins),
    )


def _by_dimension(
    contributions: tuple[Contribution, ...], scorecard: Scorecard
) -> dict[Dimension, Decimal]:
    """Points of each dimension on a scale of its own, 0 to 1,000."""
    sums = dict.fromkeys(Dimension, Decimal(0))
    for contribution in contributions:
        sums[contribution.dimension] += contribution.points
    return {
        d: _rounded(points / scorecard.weights[d]) if scorecard.weights.get(d) else Decimal(0)
        for d, points in sums.items()
    }


def _band(scorecard: Scorecard, points: Decimal) -> GradeBand:
    for band in scorecard.bands:
        if points >= band.at_least:
            return band
    return scorecard.bands[-1]


def _strongest(
    contributions: tuple[Contribution, ...], scorecard: Scorecard, *, sign: int
) -> tuple[str, ...]:
    """Known characteristics by distance from neutral, largest first, equal ones by name."""
    weights = {c.name: _weight(c, scorecard) * _PER_MILLE for c in scorecard.characteristics}
    distances = (
        (sign * (c.points - NEUTRAL * weights[c.characteristic]), c.characteristic)
        for c in contributions
        if not c.missing
    )
    ranked = sorted((-distance, name) for distance, name in distances if distance > 0)
    return tuple(name for _, name in ranked[:MOST_REASONS])


def _rounded(points: Decimal) -> Decimal:
    return points.quantize(_CENT, ROUND_HALF_EVEN)
