"""Lay out who decides by amount: a column per band of amounts, a row per desk, a step line.

Columns are equally wide, because borders lie powers of ten apart; the borders
themselves are written below.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from creditflow.approvals.undecided import Band
from creditflow.domain.money import Money

LEFT, RIGHT, TOP, ROW, BOTTOM = 150, 20, 10, 34, 26
NARROWEST = 56
WIDTH = 760
"""Few bands become wide columns, so that its words are as large as those of any other chart."""


@dataclass(frozen=True, slots=True)
class Row:
    """A desk and its height; the lowest row is the policy itself."""

    y: float
    desk: str | None


@dataclass(frozen=True, slots=True)
class Border:
    """Where another way begins, and up to which amount the one before it goes."""

    x: float
    upto: Money | None


@dataclass(frozen=True, slots=True)
class StepChart:
    """Everything to be drawn; `dots` are the desks that have to agree in each band."""

    rows: tuple[Row, ...]
    borders: tuple[Border, ...]
    line: str
    dots: tuple[tuple[float, float], ...]
    here: tuple[float, float]
    width: int
    height: int
    left: int = LEFT

    @property
    def floor(self) -> int:
        """Where the axis of amounts is."""
        return self.height - BOTTOM


def step_chart(bands: Sequence[Band], desks: Sequence[str], amount: Money) -> StepChart:
    """The chart of these bands; `desks` come lowest first, `amount` is the one asked about."""
    column = max(NARROWEST, (WIDTH - LEFT - RIGHT) / len(bands))
    height = TOP + ROW * (len(desks) + 1) + BOTTOM
    names: list[str | None] = [None, *desks]

    def y(desk: str | None) -> float:
        return height - BOTTOM - ROW * (names.index(desk) + 0.5)

    line, dots, here = "", [], (0.0, 0.0)
    for place, band in enumerate(bands):
        x = round(LEFT + column * place, 1)
        asked: list[str | None] = [step.desk.id for step in band.way.steps]
        asked = asked or [None]
        top = min(y(desk) for desk in asked)
        line += f"{'L' if place else 'M'}{x} {top}H{round(x + column, 1)}"
        middle = round(x + column / 2, 1)
        dots += [(middle, y(desk)) for desk in dict.fromkeys(asked)]
        if band.least <= amount and (band.most is None or amount <= band.most):
            here = (x, column)
    return StepChart(
        rows=tuple(Row(y(desk), desk) for desk in names),
        borders=tuple(
            Border(round(LEFT + column * (place + 1), 1), band.most)
            for place, band in enumerate(bands)
            if band.most is not None
        ),
        line=line,
        dots=tuple(dots),
        here=here,
        width=round(LEFT + column * len(bands) + RIGHT),
        height=height,
    )
