"""Occasion: why a customer is looked at, and the key that keeps it to one look each."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from creditflow.domain.added_limits import OnTop
from creditflow.domain.customer import CustomerId
from creditflow.domain.money import Money


class OccasionKind(StrEnum):
    """Why a customer is reviewed."""

    NEW = "new"
    PERIODIC = "periodic"
    SIGNAL = "signal"
    REQUEST = "request"
    OPTIMISATION = "optimisation"
    GROUP = "group"
    PLAN = "plan"
    BACKING = "backing"


@dataclass(frozen=True, slots=True)
class Occasion:
    """One reason to look at one customer on a business date.

    `requested_by` and `requested_limit` belong to a request; the person who
    asked never decides the case that follows from it. For an optimisation,
    `requested_limit` is what the customer was allocated, and `note` the key of
    what held it there. For a group, `reference` is the group that the customer
    has joined or left, or that its members together ask too much of; for a
    plan, the payment plan that was broken; for backing, the number of the cover or
    guarantee that has ended or was cut. With `on_top` a request is for
    credit besides the base limit, and `requested_limit` is how much of it.
    """

    kind: OccasionKind
    customer: CustomerId
    on: date
    requested_by: str | None = None
    requested_limit: Money | None = None
    note: str = ""
    reference: str = ""
    on_top: OnTop | None = None

    @property
    def key(self) -> str:
        """What makes the occasion one of a kind: the same key never opens two cases."""
        parts = (self.kind.value, self.customer, self.on.isoformat(), self.reference)
        return ":".join(part for part in parts if part)
