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
    REQUESTED = "requested"
    CURRENT = "current"
    ALLOCATION = "allocation"
    KNOCK_OUT = "knock_out"
    RAISED = "raised"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one method would give, and why; None where its evidence is missing."""

    method: LimitMethod
    amount: Money | None
    why: Sentence
