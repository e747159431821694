"""Counterfactual: which single change would win points back, how many, and with which grade.

For each characteristic that lost points it is the nearest value of a better
bin. The whole judgement is made anew with that one value, so that knock-out
rules, other characteristics of the same signal and the blend are in it too.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from creditflow.domain.choosing import used
from creditflow.domain.evaluation import Contribution, Evaluation
from creditflow.domain.learned_judging import judged_with_its_models
from creditflow.domain.policy import Policy
from creditflow.domain.signals import Evidence, Signal, SignalValue
from creditflow.domain.yardstick import Question

SUPPOSED = "supposed"
"""The source of a signal that nobody has seen."""

_JUST = Decimal("0.0001")


class Turn(StrEnum):
    """How a value would have to change: come below an edge, reach one, be a word, be known."""

    BELOW = "below"
    AT_LEAST = "at_least"
    WORD = "word"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class WayBack:
    """A single change that would win points back.

    `edge` is in the signal's unit, `word` where the signal is a category;
    both None where any known value of the best bin is meant. `supposed` is the
    value that was tried; `regained` the points of the whole judgement,
    `after` the judgement with it.
    """

    characteristic: str
    signal: str
    turn: Turn
    edge: Decimal | None
    word: str | None
    supposed: SignalValue
    regained: Decimal
    after: Evaluation


def ways_back(
    evaluation: Evaluation, policy: Policy, models: Mapping[str, str] | None = None
) -> tuple[WayBack, ...]:
    """The single changes that help, the one that wins most first, equal ones by name.

    `policy` must be the version that the evaluation names, `models` the texts
    of the learned models that it names, by hash.
    """
    by = used(evaluation, policy)
    found = (
        _way(
            by.question(contribution.characteristic), contribution, evaluation, policy, models or {}
        )
        for contribution in evaluation.contributions
        if contribution.lost > 0
    )
    return tuple(
        sorted(
            (way for way in found if way is not None and way.regained > 0),
            key=lambda way: (-way.regained, way.characteristic),
        )
    )


def supposing(evidence: Evidence, evaluation: Evaluation, **values: SignalValue) -> Evidence:
    """The evidence with other values, as if they had been seen on the evaluation's day."""
    signals = dict(evidence)
    for name, value in values.items():
        signals[name] = Signal(name, value, evaluation.on, SUPPOSED)
    return Evidence(signals.values(), evidence.problems)


def _way(
    question: Question,
    contribution: Contribution,
    evaluation: Evaluation,
    policy: Policy,
    models: Mapping[str, str],
) -> WayBack | None:
    if (turned := _turn(question, contribution)) is None:
        return None
    turn, edge, supposed = turned
    evidence = supposing(evaluation.evidence, evaluation, **{question.signal: supposed})
    after = judged_with_its_models(evaluation, evidence, policy, models)
    return WayBack(
        characteristic=question.name,
        signal=question.signal,
        turn=turn,
        edge=edge,
        word=supposed if isinstance(supposed, str) else None,
        supposed=supposed,
        regained=after.points - evaluation.points,
        after=after,
    )


def _turn(
    question: Question, contribution: Contribution
) -> tuple[Turn, Decimal | None, SignalValue] | None:
    """How the value would have to change, over which edge, and a value that has done so."""
    if contribution.missing:
        return Turn.KNOWN, None, _best_value(question)
    value, given = contribution.value, contribution.points
    if isinstance(value, Decimal):
        return _nearest(question, value, given)
    better = [(points, word) for word, points in question.words.items() if points > given]
    return (Turn.WORD, None, min(better)[1]) if better else None


def _nearest(
    question: Question, value: Decimal, given: Decimal
) -> tuple[Turn, Decimal, SignalValue] | None:
    here, edges = bisect_right(question.edges, value), question.edges
    better = [i for i, points in enumerate(question.points) if points > given]
    ways: list[tuple[Decimal, Turn, Decimal, SignalValue]] = []
    if below := [i for i in better if i < here]:
        edge = edges[below[-1]]
        ways.append((value - edge, Turn.BELOW, edge, _within(question, below[-1])))
    if above := [i for i in better if i > here]:
        edge = edges[above[0] - 1]
        ways.append((edge - value, Turn.AT_LEAST, edge, edge))
    return min(ways, key=lambda way: way[0])[1:] if ways else None


def _within(question: Question, step: int) -> Decimal:
    """A value of the step that lies just below its upper edge."""
    edge = question.edges[step] - _JUST
    return max(edge, question.edges[step - 1]) if step else edge


def _best_value(question: Question) -> SignalValue:
    for word, points in question.words.items():
        if points == question.best:
            return word
    step = question.points.index(max(question.points))
    return _within(question, step) if step < len(question.edges) else question.edges[-1]


def steps(question: Question) -> Iterator[tuple[Decimal | None, Decimal | None, Decimal]]:
    """The ranges of a numeric question from lowest to highest: from, below, points of 1,000."""
    starts = (None, *question.edges)
    ends = (*question.edges, None)
    yield from zip(starts, ends, question.points, strict=True)
