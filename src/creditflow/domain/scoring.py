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
    KnockOut,
    Scorecard,
    Segment,
)
from creditflow.domain.signals import Dimension, Evidence, SignalValue
from creditflow.domain.yardstick import PER_MILLE, Question, Yardstick, yardstick

NEUTRAL = 50
"""Points (of 100) that speak neither for nor against a customer."""

MOST_REASONS = 3

_CENT = Decimal("0.01")


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
    """Points, grade, confidence and reasons of that evidence by that scorecard alone."""
    return measure(evidence, yardstick(scorecard), on=on)


def measure(evidence: Evidence, by: Yardstick, *, on: date) -> Scored:
    """Points, grade, confidence and reasons of that evidence on that day.

    A characteristic gives dimension weight × its weight × bin points × 10, so
    that the best bins together give 1,000. An unknown or stale value gets the
    scorecard's `missing_points` and takes its weight out of the confidence.
    """
    answers = [(question, *_answer(question, evidence, on)) for question in by.questions]
    contributions = tuple(_contribution(q, value, points) for q, value, points in answers)
    points = _rounded(sum((c.points for c in contributions), Decimal(0)))
    knock_outs = tuple(sorted({k.code for k in by.knock_outs if is_knocked_out(k, evidence, on)}))
    threshold = by.thresholds[-1] if knock_outs else by.threshold(points)
    known = [question for question, _, points_ in answers if points_ is not None]
    ranked = _ranked([(q, given) for q, _, given in answers if given is not None])
    return Scored(
        contributions=contributions,
        dimension_points=_by_dimension(contributions, by),
        points=points,
        grade=threshold.grade,
        pd=threshold.pd,
        confidence=sum((q.weight for q in known), Decimal(0)),
        reasons_for=_strongest(ranked, sign=1),
        reasons_against=_strongest(ranked, sign=-1),
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
        bounded = condition.at_least is not None or condition.below is not None
        enough = condition.at_least is None or value >= condition.at_least
        return bounded and enough and (condition.below is None or value < condition.below)
    return value in condition.values


def _answer(question: Question, evidence: Evidence, on: date) -> tuple[SignalValue, Decimal | None]:
    """The value and what it gives; both None where it is unknown, stale or in no bin."""
    signal = evidence.get(question.signal)
    if signal is None or not signal.usable(on):
        return None, None
    points = question.answer(signal.value)
    return (None, None) if points is None else (signal.value, points)


def _contribution(question: Question, value: SignalValue, points: Decimal | None) -> Contribution:
    return Contribution(
        characteristic=question.name,
        dimension=question.dimension,
        value=value,
        missing=points is None,
        points=question.missing if points is None else points,
        best=question.best,
    )


def _by_dimension(
    contributions: tuple[Contribution, ...], by: Yardstick
) -> dict[Dimension, Decimal]:
    """Points of each dimension on a scale of its own, 0 to 1,000."""
    sums = dict.fromkeys(Dimension, Decimal(0))
    for contribution in contributions:
        sums[contribution.dimension] += contribution.points
    return {
        d: _rounded(points / by.weights[d]) if by.weights[d] else Decimal(0)
        for d, points in sums.items()
    }


def _ranked(answered: list[tuple[Question, Decimal]]) -> list[tuple[Decimal, str]]:
    """Known characteristics with their distance from neutral, above it positive."""
    return [(given - NEUTRAL * PER_MILLE * q.weight, q.name) for q, given in answered]


def _strongest(distances: list[tuple[Decimal, str]], *, sign: int) -> tuple[str, ...]:
    """The names on that side of neutral, the farthest first, equal ones by name."""
    ranked = sorted((-sign * distance, name) for distance, name in distances if sign * distance > 0)
    return tuple(name for _, name in ranked[:MOST_REASONS])


def _rounded(points: Decimal) -> Decimal:
    return points.quantize(_CENT, ROUND_HALF_EVEN)
