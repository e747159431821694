"""Approvals in figures: how long cases wait, how many are late, how many nobody had to look at."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from creditflow.domain.calendar import IsWorkingDay, weekdays_only
from creditflow.domain.monitoring import Window, month_of, months_between
from creditflow.domain.monitoring_overrides import Ruling, Way, mean_change
from creditflow.domain.monitoring_statistics import quantile

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a case at a desk; `…_on` are business dates, `done_at` None while it is open.

    `counts` is False for one that was called off: nobody acted on it.
    """

    case: str
    desk: str
    stage: int
    opened_at: datetime
    opened_on: date
    due_on: date
    done_at: datetime | None = None
    done_on: date | None = None
    counts: bool = True

    def open_at(self, day: date) -> bool:
        """Whether it waited at the end of the day."""
        return self.opened_on <= day and (self.done_on is None or self.done_on > day)

    def breached(self, on: date) -> bool:
        """Whether it was done, or is still open, after its due date."""
        return (self.done_on or on) > self.due_on


@dataclass(frozen=True, slots=True)
class DeskFigures:
    """One desk: `hours` are elapsed, `working_days` counted by the company's calendar.

    Figures of time and `breached` are about what was done within the window,
    `open`, `overdue` and `oldest` (in days) about what waits on the last day.
    """

    desk: str
    done: int
    median_hours: float | None
    slow_hours: float | None
    median_working_days: float | None
    breached: int
    open: int
    overdue: int
    oldest: int | None

    @property
    def breached_share(self) -> Fraction | None:
        """The share of what was done that was done late."""
        return Fraction(self.breached, self.done) if self.done else None


@dataclass(frozen=True, slots=True)
class StageFigures:
    """One stage of all cases, the first, the second and so on, at whatever desk it was."""

    stage: int
    figures: DeskFigures


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """The decisions of one month, by its first day."""

    month: date
    decided: int
    by_policy: int
    modified: int
    rejected: int
    returned: int
    mean_change: Fraction | None

    @property
    def straight_through(self) -> Fraction | None:
        """The share that nobody had to look at."""
        return Fraction(self.by_policy, self.decided) if self.decided else None

    @property
    def modified_share(self) -> Fraction | None:
        """The share of people's decisions that granted another amount."""
        people = self.decided - self.by_policy
        return Fraction(self.modified, people) if people else None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many stages waited at the end of a day, and how many of them past their due date."""

    day: date
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Approvals:
    """The approvals of a window, and what waits on its last day."""

    window: Window
    total: DeskFigures
    desks: tuple[DeskFigures, ...]
    months: tuple[MonthFigures, ...]
    decisions: MonthFigures
    backlog: tuple[Backlog, ...]
    stages: tuple[StageFigures, ...] = ()


def approvals(
    stages: Sequence[Stage],
    rulings: Sequence[Ruling],
    *,
    window: Window,
    works: IsWorkingDay = weekdays_only,
) -> Approvals:
    """Measure stages and decisions as they stood at the end of the window."""
    on = window.until
    known = [_as_of(stage, on) for stage in stages if stage.opened_on <= on]
    own = [ruling for ruling in rulings if window.holds(ruling.on)]
    by_desk: dict[str, list[Stage]] = defaultdict(list)
    for stage in known:
        by_desk[stage.desk].append(stage)
    by_stage: dict[int, list[Stage]] = defaultdict(list)
    for stage in known:
        by_stage[stage.stage].append(stage)
    by_month: dict[date, list[Ruling]] = defaultdict(list)
    for ruling in own:
        by_month[month_of(ruling.on)].append(ruling)
    months = months_between(window.after + timedelta(days=1), on)
    return Approvals(
        window=window,
        total=_desk("all", known, window, works),
        desks=tuple(_desk(desk, by_desk[desk], window, works) for desk in sorted(by_desk)),
        months=tuple(_month(month, by_month[month]) for month in months),
        decisions=_month(month_of(on), own),
        backlog=tuple(_backlog(day, known) for day in _days(window)),
        stages=tuple(
            StageFigures(number, _desk(str(number), by_stage[number], window, works))
            for number in sorted(by_stage)
        ),
    )


def working_days(first: date, last: date, works: IsWorkingDay) -> int:
    """Working days after the first day, up to and including the last."""
    days = (last - first).days
    return sum(1 for n in range(1, days + 1) if works(first + timedelta(days=n)))


def _as_of(stage: Stage, on: date) -> Stage:
    """The stage as it stood at the end of that day: what was done later was still open."""
    if stage.done_on is None or stage.done_on <= on:
        return stage
    return Stage(
        stage.case, stage.desk, stage.stage, stage.opened_at, stage.opened_on, stage.due_on
    )


def _desk(desk: str, stages: Sequence[Stage], window: Window, works: IsWorkingDay) -> DeskFigures:
    on = window.until
    done = [(s, s.done_at, s.done_on) for s in stages if s.counts and s.done_at and s.done_on
            and window.holds(s.done_on)]  # fmt: skip
    hours = [(at - stage.opened_at) / HOUR for stage, at, _ in done]
    days = [float(working_days(stage.opened_on, day, works)) for stage, _, day in done]
    waiting = [stage for stage in stages if stage.open_at(on)]
    return DeskFigures(
        desk=desk,
        done=len(done),
        median_hours=quantile(hours, 0.5),
        slow_hours=quantile(hours, 0.9),
        median_working_days=quantile(days, 0.5),
        breached=sum(stage.breached(on) for stage, _, _ in done),
        open=len(waiting),
        overdue=sum(stage.breached(on) for stage in waiting),
        oldest=max(((on - stage.opened_on).days for stage in waiting), default=None),
    )


def _month(month: date, rulings: Sequence[Ruling]) -> MonthFigures:
    ways = [ruling.way for ruling in rulings if not ruling.by_policy]
    return MonthFigures(
        month=month,
        decided=len(rulings),
        by_policy=len(rulings) - len(ways),
        modified=ways.count(Way.RAISED) + ways.count(Way.LOWERED),
        rejected=ways.count(Way.REJECTED),
        returned=ways.count(Way.RETURNED),
        mean_change=mean_change(rulings),
    )


def _days(window: Window) -> list[date]:
    """At most some fifty days of the window, evenly apart, the last one always."""
    length = (window.until - window.after).days
    every = max(1, length // 52)
    return [window.until - timedelta(days=n) for n in range(0, length, every)][::-1]


def _backlog(day: date, stages: Sequence[Stage]) -> Backlog:
    waiting = [stage for stage in stages if stage.open_at(day)]
    return Backlog(day, len(waiting), sum(day > stage.due_on for stage in waiting))
