"""Lay out what a draft would change as pairs of bars: now and by the draft, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from creditflow.domain.grade import Grade
from creditflow.domain.policy import Policy
from creditflow.domain.shadow import STRAIGHT_THROUGH, Shadow, Side

WIDTH, ROW, BAR = 300, 34, 12
LEAST = 1.5
"""A bar of anything above zero can be seen."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One name with its count now and by the draft, and the lengths of both bars."""

    name: str
    before: int
    after: int
    before_length: float
    after_length: float


def grade_pairs(found: Shadow) -> tuple[Pair, ...]:
    """Customers by grade, A first."""
    names = [grade.value for grade in Grade]
    return _pairs(names, *(_by_grade(side) for side in (found.before, found.after)))


def desk_pairs(found: Shadow, *policies: Policy) -> tuple[Pair, ...]:
    """Cases by desk, those that need nobody first; desks of either policy."""
    names = dict.fromkeys([STRAIGHT_THROUGH, *(desk.id for p in policies for desk in p.desks)])
    return _pairs(list(names), found.before.desks, found.after.desks)


def _by_grade(side: Side) -> Mapping[str, int]:
    return {grade.value: count for grade, count in side.grades.items()}


def _pairs(
    names: Sequence[str], before: Mapping[str, int], after: Mapping[str, int]
) -> tuple[Pair, ...]:
    highest = max([1, *before.values(), *after.values()])

    def length(count: int) -> float:
        return max(LEAST, round(count / highest * WIDTH, 1)) if count else 0.0

    return tuple(
        Pair(
            n, before.get(n, 0), after.get(n, 0), length(before.get(n, 0)), length(after.get(n, 0))
        )
        for n in names
    )
