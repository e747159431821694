"""Precedent: a case that people decided before, and how near it is to one that waits.

Compared are only customers that are judged alike (as new or as existing ones) and
proposals that go the same way: a first limit, a raise, a cut, or none of them.
Among those the distance is the number of grades between them, plus how many
times the one amount has to be doubled to reach the other.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from creditflow.domain.customer import CustomerId
from creditflow.domain.decision import Say
from creditflow.domain.grade import Grade
from creditflow.domain.money import Money

GRADES_APART = 1
"""Cases of further grades are not compared."""


class Direction(StrEnum):
    """Which way a proposal goes."""

    FIRST = "first"
    RAISE = "raise"
    CUT = "cut"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Precedent:
    """What was proposed of whom, and what a person decided, when and why.

    `base` is what was proposed in the base currency, `distance` how far it is
    from the case that waits.
    """

    case_id: str
    customer: CustomerId
    customer_name: str
    customer_name_en: str | None
    grade: Grade
    base: Money
    proposed: Money
    verdict: Say
    limit: Money | None
    comment: str
    at: datetime
    distance: float


def direction(current: Money | None, proposed: Money) -> Direction:
    """Which way a proposal goes; a limit of zero is none to compare with."""
    if not current:
        return Direction.FIRST
    if proposed == current:
        return Direction.SAME
    return Direction.RAISE if proposed > current else Direction.CUT


def distance(grade: Grade, base: Money, other: Grade, other_base: Money) -> float:
    """Grades between them, plus doublings between their amounts; zero counts as one minor unit."""
    apart = abs(list(Grade).index(grade) - list(Grade).index(other))
    return apart + abs(math.log2(max(base.minor, 1)) - math.log2(max(other_base.minor, 1)))


def neighbours(grade: Grade) -> list[Grade]:
    """The grades that are compared with it."""
    grades = list(Grade)
    place = grades.index(grade)
    return grades[max(0, place - GRADES_APART) : place + GRADES_APART + 1]
