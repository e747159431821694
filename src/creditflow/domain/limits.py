"""Limit: the credit granted to a customer, in force over a half-open period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from creditflow.domain.customer import CustomerId
from creditflow.domain.money import Money


class LimitState(StrEnum):
    """Three different things that must never be mistaken for each other, and an amount."""

    NONE_SET = "none_set"
    ZERO = "zero"
    AMOUNT = "amount"
    UNLIMITED = "unlimited"


@dataclass(frozen=True, slots=True)
class Limit:
    """One entry of a customer's limit history: in force `[from_, until)`, or open-ended.

    `version` counts the customer's entries without a gap; the one with the
    highest version is current. `case_id` is the case that set it, None for an
    opening limit that was imported.
    """

    customer: CustomerId
    version: int
    state: LimitState
    amount: Money | None
    from_: date
    until: date | None
    terms_days: int | None = None
    case_id: str | None = None

    def __post_init__(self) -> None:
        if (self.state is LimitState.AMOUNT) != (self.amount is not None and self.amount.minor > 0):
            raise ValueError("a limit has an amount above zero exactly when its state says so")

    def in_force(self, on: date) -> bool:
        """Whether the limit counts on that day: the first day does, the last does not."""
        return self.from_ <= on and (self.until is None or on < self.until)


def limit_on(history: Sequence[Limit], on: date) -> Limit | None:
    """The limit that was in force on a day, out of the history, oldest first."""
    return next((limit for limit in reversed(history) if limit.in_force(on)), None)


def limit_state(amount: Money) -> LimitState:
    """The state that an amount stands for: zero, or an amount."""
    return LimitState.AMOUNT if amount.minor > 0 else LimitState.ZERO
