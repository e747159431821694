"""Yardstick: what a customer is measured with, made ready once: one scorecard, or a blend of two.

Every weight is multiplied out beforehand, so that a characteristic is a step
function from its value to points of 1,000. A blend of two scorecards is the
weighted sum of their step functions: the union of their characteristics with
weights (1 − w) × new + w × existing. Points, reasons and confidence follow
from that alone, and the points are the weighted mean of the two results.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from creditflow.domain.grade import Grade
from creditflow.domain.scorecard import Characteristic, GradeBand, KnockOut, Scorecard
from creditflow.domain.signals import Dimension, SignalValue

PER_MILLE = Decimal(10)
"""From points of 100 times a share of one to points of 1,000."""

_MOST_KEPT = 256
_ORDER = {dimension: place for place, dimension in enumerate(Dimension)}


@dataclass(frozen=True, slots=True)
class Question:
    """A characteristic as a step function; all points are of 1,000.

    A number x gives `points[i]`, where i counts the `edges` that are not above
    x; a word gives what `words` says. `weight` is its share (0–1) of the whole
    yardstick, `missing` what an unknown value gives, `best` the most it can.
    """

    name: str
    signal: str
    dimension: Dimension
    weight: Decimal
    edges: tuple[Decimal, ...]
    points: tuple[Decimal, ...]
    words: Mapping[str, Decimal]
    missing: Decimal
    best: Decimal

    def answer(self, value: SignalValue) -> Decimal | None:
        """What a known value gives; None where it fits no bin, as if it were unknown."""
        if isinstance(value, Decimal):
            return self.points[bisect_right(self.edges, value)] if self.points else None
        return None if value is None else self.words.get(value)


@dataclass(frozen=True, slots=True)
class Threshold:
    """The lowest points that reach the grade; its yearly default probability."""

    grade: Grade
    at_least: Decimal
    pd: Decimal


@dataclass(frozen=True, slots=True)
class Yardstick:
    """All questions in order of dimension and name, and what points come down to.

    `cards` are the scorecards it was made of: one, or a new and an existing one
    of which the latter counts with `own_weight` (0–1).
    """

    cards: tuple[Scorecard, ...]
    own_weight: Decimal | None
    questions: tuple[Question, ...]
    weights: Mapping[Dimension, Decimal]
    thresholds: tuple[Threshold, ...]
    knock_outs: tuple[KnockOut, ...]

    def characteristic(self, name: str) -> Characteristic:
        """The characteristic of that name, of the scorecard that weighs more where both have it."""
        first = self.cards
        if self.own_weight is not None and self.own_weight * 2 >= 1:
            first = self.cards[::-1]
        return next(c for card in first for c in card.characteristics if c.name == name)

    def question(self, name: str) -> Question:
        """The question of that name."""
        return next(q for q in self.questions if q.name == name)

    def threshold(self, points: Decimal) -> Threshold:
        """The best grade that so many points reach."""
        for threshold in self.thresholds:
            if points >= threshold.at_least:
                return threshold
        return self.thresholds[-1]


def yardstick(card: Scorecard) -> Yardstick:
    """The yardstick that is this scorecard alone; made once per scorecard."""
    return _single(_Same(card))


def blended(new: Scorecard, existing: Scorecard, own_weight: Decimal) -> Yardstick:
    """The yardstick of (1 − w) × new + w × existing; a share of zero is as if it were not there."""
    if own_weight in (0, 1):
        return yardstick(existing if own_weight else new)
    return _blend(_Same(new), _Same(existing), own_weight)


class _Same:
    """A scorecard as a key: only the very same one is equal, so that nothing is compared."""

    __slots__ = ("card",)

    def __init__(self, card: Scorecard) -> None:
        self.card = card

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.card is self.card

    def __hash__(self) -> int:
        return id(self.card)


@lru_cache(maxsize=_MOST_KEPT)
def _single(same: _Same) -> Yardstick:
    card = same.card
    return Yardstick(
        cards=(card,),
        own_weight=None,
        questions=_ordered(_question(c, card) for c in card.characteristics),
        weights={d: card.weights.get(d, Decimal(0)) for d in Dimension},
        thresholds=tuple(_threshold(band) for band in card.bands),
        knock_outs=card.knock_outs,
    )


@lru_cache(maxsize=_MOST_KEPT)
def _blend(new: _Same, existing: _Same, own: Decimal) -> Yardstick:
    before, after, rest = _single(new), _single(existing), 1 - own
    questions = {q.name: _scaled(q, rest) for q in before.questions}
    for question in after.questions:
        part, other = _scaled(question, own), questions.get(question.name)
        questions[question.name] = part if other is None else _added(other, part)
    return Yardstick(
        cards=(new.card, existing.card),
        own_weight=own,
        questions=_ordered(questions.values()),
        weights={d: rest * before.weights[d] + own * after.weights[d] for d in Dimension},
        thresholds=tuple(
            Threshold(a.grade, rest * a.at_least + own * b.at_least, rest * a.pd + own * b.pd)
            for a, b in zip(before.thresholds, after.thresholds, strict=True)
        ),
        knock_outs=before.knock_outs
        + tuple(k for k in after.knock_outs if k not in before.knock_outs),
    )


def _question(characteristic: Characteristic, card: Scorecard) -> Question:
    weight = card.weights[characteristic.dimension] * characteristic.weight
    full = weight * PER_MILLE
    steps = [bin_ for bin_ in characteristic.bins if not bin_.values]
    edges = tuple(bin_.below for bin_ in steps if bin_.below is not None)
    return Question(
        name=characteristic.name,
        signal=characteristic.signal,
        dimension=characteristic.dimension,
        weight=weight,
        edges=edges,
        points=tuple(full * bin_.points for bin_ in steps),
        words={w: full * b.points for b in reversed(characteristic.bins) for w in b.values},
        missing=full * characteristic.missing_points,
        best=full * max(bin_.points for bin_ in characteristic.bins),
    )


def _scaled(q: Question, by: Decimal) -> Question:
    return Question(
        name=q.name,
        signal=q.signal,
        dimension=q.dimension,
        weight=q.weight * by,
        edges=q.edges,
        points=tuple(p * by for p in q.points),
        words={word: points * by for word, points in q.words.items()},
        missing=q.missing * by,
        best=q.best * by,
    )


def _added(a: Question, b: Question) -> Question:
    """The sum of two step functions; a word that only one of them knows is unknown to the other."""
    edges = tuple(sorted({*a.edges, *b.edges}))
    starts = (None, *edges)
    points = tuple(_at(a, start) + _at(b, start) for start in starts) if a.points else ()
    words = {
        word: a.words.get(word, a.missing) + b.words.get(word, b.missing)
        for word in (*a.words, *(w for w in b.words if w not in a.words))
    }
    return Question(
        name=a.name,
        signal=a.signal,
        dimension=a.dimension,
        weight=a.weight + b.weight,
        edges=edges,
        points=points,
        words=words,
        missing=a.missing + b.missing,
        best=max((*points, *words.values())),
    )


def _at(q: Question, start: Decimal | None) -> Decimal:
    """What the step gives that begins there; None is the lowest one."""
    return q.points[0 if start is None else bisect_right(q.edges, start)]


def _threshold(band: GradeBand) -> Threshold:
    return Threshold(band.grade, Decimal(band.at_least), band.pd)


def _ordered(questions: Iterable[Question]) -> tuple[Question, ...]:
    return tuple(sorted(questions, key=lambda q: (_ORDER[q.dimension], q.name)))
