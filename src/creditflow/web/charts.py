"""Lay out small charts: from months to rectangles and points, for templates to draw as SVG.

Heights are in the units of the drawing; amounts become shares of the highest
one only here, where they are ink and no longer money.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from creditflow.domain.exposure import BUCKETS
from creditflow.domain.money import Money
from creditflow.web.trends import Month

WIDTH, HEIGHT = 640, 190
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 12, 24
NARROW = 36
"""A column that is narrower has no room for the name of its month."""

GAP = 0.3
"""The share of a column that stays empty."""


@dataclass(frozen=True, slots=True)
class Block:
    """One rectangle; `kind` is its style."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the vertical axis."""

    y: float
    value: int


@dataclass(frozen=True, slots=True)
class Label:
    """The month under a column."""

    x: float
    month: Month


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything to be drawn; `line` are the points of a stepped or straight line."""

    blocks: tuple[Block, ...]
    line: str
    ticks: tuple[Tick, ...]
    labels: tuple[Label, ...]
    dots: tuple[tuple[float, float], ...] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM
    right: int = WIDTH - RIGHT


def owed_against_limit(months: Sequence[Month]) -> Chart | None:
    """Columns of what was owed, stacked by age, and the limit as a stepped line."""
    owed = [month.owed for month in months if month.owed]
    limits = [month.limit for month in months if month.limit]
    if not owed and not limits:
        return None
    highest = max(_major(amount) for amount in (*owed, *limits))
    ticks = round_ticks(highest)
    top = ticks[-1]
    blocks = tuple(
        block
        for place, month in enumerate(months)
        if month.ageing is not None
        for block in _stack(place, len(months), [month.ageing[b] for b in BUCKETS], top)
    )
    return Chart(
        blocks=blocks,
        line=_steps(months, top),
        ticks=tuple(Tick(_y(value, top), value) for value in ticks),
        labels=_labels(months),
    )


def days_late(months: Sequence[Month], *, width: int = WIDTH) -> Chart | None:
    """Average days beyond terms of what was paid in each month, as a line with dots."""
    known = [(i, float(m.days_late)) for i, m in enumerate(months) if m.days_late is not None]
    if not known:
        return None
    ticks = round_ticks(max(10.0, *(value for _, value in known)))
    top = ticks[-1]
    dots = tuple((_middle(i, len(months), width), _y(value, top)) for i, value in known)
    return Chart(
        blocks=(),
        line=" ".join(f"{'L' if i else 'M'}{x:.1f} {y:.1f}" for i, (x, y) in enumerate(dots)),
        ticks=tuple(Tick(_y(value, top), value) for value in ticks),
        labels=_labels(months, width),
        dots=dots,
        width=width,
        right=width - RIGHT,
    )


def bar(amount: Money | None, highest: Money | None, width: int = 100) -> float:
    """The length of a bar in a table; zero where the amount is unknown."""
    if amount is None or highest is None or highest.minor <= 0:
        return 0.0
    return round(max(0.0, min(1.0, amount.minor / highest.minor)) * width, 1)


# ------------------------------------------------------------------ geometry


def _major(amount: Money) -> float:
    return float(amount.major)


def _y(value: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top, 1)


def _column(count: int, width: int = WIDTH) -> float:
    return (width - LEFT - RIGHT) / count


def _middle(place: int, count: int, width: int) -> float:
    return round(LEFT + _column(count, width) * (place + 0.5), 1)


def _stack(place: int, count: int, amounts: Sequence[Money], top: float) -> list[Block]:
    width = _column(count)
    x = round(LEFT + width * (place + GAP / 2), 1)
    blocks, below = [], 0.0
    for kind, amount in zip(("a0", "a1", "a2", "a3", "a4"), amounts, strict=True):
        if amount.minor <= 0:
            continue
        foot, below = _y(below, top), below + _major(amount)
        head = _y(below, top)
        blocks.append(Block(x, head, round(width * (1 - GAP), 1), round(foot - head, 1), kind))
    return blocks


def _steps(months: Sequence[Month], top: float) -> str:
    """One stepped line per stretch in which a limit was in force."""
    width, parts, drawing = _column(len(months)), [], False
    for place, month in enumerate(months):
        if month.limit is None:
            drawing = False
            continue
        y, x = _y(_major(month.limit), top), LEFT + width * place
        parts.append(f"{'V' if drawing else f'M{x:.1f} '}{y:.1f}H{x + width:.1f}")
        drawing = True
    return "".join(parts)


def round_ticks(highest: float) -> list[int]:
    """Round numbers from zero to above the highest value: three to six of them."""
    raw = max(highest, 1.0) / 4
    power = Decimal(10) ** math.floor(math.log10(raw))
    step = next(int(power * f) or 1 for f in (1, 2, 5, 10) if float(power * f) >= raw)
    return [step * i for i in range(max(1, math.ceil(highest / step)) + 1)]


def _labels(months: Sequence[Month], width: int = WIDTH) -> tuple[Label, ...]:
    """A name under every column, or under every second one where they are narrow."""
    count = len(months)
    every = 1 if _column(count, width) >= NARROW else 2
    return tuple(
        Label(_middle(i, count, width), month)
        for i, month in enumerate(months)
        if (count - 1 - i) % every == 0
    )
