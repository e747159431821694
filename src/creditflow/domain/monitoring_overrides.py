"""Overrides: how often people decided otherwise than proposed, and whether that was wise."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from creditflow.domain.customer import CustomerId
from creditflow.domain.decision import Say
from creditflow.domain.grade import Grade
from creditflow.domain.money import Money
from creditflow.domain.monitoring import Window
from creditflow.domain.monitoring_lateness import Outcome, Spell, turned_bad
from creditflow.domain.monitoring_statistics import Interval, exact_interval
from creditflow.domain.people import POLICY_ACTOR


class Way(StrEnum):
    """What became of a proposal in a person's hands; all but `kept` are overrides."""

    KEPT = "kept"
    RAISED = "raised"
    LOWERED = "lowered"
    REJECTED = "rejected"
    RETURNED = "returned"


OVERRIDDEN = (Way.RAISED, Way.LOWERED, Way.REJECTED, Way.RETURNED)


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision with the proposal that it was about; `on` is its business date.

    `desk` is None where the policy decided by itself.
    """

    case: str
    customer: CustomerId
    on: date
    at: datetime
    by: str
    desk: str | None
    verdict: Say
    proposed: Money
    decided: Money | None
    grade: Grade

    @property
    def by_policy(self) -> bool:
        """Whether no person had to look."""
        return self.by == POLICY_ACTOR

    @property
    def way(self) -> Way:
        """Which way it went."""
        if self.verdict is Say.REJECT:
            return Way.REJECTED
        if self.verdict is Say.RETURN:
            return Way.RETURNED
        if self.decided is None or self.decided == self.proposed:
            return Way.KEPT
        return Way.RAISED if self.decided > self.proposed else Way.LOWERED

    @property
    def change(self) -> Fraction | None:
        """The decided amount against the proposed one, as a share of it; None where none was."""
        if self.decided is None or not self.proposed.minor or self.way is Way.KEPT:
            return None
        return Fraction(self.decided.minor - self.proposed.minor, self.proposed.minor)


@dataclass(frozen=True, slots=True)
class Rate:
    """How people decided within one group: all, a desk, a grade."""

    key: str
    ways: Mapping[Way, int]
    mean_change: Fraction | None

    @property
    def count(self) -> int:
        """All decisions of people."""
        return sum(self.ways.values())

    @property
    def overridden(self) -> int:
        """Those that differ from the proposal."""
        return sum(self.ways.get(way, 0) for way in OVERRIDDEN)

    @property
    def share(self) -> Fraction | None:
        """The override rate: overridden of all; None of nothing."""
        return Fraction(self.overridden, self.count) if self.count else None

    @property
    def interval(self) -> Interval:
        """The exact 95 % interval of the rate."""
        return exact_interval(self.overridden, self.count)


@dataclass(frozen=True, slots=True)
class TurnedOut:
    """What became of the customers of one group of decisions: how many turned bad afterwards."""

    key: str
    count: int
    bad: int
    too_young: int

    @property
    def share(self) -> Fraction | None:
        """The share that turned bad; None of nothing."""
        return Fraction(self.bad, self.count) if self.count else None

    @property
    def interval(self) -> Interval:
        """The exact 95 % interval of that share."""
        return exact_interval(self.bad, self.count)


@dataclass(frozen=True, slots=True)
class Overrides:
    """Override rates, and how the overridden cases turned out beside the others."""

    window: Window
    outcome: Outcome
    total: Rate
    by_desk: tuple[Rate, ...]
    by_grade: tuple[Rate, ...]
    turned_out: tuple[TurnedOut, ...]
    by_policy: int


BY_POLICY = "policy"
GROUPS = (BY_POLICY, Way.KEPT, Way.RAISED, Way.LOWERED, Way.REJECTED)
"""In which groups the outcomes are counted; what was returned is decided again."""


def overrides(
    rulings: Sequence[Ruling],
    spells: Mapping[CustomerId, Sequence[Spell] | None],
    *,
    window: Window,
    outcome: Outcome,
    on: date,
) -> Overrides:
    """Count the decisions of a window; outcomes are known as far as `on` allows.

    A customer whose lateness cannot be measured (spells None) is in no outcome.
    """
    own = [ruling for ruling in rulings if window.holds(ruling.on) and ruling.on <= on]
    people = [ruling for ruling in own if not ruling.by_policy]
    return Overrides(
        window=window,
        outcome=outcome,
        total=_rate("all", people),
        by_desk=_rates(people, lambda ruling: ruling.desk or ""),
        by_grade=_rates(people, lambda ruling: ruling.grade.value),
        turned_out=_turned_out(own, spells, outcome, on),
        by_policy=len(own) - len(people),
    )


def mean_change(rulings: Sequence[Ruling]) -> Fraction | None:
    """The mean change of amounts that were changed, as a share of the proposed ones."""
    changes = [ruling.change for ruling in rulings if ruling.change is not None]
    return sum(changes, Fraction(0)) / len(changes) if changes else None


def _rate(key: str, rulings: Sequence[Ruling]) -> Rate:
    return Rate(key, dict(Counter(ruling.way for ruling in rulings)), mean_change(rulings))


def _rates(rulings: Sequence[Ruling], key: Callable[[Ruling], str]) -> tuple[Rate, ...]:
    groups: dict[str, list[Ruling]] = defaultdict(list)
    for ruling in rulings:
        groups[key(ruling)].append(ruling)
    return tuple(_rate(name, groups[name]) for name in sorted(groups))


def _turned_out(
    rulings: Sequence[Ruling],
    spells: Mapping[CustomerId, Sequence[Spell] | None],
    outcome: Outcome,
    on: date,
) -> tuple[TurnedOut, ...]:
    counts: dict[str, Counter[str]] = {group: Counter() for group in GROUPS}
    for ruling in rulings:
        known = spells.get(ruling.customer, ())
        group = BY_POLICY if ruling.by_policy else ruling.way
        if known is None or group not in counts:
            continue
        if not outcome.seen_by(ruling.on, on):
            counts[group]["too_young"] += 1
            continue
        counts[group]["count"] += 1
        counts[group]["bad"] += turned_bad(known, ruling.on, outcome)
    return tuple(
        TurnedOut(group, c["count"], c["bad"], c["too_young"]) for group, c in counts.items()
    )
