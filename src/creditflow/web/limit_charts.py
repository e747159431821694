"""Draw what was, is and will be in force as steps over time; the figures stand in a table beside.

Heights and days become units of the drawing only here, where they are ink.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from creditflow.domain.limit_timeline import Period
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money
from creditflow.web.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Tick, round_ticks

AHEAD = timedelta(days=92)
"""How far beyond the last change, or beyond today, the drawing goes."""

MOST_LABELS = 6


@dataclass(frozen=True, slots=True)
class Steps:
    """Paths of the general credit and of that with the projects' limits; `marked` is a day's place.

    Where no limit is set there is no line, and where it is zero the line lies on
    the floor. `unbound` are begin and width of what has no upper bound.
    """

    general: str
    with_projects: str
    unbound: tuple[tuple[float, float], ...]
    ticks: tuple[Tick, ...]
    labels: tuple[tuple[float, date], ...]
    marked: float
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM
    top: int = TOP


def limit_steps(periods: Sequence[Period], *, today: date, marked: date) -> Steps | None:
    """The drawing of these periods, if any; a day that lies outside is marked at the edge."""
    if not periods:
        return None
    first, last = periods[0].from_, max(periods[-1].from_, today) + AHEAD
    days = (last - first).days

    def x(day: date) -> float:
        inside = min(max((day - first).days, 0), days)
        return round(LEFT + (WIDTH - LEFT - RIGHT) * inside / days, 1)

    highest = max((_major(p, projects=True) for p in periods), default=0.0)
    ticks = round_ticks(highest or 1.0)

    def y(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / ticks[-1]), 1)

    def path(*, projects: bool) -> str:
        found, drawing = [], False
        for period in periods:
            if not (period.limits.general is not None or (projects and period.projects)):
                drawing = False
                continue
            height = y(_major(period, projects=projects))
            found.append(f"{'V' if drawing else f'M{x(period.from_)} '}{height}")
            found.append(f"H{x(period.until or last)}")
            drawing = True
        return " ".join(found)

    shown = periods[:: max(1, -(-len(periods) // MOST_LABELS))]
    return Steps(
        general=path(projects=False),
        with_projects=path(projects=True) if any(p.projects for p in periods) else "",
        unbound=tuple(
            (x(p.from_), round(x(p.until or last) - x(p.from_), 1))
            for p in periods
            if p.limits.state is LimitState.UNLIMITED
        ),
        ticks=tuple(Tick(y(value), value) for value in ticks),
        labels=_apart([(x(p.from_), p.from_) for p in shown]),
        marked=x(marked),
    )


def _apart(labels: Sequence[tuple[float, date]]) -> tuple[tuple[float, date], ...]:
    """Only those that do not run into the one before."""
    kept: list[tuple[float, date]] = []
    for place, day in labels:
        if not kept or place - kept[-1][0] > (WIDTH - LEFT) / (MOST_LABELS + 1):
            kept.append((place, day))
    return tuple(kept)


def _major(period: Period, *, projects: bool) -> float:
    amounts: list[Money] = [period.limits.general] if period.limits.general else []
    if projects:
        amounts.append(period.projects)
    return float(sum(amount.major for amount in amounts))
