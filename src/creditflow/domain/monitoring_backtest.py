"""Backtest: what became of the customers that were judged, beside what their grades promised."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from creditflow.domain.customer import CustomerId
from creditflow.domain.grade import Grade
from creditflow.domain.monitoring import Judged, latest_each, month_of
from creditflow.domain.monitoring_lateness import Outcome, Spell, is_late, turned_bad
from creditflow.domain.monitoring_statistics import (
    Interval,
    Separation,
    brier,
    exact_interval,
    jeffreys_interval,
    separation,
)

FEWEST_BAD = 10
"""With fewer bad outcomes the figures of separation say next to nothing."""

YEAR = 365


class Verdict(StrEnum):
    """What the outcomes say about a promised probability."""

    NOTHING = "nothing"
    AGREES = "agrees"
    TOO_LOW = "too_low"
    TOO_HIGH = "too_high"


@dataclass(frozen=True, slots=True)
class Seen:
    """One evaluation whose outcome is known: `pd` is brought to the outcome's time."""

    judged: Judged
    pd: float
    bad: bool


@dataclass(frozen=True, slots=True)
class GradeResult:
    """One grade: how many turned bad, between what bounds the true share lies, what was promised.

    `exact` is the interval of Clopper and Pearson, `jeffreys` the narrower one.
    """

    grade: Grade
    count: int
    bad: int
    expected: float | None
    exact: Interval
    jeffreys: Interval

    @property
    def observed(self) -> float | None:
        """The share that turned bad."""
        return self.bad / self.count if self.count else None

    @property
    def verdict(self) -> Verdict:
        """Whether the promise lies within the exact interval of what was seen."""
        if self.expected is None:
            return Verdict.NOTHING
        if self.expected < self.exact.low:
            return Verdict.TOO_LOW
        return Verdict.TOO_HIGH if self.expected > self.exact.high else Verdict.AGREES


@dataclass(frozen=True, slots=True)
class CohortResult:
    """The evaluations of one month (its first day), each customer once."""

    month: date
    count: int
    bad: int
    expected: float
    separation: Separation | None
    brier: float

    @property
    def observed(self) -> float:
        """The share that turned bad."""
        return self.bad / self.count


@dataclass(frozen=True, slots=True)
class Backtest:
    """All cohorts together, by grade and by month.

    `already` customers were that late on the day they were judged, which is no
    prediction, `unknown` ones could not be measured for want of an exchange
    rate, `too_young` ones have an outcome that is not known by `on`. None of
    them is in any other figure.
    """

    outcome: Outcome
    on: date
    grades: tuple[GradeResult, ...]
    cohorts: tuple[CohortResult, ...]
    already: int
    unknown: int
    too_young: int
    separation: Separation | None
    brier: float | None
    expected: float | None

    @property
    def count(self) -> int:
        """How many outcomes are known."""
        return sum(grade.count for grade in self.grades)

    @property
    def bad(self) -> int:
        """How many of them are bad."""
        return sum(grade.bad for grade in self.grades)

    @property
    def observed(self) -> float | None:
        """The share that turned bad."""
        return self.bad / self.count if self.count else None

    @property
    def enough(self) -> bool:
        """Whether there are enough bad outcomes to judge the separation."""
        return min(self.bad, self.count - self.bad) >= FEWEST_BAD


def backtest(
    judged: Iterable[Judged],
    spells: Mapping[CustomerId, Sequence[Spell] | None],
    *,
    outcome: Outcome,
    on: date,
) -> Backtest:
    """Compare promise and outcome, cohort by cohort of a month.

    `spells` are the times of lateness as known by `on`, of customers that had
    any; None where they cannot be known. Of several evaluations of a customer
    within a month the latest counts.
    """
    cohorts: dict[date, list[Judged]] = defaultdict(list)
    for one in judged:
        if one.on <= on:
            cohorts[month_of(one.on)].append(one)
    seen: dict[date, list[Seen]] = {}
    already = unknown = too_young = 0
    for month in sorted(cohorts):
        for one in latest_each(cohorts[month]):
            known = spells.get(one.customer, ())
            if not outcome.seen_by(one.on, on):
                too_young += 1
            elif known is None:
                unknown += 1
            elif is_late(known, one.on):
                already += 1
            else:
                bad = turned_bad(known, one.on, outcome)
                seen.setdefault(month, []).append(Seen(one, pd_within(one.pd, outcome), bad))
    every = [one for month in seen.values() for one in month]
    return Backtest(
        outcome=outcome,
        on=on,
        grades=tuple(_grade(grade, every) for grade in Grade),
        cohorts=tuple(_cohort(month, found) for month, found in seen.items()),
        already=already,
        unknown=unknown,
        too_young=too_young,
        separation=_separation(every),
        brier=brier([(one.pd, one.bad) for one in every]),
        expected=_expected(every),
    )


def pd_within(pd: Decimal, outcome: Outcome) -> float:
    """A yearly probability brought to the outcome's d days: 1 − (1 − PD)^(d / 365)."""
    return float(1 - (1 - float(pd)) ** (outcome.within / YEAR))


def _grade(grade: Grade, every: Sequence[Seen]) -> GradeResult:
    own = [one for one in every if one.judged.grade is grade]
    bad = sum(one.bad for one in own)
    return GradeResult(
        grade,
        len(own),
        bad,
        _expected(own),
        exact_interval(bad, len(own)),
        jeffreys_interval(bad, len(own)),
    )


def _cohort(month: date, found: Sequence[Seen]) -> CohortResult:
    return CohortResult(
        month=month,
        count=len(found),
        bad=sum(one.bad for one in found),
        expected=_expected(found) or 0.0,
        separation=_separation(found),
        brier=brier([(one.pd, one.bad) for one in found]) or 0.0,
    )


def _separation(found: Sequence[Seen]) -> Separation | None:
    return separation([(float(one.judged.points), one.bad) for one in found])


def _expected(found: Sequence[Seen]) -> float | None:
    return sum(one.pd for one in found) / len(found) if found else None
