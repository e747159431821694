"""What customers were last judged on, many at a time and no more of it than such work needs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from creditflow.domain.added_limits import AddedLimit
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.limits import Limit
from creditflow.domain.money import Money
from creditflow.domain.proposal import LimitMethod
from creditflow.domain.signals import SignalValue


@dataclass(frozen=True, slots=True)
class LastEvidence:
    """A customer, its limits (oldest first) and the evidence of its latest evaluation.

    `signals` are by name; None is what was not known, or too old on that day.
    `exposure` is that of the proposal that followed, zero where none did; `room`
    what its group left it then, None where no group bounded it. `added` are all
    entries of credit on top.
    """

    customer: Customer
    limits: tuple[Limit, ...]
    on: date
    signals: Mapping[str, SignalValue]
    exposure: Money
    room: Money | None = None
    added: tuple[AddedLimit, ...] = ()


@dataclass(frozen=True, slots=True)
class LastProposal:
    """A customer, its current limit, and what its latest evaluation led to.

    `amounts` are those of the methods that gave one.
    """

    customer: Customer
    limit: Limit | None
    pd: Decimal
    amounts: Mapping[LimitMethod, Money]
    proposed: Money
    terms_days: int


class LastJudged(Protocol):
    """The latest judgement of many customers; who was never judged is left out."""

    def evidence(
        self, customers: Sequence[CustomerId], *, names: Collection[str] | None = None
    ) -> list[LastEvidence]:
        """What they were judged on, by id; no other signals than these, where they are given."""
        ...

    def proposals(self, customers: Sequence[CustomerId]) -> list[LastProposal]:
        """What base limit was proposed for them, by id; left out are those without a proposal.

        What was proposed on top of a base limit says nothing of that limit.
        """
        ...
