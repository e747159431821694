"""Lay out a characteristic as a strip: a block per bin, as high as its points, and the customer."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from creditflow.domain.signals import SignalValue
from creditflow.domain.yardstick import Question

WIDTH, HEIGHT, FLOOR = 320, 48, 32
LOWEST = 3
"""A block of no points is still to be seen."""

GOOD, FAIR = Decimal("0.67"), Decimal("0.34")


@dataclass(frozen=True, slots=True)
class Step:
    """One bin: a block, and the words under its left edge (or under its middle)."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    label: str
    label_x: float


@dataclass(frozen=True, slots=True)
class Strip:
    """All bins side by side; `at` is where the customer lies, None where its value is unknown."""

    steps: tuple[Step, ...]
    at: float | None
    was: float | None = None
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = FLOOR


def strip(
    question: Question,
    value: SignalValue,
    *,
    was: SignalValue = None,
    write: Callable[[Decimal | str], str],
) -> Strip:
    """The strip of a question; `was` is where the customer lay before, if it is drawn too."""
    if question.points:
        points = list(question.points)
        labels = ["", *(write(edge) for edge in question.edges)]
    else:
        points = list(question.words.values())
        labels = [write(word) for word in question.words]
    width = WIDTH / max(1, len(points))
    steps = tuple(
        _step(i, width, part, question, label, is_word=not question.points)
        for i, (part, label) in enumerate(zip(points, labels, strict=True))
    )
    return Strip(steps, _place(question, value, width), _place(question, was, width))


def _step(
    place: int, width: float, points: Decimal, question: Question, label: str, *, is_word: bool
) -> Step:
    share = points / question.best if question.best else Decimal(0)
    height = max(LOWEST, round(float(share) * (FLOOR - 8), 1))
    x = width * place
    return Step(
        x=round(x + 0.5, 1),
        y=round(FLOOR - height, 1),
        width=round(width - 1, 1),
        height=height,
        kind="good" if share >= GOOD else "fair" if share >= FAIR else "poor",
        label=label,
        label_x=round(x + width / 2 if is_word else x, 1),
    )


def _place(question: Question, value: SignalValue, width: float) -> float | None:
    """Where the value lies: within its bin in proportion, in the middle of an open one."""
    if value is None:
        return None
    if not isinstance(value, Decimal) or not question.points:
        at = next((i for i, word in enumerate(question.words) if word == value), None)
        return None if at is None else round(width * (at + 0.5), 1)
    step = bisect_right(question.edges, value)
    share = 0.5
    if 0 < step < len(question.edges):
        low, high = question.edges[step - 1], question.edges[step]
        share = float((value - low) / (high - low))
    return round(width * (step + min(0.94, max(0.06, share))), 1)
