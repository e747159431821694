"""Candidate: what one way to arrive at a limit would give, and why."""

from dataclasses import dataclass
from enum import StrEnum

from creditflow.domain.money import Money
from creditflow.domain.sentences import Sentence


class LimitMethod(StrEnum):
    """The ways to arrive at a limit; the smallest candidate binds."""

    NEED = "need"
    CAPACITY = "capacity"
    APPETITE = "appetite"
    CAP = "cap"
    GROUP = "group"
    SECTOR_CAP = "sector_cap"
    COUNTRY_CAP = "country_cap"
    REGION_CAP = "region_cap"
    BOOK_CAP = "book_cap"
    REQUESTED = "requested"
    CURRENT = "current"
    ALLOCATION = "allocation"
    KNOCK_OUT = "knock_out"
    RAISED = "raised"

    @property
    def is_shared(self) -> bool:
        """Whether what it gives hangs on the limits of others."""
        return self in _SHARED


_SHARED = frozenset(
    {
        LimitMethod.GROUP,
        LimitMethod.SECTOR_CAP,
        LimitMethod.COUNTRY_CAP,
        LimitMethod.REGION_CAP,
        LimitMethod.BOOK_CAP,
        LimitMethod.ALLOCATION,
    }
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one method would give, and why; None where its evidence is missing."""

    method: LimitMethod
    amount: Money | None
    why: Sentence
