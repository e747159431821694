"""Lay out plots of shares and counts: grouped columns, lines over time, shares with their bounds.

As in the other charts, a template draws what stands here as inline SVG, and the
same figures follow as a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from creditflow.web.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Block, round_ticks

HALF = 400
"""The width of a plot that stands beside another one."""

NARROWEST = 44
"""So much room the name under a column needs."""

EDGE = 24
"""The name of the last column keeps this far from the edge, so that it is not cut off."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the vertical axis, and what is written there."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """What is written under a column."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or the pieces of one where something is unknown; `kind` is its style."""

    path: str
    kind: str
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Whisker:
    """A share with its bounds, and the one that was promised; what is not known is None."""

    x: float
    low: float
    high: float
    seen: float
    promised: float | None


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything to be drawn."""

    marks: tuple[Mark, ...]
    names: tuple[Name, ...]
    blocks: tuple[Block, ...] = ()
    lines: tuple[Line, ...] = ()
    whiskers: tuple[Whisker, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM
    right: int = WIDTH - RIGHT


@dataclass(frozen=True, slots=True)
class Bounded:
    """A share to be drawn with its bounds."""

    name: str
    seen: float
    low: float
    high: float
    promised: float | None = None


def columns(
    names: Sequence[str],
    series: Sequence[tuple[str, Sequence[float]]],
    *,
    share: bool = True,
    width: int = WIDTH,
) -> Plot:
    """Shares, or amounts of something, as columns side by side; each series has its style."""
    factor, values_of = 100 if share else 1, [values for _, values in series]
    highest = _highest(*values_of) if share else _most(values_of)
    axis = _Axis(len(names), highest, width, share=share)
    room = axis.column * 0.7 / len(series)
    blocks = []
    for place, (kind, values) in enumerate(series):
        for at, value in enumerate(values):
            y = axis.y(value * factor)
            x = LEFT + axis.column * (at + 0.15) + room * place
            if value > 0:
                height = round(axis.floor - y, 1)
                blocks.append(Block(round(x, 1), y, round(room - 1, 1), height, kind))
    return axis.plot(names, blocks=tuple(blocks))


def lines(
    names: Sequence[str],
    series: Sequence[tuple[str, Sequence[float | None]]],
    *,
    share: bool,
    width: int = WIDTH,
) -> Plot:
    """Lines over time; where a value is unknown the line has a gap."""
    factor = 100 if share else 1
    known = [[v for v in values if v is not None] for _, values in series]
    axis = _Axis(len(names), _highest(*known) if share else _most(known), width, share=share)
    drawn = []
    for kind, values in series:
        path, dots, pen_down = "", [], False
        for at, value in enumerate(values):
            if value is None:
                pen_down = False
                continue
            x, y = axis.middle(at), axis.y(value * factor)
            path += f"{'L' if pen_down else 'M'}{x} {y}"
            dots.append((x, y))
            pen_down = True
        drawn.append(Line(path, kind, tuple(dots) if len(dots) <= len(names) // 2 + 12 else ()))
    return axis.plot(names, lines=tuple(drawn))


def whiskers(shares: Sequence[Bounded], *, width: int = WIDTH) -> Plot:
    """Shares with the bounds between which they may lie, and what was promised."""
    promised = [s.promised for s in shares if s.promised is not None]
    highest = _highest([s.high for s in shares], promised)
    axis = _Axis(len(shares), highest, width, share=True)
    found = tuple(
        Whisker(
            axis.middle(at),
            axis.y(s.low * 100),
            axis.y(s.high * 100),
            axis.y(s.seen * 100),
            None if s.promised is None else axis.y(s.promised * 100),
        )
        for at, s in enumerate(shares)
    )
    return axis.plot([s.name for s in shares], whiskers=found)


# ------------------------------------------------------------------ geometry


class _Axis:
    """Where things lie: `count` columns, and a vertical axis of percent or of whole numbers."""

    floor = HEIGHT - BOTTOM

    def __init__(self, count: int, highest: float, width: int, *, share: bool) -> None:
        self.count, self.width, self.share = max(1, count), width, share
        self.column = (width - LEFT - RIGHT) / self.count
        self.ticks = round_ticks(highest)

    def y(self, value: float) -> float:
        top = self.ticks[-1]
        return round(self.floor - (HEIGHT - TOP - BOTTOM) * min(value, top) / top, 1)

    def middle(self, place: int) -> float:
        return round(LEFT + self.column * (place + 0.5), 1)

    def plot(
        self,
        names: Sequence[str],
        *,
        blocks: tuple[Block, ...] = (),
        lines: tuple[Line, ...] = (),
        whiskers: tuple[Whisker, ...] = (),
    ) -> Plot:
        every = max(1, round(NARROWEST / self.column + 0.49))
        last = min(self.middle(len(names) - 1), self.width - EDGE)
        return Plot(
            marks=tuple(Mark(self.y(t), f"{t}%" if self.share else f"{t:,}") for t in self.ticks),
            names=tuple(
                Name(min(self.middle(at), self.width - EDGE), name)
                for at, name in enumerate(names)
                if (len(names) - 1 - at) % every == 0
                # The last one stands further in where it would be cut off.
                and (at == len(names) - 1 or every == 1 or self.middle(at) <= last - NARROWEST)
            ),
            blocks=blocks,
            lines=lines,
            whiskers=whiskers,
            width=self.width,
            right=self.width - RIGHT,
        )


def _highest(*values: Sequence[float]) -> float:
    """The highest share in percent, at least five."""
    return min(100.0, max([5.0, *(v * 100 for some in values for v in some)]))


def _most(values: Sequence[Sequence[float]]) -> float:
    return max([4.0, *(v for some in values for v in some)])
